/*
 * external and external-push: a gRPC service of one's own, which is given every key of the metadata.
 *
 * KEDA builds the TLS configuration when it first asks, and fails then. Since 2.17 enableTLS; before, only certificates turn TLS on.
 */
#include "scalers/complaints.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 18, 0)
#define READ_SINCE  KG_VERSION(2, 17, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("scalerAddress", KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .target = KG_TARGET_ADDRESS),
	PARAM("enableTLS",     KG_FROM_METADATA, KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 17, 0)),
	PARAM("unsafeSsl",     KG_FROM_METADATA, KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 11, 0)),
	PARAM("caCert",        KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 11, 0)),
	PARAM("tlsClientCert", KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 11, 0)),
	PARAM("tlsClientKey",  KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 11, 0), .credential = true),
	PARAM("tlsCertFile",   KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_VERSION(2, 17, 0)),
};
/* clang-format on */

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	bool pair = kg_params_given(params, "tlsClientCert") && kg_params_given(params, "tlsClientKey");

	if (kg_params_true(params, "enableTLS", false) || kg_params_given(params, "caCert") || pair) {
		out->encryption = KG_ENCRYPTION_ON;
	} else if (kg_params_missing(params, "caCert") && kg_params_missing(params, "tlsClientCert") &&
	           (kg_params_missing(params, "enableTLS") || !kg_params_true(params, "enableTLS", true))) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->parameter = kg_params_given(params, "enableTLS") ? "enableTLS" : NULL;
		out->because = "gRPC is in clear text without enableTLS";
		out->fix = "write enableTLS: \"true\"";
	}
}

#define EXTERNAL(type_)                                                                                                                    \
	{                                                                                                                                  \
		.type = (type_), .params = rows, .param_count = KG_ARRAY_LEN(rows), .typed_since = TYPED_SINCE, .read_since = READ_SINCE,  \
		.other_identities = KG_IDENTITY_IGNORED,                                                                                   \
		.transport = {.kind = KG_TRANSPORT_DECIDED,                                                                                \
		              .decide = decide,                                                                                            \
		              .how = "enableTLS: \"true\", a caCert, or tlsClientCert and tlsClientKey turn TLS on"},                      \
		.verification_switch = "unsafeSsl", .uses_ca = kg_tls_material_used, .forwards_all_keys = true,                            \
		.source = "pkg/scalers/external_scaler.go"                                                                                 \
	}

const struct kg_scaler kg_scaler_external = EXTERNAL("external");
const struct kg_scaler kg_scaler_external_push = EXTERNAL("external-push");
