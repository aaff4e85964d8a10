/*
 * TriggerAuthentication.spec, which ClusterTriggerAuthentication shares.
 */
#include "kedagate/syntax/version.h"
#include "model/schema.h"

#define SINCE_2_13 KG_VERSION(2, 13, 0)
#define SINCE_2_20 KG_VERSION(2, 20, 0)

static const struct kg_schema_range one_item = {.minimum = 1, .maximum = INT32_MAX, .since = SINCE_2_20};

/* clang-format off */

/* A provider that was removed has a rule of its own: not refused here. */
static const struct kg_schema_choice provider_items[] = {
	{.value = "azure-workload"},
	{.value = "gcp"},
	{.value = "aws"},
	{.value = "aws-eks"},
	{.value = "none", .refused_since = SINCE_2_13, .refused_until = KG_VERSION(2, 14, 0)},
	{.value = "azure", .former = true},
	{.value = "aws-kiam", .former = true},
};
static const struct kg_schema_choices providers = KG_CHOICES(provider_items, SINCE_2_13);

static const struct kg_schema_choice identity_owner_items[] = {
	{.value = "keda"},
	{.value = "workload"},
};
static const struct kg_schema_choices identity_owners = KG_CHOICES(identity_owner_items, SINCE_2_13);

static const struct kg_schema_field pod_identity_fields[] = {
	KG_FIELD("provider",              STRING, struct kg_pod_identity, provider,                KG_NEEDED, .choices = &providers),
	KG_FIELD("identityId",            STRING, struct kg_pod_identity, identity_id,             KG_OPTIONAL),
	KG_FIELD("identityTenantId",      STRING, struct kg_pod_identity, identity_tenant_id,      KG_OPTIONAL),
	KG_FIELD("identityAuthorityHost", STRING, struct kg_pod_identity, identity_authority_host, KG_OPTIONAL),
	KG_FIELD("roleArn",               STRING, struct kg_pod_identity, role_arn,                KG_OPTIONAL),
	KG_FIELD("externalID",            STRING, struct kg_pod_identity, external_id,             KG_OPTIONAL),
	KG_FIELD("identityOwner",         STRING, struct kg_pod_identity, identity_owner,          KG_OPTIONAL, .choices = &identity_owners),
};
static const struct kg_schema pod_identity = KG_SCHEMA(pod_identity_fields, 0);

/* ---- lists of parameters ---- */

#define PARAMETER KG_FIELD("parameter", STRING, struct kg_auth_entry, parameter, KG_NEEDED)

static const struct kg_schema_field env_fields[] = {
	PARAMETER,
	KG_FIELD("name",          STRING, struct kg_auth_entry, name,      KG_NEEDED),
	KG_FIELD("containerName", STRING, struct kg_auth_entry, container, KG_OPTIONAL),
};
static const struct kg_schema env = KG_SCHEMA(env_fields, sizeof(struct kg_auth_entry));

static const struct kg_schema_field target_ref_fields[] = {
	PARAMETER,
	KG_FIELD("name", STRING, struct kg_auth_entry, name, KG_NEEDED),
	KG_FIELD("key",  STRING, struct kg_auth_entry, key,  KG_NEEDED),
};
static const struct kg_schema target_ref = KG_SCHEMA(target_ref_fields, sizeof(struct kg_auth_entry));

static const struct kg_schema_field service_account_token_fields[] = {
	PARAMETER,
	KG_FIELD("serviceAccountName", STRING, struct kg_auth_entry, name, KG_NEEDED),
};
static const struct kg_schema service_account_token = KG_SCHEMA(service_account_token_fields, sizeof(struct kg_auth_entry));

#define ENTRIES(name_, block_, ...) \
	KG_LIST(name_, struct kg_decoded, entries[block_].items, entries[block_].count, __VA_ARGS__)

/* ---- a key of a Secret, three levels down ---- */

static const struct kg_schema_field secret_key_fields[] = {
	KG_FIELD("name", STRING, struct kg_auth_entry, name, KG_NEEDED),
	KG_FIELD("key",  STRING, struct kg_auth_entry, key,  KG_NEEDED),
};
static const struct kg_schema secret_key = KG_SCHEMA(secret_key_fields, 0);

static const struct kg_schema_field value_from_fields[] = {
	{.name = "secretKeyRef", .type = KG_SCHEMA_OBJECT, .mark = KG_SCHEMA_NOWHERE, .required = KG_NEEDED, .nested = &secret_key},
};
static const struct kg_schema value_from = KG_SCHEMA(value_from_fields, 0);

static const struct kg_schema_field secret_value_fields[] = {
	{.name = "valueFrom", .type = KG_SCHEMA_OBJECT, .mark = KG_SCHEMA_NOWHERE, .required = KG_NEEDED, .nested = &value_from},
};
static const struct kg_schema secret_value = KG_SCHEMA(secret_value_fields, 0);

/* ---- HashiCorp Vault ---- */

static const struct kg_schema_choice vault_authentication_items[] = {
	{.value = "token"},
	{.value = "kubernetes"},
};
static const struct kg_schema_choices vault_authentications = KG_CHOICES(vault_authentication_items, SINCE_2_20);

static const struct kg_schema_choice vault_secret_type_items[] = {
	{.value = ""},
	{.value = "secretV2"},
	{.value = "secret"},
	{.value = "pki"},
};
static const struct kg_schema_choices vault_secret_types = KG_CHOICES(vault_secret_type_items, SINCE_2_20);

static const struct kg_schema_field vault_pki_fields[] = {
	KG_CHECKED("commonName", STRING, KG_OPTIONAL),
	KG_CHECKED("altNames",   STRING, KG_OPTIONAL),
	KG_CHECKED("ipSans",     STRING, KG_OPTIONAL),
	KG_CHECKED("uriSans",    STRING, KG_OPTIONAL),
	KG_CHECKED("otherSans",  STRING, KG_OPTIONAL),
	KG_CHECKED("ttl",        STRING, KG_OPTIONAL),
	KG_CHECKED("format",     STRING, KG_OPTIONAL),
};
static const struct kg_schema vault_pki = KG_SCHEMA(vault_pki_fields, 0);

static const struct kg_schema_field vault_secret_fields[] = {
	PARAMETER,
	KG_CHECKED("path",    STRING, KG_NEEDED),
	KG_CHECKED("key",     STRING, KG_NEEDED),
	KG_CHECKED("type",    STRING, KG_OPTIONAL, .choices = &vault_secret_types),
	KG_CHECKED("pkiData", OBJECT, KG_OPTIONAL, .nested = &vault_pki),
};
static const struct kg_schema vault_secret = KG_SCHEMA(vault_secret_fields, sizeof(struct kg_auth_entry));

#define VAULT(member_) object.authentication.vault.member_

static const struct kg_schema_field vault_credential_fields[] = {
	KG_FIELD("token",              STRING, struct kg_decoded, VAULT(token),                KG_OPTIONAL),
	KG_FIELD("serviceAccount",     STRING, struct kg_decoded, VAULT(service_account),      KG_OPTIONAL),
	KG_FIELD("serviceAccountName", STRING, struct kg_decoded, VAULT(service_account_name), KG_OPTIONAL),
};
static const struct kg_schema vault_credential = KG_SCHEMA(vault_credential_fields, 0);

static const struct kg_schema_field vault_fields[] = {
	KG_FIELD("address",        STRING, struct kg_decoded, VAULT(address),        KG_NEEDED),
	KG_FIELD("authentication", STRING, struct kg_decoded, VAULT(authentication), KG_NEEDED, .choices = &vault_authentications),
	ENTRIES("secrets", KG_AUTH_BLOCK_VAULT,                                      KG_NEEDED, .range = &one_item, .nested = &vault_secret),
	KG_FIELD("namespace",      STRING, struct kg_decoded, VAULT(namespace),      KG_OPTIONAL),
	KG_INLINE("credential",            struct kg_decoded, VAULT(credential_set), KG_OPTIONAL, .nested = &vault_credential),
	KG_FIELD("role",           STRING, struct kg_decoded, VAULT(role),           KG_OPTIONAL),
	KG_FIELD("mount",          STRING, struct kg_decoded, VAULT(mount),          KG_OPTIONAL),
};
static const struct kg_schema vault = KG_SCHEMA(vault_fields, 0);

/* ---- Azure Key Vault ---- */

static const struct kg_schema_field azure_secret_fields[] = {
	PARAMETER,
	KG_CHECKED("name",    STRING, KG_NEEDED),
	KG_CHECKED("version", STRING, KG_OPTIONAL),
};
static const struct kg_schema azure_secret = KG_SCHEMA(azure_secret_fields, sizeof(struct kg_auth_entry));

static const struct kg_schema_field azure_credentials_fields[] = {
	KG_CHECKED("clientId",     STRING, KG_NEEDED),
	KG_CHECKED("tenantId",     STRING, KG_NEEDED),
	KG_CHECKED("clientSecret", OBJECT, KG_NEEDED, .nested = &secret_value),
};
static const struct kg_schema azure_credentials = KG_SCHEMA(azure_credentials_fields, 0);

static const struct kg_schema_field azure_cloud_fields[] = {
	KG_CHECKED("type",                    STRING, KG_NEEDED),
	KG_CHECKED("keyVaultResourceURL",     STRING, KG_OPTIONAL),
	KG_CHECKED("activeDirectoryEndpoint", STRING, KG_OPTIONAL),
};
static const struct kg_schema azure_cloud = KG_SCHEMA(azure_cloud_fields, 0);

static const struct kg_schema_field azure_key_vault_fields[] = {
	KG_FIELD("vaultUri", STRING, struct kg_decoded, object.authentication.azure_key_vault_uri,      KG_NEEDED),
	ENTRIES("secrets", KG_AUTH_BLOCK_AZURE_KEY_VAULT, KG_NEEDED, .range = &one_item, .nested = &azure_secret),
	KG_INLINE("credentials", struct kg_decoded, object.authentication.azure_key_vault_credentials_set, KG_OPTIONAL, .nested = &azure_credentials),
	KG_OBJECT("podIdentity",     struct kg_decoded, object.authentication.azure_key_vault_identity, KG_OPTIONAL, .nested = &pod_identity),
	KG_CHECKED("cloud",       OBJECT, KG_OPTIONAL, .nested = &azure_cloud),
};
static const struct kg_schema azure_key_vault = KG_SCHEMA(azure_key_vault_fields, 0);

/* ---- GCP Secret Manager ---- */

static const struct kg_schema_field gcp_secret_fields[] = {
	PARAMETER,
	KG_CHECKED("id",      STRING, KG_NEEDED),
	KG_CHECKED("version", STRING, KG_OPTIONAL),
};
static const struct kg_schema gcp_secret = KG_SCHEMA(gcp_secret_fields, sizeof(struct kg_auth_entry));

static const struct kg_schema_field gcp_credentials_fields[] = {
	KG_CHECKED("clientSecret", OBJECT, KG_NEEDED, .nested = &secret_value),
};
static const struct kg_schema gcp_credentials = KG_SCHEMA(gcp_credentials_fields, 0);

static const struct kg_schema_field gcp_secret_manager_fields[] = {
	ENTRIES("secrets", KG_AUTH_BLOCK_GCP_SECRET_MANAGER, KG_NEEDED, .range = &one_item, .nested = &gcp_secret),
	KG_INLINE("credentials", struct kg_decoded, object.authentication.gcp_secret_manager_credentials_set, KG_OPTIONAL, .nested = &gcp_credentials),
	KG_OBJECT("podIdentity", struct kg_decoded, object.authentication.gcp_secret_manager_identity, KG_OPTIONAL, .nested = &pod_identity),
};
static const struct kg_schema gcp_secret_manager = KG_SCHEMA(gcp_secret_manager_fields, 0);

/* ---- AWS Secrets Manager ---- */

static const struct kg_schema_field aws_secret_fields[] = {
	PARAMETER,
	KG_CHECKED("name",         STRING, KG_NEEDED),
	KG_CHECKED("versionId",    STRING, KG_OPTIONAL),
	KG_CHECKED("versionStage", STRING, KG_OPTIONAL),
	KG_CHECKED("secretKey",    STRING, KG_OPTIONAL),
};
static const struct kg_schema aws_secret = KG_SCHEMA(aws_secret_fields, sizeof(struct kg_auth_entry));

static const struct kg_schema_field aws_credentials_fields[] = {
	KG_CHECKED("accessKey",       OBJECT, KG_NEEDED, .nested = &secret_value),
	KG_CHECKED("accessSecretKey", OBJECT, KG_NEEDED, .nested = &secret_value),
	KG_CHECKED("accessToken",     OBJECT, KG_OPTIONAL, .nested = &secret_value),
};
static const struct kg_schema aws_credentials = KG_SCHEMA(aws_credentials_fields, 0);

static const struct kg_schema_field aws_secret_manager_fields[] = {
	ENTRIES("secrets", KG_AUTH_BLOCK_AWS_SECRET_MANAGER, KG_NEEDED, .range = &one_item, .nested = &aws_secret),
	KG_INLINE("credentials", struct kg_decoded, object.authentication.aws_secret_manager_credentials_set, KG_OPTIONAL, .nested = &aws_credentials),
	KG_OBJECT("podIdentity", struct kg_decoded, object.authentication.aws_secret_manager_identity, KG_OPTIONAL, .nested = &pod_identity),
	KG_CHECKED("region", STRING, KG_OPTIONAL),
};
static const struct kg_schema aws_secret_manager = KG_SCHEMA(aws_secret_manager_fields, 0);

/* ---- OAuth 2 ---- */

static const struct kg_schema_choice grant_type_items[] = {
	{.value = "clientCredentials"},
};
static const struct kg_schema_choices grant_types = KG_CHOICES(grant_type_items, SINCE_2_20);

#define OAUTH2(member_) object.authentication.oauth2.member_

/* `type` is required, and has a default. */
static const struct kg_schema_field oauth2_fields[] = {
	KG_FIELD("type",           STRING,  struct kg_decoded, OAUTH2(type),      KG_OPTIONAL, .choices = &grant_types),
	KG_FIELD("clientId",       STRING,  struct kg_decoded, OAUTH2(client_id), KG_NEEDED),
	KG_FIELD("clientSecret",   OBJECT,  struct kg_decoded, oauth2_secret,     KG_OPTIONAL, .nested = &secret_value),
	KG_FIELD("tokenUrl",       STRING,  struct kg_decoded, OAUTH2(token_url), KG_NEEDED),
	KG_FIELD("scopes",         STRINGS, struct kg_decoded, oauth2_scopes,     KG_OPTIONAL),
	KG_FIELD("tokenUrlParams", PAIRS,   struct kg_decoded, OAUTH2(token_url_params), KG_OPTIONAL),
};
static const struct kg_schema oauth2 = KG_SCHEMA(oauth2_fields, 0);

/* ---- the whole ---- */

#define OF_SPEC(member_) object.authentication.member_

static const struct kg_schema_field spec_fields[] = {
	KG_OBJECT("podIdentity", struct kg_decoded, OF_SPEC(pod_identity), KG_OPTIONAL, .nested = &pod_identity),
	ENTRIES("env", KG_AUTH_BLOCK_ENV, KG_OPTIONAL, .nested = &env),
	KG_FIELD("filePath", STRING, struct kg_decoded, OF_SPEC(file_path), KG_OPTIONAL),
	ENTRIES("configMapTargetRef", KG_AUTH_BLOCK_CONFIG_MAP, KG_OPTIONAL, .nested = &target_ref),
	ENTRIES("secretTargetRef", KG_AUTH_BLOCK_SECRET, KG_OPTIONAL, .nested = &target_ref),
	KG_INLINE("hashiCorpVault", struct kg_decoded, OF_SPEC(vault.set), KG_OPTIONAL, .nested = &vault),
	KG_INLINE("azureKeyVault", struct kg_decoded, OF_SPEC(azure_key_vault_set), KG_OPTIONAL, .nested = &azure_key_vault),
	KG_INLINE("gcpSecretManager", struct kg_decoded, OF_SPEC(gcp_secret_manager_set), KG_OPTIONAL, .nested = &gcp_secret_manager),
	KG_INLINE("awsSecretManager", struct kg_decoded, OF_SPEC(aws_secret_manager_set), KG_OPTIONAL, .nested = &aws_secret_manager),
	ENTRIES("boundServiceAccountToken", KG_AUTH_BLOCK_SERVICE_ACCOUNT_TOKEN, KG_OPTIONAL, .nested = &service_account_token),
	KG_INLINE("oauth2", struct kg_decoded, OF_SPEC(oauth2.set), KG_OPTIONAL, .nested = &oauth2),
};

/* clang-format on */

const struct kg_schema kg_schema_authentication_spec = KG_SCHEMA(spec_fields, 0);
