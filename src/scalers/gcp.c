/*
 * Google Cloud: gcp-pubsub, gcp-cloudtasks and gcp-stackdriver ask Cloud Monitoring; gcp-storage counts the objects of a bucket; gcp-spanner runs a
 * query.
 */
#include <string.h>

#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"
#include "scalers/gcp_authorization.h"
#include "scalers/number.h"

#define TYPED_SINCE        KG_VERSION(2, 18, 0)
#define TASKS_TYPED_SINCE  KG_VERSION(2, 17, 0)
#define TOPICS_SINCE       KG_VERSION(2, 13, 0)
#define NAMES_FROM_ENV     KG_VERSION(2, 14, 0)
#define ALL_WORDS_SINCE    KG_VERSION(2, 14, 0)
#define HORIZON_SINCE      KG_VERSION(2, 15, 0)
#define SIZE_REFUSED       KG_VERSION(2, 20, 0)
#define NAMES_CHECKED      KG_VERSION(2, 20, 0)
#define MONITORING_LEAVING KG_VERSION(2, 18, 0) /* "This scaler is deprecated", as KEDA says on a parameter that every trigger has */

/* clang-format off */
static const struct kg_param pubsub_rows[] = {
	PARAM("subscriptionSize", KG_FROM_METADATA,     KG_TYPE_FLOAT,    KG_OPTIONAL, .announced = TYPED_SINCE, .deprecated = SIZE_REFUSED, .instead = "mode and value"),
	PARAM("mode",             KG_FROM_METADATA,     KG_TYPE_STRING,   KG_OPTIONAL, .def = "SubscriptionSize"),
	PARAM("value",            KG_FROM_METADATA,     KG_TYPE_FLOAT,    KG_OPTIONAL, .def = "10"),
	PARAM("activationValue",  KG_FROM_METADATA,     KG_TYPE_FLOAT,    KG_OPTIONAL, .def = "0"),
	PARAM("aggregation",      KG_FROM_METADATA,     KG_TYPE_STRING,   KG_OPTIONAL, .since = TOPICS_SINCE),
	PARAM("timeHorizon",      KG_FROM_METADATA,     KG_TYPE_STRING,   KG_OPTIONAL, .since = HORIZON_SINCE, .removed = TYPED_SINCE),
	PARAM("timeHorizon",      KG_FROM_METADATA,     KG_TYPE_DURATION, KG_OPTIONAL, .since = TYPED_SINCE),
	PARAM("valueIfNull",      KG_FROM_METADATA,     KG_TYPE_FLOAT,    KG_OPTIONAL, .since = HORIZON_SINCE, .nullable = true),
	PARAM("subscriptionName", KG_FROM_METADATA,     KG_TYPE_STRING,   KG_OPTIONAL, .removed = NAMES_FROM_ENV),
	PARAM("subscriptionName", KG_FROM_METADATA_ENV, KG_TYPE_STRING,   KG_OPTIONAL, .since = NAMES_FROM_ENV),
	PARAM("topicName",        KG_FROM_METADATA,     KG_TYPE_STRING,   KG_OPTIONAL, .since = TOPICS_SINCE, .removed = NAMES_FROM_ENV),
	PARAM("topicName",        KG_FROM_METADATA_ENV, KG_TYPE_STRING,   KG_OPTIONAL, .since = NAMES_FROM_ENV),
	KG_GCP_ROWS,
};

static const struct kg_param tasks_rows[] = {
	PARAM("value",           KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "100"),
	PARAM("activationValue", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("filterDuration",  KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .since = HORIZON_SINCE),
	PARAM("queueName",       KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("projectID",       KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	KG_GCP_ROWS,
};

static const struct kg_param stackdriver_rows[] = {
	PARAM("projectId",              KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("filter",                 KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("targetValue",            KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "5"),
	PARAM("activationTargetValue",  KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("valueIfNull",            KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .since = KG_VERSION(2, 13, 0), .nullable = true),
	PARAM("filterDuration",         KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .since = HORIZON_SINCE),
	PARAM("alignmentPeriodSeconds", KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("alignmentAligner",       KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("alignmentReducer",       KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	KG_GCP_ROWS,
};

static const struct kg_param storage_rows[] = {
	PARAM("bucketName",                  KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("targetObjectCount",           KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "100", .bound = KG_BOUND_POSITIVE, .bound_since = TYPED_SINCE),
	PARAM("activationTargetObjectCount", KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0", .bound = KG_BOUND_NATURAL, .bound_since = TYPED_SINCE),
	PARAM("maxBucketItemsToScan",        KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "1000", .bound = KG_BOUND_POSITIVE, .bound_since = TYPED_SINCE),
	PARAM("blobDelimiter",               KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("blobPrefix",                  KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	KG_GCP_ROWS,
};

static const struct kg_param spanner_rows[] = {
	PARAM("projectId",       KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("instanceId",      KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("databaseId",      KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("query",           KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("targetValue",     KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "5", .bound = KG_BOUND_POSITIVE),
	PARAM("activationValue", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	KG_GCP_ROWS,
};
/* clang-format on */

/* The name behind "projects/p/subscriptions/", or the whole. */
static struct kg_slice resource_of(const char *text)
{
	struct kg_list parts = kg_list_of(kg_slice_of(text), '/');
	struct kg_slice part = {"", 0};
	unsigned count = 0;

	while (count < 4 && kg_list_next(&parts, &part))
		count++;
	return strncmp(text, "projects/", strlen("projects/")) == 0 && count == 4 ? part : kg_slice_of(text);
}

/* ^[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$, and no "goog" in front. */
static bool is_resource(struct kg_slice name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static const char others[] = "0123456789-_.~+%";

	if (name.length < 3 || name.length > 255 || !strchr(letters, name.start[0]))
		return false;
	for (size_t i = 0; i < name.length; i++) {
		if (!strchr(letters, name.start[i]) && !strchr(others, name.start[i]))
			return false;
	}
	return !kg_slice_equal_nocase((struct kg_slice){name.start, 4}, "goog");
}

/* KEDA finds out when it asks for the metric. */
static int check_resource(const struct kg_params *params, const char *name, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, name);

	if (!text || params->keda_version < NAMES_CHECKED || is_resource(resource_of(text)))
		return 0;
	return kg_complain_doubtful(params, name,
	                            "must be a name of 3 to 255 letters, digits and -_.~+% that begins with a letter and not with goog, or "
	                            "projects/<project>/subscriptions/<name> or projects/<project>/topics/<name>",
	                            out);
}

static bool is_percentile(const char *text)
{
	const char *digits = text + strlen("percentile");
	size_t length = strspn(digits, "0123456789");

	if (length == 0 || digits[length] != '\0')
		return false;
	digits += strspn(digits, "0");
	return strlen(digits) < 3 || strcmp(digits, "100") == 0;
}

static int check_aggregation(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const words[] = {"mean", "median", "variance", "stddev", "sum", "count", NULL};
	const char *text = kg_params_text(params, "aggregation");

	if (!text || kg_slice_among(kg_slice_of(text), words) ||
	    (strncmp(text, "percentile", strlen("percentile")) == 0 && is_percentile(text)))
		return 0;
	return kg_complain_doubtful(
	        params, "aggregation",
	        "must be mean, median, variance, stddev, sum, count, or percentile with a number from 0 to 100 behind it", out);
}

/* The old form of mode and value: alone before 2.18, a whole number since, and never with a topic. */
static int check_size(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const names[] = {"mode", "value"};
	const char *text = kg_params_text(params, "subscriptionSize");
	bool typed = kg_params_typed(params);
	int status = 0;

	if (!kg_params_given(params, "subscriptionSize") || params->keda_version >= SIZE_REFUSED)
		return 0;
	if (typed && text && text[strspn(text, "-0123456789")] != '\0')
		return kg_complain_invalid(params, "subscriptionSize", "must be a whole number", out);
	for (size_t i = 0; i < KG_ARRAY_LEN(names) && status == 0 && !typed; i++) {
		if (kg_params_given(params, names[i]))
			status = kg_complain_conflict(params, "subscriptionSize", "must not be given together with mode or value", out);
	}
	if (status == 0 && kg_params_given(params, "topicName") && !(typed && kg_number_is_zero(params, "subscriptionSize")))
		status = kg_complain_conflict(params, "subscriptionSize", "must not be given together with topicName", out);
	return status;
}

static int check_pubsub(const struct kg_params *params, struct kg_complaints *out)
{
	static const struct kg_gcp_client client = {.built_at_once = false};
	int status = check_size(params, out);

	if (status == 0 && kg_params_given(params, "subscriptionName") && kg_params_given(params, "topicName"))
		status = kg_complain_conflict(params, "subscriptionName", "must not be given together with topicName", out);
	else if (status == 0 && kg_params_missing(params, "subscriptionName") && kg_params_missing(params, "topicName"))
		status = kg_complain_missing(params, "subscriptionName", "KEDA needs a subscription or a topic", out);
	if (status == 0)
		status = check_resource(params, "subscriptionName", out);
	if (status == 0)
		status = check_resource(params, "topicName", out);
	if (status == 0)
		status = check_aggregation(params, out);
	return status ? status : kg_gcp_check(params, &client, out);
}

static int check_tasks(const struct kg_params *params, struct kg_complaints *out)
{
	static const struct kg_gcp_client client = {.built_at_once = false};

	return kg_gcp_check(params, &client, out);
}

/* A word that counts in any case, and since when. */
struct word {
	const char *text;
	uint32_t since;
};

/* clang-format off */
static const struct word aligners[] = {
	{"none", 0}, {"delta", 0}, {"rate", ALL_WORDS_SINCE}, {"interpolate", 0}, {"next_older", 0}, {"min", 0}, {"max", 0}, {"mean", 0}, {"count", 0},
	{"sum", 0}, {"stddev", 0}, {"count_true", 0}, {"count_false", 0}, {"fraction_true", 0}, {"percentile_99", 0}, {"percentile_95", 0},
	{"percentile_50", 0}, {"percentile_05", 0}, {"percent_change", 0}, {NULL, 0},
};

static const struct word reducers[] = {
	{"none", 0}, {"mean", 0}, {"min", 0}, {"max", 0}, {"sum", 0}, {"stddev", 0}, {"count", ALL_WORDS_SINCE}, {"count_true", 0}, {"count_false", 0},
	{"fraction_true", 0}, {"percentile_99", 0}, {"percentile_95", 0}, {"percentile_50", 0}, {"percentile_05", 0}, {NULL, 0},
};
/* clang-format on */

static int check_word(const struct kg_params *params, const char *name, const struct word *words, const char *detail,
                      struct kg_complaints *out)
{
	const char *text = kg_params_text(params, name);

	for (; text && words->text; words++) {
		if (kg_slice_equal_nocase(kg_slice_of(text), words->text) && params->keda_version >= words->since)
			return 0;
	}
	return text ? kg_complain_invalid(params, name, detail, out) : 0;
}

/* Without a period nothing is aligned, and the words are not read; 0 is none since KEDA 2.18. */
static int check_alignment(const struct kg_params *params, struct kg_complaints *out)
{
	static const char period[] = "alignmentPeriodSeconds";
	bool none = kg_params_typed(params) && kg_number_is_zero(params, period);
	int status = 0;

	if (!kg_params_text(params, period) || none)
		return 0;
	if (kg_number_below(params, period, 60))
		return kg_complain_invalid(params, period, "must be at least 60", out);
	status = check_word(params, "alignmentAligner", aligners,
	                    "must be one of Cloud Monitoring's aligners without ALIGN_, such as mean, sum, delta, rate or percentile_99",
	                    out);
	return status ? status
	              : check_word(params, "alignmentReducer", reducers,
	                           "must be one of Cloud Monitoring's reducers without REDUCE_, such as mean, sum, count or percentile_99",
	                           out);
}

static int check_stackdriver(const struct kg_params *params, struct kg_complaints *out)
{
	static const struct kg_gcp_client client = {.built_at_once = true};
	int status = check_alignment(params, out);

	return status ? status : kg_gcp_check(params, &client, out);
}

static int check_storage(const struct kg_params *params, struct kg_complaints *out)
{
	static const struct kg_gcp_client client = {.built_at_once = true, .empty_allowed = true};

	return kg_gcp_check(params, &client, out);
}

static bool opens_key_file(const struct kg_params *params)
{
	(void)params;
	return true;
}

/* clang-format off */
#define GCP_COMMON \
	.identities = kg_gcp_identities, \
	.other_identities = KG_IDENTITY_IGNORED, \
	.transport = {.kind = KG_TRANSPORT_ALWAYS_TLS}
/* clang-format on */

const struct kg_scaler kg_scaler_gcp_pubsub = {
        .type = "gcp-pubsub",
        .deprecated = MONITORING_LEAVING,
        .instead = "prometheus",
        .params = pubsub_rows,
        .param_count = KG_ARRAY_LEN(pubsub_rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        GCP_COMMON,
        .check = check_pubsub,
        .source = "pkg/scalers/gcp_pubsub_scaler.go",
};

const struct kg_scaler kg_scaler_gcp_cloudtasks = {
        .type = "gcp-cloudtasks",
        .since = KG_VERSION(2, 12, 0),
        .deprecated = MONITORING_LEAVING,
        .instead = "prometheus",
        .params = tasks_rows,
        .param_count = KG_ARRAY_LEN(tasks_rows),
        .typed_since = TASKS_TYPED_SINCE,
        .read_since = TASKS_TYPED_SINCE,
        GCP_COMMON,
        .check = check_tasks,
        .source = "pkg/scalers/gcp_cloud_tasks_scaler.go",
};

const struct kg_scaler kg_scaler_gcp_stackdriver = {
        .type = "gcp-stackdriver",
        .deprecated = MONITORING_LEAVING,
        .instead = "prometheus",
        .params = stackdriver_rows,
        .param_count = KG_ARRAY_LEN(stackdriver_rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        GCP_COMMON,
        .check = check_stackdriver,
        .source = "pkg/scalers/gcp_stackdriver_scaler.go",
};

const struct kg_scaler kg_scaler_gcp_storage = {
        .type = "gcp-storage",
        .params = storage_rows,
        .param_count = KG_ARRAY_LEN(storage_rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        GCP_COMMON,
        .check = check_storage,
        .opens_key_file = opens_key_file,
        .source = "pkg/scalers/gcp_storage_scaler.go",
};

const struct kg_scaler kg_scaler_gcp_spanner = {
        .type = "gcp-spanner",
        .since = KG_VERSION(2, 21, 0),
        .params = spanner_rows,
        .param_count = KG_ARRAY_LEN(spanner_rows),
        .typed_since = KG_VERSION(2, 21, 0),
        .read_since = KG_VERSION(2, 21, 0),
        GCP_COMMON,
        .check = check_storage,
        .opens_key_file = opens_key_file,
        .source = "pkg/scalers/gcp_spanner_scaler.go",
};
