/*
 * splunk: a field of a saved search. splunk-observability: a SignalFlow program, whose host KEDA makes of the realm.
 */
#include "scalers/complaints.h"
#include "scalers/request_uri.h"
#include "scalers/scalers.h"

#define SINCE               KG_VERSION(2, 15, 0)
#define OBSERVABILITY_SINCE KG_VERSION(2, 18, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("apiToken",        KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the API token"),
	PARAM("password",        KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the password"),
	PARAM("username",        KG_FROM_AUTH,     KG_TYPE_STRING, KG_REQUIRED),
	PARAM("host",            KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("unsafeSsl",       KG_FROM_METADATA, KG_TYPE_BOOL,   KG_OPTIONAL),
	PARAM("targetValue",     KG_FROM_METADATA, KG_TYPE_INT,    KG_REQUIRED),
	PARAM("activationValue", KG_FROM_METADATA, KG_TYPE_INT,    KG_REQUIRED),
	PARAM("savedSearchName", KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("valueField",      KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
};

static const struct kg_param observability_rows[] = {
	PARAM("accessToken",           KG_FROM_AUTH,     KG_TYPE_STRING, KG_REQUIRED, .credential = true),
	PARAM("realm",                 KG_FROM_AUTH,     KG_TYPE_STRING, KG_REQUIRED),
	PARAM("query",                 KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("duration",              KG_FROM_METADATA, KG_TYPE_INT,    KG_REQUIRED),
	PARAM("targetValue",           KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED),
	PARAM("queryAggregator",       KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("activationTargetValue", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED),
};
/* clang-format on */

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_request_uri_check(params, "host", "must be a URL such as https://splunk.shop:8089", out);

	if (status == 0 && kg_params_given(params, "apiToken") && kg_params_given(params, "password"))
		status = kg_complain_conflict(params, "apiToken", "must not be given together with password", out);
	return status;
}

const struct kg_scaler kg_scaler_splunk = {
        .type = "splunk",
        .since = SINCE,
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "host"},
        .verification_switch = "unsafeSsl",
        .check = check,
        .source = "pkg/scalers/splunk_scaler.go",
};

const struct kg_scaler kg_scaler_splunk_observability = {
        .type = "splunk-observability",
        .since = OBSERVABILITY_SINCE,
        .params = observability_rows,
        .param_count = KG_ARRAY_LEN(observability_rows),
        .typed_since = OBSERVABILITY_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .metric_type_unread = true,
        .transport = {.kind = KG_TRANSPORT_ALWAYS_TLS},
        .source = "pkg/scalers/splunk_observability_scaler.go",
};
