#include <string.h>

#include "kedagate/server/server.h"

/* clang-format off */
static const struct kg_metric_family server_families[KG_SERVER_METRIC_COUNT - KG_ADMISSION_METRIC_COUNT] = {
#define FAMILY(index_) [(index_) - KG_ADMISSION_METRIC_COUNT]
	FAMILY(KG_SERVER_METRIC_HTTP_RESPONSES) = {
		.name = "kedagate_http_responses_total", .type = KG_METRIC_COUNTER, .labels = {"code"},
		.help = "Answers of the HTTPS listener, by HTTP status code.",
	},
	FAMILY(KG_SERVER_METRIC_CONNECTIONS) = {
		.name = "kedagate_connections", .type = KG_METRIC_GAUGE,
		.help = "Open connections of the HTTPS listener.",
	},
	FAMILY(KG_SERVER_METRIC_CONNECTIONS_REFUSED) = {
		.name = "kedagate_connections_refused_total", .type = KG_METRIC_COUNTER,
		.help = "Connections of the HTTPS listener that were closed at once because a limit was reached.",
	},
	FAMILY(KG_SERVER_METRIC_CERTIFICATE_NOT_AFTER) = {
		.name = "kedagate_certificate_not_after_seconds", .type = KG_METRIC_GAUGE,
		.help = "When the serving certificate expires, in seconds since 1970.",
	},
	FAMILY(KG_SERVER_METRIC_CERTIFICATE_RELOADS) = {
		.name = "kedagate_certificate_reloads_total", .type = KG_METRIC_COUNTER, .labels = {"result"},
		.help = "Serving key pairs found on disk that were taken into use (success) or refused (failure).",
	},
	FAMILY(KG_SERVER_METRIC_POLICY_RELOADS) = {
		.name = "kedagate_policy_reloads_total", .type = KG_METRIC_COUNTER, .labels = {"result"},
		.help = "Policy files found on disk that were taken into use (success) or refused (failure).",
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
