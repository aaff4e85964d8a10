/*
 * rabbitmq: the length or rate of a queue, over AMQP or the management API.
 *
 * The scheme of `host` alone decides the encryption; `tls: enable` only brings certificates. With azure-workload KEDA gets a token when
 * workloadIdentityResource asks for one.
 */
#include <ctype.h>
#include <string.h>

#include "kedagate/syntax/duration.h"
#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)
#define OAUTH_SINCE KG_VERSION(2, 20, 0)

static bool hosts_in(const char *text, struct kg_slice *ret_hosts);

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("queueName",                KG_FROM_METADATA,          KG_TYPE_STRING,   KG_REQUIRED),
	PARAM("mode",                     KG_FROM_METADATA,          KG_TYPE_STRING,   KG_OPTIONAL, .def = "Unknown"),
	PARAM("queueLength",              KG_FROM_METADATA,          KG_TYPE_FLOAT,    KG_OPTIONAL),
	PARAM("value",                    KG_FROM_METADATA,          KG_TYPE_FLOAT,    KG_OPTIONAL),
	PARAM("activationValue",          KG_FROM_METADATA,          KG_TYPE_FLOAT,    KG_OPTIONAL),
	PARAM("host",                     KG_FROM_METADATA_AUTH_ENV, KG_TYPE_STRING,   KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS, .hosts_in = hosts_in),
	PARAM("protocol",                 KG_FROM_METADATA_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL, .def = "auto"),
	PARAM("vhostName",                KG_FROM_METADATA,          KG_TYPE_STRING,   KG_OPTIONAL, .removed = KG_VERSION(2, 17, 0)),
	PARAM("vhostName",                KG_FROM_METADATA_AUTH,     KG_TYPE_STRING,   KG_OPTIONAL, .since = KG_VERSION(2, 17, 0)),
	PARAM("useRegex",                 KG_FROM_METADATA,          KG_TYPE_BOOL,     KG_OPTIONAL),
	PARAM("excludeUnacknowledged",    KG_FROM_METADATA,          KG_TYPE_BOOL,     KG_OPTIONAL),
	PARAM("pageSize",                 KG_FROM_METADATA,          KG_TYPE_INT,      KG_OPTIONAL, .def = "100", .bound = KG_BOUND_POSITIVE),
	PARAM("operation",                KG_FROM_METADATA,          KG_TYPE_STRING,   KG_OPTIONAL, .def = "sum", .known_values = KG_NAMES("sum", "avg", "max")),
	PARAM("timeout",                  KG_FROM_METADATA,          KG_TYPE_INT,      KG_OPTIONAL, .removed = KG_VERSION(2, 18, 0)),
	PARAM("timeout",                  KG_FROM_METADATA,          KG_TYPE_DURATION, KG_OPTIONAL, .since = KG_VERSION(2, 18, 0)),
	PARAM("username",                 KG_FROM_AUTH_ENV,          KG_TYPE_STRING,   KG_OPTIONAL, .since = KG_VERSION(2, 16, 0)),
	PARAM("password",                 KG_FROM_AUTH_ENV,          KG_TYPE_STRING,   KG_OPTIONAL, .since = KG_VERSION(2, 16, 0), .credential = true, .sent_as = "the password"),
	PARAM("ca",                       KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("cert",                     KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("key",                      KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL, .credential = true),
	PARAM("keyPassword",              KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL, .credential = true),
	PARAM("tls",                      KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL, .def = "disable"),
	PARAM("unsafeSsl",                KG_FROM_METADATA,          KG_TYPE_BOOL,     KG_OPTIONAL, .since = KG_VERSION(2, 11, 0)),
	PARAM("workloadIdentityResource", KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL, .since = KG_VERSION(2, 11, 0)),
	PARAM("oauthTokenURI",            KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL, .since = OAUTH_SINCE, .receives = "the client secret", .target = KG_TARGET_ADDRESS),
	PARAM("scopes",                   KG_FROM_AUTH,              KG_TYPE_LIST,     KG_OPTIONAL, .since = OAUTH_SINCE, .also = {"scope"}),
	PARAM("clientID",                 KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL, .since = OAUTH_SINCE),
	PARAM("clientSecret",             KG_FROM_AUTH,              KG_TYPE_STRING,   KG_OPTIONAL, .since = OAUTH_SINCE, .credential = true, .sent_as = "the access token"),
	PARAM("endpointParams",           KG_FROM_AUTH,              KG_TYPE_QUERY,    KG_OPTIONAL, .since = OAUTH_SINCE, .secret_inside = true),
	PARAM("metricName",               KG_FROM_METADATA,          KG_TYPE_STRING,   KG_OPTIONAL, .removed = KG_VERSION(2, 12, 0)),
};
/* clang-format on */

enum protocol { PROTOCOL_UNKNOWN, PROTOCOL_AMQP, PROTOCOL_HTTP };

/* Of a host that is known and has a scheme. */
static bool scheme_of(const struct kg_params *params, struct kg_slice *ret_scheme)
{
	const char *text = kg_params_text(params, "host");
	struct kg_url url;

	if (!text || !kg_url_parse(text, &url))
		return false;
	*ret_scheme = url.scheme;
	return true;
}

static bool is_one_of(struct kg_slice scheme, const char *clear, const char *secure)
{
	return kg_slice_equal_nocase(scheme, clear) || kg_slice_equal_nocase(scheme, secure);
}

static enum protocol protocol_of(const struct kg_params *params)
{
	struct kg_slice scheme;

	if (kg_params_is(params, "protocol", "amqp"))
		return PROTOCOL_AMQP;
	if (kg_params_is(params, "protocol", "http"))
		return PROTOCOL_HTTP;
	if (!kg_params_is(params, "protocol", "auto") || !scheme_of(params, &scheme))
		return PROTOCOL_UNKNOWN;
	if (is_one_of(scheme, "amqp", "amqps"))
		return PROTOCOL_AMQP;
	return is_one_of(scheme, "http", "https") ? PROTOCOL_HTTP : PROTOCOL_UNKNOWN;
}

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	struct kg_slice scheme;

	if (!scheme_of(params, &scheme))
		return;
	out->parameter = "host";
	if (is_one_of(scheme, "amqps", "https")) {
		out->encryption = KG_ENCRYPTION_ON;
	} else if (is_one_of(scheme, "amqp", "http")) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because = "the scheme of the host is amqp or http";
		out->fix = "write an amqps:// or https:// host";
	}
}

static bool asks_for_token(const struct kg_params *params)
{
	return protocol_of(params) == PROTOCOL_HTTP && kg_params_given(params, "workloadIdentityResource");
}

static enum kg_other_identities other_identity(const struct kg_params *params)
{
	bool azure = params->identity.provider == KG_PROVIDER_AZURE_WORKLOAD;

	return azure && !kg_params_missing(params, "workloadIdentityResource") ? KG_IDENTITY_UNDESCRIBED : KG_IDENTITY_IGNORED;
}

/* A password in the URL, or a token of Azure. */
static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const char *text = kg_params_text(params, "host");
	struct kg_url url;

	if (asks_for_token(params)) {
		*ret_use = (struct kg_credential_use){.parameter = "workloadIdentityResource",
		                                      .what = "the access token",
		                                      .key = kg_params_get(params, "workloadIdentityResource")->key};
		return true;
	}
	if (!text || !kg_url_parse(text, &url) || url.password.length == 0)
		return false;
	*ret_use = (struct kg_credential_use){
	        .parameter = "host", .what = "the password in the host", .key = kg_params_get(params, "host")->key};
	return true;
}

static int check_word(const struct kg_params *params, const char *name, const char *const *words, const char *detail,
                      struct kg_complaints *out)
{
	const char *text = kg_params_text(params, name);

	return !text || kg_slice_among(kg_slice_of(text), words) ? 0 : kg_complain_invalid(params, name, detail, out);
}

static int check_words(const struct kg_params *params, struct kg_complaints *out)
{
	int status = check_word(params, "protocol", KG_NAMES("auto", "amqp", "http"), "must be auto, amqp or http", out);

	return status ? status : check_word(params, "tls", KG_NAMES("enable", "disable"), "must be enable or disable", out);
}

/* Go's URLs have no control characters, and before the query each "%" begins an escape; the AMQP client takes no space anywhere. */
static bool is_clean(const char *text, bool amqp)
{
	const char *query = text + strcspn(text, "?#");

	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == '\x7f' || (amqp && *c == ' '))
			return false;
		if (*c == '%' && c < query && (!isxdigit((unsigned char)c[1]) || !isxdigit((unsigned char)c[2])))
			return false;
	}
	return true;
}

/* "amqp:host" has a scheme for Go, and no host: KEDA takes it. */
static bool is_opaque(const char *text)
{
	struct kg_slice scheme = {text, strcspn(text, ":")};

	return text[scheme.length] == ':' && text[scheme.length + 1] != '/' &&
	       (is_one_of(scheme, "amqp", "amqps") || is_one_of(scheme, "http", "https"));
}

/* The driver of AMQP has a host for a URL without one. */
static bool hosts_in(const char *text, struct kg_slice *ret_hosts)
{
	struct kg_slice scheme = {text, strcspn(text, ":")};
	struct kg_url url;

	if (!is_one_of(scheme, "amqp", "amqps") || (kg_url_parse(text, &url) ? url.host.length > 0 : !is_opaque(text)))
		return false;
	*ret_hosts = kg_slice_of("localhost");
	return true;
}

static int check_host(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "host");
	struct kg_slice scheme = {"", 0};

	if (!text)
		return 0;
	(void)scheme_of(params, &scheme);
	if (kg_params_is(params, "protocol", "auto") && protocol_of(params) == PROTOCOL_UNKNOWN && !is_opaque(text))
		return kg_complain_invalid(params, "host", "must be a URL that begins with amqp://, amqps://, http:// or https://", out);
	if (kg_params_is(params, "protocol", "amqp") && !is_one_of(scheme, "amqp", "amqps"))
		return kg_complain_invalid(params, "host", "must begin with amqp:// or amqps:// for protocol amqp", out);
	if (protocol_of(params) != PROTOCOL_UNKNOWN && !kg_params_is(params, "protocol", "http") &&
	    !is_clean(text, protocol_of(params) == PROTOCOL_AMQP))
		return kg_complain_invalid(params, "host",
		                           "must be a URL without spaces in which every special character is percent-encoded", out);
	return 0;
}

static int check_pairs(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_tls_material_check_halves(params, out);

	if (status == 0 && kg_params_given(params, "username") && kg_params_missing(params, "password"))
		status = kg_complain_missing(params, "password", "username needs it", out);
	if (status == 0 && kg_params_given(params, "password") && kg_params_missing(params, "username"))
		status = kg_complain_missing(params, "username", "password needs it", out);
	if (status == 0 && kg_params_is(params, "tls", "enable"))
		status = kg_tls_material_check_pair(params, out);
	if (status == 0 && kg_params_is(params, "tls", "enable"))
		status = kg_tls_material_check_ca(params, out);
	return status;
}

/* What only the management API has. */
static int check_protocol(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const switches[] = {"useRegex", "excludeUnacknowledged"};
	bool amqp = protocol_of(params) == PROTOCOL_AMQP;
	int status = 0;

	if (amqp && kg_params_given(params, "workloadIdentityResource"))
		status = kg_complain_conflict(params, "workloadIdentityResource",
		                              "must not be given with AMQP: only the management API takes a token", out);
	for (size_t i = 0; i < KG_ARRAY_LEN(switches) && status == 0 && amqp; i++) {
		if (kg_params_true(params, switches[i], false))
			status = kg_complain_conflict(params, switches[i], "must not be true with AMQP: only the management API has it",
			                              out);
	}
	return status;
}

static int check_oauth(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const names[] = {"oauthTokenURI", "clientID", "clientSecret"};
	bool any = false;
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(names); i++)
		any = any || kg_params_given(params, names[i]);
	if (!any)
		return 0;
	status = kg_complain_each_missing(params, KG_NAMES("oauthTokenURI", "clientID", "clientSecret"), "OAuth needs it", out);
	if (status == 0 && protocol_of(params) == PROTOCOL_AMQP)
		status = kg_complain_conflict(params, "oauthTokenURI", "must not be given with AMQP: only the management API takes a token",
		                              out);
	if (status == 0 && (kg_params_given(params, "password") || kg_params_given(params, "workloadIdentityResource")))
		status = kg_complain_conflict(params, "oauthTokenURI",
		                              "must not be given together with a password or workloadIdentityResource", out);
	return status;
}

/* A number that is given and not 0: KEDA takes 0 for nothing. */
static bool counts(const struct kg_params *params, const char *name)
{
	return kg_params_given(params, name) && kg_number_sign(params, name) != 0;
}

/* 0, however it is written, is none. Up to 2.17 it is a plain number of milliseconds, which may not be negative. */
static int check_timeout(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "timeout");
	int64_t nanoseconds;

	if (params->keda_version < KG_VERSION(2, 18, 0) && kg_number_below(params, "timeout", 0))
		return kg_complain_invalid(params, "timeout", "must not be negative", out);
	if (!text || protocol_of(params) != PROTOCOL_AMQP)
		return 0;
	if (kg_keda_duration_parse(kg_slice_of(text), &nanoseconds) && nanoseconds == 0)
		return 0;
	return kg_complain_conflict(params, "timeout", "must not be given with AMQP, which has none", out);
}

static int check_mode(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const modes[] = {
	        "QueueLength", "MessageRate", "DeliverGetRate", "PublishedToDeliveredRatio", "ExpectedQueueConsumptionTime", NULL};
	const char *mode = kg_params_text(params, "mode");
	bool old = params->keda_version < KG_VERSION(2, 18, 0);

	if (!mode)
		return 0;
	if (!kg_slice_among(kg_slice_of(mode), modes) || (old && strcmp(mode, modes[0]) != 0 && strcmp(mode, modes[1]) != 0))
		return kg_complain_invalid(
		        params, "mode",
		        old ? "must be QueueLength or MessageRate"
		            : "must be QueueLength, MessageRate, DeliverGetRate, PublishedToDeliveredRatio or ExpectedQueueConsumptionTime",
		        out);
	if (strcmp(mode, modes[0]) != 0 && protocol_of(params) == PROTOCOL_AMQP)
		return kg_complain_invalid(params, "mode", "must be QueueLength with AMQP: only the management API has the others", out);
	return check_timeout(params, out);
}

/* queueLength alone is the old form, mode and value the new one; without any of them the length is 20. */
static int check_target(const struct kg_params *params, struct kg_complaints *out)
{
	bool length = counts(params, "queueLength");
	bool value = counts(params, "value");
	bool mode = kg_params_given(params, "mode") && !kg_params_is(params, "mode", "Unknown");

	if (length && (mode || value))
		return kg_complain_conflict(params, "queueLength", "must not be given together with mode and value", out);
	if (length || (!mode && !value))
		return 0;
	if (!mode)
		return kg_complain_missing(params, "mode", "value needs it", out);
	if (!value && kg_params_text(params, "value"))
		return kg_complain_invalid(params, "value", "must not be 0", out);
	if (!value)
		return kg_complain_missing(params, "value", "mode needs it", out);
	return check_mode(params, out);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	static int (*const checks[])(const struct kg_params *params, struct kg_complaints *out) = {
	        check_words, check_host, check_pairs, check_protocol, check_oauth, check_target,
	};
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(checks) && status == 0; i++)
		status = checks[i](params, out);
	return status;
}

const struct kg_scaler kg_scaler_rabbitmq = {
        .type = "rabbitmq",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .other_identity = other_identity,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "the scheme of host: amqps and https encrypt"},
        .verification_switch = "unsafeSsl",
        .uses_ca = kg_tls_material_used,
        .check = check,
        .credential = credential,
        .source = "pkg/scalers/rabbitmq_scaler.go",
};
