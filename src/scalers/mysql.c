/*
 * mysql: the number that a query gives. The parts have no place for TLS; a connection string has (tls=true). The password itself is proved by a hash.
 */
#include <string.h>

#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 15, 0)

/* What stands between the user and the database in "user:password@protocol(address)/database": the last slash ends it, the last "@" before it begins it.
 * False without a slash. */
static bool read_place(const char *text, struct kg_slice *ret_protocol, struct kg_slice *ret_address)
{
	const char *slash = strrchr(text, '/');
	const char *start = slash;
	const char *open = NULL;

	if (!slash)
		return false;
	while (start > text && start[-1] != '@')
		start--;
	open = slash > start ? memchr(start, '(', (size_t)(slash - start)) : NULL;
	*ret_protocol = (struct kg_slice){start, (size_t)((open ? open : slash) - start)};
	*ret_address = open ? (struct kg_slice){open, (size_t)(slash - open)} : (struct kg_slice){"", 0};
	return true;
}

/* A protocol other than tcp and unix needs an address; "host:3306" without parentheses is taken for such a protocol. */
static bool is_dsn(const char *text)
{
	struct kg_slice protocol;
	struct kg_slice address;

	if (!read_place(text, &protocol, &address))
		return false;
	if (address.length > 0 && address.start[address.length - 1] != ')')
		return false;
	return address.length > 2 || protocol.length == 0 || kg_slice_among(protocol, KG_NAMES("tcp", "unix"));
}

/* The driver's address for one that is not given. */
static const char default_address[] = "127.0.0.1:3306";

/* None in what the driver refuses, and none of a socket. */
static bool hosts_in(const char *text, struct kg_slice *ret_hosts)
{
	struct kg_slice protocol;
	struct kg_slice address;

	*ret_hosts = kg_slice_of("");
	if (!is_dsn(text) || !read_place(text, &protocol, &address) ||
	    (protocol.length > 0 && !kg_slice_among(protocol, KG_NAMES("tcp", "tcp4", "tcp6"))))
		return true;
	*ret_hosts = address.length > 2 ? (struct kg_slice){address.start + 1, address.length - 2} : kg_slice_of(default_address);
	return true;
}

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("connectionString",     KG_FROM_AUTH_ENV,          KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .secret_inside = true, .target = KG_TARGET_ADDRESS, .hosts_in = hosts_in),
	PARAM("username",             KG_FROM_METADATA_AUTH_ENV, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("password",             KG_FROM_AUTH_ENV,          KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("host",                 KG_FROM_METADATA_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESS, .overridden_by = "connectionString"),
	PARAM("port",                 KG_FROM_METADATA_AUTH,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("dbName",               KG_FROM_METADATA_AUTH,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("query",                KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("queryValue",           KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_REQUIRED),
	PARAM("activationQueryValue", KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("metricName",           KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
};
/* clang-format on */

/* An option of "user:password@tcp(host:3306)/db?tls=true" of go-sql-driver: the last one counts. */
static struct kg_slice option_of(const char *text, const char *key)
{
	const char *slash = strrchr(text, '/');
	const char *query = slash ? strchr(slash, '?') : NULL;
	struct kg_list options = kg_list_of(kg_slice_of(query ? query + 1 : ""), '&');
	struct kg_slice value = {"", 0};
	struct kg_slice option;

	while (kg_list_next(&options, &option))
		(void)kg_query_get(option, key, &value);
	return value;
}

static const char *const yes_words[] = {"1", "true", "TRUE", "True", NULL};
static const char *const no_words[] = {"0", "false", "FALSE", "False", NULL};

/* A socket of the same machine. */
static bool is_local(const char *text)
{
	struct kg_slice protocol;
	struct kg_slice address;

	return read_place(text, &protocol, &address) && kg_slice_equal(protocol, "unix");
}

static void decide_by_string(const char *text, struct kg_channel *out)
{
	struct kg_slice mode = option_of(text, "tls");

	if (is_local(text))
		return;
	out->parameter = "connectionString";
	out->encryption = KG_ENCRYPTION_ON;
	out->because = "the connection string has no tls=true";
	out->fix = "add tls=true to the connection string";
	if (mode.length == 0 || kg_slice_among(mode, no_words))
		out->encryption = KG_ENCRYPTION_OFF;
	else if (kg_slice_equal_nocase(mode, "preferred") || kg_slice_among(option_of(text, "allowFallbackToPlaintext"), yes_words))
		out->encryption = KG_ENCRYPTION_OPTIONAL;
	if (out->encryption == KG_ENCRYPTION_OPTIONAL)
		out->because = "tls=preferred and allowFallbackToPlaintext fall back to clear text";
}

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *text = kg_params_text(params, "connectionString");

	out->uncertain = true;
	if (text) {
		decide_by_string(text, out);
	} else if (kg_params_missing(params, "connectionString")) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because = "KEDA has no TLS for host and port";
		out->fix = "give a connectionString with tls=true";
	}
}

static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const char *name = kg_params_given(params, "connectionString") ? "connectionString" : "password";

	if (!kg_params_given(params, name))
		return false;
	*ret_use = (struct kg_credential_use){
	        .parameter = name, .what = "what the database is asked and answers", .key = kg_params_get(params, name)->key};
	return true;
}

/* The driver reads the string while KEDA builds the scaler (dsn.go); KEDA registers no TLS configuration of its own. */
static int check_string(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "connectionString");
	struct kg_slice mode;

	if (!text)
		return 0;
	if (!is_dsn(text))
		return kg_complain_invalid(params, "connectionString", "must be a DSN such as user:password@tcp(host:3306)/database", out);
	mode = option_of(text, "tls");
	if (mode.length == 0 || memchr(mode.start, '%', mode.length) || kg_slice_among(mode, yes_words) || kg_slice_among(mode, no_words) ||
	    kg_slice_equal_nocase(mode, "skip-verify") || kg_slice_equal_nocase(mode, "preferred"))
		return 0;
	return kg_complain_invalid(params, "connectionString", "must have true, false, skip-verify or preferred for tls", out);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	if (!kg_params_missing(params, "connectionString"))
		return check_string(params, out);
	return 0;
}

const struct kg_scaler kg_scaler_mysql = {
        .type = "mysql",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED,
                      .decide = decide,
                      .how = "tls=true in connectionString turns TLS on; host and port have none"},
        .unverified = "tls=skip-verify or tls=preferred in connectionString",
        .check = check,
        .credential = credential,
        .source = "pkg/scalers/mysql_scaler.go",
};
