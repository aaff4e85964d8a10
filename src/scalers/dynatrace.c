/*
 * dynatrace: a metric by selector, or since 2.19 by a query of the Grail language.
 */
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define SINCE       KG_VERSION(2, 15, 0)
#define QUERY_SINCE KG_VERSION(2, 19, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("host",                KG_FROM_METADATA_AUTH, KG_TYPE_STRING,   KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("token",               KG_FROM_AUTH,          KG_TYPE_STRING,   KG_REQUIRED, .credential = true, .sent_as = "the token"),
	PARAM("metricSelector",      KG_FROM_METADATA,      KG_TYPE_STRING,   KG_REQUIRED, .removed = QUERY_SINCE),
	PARAM("metricSelector",      KG_FROM_METADATA,      KG_TYPE_STRING,   KG_OPTIONAL, .since = QUERY_SINCE),
	PARAM("query",               KG_FROM_METADATA,      KG_TYPE_STRING,   KG_OPTIONAL, .since = QUERY_SINCE),
	PARAM("queryTimeoutSeconds", KG_FROM_METADATA,      KG_TYPE_INT,      KG_OPTIONAL, .since = QUERY_SINCE, .def = "10"),
	PARAM("queryPollingWait",    KG_FROM_METADATA,      KG_TYPE_DURATION, KG_OPTIONAL, .since = QUERY_SINCE, .def = "1s"),
	PARAM("queryPollingTries",   KG_FROM_METADATA,      KG_TYPE_INT,      KG_OPTIONAL, .since = QUERY_SINCE, .def = "5"),
	PARAM("from",                KG_FROM_METADATA,      KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("threshold",           KG_FROM_METADATA,      KG_TYPE_FLOAT,    KG_REQUIRED),
	PARAM("activationThreshold", KG_FROM_METADATA,      KG_TYPE_FLOAT,    KG_OPTIONAL),
};
/* clang-format on */

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	bool query = kg_params_given(params, "query");

	if (params->keda_version < QUERY_SINCE)
		return 0;
	if (kg_params_missing(params, "metricSelector") && kg_params_missing(params, "query"))
		return kg_complain_missing(params, "metricSelector", "KEDA needs it, or query", out);
	if (query && kg_params_given(params, "metricSelector"))
		return kg_complain_conflict(params, "query", "must not be given together with metricSelector", out);
	if (query && kg_params_given(params, "from"))
		return kg_complain_conflict(params, "from", "must not be given together with query, which says its own time", out);
	return 0;
}

const struct kg_scaler kg_scaler_dynatrace = {
        .type = "dynatrace",
        .since = SINCE,
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "host"},
        .check = check,
        .source = "pkg/scalers/dynatrace_scaler.go",
};
