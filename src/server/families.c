#include <string.h>

#include "kedagate/server/server.h"

/* clang-format off */
static const struct kg_metric_family server_families[KG_SERVER_METRIC_COUNT - KG_ADMISSION_METRIC_COUNT] = {
#define FAMILY(index_) [(index_) - KG_ADMISSION_METRIC_COUNT]
	FAMILY(KG_SERVER_METRIC_HTTP_RESPONSES) = {
		.name = "kedagate_http_responses_total", .type = KG_METRIC_COUNTER, .labels = {"code"},
		.help = "Answers of the HTTPS listener, by HTTP status code.",
	},
	FAMILY(KG_SERVER_METRIC_INFLIGHT_REQUESTS) = {
		.name = "kedagate_inflight_requests", .type = KG_METRIC_GAUGE,
		.help = "Requests of the HTTPS listener that are being received or answered.",
	},
	FAMILY(KG_SERVER_METRIC_INFLIGHT_BYTES) = {
		.name = "kedagate_inflight_bytes", .type = KG_METRIC_GAUGE,
		.help = "Memory of all request bodies and reviews in flight.",
	},
	FAMILY(KG_SERVER_METRIC_INFLIGHT_BYTES_LIMIT) = {
		.name = "kedagate_inflight_bytes_limit", .type = KG_METRIC_GAUGE,
		.help = "What kedagate_inflight_bytes may become (--max-inflight-bytes).",
	},
	FAMILY(KG_SERVER_METRIC_REQUESTS_SHED) = {
		.name = "kedagate_requests_shed_total", .type = KG_METRIC_COUNTER, .labels = {"reason"},
		.help = "Requests answered 503 because memory in flight was at its limit, by what had no room: body or review.",
	},
	FAMILY(KG_SERVER_METRIC_CONNECTIONS) = {
		.name = "kedagate_connections", .type = KG_METRIC_GAUGE,
		.help = "Open connections of the HTTPS listener.",
	},
	FAMILY(KG_SERVER_METRIC_CONNECTIONS_REFUSED) = {
		.name = "kedagate_connections_refused_total", .type = KG_METRIC_COUNTER, .labels = {"reason"},
		.help = "Connections of the HTTPS listener that were closed at once, by the limit that was reached.",
	},
	FAMILY(KG_SERVER_METRIC_CONNECTIONS_DISPLACED) = {
		.name = "kedagate_connections_displaced_total", .type = KG_METRIC_COUNTER, .labels = {"for"},
		.help = "Connections that were closed to make room: an idle one for a new connection, for memory a sender that is slow, or whose client has more than its share.",
	},
	FAMILY(KG_SERVER_METRIC_HANDSHAKE_FAILURES) = {
		.name = "kedagate_tls_handshake_failures_total", .type = KG_METRIC_COUNTER, .labels = {"alert"},
		.help = "TLS handshakes that failed, by the alert that the client sent, local when this side gave up, untrusted_client when it did for the client's certificate, or closed when no alert came.",
	},
	FAMILY(KG_SERVER_METRIC_CERTIFICATE_NOT_BEFORE) = {
		.name = "kedagate_certificate_not_before_seconds", .type = KG_METRIC_GAUGE,
		.help = "When the serving certificate begins to be valid, in seconds since 1970.",
	},
	FAMILY(KG_SERVER_METRIC_CERTIFICATE_NOT_AFTER) = {
		.name = "kedagate_certificate_not_after_seconds", .type = KG_METRIC_GAUGE,
		.help = "When the serving certificate expires, in seconds since 1970.",
	},
	FAMILY(KG_SERVER_METRIC_CERTIFICATE_INFO) = {
		.name = "kedagate_certificate_info", .type = KG_METRIC_GAUGE, .labels = {"serial"},
		.help = "Always 1; the label is the serial number of the serving certificate.",
	},
	FAMILY(KG_SERVER_METRIC_CERTIFICATE_RELOADS) = {
		.name = "kedagate_certificate_reloads_total", .type = KG_METRIC_COUNTER, .labels = {"result"},
		.help = "Serving key pairs found on disk that were taken into use (success) or refused (failure).",
	},
	FAMILY(KG_SERVER_METRIC_CERTIFICATE_LAST_SUCCESS) = {
		.name = "kedagate_certificate_last_success_timestamp_seconds", .type = KG_METRIC_GAUGE,
		.help = "When the files were last found to hold the key pair that is served, in seconds since 1970.",
	},
	FAMILY(KG_SERVER_METRIC_CERTIFICATE_REFUSED) = {
		.name = "kedagate_certificate_refused", .type = KG_METRIC_GAUGE, .labels = {"reason"},
		.help = "1 while the files hold a key pair that is refused, by reason; the pair in use stays.",
	},
	FAMILY(KG_SERVER_METRIC_CLIENT_CA_RELOADS) = {
		.name = "kedagate_client_ca_reloads_total", .type = KG_METRIC_COUNTER, .labels = {"result"},
		.help = "Files of --client-ca-file found on disk that were taken into use (success) or refused (failure).",
	},
	FAMILY(KG_SERVER_METRIC_CLIENT_CA_LAST_SUCCESS) = {
		.name = "kedagate_client_ca_last_success_timestamp_seconds", .type = KG_METRIC_GAUGE,
		.help = "When --client-ca-file was last found to hold what is in use, in seconds since 1970.",
	},
	FAMILY(KG_SERVER_METRIC_POLICY_RELOADS) = {
		.name = "kedagate_policy_reloads_total", .type = KG_METRIC_COUNTER, .labels = {"result"},
		.help = "Policy files found on disk that were taken into use (success) or refused (failure).",
	},
	FAMILY(KG_SERVER_METRIC_POLICY_LAST_SUCCESS) = {
		.name = "kedagate_policy_last_success_timestamp_seconds", .type = KG_METRIC_GAUGE,
		.help = "When the file was last found to hold the policy that is in use, in seconds since 1970.",
	},
	FAMILY(KG_SERVER_METRIC_EXEMPTIONS) = {
		.name = "kedagate_exemptions", .type = KG_METRIC_GAUGE, .labels = {"state"},
		.help = "Exemptions of the policy by state: active, expiring (in its last 14 days, active still), expired.",
	},
	FAMILY(KG_SERVER_METRIC_LOG_LINES_LOST) = {
		.name = "kedagate_log_lines_lost_total", .type = KG_METRIC_COUNTER,
		.help = "Lines that could not be written to standard error, whose reader was too slow or gone, or whose disk was full.",
	},
	FAMILY(KG_SERVER_METRIC_BUILD_INFO) = {
		.name = "kedagate_build_info", .type = KG_METRIC_GAUGE, .labels = {"version"},
		.help = "Always 1; the label says which version runs.",
	},
#undef FAMILY
};
/* clang-format on */

void kg_server_metric_families(struct kg_metric_family out[KG_SERVER_METRIC_COUNT])
{
	memcpy(out, kg_admission_metric_families, sizeof(kg_admission_metric_families));
	memcpy(out + KG_ADMISSION_METRIC_COUNT, server_families, sizeof(server_families));
}
