/*
 * mssql: the number that a query gives. Encryption is a matter of the connection string alone; the parts cannot ask for it.
 *
 * The driver (go-mssqldb) encrypts at least the login unless encrypt=disable; without encrypt what follows is in clear text, and no certificate is verified.
 */
#include <string.h>

#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/text.h"
#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"
#include "scalers/mssql_string.h"
#include "scalers/number.h"
#include "scalers/scalers.h"

#define TYPED_SINCE    KG_VERSION(2, 18, 0)
#define IDENTITY_SINCE KG_VERSION(2, 20, 0)

/* A URL is read as one. Of any other string without a host for certain there is none, whatever else it looks like. */
static bool hosts_in(const char *text, struct kg_slice *ret_hosts)
{
	struct kg_slice server;

	if (kg_mssql_is_url(text) && !kg_mssql_string_get(text, "server", &server))
		return false;
	if (!kg_mssql_string_host(text, ret_hosts))
		*ret_hosts = kg_slice_of("");
	return true;
}

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("connectionString",      KG_FROM_AUTH_ENV,      KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .secret_inside = true, .target = KG_TARGET_ADDRESS, .hosts_in = hosts_in),
	PARAM("username",              KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("password",              KG_FROM_AUTH_ENV,      KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("host",                  KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESS, .overridden_by = "connectionString"),
	PARAM("port",                  KG_FROM_AUTH_METADATA, KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("database",              KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("query",                 KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED),
	PARAM("targetValue",           KG_FROM_METADATA,      KG_TYPE_FLOAT,  KG_REQUIRED, .bound = KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA),
	PARAM("activationTargetValue", KG_FROM_METADATA,      KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
};
/* clang-format on */

static const struct kg_identity_support identities[] = {
        {KG_PROVIDER_AZURE_WORKLOAD, IDENTITY_SINCE},
        {KG_PROVIDER_NONE, 0},
};

/* Before 2.20 the scaler never looked. */
static enum kg_other_identities other_identity(const struct kg_params *params)
{
	return params->keda_version < IDENTITY_SINCE ? KG_IDENTITY_IGNORED : KG_IDENTITY_REFUSED;
}

static bool is_broken_url(const char *text)
{
	struct kg_url url;

	return kg_mssql_is_url(text) && !kg_url_parse(text, &url);
}

static struct kg_slice value_of(const char *text, const char *key)
{
	struct kg_slice value = {"", 0};

	(void)kg_mssql_string_get(text, key, &value);
	return value;
}

static const char *const login_only[] = {"optional", "no", "0", "f", "false", NULL};
static const char *const encrypting[] = {"mandatory", "yes", "1", "t", "true", "strict", "disable", NULL};

static bool among_nocase(struct kg_slice text, const char *const *words)
{
	for (; *words; words++) {
		if (kg_slice_equal_nocase(text, *words))
			return true;
	}
	return false;
}

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *text = kg_params_text(params, "connectionString");
	struct kg_slice mode;

	if (text && is_broken_url(text))
		return;
	if (!text) {
		if (!kg_params_missing(params, "connectionString"))
			return;
		out->encryption = KG_ENCRYPTION_OPTIONAL;
		out->because =
		        "KEDA cannot ask for encryption with host and port: only the login is encrypted, and to an unverified server";
		out->fix = "give a connectionString with encrypt=true";
		out->uncertain = true;
		return;
	}
	mode = value_of(text, "encrypt");
	out->parameter = "connectionString";
	out->fix = "add encrypt=true to the connection string";
	out->encryption = KG_ENCRYPTION_ON;
	if (kg_slice_equal_nocase(mode, "disable")) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because = "encrypt=disable turns TLS off, for the login as well";
	} else if (mode.length == 0 || among_nocase(mode, login_only)) {
		out->encryption = KG_ENCRYPTION_OPTIONAL;
		out->because = "without encrypt=true only the login is encrypted, and to an unverified server";
		out->uncertain = true;
	}
}

static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const char *name = kg_params_given(params, "connectionString") ? "connectionString" : "password";

	if (!kg_params_given(params, name))
		return false;
	*ret_use = (struct kg_credential_use){.parameter = name, .what = "the password", .key = kg_params_get(params, name)->key};
	return true;
}

/* No port at all will do. */
static bool has_port(const char *text)
{
	struct kg_slice port = value_of(text, "port");
	struct kg_url url;
	int64_t number;

	if (kg_url_parse(text, &url))
		port = url.port;
	return port.length == 0 || (kg_go_int_parse(port, &number) && number >= 0 && number <= UINT16_MAX);
}

/* The driver reads the string while KEDA builds the scaler (msdsn, Parse). */
static int check_string(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "connectionString");
	struct kg_slice mode;

	if (!text)
		return 0;
	if (is_broken_url(text))
		return kg_complain_invalid(params, "connectionString",
		                           "must be a URL whose port is a number, and whose user and password are percent-encoded", out);
	/* A quoted value may hold anything, semicolons as well. */
	if (strpbrk(text, "\"{"))
		return 0;
	if (!has_port(text))
		return kg_complain_invalid(params, "connectionString", "must have a port up to 65535", out);
	mode = value_of(text, "encrypt");
	if (mode.length == 0 || memchr(mode.start, '%', mode.length) || among_nocase(mode, login_only) || among_nocase(mode, encrypting))
		return 0;
	return kg_complain_invalid(params, "connectionString", "must have true, false, strict or disable for encrypt", out);
}

/* KEDA makes a URL of the parts, whose host the driver then finds escaped, and refuses. */
static int check_parts(const struct kg_params *params, struct kg_complaints *out)
{
	const char *host = kg_params_text(params, "host");

	if (host && strpbrk(host, " \\/?#"))
		return kg_complain_invalid(params, "host", "must be a host alone; an instance needs a connectionString", out);
	if (kg_params_text(params, "port") && !kg_number_below(params, "port", UINT16_MAX + 1))
		return kg_complain_invalid(params, "port", "must be at most 65535", out);
	return 0;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	if (kg_params_missing(params, "connectionString") && kg_params_missing(params, "host"))
		return kg_complain_missing(params, "host", "KEDA needs it, or connectionString", out);
	return kg_params_missing(params, "connectionString") ? check_parts(params, out) : check_string(params, out);
}

const struct kg_scaler kg_scaler_mssql = {
        .type = "mssql",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .identities = identities,
        .other_identities = KG_IDENTITY_REFUSED,
        .other_identity = other_identity,
        .transport = {.kind = KG_TRANSPORT_DECIDED,
                      .decide = decide,
                      .how = "encrypt=true in connectionString; otherwise only the login is encrypted"},
        .unverified = "without encrypt=true in connectionString, or with TrustServerCertificate=true in it",
        .check = check,
        .credential = credential,
        .source = "pkg/scalers/mssql_scaler.go",
};
