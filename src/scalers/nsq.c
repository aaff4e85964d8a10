/*
 * nsq: the depth of a channel, as nsqlookupd and the nsqd it names tell over HTTP.
 */
#include "scalers/scalers.h"

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("nsqLookupdHTTPAddresses",  KG_FROM_METADATA_ENV, KG_TYPE_LIST,   KG_REQUIRED, .target = KG_TARGET_ADDRESSES),
	PARAM("topic",                    KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("channel",                  KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("depthThreshold",           KG_FROM_METADATA_ENV, KG_TYPE_INT,    KG_OPTIONAL, .def = "10", .bound = KG_BOUND_POSITIVE),
	PARAM("activationDepthThreshold", KG_FROM_METADATA_ENV, KG_TYPE_INT,    KG_OPTIONAL, .def = "0", .bound = KG_BOUND_NATURAL),
	PARAM("useHttps",                 KG_FROM_METADATA_ENV, KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("unsafeSsl",                KG_FROM_METADATA_ENV, KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
};
/* clang-format on */

const struct kg_scaler kg_scaler_nsq = {
        .type = "nsq",
        .since = KG_VERSION(2, 17, 0),
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = KG_VERSION(2, 17, 0),
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_SWITCH, .parameter = "useHttps", .fix = "write useHttps: \"true\""},
        .verification_switch = "unsafeSsl",
        .source = "pkg/scalers/nsq_scaler.go",
};
