/*
 * solarwinds: a metric of SolarWinds Observability.
 */
#include "scalers/request_uri.h"
#include "scalers/scalers.h"

#define SINCE KG_VERSION(2, 18, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("apiToken",        KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the API token"),
	PARAM("host",            KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("targetValue",     KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED),
	PARAM("activationValue", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("metricName",      KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("aggregation",     KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .values = KG_NAMES("COUNT", "MIN", "MAX", "AVG", "SUM", "LAST")),
	PARAM("intervalS",       KG_FROM_METADATA, KG_TYPE_INT,    KG_REQUIRED),
	PARAM("filter",          KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
};
/* clang-format on */

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	return kg_request_uri_check(params, "host", "must be a URL such as https://api.na-01.cloud.solarwinds.com", out);
}

const struct kg_scaler kg_scaler_solarwinds = {
        .type = "solarwinds",
        .since = SINCE,
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "host"},
        .check = check,
        .source = "pkg/scalers/solarwinds_scaler.go",
};
