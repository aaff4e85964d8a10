#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/budget.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"

enum { MEBIBYTE = 1 << 20 };

struct fixture {
	struct kg_budget budget;
	struct kg_account account, other;
};

/* 16 MiB, of which large holdings may take 8. */
static int set_up(void **state)
{
	static struct fixture fixture;

	kg_budget_init(&fixture.budget, 16 * MEBIBYTE);
	kg_account_init(&fixture.account, &fixture.budget, 8 * MEBIBYTE);
	kg_account_init(&fixture.other, &fixture.budget, 8 * MEBIBYTE);
	*state = &fixture;
	return 0;
}

static void what_is_taken_is_charged_until_it_is_given_back(void **state)
{
	struct fixture *f = *state;

	assert_true(kg_account_take(&f->account, 100));
	assert_true(kg_account_take(&f->other, 10));
	assert_int_equal(kg_budget_used(&f->budget), 110);
	kg_account_give(&f->account, 60);
	assert_int_equal(f->account.held, 40);
	kg_account_give_all(&f->account);
	assert_int_equal(kg_budget_used(&f->budget), 10);
}

static void a_large_holding_leaves_room_for_small_ones(void **state)
{
	struct fixture *f = *state;

	assert_true(kg_account_take(&f->account, 8 * MEBIBYTE));
	assert_false(kg_account_take(&f->account, 1));
	assert_true(f->account.refused);
	assert_int_equal(kg_budget_used(&f->budget), 8 * MEBIBYTE);

	assert_true(kg_account_take(&f->other, KG_SMALL_HOLDING));
	assert_false(f->other.refused);
}

static void a_small_holding_that_grows_is_a_large_one(void **state)
{
	struct fixture *f = *state;

	assert_true(kg_account_take(&f->account, 8 * MEBIBYTE));
	assert_true(kg_account_take(&f->other, KG_SMALL_HOLDING));
	assert_false(kg_account_take(&f->other, 1));
}

static void the_budget_is_kept_to_the_byte(void **state)
{
	struct fixture *f = *state;

	f->budget.used = 16 * MEBIBYTE - 10;
	assert_false(kg_account_take(&f->account, 11));
	assert_int_equal(kg_budget_used(&f->budget), 16 * MEBIBYTE - 10);
	assert_true(kg_account_take(&f->account, 10));
	assert_int_equal(kg_budget_used(&f->budget), 16 * MEBIBYTE);
	assert_false(kg_account_take(&f->account, SIZE_MAX));
}

static void what_is_refused_beside_an_account_is_told_to_it(void **state)
{
	struct kg_budget budget;
	struct kg_account account, beside;

	(void)state;
	kg_budget_init(&budget, 10);
	kg_account_init(&account, &budget, 10);
	kg_account_init(&beside, &budget, 10);
	beside.beside = &account;
	assert_true(kg_account_take(&beside, 10));
	assert_false(account.refused);
	assert_false(kg_account_take(&beside, 1));
	assert_true(account.refused);
	kg_account_give_all(&beside);
}

static void without_a_budget_nothing_is_refused(void **state)
{
	struct kg_account account;

	(void)state;
	kg_account_init(&account, NULL, 0);
	assert_true(kg_account_take(&account, SIZE_MAX));
	assert_true(kg_account_take(&account, SIZE_MAX));
	kg_account_give_all(&account);
}

static void an_arena_charges_its_blocks(void **state)
{
	struct fixture *f = *state;
	struct kg_arena arena;

	kg_arena_init(&arena, 64 * MEBIBYTE);
	kg_arena_charge_to(&arena, &f->account);
	assert_non_null(kg_arena_alloc(&arena, 10));
	assert_non_null(kg_arena_alloc(&arena, 2 * MEBIBYTE));
	assert_int_equal(kg_budget_used(&f->budget), arena.used);
	kg_arena_release(&arena);
	assert_int_equal(kg_budget_used(&f->budget), 0);
}

static void an_arena_tells_a_full_budget_from_its_cap(void **state)
{
	struct fixture *f = *state;
	struct kg_arena arena;

	kg_arena_init(&arena, 4 * MEBIBYTE);
	kg_arena_charge_to(&arena, &f->account);
	assert_null(kg_arena_alloc(&arena, 5 * MEBIBYTE));
	assert_false(f->account.refused);

	f->budget.used = 16 * MEBIBYTE;
	assert_null(kg_arena_alloc(&arena, 100));
	assert_true(f->account.refused);
	assert_int_equal(arena.used, 0);
	f->budget.used = 0;
	kg_arena_release(&arena);
}

static void the_block_that_an_arena_keeps_is_not_charged(void **state)
{
	struct fixture *f = *state;
	struct kg_arena arena;

	kg_arena_init(&arena, 64 * MEBIBYTE);
	kg_arena_charge_to(&arena, &f->account);
	assert_non_null(kg_arena_alloc(&arena, 100));
	assert_non_null(kg_arena_alloc(&arena, 2 * MEBIBYTE));
	kg_arena_reset(&arena, MEBIBYTE);
	assert_true(arena.used > 0);
	assert_int_equal(kg_budget_used(&f->budget), 0);

	assert_non_null(kg_arena_alloc(&arena, 100));
	assert_int_equal(kg_budget_used(&f->budget), 0);
	kg_arena_release(&arena);
	assert_int_equal(kg_budget_used(&f->budget), 0);
}

static void a_buffer_charges_its_capacity(void **state)
{
	struct fixture *f = *state;
	struct kg_buf buf;

	kg_buf_init(&buf, MEBIBYTE);
	kg_buf_charge_to(&buf, &f->account);
	for (int i = 0; i < 1000; i++) {
		kg_buf_puts(&buf, "some text");
		assert_int_equal(kg_budget_used(&f->budget), buf.capacity);
	}
	kg_buf_release(&buf);
	assert_int_equal(kg_budget_used(&f->budget), 0);
	kg_buf_puts(&buf, "again");
	assert_int_equal(kg_budget_used(&f->budget), buf.capacity);
	kg_buf_release(&buf);
}

static void a_buffer_is_charged_twice_while_it_is_copied(void **state)
{
	static const char part[4 * MEBIBYTE];
	struct fixture *f = *state;
	struct kg_buf buf;

	kg_buf_init(&buf, 6 * MEBIBYTE);
	kg_buf_charge_to(&buf, &f->account);
	kg_buf_append(&buf, part, sizeof(part));
	assert_int_equal(kg_buf_status(&buf), 0);
	kg_buf_putc(&buf, 'x');
	assert_int_equal(kg_buf_status(&buf), KG_EBUSY);
	assert_int_equal(buf.length, sizeof(part));
	assert_int_equal(kg_budget_used(&f->budget), buf.capacity);
	kg_buf_release(&buf);
	assert_int_equal(kg_budget_used(&f->budget), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(what_is_taken_is_charged_until_it_is_given_back, set_up),
	        cmocka_unit_test_setup(a_large_holding_leaves_room_for_small_ones, set_up),
	        cmocka_unit_test_setup(a_small_holding_that_grows_is_a_large_one, set_up),
	        cmocka_unit_test_setup(the_budget_is_kept_to_the_byte, set_up),
	        cmocka_unit_test(what_is_refused_beside_an_account_is_told_to_it),
	        cmocka_unit_test(without_a_budget_nothing_is_refused),
	        cmocka_unit_test_setup(an_arena_charges_its_blocks, set_up),
	        cmocka_unit_test_setup(an_arena_tells_a_full_budget_from_its_cap, set_up),
	        cmocka_unit_test_setup(the_block_that_an_arena_keeps_is_not_charged, set_up),
	        cmocka_unit_test_setup(a_buffer_charges_its_capacity, set_up),
	        cmocka_unit_test_setup(a_buffer_is_charged_twice_while_it_is_copied, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
