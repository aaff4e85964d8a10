/*
 * azure-servicebus: messages in a queue or a subscription, through the administration API, which is always https.
 *
 * Read at 2.10.0 to 2.20.2. Up to 2.16 code of its own reads the parameters: a messageCount that is no number is only logged, and operation is
 * looked at with useRegex only.
 */
#include <string.h>

#include "kedagate/syntax/regex.h"
#include "scalers/azure_authorization.h"
#include "scalers/azure_cloud.h"
#include "scalers/azure_namespace.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 17, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("messageCount",           KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "5", .checked_since = TYPED_SINCE),
	PARAM("activationMessageCount", KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("queueName",              KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .excludes = KG_NAMES("topicName", "subscriptionName")),
	PARAM("topicName",              KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("subscriptionName",       KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("connection",             KG_FROM_AUTH_ENV, KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .secret_inside = true, .ignored_with_identity = true, .target = KG_TARGET_ADDRESS, .hosts_in = kg_azure_namespace_hosts),
	PARAM("namespace",              KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED_WITH_IDENTITY),
	PARAM("useRegex",               KG_FROM_METADATA, KG_TYPE_BOOL,   KG_OPTIONAL),
	PARAM("operation",              KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .values = KG_NAMES("sum", "max", "avg"), .def = "sum", .checked_since = TYPED_SINCE),
	PARAM("cloud",                  KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("endpointSuffix",         KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
};
/* clang-format on */

/* A queue, or a topic with a subscription. What rows say already is not said again. */
static int check_entity(const struct kg_params *params, struct kg_complaints *out)
{
	if (kg_params_given(params, "queueName"))
		return 0;
	if (kg_params_given(params, "topicName"))
		return kg_params_missing(params, "subscriptionName")
		               ? kg_complain_missing(params, "subscriptionName", "topicName needs it", out)
		               : 0;
	if (kg_params_given(params, "subscriptionName"))
		return kg_complain_missing(params, "topicName", "subscriptionName needs it", out);
	return kg_complain_missing(params, "queueName", "KEDA needs queueName, or topicName with subscriptionName", out);
}

static int check_regex(const struct kg_params *params, struct kg_complaints *out)
{
	const char *name = kg_params_given(params, "topicName") ? "subscriptionName" : "queueName";
	const char *text = kg_params_text(params, name);
	const char *fault = NULL;
	int status = 0;

	if (!text || !kg_params_true(params, "useRegex", false))
		return 0;
	if (params->keda_version == KG_VERSION(2, 17, 0) && kg_params_missing(params, "operation"))
		status = kg_complain_doubtful(params, "useRegex",
		                              "KEDA 2.17.0 then counts 0 messages for ever: give operation, or upgrade to 2.17.1", out);
	fault = kg_regex_fault(text);
	if (status || !fault)
		return status;
	return kg_complain_invalid(params, name,
	                           kg_arena_printf(out->arena, "must be a regular expression while useRegex is true: %s", fault), out);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	const char *namespace = kg_params_text(params, "namespace");
	int status = check_entity(params, out);

	if (status == 0)
		status = check_regex(params, out);
	if (status || !kg_params_identity_in_effect(params))
		return status;
	if (namespace && strchr(namespace, '.'))
		status = kg_complain_doubtful(params, "namespace", "must be the short name: KEDA puts the cloud's suffix behind it", out);
	return status ? status : kg_azure_cloud_check(params, "endpointSuffix", out);
}

const struct kg_scaler kg_scaler_azure_servicebus = {
        .type = "azure-servicebus",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .identities = kg_azure_identities,
        .other_identities = KG_IDENTITY_REFUSED,
        .transport = {.kind = KG_TRANSPORT_ALWAYS_TLS},
        .check = check,
        .source = "pkg/scalers/azure_servicebus_scaler.go",
};
