#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/utf8.h"

struct row {
	const char *text;
	size_t expected;
};

/* RFC 3629: the first and last character of each length, and the ill-formed neighbours of each bound. */
static void character_accepts_what_rfc_3629_does(void **state)
{
	static const struct row rows[] = {
	        {"a", 1},
	        {"\x7f", 1},
	        {"\x80", 0},
	        {"\xc1\xbf", 0},
	        {"\xc2\x80", 2},
	        {"\xdf\xbf", 2},
	        {"\xe0\x9f\xbf", 0},
	        {"\xe0\xa0\x80", 3},
	        {"\xed\x9f\xbf", 3},
	        {"\xed\xa0\x80", 0},
	        {"\xee\x80\x80", 3},
	        {"\xef\xbf\xbf", 3},
	        {"\xf0\x8f\xbf\xbf", 0},
	        {"\xf0\x90\x80\x80", 4},
	        {"\xf4\x8f\xbf\xbf", 4},
	        {"\xf4\x90\x80\x80", 0},
	        {"\xf5\x80\x80\x80", 0},
	        {"\xff", 0},
	        {"\xc3", 0},
	        {"\xc3(", 0},
	        {"\xe2\x82", 0},
	        {"\xe2\x82(", 0},
	        {"\xf0\x9f\x98(", 0},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++)
		assert_int_equal(kg_utf8_character(rows[i].text, strlen(rows[i].text)), rows[i].expected);
}

static void character_reads_no_further_than_the_length(void **state)
{
	(void)state;
	assert_int_equal(kg_utf8_character("\xe2\x82\xac", 2), 0);
	assert_int_equal(kg_utf8_character("a", 0), 0);
	assert_int_equal(kg_utf8_character("\0", 1), 1);
}

static void is_valid_looks_at_the_whole_text(void **state)
{
	(void)state;
	assert_true(kg_utf8_is_valid("", 0));
	assert_true(kg_utf8_is_valid("na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80", 15));
	assert_false(kg_utf8_is_valid("abc\xff", 4));
	assert_false(kg_utf8_is_valid("abc\xe2\x82", 5));
}

static void cut_ends_between_two_characters(void **state)
{
	/* a, e-acute (2), euro (3), smiley (4), z */
	static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
	static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};

	(void)state;
	for (size_t max = 0; max < KG_ARRAY_LEN(expected); max++)
		assert_int_equal(kg_utf8_cut(text, strlen(text), max), expected[max]);
}

static void cut_of_invalid_text_stays_within_the_maximum(void **state)
{
	(void)state;
	assert_int_equal(kg_utf8_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5);
	assert_int_equal(kg_utf8_cut("\xff\xff\xff", 3, 2), 2);
}

static void append_valid_replaces_each_stray_byte(void **state)
{
	struct kg_buf buf;

	(void)state;
	kg_buf_init(&buf, 100);
	kg_utf8_append_valid(&buf, "a\xff\xc3\xa9\xe2\x82z\x80", 8);
	assert_string_equal(kg_buf_text(&buf), "a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd");
	kg_buf_clear(&buf);
	kg_utf8_append_valid(&buf, "", 0);
	assert_string_equal(kg_buf_text(&buf), "");
	kg_buf_release(&buf);
}

static void code_point_joins_the_bits_of_a_character(void **state)
{
	(void)state;
	assert_int_equal(kg_utf8_code_point("z", 1), 'z');
	assert_int_equal(kg_utf8_code_point("\xc3\xa9", 2), 0xe9);
	assert_int_equal(kg_utf8_code_point("\xe2\x82\xac", 3), 0x20ac);
	assert_int_equal(kg_utf8_code_point("\xf0\x9f\x98\x80", 4), 0x1f600);
}

static void controls_and_what_is_not_seen_are_not_printable(void **state)
{
	static const uint32_t hidden[] = {0, '\n', 0x1b, 0x7f, 0x9b, 0xad, 0x200b, 0x202e, 0x2066, 0xfeff};
	static const uint32_t shown[] = {' ', '~', 0xa0, 0xac, 0xe9, 0x20ac, 0x1f600};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(hidden); i++)
		assert_false(kg_utf8_is_printable(hidden[i]));
	for (size_t i = 0; i < KG_ARRAY_LEN(shown); i++)
		assert_true(kg_utf8_is_printable(shown[i]));
}

static void append_printable_keeps_to_one_line(void **state)
{
	static const char text[] = "a\nb\x7f\x1b[31m\xc2\x9b\xe2\x80\xae\xff\xc3\xa9";
	struct kg_buf buf;

	(void)state;
	kg_buf_init(&buf, 100);
	kg_utf8_append_printable(&buf, text, strlen(text));
	assert_string_equal(kg_buf_text(&buf), "a?b??[31m???\xc3\xa9");
	kg_buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(character_accepts_what_rfc_3629_does),
	        cmocka_unit_test(character_reads_no_further_than_the_length),
	        cmocka_unit_test(is_valid_looks_at_the_whole_text),
	        cmocka_unit_test(cut_ends_between_two_characters),
	        cmocka_unit_test(cut_of_invalid_text_stays_within_the_maximum),
	        cmocka_unit_test(append_valid_replaces_each_stray_byte),
	        cmocka_unit_test(code_point_joins_the_bits_of_a_character),
	        cmocka_unit_test(controls_and_what_is_not_seen_are_not_printable),
	        cmocka_unit_test(append_printable_keeps_to_one_line),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
