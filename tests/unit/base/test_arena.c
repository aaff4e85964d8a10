#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/arena.h"

enum { MEBIBYTE = 1 << 20 };

static int init_arena(void **state)
{
	static struct kg_arena arena;

	kg_arena_init(&arena, 64 * MEBIBYTE);
	*state = &arena;
	return 0;
}

static int release_arena(void **state)
{
	kg_arena_release(*state);
	return 0;
}

static void init_takes_no_memory(void **state)
{
	const struct kg_arena *arena = *state;

	assert_int_equal(arena->used, 0);
}

static void allocations_are_aligned_and_do_not_overlap(void **state)
{
	struct kg_arena *arena = *state;
	unsigned char *previous = NULL;

	for (size_t size = 1; size < 3000; size++) {
		unsigned char *bytes = kg_arena_alloc(arena, size);

		assert_non_null(bytes);
		assert_int_equal((uintptr_t)bytes % 16, 0);
		memset(bytes, (int)(size & 0xff), size);
		if (previous != NULL) {
			assert_int_equal(previous[0], (size - 1) & 0xff);
			assert_int_equal(previous[size - 2], (size - 1) & 0xff);
		}
		previous = bytes;
	}
}

static void size_zero_gives_a_valid_pointer(void **state)
{
	struct kg_arena *arena = *state;
	void *first = kg_arena_alloc(arena, 0);
	void *second = kg_arena_alloc(arena, 0);

	assert_non_null(first);
	assert_non_null(second);
	assert_ptr_not_equal(first, second);
}

static void sizes_that_overflow_fail(void **state)
{
	struct kg_arena *arena = *state;
	volatile size_t huge = SIZE_MAX;

	for (size_t less = 0; less < 64; less++)
		assert_null(kg_arena_alloc(arena, huge - less));
	/* The product is 16 when it wraps round. */
	assert_null(kg_arena_calloc(arena, huge / 16 + 2, 16));
	assert_null(kg_arena_strndup(arena, "", huge));
	assert_int_equal(arena->used, 0);
	assert_non_null(kg_arena_alloc(arena, 1));
	assert_null(kg_arena_alloc(arena, huge));
}

static void large_allocation_leaves_the_current_block_in_use(void **state)
{
	struct kg_arena *arena = *state;
	char *first = kg_arena_alloc(arena, 16);
	char *large = kg_arena_alloc(arena, 5 * MEBIBYTE);
	char *second = kg_arena_alloc(arena, 16);

	assert_non_null(large);
	memset(large, 1, 5 * MEBIBYTE);
	/* Twice as far apart under AddressSanitizer, where a poisoned byte follows each allocation. */
	assert_in_range(second - first, 16, 32);
	assert_true(kg_arena_owns(arena, large + 5 * MEBIBYTE - 1));
}

static void blocks_grow_so_that_their_number_stays_small(void **state)
{
	struct kg_arena *arena = *state;
	size_t blocks = 0;
	size_t before = 0;

	for (int i = 0; i < 100000; i++) {
		assert_non_null(kg_arena_alloc(arena, 64));
		if (arena->used != before)
			blocks++;
		assert_in_range(arena->used - before, 0, MEBIBYTE);
		before = arena->used;
	}
	/* 16 KiB doubling to 1 MiB: six blocks below 1 MiB, then one a MiB. */
	assert_in_range(blocks, 7, 20);
}

static void used_never_exceeds_the_cap_and_comes_near_it(void **state)
{
	struct kg_arena arena;
	size_t taken = 0;

	(void)state;
	kg_arena_init(&arena, 100000);
	while (kg_arena_alloc(&arena, 48) != NULL)
		taken += 48;
	assert_in_range(arena.used, 99000, 100000);
#if !KG_ARENA_POISONS
	assert_in_range(taken, 98000, 100000);
#endif
	kg_arena_release(&arena);
}

/* What is left of the cap holds the bytes, but not the header of their block. */
static void header_of_a_block_counts_against_the_cap(void **state)
{
	struct kg_arena arena;

	(void)state;
	kg_arena_init(&arena, (16 << 10) + 64);
	assert_non_null(kg_arena_alloc(&arena, 16000));
	assert_null(kg_arena_alloc(&arena, 1000));
	while (kg_arena_alloc(&arena, 60) != NULL)
		assert_in_range(arena.used, 0, arena.cap);
	assert_in_range(arena.used, 0, arena.cap);
	kg_arena_release(&arena);
}

static void exhausted_arena_keeps_what_it_gave(void **state)
{
	struct kg_arena arena;
	char *text;

	(void)state;
	kg_arena_init(&arena, 4096);
	text = kg_arena_strdup(&arena, "kept");
	assert_null(kg_arena_alloc(&arena, 4096));
	assert_string_equal(text, "kept");
	assert_non_null(kg_arena_alloc(&arena, 1000));
	kg_arena_release(&arena);
}

static void cap_of_zero_gives_nothing(void **state)
{
	struct kg_arena arena = {0};

	(void)state;
	assert_null(kg_arena_alloc(&arena, 0));
	assert_null(kg_arena_alloc(&arena, 1));
	kg_arena_release(&arena);
}

static void calloc_clears_memory_that_was_used_before(void **state)
{
	struct kg_arena *arena = *state;
	char *bytes = kg_arena_alloc(arena, 4000);

	memset(bytes, 0xff, 4000);
	kg_arena_reset(arena, MEBIBYTE);
	bytes = kg_arena_calloc(arena, 1000, 4);
	assert_non_null(bytes);
	for (size_t i = 0; i < 4000; i++)
		assert_int_equal(bytes[i], 0);
}

static void grow_extends_the_last_allocation_in_place(void **state)
{
	struct kg_arena *arena = *state;
	char *array = kg_arena_grow(arena, NULL, 0, 10);

	assert_non_null(array);
	memcpy(array, "0123456789", 10);
	assert_ptr_equal(kg_arena_grow(arena, array, 10, 1000), array);
	memset(array + 10, 'x', 990);
	assert_memory_equal(array, "0123456789x", 11);
	/* The next allocation lies behind the grown part. */
	assert_true((char *)kg_arena_alloc(arena, 1) >= array + 1000);
}

static void grow_copies_what_is_not_last_and_leaves_the_old(void **state)
{
	struct kg_arena *arena = *state;
	char *array = kg_arena_strdup(arena, "abc");
	char *other = kg_arena_strdup(arena, "other");
	char *grown = kg_arena_grow(arena, array, 4, 64);

	assert_non_null(grown);
	assert_ptr_not_equal(grown, array);
	assert_string_equal(grown, "abc");
	assert_string_equal(array, "abc");
	assert_string_equal(other, "other");
}

static void grow_moves_to_a_new_block_when_the_last_one_is_full(void **state)
{
	struct kg_arena *arena = *state;
	char *array = kg_arena_alloc(arena, 8000);
	char *grown;

	memset(array, 7, 8000);
	grown = kg_arena_grow(arena, array, 8000, 40000);
	assert_non_null(grown);
	assert_int_equal(grown[0], 7);
	assert_int_equal(grown[7999], 7);
	memset(grown, 8, 40000);
}

static void failed_grow_leaves_the_old_valid(void **state)
{
	struct kg_arena arena;
	volatile size_t huge = SIZE_MAX;
	char *array;

	(void)state;
	kg_arena_init(&arena, 4096);
	array = kg_arena_strdup(&arena, "abc");
	assert_null(kg_arena_grow(&arena, array, 4, 8192));
	assert_null(kg_arena_grow(&arena, array, 4, huge));
	assert_string_equal(array, "abc");
	kg_arena_release(&arena);
}

static void grow_never_shrinks(void **state)
{
	struct kg_arena *arena = *state;
	char *array = kg_arena_strdup(arena, "abcdef");

	assert_non_null(kg_arena_alloc(arena, 1));
	assert_ptr_equal(kg_arena_grow(arena, array, 7, 3), array);
	assert_ptr_equal(kg_arena_grow(arena, array, 7, 7), array);
	assert_string_equal(array, "abcdef");
}

static void strndup_copies_a_part_and_terminates_it(void **state)
{
	struct kg_arena *arena = *state;

	assert_string_equal(kg_arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(kg_arena_strndup(arena, "", 0), "");
}

static void strings_fail_at_the_cap(void **state)
{
	struct kg_arena arena;
	char text[512];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	kg_arena_init(&arena, 256);
	assert_null(kg_arena_strdup(&arena, text));
	assert_null(kg_arena_printf(&arena, "%s", text));
	kg_arena_release(&arena);
}

static void printf_formats_short_and_long_texts(void **state)
{
	struct kg_arena *arena = *state;
	char expected[1001];

	for (int length = 250; length <= 1000; length += length < 260 ? 1 : 370) {
		memset(expected, '0', (size_t)length);
		expected[length - 1] = '5';
		expected[length] = '\0';
		assert_string_equal(kg_arena_printf(arena, "%0*d", length, 5), expected);
	}
}

static void owns_tells_own_memory_from_other(void **state)
{
	struct kg_arena *arena = *state;
	struct kg_arena other;
	char *first = kg_arena_alloc(arena, 100);
	char *foreign;
	char *last;

	for (int i = 0; i < 50; i++)
		assert_non_null(kg_arena_alloc(arena, 5000));
	last = kg_arena_alloc(arena, 32);
	kg_arena_init(&other, MEBIBYTE);
	foreign = kg_arena_alloc(&other, 100);
	assert_true(kg_arena_owns(arena, first));
	assert_true(kg_arena_owns(arena, first + 99));
	assert_true(kg_arena_owns(arena, last));
	assert_false(kg_arena_owns(arena, arena->cursor));
	assert_false(kg_arena_owns(arena, foreign));
	assert_false(kg_arena_owns(arena, &other));
	assert_false(kg_arena_owns(arena, NULL));
	kg_arena_release(&other);
}

static void reset_keeps_the_largest_block_within_the_limit(void **state)
{
	struct kg_arena *arena = *state;
	size_t kept;

	for (int i = 0; i < 100; i++)
		assert_non_null(kg_arena_alloc(arena, 4000));
	kg_arena_reset(arena, 64 << 10);
	kept = arena->used;
	assert_int_equal(kept, 64 << 10);
	assert_non_null(kg_arena_alloc(arena, 60000));
	assert_int_equal(arena->used, kept);
}

static void reset_keeps_nothing_that_is_larger(void **state)
{
	struct kg_arena *arena = *state;

	assert_non_null(kg_arena_alloc(arena, MEBIBYTE));
	kg_arena_reset(arena, MEBIBYTE);
	assert_int_equal(arena->used, 0);
	assert_non_null(kg_arena_alloc(arena, 1));
}

static void release_leaves_an_arena_that_works(void **state)
{
	struct kg_arena *arena = *state;

	assert_non_null(kg_arena_alloc(arena, 1000));
	kg_arena_release(arena);
	assert_int_equal(arena->used, 0);
	assert_int_equal(arena->cap, 64 * MEBIBYTE);
	assert_non_null(kg_arena_alloc(arena, 1000));
}

#define ARENA_TEST(test_) cmocka_unit_test_setup_teardown(test_, init_arena, release_arena)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        ARENA_TEST(init_takes_no_memory),
	        ARENA_TEST(allocations_are_aligned_and_do_not_overlap),
	        ARENA_TEST(size_zero_gives_a_valid_pointer),
	        ARENA_TEST(sizes_that_overflow_fail),
	        ARENA_TEST(large_allocation_leaves_the_current_block_in_use),
	        ARENA_TEST(blocks_grow_so_that_their_number_stays_small),
	        ARENA_TEST(used_never_exceeds_the_cap_and_comes_near_it),
	        ARENA_TEST(header_of_a_block_counts_against_the_cap),
	        ARENA_TEST(exhausted_arena_keeps_what_it_gave),
	        ARENA_TEST(cap_of_zero_gives_nothing),
	        ARENA_TEST(calloc_clears_memory_that_was_used_before),
	        ARENA_TEST(grow_extends_the_last_allocation_in_place),
	        ARENA_TEST(grow_copies_what_is_not_last_and_leaves_the_old),
	        ARENA_TEST(grow_moves_to_a_new_block_when_the_last_one_is_full),
	        ARENA_TEST(failed_grow_leaves_the_old_valid),
	        ARENA_TEST(grow_never_shrinks),
	        ARENA_TEST(strndup_copies_a_part_and_terminates_it),
	        ARENA_TEST(strings_fail_at_the_cap),
	        ARENA_TEST(printf_formats_short_and_long_texts),
	        ARENA_TEST(owns_tells_own_memory_from_other),
	        ARENA_TEST(reset_keeps_the_largest_block_within_the_limit),
	        ARENA_TEST(reset_keeps_nothing_that_is_larger),
	        ARENA_TEST(release_leaves_an_arena_that_works),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
