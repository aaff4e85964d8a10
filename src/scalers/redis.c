/*
 * redis and redis-streams, each alone, as a cluster, and behind sentinels: the length of a key, or the entries of a stream.
 *
 * KEDA connects while it builds the scaler. The certificates are looked at only with TLS.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)

/* clang-format off */
/* The block that KEDA calls the connection info. KEDA tries Cert before cert. */
#define CONNECTION_ROWS \
	PARAM("address",          KG_FROM_METADATA_AUTH_ENV, KG_TYPE_LIST,   KG_OPTIONAL, .also = {"addresses"}, .target = KG_TARGET_ADDRESSES), \
	PARAM("username",         KG_FROM_METADATA_ENV_AUTH, KG_TYPE_STRING, KG_OPTIONAL), \
	PARAM("password",         KG_FROM_METADATA_ENV_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the password"), \
	PARAM("sentinelUsername", KG_FROM_METADATA_AUTH_ENV, KG_TYPE_STRING, KG_OPTIONAL), \
	PARAM("sentinelPassword", KG_FROM_METADATA_AUTH_ENV, KG_TYPE_STRING, KG_OPTIONAL, .credential = true), \
	PARAM("sentinelMaster",   KG_FROM_METADATA_AUTH_ENV, KG_TYPE_STRING, KG_OPTIONAL), \
	PARAM("host",             KG_FROM_METADATA_ENV_AUTH, KG_TYPE_LIST,   KG_OPTIONAL, .also = {"hosts"}, .target = KG_TARGET_ADDRESSES), \
	PARAM("port",             KG_FROM_METADATA_ENV_AUTH, KG_TYPE_LIST,   KG_OPTIONAL, .also = {"ports"}), \
	PARAM("unsafeSsl",        KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"), \
	PARAM("cert",             KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .also = {"Cert"}, .since = KG_VERSION(2, 12, 0)), \
	PARAM("key",              KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 12, 0), .credential = true), \
	PARAM("keyPassword",      KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 12, 0), .credential = true), \
	PARAM("ca",               KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 12, 0))

static const struct kg_param list_rows[] = {
	PARAM("listLength",           KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "5"),
	PARAM("activationListLength", KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("listName",             KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("databaseIndex",        KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("enableTLS",            KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("tls",                  KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 12, 0)),
	CONNECTION_ROWS,
};

static const struct kg_param stream_rows[] = {
	PARAM("pendingEntriesCount", KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "5"),
	PARAM("streamLength",        KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .since = KG_VERSION(2, 11, 0), .def = "5"),
	PARAM("lagCount",            KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .since = KG_VERSION(2, 11, 0)),
	PARAM("stream",              KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("consumerGroup",       KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("databaseIndex",       KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("activationLagCount",  KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .since = KG_VERSION(2, 11, 0), .def = "0"),
	PARAM("enableTLS",           KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("tls",                 KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 16, 0)),
	CONNECTION_ROWS,
};
/* clang-format on */

static bool is_tls(const struct kg_params *params)
{
	const char *word = kg_params_text(params, "tls");

	return kg_params_true(params, "enableTLS", false) || (word && strcmp(word, "enable") == 0);
}

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	static const char *const switches[] = {"enableTLS", "tls"};

	if (is_tls(params)) {
		out->encryption = KG_ENCRYPTION_ON;
		return;
	}
	for (size_t i = 0; i < KG_ARRAY_LEN(switches); i++) {
		const struct kg_param_value *value = kg_params_get(params, switches[i]);

		if (value->state != KG_PARAM_ABSENT && value->state != KG_PARAM_KNOWN)
			return;
		if (value->state == KG_PARAM_KNOWN)
			out->parameter = switches[i];
	}
	out->encryption = KG_ENCRYPTION_OFF;
	out->because = out->parameter ? "it turns TLS off" : "TLS is off unless it is turned on";
	out->fix = "write enableTLS: \"true\"";
}

static bool is_sentinel(const struct kg_params *params)
{
	return strstr(params->scaler->type, "sentinel");
}

/* The password of the sentinels, besides that of the servers. */
static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const struct kg_param_value *value = kg_params_get(params, "sentinelPassword");

	if (!is_sentinel(params) || !kg_param_value_given(value))
		return false;
	*ret_use = (struct kg_credential_use){.parameter = "sentinelPassword", .what = "the sentinels' password", .key = value->key};
	return true;
}

static size_t count_elements(const char *text)
{
	struct kg_list list = kg_list_of(kg_slice_of(text), ',');
	struct kg_slice element;
	size_t count = 0;

	while (kg_list_next(&list, &element))
		count++;
	return count;
}

static int check_hosts(const struct kg_params *params, struct kg_complaints *out)
{
	const char *hosts = kg_params_text(params, "host");
	const char *ports = kg_params_text(params, "port");

	if (!hosts || !ports || count_elements(hosts) == count_elements(ports))
		return 0;
	return kg_complain_invalid(params, "port", "must be as many ports as there are hosts", out);
}

static int check_address(const struct kg_params *params, struct kg_complaints *out)
{
	const char *address = kg_params_text(params, "address");
	bool parts = !kg_params_missing(params, "host") && !kg_params_missing(params, "port");

	if (address && *kg_slice_trim(kg_slice_of(address)).start == ',')
		return kg_complain_invalid(params, "address", "must begin with a host:port", out);
	if (kg_params_missing(params, "address") && !parts)
		return kg_complain_missing(params, "address", "KEDA needs it, or host and port", out);
	return check_hosts(params, out);
}

static int check_switches(const struct kg_params *params, struct kg_complaints *out)
{
	const char *metadata = kg_params_text(params, "enableTLS");
	const char *authentication = kg_params_text(params, "tls");
	bool on;

	if (kg_params_given(params, "enableTLS") && kg_params_given(params, "tls"))
		return kg_complain_conflict(params, "enableTLS", "must not be given together with tls in the authentication", out);
	if (metadata && !kg_go_bool_parse(kg_slice_of(metadata), &on))
		return kg_complain_invalid(params, "enableTLS", "must be true or false", out);
	if (authentication && strcmp(authentication, "enable") != 0 && strcmp(authentication, "disable") != 0)
		return kg_complain_invalid(params, "tls", "must be enable or disable", out);
	return 0;
}

static int check_certificates(const struct kg_params *params, struct kg_complaints *out)
{
	bool pair = kg_params_given(params, "cert") && kg_params_given(params, "key");
	int status = 0;

	if (!is_tls(params))
		return 0;
	if (pair)
		status = kg_tls_material_check_pair(params, out);
	return status ? status : kg_tls_material_check_ca(params, out);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = check_address(params, out);

	if (status == 0)
		status = check_switches(params, out);
	if (status == 0)
		status = check_certificates(params, out);
	if (status == 0 && is_sentinel(params) && kg_params_missing(params, "sentinelMaster"))
		status = kg_complain_lacking(params, "sentinelMaster", "the sentinels are asked for the master of that name", out);
	return status;
}

/* 2.16 asked for activationLagCount as well when lagCount was given; 0 is none of both. */
static int check_stream(const struct kg_params *params, struct kg_complaints *out)
{
	bool lag =
	        kg_params_given(params, "lagCount") && kg_params_given(params, "consumerGroup") && !kg_number_is_zero(params, "lagCount");
	int status = check(params, out);

	if (status || !lag || params->keda_version >= KG_VERSION(2, 17, 0))
		return status;
	if (kg_params_missing(params, "activationLagCount"))
		return kg_complain_missing(params, "activationLagCount", "KEDA 2.16 needs it beside lagCount", out);
	return kg_number_is_zero(params, "activationLagCount")
	               ? kg_complain_invalid(params, "activationLagCount", "must not be 0 beside lagCount in KEDA 2.16", out)
	               : 0;
}

#define REDIS(type_, rows_, check_, source_)                                                                                               \
	{                                                                                                                                  \
		.type = (type_), .params = (rows_), .param_count = KG_ARRAY_LEN(rows_), .typed_since = TYPED_SINCE,                        \
		.read_since = TYPED_SINCE, .other_identities = KG_IDENTITY_IGNORED,                                                        \
		.transport = {.kind = KG_TRANSPORT_DECIDED,                                                                                \
		              .decide = decide,                                                                                            \
		              .how = "enableTLS: \"true\", or tls: enable in the authentication, turns TLS on"},                           \
		.verification_switch = "unsafeSsl", .credential = credential, .uses_ca = kg_tls_material_used, .check = (check_),          \
		.source = (source_)                                                                                                        \
	}
#define REDIS_LIST(type_)   REDIS(type_, list_rows, check, "pkg/scalers/redis_scaler.go")
#define REDIS_STREAM(type_) REDIS(type_, stream_rows, check_stream, "pkg/scalers/redis_streams_scaler.go")

const struct kg_scaler kg_scaler_redis = REDIS_LIST("redis");
const struct kg_scaler kg_scaler_redis_cluster = REDIS_LIST("redis-cluster");
const struct kg_scaler kg_scaler_redis_sentinel = REDIS_LIST("redis-sentinel");
const struct kg_scaler kg_scaler_redis_streams = REDIS_STREAM("redis-streams");
const struct kg_scaler kg_scaler_redis_cluster_streams = REDIS_STREAM("redis-cluster-streams");
const struct kg_scaler kg_scaler_redis_sentinel_streams = REDIS_STREAM("redis-sentinel-streams");
