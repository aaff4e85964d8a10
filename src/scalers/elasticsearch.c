/*
 * elasticsearch, elastic-forecast and opensearch: the number that a search gives. Addresses are a list; one in clear text is enough to lose the password.
 */
#include <string.h>

#include "kedagate/syntax/base64.h"
#include "kedagate/syntax/duration.h"
#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"
#include "scalers/request_uri.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define ELASTIC_TYPED_SINCE KG_VERSION(2, 16, 0)
#define NEWCOMERS_SINCE     KG_VERSION(2, 20, 0)

/* clang-format off */
#define CLUSTER_ROWS \
	PARAM("addresses", KG_FROM_AUTH_METADATA,     KG_TYPE_LIST,   KG_OPTIONAL, .secret_inside = true, .target = KG_TARGET_ADDRESSES), \
	PARAM("unsafeSsl", KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"), \
	PARAM("username",  KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL), \
	PARAM("password",  KG_FROM_AUTH_ENV_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the password"), \
	PARAM("cloudID",   KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL), \
	PARAM("apiKey",    KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true)

#define SEARCH_ROWS \
	PARAM("index",                 KG_FROM_AUTH_METADATA, KG_TYPE_LIST,   KG_REQUIRED, .separator = ';'), \
	PARAM("searchTemplateName",    KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL), \
	PARAM("query",                 KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 16, 0)), \
	PARAM("parameters",            KG_FROM_METADATA,      KG_TYPE_LIST,   KG_OPTIONAL, .separator = ';'), \
	PARAM("valueLocation",         KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_REQUIRED), \
	PARAM("targetValue",           KG_FROM_AUTH_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED), \
	PARAM("activationTargetValue", KG_FROM_METADATA,      KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"), \
	PARAM("ignoreNullValues",      KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 17, 0), .def = "false"), \
	PARAM("metricName",            KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL)

static const struct kg_param elasticsearch_rows[] = {
	CLUSTER_ROWS,
	SEARCH_ROWS,
};

static const struct kg_param forecast_rows[] = {
	CLUSTER_ROWS,
	PARAM("jobID",                 KG_FROM_METADATA, KG_TYPE_STRING,   KG_REQUIRED),
	PARAM("lookAhead",             KG_FROM_METADATA, KG_TYPE_DURATION, KG_OPTIONAL, .def = "10m"),
	PARAM("targetValue",           KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_REQUIRED, .bound = KG_BOUND_POSITIVE),
	PARAM("activationTargetValue", KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_OPTIONAL, .def = "0"),
	PARAM("index",                 KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL, .def = "*"),
	PARAM("partitionFieldValue",   KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL),
	PARAM("byFieldValue",          KG_FROM_METADATA, KG_TYPE_STRING,   KG_OPTIONAL),
};

static const struct kg_param opensearch_rows[] = {
	PARAM("addresses",  KG_FROM_AUTH_METADATA,     KG_TYPE_LIST,   KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESSES),
	PARAM("unsafeSsl",  KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("enableTLS",  KG_FROM_METADATA_AUTH,     KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("username",   KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("password",   KG_FROM_AUTH_ENV_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("caCert",     KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("clientCert", KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("clientKey",  KG_FROM_AUTH_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	SEARCH_ROWS,
};
/* clang-format on */

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *text = kg_params_text(params, "addresses");
	struct kg_list list = kg_list_of(kg_slice_of(text), ',');
	struct kg_slice address;

	while (text && kg_list_next(&list, &address)) {
		if (address.length >= 7 && kg_slice_equal_nocase((struct kg_slice){address.start, 7}, "http://"))
			out->encryption = KG_ENCRYPTION_OFF;
		else if (out->encryption == KG_ENCRYPTION_UNKNOWN)
			out->encryption = KG_ENCRYPTION_ON;
	}
	out->parameter = "addresses";
	out->because = "the scheme of an address is http";
	out->fix = "write https:// addresses";
}

/* KEDA takes each parameter apart at its colons when it asks, and does not look whether there is one. */
static int check_parameters(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "parameters");
	struct kg_list list = kg_list_of(kg_slice_of(text), ';');
	struct kg_slice element;

	while (text && kg_list_next(&list, &element)) {
		if (element.length > 0 && !memchr(element.start, ':', element.length))
			return kg_complain_doubtful(
			        params, "parameters",
			        "must be name:value, separated by semicolons: KEDA's operator ends at one without a colon", out);
	}
	return 0;
}

static int check_search(const struct kg_params *params, struct kg_complaints *out)
{
	if (kg_params_missing(params, "searchTemplateName") && kg_params_missing(params, "query"))
		return kg_complain_missing(params, "searchTemplateName", "KEDA needs it, or query", out);
	if (kg_params_given(params, "searchTemplateName") && kg_params_given(params, "query"))
		return kg_complain_conflict(params, "query", "must not be given together with searchTemplateName", out);
	return kg_params_given(params, "searchTemplateName") ? check_parameters(params, out) : 0;
}

static bool has_scheme(struct kg_slice address)
{
	static const char *const schemes[] = {"http://", "https://"};

	for (size_t i = 0; i < KG_ARRAY_LEN(schemes); i++) {
		size_t length = strlen(schemes[i]);

		if (address.length > length && kg_slice_equal_nocase((struct kg_slice){address.start, length}, schemes[i]))
			return true;
	}
	return false;
}

/* KEDA asks the cluster while it builds the scaler; the client finds no way to an address without a scheme. */
static int check_addresses(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "addresses");
	struct kg_list list = kg_list_of(kg_slice_of(text), ',');
	struct kg_slice address;
	bool found = false;

	while (text && !found && kg_list_next(&list, &address))
		found = has_scheme(address);
	if (text && !found)
		return kg_complain_invalid(params, "addresses", "must be URLs that begin with https:// or http://", out);
	return kg_request_uri_check_list(params, "addresses", out);
}

/* "name:" and base64 of the cloud's domain and of ids, with "$" between. */
static int check_cloud_id(const struct kg_params *params, struct kg_complaints *out)
{
	const char *id = kg_params_text(params, "cloudID");
	const char *colon = id ? strchr(id, ':') : NULL;

	if (!id || (colon && kg_base64_holds(kg_slice_of(colon + 1), '$')))
		return 0;
	return kg_complain_invalid(params, "cloudID", "must be the Cloud ID that Elastic shows: a name, a colon, and base64", out);
}

/* Elastic's cloud by its id and an API key, or addresses with a user and a password; never both. */
static int check_cluster(const struct kg_params *params, struct kg_complaints *out)
{
	bool cloud = kg_params_given(params, "cloudID") || kg_params_given(params, "apiKey");
	bool no_cloud = kg_params_missing(params, "cloudID") && kg_params_missing(params, "apiKey");
	bool addresses = kg_params_given(params, "addresses");
	bool user = kg_params_given(params, "username") || kg_params_given(params, "password");

	if (cloud && (addresses || user))
		return kg_complain_conflict(params, addresses ? "addresses" : "username",
		                            "must not be given together with cloudID and apiKey", out);
	if (cloud) {
		int status = kg_complain_each_missing(params, KG_NAMES("cloudID", "apiKey"), "cloudID and apiKey go together", out);

		return status ? status : check_cloud_id(params, out);
	}
	if (addresses) {
		int status = kg_complain_each_missing(params, KG_NAMES("username", "password"), "addresses need it", out);

		return status ? status : check_addresses(params, out);
	}
	if (no_cloud && !user && kg_params_missing(params, "addresses"))
		return kg_complain_missing(params, "addresses", "KEDA needs it, or cloudID and apiKey", out);
	return 0;
}

static int check_elasticsearch(const struct kg_params *params, struct kg_complaints *out)
{
	int status = check_cluster(params, out);

	return status ? status : check_search(params, out);
}

static int check_forecast(const struct kg_params *params, struct kg_complaints *out)
{
	const char *ahead = kg_params_text(params, "lookAhead");
	bool user = kg_params_given(params, "username") || kg_params_given(params, "password");
	bool cloud = kg_params_given(params, "cloudID") || kg_params_given(params, "apiKey");
	int64_t nanoseconds;
	int status = check_cluster(params, out);

	if (status == 0 && user && !cloud && kg_params_missing(params, "addresses"))
		status = kg_complain_missing(params, "addresses", "username and password need it", out);
	if (status == 0 && ahead && kg_keda_duration_parse(kg_slice_of(ahead), &nanoseconds) && nanoseconds == 0)
		status = kg_complain_invalid(params, "lookAhead", "must be longer than 0", out);
	return status;
}

/* With enableTLS KEDA logs in by certificate, and sends no password. */
static bool opensearch_credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const struct kg_param_value *password = kg_params_get(params, "password");

	if (!kg_param_value_given(password) || kg_params_true(params, "enableTLS", true))
		return false;
	*ret_use = (struct kg_credential_use){.parameter = "password", .what = "the password", .key = password->key};
	return true;
}

static int check_opensearch(const struct kg_params *params, struct kg_complaints *out)
{
	bool tls = kg_params_true(params, "enableTLS", false);
	bool basic = kg_params_text(params, "enableTLS") && !kg_params_true(params, "enableTLS", true);
	int status = 0;

	if (tls)
		status = kg_complain_each_missing(params, KG_NAMES("clientCert", "clientKey"), "enableTLS true needs it", out);
	else if (basic)
		status = kg_complain_each_missing(params, KG_NAMES("username", "password"), "without enableTLS KEDA needs it", out);
	if (status == 0 && tls)
		status = kg_tls_material_check_named_pair(params, "clientCert", "clientKey", out);
	if (status == 0)
		status = check_addresses(params, out);
	if (status == 0)
		status = kg_tls_material_check_named_ca(params, "caCert", out);
	return status ? status : check_search(params, out);
}

const struct kg_scaler kg_scaler_elasticsearch = {
        .type = "elasticsearch",
        .params = elasticsearch_rows,
        .param_count = KG_ARRAY_LEN(elasticsearch_rows),
        .typed_since = ELASTIC_TYPED_SINCE,
        .read_since = ELASTIC_TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "the scheme of addresses; cloudID is always https"},
        .verification_switch = "unsafeSsl",
        .check = check_elasticsearch,
        .source = "pkg/scalers/elasticsearch_scaler.go",
};

const struct kg_scaler kg_scaler_elastic_forecast = {
        .type = "elastic-forecast",
        .since = NEWCOMERS_SINCE,
        .params = forecast_rows,
        .param_count = KG_ARRAY_LEN(forecast_rows),
        .typed_since = NEWCOMERS_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "the scheme of addresses; cloudID is always https"},
        .verification_switch = "unsafeSsl",
        .check = check_forecast,
        .source = "pkg/scalers/elastic_forecast_scaler.go",
};

const struct kg_scaler kg_scaler_opensearch = {
        .type = "opensearch",
        .since = NEWCOMERS_SINCE,
        .params = opensearch_rows,
        .param_count = KG_ARRAY_LEN(opensearch_rows),
        .typed_since = NEWCOMERS_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "the scheme of addresses; cloudID is always https"},
        .verification_switch = "unsafeSsl",
        .check = check_opensearch,
        .credential = opensearch_credential,
        .source = "pkg/scalers/opensearch_scaler.go",
};
