/*
 * The world over caches that others keep up to date.
 */
#pragma once

#include <stdatomic.h>

#include "kedagate/kube/cluster.h"
#include "kedagate/model/world.h"
#include "kube/cache.h"

struct kg_live_resource {
	struct kg_cache *cache;
	atomic_uint sight; /* the view, and above it a number that changes with it: see kg_live_world_set_view */
};

struct kg_live_world {
	struct kg_world world; /* first, so that a pointer to it is a pointer to this */
	struct kg_live_resource resources[KG_RESOURCE_COUNT];
	const char *keda_namespace; /* where KEDA's operator runs; NULL: it is found. Set before anybody looks */
};

/* A world whose caches take from `budget`, and which is blind. To be released even when it fails, with KG_ENOMEM. */
KG_MUST_CHECK int kg_live_world_init(struct kg_live_world *world, uint64_t seed, struct kg_budget *budget);
void kg_live_world_release(struct kg_live_world *world);

/*
 * What may be concluded from a cache. Before objects leave it other than because they are gone, the view is taken from WHOLE; and it becomes WHOLE after the
 * last one is in. A look-up during which the view changes concludes nothing from what it does not find. One thread sets it, any may ask.
 */
void kg_live_world_set_view(struct kg_live_world *world, enum kg_resource resource, enum kg_view view);
enum kg_view kg_live_world_view(const struct kg_live_world *world, enum kg_resource resource);
