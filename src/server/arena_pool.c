#include "server/arena_pool.h"

#include <stdlib.h>

#include "kedagate/base/limits.h"

void kg_arena_pool_init(struct kg_arena_pool *pool)
{
	*pool = (struct kg_arena_pool){.lock = PTHREAD_MUTEX_INITIALIZER};
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

static struct kg_pooled_arena *new_arena(void)
{
	struct kg_pooled_arena *pooled = malloc(sizeof(*pooled));

	if (pooled != NULL)
		kg_arena_init(&pooled->arena, KG_MAX_REVIEW_ARENA_BYTES);
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
	return pooled != NULL ? pooled : new_arena();
}

void kg_arena_pool_give_back(struct kg_arena_pool *pool, struct kg_pooled_arena *pooled)
{
	kg_arena_reset(&pooled->arena, KG_KEEP_ARENA_BYTES);
	pthread_mutex_lock(&pool->lock);
	pooled->next = pool->idle;
	pool->idle = pooled;
	pthread_mutex_unlock(&pool->lock);
}
