/*
 * What all bodies, reviews and answers in flight may take together, and so one of each.
 *
 * Not in the budget, but bounded: what each review thread keeps between two reviews (KG_KEEP_ARENA_BYTES), and each connection's own memory.
 */
#pragma once

#include <stddef.h>

#include "kedagate/base/budget.h"

struct kg_inflight {
	struct kg_budget budget;
	size_t body_share;   /* what large bodies may take of it */
	size_t review_share; /* what large bodies and large reviews may take of it */
	/* Of one request. They are such that any request within them fits when it is alone: who is told to come again may succeed then. */
	size_t max_body;
	size_t max_arena;
};

/* `max` in bytes, at least KG_MIN_INFLIGHT_BYTES; 0: KG_DEFAULT_INFLIGHT_BYTES. */
void kg_inflight_init(struct kg_inflight *inflight, size_t max);
