/*
 * couchdb: how many documents a query finds. KEDA signs in as admin, whatever username says, and the parts make an http URL.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("connectionString",     KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("host",                 KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESS, .overridden_by = "connectionString"),
	PARAM("port",                 KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("username",             KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("password",             KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the password"),
	PARAM("dbName",               KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("query",                KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("queryValue",           KG_FROM_METADATA,          KG_TYPE_INT,    KG_REQUIRED_WITHOUT_FORMULA, .bound = KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA),
	PARAM("activationQueryValue", KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
};
/* clang-format on */

/* The driver puts http:// before a string that begins with neither http:// nor https://, whatever it begins with. */
static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *text = kg_params_text(params, "connectionString");

	if (!text && !kg_params_missing(params, "connectionString"))
		return;
	out->encryption = KG_ENCRYPTION_OFF;
	out->because = text ? "the connection string does not begin with https://" : "KEDA makes an http URL of host and port";
	out->fix = "give a connectionString that begins with https://";
	out->parameter = text ? "connectionString" : NULL;
	if (text && strncmp(text, "https://", strlen("https://")) == 0)
		out->encryption = KG_ENCRYPTION_ON;
}

/* The driver asks for a session with it, before KEDA signs in as admin. */
static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const char *text = kg_params_text(params, "connectionString");
	struct kg_url url;

	if (!text || !kg_endpoint_parse(text, &url) || url.password.length == 0)
		return false;
	*ret_use = (struct kg_credential_use){.parameter = "connectionString",
	                                      .what = "the password in the connection string",
	                                      .key = kg_params_get(params, "connectionString")->key};
	return true;
}

/* KEDA's client puts http:// before what does not begin with a scheme of HTTP. 0, 1 when Go does not take it, or KG_ENOMEM. */
static int is_malformed(const char *text, struct kg_arena *arena)
{
	bool whole = strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
	const char *url_text = whole ? text : kg_arena_printf(arena, "http://%s", text);
	struct kg_url url;

	if (!url_text)
		return KG_ENOMEM;
	return kg_url_parse(url_text, &url) ? 0 : 1;
}

static int check_string(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "connectionString");
	int status = text ? is_malformed(text, out->arena) : 0;

	return status > 0 ? kg_complain_invalid(params, "connectionString", "must be a URL such as https://couchdb.shop:6984", out)
	                  : status;
}

static int check_parts(const struct kg_params *params, struct kg_complaints *out)
{
	const char *host = kg_params_text(params, "host");
	const char *port = kg_params_text(params, "port");
	bool brackets = host && (strchr(host, ':') || strchr(host, '%'));
	const char *without_port;
	const char *text;
	int status;

	if (!host)
		return 0;
	without_port = kg_arena_printf(out->arena, brackets ? "[%s]:" : "%s:", host);
	text = without_port && port ? kg_arena_printf(out->arena, "%s%s", without_port, port) : without_port;
	if (!without_port || !text)
		return KG_ENOMEM;
	status = is_malformed(without_port, out->arena);
	if (status)
		return status > 0 ? kg_complain_invalid(params, "host", "must be a host's name or address, without a scheme", out) : status;
	status = is_malformed(text, out->arena);
	return status > 0 ? kg_complain_invalid(params, "port", "must be a number", out) : status;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = 0;

	if (!kg_params_missing(params, "connectionString"))
		return check_string(params, out);
	status = kg_complain_each_missing(params, KG_NAMES("host", "port", "username", "password", "dbName"),
	                                  "without connectionString, KEDA needs host, port, username, password and dbName", out);
	return status ? status : check_parts(params, out);
}

const struct kg_scaler kg_scaler_couchdb = {
        .type = "couchdb",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "the scheme of connectionString; host and port are http"},
        .check = check,
        .credential = credential,
        .source = "pkg/scalers/couchdb_scaler.go",
};
