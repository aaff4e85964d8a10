/*
 * The look-up interface to objects other than the one under review, and its static form over files.
 *
 * An implementation answers FOUND, ABSENT (it is certain that there is none) or UNSEEN (it cannot tell). Rules conclude nothing from
 * UNSEEN. Look-ups never block and never fail; what they return lives as long as the world. Thread-safe.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/model/manifest.h"
#include "kedagate/model/object.h"

enum kg_lookup { KG_LOOKUP_FOUND, KG_LOOKUP_ABSENT, KG_LOOKUP_UNSEEN };

struct kg_world;

/* A Secret or a ConfigMap. */
struct kg_value_source {
	bool secret;
	const char *namespace, *name;
};

struct kg_world_operations {
	/* `kind` is one of the authentication kinds; `namespace` is ignored for the cluster-wide one. */
	enum kg_lookup (*authentication)(const struct kg_world *world, enum kg_kind kind, const char *namespace, const char *name,
	                                 const struct kg_authentication **ret_authentication);
	/* Deployment, StatefulSet (or any kind that carries a pod template) by group/version, kind and name. */
	enum kg_lookup (*pod_template)(const struct kg_world *world, const struct kg_scale_target_ref *target, const char *namespace,
	                               const struct kg_pod_template **ret_template);
	/* One value of a Secret or ConfigMap. Only files are ever read; a live world answers UNSEEN. An empty value is FOUND. */
	enum kg_lookup (*value)(const struct kg_world *world, const struct kg_value_source *source, const char *key,
	                        const char **ret_value);
	/* All keys of a Secret or ConfigMap, for envFrom. */
	enum kg_lookup (*values)(const struct kg_world *world, const struct kg_value_source *source, struct kg_pairs *ret_values);
};

struct kg_world {
	const struct kg_world_operations *operations;
};

/* A world that sees nothing: every answer is UNSEEN. */
const struct kg_world *kg_world_blind(void);

/* A world over manifests. What is not among them is UNSEEN, never ABSENT: files are seldom the whole cluster. */
struct kg_file_world;

/* `default_namespace` is that of namespaced objects that name none. With `read_secrets` false, Secrets are left out (what stands in for a live
 * cluster reads none). The world lives in `arena`, its strings in the trees. NULL without memory. */
KG_MUST_CHECK struct kg_file_world *kg_file_world_new(struct kg_arena *arena, const char *default_namespace, bool read_secrets);

/* Add one object. Kinds that no look-up needs are ignored. Of two objects of the same name the later one counts. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_file_world_add(struct kg_file_world *world, const cJSON *tree);

const struct kg_world *kg_file_world_as_world(const struct kg_file_world *world);
