/*
 * couchdb: how many documents a query finds. KEDA signs in as admin, whatever username says, and the parts make an http URL.
 */
#include <string.h>

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

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	if (!kg_params_missing(params, "connectionString"))
		return 0;
	return kg_complain_each_missing(params, KG_NAMES("host", "port", "username", "password", "dbName"),
	                                "without connectionString, KEDA needs host, port, username, password and dbName", out);
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
