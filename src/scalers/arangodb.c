/*
 * arangodb: the number that a query gives, over HTTP. Its endpoints are a comma list; the first one shows how they are reached.
 */
#include <string.h>

#include "kedagate/syntax/url.h"
#include "scalers/auth_modes.h"
#include "scalers/complaints.h"
#include "scalers/request_uri.h"

#define TYPED_SINCE KG_VERSION(2, 15, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("endpoints",            KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESSES),
	PARAM("dbName",               KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("collection",           KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED),
	PARAM("query",                KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED),
	PARAM("queryValue",           KG_FROM_METADATA,      KG_TYPE_FLOAT,  KG_REQUIRED_WITHOUT_FORMULA, .bound = KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA),
	PARAM("activationQueryValue", KG_FROM_METADATA,      KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("unsafeSsl",            KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("connectionLimit",      KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL),
	KG_AUTH_BLOCK_ROWS,
};
/* clang-format on */

static bool begins_with_any(struct kg_slice endpoint, const char *const *schemes)
{
	for (; *schemes; schemes++) {
		size_t length = strlen(*schemes);

		if (endpoint.length >= length && kg_slice_equal_nocase((struct kg_slice){endpoint.start, length}, *schemes))
			return true;
	}
	return false;
}

/* In clear text when any endpoint is. The driver takes the names of arangod's own schemes as well. */
static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *text = kg_params_text(params, "endpoints");
	struct kg_list list = kg_list_of(kg_slice_of(text), ',');
	struct kg_slice endpoint;

	while (text && kg_list_next(&list, &endpoint)) {
		if (begins_with_any(endpoint, KG_NAMES("http://", "tcp://")))
			out->encryption = KG_ENCRYPTION_OFF;
		else if (out->encryption == KG_ENCRYPTION_UNKNOWN && begins_with_any(endpoint, KG_NAMES("https://", "ssl://")))
			out->encryption = KG_ENCRYPTION_ON;
	}
	out->parameter = "endpoints";
	out->because = "the scheme of an endpoint is http or tcp";
	out->fix = "write https:// endpoints";
}

/* KEDA splits at the commas alone, and Go takes no URL that begins with a space. */
static bool has_gap(const char *text)
{
	for (const char *comma = strchr(text, ','); comma; comma = strchr(comma + 1, ',')) {
		const char *next = comma + 1 + strspn(comma + 1, " \t\r\n");

		if (next > comma + 1 && memmem(next, strcspn(next, ","), "://", 3))
			return true;
	}
	return false;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	const char *endpoints = kg_params_text(params, "endpoints");
	int status = kg_request_uri_check_list(params, "endpoints", out);

	if (status == 0 && endpoints && has_gap(endpoints))
		return kg_complain_invalid(params, "endpoints", "must have no white space behind a comma", out);
	return status ? status : kg_auth_modes_check(params, out);
}

const struct kg_scaler kg_scaler_arangodb = {
        .type = "arangodb",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .auth_modes = KG_AUTH_BASIC | KG_AUTH_BEARER,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "the scheme of endpoints"},
        .verification_switch = "unsafeSsl",
        .check = check,
        .source = "pkg/scalers/arangodb_scaler.go",
};
