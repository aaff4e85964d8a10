/*
 * liiklus: the lag of a consumer, by gRPC in clear text and without credentials. KEDA announces from 2.21 on that it will go.
 */
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 17, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("lagThreshold",           KG_FROM_METADATA, KG_TYPE_INT,     KG_OPTIONAL, .def = "10"),
	PARAM("activationLagThreshold", KG_FROM_METADATA, KG_TYPE_INT,     KG_OPTIONAL, .def = "0"),
	PARAM("address",                KG_FROM_METADATA, KG_TYPE_STRING,  KG_REQUIRED, .target = KG_TARGET_ADDRESS),
	PARAM("topic",                  KG_FROM_METADATA, KG_TYPE_STRING,  KG_REQUIRED),
	PARAM("group",                  KG_FROM_METADATA, KG_TYPE_STRING,  KG_REQUIRED),
	PARAM("groupVersion",           KG_FROM_METADATA, KG_TYPE_NATURAL, KG_OPTIONAL, .def = "0"),
};
/* clang-format on */

const struct kg_scaler kg_scaler_liiklus = {
        .type = "liiklus",
        .deprecated = KG_VERSION(2, 21, 0),
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_NEVER_TLS},
        .source = "pkg/scalers/liiklus_scaler.go",
};
