/*
 * kafka (Sarama) and apache-kafka (segmentio): the lag of a consumer group.
 *
 * Both connect with what the rows say: SASL by `sasl`, TLS by `tls`. A comma list slips past the check of `tls` and is neither word: no TLS.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "kedagate/syntax/text.h"
#include "scalers/aws_authorization.h"
#include "scalers/complaints.h"
#include "scalers/tls_material.h"
#include "scalers/value.h"

#define KAFKA_TYPED_SINCE  KG_VERSION(2, 20, 0)
#define APACHE_SINCE       KG_VERSION(2, 12, 0)
#define APACHE_TYPED_SINCE KG_VERSION(2, 15, 0)
#define TOKENS_SINCE       KG_VERSION(2, 14, 0)

/* clang-format off */
static const struct kg_param kafka_rows[] = {
	PARAM("bootstrapServers",                   KG_FROM_METADATA_ENV,  KG_TYPE_LIST,   KG_REQUIRED, .target = KG_TARGET_ADDRESSES),
	PARAM("consumerGroup",                      KG_FROM_METADATA_ENV,  KG_TYPE_STRING, KG_REQUIRED),
	PARAM("topic",                              KG_FROM_METADATA_ENV,  KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("partitionLimitation",                KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("lagThreshold",                       KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL, .def = "10", .bound = KG_BOUND_POSITIVE),
	PARAM("activationLagThreshold",             KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL, .def = "0", .bound = KG_BOUND_NATURAL),
	PARAM("offsetResetPolicy",                  KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .def = "latest", .values = KG_NAMES("latest", "earliest")),
	PARAM("allowIdleConsumers",                 KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("excludePersistentLag",               KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("scaleToZeroOnInvalidOffset",         KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("limitToPartitionsWithLag",           KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 13, 0), .def = "false"),
	PARAM("ensureEvenDistributionOfPartitions", KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 18, 0), .def = "false"),
	PARAM("fullMetadata",                       KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 21, 0), .def = "true"),
	PARAM("version",                            KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("tls",                                KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .def = "disable", .values = KG_NAMES("enable", "disable"), .one_place = true),
	PARAM("unsafeSsl",                          KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 12, 0), .checked_since = KAFKA_TYPED_SINCE, .def = "false"),
	PARAM("ca",                                 KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("cert",                               KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("key",                                KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("keyPassword",                        KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("sasl",                               KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .values = KG_NAMES("none", "plaintext", "scram_sha256", "scram_sha512", "oauthbearer", "gssapi"), .one_place = true),
	PARAM("username",                           KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("password",                           KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("saslTokenProvider",                  KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = TOKENS_SINCE, .checked_since = KAFKA_TYPED_SINCE, .values = KG_NAMES("bearer", "aws_msk_iam"), .one_place = true),
	PARAM("scopes",                             KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("oauthTokenEndpointUri",              KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .receives = "the client secret", .target = KG_TARGET_ADDRESS),
	PARAM("oauthExtensions",                    KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 11, 0), .secret_inside = true),
	PARAM("keytab",                             KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 13, 0), .credential = true),
	PARAM("realm",                              KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 13, 0)),
	PARAM("kerberosConfig",                     KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 13, 0)),
	PARAM("kerberosServiceName",                KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .since = TOKENS_SINCE),
	PARAM("kerberosDisableFAST",                KG_FROM_AUTH,          KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 16, 0), .checked_since = KAFKA_TYPED_SINCE, .def = "false"),
	PARAM("awsRegion",                          KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .since = TOKENS_SINCE),
	KG_AWS_ROWS,
};

static const struct kg_param apache_rows[] = {
	PARAM("bootstrapServers",                   KG_FROM_METADATA_ENV,  KG_TYPE_LIST,   KG_REQUIRED, .target = KG_TARGET_ADDRESSES),
	PARAM("consumerGroup",                      KG_FROM_METADATA_ENV,  KG_TYPE_STRING, KG_REQUIRED),
	PARAM("topic",                              KG_FROM_METADATA_ENV,  KG_TYPE_LIST,   KG_OPTIONAL),
	PARAM("partitionLimitation",                KG_FROM_METADATA,      KG_TYPE_RANGES, KG_OPTIONAL),
	PARAM("lagThreshold",                       KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL, .def = "10", .bound = KG_BOUND_POSITIVE),
	PARAM("activationLagThreshold",             KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL, .def = "0", .bound = KG_BOUND_NATURAL),
	PARAM("offsetResetPolicy",                  KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .def = "latest", .values = KG_NAMES("earliest", "latest")),
	PARAM("allowIdleConsumers",                 KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL),
	PARAM("excludePersistentLag",               KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL),
	PARAM("scaleToZeroOnInvalidOffset",         KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL),
	PARAM("limitToPartitionsWithLag",           KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 13, 0)),
	PARAM("ensureEvenDistributionOfPartitions", KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 18, 0)),
	PARAM("sasl",                               KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .def = "none", .values = KG_NAMES("none", "plaintext", "scram_sha256", "scram_sha512", "gssapi", "aws_msk_iam"), .one_word = true, .one_place = true),
	PARAM("username",                           KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("password",                           KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("awsRegion",                          KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("tls",                                KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .def = "disable", .values = KG_NAMES("enable", "disable"), .one_place = true),
	PARAM("cert",                               KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("key",                                KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("keyPassword",                        KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("ca",                                 KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("awsEndpoint",                        KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_VERSION(2, 17, 0), .target = KG_TARGET_ADDRESS),
	KG_AWS_ROWS,
};
/* clang-format on */

static bool is_tls(const struct kg_params *params)
{
	return kg_params_is(params, "tls", "enable");
}

/* Anything known but "enable" leaves TLS off. */
static bool is_clear(const struct kg_params *params)
{
	return kg_params_text(params, "tls") && !is_tls(params);
}

static bool is_scram(const struct kg_params *params)
{
	return kg_params_is(params, "sasl", "scram_sha256") || kg_params_is(params, "sasl", "scram_sha512");
}

static bool is_msk(const struct kg_params *params)
{
	return kg_params_is(params, "sasl", "aws_msk_iam") ||
	       (kg_params_is(params, "sasl", "oauthbearer") && kg_params_is(params, "saslTokenProvider", "aws_msk_iam"));
}

static bool is_bearer(const struct kg_params *params)
{
	return kg_params_is(params, "sasl", "oauthbearer") &&
	       (kg_params_missing(params, "saslTokenProvider") || kg_params_is(params, "saslTokenProvider", "bearer"));
}

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	if (is_tls(params)) {
		out->encryption = KG_ENCRYPTION_ON;
	} else if (is_clear(params)) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->parameter = kg_params_given(params, "tls") ? "tls" : NULL;
		out->because = out->parameter ? "only tls: enable turns TLS on" : "TLS is off unless tls is enable";
		out->fix = "write tls: enable";
		/* SCRAM hides the password, not the handshake, from which a weak one can be guessed. */
		out->uncertain = is_scram(params);
	}
}

static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const struct kg_param_value *password = kg_params_get(params, "password");

	if (!kg_param_value_given(password))
		return false;
	if (kg_params_is(params, "sasl", "plaintext"))
		*ret_use = (struct kg_credential_use){.parameter = "password", .what = "the password", .key = password->key};
	else if (is_scram(params))
		*ret_use = (struct kg_credential_use){.parameter = "password", .what = "the SCRAM handshake", .key = password->key};
	else if (is_bearer(params))
		*ret_use = (struct kg_credential_use){.parameter = "password", .what = "the access token", .key = password->key};
	else
		return false;
	return true;
}

/* AWS' providers sign in with MSK only. */
static enum kg_other_identities other_identity(const struct kg_params *params)
{
	bool open = kg_params_get(params, "sasl")->state == KG_PARAM_PRESENT || kg_params_get(params, "sasl")->state == KG_PARAM_UNRESOLVED;

	return is_msk(params) || open ? KG_IDENTITY_UNDESCRIBED : KG_IDENTITY_IGNORED;
}

/* Sarama reads "3.6.0", and four numbers for what came before Kafka 1.0: "0.11.0.2". */
static bool is_version(const char *text)
{
	const bool old = text[0] == '0';
	unsigned parts = 1;

	for (;; parts++) {
		size_t digits = strspn(text, "0123456789");

		if (digits == 0 || (old && parts == 1 && digits != 1))
			return false;
		text += digits;
		if (*text != '.')
			break;
		text++;
	}
	return *text == '\0' && parts == (old ? 4 : 3);
}

static int check_version(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "version");

	return !text || is_version(text) ? 0 : kg_complain_invalid(params, "version", "must be a version of Kafka such as 3.6.0", out);
}

/* KEDA writes every number of a range into a list. Before its declarative parser it counted to the end in 32 bits, and the last of them without end. */
static int check_size(const struct kg_params *params, const char *text, struct kg_complaints *out)
{
	int64_t last;
	int64_t size = kg_value_ranges_size(kg_slice_of(text), ',', &last);
	bool endless = !kg_params_typed(params) && last == INT32_MAX;
	const char *detail =
	        "KEDA would write down numbers until its operator runs out of memory: its counter never gets beyond 2147483647";

	if (size <= KG_MAX_PARTITIONS && !endless)
		return 0;
	if (!endless)
		detail =
		        kg_arena_printf(out->arena, "KEDA would write down every single number, and no cluster has more than %d partitions",
		                        KG_MAX_PARTITIONS);
	if (!detail)
		return KG_ENOMEM;
	return kg_complaints_add(out, &(struct kg_complaint){
	                                      .kind = KG_COMPLAINT_RANGE,
	                                      .parameter = "partitionLimitation",
	                                      .detail = detail,
	                                      .fix = "name the partitions that there are, or remove it: then all of them count",
	                              });
}

static int check_partitions(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "partitionLimitation");
	bool read = kg_params_typed(params) || !kg_params_missing(params, "topic");

	if (!text || !read)
		return 0;
	if (kg_value_ranges_valid(kg_slice_of(text)))
		return check_size(params, text, out);
	return kg_complain_invalid(params, "partitionLimitation", "must be a comma-separated list of numbers and of ranges such as 1-4",
	                           out);
}

/* Of apache-kafka, whose row says what the list must look like. */
static int check_apache_partitions(const struct kg_params *params, struct kg_complaints *out)
{
	const struct kg_param *row = kg_scaler_row(params->scaler, "partitionLimitation", params->keda_version);
	const char *text = kg_params_text(params, "partitionLimitation");

	return text && kg_value_fits(params, row, text) ? check_size(params, text, out) : 0;
}

/* Switches that exclude each other or that want a topic. */
static int check_partitions_with_lag(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const switches[] = {"limitToPartitionsWithLag", "ensureEvenDistributionOfPartitions"};
	bool limit = kg_params_true(params, switches[0], false);
	bool kafka = strcmp(params->scaler->type, "kafka") == 0;
	int status = 0;

	if (limit && kg_params_true(params, "allowIdleConsumers", false))
		status = kg_complain_conflict(params, switches[0], "must not be true together with allowIdleConsumers", out);
	if (status == 0 && kafka && limit && kg_params_true(params, switches[1], false))
		status =
		        kg_complain_conflict(params, switches[0], "must not be true together with ensureEvenDistributionOfPartitions", out);
	for (size_t i = 0; i < (kafka ? KG_ARRAY_LEN(switches) : 1) && status == 0; i++) {
		if (kg_params_true(params, switches[i], false) && kg_params_missing(params, "topic"))
			status = kg_complain_missing(params, "topic", "KEDA needs it to look at single partitions", out);
	}
	return status;
}

static int check_certificates(const struct kg_params *params, struct kg_complaints *out)
{
	int status = is_tls(params) ? kg_tls_material_check_halves(params, out) : 0;

	if (status == 0 && is_tls(params))
		status = kg_tls_material_check_pair(params, out);
	return status || !is_tls(params) ? status : kg_tls_material_check_ca(params, out);
}

/* A word in both places: KEDA 2.19 and before refuse it for kafka when the metadata turn TLS on, or name a SASL or its token provider; apache-kafka
 * always does. */
static int check_places(const struct kg_params *params, bool always, struct kg_complaints *out)
{
	static const char *const names[] = {"tls", "sasl", "saslTokenProvider"};
	const bool read[] = {always || is_tls(params), true, kg_params_is(params, "sasl", "oauthbearer")};
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(names) && status == 0; i++) {
		if (read[i] && kg_params_get(params, names[i])->in_both)
			status = kg_complain_conflict(params, names[i], "must not be given in the authentication as well", out);
	}
	return status;
}

/* What is given for a connection that never asks for it. */
static int check_idle(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const certificates[] = {"ca", "cert"};
	bool no_sasl = kg_params_missing(params, "sasl") || kg_params_is(params, "sasl", "none");
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(certificates) && status == 0 && is_clear(params); i++) {
		if (kg_params_given(params, certificates[i]))
			status = kg_complain_ignored(certificates[i], "without tls: enable there is no TLS", out);
	}
	if (status == 0 && no_sasl && kg_params_given(params, "password"))
		status = kg_complain_ignored("password", "without sasl KEDA does not sign in", out);
	return status;
}

static int check_msk(const struct kg_params *params, struct kg_complaints *out)
{
	int status = 0;

	if (is_clear(params))
		status = kg_params_given(params, "tls") ? kg_complain_conflict(params, "tls", "must be enable for AWS MSK IAM", out)
		                                        : kg_complain_missing(params, "tls", "AWS MSK IAM needs tls: enable", out);
	if (status == 0)
		status = kg_complain_each_missing(params, KG_NAMES("awsRegion"), "AWS MSK IAM needs it", out);
	return status ? status : kg_aws_check(params, out);
}

static int check_kerberos(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_complain_each_missing(params, KG_NAMES("username", "realm", "kerberosConfig"), "sasl gssapi needs it", out);

	if (status == 0 && kg_params_given(params, "password") && kg_params_given(params, "keytab"))
		status = kg_complain_conflict(params, "keytab", "must not be given together with password", out);
	if (status == 0 && kg_params_missing(params, "password") && kg_params_missing(params, "keytab"))
		status = kg_complain_missing(params, "password", "sasl gssapi needs it, or keytab", out);
	return status;
}

static int check_extensions(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "oauthExtensions");
	const struct kg_param map = {.name = "oauthExtensions", .type = KG_TYPE_MAP};

	if (!text || kg_value_fits(params, &map, text))
		return 0;
	return kg_complain_invalid(params, "oauthExtensions", "must be a comma-separated list of key=value", out);
}

/* A list slips past KEDA's parser; the client is then built without a token. */
static int check_provider(const struct kg_params *params, struct kg_complaints *out)
{
	const char *provider = kg_params_text(params, "saslTokenProvider");

	if (!provider || !strchr(provider, ',') || !kg_params_is(params, "sasl", "oauthbearer"))
		return 0;
	return kg_complain_invalid(params, "saslTokenProvider", "must be one word, bearer or aws_msk_iam", out);
}

static int check_sasl(const struct kg_params *params, struct kg_complaints *out)
{
	int status = 0;

	if (is_msk(params))
		return check_msk(params, out);
	if (kg_params_is(params, "sasl", "gssapi"))
		return check_kerberos(params, out);
	if (kg_params_is(params, "sasl", "plaintext") || is_scram(params))
		return kg_complain_each_missing(params, KG_NAMES("username", "password"), "sasl needs it", out);
	if (!is_bearer(params))
		return check_provider(params, out);
	status = kg_complain_each_missing(params, KG_NAMES("username", "password", "oauthTokenEndpointUri"), "sasl oauthbearer needs it",
	                                  out);
	return status ? status : check_extensions(params, out);
}

static int check_kafka(const struct kg_params *params, struct kg_complaints *out)
{
	static int (*const checks[])(const struct kg_params *params, struct kg_complaints *out) = {
	        check_partitions, check_partitions_with_lag, check_certificates, check_sasl, check_idle, check_version,
	};
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(checks) && status == 0; i++)
		status = checks[i](params, out);
	if (status == 0 && !kg_params_typed(params))
		status = check_places(params, false, out);
	return status;
}

/* The types that KEDA lists and the client does not have, and those whose parameters it wants. */
static int check_apache_sasl(const struct kg_params *params, struct kg_complaints *out)
{
	if (is_msk(params))
		return check_msk(params, out);
	if (kg_params_is(params, "sasl", "plaintext"))
		return kg_complain_each_missing(params, KG_NAMES("username", "password"), "sasl plaintext needs it", out);
	if (kg_params_is(params, "sasl", "gssapi"))
		return kg_complain_invalid(params, "sasl", "must not be gssapi: apache-kafka has no Kerberos, kafka has", out);
	if (is_scram(params) && kg_params_missing(params, "password"))
		return kg_complain_lacking(params, "password", "sasl needs it", out);
	return 0;
}

static int check_apache(const struct kg_params *params, struct kg_complaints *out)
{
	int status = check_apache_partitions(params, out);

	if (status == 0)
		status = check_partitions_with_lag(params, out);
	if (status == 0)
		status = check_certificates(params, out);
	if (status == 0)
		status = check_apache_sasl(params, out);
	if (status == 0)
		status = check_places(params, true, out);
	return status ? status : check_idle(params, out);
}

const struct kg_scaler kg_scaler_kafka = {
        .type = "kafka",
        .params = kafka_rows,
        .param_count = KG_ARRAY_LEN(kafka_rows),
        .typed_since = KAFKA_TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .other_identity = other_identity,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "tls: enable turns TLS on"},
        .verification_switch = "unsafeSsl",
        .uses_ca = kg_tls_material_used,
        .check = check_kafka,
        .credential = credential,
        .source = "pkg/scalers/kafka_scaler.go",
};

const struct kg_scaler kg_scaler_apache_kafka = {
        .type = "apache-kafka",
        .since = APACHE_SINCE,
        .params = apache_rows,
        .param_count = KG_ARRAY_LEN(apache_rows),
        .typed_since = APACHE_TYPED_SINCE,
        .read_since = APACHE_TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .other_identity = other_identity,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "tls: enable turns TLS on"},
        .uses_ca = kg_tls_material_used,
        .check = check_apache,
        .credential = credential,
        .source = "pkg/scalers/apache_kafka_scaler.go",
};
