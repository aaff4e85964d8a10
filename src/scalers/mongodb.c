/*
 * mongodb: how many documents a query finds. KEDA connects while it builds the scaler; the password itself never travels (SCRAM).
 */
#include <string.h>

#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)
#define TLS_SINCE   KG_VERSION(2, 19, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("connectionString",     KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("scheme",               KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 14, 0), .def = "mongodb"),
	PARAM("host",                 KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESS),
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

/* Is the option true in the connection string's query? */
static bool has_option(const struct kg_url *url, const char *name)
{
	struct kg_slice value;

	return kg_query_get(url->query, name, &value) && kg_slice_equal(value, "true");
}

static void decide_by_string(const char *text, struct kg_channel *out)
{
	struct kg_url url;

	if (!kg_url_parse(text, &url))
		return;
	out->parameter = "connectionString";
	out->encryption = KG_ENCRYPTION_OFF;
	if (kg_slice_equal(url.scheme, "mongodb+srv") || has_option(&url, "tls") || has_option(&url, "ssl"))
		out->encryption = KG_ENCRYPTION_ON;
	out->because = "the connection string has no tls=true";
	out->fix = "add tls=true to the connection string";
}

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *text = kg_params_text(params, "connectionString");
	const struct kg_param_value *tls = kg_params_get(params, "tls");

	/* The password is proved, not sent; what the query finds is for all to read. */
	out->uncertain = true;
	if (kg_params_is(params, "tls", "enable") || kg_params_is(params, "scheme", "mongodb+srv")) {
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

static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const char *text = kg_params_text(params, "connectionString");
	bool string = kg_params_given(params, "connectionString");
	struct kg_url url;

	if (string ? !text || !kg_url_parse(text, &url) || url.password.length == 0
	           : !kg_params_missing(params, "connectionString") || !kg_params_given(params, "password"))
		return false;
	*ret_use = (struct kg_credential_use){
	        .parameter = string ? "connectionString" : "password",
	        .what = "what the database is asked and answers",
	        .key = kg_params_get(params, string ? "connectionString" : "password")->key,
	};
	return true;
}

static int check_parts(const struct kg_params *params, struct kg_complaints *out)
{
	static const char detail[] = "without connectionString, KEDA needs host, port, username and password";
	int status = kg_complain_each_missing(params, KG_NAMES("host", "username", "password"), detail, out);

	if (status == 0 && kg_params_missing(params, "port") && !kg_params_is(params, "scheme", "mongodb+srv"))
		status = kg_complain_missing(params, "port", detail, out);
	return status;
}

static int check_tls(const struct kg_params *params, struct kg_complaints *out)
{
	int status = 0;

	if (!kg_params_is(params, "tls", "enable"))
		return 0;
	if (kg_params_missing(params, "cert") && kg_params_missing(params, "key") && kg_params_missing(params, "ca"))
		return kg_complain_missing(params, "ca", "tls enable needs it, or cert and key", out);
	status = kg_tls_material_check_halves(params, out);
	if (status == 0 && kg_params_missing(params, "keyPassword"))
		status = kg_tls_material_check_pair(params, out);
	return status ? status : kg_tls_material_check_ca(params, out);
}

/* The driver reads the string while KEDA builds the scaler. */
static int check_string(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "connectionString");

	if (!text || strncmp(text, "mongodb://", strlen("mongodb://")) == 0 ||
	    strncmp(text, "mongodb+srv://", strlen("mongodb+srv://")) == 0)
		return 0;
	return kg_complain_invalid(params, "connectionString", "must begin with mongodb:// or mongodb+srv://", out);
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
