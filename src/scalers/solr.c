/*
 * solr: how many documents a query finds. User and password go along as basic authentication, always.
 */
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("host",                       KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("collection",                 KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED),
	PARAM("targetQueryValue",           KG_FROM_METADATA,      KG_TYPE_FLOAT,  KG_REQUIRED, .bound = KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA),
	PARAM("activationTargetQueryValue", KG_FROM_METADATA,      KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("query",                      KG_FROM_METADATA,      KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("username",                   KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("password",                   KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_REQUIRED, .credential = true, .sent_as = "the password"),
};
/* clang-format on */

const struct kg_scaler kg_scaler_solr = {
        .type = "solr",
        .since = KG_VERSION(2, 11, 0),
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "host"},
        .source = "pkg/scalers/solr_scaler.go",
};
