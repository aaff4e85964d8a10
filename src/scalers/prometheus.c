/*
 * prometheus: the number that a PromQL query gives, from Prometheus itself or from a cloud's managed one.
 *
 * Read at 2.10.0 to 2.20.2. KEDA looks at neither the address nor the query. Without authModes it tries the clouds in turn (azure, gcp, aws), and attaches
 * the token it gets whatever host serverAddress names.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/brackets.h"
#include "kedagate/syntax/header.h"
#include "kedagate/syntax/url.h"
#include "scalers/auth_modes.h"
#include "scalers/azure_cloud.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_AUTH_TYPED_SINCE
#define GCP_SINCE   KG_VERSION(2, 11, 0)
#define AWS_SINCE   KG_VERSION(2, 13, 0)

/* Query endpoints of Azure Monitor workspaces: public, US Government and China clouds. */
#define AZURE_HOSTS ".prometheus.monitor.azure.com", ".prometheus.monitor.azure.us", ".prometheus.monitor.azure.cn"

static const char address_of_resource[] = "azureManagedPrometheusResourceURL";

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("serverAddress",       KG_FROM_METADATA,      KG_TYPE_STRING,   KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("query",               KG_FROM_METADATA,      KG_TYPE_STRING,   KG_REQUIRED),
	PARAM("queryParameters",     KG_FROM_METADATA,      KG_TYPE_MAP,      KG_OPTIONAL, .since = KG_VERSION(2, 13, 0), .secret_inside = true),
	PARAM("threshold",           KG_FROM_METADATA,      KG_TYPE_FLOAT,    KG_REQUIRED_WITHOUT_FORMULA, .removed = TYPED_SINCE),
	PARAM("threshold",           KG_FROM_METADATA,      KG_TYPE_FLOAT,    KG_REQUIRED, .since = TYPED_SINCE),
	PARAM("activationThreshold", KG_FROM_METADATA,      KG_TYPE_FLOAT,    KG_OPTIONAL),
	PARAM("namespace",           KG_FROM_METADATA,      KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("customHeaders",       KG_FROM_METADATA,      KG_TYPE_MAP,      KG_OPTIONAL, .secret_inside = true),
	PARAM("ignoreNullValues",    KG_FROM_METADATA,      KG_TYPE_BOOL,     KG_OPTIONAL, .def = "true"),
	PARAM("unsafeSsl",           KG_FROM_METADATA,      KG_TYPE_BOOL,     KG_OPTIONAL),
	PARAM("timeout",             KG_FROM_METADATA,      KG_TYPE_INT,      KG_OPTIONAL, .since = KG_VERSION(2, 17, 0), .removed = KG_VERSION(2, 18, 0)),
	PARAM("timeout",             KG_FROM_METADATA,      KG_TYPE_DURATION, KG_OPTIONAL, .since = KG_VERSION(2, 18, 0)),
	PARAM("metricName",          KG_FROM_METADATA,      KG_TYPE_STRING,   KG_OPTIONAL, .removed = KG_VERSION(2, 12, 0)),
	PARAM("cortexOrgID",         KG_FROM_METADATA,      KG_TYPE_STRING,   KG_OPTIONAL, .deprecated = KG_VERSION_OLDEST, .removed = TYPED_SINCE, .instead = "customHeaders: \"X-Scope-OrgID=…\""),

	PARAM("cloud",             KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM(address_of_resource, KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),

	PARAM("GoogleApplicationCredentials", KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = GCP_SINCE, .credential = true),
	PARAM("credentials",                  KG_FROM_ENV,      KG_TYPE_STRING, KG_OPTIONAL, .since = GCP_SINCE, .credential = true),
	PARAM("credentialsFromEnvFile",       KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .since = GCP_SINCE),

	PARAM("awsRegion",          KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .since = AWS_SINCE, .removed = KG_VERSION(2, 16, 1)),
	PARAM("awsRegion",          KG_FROM_METADATA_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 16, 1)),
	PARAM("identityOwner",      KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .since = AWS_SINCE, .known_values = KG_NAMES("pod", "operator")),
	PARAM("awsRoleArn",         KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = AWS_SINCE),
	PARAM("awsAccessKeyID",     KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .since = AWS_SINCE),
	PARAM("awsAccessKeyId",     KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = AWS_SINCE),
	PARAM("awsSecretAccessKey", KG_FROM_AUTH_ENV,          KG_TYPE_STRING, KG_OPTIONAL, .since = AWS_SINCE, .credential = true),
	PARAM("awsSessionToken",    KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = AWS_SINCE, .credential = true),

	PARAM("authModes",   KG_FROM_METADATA, KG_TYPE_LIST,   KG_OPTIONAL, .removed = KG_VERSION(2, 12, 0), .values = KG_NAMES("bearer", "basic", "tls", "custom"), .exclusive = KG_NAMES("bearer", "basic")),
	PARAM("authModes",   KG_FROM_METADATA, KG_TYPE_LIST,   KG_OPTIONAL, .since = KG_VERSION(2, 12, 0), .removed = TYPED_SINCE, .values = KG_NAMES("bearer", "basic", "tls", "custom", "oauth"), .exclusive = KG_AUTH_EXCLUSIVE),
	PARAM("authModes",   KG_FROM_METADATA, KG_TYPE_LIST,   KG_OPTIONAL, .since = TYPED_SINCE, .removed = KG_AUTH_API_KEY_SINCE, .values = KG_AUTH_WORDS, .exclusive = KG_AUTH_EXCLUSIVE),
	PARAM("bearerToken", KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_AUTH_API_KEY_SINCE, .credential = true, .auth_mode = KG_AUTH_BEARER, .sent_as = "the bearer token"),
	KG_AUTH_ROWS_2_18,
	KG_AUTH_ROWS,
	KG_AUTH_CUSTOM_ROWS(0),
	KG_AUTH_OAUTH_ROWS(KG_VERSION(2, 12, 0), KG_VERSION(2, 13, 0)),
	PARAM("scope",       KG_FROM_AUTH,     KG_TYPE_LIST,   KG_OPTIONAL, .since = KG_VERSION(2, 12, 0), .removed = TYPED_SINCE, .auth_mode = KG_AUTH_OAUTH),
	PARAM("scopes",      KG_FROM_AUTH,     KG_TYPE_LIST,   KG_OPTIONAL, .since = TYPED_SINCE, .removed = KG_VERSION(2, 20, 0), .auth_mode = KG_AUTH_OAUTH),
};
/* clang-format on */

static const struct kg_identity_support identities[] = {
        {KG_PROVIDER_AZURE_WORKLOAD, KG_VERSION(2, 10, 0)},
        {KG_PROVIDER_AZURE, KG_VERSION(2, 10, 0)},
        {KG_PROVIDER_GCP, GCP_SINCE},
        {KG_PROVIDER_AWS, AWS_SINCE},
        {KG_PROVIDER_AWS_EKS, AWS_SINCE},
        {KG_PROVIDER_NONE, 0},
};

static const char *const azure_hosts[] = {AZURE_HOSTS, NULL};

/* With a cloud of the user's own, its hosts are the user's own as well. */
static bool azure_hosts_are_known(const struct kg_params *params)
{
	enum kg_azure_cloud cloud = kg_azure_cloud_of(params);

	return cloud != KG_AZURE_PRIVATE && cloud != KG_AZURE_STACK;
}

static const struct kg_token_audience audiences[] = {
        {
                .providers = KG_PROVIDER_AZURE_WORKLOAD | KG_PROVIDER_AZURE,
                .parameter = "serverAddress",
                .suffixes = azure_hosts,
                .what = "an Azure access token for Managed Prometheus",
                .applies = azure_hosts_are_known,
        },
        {
                .providers = KG_PROVIDER_GCP,
                .parameter = "serverAddress",
                .suffixes = KG_NAMES(".googleapis.com"),
                .what = "a Google access token for Cloud Monitoring",
        },
        {.providers = 0},
};

static const struct kg_private_endpoint private_endpoints[] = {
        {
                .parameter = "serverAddress",
                .hosts = azure_hosts,
                .receives = "an Azure access token for whatever azureManagedPrometheusResourceURL names",
                .with_identity = true,
        },
        {.parameter = NULL},
};

/* Does a custom header carry what is a credential by its name? */
static bool has_secret_header(const char *headers)
{
	struct kg_list list = kg_list_of(kg_slice_of(headers), ',');
	struct kg_slice value;

	return kg_header_next_secret(&list, &value);
}

static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	static const char *const keys[] = {"GoogleApplicationCredentials", "credentials"};
	const char *headers = kg_params_text(params, "customHeaders");

	if (headers && has_secret_header(headers)) {
		*ret_use = (struct kg_credential_use){.parameter = "customHeaders",
		                                      .what = "the credential in customHeaders",
		                                      .key = kg_params_get(params, "customHeaders")->key};
		return true;
	}
	for (size_t i = 0; i < KG_ARRAY_LEN(keys); i++) {
		if (!kg_params_given(params, keys[i]) || !kg_params_missing(params, kg_params_auth_modes_name(params)))
			continue;
		*ret_use = (struct kg_credential_use){
		        .parameter = keys[i], .what = "the access token", .key = kg_params_get(params, keys[i])->key};
		return true;
	}
	return false;
}

/* Is serverAddress certainly an Azure Monitor workspace's? */
static bool is_azure(const struct kg_params *params, struct kg_url *ret_url)
{
	const char *text = kg_params_text(params, "serverAddress");

	return text && kg_url_parse(text, ret_url) && kg_host_under_any(ret_url->host, azure_hosts);
}

static bool has_azure_identity(const struct kg_params *params)
{
	return kg_params_identity_in_effect(params) &&
	       (params->identity.provider == KG_PROVIDER_AZURE_WORKLOAD || params->identity.provider == KG_PROVIDER_AZURE);
}

/* Can it be ruled out that the request carries a token that Azure takes? */
static bool lacks_azure_token(const struct kg_params *params)
{
	const struct kg_param_value *modes = kg_params_get(params, kg_params_auth_modes_name(params));
	const char *headers = kg_params_text(params, "customHeaders");

	if (params->identity.state != KG_IDENTITY_STATE_KNOWN || has_azure_identity(params))
		return false;
	if (modes->state != KG_PARAM_ABSENT && modes->state != KG_PARAM_KNOWN)
		return false;
	if (kg_params_auth_modes(params) & (KG_AUTH_BEARER | KG_AUTH_CUSTOM))
		return false;
	return !headers || !has_secret_header(headers);
}

/* The token that the named cloud gives is for its own workspaces only. */
static bool cloud_fits(enum kg_azure_cloud cloud, struct kg_slice host)
{
	switch (cloud) {
	case KG_AZURE_PUBLIC:
		return kg_host_under(host, azure_hosts[0]);
	case KG_AZURE_US_GOVERNMENT:
		return kg_host_under(host, azure_hosts[1]);
	case KG_AZURE_CHINA:
		return kg_host_under(host, azure_hosts[2]);
	case KG_AZURE_GERMANY:
	case KG_AZURE_PRIVATE:
	case KG_AZURE_STACK:
	case KG_AZURE_UNKNOWN:
		break;
	}
	return true;
}

static int check_azure_identity(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_azure_cloud_check(params, address_of_resource, out);

	if (status == 0 && kg_azure_cloud_of(params) == KG_AZURE_GERMANY)
		status = kg_complain_invalid(params, "cloud",
		                             "must be another one: Azure Managed Prometheus is not available in AzureGermanCloud", out);
	return status;
}

/* A workspace is asked with an Azure identity. */
static int check_azure_pair(const struct kg_params *params, const struct kg_url *url, struct kg_complaints *out)
{
	if (params->keda_version < KG_VERSION(2, 11, 0))
		return kg_complaints_add(out, &(struct kg_complaint){
		                                      .kind = KG_COMPLAINT_TOO_OLD,
		                                      .parameter = "serverAddress",
		                                      .detail = "Azure Managed Prometheus works since KEDA 2.10, and 2.11 is the first "
		                                                "release that supports it in full",
		                                      .fix = "upgrade to KEDA 2.11 or later",
		                                      .uncertain = true,
		                              });
	if (!cloud_fits(kg_azure_cloud_of(params), url->host))
		return kg_complain_doubtful(params, "serverAddress",
		                            "KEDA asks for a token of another cloud: write the cloud that this workspace is in", out);
	return 0;
}

static int check_azure_host(const struct kg_params *params, struct kg_complaints *out)
{
	struct kg_credential_use use;
	struct kg_url url;
	int status = 0;

	if (!is_azure(params, &url))
		return 0;
	if (lacks_azure_token(params))
		status = kg_complaints_add(
		        out, &(struct kg_complaint){
		                     .kind = KG_COMPLAINT_CREDENTIALS_MISSING,
		                     .parameter = "serverAddress",
		                     .detail = "Azure Managed Prometheus answers 401 without an Azure token",
		                     .fix = "refer to a TriggerAuthentication with podIdentity azure-workload, or write authModes: "
		                            "bearer and give bearerToken",
		             });
	/* With a credential, that it would travel in clear text is what there is to say. */
	if (status == 0 && kg_slice_equal_nocase(url.scheme, "http") && !kg_params_credential(params, &use))
		status = kg_complain_invalid(params, "serverAddress",
		                             "must be an https:// URL: Azure Managed Prometheus answers to nothing else", out);
	if (status == 0 && has_azure_identity(params))
		status = check_azure_pair(params, &url, out);
	return status;
}

/* 2.10.0 and 2.11.0 took even the provider "none" for an identity. */
static bool clashes_with_modes(const struct kg_params *params)
{
	if (params->identity.state != KG_IDENTITY_STATE_KNOWN)
		return false;
	if (params->keda_version < KG_VERSION(2, 11, 1))
		return params->identity.provider_text && *params->identity.provider_text != '\0';
	return params->identity.provider != KG_PROVIDER_NONE;
}

static int check_identity(const struct kg_params *params, struct kg_complaints *out)
{
	const char *modes = kg_params_auth_modes_name(params);

	if (kg_params_auth_modes(params) != 0 && clashes_with_modes(params))
		return kg_complaints_add(out, &(struct kg_complaint){.kind = KG_COMPLAINT_CONFLICT,
		                                                     .parameter = modes,
		                                                     .detail = "must not be given together with a pod identity",
		                                                     .fix = "remove one of the two"});
	return has_azure_identity(params) && kg_params_missing(params, modes) ? check_azure_identity(params, out) : 0;
}

static int check_query(const struct kg_params *params, struct kg_complaints *out)
{
	const char *query = kg_params_text(params, "query");
	struct kg_brackets_fault fault;

	if (!query || kg_brackets_balanced(query, &fault))
		return 0;
	return kg_complain_invalid(params, "query",
	                           kg_arena_printf(out->arena, "must be a PromQL query: the %c at offset %zu %s", fault.byte, fault.offset,
	                                           fault.unclosed ? "is never closed" : "closes nothing"),
	                           out);
}

static int check_address(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "serverAddress");
	struct kg_url url;

	if (!text || (kg_url_parse(text, &url) && url.host.length > 0))
		return 0;
	return kg_complain_doubtful(params, "serverAddress", "must be an absolute URL, beginning with https:// or http://", out);
}

/* A whole number of milliseconds in 2.17, a duration since. */
static int check_timeout(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const names[] = {"timeout", NULL};

	return params->keda_version < KG_VERSION(2, 18, 0) ? kg_number_check_natural(params, names, out) : 0;
}

/* Service account keys are JSON objects; KEDA reads them while it builds the scaler, unless it uses the identity of Google itself. */
static int check_google_key(const struct kg_params *params, struct kg_complaints *out)
{
	const char *name = kg_params_given(params, "GoogleApplicationCredentials") ? "GoogleApplicationCredentials" : "credentials";
	const char *text = kg_params_text(params, name);

	bool google = params->identity.state == KG_IDENTITY_STATE_UNRESOLVED || params->identity.provider == KG_PROVIDER_GCP;

	if (!text || text[0] == '{' || google || !kg_params_missing(params, kg_params_auth_modes_name(params)))
		return 0;
	return kg_complain_invalid(params, name, "must be the JSON key of a Google service account", out);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	static int (*const checks[])(const struct kg_params *, struct kg_complaints *) = {
	        check_address, check_timeout, check_query, check_identity, check_azure_host, check_google_key, kg_auth_modes_check,
	};
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(checks) && status == 0; i++)
		status = checks[i](params, out);
	return status == 0 && kg_params_auth_modes(params) != 0 ? kg_tls_material_check_ca(params, out) : status;
}

static bool has_modes(const struct kg_params *params)
{
	return kg_params_auth_modes(params) != 0;
}

/* A transport of its own, for a ca, client certificates, Azure or AWS, always verifies; that for Google wraps the one with the switch. */
static bool verification_kept(const struct kg_params *params)
{
	if (has_modes(params))
		return (kg_params_auth_modes(params) & KG_AUTH_TLS) != 0 || kg_params_given(params, "ca");
	return has_azure_identity(params) || (kg_params_identity_in_effect(params) && params->identity.provider == KG_PROVIDER_AWS);
}

/* It signs in to Google only without a mode of its own. */
static bool opens_key_file(const struct kg_params *params)
{
	return kg_params_missing(params, kg_params_auth_modes_name(params));
}

const struct kg_scaler kg_scaler_prometheus = {
        .type = "prometheus",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .identities = identities,
        .other_identities = KG_IDENTITY_IGNORED,
        .auth_modes = KG_AUTH_BASIC | KG_AUTH_BEARER | KG_AUTH_CUSTOM | KG_AUTH_TLS,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "serverAddress"},
        .verification_switch = "unsafeSsl",
        .audiences = audiences,
        .private_endpoints = private_endpoints,
        .check = check,
        .credential = credential,
        .verification_kept = verification_kept,
        .uses_ca = has_modes,
        .opens_key_file = opens_key_file,
        .source = "pkg/scalers/prometheus_scaler.go",
};
