/*
 * The world over files, as its parts share it.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/model/world.h"
#include "model/names.h"

/* Names are at most 253 bytes, namespaces 63, groups 253; what is longer than this names nothing that a cluster could hold. */
enum { KG_WORLD_KEY_MAX = 1024 };

struct kg_file_world {
	struct kg_world world;
	struct kg_arena *arena;
	const char *default_namespace;
	bool read_secrets;
	bool closed;             /* it is the whole cluster */
	struct kg_names objects; /* from "<sort> <namespace> <name>" to what the object of that name gives, or to a list */
	const cJSON *keda_operator;
	const char *operator_namespace;
};

/* An object on its way into the world. */
struct kg_addition {
	struct kg_file_world *world;
	const cJSON *tree;
	const char *api_version, *kind, *namespace, *name;
};

const struct kg_file_world *kg_file_world_of(const struct kg_world *world);

/* "" for a cluster-wide kind. */
const char *kg_object_key_namespace(const struct kg_object_key *key);

/* False when the key does not fit. Newlines part what names cannot hold. */
KG_MUST_CHECK bool kg_world_key(char out[KG_WORLD_KEY_MAX], const char *sort, const char *namespace, const char *name);

/* ABSENT in a closed world, else UNSEEN. */
enum kg_lookup kg_file_world_missing(const struct kg_file_world *world);

/* What is kept under the key; NULL when nothing is. */
const void *kg_file_world_get(const struct kg_file_world *world, const char *sort, const char *namespace, const char *name);

/* Add an object that lists hold or that is read as a whole. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_neighbours_add_scaled(const struct kg_addition *addition, enum kg_kind kind);
KG_MUST_CHECK int kg_neighbours_add_hpa(const struct kg_addition *addition);
KG_MUST_CHECK int kg_neighbours_add_limit_range(const struct kg_addition *addition);
KG_MUST_CHECK int kg_neighbours_add_service_account(const struct kg_addition *addition);

/* The look-ups of lists, and of objects as a whole: see struct kg_world_operations. */
void kg_neighbours_by_target(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
                             struct kg_scaled_list *ret_list);
void kg_neighbours_by_hpa(const struct kg_world *world, const struct kg_world_name *hpa, struct kg_arena *arena,
                          struct kg_scaled_list *ret_list);
void kg_neighbours_hpas(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
                        struct kg_hpa_list *ret_list);
void kg_neighbours_users(const struct kg_world *world, const struct kg_object_key *authentication, struct kg_arena *arena,
                         struct kg_user_list *ret_list);
enum kg_lookup kg_neighbours_scaled(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                    const struct kg_object **ret_object);
void kg_neighbours_container_defaults(const struct kg_world *world, const char *namespace, struct kg_arena *arena,
                                      struct kg_container_defaults *ret_defaults);
enum kg_lookup kg_neighbours_operator(const struct kg_world *world, struct kg_arena *arena, struct kg_operator_facts *ret_facts);
