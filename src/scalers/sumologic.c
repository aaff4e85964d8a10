/*
 * sumologic: a search over logs, or one or several queries of metrics, one a key `query.<row>`.
 */
#include <string.h>

#include "kedagate/syntax/duration.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define SINCE KG_VERSION(2, 18, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("accessID",            KG_FROM_AUTH,     KG_TYPE_STRING,   KG_REQUIRED),
	PARAM("accessKey",           KG_FROM_AUTH,     KG_TYPE_STRING,   KG_REQUIRED, .credential = true, .sent_as = "the access key"),
	PARAM("host",                KG_FROM_METADATA, KG_TYPE_STRING,   KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("unsafeSsl",           KG_FROM_METADATA, KG_TYPE_BOOL,     KG_OPTIONAL),
	PARAM("queryType",           KG_FROM_METADATA, KG_TYPE_STRING,   KG_REQUIRED, .values = KG_NAMES("logs", "metrics")),
	PARAM("query",               KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("query.",              KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .prefix = true, .chosen_by = "resultQueryRowID"),
	PARAM("resultQueryRowID",    KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("quantization",        KG_FROM_METADATA, KG_TYPE_DURATION, KG_OPTIONAL),
	PARAM("rollup",              KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .def = "Avg", .values = KG_NAMES("Avg", "Sum", "Count", "Min", "Max")),
	PARAM("resultField",         KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("logsPollingInterval", KG_FROM_METADATA, KG_TYPE_DURATION, KG_OPTIONAL),
	PARAM("maxRetries",          KG_FROM_METADATA, KG_TYPE_INT,      KG_OPTIONAL),
	PARAM("timerange",           KG_FROM_METADATA, KG_TYPE_DURATION, KG_REQUIRED),
	PARAM("timezone",            KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .def = "UTC"),
	PARAM("activationThreshold", KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_OPTIONAL, .def = "0"),
	PARAM("queryAggregator",     KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .def = "Avg", .values = KG_NAMES("Latest", "Avg", "Sum", "Count", "Min", "Max")),
	PARAM("threshold",           KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_REQUIRED),
};
/* clang-format on */

/* The rows are read before anything else, whatever the type of the query. */
static int check_rows(const struct kg_params *params, struct kg_complaints *out)
{
	if (!kg_params_get(params, "query.")->empty)
		return 0;
	return kg_complain_invalid(params, "query.", "must be query.<row>, with a query that is not empty", out);
}

static int check_choice(const struct kg_params *params, struct kg_complaints *out)
{
	const char *choice = kg_params_text(params, "resultQueryRowID");
	const struct kg_param_value *row = kg_params_get(params, "query.");

	if (!choice || row->empty || strcmp(row->key + strlen("query."), choice) == 0)
		return 0;
	return kg_complain_invalid(params, "resultQueryRowID", "must be the <row> of one of the queries query.<row>", out);
}

static int check_quantization(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "quantization");
	int64_t nanoseconds;

	if (kg_params_missing(params, "quantization"))
		return kg_complain_missing(params, "quantization", "queryType metrics needs it", out);
	if (text && kg_keda_duration_parse(kg_slice_of(text), &nanoseconds) && nanoseconds == 0)
		return kg_complain_invalid(params, "quantization", "must be longer than 0", out);
	return 0;
}

static int check_logs(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_complain_each_missing(params, KG_NAMES("query", "resultField"), "queryType logs needs it", out);

	if (status == 0 && kg_params_given(params, "query."))
		status = kg_complain_conflict(params, "query.", "must not be given with queryType logs, which has one query", out);
	return status;
}

static int check_metrics(const struct kg_params *params, struct kg_complaints *out)
{
	bool rows_given = kg_params_given(params, "query.");
	int status = 0;

	if (kg_params_missing(params, "query") && !rows_given)
		status = kg_complain_missing(params, "query", "queryType metrics needs it, or queries query.<row>", out);
	if (status == 0 && kg_params_given(params, "query") && rows_given)
		status = kg_complain_conflict(params, "query", "must not be given together with queries query.<row>", out);
	if (status == 0 && rows_given && kg_params_missing(params, "resultQueryRowID"))
		status = kg_complain_missing(params, "resultQueryRowID", "queries query.<row> need it", out);
	else if (status == 0 && rows_given)
		status = check_choice(params, out);
	return status ? status : check_quantization(params, out);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = check_rows(params, out);

	if (status == 0 && kg_params_is(params, "queryType", "logs"))
		return check_logs(params, out);
	return status == 0 && kg_params_is(params, "queryType", "metrics") ? check_metrics(params, out) : status;
}

const struct kg_scaler kg_scaler_sumologic = {
        .type = "sumologic",
        .since = SINCE,
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "host"},
        .verification_switch = "unsafeSsl",
        .check = check,
        .source = "pkg/scalers/sumologic_scaler.go",
};
