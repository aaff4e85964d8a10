#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/text.h"

static void assert_slice(struct kg_slice slice, const char *expected)
{
	assert_int_equal(slice.length, strlen(expected));
	assert_memory_equal(slice.start, expected, slice.length);
}

static void white_space_is_trimmed_as_go_does(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
	        {"", ""},
	        {"a", "a"},
	        {" \t\r\n\v\f a b \n", "a b"},
	        {"\xc2\x85\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000x\u3000\u00a0", "x"},
	        {"\u200bx", "\u200bx"}, /* a zero width space is no white space */
	        {"\u00e9", "\u00e9"},
	        {" \u3000 ", ""},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++)
		assert_slice(kg_slice_trim(kg_slice_of(rows[i].text)), rows[i].expected);
}

static void nothing_but_white_space_is_blank(void **state)
{
	(void)state;
	assert_true(kg_text_blank(NULL));
	assert_true(kg_text_blank(""));
	assert_true(kg_text_blank(" \t\u3000"));
	assert_false(kg_text_blank(" x "));
}

static void slices_equal_whole_texts_only(void **state)
{
	struct kg_slice slice = {"basically", 5};

	(void)state;
	assert_true(kg_slice_equal(slice, "basic"));
	assert_false(kg_slice_equal(slice, "basi"));
	assert_false(kg_slice_equal(slice, "basics"));
	assert_false(kg_slice_equal(slice, "Basic"));
	assert_true(kg_slice_equal_nocase(slice, "BaSiC"));
	assert_false(kg_slice_equal_nocase(slice, "BASICS"));
	assert_false(kg_slice_equal_nocase(slice, "basi"));
}

static void a_slice_that_holds_a_nul_equals_no_text(void **state)
{
	static const char bytes[] = "t\0ue";

	(void)state;
	assert_false(kg_slice_equal((struct kg_slice){bytes, sizeof(bytes) - 1}, "t"));
	assert_false(kg_slice_equal((struct kg_slice){bytes, sizeof(bytes) - 1}, "true"));
	assert_false(kg_slice_equal((struct kg_slice){bytes, 2}, "t"));
}

static void a_word_is_found_among_names(void **state)
{
	static const char *const names[] = {"sum", "max", NULL};

	(void)state;
	assert_true(kg_slice_among(kg_slice_of("max"), names));
	assert_false(kg_slice_among(kg_slice_of("ma"), names));
	assert_false(kg_slice_among(kg_slice_of("max"), NULL));
}

static void a_list_gives_every_element_trimmed(void **state)
{
	static const struct {
		const char *text;
		const char *elements[4];
	} rows[] = {
	        {"a,b", {"a", "b", NULL, NULL}}, {" a , b ", {"a", "b", NULL, NULL}}, {"a,,b", {"a", "", "b", NULL}},
	        {"", {"", NULL, NULL, NULL}},    {",", {"", "", NULL, NULL}},         {"a,", {"a", "", NULL, NULL}},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_list list = kg_list_of(kg_slice_of(rows[i].text), ',');
		struct kg_slice element;
		size_t count = 0;

		while (kg_list_next(&list, &element)) {
			assert_non_null(rows[i].elements[count]);
			assert_slice(element, rows[i].elements[count++]);
		}
		assert_null(rows[i].elements[count]);
	}
}

static void a_slice_of_nothing_is_empty(void **state)
{
	struct kg_slice slice = kg_slice_of(NULL);

	(void)state;
	assert_non_null(slice.start);
	assert_int_equal(slice.length, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(white_space_is_trimmed_as_go_does), cmocka_unit_test(nothing_but_white_space_is_blank),
	        cmocka_unit_test(slices_equal_whole_texts_only),     cmocka_unit_test(a_slice_that_holds_a_nul_equals_no_text),
	        cmocka_unit_test(a_word_is_found_among_names),       cmocka_unit_test(a_list_gives_every_element_trimmed),
	        cmocka_unit_test(a_slice_of_nothing_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
