/*
 * beanstalkd: the jobs of a tube. The protocol has neither users nor encryption.
 */
#include "scalers/scalers.h"

#define SINCE KG_VERSION(2, 16, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("server",          KG_FROM_METADATA, KG_TYPE_STRING,   KG_REQUIRED, .target = KG_TARGET_ADDRESS),
	PARAM("tube",            KG_FROM_METADATA, KG_TYPE_STRING,   KG_REQUIRED),
	PARAM("value",           KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_REQUIRED),
	PARAM("activationValue", KG_FROM_METADATA, KG_TYPE_FLOAT,    KG_OPTIONAL),
	PARAM("includeDelayed",  KG_FROM_METADATA, KG_TYPE_BOOL,     KG_OPTIONAL),
	PARAM("timeout",         KG_FROM_METADATA, KG_TYPE_NATURAL,  KG_OPTIONAL, .def = "30", .removed = KG_VERSION(2, 18, 0)),
	PARAM("timeout",         KG_FROM_METADATA, KG_TYPE_DURATION, KG_OPTIONAL, .def = "30", .since = KG_VERSION(2, 18, 0)),
};
/* clang-format on */

const struct kg_scaler kg_scaler_beanstalkd = {
        .type = "beanstalkd",
        .since = SINCE,
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_NEVER_TLS},
        .source = "pkg/scalers/beanstalkd_scaler.go",
};
