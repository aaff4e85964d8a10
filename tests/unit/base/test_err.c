#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/base/utf8.h"

static void set_fills_code_and_message_and_clears_the_position(void **state)
{
	struct kg_err err = {.code = KG_EIO, .line = 3, .column = 4};

	(void)state;
	assert_int_equal(kg_err_set(&err, KG_EINVAL, "row %d of %s", 7, "table"), KG_EINVAL);
	assert_int_equal(err.code, KG_EINVAL);
	assert_int_equal(err.line, 0);
	assert_int_equal(err.column, 0);
	assert_string_equal(err.message, "row 7 of table");
}

static void set_at_fills_the_position(void **state)
{
	struct kg_err err;

	(void)state;
	assert_int_equal(kg_err_set_at(&err, KG_EINVAL, 12, 5, "unexpected %c", '}'), KG_EINVAL);
	assert_int_equal(err.line, 12);
	assert_int_equal(err.column, 5);
	assert_string_equal(err.message, "unexpected }");
}

static void every_function_accepts_no_err(void **state)
{
	(void)state;
	errno = EACCES;
	assert_int_equal(kg_err_set(NULL, KG_ELIMIT, "x"), KG_ELIMIT);
	assert_int_equal(kg_err_set_at(NULL, KG_ENOMEM, 1, 1, "x"), KG_ENOMEM);
	assert_int_equal(kg_err_set_errno(NULL, "x"), KG_EIO);
	assert_int_equal(kg_err_wrap(NULL, "x"), KG_EINVAL);
}

static void control_characters_become_question_marks(void **state)
{
	struct kg_err err;

	(void)state;
	kg_err_set(&err, KG_EINVAL, "%s", "a\nb\tc\x1b[1m\x7f");
	assert_string_equal(err.message, "a?b?c?[1m?");
}

static void bytes_that_are_not_utf8_become_question_marks(void **state)
{
	struct kg_err err;

	(void)state;
	kg_err_set(&err, KG_EINVAL, "%s", "\xff caf\xc3\xa9 \xc3(");
	assert_string_equal(err.message, "? caf\xc3\xa9 ?(");
}

static void long_message_is_cut_between_characters(void **state)
{
	char text[2 * KG_ERR_MESSAGE_MAX];
	struct kg_err err;

	(void)state;
	/* Characters of 1 to 4 bytes meet the end at each offset. */
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t at = shift; at + 5 < sizeof(text); at += 4)
			memcpy(text + at, "\xf0\x9f\x98\x80", 5);
		kg_err_set(&err, KG_EINVAL, "%s", text);
		assert_true(kg_utf8_is_valid(err.message, strlen(err.message)));
		assert_null(strchr(err.message, '?'));
		assert_in_range(strlen(err.message), KG_ERR_MESSAGE_MAX - 4, KG_ERR_MESSAGE_MAX - 1);
	}
}

static void message_may_be_made_from_itself(void **state)
{
	struct kg_err err;

	(void)state;
	kg_err_set(&err, KG_EINVAL, "inner");
	kg_err_set(&err, KG_EIO, "outer (%s)", err.message);
	assert_string_equal(err.message, "outer (inner)");
}

static void errno_chooses_the_code(void **state)
{
	static const struct {
		int number, code;
	} rows[] = {{ENOENT, KG_ENOTFOUND}, {ENOMEM, KG_ENOMEM}, {EACCES, KG_EIO}, {EISDIR, KG_EIO}};
	struct kg_err err;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		errno = rows[i].number;
		assert_int_equal(kg_err_set_errno(&err, "cannot open %s", "f"), rows[i].code);
		assert_int_equal(err.code, rows[i].code);
		assert_memory_equal(err.message, "cannot open f: ", 15);
		assert_string_equal(err.message + 15, strerror(rows[i].number));
	}
}

static void the_systems_reason_survives_a_long_message(void **state)
{
	char name[2 * KG_ERR_MESSAGE_MAX];
	struct kg_err err;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	errno = EACCES;
	assert_int_equal(kg_err_set_errno(&err, "cannot open %s", name), KG_EIO);
	assert_non_null(strstr(err.message, strerror(EACCES)));
}

static void wrap_puts_a_prefix_and_keeps_code_and_position(void **state)
{
	struct kg_err err;

	(void)state;
	kg_err_set_at(&err, KG_ELIMIT, 8, 9, "too deep");
	assert_int_equal(kg_err_wrap(&err, "file %s", "a.yaml"), KG_ELIMIT);
	assert_int_equal(err.code, KG_ELIMIT);
	assert_int_equal(err.line, 8);
	assert_int_equal(err.column, 9);
	assert_string_equal(err.message, "file a.yaml: too deep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(set_fills_code_and_message_and_clears_the_position),
	        cmocka_unit_test(set_at_fills_the_position),
	        cmocka_unit_test(every_function_accepts_no_err),
	        cmocka_unit_test(control_characters_become_question_marks),
	        cmocka_unit_test(bytes_that_are_not_utf8_become_question_marks),
	        cmocka_unit_test(long_message_is_cut_between_characters),
	        cmocka_unit_test(message_may_be_made_from_itself),
	        cmocka_unit_test(errno_chooses_the_code),
	        cmocka_unit_test(the_systems_reason_survives_a_long_message),
	        cmocka_unit_test(wrap_puts_a_prefix_and_keeps_code_and_position),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
