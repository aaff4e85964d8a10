/*
 * The AWS scalers: CloudWatch, DynamoDB, DynamoDB Streams, Kinesis, SQS. All sign in as scalers/aws_authorization.h says.
 */
#include <string.h>

#include "kedagate/syntax/json_text.h"
#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/url.h"
#include "scalers/aws_authorization.h"
#include "scalers/complaints.h"

#define REGION_SHARED_SINCE KG_VERSION(2, 16, 0)

/* clang-format off */
#define REGION_ROWS(since_) \
	PARAM("awsRegion",   KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_REQUIRED, .since = (since_)), \
	PARAM("awsEndpoint", KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESS), \
	KG_AWS_ROWS

static const struct kg_param cloudwatch_rows[] = {
	PARAM("namespace",                   KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("metricName",                  KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("dimensionName",               KG_FROM_METADATA, KG_TYPE_LIST,   KG_OPTIONAL, .separator = ';'),
	PARAM("dimensionValue",              KG_FROM_METADATA, KG_TYPE_LIST,   KG_OPTIONAL, .separator = ';'),
	PARAM("expression",                  KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("targetMetricValue",           KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED),
	PARAM("activationTargetMetricValue", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL),
	PARAM("minMetricValue",              KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED),
	PARAM("ignoreNullValues",            KG_FROM_METADATA, KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 16, 0), .def = "true"),
	PARAM("metricCollectionTime",        KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "300"),
	PARAM("metricStat",                  KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .def = "Average"),
	PARAM("metricUnit",                  KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("metricStatPeriod",            KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "300"),
	PARAM("metricEndTimeOffset",         KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("awsAccountId",                KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 19, 0)),
	PARAM("awsRegion",                   KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .removed = REGION_SHARED_SINCE),
	REGION_ROWS(REGION_SHARED_SINCE),
};

static const struct kg_param dynamodb_rows[] = {
	PARAM("tableName",                 KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("keyConditionExpression",    KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("indexName",                 KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 11, 0)),
	PARAM("targetValue",               KG_FROM_METADATA, KG_TYPE_INT,    KG_REQUIRED_WITHOUT_FORMULA),
	PARAM("activationTargetValue",     KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("filterExpression",          KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 18, 0)),
	PARAM("expressionAttributeNames",  KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("expressionAttributeValues", KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	REGION_ROWS(0),
};

static const struct kg_param dynamodb_streams_rows[] = {
	PARAM("shardCount",           KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "2"),
	PARAM("activationShardCount", KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("tableName",            KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	REGION_ROWS(0),
};

static const struct kg_param kinesis_rows[] = {
	PARAM("shardCount",           KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "2"),
	PARAM("activationShardCount", KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("streamName",           KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	REGION_ROWS(0),
};

static const struct kg_param sqs_rows[] = {
	PARAM("queueLength",           KG_FROM_METADATA,     KG_TYPE_INT,    KG_OPTIONAL, .def = "5"),
	PARAM("activationQueueLength", KG_FROM_METADATA,     KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("queueURL",              KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("scaleOnInFlight",       KG_FROM_METADATA,     KG_TYPE_BOOL,   KG_OPTIONAL, .def = "true"),
	PARAM("scaleOnDelayed",        KG_FROM_METADATA,     KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 12, 0), .def = "false"),
	REGION_ROWS(0),
};

/* Of CloudWatch, as KEDA's SDK lists them. */
static const char *const metric_units[] = {
	"Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Kilobits", "Megabits",
	"Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second",
	"Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second", "None", NULL,
};
/* clang-format on */

/* AWS' own endpoints are https. A signature hides the secret key; the session token and what is asked for are for all to read. */
static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *endpoint = kg_params_text(params, "awsEndpoint");
	struct kg_url url;

	if (kg_params_missing(params, "awsEndpoint")) {
		out->encryption = KG_ENCRYPTION_ON;
	} else if (endpoint && kg_url_parse(endpoint, &url)) {
		out->encryption = kg_slice_equal_nocase(url.scheme, "http") ? KG_ENCRYPTION_OFF : KG_ENCRYPTION_ON;
		out->parameter = "awsEndpoint";
		out->because = "the scheme of the endpoint is http";
		out->fix = "write an https:// endpoint, or none";
		out->uncertain = true;
	}
}

static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const struct kg_param_value *token = kg_params_get(params, "awsSessionToken");

	if (!kg_param_value_given(token) || kg_params_identity_in_effect(params))
		return false;
	*ret_use = (struct kg_credential_use){.parameter = "awsSessionToken", .what = "the session token", .key = token->key};
	return true;
}

static bool read_number(const struct kg_params *params, const char *name, int64_t *ret_number)
{
	const char *text = kg_params_text(params, name);

	return text && kg_go_int_parse(kg_slice_of(text), ret_number);
}

static size_t count_parts(const char *text)
{
	struct kg_list parts = kg_list_of(kg_slice_of(text), ';');
	struct kg_slice part;
	size_t count = 0;

	while (kg_list_next(&parts, &part))
		count++;
	return count;
}

/* What KEDA asks for when no expression names the metric. */
static int check_metric(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const names[] = {"namespace", "metricName", "dimensionName", "dimensionValue"};
	const char *dimension = kg_params_text(params, "dimensionName");
	const char *value = kg_params_text(params, "dimensionValue");
	const char *unit = kg_params_text(params, "metricUnit");
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(names) && status == 0; i++) {
		if (kg_params_missing(params, names[i]))
			status = kg_complain_missing(params, names[i], "KEDA needs it, or expression", out);
	}
	if (status == 0 && dimension && value && count_parts(dimension) != count_parts(value))
		status = kg_complain_invalid(params, "dimensionValue", "must be as many values as dimensionName has names, separated by ;",
		                             out);
	if (status == 0 && unit && !kg_slice_among(kg_slice_of(unit), metric_units))
		status = kg_complain_invalid(params, "metricUnit", "must be a unit of CloudWatch such as Count, Percent or Bytes/Second",
		                             out);
	return status;
}

static bool is_period(int64_t seconds)
{
	if (seconds > 60)
		return seconds % 60 == 0;
	return seconds == 1 || seconds == 5 || seconds == 10 || seconds == 30 || seconds == 60;
}

static int check_times(const struct kg_params *params, struct kg_complaints *out)
{
	int64_t period;
	int64_t collection;

	if (!read_number(params, "metricStatPeriod", &period))
		return 0;
	if (!is_period(period))
		return kg_complain_invalid(params, "metricStatPeriod", "must be 1, 5, 10, 30, or a multiple of 60", out);
	if (read_number(params, "metricCollectionTime", &collection) && (collection < 0 || collection % period != 0))
		return kg_complain_invalid(params, "metricCollectionTime",
		                           "must not be negative, and must be a multiple of metricStatPeriod", out);
	return 0;
}

static int check_statistic(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const statistics[] = {"SampleCount", "Average", "Sum", "Minimum", "Maximum", NULL};
	const char *text = kg_params_text(params, "metricStat");

	if (!text || params->keda_version >= KG_VERSION(2, 18, 0) || kg_slice_among(kg_slice_of(text), statistics))
		return 0;
	return kg_complain_invalid(params, "metricStat", "must be one of SampleCount, Average, Sum, Minimum, Maximum before KEDA 2.18",
	                           out);
}

static int check_cloudwatch(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_params_missing(params, "expression") ? check_metric(params, out) : 0;

	if (status == 0)
		status = check_times(params, out);
	if (status == 0)
		status = check_statistic(params, out);
	return status ? status : kg_aws_check(params, out);
}

/* One of KEDA's attribute values, {"<type>": <value>}. An empty one is none, and of several types it takes any. */
static bool is_attribute(struct kg_slice text)
{
	static const struct {
		const char *type, *begins;
	} types[] = {{"S", "\""}, {"N", "\""}, {"B", "\""}, {"BOOL", "tf"}, {"L", "["}, {"M", "{"}};
	struct kg_json_member member;
	const char *behind = text.start;

	if (*text.start != '{')
		return false;
	if (!kg_json_next_member(&behind, &member) || behind[strspn(behind, " \t\r\n")] == ',')
		return true;
	for (size_t i = 0; i < KG_ARRAY_LEN(types); i++) {
		if (kg_slice_equal(member.name, types[i].type))
			return strchr(types[i].begins, *member.value.start) != NULL;
	}
	return kg_slice_equal(member.name, "NULL");
}

static bool are_attributes(const char *text)
{
	struct kg_json_member member;

	while (kg_json_next_member(&text, &member)) {
		if (!is_attribute(member.value))
			return false;
	}
	return true;
}

static int check_dynamodb(const struct kg_params *params, struct kg_complaints *out)
{
	const char *names = kg_params_text(params, "expressionAttributeNames");
	const char *values = kg_params_text(params, "expressionAttributeValues");
	int64_t target;
	int status = 0;

	if (names && !kg_json_begins_with_names(names))
		status = kg_complain_invalid(params, "expressionAttributeNames", "must be a JSON object with strings for its values", out);
	if (status == 0 && values && (kg_json_text_kind(values) != KG_JSON_OBJECT || !are_attributes(values)))
		status = kg_complain_invalid(params, "expressionAttributeValues",
		                             "must be a JSON object of attribute values, such as {\":year\": {\"N\": \"1994\"}}", out);
	if (status == 0 && !params->metric_source && read_number(params, "targetValue", &target) && target == -1)
		status = kg_complain_invalid(params, "targetValue", "must not be -1, which KEDA takes for none", out);
	return status ? status : kg_aws_check(params, out);
}

/* KEDA asks for the stream while it builds the scaler. */
static int check_dynamodb_streams(const struct kg_params *params, struct kg_complaints *out)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	const char *region = kg_params_text(params, "awsRegion");
	int status = 0;

	if (params->keda_version >= KG_VERSION(2, 20, 0)) {
		if (region && region[strspn(region, allowed)] != '\0')
			status = kg_complain_invalid(params, "awsRegion", "must be the name of a region, such as eu-west-1", out);
		if (status == 0)
			status = kg_complain_unless_http(params, "awsEndpoint", out);
	}
	return status ? status : kg_aws_check(params, out);
}

/* "arn:aws:sqs:…": a URI that has no path. Go's schemes begin with a letter. */
static bool is_opaque(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
	static const char first_no_letter[] = "0123456789+-.:";

	return !strchr(first_no_letter, *text) && text[strspn(text, letters)] == ':';
}

/* The queue's name is the second part of the path; a text that is no URI is the name itself, even one that looks like a URL. */
static bool names_queue(const char *text)
{
	const char *path = text;
	const char *end;
	const char *name;
	struct kg_url url;

	if (kg_url_parse(text, &url))
		path = url.path.start;
	else if (strstr(text, "://"))
		return true;
	else if (*text != '/')
		return !is_opaque(text);
	end = path + strcspn(path, "?");
	if (*path != '/')
		return false;
	name = memchr(path + 1, '/', (size_t)(end - path) - 1);
	return name && name + 1 < end && !memchr(name + 1, '/', (size_t)(end - name) - 1);
}

static int check_sqs(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "queueURL");

	if (text && !names_queue(text))
		return kg_complain_invalid(params, "queueURL",
		                           "must be a queue's name, or a URL such as https://sqs.eu-west-1.amazonaws.com/<account>/<queue>",
		                           out);
	return kg_aws_check(params, out);
}

#define AWS(type_, rows_, since_, check_, source_)                                                                                         \
	{                                                                                                                                  \
		.type = (type_), .params = (rows_), .param_count = KG_ARRAY_LEN(rows_), .typed_since = (since_), .read_since = (since_),   \
		.identities = kg_aws_identities, .other_identities = KG_IDENTITY_IGNORED,                                                  \
		.transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "always, but for an http:// awsEndpoint"},            \
		.credential = credential, .check = (check_), .source = (source_)                                                           \
	}

const struct kg_scaler kg_scaler_aws_cloudwatch =
        AWS("aws-cloudwatch", cloudwatch_rows, KG_VERSION(2, 15, 0), check_cloudwatch, "pkg/scalers/aws_cloudwatch_scaler.go");
const struct kg_scaler kg_scaler_aws_dynamodb =
        AWS("aws-dynamodb", dynamodb_rows, KG_VERSION(2, 16, 0), check_dynamodb, "pkg/scalers/aws_dynamodb_scaler.go");
const struct kg_scaler kg_scaler_aws_dynamodb_streams = AWS("aws-dynamodb-streams", dynamodb_streams_rows, KG_VERSION(2, 17, 0),
                                                            check_dynamodb_streams, "pkg/scalers/aws_dynamodb_streams_scaler.go");
const struct kg_scaler kg_scaler_aws_kinesis_stream =
        AWS("aws-kinesis-stream", kinesis_rows, KG_VERSION(2, 17, 0), kg_aws_check, "pkg/scalers/aws_kinesis_stream_scaler.go");
const struct kg_scaler kg_scaler_aws_sqs_queue =
        AWS("aws-sqs-queue", sqs_rows, KG_VERSION(2, 17, 0), check_sqs, "pkg/scalers/aws_sqs_queue_scaler.go");
