/*
 * graphite: the last value of a series. User and password go along whenever they are given, with or without authMode.
 */
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 19, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("serverAddress",       KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("query",               KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("threshold",           KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "100"),
	PARAM("activationThreshold", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("queryTime",           KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("authMode",            KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .values = KG_NAMES("basic")),
	PARAM("username",            KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("password",            KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the password"),
	PARAM("metricName",          KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_VERSION(2, 12, 0)),
};
/* clang-format on */

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	if (kg_params_is(params, "authMode", "basic") && kg_params_missing(params, "username"))
		return kg_complain_missing(params, "username", "authMode basic needs it", out);
	return 0;
}

const struct kg_scaler kg_scaler_graphite = {
        .type = "graphite",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "serverAddress"},
        .check = check,
        .source = "pkg/scalers/graphite_scaler.go",
};
