/*
 * postgresql: the number that a query gives.
 *
 * Read at 2.10.0 to 2.20.2, with the drivers of each (lib/pq up to 2.10, then pgx). KEDA itself checks no sslmode, port or connection string, but it connects
 * while it builds the scaler, so what the driver cannot read is refused there. With azure-workload the token is fetched first.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/connection_string.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/scalers.h"

#define TYPED_SINCE    KG_VERSION(2, 16, 0)
#define IDENTITY_SINCE KG_VERSION(2, 15, 0)
#define PGX_SINCE      KG_VERSION(2, 11, 0)

/* Also what `host` in the query of a URL says. */
static bool hosts_in(const char *text, struct kg_slice *ret_hosts)
{
	struct kg_dsn dsn;

	if (kg_dsn_parse(text, &dsn))
		return false;
	*ret_hosts = dsn.hosts;
	return true;
}

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("targetQueryValue",           KG_FROM_METADATA,      KG_TYPE_FLOAT,  KG_REQUIRED_WITHOUT_FORMULA),
	PARAM("activationTargetQueryValue", KG_FROM_METADATA,      KG_TYPE_FLOAT,  KG_OPTIONAL),
	PARAM("connection",                 KG_FROM_AUTH_ENV,      KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .secret_inside = true, .ignored_with_identity = true, .target = KG_TARGET_ADDRESS, .hosts_in = hosts_in),
	PARAM("query",                      KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED),
	PARAM("host",                       KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESSES, .overridden_by = "connection"),
	PARAM("port",                       KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("userName",                   KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("dbName",                     KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("sslmode",                    KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("password",                   KG_FROM_AUTH_ENV,      KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .ignored_with_identity = true),
	PARAM("metricName",                 KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_VERSION(2, 12, 0)),
};
/* clang-format on */

static const struct kg_identity_support identities[] = {
        {KG_PROVIDER_AZURE_WORKLOAD, IDENTITY_SINCE},
        {KG_PROVIDER_NONE, 0},
};

/* How the connection is described. */
enum form { FORM_PARTS, FORM_STRING, FORM_UNKNOWN };

static enum form form_of(const struct kg_params *params)
{
	if (kg_params_identity_in_effect(params) || kg_params_missing(params, "connection"))
		return FORM_PARTS;
	return kg_params_given(params, "connection") && !kg_params_identity_possible(params) ? FORM_STRING : FORM_UNKNOWN;
}

static void decide_by_mode(const char *mode, const char *parameter, struct kg_channel *out)
{
	out->parameter = parameter;
	out->fix = "write sslmode: require, verify-ca or verify-full";
	if (strcmp(mode, "disable") == 0) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because = "sslmode disable turns encryption off";
	} else if (strcmp(mode, "allow") == 0) {
		out->encryption = KG_ENCRYPTION_OPTIONAL;
		out->because = "sslmode allow connects in clear text first";
	} else if (strcmp(mode, "prefer") == 0) {
		out->encryption = KG_ENCRYPTION_OPTIONAL;
		out->because = "sslmode prefer falls back to clear text";
	} else {
		*out = (struct kg_channel){.encryption = kg_sslmode_valid(mode) ? KG_ENCRYPTION_ON : KG_ENCRYPTION_UNKNOWN};
	}
}

static void decide_by_string(const struct kg_params *params, const char *text, struct kg_channel *out)
{
	struct kg_dsn dsn;

	if (!text || kg_dsn_parse(text, &dsn) || dsn.local)
		return;
	if (dsn.system_roots ||
	    (strcmp(dsn.sslnegotiation, "direct") == 0 && (dsn.sslmode[0] == '\0' || strcmp(dsn.sslmode, "prefer") == 0))) {
		out->encryption = KG_ENCRYPTION_ON;
		return;
	}
	if (dsn.sslmode[0] != '\0') {
		decide_by_mode(dsn.sslmode, "connection", out);
		return;
	}
	if (params->keda_version < PGX_SINCE) {
		out->encryption = KG_ENCRYPTION_ON;
		return;
	}
	decide_by_mode("prefer", "connection", out);
	out->because = "the connection string names no sslmode, and the default, prefer, falls back to clear text";
	out->uncertain = true;
}

static bool is_local(const char *hosts)
{
	return hosts && hosts[0] == '/' && !strchr(hosts, ',');
}

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *mode = kg_params_text(params, "sslmode");

	switch (form_of(params)) {
	case FORM_PARTS:
		if (mode && !is_local(kg_params_text(params, "host")))
			decide_by_mode(mode, "sslmode", out);
		break;
	case FORM_STRING:
		decide_by_string(params, kg_params_text(params, "connection"), out);
		break;
	case FORM_UNKNOWN:
		break;
	}
}

/* The password of the form that is in effect. */
static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const char *name = form_of(params) == FORM_PARTS ? "password" : "connection";
	const char *text = kg_params_text(params, "connection");
	struct kg_dsn dsn;

	if (kg_params_identity_possible(params))
		return false;
	if (form_of(params) == FORM_STRING ? !text || kg_dsn_parse(text, &dsn) || !dsn.password : !kg_params_given(params, "password"))
		return false;
	*ret_use = (struct kg_credential_use){
	        .parameter = name,
	        .what = form_of(params) == FORM_PARTS ? "the password" : "the password in the connection string",
	        .key = kg_params_get(params, name)->key,
	};
	return true;
}

/* What KEDA makes of a provider it has no case for: up to 2.14 it did not look; since 2.16 it keeps a `connection`, and builds none from the parts. */
static enum kg_other_identities other_identity(const struct kg_params *params)
{
	bool string = !kg_params_missing(params, "connection");

	if (params->keda_version < IDENTITY_SINCE || (params->keda_version >= TYPED_SINCE && string))
		return KG_IDENTITY_IGNORED;
	return KG_IDENTITY_BREAKS;
}

/* With a connection besides, which an identity leaves unused, KEDA's parser looks at no part; the driver then wants a port and an sslmode that are not empty. */
static bool is_lenient(const struct kg_params *params, const char *part)
{
	return kg_params_typed(params) && kg_params_identity_in_effect(params) && !kg_params_missing(params, "connection") &&
	       strcmp(part, "port") != 0 && strcmp(part, "sslmode") != 0;
}

static int check_parts(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const parts[] = {"host", "port", "userName", "dbName", "sslmode"};
	const char *detail =
	        kg_params_identity_in_effect(params)
	                ? "KEDA builds the connection from host, port, userName, dbName and sslmode when an identity is used, and ignores "
	                  "connection"
	                : "without connection, KEDA needs host, port, userName, dbName and sslmode";
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(parts) && status == 0; i++) {
		if (kg_params_missing(params, parts[i]))
			status = is_lenient(params, parts[i]) ? kg_complain_lacking(params, parts[i], detail, out)
			                                      : kg_complain_missing(params, parts[i], detail, out);
	}
	return status;
}

/* With an identity the driver comes to see these only once there is a token, and with a provider of no effect never. So KEDA builds the scaler, which
 * then cannot work. */
static int complain_driver(const struct kg_params *params, const char *name, const char *detail, struct kg_complaints *out)
{
	bool identity = params->identity.state == KG_IDENTITY_STATE_UNRESOLVED || params->identity.provider != KG_PROVIDER_NONE;

	return identity ? kg_complain_doubtful(params, name, detail, out) : kg_complain_invalid(params, name, detail, out);
}

static int check_mode(const struct kg_params *params, struct kg_complaints *out)
{
	const char *mode = kg_params_text(params, "sslmode");

	if (!mode || is_local(kg_params_text(params, "host")))
		return 0;
	if (!kg_sslmode_valid(mode))
		return complain_driver(params, "sslmode",
		                       "must be one of \"require\", \"verify-ca\", \"verify-full\", \"disable\", \"allow\", \"prefer\"",
		                       out);
	if (params->keda_version < PGX_SINCE && (strcmp(mode, "allow") == 0 || strcmp(mode, "prefer") == 0))
		return complain_driver(params, "sslmode",
		                       "must be one of \"require\", \"verify-ca\", \"verify-full\", \"disable\" before KEDA 2.11", out);
	return 0;
}

static int check_port(const struct kg_params *params, struct kg_complaints *out)
{
	const char *hosts = kg_params_text(params, "host");
	const char *ports = kg_params_text(params, "port");

	if (!hosts || !ports || params->keda_version < PGX_SINCE || kg_dsn_ports_valid(hosts, ports))
		return 0;
	return complain_driver(params, "port", "must be a number from 1 to 65535, or a comma list of them beside several hosts", out);
}

static int check_string(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "connection");
	struct kg_dsn dsn;
	const char *fault;

	if (!text || params->keda_version < PGX_SINCE)
		return 0;
	fault = kg_dsn_parse(text, &dsn);
	if (!fault)
		return 0;
	return kg_complain_invalid(params, "connection", kg_arena_printf(out->arena, "must be a PostgreSQL connection string: %s", fault),
	                           out);
}

static int check_form(const struct kg_params *params, struct kg_complaints *out)
{
	int status = 0;

	switch (form_of(params)) {
	case FORM_PARTS:
		status = check_parts(params, out);
		if (status == 0)
			status = check_mode(params, out);
		return status ? status : check_port(params, out);
	case FORM_STRING:
		return check_string(params, out);
	case FORM_UNKNOWN:
		break;
	}
	return 0;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = 0;

	if (!params->metric_source && kg_params_typed(params) && kg_number_is_zero(params, "targetQueryValue"))
		status = kg_complain_invalid(params, "targetQueryValue", "must not be 0", out);
	return status ? status : check_form(params, out);
}

const struct kg_scaler kg_scaler_postgresql = {
        .type = "postgresql",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .identities = identities,
        .other_identities = KG_IDENTITY_BREAKS,
        .other_identity = other_identity,
        .other_identity_effect = "KEDA then builds no connection string from the parameters, and connects to the driver's defaults",
        .transport = {.kind = KG_TRANSPORT_DECIDED,
                      .decide = decide,
                      .how = "sslmode, that in connection included: require, verify-ca and verify-full encrypt"},
        .unverified = "every sslmode but verify-full (verify-ca leaves out the host name)",
        .check = check,
        .credential = credential,
        .source = "pkg/scalers/postgresql_scaler.go",
};
