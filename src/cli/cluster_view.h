/*
 * The cluster that a serving process looks at: which one, what the log says of it, and whether it is seen.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/kube/cluster.h"
#include "kedagate/kube/config.h"

/* What the log said last of a resource. By the cluster's thread alone. */
struct kg_cluster_told {
	enum kg_view view;
	bool of_failure;                             /* since it was last seen whole */
	int64_t failed_at[KG_MACHINE_FAILURE_COUNT]; /* when it said so of each, on the monotonic clock; 0: never */
};

struct kg_cluster_view {
	struct kg_kube_config config;
	struct kg_cluster *cluster; /* NULL until opened */
	struct kg_cluster_told told[KG_RESOURCE_COUNT];
	bool told_settled;
	int64_t started;
	atomic_uint_least32_t told_version; /* of KEDA; 0: none yet, UINT32_MAX: that it cannot be told */
};

/* Where the cluster is. */
struct kg_cluster_place {
	bool in_cluster;            /* by the ServiceAccount of the Pod; else by a kubeconfig */
	const char *kubeconfig;     /* NULL: as kubectl finds it */
	const char *context;        /* NULL: the current one */
	const char *keda_namespace; /* where KEDA's operator runs; NULL: it is found */
};

/* Begin to look at a cluster. `view` is zeroed, stays where it is, and is to be closed whatever comes of it. As kg_cluster_start. */
KG_MUST_CHECK int kg_cluster_view_open(struct kg_cluster_view *view, const struct kg_cluster_place *place, struct kg_metrics *metrics,
                                       size_t first_family, struct kg_err *err);

/* Nobody uses its world any more. Accepts one that was not opened. */
void kg_cluster_view_close(struct kg_cluster_view *view);

/* Log the version of KEDA's operator where it is another than the log said last, and has been said at all. By one thread alone. */
void kg_cluster_view_note_version(struct kg_cluster_view *view);

/* For kg_server_state: `context` is the view. Ready is what has been seen whole once, or has been waited for long enough. `why` says what is not seen,
 * in either case. */
bool kg_cluster_view_is_ready(void *context, struct kg_buf *why);
