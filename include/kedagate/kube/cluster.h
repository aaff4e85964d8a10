/*
 * A live view of a cluster: a thread lists and watches what rules need, and keeps it; a world looks it up.
 *
 * Watched are KEDA's four kinds, HorizontalPodAutoscalers, Deployments, StatefulSets, LimitRanges and ServiceAccounts; Secrets and ConfigMaps are not.
 * A look-up concludes nothing from what it does not see while a resource is not watched, for whatever reason, and nothing at all from what was seen
 * KG_CLUSTER_LOST_SECONDS ago.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/kube/config.h"
#include "kedagate/kube/machine.h"
#include "kedagate/metrics/metrics.h"
#include "kedagate/model/world.h"

enum kg_resource {
	KG_RESOURCE_SCALED_OBJECTS,
	KG_RESOURCE_SCALED_JOBS,
	KG_RESOURCE_TRIGGER_AUTHENTICATIONS,
	KG_RESOURCE_CLUSTER_TRIGGER_AUTHENTICATIONS,
	KG_RESOURCE_AUTOSCALERS,
	KG_RESOURCE_DEPLOYMENTS,
	KG_RESOURCE_STATEFUL_SETS,
	KG_RESOURCE_LIMIT_RANGES,
	KG_RESOURCE_SERVICE_ACCOUNTS,
	KG_RESOURCE_COUNT
};

/* "scaledobjects", …: as in the API's paths and in RBAC. */
extern const char *const kg_resource_names[];

/* Of KEDA's, which an API server has only once its CRDs are installed? The others every API server has. */
bool kg_resource_is_of_keda(enum kg_resource resource);

enum kg_cluster_metric {
	KG_CLUSTER_METRIC_SYNCED,      /* gauge; resource */
	KG_CLUSTER_METRIC_OBJECTS,     /* gauge; resource */
	KG_CLUSTER_METRIC_UNREAD,      /* gauge; resource */
	KG_CLUSTER_METRIC_CACHE_BYTES, /* gauge */
	KG_CLUSTER_METRIC_LISTS,       /* resource */
	KG_CLUSTER_METRIC_FAILURES,    /* resource, reason: kg_machine_failure_names */
	KG_CLUSTER_METRIC_LAST_EVENT,  /* gauge, seconds since 1970; resource */
	KG_CLUSTER_METRIC_COUNT
};

extern const struct kg_metric_family kg_cluster_metric_families[KG_CLUSTER_METRIC_COUNT];

/* How it stands with one resource. */
struct kg_cluster_resource {
	enum kg_view view;
	bool synced;                     /* it was whole once */
	enum kg_machine_failure failure; /* of the last request; NONE once one succeeded */
	unsigned status;                 /* of HTTP; 0: no answer */
	const char *reason;              /* of a failure without an answer; NULL: not known. Until the call returns */
};

struct kg_cluster;

/* Who is told of changes, from the cluster's thread: what takes long there holds up the view. */
struct kg_cluster_observer {
	void *context;
	/* The view, or why there is none, changed. Failures of one cause in a row are told once. */
	void (*changed)(void *context, const struct kg_cluster *cluster, enum kg_resource resource,
	                const struct kg_cluster_resource *state);
};

struct kg_cluster_options {
	struct kg_cluster_observer observer; /* its function may be NULL */
	struct kg_metrics *metrics;          /* with kg_cluster_metric_families from `first_family` on; NULL: none */
	size_t first_family;
	const char *keda_namespace; /* where KEDA's operator runs; NULL: it is found */
};

/*
 * Start to watch. `config` and what the options point at outlive the cluster; the options are copied. The API server need not be there yet. The thread
 * starts with the caller's signal mask. KG_ENOMEM, KG_EIO, and what kg_kube_client_new refuses.
 */
KG_MUST_CHECK int kg_cluster_start(const struct kg_kube_config *config, const struct kg_cluster_options *options,
                                   struct kg_cluster **ret_cluster, struct kg_err *err);

/* End the thread and free everything; nobody uses the world any more. Accepts NULL. */
void kg_cluster_stop(struct kg_cluster *cluster);

/* Lives as long as the cluster. */
const struct kg_world *kg_cluster_world(const struct kg_cluster *cluster);

/* Whether each resource has been seen whole once, or is known not to be had (RBAC refuses it, or the API server does not know it). Thread-safe. */
bool kg_cluster_is_settled(const struct kg_cluster *cluster);

/* The view of a resource now. Thread-safe. */
enum kg_view kg_cluster_view(const struct kg_cluster *cluster, enum kg_resource resource);
