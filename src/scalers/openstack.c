/*
 * OpenStack: openstack-metric asks Gnocchi, openstack-swift counts the objects of a container. Both get a token from Keystone first, to which they
 * send their password, and then send the token along.
 */
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/scalers.h"

#define METRIC_TYPED_SINCE KG_VERSION(2, 18, 0)
#define SWIFT_TYPED_SINCE  KG_VERSION(2, 19, 0)

/* clang-format off */
static const struct kg_param metric_rows[] = {
	PARAM("metricsURL",          KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .target = KG_TARGET_ADDRESS),
	PARAM("metricID",            KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("aggregationMethod",   KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("granularity",         KG_FROM_METADATA, KG_TYPE_INT,    KG_REQUIRED),
	PARAM("threshold",           KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL),
	PARAM("activationThreshold", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL),
	PARAM("timeout",             KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "30"),
	PARAM("authURL",             KG_FROM_AUTH,     KG_TYPE_STRING, KG_REQUIRED, .receives = "the password", .target = KG_TARGET_ADDRESS, .untrimmed = true),
	PARAM("userID",              KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("password",            KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the token", .untrimmed = true),
	PARAM("appCredentialSecret", KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .untrimmed = true),
};

static const struct kg_param swift_rows[] = {
	PARAM("swiftURL",              KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESS),
	PARAM("containerName",         KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("objectCount",           KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "2"),
	PARAM("activationObjectCount", KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("objectPrefix",          KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("objectDelimiter",       KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("objectLimit",           KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("timeout",               KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "30"),
	PARAM("onlyFiles",             KG_FROM_METADATA, KG_TYPE_BOOL,   KG_OPTIONAL),
	PARAM("userID",                KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("password",              KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the token"),
	PARAM("projectID",             KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("authURL",               KG_FROM_AUTH,     KG_TYPE_STRING, KG_REQUIRED, .receives = "the password or the application credential", .target = KG_TARGET_ADDRESS),
	PARAM("appCredentialID",       KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("appCredentialSecret",   KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the token"),
	PARAM("regionName",            KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL),
};
/* clang-format on */

/* KEDA takes appCredentialSecret for the ID of an application credential, and sends no secret with it. */
static int check_metric_credentials(const struct kg_params *params, struct kg_complaints *out)
{
	static const char secret[] = "appCredentialSecret";

	if (kg_params_given(params, "userID"))
		return kg_params_missing(params, "password") ? kg_complain_missing(params, "password", "userID needs it", out) : 0;
	if (!kg_params_missing(params, "userID"))
		return 0;
	if (kg_params_missing(params, secret))
		return kg_complain_missing(params, "userID", "KEDA signs in with it and password", out);
	return kg_params_given(params, secret)
	               ? kg_complain_lacking(params, "userID",
	                                     "KEDA takes appCredentialSecret for an ID and sends no secret: only userID and password work",
	                                     out)
	               : 0;
}

static int check_metric(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_complain_unless_url(params, "metricsURL", out);

	if (status == 0)
		status = kg_complain_unless_http(params, "authURL", out);
	if (status == 0 && kg_number_below(params, "granularity", 1))
		status = kg_complain_doubtful(params, "granularity", "must be at least 1: KEDA asks for nothing otherwise", out);
	return status ? status : check_metric_credentials(params, out);
}

/* An application credential comes before a user, even half of one. */
static int check_application_secret(const struct kg_params *params, struct kg_complaints *out)
{
	if (kg_params_given(params, "appCredentialID") && kg_params_missing(params, "appCredentialSecret"))
		return kg_complain_missing(params, "appCredentialSecret", "appCredentialID needs it", out);
	return 0;
}

static int check_swift_credentials(const struct kg_params *params, struct kg_complaints *out)
{
	if (kg_params_given(params, "userID")) {
		int status = kg_complain_each_missing(params, KG_NAMES("password", "projectID"), "userID needs it", out);

		return status ? status : check_application_secret(params, out);
	}
	if (!kg_params_missing(params, "userID"))
		return 0;
	if (kg_params_missing(params, "appCredentialID"))
		return kg_complain_missing(params, "userID", "KEDA signs in with it, or with appCredentialID", out);
	return check_application_secret(params, out);
}

static int check_swift(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_complain_unless_url(params, "swiftURL", out);

	if (status == 0)
		status = kg_complain_unless_http(params, "authURL", out);
	return status ? status : check_swift_credentials(params, out);
}

const struct kg_scaler kg_scaler_openstack_metric = {
        .type = "openstack-metric",
        .params = metric_rows,
        .param_count = KG_ARRAY_LEN(metric_rows),
        .typed_since = METRIC_TYPED_SINCE,
        .read_since = METRIC_TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "metricsURL"},
        .check = check_metric,
        .source = "pkg/scalers/openstack_metrics_scaler.go",
};

const struct kg_scaler kg_scaler_openstack_swift = {
        .type = "openstack-swift",
        .params = swift_rows,
        .param_count = KG_ARRAY_LEN(swift_rows),
        .typed_since = SWIFT_TYPED_SINCE,
        .read_since = SWIFT_TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "swiftURL"},
        .check = check_swift,
        .source = "pkg/scalers/openstack_swift_scaler.go",
};
