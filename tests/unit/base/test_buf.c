#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/err.h"

/* Let a test ask for more memory than there is; the sanitizers otherwise end the process. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void new_buffer_is_an_empty_text(void **state)
{
	struct kg_buf buf;

	(void)state;
	kg_buf_init(&buf, 10);
	assert_string_equal(kg_buf_text(&buf), "");
	assert_int_equal(kg_buf_status(&buf), 0);
	kg_buf_release(&buf);
}

static void appends_follow_each_other(void **state)
{
	struct kg_buf buf;

	(void)state;
	kg_buf_init(&buf, 100);
	kg_buf_append(&buf, "ab\0c", 3);
	kg_buf_puts(&buf, "de");
	kg_buf_putc(&buf, 'f');
	kg_buf_printf(&buf, "%d-%s", 12, "gh");
	assert_int_equal(buf.length, 11);
	assert_memory_equal(buf.data, "ab\0def12-gh", 12);
	kg_buf_release(&buf);
}

static void buffer_grows_over_many_appends(void **state)
{
	struct kg_buf buf;

	(void)state;
	kg_buf_init(&buf, 1 << 20);
	for (int i = 0; i < 10000; i++)
		kg_buf_printf(&buf, "%05d,", i);
	assert_int_equal(kg_buf_status(&buf), 0);
	assert_int_equal(buf.length, 60000);
	assert_memory_equal(buf.data + 6 * 9999, "09999,", 7);
	kg_buf_release(&buf);
}

static void exactly_the_maximum_fits(void **state)
{
	struct kg_buf buf;

	(void)state;
	kg_buf_init(&buf, 5);
	kg_buf_puts(&buf, "abc");
	kg_buf_printf(&buf, "%s", "de");
	assert_int_equal(kg_buf_status(&buf), 0);
	assert_string_equal(kg_buf_text(&buf), "abcde");
	kg_buf_append(&buf, "", 0);
	assert_int_equal(kg_buf_status(&buf), 0);
	kg_buf_release(&buf);
}

static void one_byte_over_the_maximum_is_the_limit(void **state)
{
	struct kg_buf buf;

	(void)state;
	for (int way = 0; way < 3; way++) {
		kg_buf_init(&buf, 5);
		kg_buf_puts(&buf, "abcde");
		if (way == 0)
			kg_buf_putc(&buf, 'f');
		else if (way == 1)
			kg_buf_puts(&buf, "f");
		else
			kg_buf_printf(&buf, "%c", 'f');
		assert_int_equal(kg_buf_status(&buf), KG_ELIMIT);
		assert_string_equal(kg_buf_text(&buf), "abcde");
		kg_buf_release(&buf);
	}
}

static void failure_sticks(void **state)
{
	struct kg_buf buf;

	(void)state;
	kg_buf_init(&buf, 5);
	kg_buf_puts(&buf, "abc");
	kg_buf_puts(&buf, "too long");
	kg_buf_putc(&buf, 'd');
	kg_buf_puts(&buf, "d");
	kg_buf_printf(&buf, "d");
	assert_int_equal(kg_buf_status(&buf), KG_ELIMIT);
	assert_string_equal(kg_buf_text(&buf), "abc");
	kg_buf_release(&buf);
}

static void exhausted_memory_is_told_apart(void **state)
{
	struct kg_buf buf;
	volatile size_t huge = SIZE_MAX / 2;

	(void)state;
	kg_buf_init(&buf, SIZE_MAX);
	kg_buf_puts(&buf, "abc");
	kg_buf_append(&buf, "x", huge);
	assert_int_equal(kg_buf_status(&buf), KG_ENOMEM);
	assert_string_equal(kg_buf_text(&buf), "abc");
	kg_buf_release(&buf);
}

static void clear_empties_and_forgets_the_failure(void **state)
{
	struct kg_buf buf;

	(void)state;
	kg_buf_init(&buf, 3);
	kg_buf_puts(&buf, "abc");
	kg_buf_puts(&buf, "d");
	kg_buf_clear(&buf);
	assert_int_equal(kg_buf_status(&buf), 0);
	assert_string_equal(kg_buf_text(&buf), "");
	kg_buf_puts(&buf, "xyz");
	assert_string_equal(kg_buf_text(&buf), "xyz");
	kg_buf_release(&buf);
}

static void release_leaves_a_usable_buffer_with_its_maximum(void **state)
{
	struct kg_buf buf;

	(void)state;
	kg_buf_init(&buf, 3);
	kg_buf_puts(&buf, "abcd");
	kg_buf_release(&buf);
	assert_string_equal(kg_buf_text(&buf), "");
	kg_buf_puts(&buf, "abc");
	assert_int_equal(kg_buf_status(&buf), 0);
	kg_buf_putc(&buf, 'd');
	assert_int_equal(kg_buf_status(&buf), KG_ELIMIT);
	kg_buf_release(&buf);
}

static void zeroed_buffer_can_be_released_and_holds_nothing(void **state)
{
	struct kg_buf buf = {0};

	(void)state;
	kg_buf_release(&buf);
	kg_buf_putc(&buf, 'x');
	assert_int_equal(kg_buf_status(&buf), KG_ELIMIT);
	kg_buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(new_buffer_is_an_empty_text),
	        cmocka_unit_test(appends_follow_each_other),
	        cmocka_unit_test(buffer_grows_over_many_appends),
	        cmocka_unit_test(exactly_the_maximum_fits),
	        cmocka_unit_test(one_byte_over_the_maximum_is_the_limit),
	        cmocka_unit_test(failure_sticks),
	        cmocka_unit_test(exhausted_memory_is_told_apart),
	        cmocka_unit_test(clear_empties_and_forgets_the_failure),
	        cmocka_unit_test(release_leaves_a_usable_buffer_with_its_maximum),
	        cmocka_unit_test(zeroed_buffer_can_be_released_and_holds_nothing),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
