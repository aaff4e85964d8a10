#include "server/inflight.h"

#include "kedagate/base/limits.h"

static size_t eighths_of(size_t max, size_t count)
{
	return max / 8 * count;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

void kg_inflight_init(struct kg_inflight *inflight, size_t max)
{
	if (max == 0)
		max = KG_DEFAULT_INFLIGHT_BYTES;
	kg_budget_init(&inflight->budget, max);
	inflight->body_share = eighths_of(max, KG_BODY_SHARE);
	inflight->review_share = eighths_of(max, KG_REVIEW_SHARE);
	/* A buffer that grows to its end holds itself twice, and one byte more, for the moment of the copy. */
	inflight->max_body = smaller(KG_MAX_BODY_BYTES, inflight->body_share / 2 - 1);
	inflight->max_arena = smaller(KG_MAX_REVIEW_ARENA_BYTES, inflight->review_share - inflight->max_body - 1);
}
