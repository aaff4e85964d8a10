/*
 * The objects of one resource, as far as rules need them, found by name and by what else they are asked for.
 *
 * One thread writes; any number read, and wait at most until one object is in its place, or the table has grown. The writer waits for those that read
 * when it comes, not for who comes after it.
 *
 * An object is one allocation: packed members, names, and its places in the table. All memory is charged to a budget and counted.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/budget.h"
#include "kedagate/base/compiler.h"
#include "kube/pack.h"

struct kg_cache;

/* Collects what an object can be asked for by, besides its name. */
struct kg_cache_keys;

/* The object is found under this `index`, a number over 0 and of the caller's choice, by two texts. A key that was added before is passed over. */
void kg_cache_add_key(struct kg_cache_keys *keys, unsigned index, const char *namespace, const char *name);

/* What differs from resource to resource. */
struct kg_cache_sort {
	/* What of the object is kept. metadata.name and namespace should be. */
	const struct kg_keep *(*keep)(const cJSON *object);
	void (*find_keys)(const cJSON *object, struct kg_cache_keys *keys); /* NULL: none */
};

/* `seed` is to differ from run to run; what the pointers point at outlives the cache. NULL without memory. */
KG_MUST_CHECK struct kg_cache *kg_cache_new(const struct kg_cache_sort *sort, uint64_t seed, struct kg_budget *budget);
/* Accepts NULL. */
void kg_cache_free(struct kg_cache *cache);

/* ---- by the thread that writes ---- */

/* Keep the object, instead of one of its name. KG_EINVAL when it has no name, KG_ENOMEM, KG_EBUSY over the budget; the older one stays then. */
KG_MUST_CHECK int kg_cache_put(struct kg_cache *cache, const cJSON *object);
void kg_cache_drop(struct kg_cache *cache, const cJSON *object);

/* Begin to put anew all that there is, and afterwards drop what was not put since. */
void kg_cache_begin(struct kg_cache *cache);
void kg_cache_complete(struct kg_cache *cache);

void kg_cache_clear(struct kg_cache *cache);

/* ---- by any thread ---- */

/* The kept part of an object; `namespace` may be NULL or "" for a cluster-wide one. 0, KG_ENOTFOUND or KG_ENOMEM. */
KG_MUST_CHECK int kg_cache_find(struct kg_cache *cache, const char *namespace, const char *name, struct kg_arena *arena,
                                const cJSON **ret_object);

/* An object that was found; valid during the visit. */
struct kg_cached {
	const char *namespace; /* "" of a cluster-wide one */
	const char *name;
	const char *packed; /* for kg_unpack */
};

struct kg_cache_visitor {
	/* False ends the visits. No call of this header is allowed. */
	bool (*visit)(void *context, const struct kg_cached *cached);
	void *context;
};

/* Visit each object with that key, in no order. */
void kg_cache_visit(struct kg_cache *cache, unsigned index, const char *namespace, const char *name,
                    const struct kg_cache_visitor *visitor);

/* Numbers of objects, and of bytes in use for them. */
size_t kg_cache_count(const struct kg_cache *cache);
size_t kg_cache_bytes(const struct kg_cache *cache);
