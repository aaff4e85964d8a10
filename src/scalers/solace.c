/*
 * solace-event-queue and solace-direct-messaging: queues and clients by the SEMP API, with basic authentication at each URL of a comma list.
 */
#include <string.h>

#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/scalers.h"

#define QUEUE_TYPED_SINCE KG_VERSION(2, 15, 0)
#define DIRECT_SINCE      KG_VERSION(2, 18, 0)

/* clang-format off */
static const struct kg_param queue_rows[] = {
	PARAM("solaceSempBaseURL",                  KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESSES),
	PARAM("messageVpn",                         KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("queueName",                          KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("username",                           KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("password",                           KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED, .credential = true, .sent_as = "the password"),
	PARAM("messageCountTarget",                 KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("messageSpoolUsageTarget",            KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("messageReceiveRateTarget",           KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .since = KG_VERSION(2, 11, 0)),
	PARAM("activationMessageCountTarget",       KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("activationMessageSpoolUsageTarget",  KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("activationMessageReceiveRateTarget", KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .since = KG_VERSION(2, 11, 0), .def = "0"),
};

static const struct kg_param direct_rows[] = {
	PARAM("solaceSempBaseURL",                                 KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESSES),
	PARAM("username",                                          KG_FROM_AUTH_ENV, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("password",                                          KG_FROM_AUTH_ENV, KG_TYPE_STRING, KG_REQUIRED, .credential = true, .sent_as = "the password"),
	PARAM("messageVpn",                                        KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("clientNamePattern",                                 KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("unsafeSSL",                                         KG_FROM_METADATA, KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("queuedMessagesFactor",                              KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "3", .bound = KG_BOUND_POSITIVE),
	PARAM("aggregatedClientTxByteRateTarget",                  KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("aggregatedClientAverageTxByteRateTarget",           KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("aggregatedClientTxMsgRateTarget",                   KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("aggregatedClientAverageTxMsgRateTarget",            KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("activationAggregatedClientTxByteRateTarget",        KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("activationAggregatedClientAverageTxByteRateTarget", KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("activationAggregatedClientTxMsgRateTarget",         KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("activationAggregatedClientAverageTxMsgRateTarget",  KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
};
/* clang-format on */

/* In clear text when any URL is. */
static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *text = kg_params_text(params, "solaceSempBaseURL");
	struct kg_list list = kg_list_of(kg_slice_of(text), ',');
	struct kg_slice url;

	while (text && kg_list_next(&list, &url)) {
		if (url.length >= 7 && kg_slice_equal_nocase((struct kg_slice){url.start, 7}, "http://"))
			out->encryption = KG_ENCRYPTION_OFF;
		else if (out->encryption == KG_ENCRYPTION_UNKNOWN)
			out->encryption = KG_ENCRYPTION_ON;
	}
	out->parameter = "solaceSempBaseURL";
	out->because = "the scheme of a URL is http";
	out->fix = "write https:// URLs";
}

/* At least one of the targets must be 1 or more. */
static int check_targets(const struct kg_params *params, const char *const *names, struct kg_complaints *out)
{
	for (const char *const *name = names; *name; name++) {
		const struct kg_param_value *value = kg_params_get(params, *name);

		if (value->state == KG_PARAM_PRESENT || value->state == KG_PARAM_UNRESOLVED)
			return 0;
		if (value->state == KG_PARAM_KNOWN && kg_number_sign(params, *name) > 0)
			return 0;
	}
	return kg_complain_missing(params, names[0], "KEDA needs one target of at least 1", out);
}

static int check_queue(const struct kg_params *params, struct kg_complaints *out)
{
	return check_targets(params, KG_NAMES("messageCountTarget", "messageSpoolUsageTarget", "messageReceiveRateTarget"), out);
}

/* KEDA searches the text for "https?://" and a host of two letters or more. */
static bool has_url(struct kg_slice text)
{
	static const char host[] = "-_.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	const char *end = text.start + text.length;

	for (const char *at = text.start; at < end; at++) {
		size_t scheme = strncmp(at, "https://", 8) == 0 ? 8 : 7;

		if ((scheme == 8 || strncmp(at, "http://", 7) == 0) && strspn(at + scheme, host) >= 2)
			return true;
	}
	return false;
}

static int check_urls(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "solaceSempBaseURL");
	struct kg_list list = kg_list_of(kg_slice_of(text), ',');
	struct kg_slice url;

	while (text && kg_list_next(&list, &url)) {
		if (!has_url(url))
			return kg_complain_invalid(params, "solaceSempBaseURL",
			                           "must be a comma-separated list of http:// or https:// URLs", out);
	}
	return 0;
}

static int check_direct(const struct kg_params *params, struct kg_complaints *out)
{
	const char *pattern = kg_params_text(params, "clientNamePattern");
	int status = check_urls(params, out);

	if (status == 0 && pattern && strchr(pattern, '*'))
		status = kg_complain_invalid(params, "clientNamePattern", "must not hold a *: KEDA puts one behind it", out);
	if (status == 0 && kg_params_text(params, "queuedMessagesFactor") && !kg_number_below(params, "queuedMessagesFactor", 101))
		status = kg_complain_invalid(params, "queuedMessagesFactor", "must be at most 100", out);
	return status ? status
	              : check_targets(params,
	                              KG_NAMES("aggregatedClientTxMsgRateTarget", "aggregatedClientTxByteRateTarget",
	                                       "aggregatedClientAverageTxMsgRateTarget", "aggregatedClientAverageTxByteRateTarget"),
	                              out);
}

const struct kg_scaler kg_scaler_solace_event_queue = {
        .type = "solace-event-queue",
        .params = queue_rows,
        .param_count = KG_ARRAY_LEN(queue_rows),
        .typed_since = QUEUE_TYPED_SINCE,
        .read_since = QUEUE_TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "the scheme of every URL in solaceSempBaseURL"},
        .check = check_queue,
        .source = "pkg/scalers/solace_scaler.go",
};

const struct kg_scaler kg_scaler_solace_direct_messaging = {
        .type = "solace-direct-messaging",
        .since = DIRECT_SINCE,
        .params = direct_rows,
        .param_count = KG_ARRAY_LEN(direct_rows),
        .typed_since = DIRECT_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "the scheme of every URL in solaceSempBaseURL"},
        .verification_switch = "unsafeSSL",
        .check = check_direct,
        .source = "pkg/scalers/solace_dm_scaler.go",
};
