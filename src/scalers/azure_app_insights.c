/*
 * azure-app-insights: a metric of Application Insights. tenantId is needed with a pod identity as well.
 *
 * KEDA sends its access token to appInsightsResourceURL, whatever the scheme, when cloud is Private.
 */
#include "kedagate/syntax/url.h"
#include "scalers/azure_authorization.h"
#include "scalers/azure_cloud.h"
#include "scalers/azure_period.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 20, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("targetValue",                   KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_REQUIRED_WITHOUT_FORMULA, .bound = KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA, .bound_since = TYPED_SINCE),
	PARAM("activationTargetValue",         KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("metricId",                      KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("metricAggregationTimespan",     KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("metricAggregationType",         KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("metricFilter",                  KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("ignoreNullValues",              KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("cloud",                         KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("appInsightsResourceURL",        KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("applicationInsightsId",         KG_FROM_METADATA_AUTH_ENV, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("tenantId",                      KG_FROM_METADATA_AUTH_ENV, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("activeDirectoryClientId",       KG_FROM_METADATA_AUTH_ENV, KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .ignored_with_identity = true),
	PARAM("activeDirectoryClientPassword", KG_FROM_AUTH_ENV,          KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .sent_as = "the access token", .ignored_with_identity = true),
	PARAM("activeDirectoryEndpoint",       KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
};
/* clang-format on */

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *text = kg_params_text(params, "appInsightsResourceURL");
	struct kg_url url;

	if (kg_azure_cloud_of(params) != KG_AZURE_PRIVATE) {
		out->encryption = KG_ENCRYPTION_ON;
		return;
	}
	if (!text || !kg_url_parse(text, &url))
		return;
	out->parameter = "appInsightsResourceURL";
	if (kg_slice_equal_nocase(url.scheme, "https")) {
		out->encryption = KG_ENCRYPTION_ON;
	} else if (kg_slice_equal_nocase(url.scheme, "http")) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because = "the url scheme is http";
		out->fix = "write an https:// URL";
	}
}

static int check_private_cloud(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "appInsightsResourceURL");
	struct kg_url url;
	int status = 0;

	if (kg_azure_cloud_of(params) != KG_AZURE_PRIVATE)
		return 0;
	if (kg_params_missing(params, "activeDirectoryEndpoint"))
		status = kg_complain_missing(params, "activeDirectoryEndpoint", "KEDA needs it for cloud Private", out);
	if (status == 0 && text && !kg_url_parse(text, &url))
		status = kg_complain_doubtful(params, "appInsightsResourceURL", "must be a URL such as https://api.applicationinsights.io",
		                              out);
	return status;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_azure_period_check(params, "metricAggregationTimespan", 2, "must be hours and minutes: hh:mm", out);

	if (status == 0 && kg_params_get(params, "cloud")->spaced)
		return kg_complain_invalid(params, "cloud", "must have no white space around it", out);
	if (status == 0)
		status = kg_azure_cloud_check_monitor(params, "appInsightsResourceURL", out);
	if (status == 0)
		status = check_private_cloud(params, out);
	return status ? status : kg_azure_authorization_check_tenant(params, true, out);
}

static const struct kg_private_endpoint private_endpoints[] = {
        {
                .parameter = "appInsightsResourceURL",
                .hosts = KG_NAMES("api.applicationinsights.io", "api.applicationinsights.us", "api.applicationinsights.azure.cn"),
                .receives = "an Azure access token",
                .with_identity = true,
                .without_identity = true,
        },
        {
                .parameter = "activeDirectoryEndpoint",
                .hosts = kg_azure_login_hosts,
                .receives = "the client secret",
                .without_identity = true,
                .removed = KG_VERSION(2, 19, 0),
        },
        {.parameter = NULL},
};

const struct kg_scaler kg_scaler_azure_app_insights = {
        .type = "azure-app-insights",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .identities = kg_azure_identities,
        .other_identities = KG_IDENTITY_REFUSED,
        .transport = {.kind = KG_TRANSPORT_DECIDED,
                      .decide = decide,
                      .how = "always, but for an http:// appInsightsResourceURL with cloud: Private"},
        .check = check,
        .private_endpoints = private_endpoints,
        .source = "pkg/scalers/azure_app_insights_scaler.go",
};
