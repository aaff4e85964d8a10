/*
 * datadog: a metric of Datadog, by its API or by the cluster agent that stands in for it.
 */
#include <string.h>

#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 18, 0)
#define AGENT_SINCE KG_VERSION(2, 15, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("datadogNamespace",          KG_FROM_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL, .since = AGENT_SINCE),
	PARAM("datadogMetricsService",     KG_FROM_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL, .since = AGENT_SINCE),
	PARAM("datadogMetricsServicePort", KG_FROM_AUTH,     KG_TYPE_INT,      KG_OPTIONAL, .since = AGENT_SINCE, .def = "8443"),
	PARAM("unsafeSsl",                 KG_FROM_AUTH,     KG_TYPE_BOOL,     KG_OPTIONAL, .since = AGENT_SINCE, .def = "false"),
	PARAM("authMode",                  KG_FROM_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL, .since = AGENT_SINCE),
	PARAM("token",                     KG_FROM_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL, .since = AGENT_SINCE, .credential = true),
	PARAM("datadogMetricName",         KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .since = AGENT_SINCE),
	PARAM("datadogMetricNamespace",    KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .since = AGENT_SINCE),
	PARAM("activationTargetValue",     KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_OPTIONAL, .since = AGENT_SINCE, .def = "0"),
	PARAM("apiKey",                    KG_FROM_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL, .credential = true),
	PARAM("appKey",                    KG_FROM_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL, .credential = true),
	PARAM("datadogSite",               KG_FROM_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL, .def = "datadoghq.com"),
	PARAM("query",                     KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("queryAggregator",           KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .values = KG_NAMES("average", "max")),
	PARAM("activationQueryValue",      KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_OPTIONAL, .def = "0"),
	PARAM("age",                       KG_FROM_METADATA, KG_TYPE_INT,      KG_OPTIONAL, .def = "90", .bound = KG_BOUND_NATURAL),
	PARAM("timeWindowOffset",          KG_FROM_METADATA, KG_TYPE_INT,      KG_OPTIONAL, .def = "0", .bound = KG_BOUND_NATURAL),
	PARAM("lastAvailablePointOffset",  KG_FROM_METADATA, KG_TYPE_INT,      KG_OPTIONAL, .def = "0", .bound = KG_BOUND_NATURAL),
	PARAM("useClusterAgentProxy",      KG_FROM_METADATA, KG_TYPE_BOOL,     KG_OPTIONAL, .since = AGENT_SINCE, .def = "false"),
	PARAM("hpaMetricName",             KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .since = TYPED_SINCE),
	PARAM("metricUnavailableValue",    KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_OPTIONAL, .nullable = true),
	PARAM("targetValue",               KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_REQUIRED_WITHOUT_FORMULA, .also = {"queryValue"}),
	PARAM("timeout",                   KG_FROM_METADATA, KG_TYPE_DURATION, KG_OPTIONAL, .since = TYPED_SINCE),
	PARAM("type",                      KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .key_counts = true),
};
/* clang-format on */

static bool has_metric_type(const struct kg_params *params)
{
	return params->metric_type && *params->metric_type != '\0';
}

static int check_type(const struct kg_params *params, struct kg_complaints *out)
{
	const struct kg_param_value *value = kg_params_get(params, "type");
	struct kg_slice type = kg_slice_of(value->text);

	if (!kg_param_value_given(value))
		return 0;
	if (has_metric_type(params))
		return kg_complain_conflict(params, "type", "must not be given together with metricType of the trigger", out);
	if (!value->spaced && (kg_slice_equal_nocase(type, "average") || kg_slice_equal_nocase(type, "global")))
		return 0;
	return kg_complain_invalid(params, "type", "must be average or global, without white space around it", out);
}

/* KEDA wants a filter in braces. */
static int check_query(const struct kg_params *params, struct kg_complaints *out)
{
	const char *query = kg_params_text(params, "query");
	const char *brace = query ? strchr(query, '{') : NULL;

	if (!query || (brace && strchr(brace, '}')))
		return 0;
	return kg_complain_invalid(params, "query", "must hold a filter in braces, such as avg:system.load.1{env:prod}", out);
}

static int check_mode(const struct kg_params *params, struct kg_complaints *out)
{
	const char *mode = kg_params_text(params, "authMode");

	if (mode && strcmp(mode, "bearer") != 0)
		return kg_complain_invalid(params, "authMode", "must be bearer", out);
	return mode && kg_params_missing(params, "token") ? kg_complain_missing(params, "token", "authMode bearer needs it", out) : 0;
}

/* KEDA takes -1 for no value. */
static int check_target(const struct kg_params *params, struct kg_complaints *out)
{
	const struct kg_param_value *value = kg_params_get(params, "targetValue");
	double target;

	if (params->metric_source || value->state != KG_PARAM_KNOWN || !kg_json_float_parse(kg_slice_of(value->text), &target) ||
	    target < -1.0 || target > -1.0)
		return 0;
	return kg_complain_invalid(params, "targetValue", "must not be -1, which KEDA takes for none", out);
}

static int check_agent(const struct kg_params *params, struct kg_complaints *out)
{
	return kg_complain_each_missing(
	        params, KG_NAMES("datadogMetricsService", "datadogMetricName", "datadogNamespace", "datadogMetricNamespace"),
	        "the cluster agent needs it", out);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	const char *proxy = kg_params_text(params, "useClusterAgentProxy");
	int status = check_mode(params, out);

	if (status == 0 && kg_params_true(params, "useClusterAgentProxy", false))
		status = check_agent(params, out);
	else if (status == 0 && (!proxy || !kg_params_true(params, "useClusterAgentProxy", true)))
		status = kg_complain_each_missing(params, KG_NAMES("appKey", "apiKey", "query"), "the API of Datadog needs it", out);
	if (status == 0)
		status = check_query(params, out);
	if (status == 0)
		status = check_target(params, out);
	return status ? status : check_type(params, out);
}

/* Only the cluster agent's certificate may go unverified. */
static bool verification_kept(const struct kg_params *params)
{
	return !kg_params_true(params, "useClusterAgentProxy", false);
}

const struct kg_scaler kg_scaler_datadog = {
        .type = "datadog",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_ALWAYS_TLS},
        .verification_switch = "unsafeSsl",
        .verification_kept = verification_kept,
        .check = check,
        .source = "pkg/scalers/datadog_scaler.go",
};
