/*
 * predictkube: a forecast by a service of Dysnix, from metrics that KEDA reads in Prometheus and sends there.
 */
#include <string.h>

#include "kedagate/syntax/text.h"
#include "scalers/auth_modes.h"
#include "scalers/complaints.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("prometheusAddress",   KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("query",               KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("predictHorizon",      KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("queryStep",           KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("historyTimeWindow",   KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("threshold",           KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED_WITHOUT_FORMULA, .bound = KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA),
	PARAM("activationThreshold", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL),
	/* Once the service's own key, once that of an authentication mode: the same name. */
	PARAM("authModes",           KG_FROM_METADATA,      KG_TYPE_LIST,   KG_OPTIONAL, .removed = KG_AUTH_API_KEY_SINCE, .values = KG_AUTH_WORDS, .exclusive = KG_AUTH_EXCLUSIVE),
	PARAM("bearerToken",         KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_AUTH_API_KEY_SINCE, .credential = true, .auth_mode = KG_AUTH_BEARER, .sent_as = "the bearer token"),
	PARAM("authModes",           KG_FROM_METADATA_AUTH, KG_TYPE_LIST,   KG_OPTIONAL, .also = {"authMode"}, .since = KG_AUTH_API_KEY_SINCE, .values = KG_AUTH_WORDS, .exclusive = KG_AUTH_EXCLUSIVE),
	PARAM("bearerToken",         KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .also = {"token"}, .since = KG_AUTH_API_KEY_SINCE, .credential = true, .auth_mode = KG_AUTH_BEARER, .sent_as = "the bearer token"),
	PARAM("apiKey",              KG_FROM_AUTH,          KG_TYPE_STRING, KG_REQUIRED, .credential = true),
	PARAM("method",              KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_AUTH_API_KEY_SINCE, .def = "header", .values = KG_NAMES("header", "query")),
	PARAM("keyParamName",        KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_AUTH_API_KEY_SINCE),
	KG_AUTH_ROWS,
	KG_AUTH_CUSTOM_ROWS(0),
	KG_AUTH_OAUTH_ROWS(0, 0),
	PARAM("scopes",              KG_FROM_AUTH,          KG_TYPE_LIST,   KG_OPTIONAL, .removed = KG_VERSION(2, 20, 0), .auth_mode = KG_AUTH_OAUTH),
};
/* clang-format on */

/* go-str2duration: Go's durations, with days and weeks. */
static bool is_duration(const char *text)
{
	static const char *const units[] = {"ns", "us", "ms", "s", "m", "h", "d", "w", NULL};

	text += *text == '-' || *text == '+';
	if (strcmp(text, "0") == 0)
		return true;
	do {
		size_t digits = strspn(text, "0123456789.");
		size_t letters = strspn(text + digits, "abcdefghijklmnopqrstuvwxyz");

		if (digits == 0 || !kg_slice_among((struct kg_slice){text + digits, letters}, units))
			return false;
		text += digits + letters;
	} while (*text != '\0');
	return true;
}

static int check_durations(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const names[] = {"predictHorizon", "queryStep", "historyTimeWindow"};
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(names) && status == 0; i++) {
		const char *text = kg_params_text(params, names[i]);

		if (text && !is_duration(text))
			status = kg_complain_invalid(params, names[i], "must be a duration such as 2h or 7d", out);
	}
	return status;
}

/* Three parts of base64url with points between. */
static bool is_jwt(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (int part = 0; part < 2; part++) {
		size_t length = strspn(text, letters);

		if (length == 0 || text[length] != '.')
			return false;
		text += length + 1;
	}
	return text[strspn(text, letters)] == '\0';
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	const char *key = kg_params_text(params, "apiKey");
	int status = kg_complain_unless_http(params, "prometheusAddress", out);

	if (status == 0)
		status = check_durations(params, out);
	if (status == 0 && key && !is_jwt(key))
		status = kg_complain_invalid(params, "apiKey", "must be the JWT that predictkube gave", out);
	if (status == 0)
		status = kg_tls_material_check_ca(params, out);
	return status ? status : kg_auth_modes_check(params, out);
}

const struct kg_scaler kg_scaler_predictkube = {
        .type = "predictkube",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .auth_modes = KG_AUTH_BASIC | KG_AUTH_BEARER | KG_AUTH_TLS,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "prometheusAddress"},
        .check = check,
        .source = "pkg/scalers/predictkube_scaler.go",
};
