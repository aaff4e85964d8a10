/*
 * ibmmq: the depth of queues by the REST API, with basic authentication. The CA is looked at only with a certificate and its key.
 */
#include "scalers/complaints.h"
#include "scalers/request_uri.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)
#define TLS_SINCE   KG_VERSION(2, 15, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("host",                 KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED, .secret_inside = true, .target = KG_TARGET_ADDRESS),
	PARAM("queueName",            KG_FROM_METADATA,          KG_TYPE_LIST,   KG_REQUIRED, .also = {"queueNames"}),
	PARAM("queueDepth",           KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "20"),
	PARAM("activationQueueDepth", KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("operation",            KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 16, 0), .def = "max", .values = KG_NAMES("max", "avg", "sum")),
	PARAM("username",             KG_FROM_AUTH_ENV_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("password",             KG_FROM_AUTH_ENV_METADATA, KG_TYPE_STRING, KG_REQUIRED, .credential = true, .sent_as = "the password"),
	PARAM("unsafeSsl",            KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .since = TLS_SINCE, .def = "false"),
	PARAM("tls",                  KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .announced = KG_VERSION(2, 17, 0), .deprecated = KG_VERSION(2, 18, 0), .removed = KG_VERSION(2, 20, 0), .instead = "unsafeSsl"),
	PARAM("ca",                   KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE),
	PARAM("cert",                 KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE),
	PARAM("key",                  KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE, .credential = true),
	PARAM("keyPassword",          KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE, .credential = true),
};
/* clang-format on */

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_request_uri_check(params, "host",
	                                  "must be a URL such as https://mq.shop:9443/ibmmq/rest/v2/admin/action/qmgr/QM1/mqsc", out);

	if (status == 0)
		status = kg_tls_material_check_halves(params, out);
	if (status == 0 && kg_params_given(params, "cert") && kg_params_given(params, "key"))
		status = kg_tls_material_check_pair(params, out);
	if (status == 0 && kg_params_given(params, "ca") && kg_params_missing(params, "cert"))
		status = kg_complain_ignored("ca", "without cert and key KEDA does not look at it", out);
	return status;
}

const struct kg_scaler kg_scaler_ibmmq = {
        .type = "ibmmq",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "host"},
        .verification_switch = "unsafeSsl",
        .check = check,
        .source = "pkg/scalers/ibmmq_scaler.go",
};
