#include "server/arena_pool.h"

#include <stdlib.h>

#include "kedagate/base/limits.h"

void kg_arena_pool_init(struct kg_arena_pool *pool, struct kg_inflight *inflight)
{
	*pool = (struct kg_arena_pool){.inflight = inflight, .lock = PTHREAD_MUTEX_INITIALIZER};
}

void kg_arena_pool_release(struct kg_arena_pool *pool)
{
	while (pool->idle != NULL) {
		struct kg_pooled_arena *pooled = pool->idle;

		pool->idle = pooled->next;
		kg_arena_release(&pooled->arena);
		free(pooled);
	}
	pthread_mutex_destroy(&pool->lock);
}

static struct kg_pooled_arena *new_arena(const struct kg_inflight *inflight)
{
	struct kg_pooled_arena *pooled = malloc(sizeof(*pooled));

	if (pooled == NULL)
		return NULL;
	kg_arena_init(&pooled->arena, inflight->max_arena);
	kg_arena_charge_to(&pooled->arena, &pooled->account);
	return pooled;
}

struct kg_pooled_arena *kg_arena_pool_take(struct kg_arena_pool *pool)
{
	struct kg_pooled_arena *pooled;

	pthread_mutex_lock(&pool->lock);
	pooled = pool->idle;
	if (pooled != NULL)
		pool->idle = pooled->next;
	pthread_mutex_unlock(&pool->lock);
	if (pooled == NULL)
		pooled = new_arena(pool->inflight);
	if (pooled != NULL)
		kg_account_init(&pooled->account, &pool->inflight->budget, pool->inflight->review_share);
	return pooled;
}

void kg_arena_pool_give_back(struct kg_arena_pool *pool, struct kg_pooled_arena *pooled)
{
	kg_arena_reset(&pooled->arena, KG_KEEP_ARENA_BYTES);
	pthread_mutex_lock(&pool->lock);
	pooled->next = pool->idle;
	pool->idle = pooled;
	pthread_mutex_unlock(&pool->lock);
}
