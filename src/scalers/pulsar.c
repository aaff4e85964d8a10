/*
 * pulsar: the backlog of a subscription, as the admin API of a broker tells.
 *
 * KEDA's authModes block, taken over as a whole in 2.20; before, code of its own that the parser did not know. Besides, `tls: enable` with a certificate
 * in the authentication stands for the mode tls, and what OAuth needs may be in the metadata.
 */
#include "scalers/auth_modes.h"
#include "scalers/complaints.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 18, 0)
#define BLOCK_SINCE KG_VERSION(2, 20, 0)
#define OAUTH_SINCE KG_VERSION(2, 12, 0)

/* When the threshold of the backlog got a name of its own. */
#define THRESHOLD_SINCE KG_VERSION(2, 11, 2)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("adminURL",                      KG_FROM_METADATA_ENV,  KG_TYPE_STRING, KG_REQUIRED, .target = KG_TARGET_ADDRESS),
	PARAM("topic",                         KG_FROM_METADATA_ENV,  KG_TYPE_STRING, KG_REQUIRED),
	PARAM("subscription",                  KG_FROM_METADATA_ENV,  KG_TYPE_STRING, KG_REQUIRED),
	PARAM("msgBacklog",                    KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL, .announced = THRESHOLD_SINCE, .removed = KG_VERSION(2, 16, 0), .instead = "msgBacklogThreshold"),
	PARAM("msgBacklogThreshold",           KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL, .since = THRESHOLD_SINCE, .def = "10"),
	PARAM("activationMsgBacklogThreshold", KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("isPartitionedTopic",            KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .checked_since = TYPED_SINCE, .def = "false"),
	PARAM("tls",                           KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .known_values = KG_NAMES("enable", "disable")),

	PARAM("authModes",        KG_FROM_METADATA,      KG_TYPE_LIST,   KG_OPTIONAL, .removed = BLOCK_SINCE, .values = KG_NAMES("bearer", "basic", "tls", "custom", "oauth"), .exclusive = KG_AUTH_EXCLUSIVE),
	PARAM("authModes",        KG_FROM_METADATA_AUTH, KG_TYPE_LIST,   KG_OPTIONAL, .also = {"authMode"}, .since = BLOCK_SINCE, .values = KG_AUTH_WORDS, .exclusive = KG_AUTH_EXCLUSIVE),
	PARAM("bearerToken",      KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .removed = BLOCK_SINCE, .credential = true, .auth_mode = KG_AUTH_BEARER, .sent_as = "the bearer token"),
	PARAM("bearerToken",      KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .also = {"token"}, .since = BLOCK_SINCE, .credential = true, .auth_mode = KG_AUTH_BEARER, .sent_as = "the bearer token"),
	PARAM("password",         KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .auth_mode = KG_AUTH_BASIC, .sent_as = "the password"),
	PARAM("username",         KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .auth_mode = KG_AUTH_BASIC, .sent_as = "the user name"),
	PARAM("ca",               KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL),
	/* The mode tls is not the only thing that switches these on. */
	PARAM("cert",             KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("key",              KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("apiKey",           KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = BLOCK_SINCE, .credential = true, .auth_mode = KG_AUTH_API_KEY),
	PARAM("method",           KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = BLOCK_SINCE, .def = "header", .values = KG_NAMES("header", "query")),
	PARAM("keyParamName",     KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = BLOCK_SINCE),
	KG_AUTH_CUSTOM_ROWS(0),
	PARAM("oauthTokenURI",    KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .since = OAUTH_SINCE, .receives = "the client secret", .auth_mode = KG_AUTH_OAUTH, .target = KG_TARGET_ADDRESS),
	PARAM("clientID",         KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .since = OAUTH_SINCE, .auth_mode = KG_AUTH_OAUTH),
	PARAM("clientSecret",     KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .since = OAUTH_SINCE, .credential = true, .auth_mode = KG_AUTH_OAUTH, .sent_as = "the access token"),
	PARAM("scope",            KG_FROM_AUTH_METADATA, KG_TYPE_LIST,   KG_OPTIONAL, .since = OAUTH_SINCE, .auth_mode = KG_AUTH_OAUTH),
	PARAM("scopes",           KG_FROM_AUTH,          KG_TYPE_LIST,   KG_OPTIONAL, .since = BLOCK_SINCE, .auth_mode = KG_AUTH_OAUTH),
	PARAM("endpointParams",   KG_FROM_AUTH,          KG_TYPE_QUERY,  KG_OPTIONAL, .since = KG_VERSION(2, 13, 0), .secret_inside = true, .auth_mode = KG_AUTH_OAUTH),
	PARAM("EndpointParams",   KG_FROM_METADATA,      KG_TYPE_QUERY,  KG_OPTIONAL, .since = KG_VERSION(2, 13, 0), .secret_inside = true, .auth_mode = KG_AUTH_OAUTH),
};
/* clang-format on */

/* `tls: enable` stands for the mode tls as soon as there is half of a certificate. */
static bool has_tls_switched_on(const struct kg_params *params)
{
	return kg_params_is(params, "tls", "enable") && (kg_params_given(params, "cert") || kg_params_given(params, "key"));
}

static bool uses_ca(const struct kg_params *params)
{
	return kg_params_auth_modes(params) != 0 || has_tls_switched_on(params);
}

static int check_certificates(const struct kg_params *params, struct kg_complaints *out)
{
	bool mode = (kg_params_auth_modes(params) & KG_AUTH_TLS) != 0;
	const struct kg_param_value *modes = kg_params_get(params, "authModes");
	int status = 0;

	if (!mode && has_tls_switched_on(params)) {
		status = kg_tls_material_check_halves(params, out);
		if (status == 0)
			status = kg_tls_material_check_pair(params, out);
	} else if (!mode && kg_params_given(params, "key") && (modes->state == KG_PARAM_ABSENT || modes->state == KG_PARAM_KNOWN)) {
		status = kg_complain_ignored("key", "KEDA uses a client certificate with authModes: tls or tls: enable only", out);
	}
	return status == 0 && uses_ca(params) ? kg_tls_material_check_ca(params, out) : status;
}

/* Before the block OAuth needed nothing for certain. */
static int check_modes(const struct kg_params *params, struct kg_complaints *out)
{
	if (params->keda_version < BLOCK_SINCE && (kg_params_auth_modes(params) & KG_AUTH_OAUTH))
		return 0;
	return kg_auth_modes_check(params, out);
}

/* A token that is asked for without a secret is only worth something with a client certificate (RFC 8705). */
static int check_client_secret(const struct kg_params *params, struct kg_complaints *out)
{
	unsigned modes = kg_params_auth_modes(params);

	if (!(modes & KG_AUTH_OAUTH) || (modes & KG_AUTH_TLS) || has_tls_switched_on(params) || !kg_params_missing(params, "clientSecret"))
		return 0;
	return kg_complain_lacking(params, "clientSecret", "authModes oauth needs it, or a client certificate with the mode tls", out);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	static int (*const checks[])(const struct kg_params *params, struct kg_complaints *out) = {
	        check_modes,
	        check_certificates,
	        check_client_secret,
	};
	int status = kg_complain_unless_url(params, "adminURL", out);

	for (size_t i = 0; i < KG_ARRAY_LEN(checks) && status == 0; i++)
		status = checks[i](params, out);
	return status;
}

const struct kg_scaler kg_scaler_pulsar = {
        .type = "pulsar",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .metric_type_unread = true,
        .auth_modes = KG_AUTH_BASIC | KG_AUTH_BEARER | KG_AUTH_TLS | KG_AUTH_OAUTH,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "adminURL"},
        .uses_ca = uses_ca,
        .check = check,
        .source = "pkg/scalers/pulsar_scaler.go",
};
