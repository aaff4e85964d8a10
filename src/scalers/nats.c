/*
 * nats-jetstream and stan, its forerunner: the lag of a consumer by the server's monitoring endpoint, which takes no credentials.
 */
#include "scalers/complaints.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE  KG_VERSION(2, 17, 0)
#define STAN_REMOVED KG_VERSION(2, 19, 0)
#define STAN_TLS     KG_VERSION(2, 14, 0)

/* clang-format off */
static const struct kg_param jetstream_rows[] = {
	PARAM("account",                      KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("accountID",                    KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 17, 0)),
	PARAM("stream",                       KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED),
	PARAM("consumer",                     KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED),
	PARAM("lagThreshold",                 KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL, .def = "10"),
	PARAM("activationLagThreshold",       KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("useHttps",                     KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("natsServerMonitoringEndpoint", KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_REQUIRED, .target = KG_TARGET_ADDRESS),
};

static const struct kg_param stan_rows[] = {
	PARAM("queueGroup",                   KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED),
	PARAM("durableName",                  KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED),
	PARAM("subject",                      KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED),
	PARAM("lagThreshold",                 KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("activationLagThreshold",       KG_FROM_METADATA,      KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("useHttps",                     KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL),
	PARAM("tls",                          KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .since = STAN_TLS),
	PARAM("cert",                         KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .since = STAN_TLS),
	PARAM("key",                          KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .since = STAN_TLS, .credential = true),
	PARAM("ca",                           KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .since = STAN_TLS),
	PARAM("natsServerMonitoringEndpoint", KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_REQUIRED, .target = KG_TARGET_ADDRESS),
};
/* clang-format on */

static int check_jetstream(const struct kg_params *params, struct kg_complaints *out)
{
	if (kg_params_missing(params, "account") && kg_params_missing(params, "accountID"))
		return kg_complain_missing(params, "account", "KEDA needs it, or accountID", out);
	return 0;
}

/* The certificates are read only when useHttps is given at all. */
static int check_stan(const struct kg_params *params, struct kg_complaints *out)
{
	const char *tls = kg_params_text(params, "tls");

	if (!tls || kg_params_missing(params, "useHttps"))
		return 0;
	if (kg_params_is(params, "tls", "enable"))
		return kg_tls_material_check_halves(params, out);
	return kg_params_is(params, "tls", "disable") ? 0 : kg_complain_invalid(params, "tls", "must be enable or disable", out);
}

const struct kg_scaler kg_scaler_nats_jetstream = {
        .type = "nats-jetstream",
        .params = jetstream_rows,
        .param_count = KG_ARRAY_LEN(jetstream_rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_SWITCH, .parameter = "useHttps", .fix = "write useHttps: \"true\""},
        .check = check_jetstream,
        .source = "pkg/scalers/nats_jetstream_scaler.go",
};

/* Read at 2.18: its own code read the parameters until it went. */
const struct kg_scaler kg_scaler_stan = {
        .type = "stan",
        .removed = STAN_REMOVED,
        .instead = "nats-jetstream",
        .params = stan_rows,
        .param_count = KG_ARRAY_LEN(stan_rows),
        .typed_since = STAN_REMOVED,
        .read_since = KG_VERSION(2, 14, 0),
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_SWITCH, .parameter = "useHttps", .fix = "write useHttps: \"true\""},
        .check = check_stan,
        .source = "pkg/scalers/stan_scaler.go",
};
