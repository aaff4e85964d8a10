/*
 * The resources that are watched: where they are, what of them is kept, and what they are asked for by.
 */
#pragma once

#include "kedagate/kube/cluster.h"
#include "kube/cache.h"

/* What objects are found by besides their name; the texts are a namespace and a name. */
enum kg_cache_index {
	KG_INDEX_NAME,
	KG_INDEX_TARGET,                 /* of an autoscaler: the workload */
	KG_INDEX_HPA,                    /* of a ScaledObject that says so: its HPA */
	KG_INDEX_AUTHENTICATION,         /* of what has triggers: what they refer to */
	KG_INDEX_CLUSTER_AUTHENTICATION, /* the same, without a namespace */
	KG_INDEX_NAMESPACE,              /* of a LimitRange: the namespace, and "" */
	KG_INDEX_OPERATOR,               /* of a Deployment that is KEDA's operator: its namespace and "", and "" and "" */
	KG_INDEX_CROWDED,                /* of what has more triggers than are indexed: its namespace and "", and "" and "" */
};

struct kg_resource_facts {
	const char *path;
	struct kg_cache_sort sort;
};

extern const struct kg_resource_facts kg_resources[KG_RESOURCE_COUNT];
