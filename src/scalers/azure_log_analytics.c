/*
 * azure-log-analytics: the result of a query in a workspace. The client sends its token over https only.
 *
 * Up to 2.17 code of its own reads the parameters.
 */
#include "kedagate/syntax/url.h"
#include "scalers/azure_authorization.h"
#include "scalers/azure_cloud.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 18, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("tenantId",                KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING,   KG_REQUIRED_WITHOUT_IDENTITY, .ignored_with_identity = true),
	PARAM("clientId",                KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING,   KG_REQUIRED_WITHOUT_IDENTITY, .ignored_with_identity = true),
	PARAM("clientSecret",            KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING,   KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .sent_as = "the access token", .ignored_with_identity = true),
	PARAM("workspaceId",             KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING,   KG_REQUIRED),
	PARAM("query",                   KG_FROM_METADATA,          KG_TYPE_STRING,   KG_REQUIRED),
	PARAM("threshold",               KG_FROM_METADATA,          KG_TYPE_FLOAT,    KG_REQUIRED_WITHOUT_FORMULA, .removed = TYPED_SINCE),
	PARAM("threshold",               KG_FROM_METADATA,          KG_TYPE_FLOAT,    KG_REQUIRED, .since = TYPED_SINCE),
	PARAM("activationThreshold",     KG_FROM_METADATA,          KG_TYPE_FLOAT,    KG_OPTIONAL, .def = "0"),
	PARAM("logAnalyticsResourceURL", KG_FROM_METADATA,          KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("cloud",                   KG_FROM_METADATA,          KG_TYPE_STRING,   KG_OPTIONAL, .def = "azurePublicCloud"),
	PARAM("unsafeSsl",               KG_FROM_METADATA,          KG_TYPE_BOOL,     KG_OPTIONAL, .def = "false"),
	PARAM("timeout",                 KG_FROM_METADATA,          KG_TYPE_INT,      KG_OPTIONAL, .bound = KG_BOUND_POSITIVE, .since = KG_VERSION(2, 17, 0), .removed = TYPED_SINCE),
	PARAM("timeout",                 KG_FROM_METADATA,          KG_TYPE_DURATION, KG_OPTIONAL, .since = TYPED_SINCE),
	PARAM("activeDirectoryEndpoint", KG_FROM_METADATA,          KG_TYPE_STRING,   KG_OPTIONAL, .removed = KG_VERSION(2, 15, 0)),
	PARAM("metricName",              KG_FROM_METADATA,          KG_TYPE_STRING,   KG_OPTIONAL, .removed = KG_VERSION(2, 12, 0)),
};
/* clang-format on */

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "logAnalyticsResourceURL");
	int status = kg_azure_cloud_check_monitor(params, "logAnalyticsResourceURL", out);
	struct kg_url url;

	if (status == 0 && text && kg_azure_cloud_of(params) == KG_AZURE_PRIVATE &&
	    (!kg_url_parse(text, &url) || !kg_slice_equal_nocase(url.scheme, "https")))
		status = kg_complain_doubtful(params, "logAnalyticsResourceURL",
		                              "must be an https:// URL: KEDA sends its token nowhere else", out);
	return status ? status : kg_azure_authorization_check_tenant(params, true, out);
}

/* Since 2.15 KEDA writes it into the map of services that all clients for the public cloud share. */
static const struct kg_private_endpoint private_endpoints[] = {
        {
                .parameter = "logAnalyticsResourceURL",
                .hosts = KG_NAMES("api.loganalytics.io"),
                .receives = "an Azure access token",
                .with_identity = true,
                .without_identity = true,
                .shared_since = KG_VERSION(2, 15, 0),
        },
        {.parameter = NULL},
};

const struct kg_scaler kg_scaler_azure_log_analytics = {
        .type = "azure-log-analytics",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .identities = kg_azure_identities,
        .other_identities = KG_IDENTITY_REFUSED,
        .transport = {.kind = KG_TRANSPORT_ALWAYS_TLS},
        .verification_switch = "unsafeSsl",
        .check = check,
        .private_endpoints = private_endpoints,
        .source = "pkg/scalers/azure_log_analytics_scaler.go",
};
