/*
 * clickhouse, announced for 2.21: the number that a query gives. The native protocol sends the password as it is.
 */
#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define SINCE KG_VERSION(2, 21, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("connectionString",           KG_FROM_AUTH_ENV,          KG_TYPE_STRING,   KG_OPTIONAL, .credential = true, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("host",                       KG_FROM_METADATA_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL, .target = KG_TARGET_ADDRESS, .overridden_by = "connectionString"),
	PARAM("port",                       KG_FROM_METADATA_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("username",                   KG_FROM_METADATA_AUTH_ENV, KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("password",                   KG_FROM_AUTH_ENV,          KG_TYPE_STRING,   KG_OPTIONAL, .credential = true),
	PARAM("database",                   KG_FROM_METADATA_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("query",                      KG_FROM_METADATA,          KG_TYPE_STRING,   KG_REQUIRED),
	PARAM("targetQueryValue",           KG_FROM_METADATA,          KG_TYPE_FLOAT,    KG_REQUIRED, .bound = KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA),
	PARAM("activationTargetQueryValue", KG_FROM_METADATA,          KG_TYPE_FLOAT,    KG_OPTIONAL, .def = "0"),
	PARAM("maxIdleConns",               KG_FROM_METADATA_AUTH,     KG_TYPE_INT,      KG_OPTIONAL),
	PARAM("maxOpenConns",               KG_FROM_METADATA_AUTH,     KG_TYPE_INT,      KG_OPTIONAL),
	PARAM("connMaxLifetime",            KG_FROM_METADATA_AUTH,     KG_TYPE_DURATION, KG_OPTIONAL),
	PARAM("tls",                        KG_FROM_AUTH,              KG_TYPE_BOOL,     KG_OPTIONAL, .def = "false"),
	PARAM("cert",                       KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("key",                        KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL, .credential = true),
	PARAM("keyPassword",                KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL, .credential = true),
	PARAM("ca",                         KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("unsafeSsl",                  KG_FROM_AUTH,              KG_TYPE_BOOL,     KG_OPTIONAL, .def = "false"),
};
/* clang-format on */

/* Does the string say secure=true, or speak https? */
static bool is_secure(const char *text)
{
	struct kg_slice value;
	struct kg_url url;

	if (!kg_url_parse(text, &url))
		return false;
	return kg_slice_equal(url.scheme, "https") || (kg_query_get(url.query, "secure", &value) && kg_slice_equal(value, "true"));
}

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *text = kg_params_text(params, "connectionString");
	bool seen = text || kg_params_missing(params, "connectionString");

	if (kg_params_true(params, "tls", false) || (text && is_secure(text))) {
		out->encryption = KG_ENCRYPTION_ON;
	} else if (seen && kg_params_text(params, "tls")) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because = "TLS is off unless tls is true";
		out->fix = "write tls: \"true\" in the authentication";
	}
}

static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const char *text = kg_params_text(params, "connectionString");
	const char *name = kg_params_given(params, "connectionString") ? "connectionString" : "password";
	struct kg_url url;

	if (!kg_params_given(params, name) || (*name == 'c' && (!text || !kg_url_parse(text, &url) || url.password.length == 0)))
		return false;
	*ret_use = (struct kg_credential_use){.parameter = name, .what = "the password", .key = kg_params_get(params, name)->key};
	return true;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	if (kg_params_missing(params, "connectionString") && kg_params_missing(params, "host"))
		return kg_complain_missing(params, "host", "KEDA needs it, or connectionString", out);
	return kg_params_true(params, "tls", false) ? kg_tls_material_check_halves(params, out) : 0;
}

const struct kg_scaler kg_scaler_clickhouse = {
        .type = "clickhouse",
        .since = SINCE,
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED,
                      .decide = decide,
                      .how = "tls: \"true\", or https or secure=true in connectionString, turns TLS on"},
        .verification_switch = "unsafeSsl",
        .uses_ca = kg_tls_material_used,
        .check = check,
        .credential = credential,
        .source = "pkg/scalers/clickhouse_scaler.go",
};
