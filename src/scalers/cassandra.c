/*
 * cassandra: the number that a query gives. Its password authenticator sends the password as it is. With TLS the driver verifies nothing.
 */
#include <string.h>

#include "kedagate/syntax/scalar.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)
#define TLS_SINCE   KG_VERSION(2, 15, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("username",                   KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("password",                   KG_FROM_AUTH,     KG_TYPE_STRING, KG_REQUIRED, .credential = true, .sent_as = "the password"),
	PARAM("tls",                        KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE, .def = "disable", .values = KG_NAMES("enable", "disable")),
	PARAM("cert",                       KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE),
	PARAM("key",                        KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE, .credential = true),
	PARAM("ca",                         KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE),
	PARAM("clusterIPAddress",           KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .target = KG_TARGET_ADDRESS),
	PARAM("port",                       KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("consistency",                KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .def = "one"),
	PARAM("protocolVersion",            KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "4"),
	PARAM("keyspace",                   KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("query",                      KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("targetQueryValue",           KG_FROM_METADATA, KG_TYPE_INT,    KG_REQUIRED),
	PARAM("activationTargetQueryValue", KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("metricName",                 KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_VERSION(2, 12, 0)),
};
/* clang-format on */

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const struct kg_param_value *tls = kg_params_get(params, "tls");

	if (kg_params_is(params, "tls", "enable")) {
		out->encryption = KG_ENCRYPTION_ON;
	} else if (tls->state == KG_PARAM_KNOWN || tls->state == KG_PARAM_ABSENT) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because = "TLS is off unless tls is enable";
		out->fix = "write tls: enable, with cert and key";
		out->mended_in = params->keda_version < TLS_SINCE ? TLS_SINCE : 0;
	}
}

/* "host:port", with the port a number; else `port` says it. */
static bool has_port(const char *address)
{
	const char *colon = strchr(address, ':');
	int64_t port;

	return colon && !strchr(colon + 1, ':') && kg_go_int_parse(kg_slice_of(colon + 1), &port);
}

/* The driver does not return an error for another word, it panics. */
static int check_consistency(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const levels[] = {"any", "one", "two", "three", "quorum", "all", "local_quorum", "each_quorum", "local_one"};
	const char *text = kg_params_text(params, "consistency");

	for (size_t i = 0; text && i < KG_ARRAY_LEN(levels); i++) {
		if (kg_slice_equal_nocase(kg_slice_of(text), levels[i]))
			return 0;
	}
	return text ? kg_complain_invalid(params, "consistency", "must be one of Cassandra's levels, such as one or local_quorum", out) : 0;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	const char *address = kg_params_text(params, "clusterIPAddress");
	const char *port = kg_params_text(params, "port");
	int64_t number;
	int status = check_consistency(params, out);

	if (status == 0 && kg_params_is(params, "tls", "enable"))
		status = kg_complain_each_missing(params, KG_NAMES("cert", "key"), "tls enable needs it", out);
	if (status == 0 && kg_params_is(params, "tls", "enable"))
		status = kg_tls_material_check_pair(params, out);
	if (status || !address || has_port(address))
		return status;
	if (kg_params_missing(params, "port"))
		return kg_complain_missing(params, "port", "KEDA needs it here or in clusterIPAddress", out);
	if (port && kg_go_int_parse(kg_slice_of(port), &number) && number == 0)
		return kg_complain_invalid(params, "port", "must not be 0", out);
	return 0;
}

const struct kg_scaler kg_scaler_cassandra = {
        .type = "cassandra",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "tls: enable turns TLS on"},
        .unverified = "always: the driver checks no certificate, not even with a ca",
        .check = check,
        .source = "pkg/scalers/cassandra_scaler.go",
};
