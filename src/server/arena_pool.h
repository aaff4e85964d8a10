/*
 * Arenas for reviews: as many as reviews run at once, each reused, so that a review seldom asks the system for memory. What a review takes beyond
 * what its arena kept of the last one is charged to what is in flight.
 */
#pragma once

#include <pthread.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/budget.h"
#include "kedagate/base/compiler.h"
#include "server/inflight.h"

struct kg_pooled_arena {
	struct kg_arena arena;
	struct kg_account account;
	struct kg_pooled_arena *next;
};

struct kg_arena_pool {
	struct kg_inflight *inflight;
	pthread_mutex_t lock;
	struct kg_pooled_arena *idle;
};

/* `inflight` outlives the pool. */
void kg_arena_pool_init(struct kg_arena_pool *pool, struct kg_inflight *inflight);
/* All arenas have been given back. */
void kg_arena_pool_release(struct kg_arena_pool *pool);

/* An empty arena with the cap of a review; NULL without memory. Its account's `refused` tells whether the budget had no room. */
KG_MUST_CHECK struct kg_pooled_arena *kg_arena_pool_take(struct kg_arena_pool *pool);
/* Resets the arena: what was allocated from it is gone. */
void kg_arena_pool_give_back(struct kg_arena_pool *pool, struct kg_pooled_arena *pooled);
