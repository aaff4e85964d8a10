/*
 * mongodb: how many documents a query finds. KEDA connects while it builds the scaler; the password itself never travels (SCRAM).
 */
#include <ctype.h>
#include <string.h>

#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)
#define TLS_SINCE   KG_VERSION(2, 19, 0)

static bool hosts_in(const char *text, struct kg_slice *ret_hosts);

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("connectionString",     KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .secret_inside = true, .target = KG_TARGET_ADDRESS, .hosts_in = hosts_in),
	PARAM("scheme",               KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 14, 0), .def = "mongodb"),
	PARAM("host",                 KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESS, .overridden_by = "connectionString"),
	PARAM("port",                 KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("username",             KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("password",             KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("dbName",               KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_REQUIRED),
	PARAM("collection",           KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("query",                KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("queryValue",           KG_FROM_METADATA,          KG_TYPE_INT,    KG_REQUIRED, .removed = KG_VERSION(2, 17, 0)),
	PARAM("queryValue",           KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_REQUIRED, .since = KG_VERSION(2, 17, 0)),
	PARAM("activationQueryValue", KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "0", .removed = KG_VERSION(2, 17, 0)),
	PARAM("activationQueryValue", KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0", .since = KG_VERSION(2, 17, 0)),
	PARAM("tls",                  KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE, .def = "disable", .values = KG_NAMES("enable", "disable")),
	PARAM("cert",                 KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE),
	PARAM("key",                  KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE, .credential = true),
	PARAM("keyPassword",          KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE, .credential = true),
	PARAM("ca",                   KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE),
};
/* clang-format on */

/* A connection string as the driver takes it apart (connstring.go, parse). It is no URL: there may be several hosts. */
struct string_parts {
	struct kg_slice user; /* "name:password", with no "@" */
	struct kg_slice hosts;
	const char *options; /* behind the "?" */
	bool srv;
};

static const char escape_detail[] =
        "must have a user, it and the password percent-encoded, without / : @ %, and a / before the ? of the options";

/* What stands before the first "@", if there is one; *text moves behind it. False for one that the driver refuses. */
static bool take_user(const char **text, struct kg_slice *ret_user)
{
	const char *at = strchr(*text, '@');
	struct kg_slice user = {*text, at ? (size_t)(at - *text) : 0};
	const char *colon = user.length > 0 ? memchr(user.start, ':', user.length) : NULL;

	if (at && (user.length == 0 || colon == user.start || memchr(user.start, '/', user.length) ||
	           (colon && memchr(colon + 1, ':', (size_t)(at - colon) - 1))))
		return false;
	for (size_t i = 0; i < user.length; i++) {
		if (user.start[i] == '%' && (!isxdigit((unsigned char)user.start[i + 1]) || !isxdigit((unsigned char)user.start[i + 2])))
			return false;
	}
	if (at)
		*text = at + 1;
	*ret_user = user;
	return true;
}

/* What the driver refuses about the frame, in constant words; NULL when *ret_parts is filled. */
static const char *take_apart(const char *text, struct string_parts *ret_parts)
{
	static const char *const schemes[] = {"mongodb://", "mongodb+srv://"};
	struct string_parts parts = {.options = ""};
	const char *rest = NULL;

	for (size_t i = 0; i < KG_ARRAY_LEN(schemes); i++) {
		if (strncmp(text, schemes[i], strlen(schemes[i])) == 0) {
			rest = text + strlen(schemes[i]);
			parts.srv = i == 1;
		}
	}
	if (!rest)
		return "must begin with mongodb:// or mongodb+srv://";
	if (!take_user(&rest, &parts.user))
		return escape_detail;
	parts.hosts = (struct kg_slice){rest, strcspn(rest, "/?@")};
	rest += parts.hosts.length;
	if (*rest == '@' || *rest == '?')
		return escape_detail;
	if (strchr(rest, '?'))
		parts.options = strchr(rest, '?') + 1;
	*ret_parts = parts;
	return NULL;
}

/* None in what the driver refuses; with mongodb+srv a record of DNS names them. */
static bool hosts_in(const char *text, struct kg_slice *ret_hosts)
{
	struct string_parts parts;

	*ret_hosts = take_apart(text, &parts) || parts.srv ? kg_slice_of("") : parts.hosts;
	return true;
}

/* The next option of a query; *text moves on. */
static bool next_option(const char **text, struct kg_slice *ret_name, struct kg_slice *ret_value)
{
	size_t length;
	const char *equals;

	*text += strspn(*text, "&;");
	length = strcspn(*text, "&;");
	equals = memchr(*text, '=', length);
	*ret_name = (struct kg_slice){*text, equals ? (size_t)(equals - *text) : length};
	*ret_value = equals ? (struct kg_slice){equals + 1, length - ret_name->length - 1} : (struct kg_slice){NULL, 0};
	*text += length;
	return length > 0;
}

/* Names count in any case, their values do not. The options that name certificates turn TLS on as well. */
static bool has_tls(const struct string_parts *parts)
{
	static const char *const certificates[] = {"tlsCAFile",          "sslCertificateAuthorityFile",
	                                           "tlsCertificateFile", "tlsCertificateKeyFile",
	                                           "tlsPrivateKeyFile",  "sslClientCertificateKeyFile"};
	const char *text = parts->options;
	struct kg_slice name;
	struct kg_slice value;
	bool tls = parts->srv;

	while (next_option(&text, &name, &value)) {
		if (kg_slice_equal_nocase(name, "tls") || kg_slice_equal_nocase(name, "ssl"))
			tls = kg_slice_equal(value, "true");
		for (size_t i = 0; i < KG_ARRAY_LEN(certificates); i++)
			tls = tls || kg_slice_equal_nocase(name, certificates[i]);
	}
	return tls;
}

static void decide_by_string(const char *text, struct kg_channel *out)
{
	struct string_parts parts;

	if (take_apart(text, &parts))
		return;
	out->parameter = "connectionString";
	out->encryption = has_tls(&parts) ? KG_ENCRYPTION_ON : KG_ENCRYPTION_OFF;
	out->because = "the connection string has no tls=true";
	out->fix = "add tls=true to the connection string";
}

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *text = kg_params_text(params, "connectionString");
	const struct kg_param_value *tls = kg_params_get(params, "tls");

	/* The password is proved, not sent; what the query finds is for all to read. */
	out->uncertain = true;
	if (kg_params_is(params, "tls", "enable") ||
	    (kg_params_missing(params, "connectionString") && kg_params_is(params, "scheme", "mongodb+srv"))) {
		out->encryption = KG_ENCRYPTION_ON;
	} else if (tls->state == KG_PARAM_PRESENT || tls->state == KG_PARAM_UNRESOLVED) {
		return;
	} else if (text) {
		decide_by_string(text, out);
	} else if (kg_params_missing(params, "connectionString")) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because = "TLS is off unless tls is enable";
		out->fix = "write tls: enable with a ca, or give a connectionString with tls=true";
	}
}

static bool has_password(const struct string_parts *parts)
{
	const char *colon = parts->user.length > 0 ? memchr(parts->user.start, ':', parts->user.length) : NULL;

	return colon && colon + 1 < parts->user.start + parts->user.length;
}

static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const char *text = kg_params_text(params, "connectionString");
	bool string = kg_params_given(params, "connectionString");
	struct string_parts parts;

	if (string ? !text || take_apart(text, &parts) || !has_password(&parts)
	           : !kg_params_missing(params, "connectionString") || !kg_params_given(params, "password"))
		return false;
	*ret_use = (struct kg_credential_use){
	        .parameter = string ? "connectionString" : "password",
	        .what = "what the database is asked and answers",
	        .key = kg_params_get(params, string ? "connectionString" : "password")->key,
	};
	return true;
}

static bool is_port(struct kg_slice text)
{
	int64_t port;

	return kg_go_int_parse(text, &port) && port > 0 && port <= UINT16_MAX;
}

/* KEDA makes a connection string of the parts, which the driver reads while KEDA builds the scaler. */
static int check_address(const struct kg_params *params, struct kg_complaints *out)
{
	const char *port = kg_params_text(params, "port");
	const char *scheme = kg_params_text(params, "scheme");
	const char *host = kg_params_text(params, "host");

	if (scheme && strcmp(scheme, "mongodb") != 0 && strcmp(scheme, "mongodb+srv") != 0)
		return kg_complain_invalid(params, "scheme", "must be mongodb or mongodb+srv", out);
	if (scheme && host && strcmp(scheme, "mongodb+srv") == 0 && strpbrk(host, ":,"))
		return kg_complain_invalid(params, "host", "must be one host without a port for mongodb+srv", out);
	if (!port || (scheme && strcmp(scheme, "mongodb+srv") == 0) || is_port(kg_slice_of(port)) || strchr(port, ','))
		return 0;
	return kg_complain_invalid(params, "port", "must be a port from 1 to 65535", out);
}

static int check_parts(const struct kg_params *params, struct kg_complaints *out)
{
	static const char detail[] = "without connectionString, KEDA needs host, port, username and password";
	int status = kg_complain_each_missing(params, KG_NAMES("host", "username", "password"), detail, out);

	if (status == 0 && kg_params_missing(params, "port") && !kg_params_is(params, "scheme", "mongodb+srv"))
		status = kg_complain_missing(params, "port", detail, out);
	return status ? status : check_address(params, out);
}

static int check_tls(const struct kg_params *params, struct kg_complaints *out)
{
	int status = 0;

	if (!kg_params_is(params, "tls", "enable"))
		return 0;
	if (kg_params_missing(params, "cert") && kg_params_missing(params, "key") && kg_params_missing(params, "ca"))
		return kg_complain_missing(params, "ca", "tls enable needs it, or cert and key", out);
	status = kg_tls_material_check_halves(params, out);
	if (status == 0)
		status = kg_tls_material_check_pair(params, out);
	return status ? status : kg_tls_material_check_ca(params, out);
}

/* What the driver refuses about the hosts and the options. Hosts with an escape or of IPv6 are not looked at. */
static const char *fault_of(const struct string_parts *parts)
{
	struct kg_list hosts = kg_list_of(parts->hosts, ',');
	const char *text = parts->options;
	struct kg_slice name;
	struct kg_slice value;
	bool any = false;

	if (parts->srv && (memchr(parts->hosts.start, ',', parts->hosts.length) || memchr(parts->hosts.start, ':', parts->hosts.length)))
		return "must name one host without a port behind mongodb+srv://";
	while (kg_list_next(&hosts, &value)) {
		const char *colon = value.length > 0 ? memchr(value.start, ':', value.length) : NULL;

		any = any || value.length > 0;
		if (!colon || memchr(value.start, '%', value.length) || *value.start == '[')
			continue;
		name = (struct kg_slice){colon + 1, value.length - (size_t)(colon - value.start) - 1};
		if (name.length > 0 && !is_port(name))
			return "must have ports from 1 to 65535";
	}
	if (!any)
		return "must name a host";
	while (next_option(&text, &name, &value)) {
		if (!value.start || name.length == 0)
			return "must have options such as tls=true, separated by &";
		if ((kg_slice_equal_nocase(name, "tls") || kg_slice_equal_nocase(name, "ssl")) && !kg_slice_equal(value, "true") &&
		    !kg_slice_equal(value, "false"))
			return "must have true or false for tls";
	}
	return NULL;
}

/* The driver reads the string while KEDA builds the scaler. */
static int check_string(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "connectionString");
	struct string_parts parts;
	const char *fault = text ? take_apart(text, &parts) : NULL;

	if (text && !fault)
		fault = fault_of(&parts);
	return fault ? kg_complain_invalid(params, "connectionString", fault, out) : 0;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_params_missing(params, "connectionString") ? check_parts(params, out) : check_string(params, out);

	return status ? status : check_tls(params, out);
}

const struct kg_scaler kg_scaler_mongodb = {
        .type = "mongodb",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED,
                      .decide = decide,
                      .how = "tls: enable, scheme: mongodb+srv, or tls=true in connectionString turns TLS on"},
        .unverified = "tlsInsecure=true in connectionString, without tls: enable",
        .check = check,
        .credential = credential,
        .source = "pkg/scalers/mongo_scaler.go",
};
