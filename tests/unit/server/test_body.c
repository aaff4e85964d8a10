#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/limits.h"
#include "server/body.h"

enum { PART = 1 << 20 };

struct fixture {
	struct kg_inflight inflight;
	struct kg_body body;
	char part[PART];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	kg_inflight_init(&fixture->inflight, 0);
	kg_body_init(&fixture->body, &fixture->inflight, 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	kg_body_release(&fixture->body);
	assert_int_equal(fixture->inflight.budget.used, 0);
	free(fixture);
	return 0;
}

/* False once the client is to be cut off. */
static bool receive(struct kg_body *body, const char *part, size_t parts)
{
	for (size_t i = 0; i < parts; i++) {
		if (!kg_body_receive(body, part, PART))
			return false;
	}
	return true;
}

static void parts_are_kept_in_order(void **state)
{
	struct fixture *fixture = *state;

	assert_true(kg_body_receive(&fixture->body, "one ", 4));
	assert_true(kg_body_receive(&fixture->body, "two", 3));
	assert_int_equal(fixture->body.status, KG_BODY_WHOLE);
	assert_string_equal(kg_buf_text(&fixture->body.bytes), "one two");
	assert_int_equal(fixture->body.received, 7);
	assert_int_equal(fixture->inflight.budget.used, fixture->body.bytes.capacity);
}

static void memory_follows_the_bytes(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(fixture->body.bytes.capacity, 0);
	assert_true(kg_body_receive(&fixture->body, "x", 1));
	assert_true(fixture->body.bytes.capacity < 4096);
}

static void the_cap_is_kept_to_the_byte(void **state)
{
	struct fixture *fixture = *state;

	assert_true(receive(&fixture->body, fixture->part, KG_MAX_BODY_BYTES / PART));
	assert_int_equal(fixture->body.status, KG_BODY_WHOLE);
	assert_int_equal(fixture->body.bytes.length, KG_MAX_BODY_BYTES);

	assert_true(kg_body_receive(&fixture->body, "x", 1));
	assert_int_equal(fixture->body.status, KG_BODY_TOO_LARGE);
	assert_int_equal(fixture->body.bytes.capacity, 0);
	assert_int_equal(fixture->inflight.budget.used, 0);
}

static void what_is_not_wanted_is_dropped_until_it_is_too_much(void **state)
{
	struct fixture *fixture = *state;

	kg_body_refuse(&fixture->body, KG_BODY_UNWANTED);
	assert_true(receive(&fixture->body, fixture->part, KG_MAX_DISCARDED_BYTES / PART));
	assert_int_equal(fixture->body.bytes.capacity, 0);
	assert_false(kg_body_receive(&fixture->body, "x", 1));
	assert_int_equal(fixture->body.status, KG_BODY_UNWANTED);
}

static void memory_goes_no_further_than_was_announced(void **state)
{
	struct fixture *fixture = *state;
	struct kg_body body;

	kg_body_init(&body, &fixture->inflight, 3 * PART);
	assert_true(kg_body_receive(&body, fixture->part, 1000));
	assert_true(body.bytes.capacity < 4096);
	assert_true(receive(&body, fixture->part, 2));
	assert_int_equal(fixture->inflight.budget.used, 3 * PART + 1);
	assert_true(kg_body_receive(&body, fixture->part, PART - 1000));
	assert_int_equal(body.status, KG_BODY_WHOLE);
	assert_int_equal(body.bytes.capacity, 3 * PART + 1);
	kg_body_release(&body);
}

static void bodies_share_a_budget(void **state)
{
	struct fixture *fixture = *state;
	struct kg_body other;

	kg_body_init(&other, &fixture->inflight, 0);
	assert_true(receive(&other, fixture->part, 100));
	assert_int_equal(other.status, KG_BODY_TOO_LARGE);
	fixture->inflight.budget.used = fixture->inflight.body_share - PART;
	assert_true(receive(&fixture->body, fixture->part, 2));
	assert_int_equal(fixture->body.status, KG_BODY_OVERLOADED);
	assert_int_equal(fixture->inflight.budget.used, fixture->inflight.body_share - PART);
	fixture->inflight.budget.used = 0;
}

static void a_small_body_has_room_beside_large_ones(void **state)
{
	struct fixture *fixture = *state;

	fixture->inflight.budget.used = fixture->inflight.review_share;
	assert_true(receive(&fixture->body, fixture->part, 1) && kg_body_receive(&fixture->body, "", 0));
	assert_int_equal(fixture->body.status, KG_BODY_OVERLOADED);
	kg_body_init(&fixture->body, &fixture->inflight, 0);
	assert_true(kg_body_receive(&fixture->body, fixture->part, PART / 4));
	assert_int_equal(fixture->body.status, KG_BODY_WHOLE);
	kg_body_release(&fixture->body);
	fixture->inflight.budget.used = 0;
}

static void a_refusal_gives_back_what_was_kept(void **state)
{
	struct fixture *fixture = *state;

	assert_true(kg_body_receive(&fixture->body, "something", 9));
	kg_body_refuse(&fixture->body, KG_BODY_UNWANTED);
	assert_int_equal(fixture->inflight.budget.used, 0);
	assert_true(kg_body_receive(&fixture->body, "more", 4));
	assert_int_equal(fixture->body.bytes.length, 0);
	assert_int_equal(fixture->body.received, 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(parts_are_kept_in_order, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(memory_follows_the_bytes, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(the_cap_is_kept_to_the_byte, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(what_is_not_wanted_is_dropped_until_it_is_too_much, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(memory_goes_no_further_than_was_announced, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(bodies_share_a_budget, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_small_body_has_room_beside_large_ones, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_refusal_gives_back_what_was_kept, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
