/*
 * azure-monitor: a metric of an Azure resource. The client sends its token over https only.
 *
 * Up to 2.16 code of its own reads the parameters.
 */
#include "kedagate/syntax/text.h"
#include "scalers/azure_authorization.h"
#include "scalers/azure_cloud.h"
#include "scalers/azure_period.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 17, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("targetValue",                   KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_REQUIRED_WITHOUT_FORMULA, .removed = TYPED_SINCE),
	PARAM("targetValue",                   KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_REQUIRED, .bound = KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA, .since = TYPED_SINCE),
	PARAM("activationTargetValue",         KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("resourceURI",                   KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("tenantId",                      KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("subscriptionId",                KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("resourceGroupName",             KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("metricName",                    KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("metricNamespace",               KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("metricFilter",                  KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("metricAggregationInterval",     KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("metricAggregationType",         KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED, .values = KG_NAMES("Average", "Count", "Maximum", "Minimum", "None", "Total"), .one_word = true),
	PARAM("activeDirectoryClientId",       KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .ignored_with_identity = true, .removed = TYPED_SINCE),
	PARAM("activeDirectoryClientPassword", KG_FROM_AUTH_ENV,          KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .ignored_with_identity = true, .removed = TYPED_SINCE),
	PARAM("activeDirectoryClientId",       KG_FROM_METADATA_ENV_AUTH, KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .ignored_with_identity = true, .since = TYPED_SINCE),
	PARAM("activeDirectoryClientPassword", KG_FROM_METADATA_ENV_AUTH, KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .ignored_with_identity = true, .since = TYPED_SINCE),
	PARAM("cloud",                         KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("azureResourceManagerEndpoint",  KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("activeDirectoryEndpoint",       KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_VERSION(2, 15, 0)),
};
/* clang-format on */

static int check_resource(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "resourceURI");
	struct kg_list parts = kg_list_of(kg_slice_of(text), '/');
	struct kg_slice part;
	unsigned count = 0;

	while (text && kg_list_next(&parts, &part))
		count++;
	if (!text || count == 3)
		return 0;
	return kg_complain_invalid(params, "resourceURI",
	                           "must be <namespace>/<resource type>/<resource name>, such as Microsoft.Web/serverFarms/shop", out);
}

/* KEDA takes some words and then does otherwise. */
static int check_effect(const struct kg_params *params, struct kg_complaints *out)
{
	int status = 0;

	if (kg_params_is(params, "metricAggregationType", "None"))
		status = kg_complain_doubtful(params, "metricAggregationType", "must not be None: KEDA finds no value then", out);
	if (status == 0 && kg_azure_cloud_of(params) == KG_AZURE_PRIVATE)
		status = kg_complain_doubtful(
		        params, "cloud",
		        "must not be Private: KEDA gives azureResourceManagerEndpoint to another client and asks the public cloud", out);
	return status;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = check_resource(params, out);

	if (status == 0)
		status = kg_azure_period_check(params, "metricAggregationInterval", 3, "must be hours, minutes and seconds: hh:mm:ss", out);
	if (status == 0)
		status = kg_azure_cloud_check_monitor(params, "azureResourceManagerEndpoint", out);
	if (status == 0 && kg_params_read(params))
		status = check_effect(params, out);
	return status ? status : kg_azure_authorization_check_tenant(params, true, out);
}

/* Since 2.15 KEDA writes it over the endpoint of Log Analytics, in the map of services that all clients for the public cloud share. */
static const struct kg_private_endpoint private_endpoints[] = {
        {
                .parameter = "azureResourceManagerEndpoint",
                .hosts = KG_NAMES("api.loganalytics.io"),
                .receives = "an Azure access token",
                .with_identity = true,
                .without_identity = true,
                .shared_since = KG_VERSION(2, 15, 0),
        },
        {.parameter = NULL},
};

const struct kg_scaler kg_scaler_azure_monitor = {
        .type = "azure-monitor",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .identities = kg_azure_identities,
        .other_identities = KG_IDENTITY_REFUSED,
        .transport = {.kind = KG_TRANSPORT_ALWAYS_TLS},
        .check = check,
        .private_endpoints = private_endpoints,
        .source = "pkg/scalers/azure_monitor_scaler.go",
};
