/*
 * temporal: the backlog of a Temporal task queue, over gRPC.
 *
 * Read at 2.17.0 to 2.20.2 and main (2.21). KEDA never looks at a pod identity here, and reads apiKey from a TriggerAuthentication or the environment
 * only: a literal apiKey in the metadata leaves the connection anonymous and in plaintext.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

/* The first release whose TLS settings for an API key reach the connection: 2.17.1 sets them, then overwrites them. */
#define API_KEY_OVER_TLS KG_VERSION(2, 17, 2)

static const char versioning[] = "workerDeploymentName and workerDeploymentBuildId";

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("endpoint",                    KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED, .target = KG_TARGET_ADDRESS),
	PARAM("namespace",                   KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .def = "default"),
	PARAM("activationTargetQueueSize",   KG_FROM_METADATA,     KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("targetQueueSize",             KG_FROM_METADATA,     KG_TYPE_INT,    KG_OPTIONAL, .def = "5"),
	PARAM("taskQueue",                   KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("queueTypes",                  KG_FROM_METADATA,     KG_TYPE_LIST,   KG_OPTIONAL, .known_values = KG_NAMES("workflow", "activity", "nexus")),
	PARAM("buildId",                     KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .announced = KG_VERSION(2, 20, 0), .instead = versioning),
	PARAM("workerDeploymentName",        KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 20, 0), .needs = KG_NAMES("workerDeploymentBuildId"), .excludes = KG_NAMES("buildId")),
	PARAM("workerDeploymentBuildId",     KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 20, 0), .needs = KG_NAMES("workerDeploymentName")),
	PARAM("selectAllActive",             KG_FROM_METADATA,     KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false", .announced = KG_VERSION(2, 20, 0), .instead = versioning),
	PARAM("selectUnversioned",           KG_FROM_METADATA,     KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false", .announced = KG_VERSION(2, 20, 0), .instead = versioning),
	PARAM("includeRunningWorkflowCount", KG_FROM_METADATA,     KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false", .since = KG_VERSION(2, 21, 0)),
	PARAM("workflowTaskQueueForCount",   KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 21, 0)),
	PARAM("apiKey",                      KG_FROM_AUTH_ENV,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the API key"),
	PARAM("minConnectTimeout",           KG_FROM_METADATA,     KG_TYPE_INT,    KG_OPTIONAL, .def = "5"),
	PARAM("enableTLS",                   KG_FROM_METADATA,     KG_TYPE_BOOL,   KG_OPTIONAL, .def = "true", .since = KG_VERSION(2, 21, 0)),
	PARAM("unsafeSsl",                   KG_FROM_METADATA,     KG_TYPE_BOOL,   KG_OPTIONAL),
	PARAM("cert",                        KG_FROM_AUTH,         KG_TYPE_STRING, KG_OPTIONAL, .needs = KG_NAMES("key")),
	PARAM("key",                         KG_FROM_AUTH,         KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .needs = KG_NAMES("cert")),
	PARAM("keyPassword",                 KG_FROM_AUTH,         KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("ca",                          KG_FROM_AUTH,         KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("tlsServerName",               KG_FROM_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 18, 0)),
};
/* clang-format on */

static bool has_client_certificate(const struct kg_params *params)
{
	return kg_params_given(params, "cert") && kg_params_given(params, "key");
}

static bool lacks_client_certificate(const struct kg_params *params)
{
	return kg_params_missing(params, "cert") || kg_params_missing(params, "key");
}

/* With an API key and, for certain, no client certificate. */
static void decide_for_api_key(const struct kg_params *params, struct kg_channel *out)
{
	if (params->keda_version < API_KEY_OVER_TLS) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because =
		        "KEDA 2.17.0 and 2.17.1 send an API key without a client certificate over plaintext gRPC (the server answers "
		        "\"connection reset by peer\")";
		out->fix = "upgrade to KEDA 2.17.2 or later, or also give cert and key";
		out->mended_in = API_KEY_OVER_TLS;
		return;
	}
	out->encryption = KG_ENCRYPTION_ON;
	if (kg_params_true(params, "enableTLS", true))
		return;
	out->encryption = KG_ENCRYPTION_OFF;
	out->parameter = "enableTLS";
	out->because = "enableTLS, turned off, asks for plaintext gRPC";
	out->fix = "remove enableTLS, or write enableTLS: \"true\"";
}

/* KEDA turns TLS on for an API key or a client certificate, and for nothing else: not for ca, unsafeSsl, tlsServerName or the endpoint's scheme. */
static void decide(const struct kg_params *params, struct kg_channel *out)
{
	if (has_client_certificate(params)) {
		out->encryption = KG_ENCRYPTION_ON;
		return;
	}
	if (kg_params_given(params, "apiKey")) {
		struct kg_channel without = {.encryption = KG_ENCRYPTION_UNKNOWN};

		decide_for_api_key(params, &without);
		/* A certificate that cannot be seen would encrypt it. */
		if (without.encryption == KG_ENCRYPTION_ON || lacks_client_certificate(params))
			*out = without;
		return;
	}
	if (kg_params_missing(params, "apiKey") && lacks_client_certificate(params)) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because = "without apiKey, or cert and key, KEDA connects over plaintext gRPC";
		out->fix = "give apiKey, or cert and key, in a TriggerAuthentication";
	}
}

/* Temporal Cloud takes TLS only, and nobody it does not know. */
static int check_cloud(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const domains[] = {".tmprl.cloud", ".temporal.io", NULL};
	const char *endpoint = kg_params_text(params, "endpoint");
	struct kg_url url;

	if (!endpoint || !kg_params_missing(params, "apiKey") || !lacks_client_certificate(params))
		return 0;
	if (!kg_endpoint_parse(endpoint, &url) || !kg_host_under_any(url.host, domains))
		return 0;
	return kg_complaints_add(
	        out, &(struct kg_complaint){
	                     .kind = KG_COMPLAINT_CREDENTIALS_MISSING,
	                     .parameter = "endpoint",
	                     .detail = "an endpoint of Temporal Cloud needs apiKey, or cert and key; without them KEDA connects "
	                               "anonymously, over plaintext gRPC",
	                     .fix = "give apiKey, or cert and key, in a TriggerAuthentication",
	             });
}

/* To gRPC a text that begins with none of its own schemes is one host to look up, with one port. */
static int check_endpoint(const struct kg_params *params, struct kg_complaints *out)
{
	const char *endpoint = kg_params_text(params, "endpoint");
	const char *comma = endpoint ? strchr(endpoint, ',') : NULL;
	bool list = comma && memchr(endpoint, ':', (size_t)(comma - endpoint)) && strchr(comma, ':');

	if (!endpoint || (strncmp(endpoint, "http://", 7) != 0 && strncmp(endpoint, "https://", 8) != 0 && !list))
		return 0;
	return kg_complain_invalid(params, "endpoint", "must be one host and port, such as temporal.shop:7233, without http:// or https://",
	                           out);
}

static int check_worker_versions(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const switches[] = {"selectAllActive", "selectUnversioned"};
	int status = 0;

	if (!kg_params_given(params, "workerDeploymentName"))
		return 0;
	for (size_t i = 0; i < KG_ARRAY_LEN(switches) && status == 0; i++) {
		if (kg_params_true(params, switches[i], false))
			status = kg_complaints_add(out, &(struct kg_complaint){
			                                        .kind = KG_COMPLAINT_CONFLICT,
			                                        .parameter = switches[i],
			                                        .detail = "must not be true together with workerDeploymentName",
			                                });
	}
	return status;
}

/* These go into a query that has no parameters of its own. */
static int check_running_count(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const names[] = {"taskQueue", "workflowTaskQueueForCount", "workerDeploymentName", "workerDeploymentBuildId"};
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:";
	int status = 0;

	if (!kg_params_true(params, "includeRunningWorkflowCount", false)) {
		if (!kg_params_given(params, "workflowTaskQueueForCount"))
			return 0;
		return kg_complain_invalid(params, "workflowTaskQueueForCount", "needs includeRunningWorkflowCount: \"true\" besides", out);
	}
	for (size_t i = 0; i < KG_ARRAY_LEN(names) && status == 0; i++) {
		const char *text = kg_params_text(params, names[i]);

		if (text && text[strspn(text, allowed)] != '\0')
			status = kg_complain_invalid(
			        params, names[i], "must hold only letters, digits and - _ . / : while includeRunningWorkflowCount is true",
			        out);
	}
	return status;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const naturals[] = {"targetQueueSize", "activationTargetQueueSize", "minConnectTimeout", NULL};
	int status = kg_number_check_natural(params, naturals, out);

	if (status == 0 && params->keda_version < KG_VERSION(2, 18, 0) && kg_number_is_zero(params, "targetQueueSize"))
		status = kg_complain_invalid(params, "targetQueueSize", "must be greater than 0; KEDA takes 0 since 2.18", out);
	if (status == 0)
		status = check_endpoint(params, out);
	if (status == 0)
		status = check_worker_versions(params, out);
	if (status == 0)
		status = check_running_count(params, out);
	if (status == 0 && has_client_certificate(params)) {
		status = kg_tls_material_check_pair(params, out);
		if (status == 0)
			status = kg_tls_material_check_ca(params, out);
	}
	return status ? status : check_cloud(params, out);
}

/* Up to 2.18 the TLS settings for an API key alone hold nothing but the least version. */
static bool verification_kept(const struct kg_params *params)
{
	return params->keda_version < KG_VERSION(2, 19, 0) && lacks_client_certificate(params);
}

const struct kg_scaler kg_scaler_temporal = {
        .type = "temporal",
        .since = KG_VERSION(2, 17, 0),
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = KG_VERSION(2, 17, 0),
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED,
                      .decide = decide,
                      .how = "apiKey, or cert and key, turn TLS on; enableTLS: \"false\" turns it off again"},
        .verification_switch = "unsafeSsl",
        .check = check,
        .verification_kept = verification_kept,
        .uses_ca = has_client_certificate,
        .source = "pkg/scalers/temporal_scaler.go",
};
