/*
 * influxdb: the number that a query gives; version 3 speaks Flight. The token's place among the metadata was announced to go in 2.18, and is refused
 * since 2.20.
 */
#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE   KG_VERSION(2, 16, 0)
#define SPLIT_SINCE   KG_VERSION(2, 18, 0)
#define REFUSED_SINCE KG_VERSION(2, 20, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("authToken",                KG_FROM_METADATA_ENV_AUTH, KG_TYPE_STRING, KG_REQUIRED, .removed = SPLIT_SINCE, .credential = true, .sent_as = "the token"),
	PARAM("authToken",                KG_FROM_METADATA_ENV_AUTH, KG_TYPE_STRING, KG_REQUIRED, .since = SPLIT_SINCE, .removed = REFUSED_SINCE, .credential = true, .one_place = true, .sent_as = "the token"),
	PARAM("authToken",                KG_FROM_ENV_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .since = REFUSED_SINCE, .credential = true, .sent_as = "the token"),
	PARAM("authToken",                KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .since = REFUSED_SINCE, .deprecated = REFUSED_SINCE, .credential = true, .instead = "authToken in a TriggerAuthentication, or authTokenFromEnv"),
	PARAM("organizationName",         KG_FROM_METADATA_ENV_AUTH, KG_TYPE_STRING, KG_REQUIRED, .removed = SPLIT_SINCE),
	PARAM("organizationName",         KG_FROM_METADATA_ENV_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = SPLIT_SINCE),
	PARAM("query",                    KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("influxVersion",            KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .since = SPLIT_SINCE, .def = "2", .values = KG_NAMES("2", "3")),
	PARAM("queryType",                KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .since = SPLIT_SINCE, .def = "InfluxQL"),
	PARAM("database",                 KG_FROM_METADATA_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = SPLIT_SINCE),
	PARAM("metricKey",                KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .since = SPLIT_SINCE),
	PARAM("serverURL",                KG_FROM_METADATA_AUTH,     KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("unsafeSsl",                KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL),
	PARAM("thresholdValue",           KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_REQUIRED_WITHOUT_FORMULA, .bound = KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA),
	PARAM("activationThresholdValue", KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_OPTIONAL),
};
/* clang-format on */

static int check_flight(const struct kg_params *params, struct kg_complaints *out)
{
	const char *type = kg_params_text(params, "queryType");
	int status = kg_complain_each_missing(params, KG_NAMES("authToken", "database", "metricKey"), "influxVersion 3 needs it", out);

	if (status || !type || kg_slice_equal_nocase(kg_slice_of(type), "influxql") ||
	    kg_slice_equal_nocase(kg_slice_of(type), "flightsql"))
		return status;
	return kg_complain_invalid(params, "queryType", "must be InfluxQL or FlightSQL", out);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = 0;

	if (kg_params_get(params, "authToken")->in_both)
		status = kg_complain_conflict(params, "authToken", "must not be given in the authentication as well", out);
	if (status)
		return status;
	if (kg_params_is(params, "influxVersion", "3"))
		return check_flight(params, out);
	if (kg_params_is(params, "influxVersion", "2"))
		return kg_complain_each_missing(params, KG_NAMES("organizationName"), "influxVersion 2 needs it", out);
	return 0;
}

/* The client of version 3 knows no such switch. */
static bool verification_kept(const struct kg_params *params)
{
	return kg_params_is(params, "influxVersion", "3");
}

const struct kg_scaler kg_scaler_influxdb = {
        .type = "influxdb",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "serverURL"},
        .verification_switch = "unsafeSsl",
        .verification_kept = verification_kept,
        .check = check,
        .source = "pkg/scalers/influxdb_scaler.go",
};
