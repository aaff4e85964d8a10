/*
 * A look at one resource of the live world: what is found, and what may be concluded from what is not. Shared by its look-ups.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/model/world.h"
#include "kube/cache.h"
#include "kube/live_world.h"

const struct kg_live_world *kg_live_world_of(const struct kg_world *world);

struct kg_glance {
	const struct kg_live_resource *resource;
	unsigned sight; /* as it began */
};

struct kg_glance kg_glance_begin(const struct kg_world *world, enum kg_resource resource);

/* After the look: whether what was not found does not exist. */
bool kg_glance_saw_all(const struct kg_glance *glance);

/* Visit what has this key. False when nothing is seen, or `name` lacks one of its two texts: then nobody knows whom to visit, and nothing follows. */
KG_MUST_CHECK bool kg_glance_visit(const struct kg_glance *glance, unsigned index, const struct kg_world_name *name,
                                   const struct kg_cache_visitor *visitor);

/* The kept part of the object of this name, in `arena`. */
enum kg_lookup kg_glance_find(const struct kg_world *world, enum kg_resource resource, const struct kg_world_name *name,
                              struct kg_arena *arena, const cJSON **ret_object);

/* Copies of the texts in the review's arena; NULL stays NULL. False without memory. */
KG_MUST_CHECK bool kg_glance_keep_texts(struct kg_arena *arena, const char **const *texts, size_t count);

/* Memory for one object at a time, of the review's budget: however large others make theirs, a review is handed little of it. */
struct kg_scratch {
	struct kg_arena arena;
	struct kg_account account;
};

void kg_scratch_init(struct kg_scratch *scratch, const struct kg_arena *review);
void kg_scratch_release(struct kg_scratch *scratch);

/* The object in memory that is used again for the next one; NULL without. */
KG_MUST_CHECK const cJSON *kg_scratch_unpack(struct kg_scratch *scratch, const struct kg_cached *cached);
