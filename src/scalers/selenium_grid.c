/*
 * selenium-grid: sessions that wait in a Selenium Grid, by its GraphQL.
 */
#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE  KG_VERSION(2, 15, 0)
#define SECRET_SINCE KG_VERSION(2, 16, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("url",                    KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .removed = SECRET_SINCE, .target = KG_TARGET_ADDRESS),
	PARAM("url",                    KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .since = SECRET_SINCE, .target = KG_TARGET_ADDRESS),
	PARAM("authType",               KG_FROM_AUTH_ENV,      KG_TYPE_STRING, KG_OPTIONAL, .since = SECRET_SINCE),
	PARAM("username",               KG_FROM_AUTH_ENV,      KG_TYPE_STRING, KG_OPTIONAL, .since = SECRET_SINCE),
	PARAM("password",               KG_FROM_AUTH_ENV,      KG_TYPE_STRING, KG_OPTIONAL, .since = SECRET_SINCE, .credential = true),
	PARAM("accessToken",            KG_FROM_AUTH_ENV,      KG_TYPE_STRING, KG_OPTIONAL, .since = SECRET_SINCE, .credential = true),
	PARAM("browserName",            KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED, .removed = SECRET_SINCE),
	PARAM("browserName",            KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .since = SECRET_SINCE),
	PARAM("sessionBrowserName",     KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("browserVersion",         KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .def = "latest", .removed = SECRET_SINCE),
	PARAM("browserVersion",         KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .since = SECRET_SINCE),
	PARAM("platformName",           KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .def = "linux", .removed = SECRET_SINCE),
	PARAM("platformName",           KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .since = SECRET_SINCE),
	PARAM("activationThreshold",    KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("unsafeSsl",              KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("nodeMaxSessions",        KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL, .since = SECRET_SINCE, .def = "1"),
	PARAM("enableManagedDownloads", KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 17, 0), .def = "true"),
	PARAM("capabilities",           KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 17, 0)),
};
/* clang-format on */

/* The password with authType Basic or none, the token with any other (strings.EqualFold). */
static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const char *type = kg_params_text(params, "authType");
	bool basic = type && kg_slice_equal_nocase(kg_slice_of(type), "Basic");
	bool none = kg_params_missing(params, "authType");
	const char *name;

	if ((basic || none) && kg_params_given(params, "username") && kg_params_given(params, "password"))
		name = "password";
	else if ((none || (type && !basic)) && kg_params_given(params, "accessToken"))
		name = "accessToken";
	else
		return false;
	*ret_use = (struct kg_credential_use){
	        .parameter = name,
	        .what = *name == 'p' ? "the password" : "the access token",
	        .key = kg_params_get(params, name)->key,
	};
	return true;
}

const struct kg_scaler kg_scaler_selenium_grid = {
        .type = "selenium-grid",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "url"},
        .verification_switch = "unsafeSsl",
        .credential = credential,
        .source = "pkg/scalers/selenium_grid_scaler.go",
};
