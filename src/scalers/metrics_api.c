/*
 * metrics-api: a number in the answer of any HTTP endpoint.
 *
 * Read at 2.10.0 to 2.20.2. Up to 2.17 code of its own reads one authMode and ignores authModes; since 2.18 it shares the authModes block.
 */
#include <string.h>

#include "kedagate/syntax/url.h"
#include "scalers/auth_modes.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 18, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("targetValue",                       KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_REQUIRED_WITHOUT_FORMULA),
	PARAM("activationTargetValue",             KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_OPTIONAL, .def = "0"),
	PARAM("url",                               KG_FROM_METADATA, KG_TYPE_STRING,   KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("format",                            KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .since = KG_VERSION(2, 14, 0), .values = KG_NAMES("prometheus", "json", "xml", "yaml"), .def = "json"),
	PARAM("valueLocation",                     KG_FROM_METADATA, KG_TYPE_STRING,   KG_REQUIRED),
	PARAM("unsafeSsl",                         KG_FROM_METADATA, KG_TYPE_BOOL,     KG_OPTIONAL, .def = "false"),
	PARAM("aggregateFromKubeServiceEndpoints", KG_FROM_METADATA, KG_TYPE_BOOL,     KG_OPTIONAL, .since = KG_VERSION(2, 19, 0), .def = "false"),
	PARAM("aggregationType",                   KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .since = KG_VERSION(2, 19, 0), .values = KG_NAMES("average", "sum", "max", "min"), .def = "average"),
	PARAM("timeout",                           KG_FROM_METADATA, KG_TYPE_DURATION, KG_OPTIONAL, .since = KG_VERSION(2, 20, 0)),

	PARAM("authMode",     KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .removed = TYPED_SINCE, .values = KG_NAMES("apiKey", "basic", "tls", "bearer")),
	PARAM("token",        KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .removed = TYPED_SINCE, .credential = true, .auth_mode = KG_AUTH_BEARER, .sent_as = "the bearer token"),
	PARAM("apiKey",       KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .removed = TYPED_SINCE, .credential = true, .auth_mode = KG_AUTH_API_KEY, .sent_as = "the API key"),
	PARAM("method",       KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .removed = TYPED_SINCE, .def = "header", .known_values = KG_NAMES("header", "query")),
	PARAM("keyParamName", KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .removed = TYPED_SINCE),
	KG_AUTH_ROWS_2_18,
	KG_AUTH_ROWS,
	KG_AUTH_CUSTOM_ROWS(TYPED_SINCE),
	KG_AUTH_OAUTH_ROWS(TYPED_SINCE, TYPED_SINCE),
	PARAM("scopes",       KG_FROM_AUTH,     KG_TYPE_LIST,   KG_OPTIONAL, .since = TYPED_SINCE, .removed = KG_VERSION(2, 20, 0), .auth_mode = KG_AUTH_OAUTH),
};
/* clang-format on */

/* Up to 2.17 with any mode. */
static bool uses_ca(const struct kg_params *params)
{
	unsigned modes = kg_params_auth_modes(params);

	return kg_params_typed(params) ? (modes & KG_AUTH_TLS) != 0 : modes != 0;
}

static int check_ca(const struct kg_params *params, struct kg_complaints *out)
{
	bool tls = (kg_params_auth_modes(params) & KG_AUTH_TLS) != 0;
	int status = 0;

	if (!kg_params_typed(params) && tls && kg_params_missing(params, "ca"))
		status = kg_complain_missing(params, "ca", "authMode tls needs it before KEDA 2.18", out);
	return status || !uses_ca(params) ? status : kg_tls_material_check_ca(params, out);
}

/* The request is made with Go's HTTP client at each poll: KEDA itself does not look at the URL. */
static int check_url(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "url");
	struct kg_url url;

	if (!text)
		return 0;
	if (!kg_url_parse(text, &url) || url.host.length == 0)
		return kg_complain_doubtful(params, "url", "must be an absolute URL, beginning with https:// or http://", out);
	if (kg_params_true(params, "aggregateFromKubeServiceEndpoints", false) && !memchr(url.host.start, '.', url.host.length))
		return kg_complain_doubtful(
		        params, "url", "must name a Service as <service>.<namespace> while aggregateFromKubeServiceEndpoints is true", out);
	return 0;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = 0;

	if (!params->metric_source && kg_params_typed(params) && kg_number_is_zero(params, "targetValue"))
		status = kg_complain_invalid(params, "targetValue", "must not be 0", out);
	if (status == 0)
		status = check_url(params, out);
	if (status == 0)
		status = kg_auth_modes_check(params, out);
	return status ? status : check_ca(params, out);
}

const struct kg_scaler kg_scaler_metrics_api = {
        .type = "metrics-api",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .auth_modes = KG_AUTH_API_KEY | KG_AUTH_BASIC | KG_AUTH_BEARER | KG_AUTH_TLS,
        .single_auth_mode = true,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "url"},
        .verification_switch = "unsafeSsl",
        .check = check,
        .uses_ca = uses_ca,
        .source = "pkg/scalers/metrics_api_scaler.go",
};
