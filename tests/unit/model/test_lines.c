#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/model/lines.h"
#include "model/text.h"

/* Every kind of line end, empty lines, and no end at the last one. */
static const char text[] = "a\n\nbcd\r\ne\r\rf\r\n\nlast";

static int setup(void **state)
{
	static struct kg_arena arena;

	kg_arena_init(&arena, 1 << 16);
	*state = &arena;
	return 0;
}

static int teardown(void **state)
{
	kg_arena_release(*state);
	return 0;
}

static void positions_are_those_that_counting_from_the_start_gives(void **state)
{
	struct kg_lines lines;

	for (size_t length = 0; length <= strlen(text); length++) {
		assert_int_equal(kg_lines_find(text, length, *state, &lines), 0);
		for (size_t offset = 0; offset <= length; offset++) {
			struct kg_position wanted = kg_text_position(text, length, offset);
			struct kg_position found = kg_lines_position(&lines, offset);

			assert_int_equal(found.line, wanted.line);
			assert_int_equal(found.column, wanted.column);
		}
	}
}

static void each_kind_of_line_end_counts_once(void **state)
{
	struct kg_lines lines;

	assert_int_equal(kg_lines_find(text, strlen(text), *state, &lines), 0);
	assert_int_equal(lines.count, 8);
	assert_int_equal(kg_lines_position(&lines, strlen(text) - 1).line, 8);
	assert_int_equal(kg_lines_position(&lines, strlen(text) - 1).column, 4);
}

static void running_out_of_memory_is_reported(void **state)
{
	struct kg_arena small;
	struct kg_lines lines;

	(void)state;
	kg_arena_init(&small, 16);
	assert_int_equal(kg_lines_find(text, strlen(text), &small, &lines), KG_ENOMEM);
	kg_arena_release(&small);
}

#define TEST(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(positions_are_those_that_counting_from_the_start_gives),
	        TEST(each_kind_of_line_end_counts_once),
	        TEST(running_out_of_memory_is_reported),
	};

	return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
