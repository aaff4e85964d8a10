/*
 * A hash table from names to pointers, in an arena.
 *
 * The seed differs from table to table and from run to run, so that no input can be made of names that collide.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"

struct kg_name_slot {
	uint64_t hash;
	const char *name; /* NULL: free */
	void *value;
};

struct kg_names {
	struct kg_arena *arena;
	struct kg_name_slot *slots;
	size_t slot_count; /* 0 or a power of two */
	size_t count;
	uint64_t seed;
};

/* An empty table that takes no memory yet. */
void kg_names_init(struct kg_names *names, struct kg_arena *arena);

/* Make room for `count` names in all, so that no table of fewer is left behind in the arena. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_names_reserve(struct kg_names *names, size_t count);

/* Put `value` under `name` (borrowed). *ret_old is the value that stood there and is replaced, NULL when there was none. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_names_put(struct kg_names *names, const char *name, void *value, void **ret_old);

/* The value under `name`; NULL when there is none. */
void *kg_names_get(const struct kg_names *names, const char *name);
