/*
 * loki: the number that a LogQL query gives.
 */
#include "scalers/auth_modes.h"
#include "scalers/complaints.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)

/* The block of authModes; before, loki reads some of it, by other rules (GetAuthConfigs). */
#define BLOCK_SINCE KG_VERSION(2, 18, 1)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("serverAddress",       KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("query",               KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("threshold",           KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED),
	PARAM("activationThreshold", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("tenantName",          KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("ignoreNullValues",    KG_FROM_METADATA, KG_TYPE_BOOL,   KG_OPTIONAL, .def = "true"),
	PARAM("unsafeSsl",           KG_FROM_METADATA, KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	KG_AUTH_BLOCK_ROWS,
};
/* clang-format on */

const struct kg_scaler kg_scaler_loki = {
        .type = "loki",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = BLOCK_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .auth_modes = KG_AUTH_BASIC | KG_AUTH_BEARER | KG_AUTH_CUSTOM,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "serverAddress"},
        .verification_switch = "unsafeSsl",
        .check = kg_auth_modes_check,
        .source = "pkg/scalers/loki_scaler.go",
};
