#include "kedagate/kube/cluster.h"

/* clang-format off */
const struct kg_metric_family kg_cluster_metric_families[KG_CLUSTER_METRIC_COUNT] = {
	[KG_CLUSTER_METRIC_SYNCED] = {
		.name = "kedagate_cluster_synced", .type = KG_METRIC_GAUGE, .labels = {"resource"},
		.help = "1 while all objects of a resource are seen and watched; while 0, nothing is concluded from what is not seen of it.",
	},
	[KG_CLUSTER_METRIC_OBJECTS] = {
		.name = "kedagate_cluster_objects", .type = KG_METRIC_GAUGE, .labels = {"resource"},
		.help = "Objects of the cluster that are kept, by resource.",
	},
	[KG_CLUSTER_METRIC_UNREAD] = {
		.name = "kedagate_cluster_objects_unread", .type = KG_METRIC_GAUGE, .labels = {"resource"},
		.help = "Objects that could not be kept, for want of memory, or because they are too large or malformed.",
	},
	[KG_CLUSTER_METRIC_CACHE_BYTES] = {
		.name = "kedagate_cluster_cache_bytes", .type = KG_METRIC_GAUGE,
		.help = "Memory of all objects of the cluster that are kept.",
	},
	[KG_CLUSTER_METRIC_LISTS] = {
		.name = "kedagate_cluster_lists_total", .type = KG_METRIC_COUNTER, .labels = {"resource"},
		.help = "Times that all objects of a resource were listed: once at the start, then whenever a watch could not be taken up again.",
	},
	[KG_CLUSTER_METRIC_FAILURES] = {
		.name = "kedagate_cluster_request_failures_total", .type = KG_METRIC_COUNTER, .labels = {"resource", "reason"},
		.help = "Requests to the API server that came to nothing, by reason.",
	},
	[KG_CLUSTER_METRIC_LAST_EVENT] = {
		.name = "kedagate_cluster_last_event_timestamp_seconds", .type = KG_METRIC_GAUGE, .labels = {"resource"},
		.help = "When an object of a resource was last listed, or seen to change, in seconds since 1970.",
	},
};
/* clang-format on */
