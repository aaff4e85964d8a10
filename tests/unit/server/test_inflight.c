#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/limits.h"
#include "server/inflight.h"

enum { MEBIBYTE = 1 << 20 };

/* What the largest body takes while it grows, and the largest review beside it. */
static void assert_the_largest_fit_alone(const struct kg_inflight *inflight)
{
	assert_true(2 * inflight->max_body + 1 <= inflight->body_share);
	assert_true(inflight->max_body + 1 + inflight->max_arena <= inflight->review_share);
	assert_true(inflight->review_share + KG_MAX_RESPONSE_BYTES * 3 / 2 <= inflight->budget.max);
}

static void the_default_takes_the_largest_body_and_review(void **state)
{
	struct kg_inflight inflight;

	(void)state;
	kg_inflight_init(&inflight, 0);
	assert_int_equal(inflight.budget.max, KG_DEFAULT_INFLIGHT_BYTES);
	assert_int_equal(inflight.max_body, KG_MAX_BODY_BYTES);
	assert_int_equal(inflight.max_arena, KG_MAX_REVIEW_ARENA_BYTES);
	assert_the_largest_fit_alone(&inflight);
}

static void whatever_is_allowed_fits_alone(void **state)
{
	struct kg_inflight inflight;

	(void)state;
	for (size_t max = KG_MIN_INFLIGHT_BYTES; max < 300 * (size_t)MEBIBYTE; max += 999999) {
		kg_inflight_init(&inflight, max);
		assert_the_largest_fit_alone(&inflight);
		assert_true(inflight.max_body >= 3 * MEBIBYTE);
	}
}

static void a_larger_budget_is_for_more_requests_not_for_larger_ones(void **state)
{
	struct kg_inflight inflight;

	(void)state;
	kg_inflight_init(&inflight, (size_t)KG_MAX_INFLIGHT_BYTES);
	assert_int_equal(inflight.max_body, KG_MAX_BODY_BYTES);
	assert_int_equal(inflight.max_arena, KG_MAX_REVIEW_ARENA_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_default_takes_the_largest_body_and_review),
	        cmocka_unit_test(whatever_is_allowed_fits_alone),
	        cmocka_unit_test(a_larger_budget_is_for_more_requests_not_for_larger_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
