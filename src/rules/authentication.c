/*
 * What KEDA's own webhook refuses about an authentication, and what cannot work at run time: authentication-invalid.
 *
 * Source: apis/keda/v1alpha1/triggerauthentication_webhook.go (validateSpec), pkg/scaling/resolver/scale_resolvers.go.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/url.h"
#include "rules/checks.h"
#include "rules/findings.h"

static int add_required(const struct kg_rule_context *context, const char *path, const char *detail, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_AUTHENTICATION_INVALID,
	                                    .path = path,
	                                    .type = KG_FIELD_REQUIRED,
	                                    .detail = detail,
	                                    .ceiling = kg_rule_version_ceiling(context),
	                            });
}

static int add_invalid(const struct kg_rule_context *context, const char *path, const char *detail, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_AUTHENTICATION_INVALID,
	                                    .path = path,
	                                    .type = KG_FIELD_INVALID,
	                                    .detail = detail,
	                                    .ceiling = kg_rule_version_ceiling(context),
	                            });
}

static int check_azure(const struct kg_rule_context *context, const struct kg_pod_identity *identity, struct kg_findings *out)
{
	const char *tenant = identity->identity_tenant_id;

	if (context->keda_version < KG_VERSION(2, 14, 0))
		return 0;
	if (!kg_rule_is_empty(identity->identity_authority_host) && kg_rule_is_empty(tenant))
		return add_required(context, "spec.podIdentity.identityTenantId", "KEDA refuses an identityAuthorityHost without it", out);
	if (tenant && *tenant == '\0')
		return add_invalid(context, "spec.podIdentity.identityTenantId", "KEDA refuses an empty one: remove it, or name the tenant",
		                   out);
	return 0;
}

static int check_aws(const struct kg_rule_context *context, const struct kg_pod_identity *identity, struct kg_findings *out)
{
	bool role = !kg_rule_is_empty(identity->role_arn);
	bool workload = identity->identity_owner && strcmp(identity->identity_owner, "workload") == 0;
	int status = 0;

	if (role && workload && context->keda_version >= KG_VERSION(2, 13, 0))
		status = add_invalid(
		        context, "spec.podIdentity.roleArn",
		        "must not be given with identityOwner: workload, which takes the role of the workload's service account", out);
	if (status == 0 && !role && !kg_rule_is_empty(identity->external_id) && context->keda_version >= KG_VERSION(2, 20, 0))
		status = add_required(context, "spec.podIdentity.roleArn", "KEDA refuses an externalID without it", out);
	return status;
}

static int check_identity(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_pod_identity *identity = &context->object->authentication.pod_identity;
	enum kg_provider provider = kg_provider_parse(identity->provider);

	if (provider == KG_PROVIDER_AZURE_WORKLOAD || provider == KG_PROVIDER_AZURE)
		return check_azure(context, identity, out);
	return provider == KG_PROVIDER_AWS ? check_aws(context, identity, out) : 0;
}

static bool is_http_url(const char *text)
{
	struct kg_url url;

	if (!kg_url_parse(text, &url) || url.host.length == 0)
		return false;
	return kg_slice_equal_nocase(url.scheme, "http") || kg_slice_equal_nocase(url.scheme, "https");
}

/* With any provider but these two KEDA's webhook looks no further, and what comes of it shows when a trigger asks for a token. */
static enum kg_action oauth2_ceiling(const struct kg_rule_context *context)
{
	const struct kg_pod_identity *identity = &context->object->authentication.pod_identity;
	enum kg_provider provider = kg_provider_parse(identity->provider);

	if (identity->set && provider != KG_PROVIDER_AZURE_WORKLOAD && provider != KG_PROVIDER_AWS)
		return KG_ACTION_WARN;
	return kg_rule_version_ceiling(context);
}

static int add_oauth2(const struct kg_rule_context *context, struct kg_finding finding, struct kg_findings *out)
{
	finding.rule = KG_RULE_AUTHENTICATION_INVALID;
	finding.ceiling = oauth2_ceiling(context);
	return kg_findings_add(out, &finding);
}

static int check_oauth2(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_oauth2 *oauth2 = &context->object->authentication.oauth2;
	const struct kg_finding no_client = {
	        .path = "spec.oauth2.clientId", .type = KG_FIELD_REQUIRED, .detail = "KEDA refuses an empty one"};
	const struct kg_finding no_url = {
	        .path = "spec.oauth2.tokenUrl", .type = KG_FIELD_INVALID, .detail = "must be an absolute https:// URL"};
	int status = 0;

	if (!oauth2->set || context->keda_version < KG_VERSION(2, 20, 0))
		return 0;
	if (oauth2->client_id && *oauth2->client_id == '\0')
		status = add_oauth2(context, no_client, out);
	if (status == 0 && oauth2->token_url && !is_http_url(oauth2->token_url))
		status = add_oauth2(context, no_url, out);
	return status;
}

/* What KEDA signs in to Vault with, by `authentication: token`. The operator may have a token of its own, VAULT_TOKEN. */
static int check_vault_token(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_vault *vault = &context->object->authentication.vault;

	if (!kg_rule_is_empty(vault->token))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_AUTHENTICATION_INVALID,
	                                    .path = "spec.hashiCorpVault.credential.token",
	                                    .type = KG_FIELD_REQUIRED,
	                                    .detail = vault->credential_set
	                                                      ? "authentication: token needs it, unless KEDA's operator has a VAULT_TOKEN"
	                                                      : "without it the operator crashes, unless it has a VAULT_TOKEN",
	                                    .fix = "use authentication: kubernetes with a service account and a role",
	                                    .ceiling = KG_ACTION_WARN,
	                            });
}

/* And by `authentication: kubernetes`. */
static int check_vault_account(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_vault *vault = &context->object->authentication.vault;

	/* Of a name that comes too early keda-too-old tells. */
	if (!kg_rule_is_empty(vault->service_account_name) || !kg_rule_is_empty(vault->service_account))
		return 0;
	if (vault->credential_set)
		return add_required(context, "spec.hashiCorpVault.credential.serviceAccount",
		                    "KEDA refuses a credential without it, or without serviceAccountName (KEDA 2.18.0)", out);
	if (context->keda_version < KG_VERSION(2, 13, 0))
		return add_required(context, "spec.hashiCorpVault.credential", "without it the operator of KEDA 2.12 and before crashes",
		                    out);
	return 0;
}

static int check_vault(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_vault *vault = &context->object->authentication.vault;
	bool kubernetes = vault->set && vault->authentication && strcmp(vault->authentication, "kubernetes") == 0;
	int status = 0;

	if (kubernetes && kg_rule_is_empty(vault->role))
		status = add_required(context, "spec.hashiCorpVault.role", "authentication: kubernetes needs it", out);
	if (status == 0 && kubernetes && kg_rule_is_empty(vault->mount))
		status = add_required(context, "spec.hashiCorpVault.mount", "authentication: kubernetes needs it", out);
	if (status || !vault->set || !vault->authentication)
		return status;
	if (kubernetes)
		return check_vault_account(context, out);
	return strcmp(vault->authentication, "token") == 0 ? check_vault_token(context, out) : 0;
}

/* A store of secrets that wants either credentials or one pod identity. */
struct store {
	const char *path;
	const char *need;
	unsigned providers; /* kg_provider bits: those that it takes */
	uint32_t since;     /* before, KEDA drops the block */
	bool set, credentials;
	const struct kg_pod_identity *identity;
};

static const char *store_path(const struct kg_rule_context *context, const struct store *store, const char *field)
{
	return kg_arena_printf(context->arena, "%s.%s", store->path, field);
}

/* Otherwise field-malformed or provider-removed says it. */
static bool is_known(const struct kg_rule_context *context, enum kg_provider provider)
{
	return provider != KG_PROVIDER_OTHER && kg_provider_exists(provider, context->keda_version);
}

static int check_store(const struct kg_rule_context *context, const struct store *store, struct kg_findings *out)
{
	enum kg_provider provider = kg_provider_parse(store->identity->provider);

	if (!store->set || context->keda_version < store->since || (provider & store->providers))
		return 0;
	if (provider != KG_PROVIDER_NONE)
		return is_known(context, provider)
		               ? add_invalid(context, store_path(context, store, "podIdentity.provider"), store->need, out)
		               : 0;
	return store->credentials ? 0 : add_required(context, store_path(context, store, "credentials"), store->need, out);
}

static int check_stores(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_authentication *authentication = &context->object->authentication;
	const struct store stores[] = {
	        {"spec.azureKeyVault", "Azure Key Vault needs credentials, or the pod identity azure-workload",
	         KG_PROVIDER_AZURE_WORKLOAD | KG_PROVIDER_AZURE, 0, authentication->azure_key_vault_set,
	         authentication->azure_key_vault_credentials_set, &authentication->azure_key_vault_identity},
	        {"spec.gcpSecretManager", "GCP Secret Manager needs credentials, or the pod identity gcp", KG_PROVIDER_GCP,
	         kg_auth_block_since(KG_AUTH_BLOCK_GCP_SECRET_MANAGER), authentication->gcp_secret_manager_set,
	         authentication->gcp_secret_manager_credentials_set, &authentication->gcp_secret_manager_identity},
	        {"spec.awsSecretManager",
	         "AWS Secrets Manager needs credentials, or the pod identity aws: without, KEDA before 2.20.2 crashes", KG_PROVIDER_AWS,
	         kg_auth_block_since(KG_AUTH_BLOCK_AWS_SECRET_MANAGER), authentication->aws_secret_manager_set,
	         authentication->aws_secret_manager_credentials_set, &authentication->aws_secret_manager_identity},
	};
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(stores) && status == 0; i++)
		status = check_store(context, &stores[i], out);
	return status;
}

static int check_file_path(const struct kg_rule_context *context, struct kg_findings *out)
{
	bool cluster_wide = context->object->kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;
	const char *path = context->object->authentication.file_path;

	if (cluster_wide && path && context->keda_version >= KG_VERSION(2, 19, 0) && (*path == '/' || strstr(path, "..")))
		return add_invalid(context, "spec.filePath",
		                   "must be relative and must not hold \"..\": KEDA refuses every trigger that uses it", out);
	if (cluster_wide || kg_rule_is_empty(context->object->authentication.file_path) || context->keda_version < KG_VERSION(2, 19, 0))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_AUTHENTICATION_INVALID,
	                                    .path = "spec.filePath",
	                                    .type = KG_FIELD_FORBIDDEN,
	                                    .detail = "KEDA reads files for a ClusterTriggerAuthentication only",
	                                    .ceiling = kg_rule_version_ceiling(context),
	                            });
}

/* Does a file give the values, so that KEDA looks at no other block? */
static bool is_from_file(const struct kg_rule_context *context)
{
	return context->keda_version >= KG_VERSION(2, 19, 0) && !kg_rule_is_empty(context->object->authentication.file_path);
}

int kg_check_authentication_invalid(const struct kg_rule_context *context, struct kg_findings *out)
{
	bool from_file = is_from_file(context);
	int status = check_identity(context, out);

	if (status == 0)
		status = check_oauth2(context, out);
	if (status == 0 && !from_file)
		status = check_vault(context, out);
	if (status == 0 && !from_file)
		status = check_stores(context, out);
	return status ? status : check_file_path(context, out);
}
