/*
 * The look-up interface to objects other than the one under review, and its static form over files.
 *
 * An implementation answers FOUND, ABSENT (it is certain that there is none) or UNSEEN (it cannot tell). Rules conclude nothing from
 * UNSEEN. A list holds what is seen, in no order, and says whether that is all; the object under review may be in it, as it is stored.
 * Look-ups never block and never fail: without memory the answer is UNSEEN, and a list incomplete. What they return lives as long as the world and
 * the `arena` that is passed, into which a world may copy. Thread-safe.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/model/facts.h"
#include "kedagate/model/manifest.h"
#include "kedagate/model/object.h"

enum kg_lookup { KG_LOOKUP_FOUND, KG_LOOKUP_ABSENT, KG_LOOKUP_UNSEEN };

struct kg_world;

/* A Secret or a ConfigMap. */
struct kg_value_source {
	bool secret;
	const char *namespace, *name;
};

/* An object of one of KEDA's kinds. `namespace` is ignored for the cluster-wide one. */
struct kg_object_key {
	enum kg_kind kind;
	const char *namespace, *name;
};

/* Something of this name in a namespace. */
struct kg_world_name {
	const char *namespace, *name;
};

struct kg_scaled_list {
	const struct kg_scaled_facts *items;
	size_t count;
	bool complete;
};

struct kg_hpa_list {
	const struct kg_hpa_facts *items;
	size_t count;
	bool complete;
};

/* ScaledObjects and ScaledJobs. */
struct kg_user_list {
	const struct kg_object_key *items;
	size_t count;    /* at most KG_MAX_USERS */
	size_t left_out; /* those over it, and those with too many triggers to tell */
	bool complete;   /* but for those left out */
};

/* The defaults that the LimitRanges of a namespace give containers. */
struct kg_container_defaults {
	struct kg_resources given;
	bool complete; /* what is not given, no LimitRange gives */
};

struct kg_world_operations {
	/* `key->kind` is one of the authentication kinds. */
	enum kg_lookup (*authentication)(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
	                                 const struct kg_authentication **ret_authentication);
	/* Deployment, StatefulSet (or any kind that carries a pod template) by group/version, kind and name. ABSENT: there is no such workload. */
	enum kg_lookup (*pod_template)(const struct kg_world *world, const char *namespace, const struct kg_scale_target *target,
	                               struct kg_arena *arena, const struct kg_pod_template **ret_template);
	/* One value of a Secret or ConfigMap. Only files are ever read; a live world answers UNSEEN. An empty value is FOUND. */
	enum kg_lookup (*value)(const struct kg_world *world, const struct kg_value_source *source, const char *key, struct kg_arena *arena,
	                        const char **ret_value);
	/* All keys of a Secret or ConfigMap, for envFrom. */
	enum kg_lookup (*values)(const struct kg_world *world, const struct kg_value_source *source, struct kg_arena *arena,
	                         struct kg_pairs *ret_values);
	/* The ScaledObjects of a namespace whose target has this name, whatever its kind. */
	void (*scaled_by_target)(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
	                         struct kg_scaled_list *ret_list);
	/* The ScaledObjects of a namespace whose HPA has this name (kg_hpa_name). */
	void (*scaled_by_hpa)(const struct kg_world *world, const struct kg_world_name *hpa, struct kg_arena *arena,
	                      struct kg_scaled_list *ret_list);
	/* The HorizontalPodAutoscalers of a namespace whose target has this name, whatever its kind. */
	void (*hpas_by_target)(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
	                       struct kg_hpa_list *ret_list);
	/* The ScaledObjects and ScaledJobs with a trigger that refers to the authentication. */
	void (*users)(const struct kg_world *world, const struct kg_object_key *authentication, struct kg_arena *arena,
	              struct kg_user_list *ret_list);
	/* A ScaledObject or ScaledJob, decoded: at least its metadata, triggers, advanced and targets; `tree` may be NULL. */
	enum kg_lookup (*scaled)(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
	                         const struct kg_object **ret_object);
	void (*container_defaults)(const struct kg_world *world, const char *namespace, struct kg_arena *arena,
	                           struct kg_container_defaults *ret_defaults);
	/* KEDA's operator. ABSENT: there is none. */
	enum kg_lookup (*keda_operator)(const struct kg_world *world, struct kg_arena *arena, struct kg_operator_facts *ret_facts);
};

struct kg_world {
	const struct kg_world_operations *operations;
	bool cluster; /* seen, not given: what a list that is not complete lacks may be there all the same */
	bool live;    /* it changes meanwhile: what is absent, or lacks something, may be on its way in the same apply */
};

/* A world that sees nothing: every answer is UNSEEN, every list empty and incomplete. Its operations may stand in any other world for what that
 * one does not see. */
const struct kg_world *kg_world_blind(void);

/* A world over manifests. What is not among them is UNSEEN, never ABSENT, and no list is complete, for files are seldom the whole cluster; unless it is
 * closed. */
struct kg_file_world;

/* `default_namespace` is that of namespaced objects that name none. With `read_secrets` false, Secrets are left out (what stands in for a live
 * cluster reads none). The world lives in `arena`, its strings in the trees. NULL without memory. */
KG_MUST_CHECK struct kg_file_world *kg_file_world_new(struct kg_arena *arena, const char *default_namespace, bool read_secrets);

/* Say that what was added is the whole cluster, of the kinds that a live world watches: from then on what is not among them is ABSENT, and lists are
 * complete. Secrets, ConfigMaps and workloads other than Deployments and StatefulSets stay UNSEEN. */
void kg_file_world_close(struct kg_file_world *world);

/* Add one object. Kinds that no look-up needs are ignored. Of two objects of the same name the later one counts. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_file_world_add(struct kg_file_world *world, const cJSON *tree);

const struct kg_world *kg_file_world_as_world(const struct kg_file_world *world);
