#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/json_text.h"

static void a_text_is_of_one_kind(void **state)
{
	static const struct {
		enum kg_json_kind kind;
		const char *text;
	} rows[] = {
	        {KG_JSON_OBJECT, "{}"},
	        {KG_JSON_OBJECT, " {\"a\":1} "},
	        {KG_JSON_OBJECT, "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":\"x\"}"},
	        {KG_JSON_OBJECT, "{\"a\":[]}"},
	        {KG_JSON_ARRAY, "[]"},
	        {KG_JSON_ARRAY, "[1,\"a\",true]"},
	        {KG_JSON_ARRAY, "[[],{}]"},
	        {KG_JSON_STRING, "\"\""},
	        {KG_JSON_STRING, "\"a\\u0041\\n\""},
	        {KG_JSON_OTHER, "1"},
	        {KG_JSON_OTHER, "-0.5e+3"},
	        {KG_JSON_OTHER, "true"},
	        {KG_JSON_OTHER, "null"},
	        {KG_JSON_OTHER, " 0 "},
	        {KG_JSON_INVALID, ""},
	        {KG_JSON_INVALID, "{"},
	        {KG_JSON_INVALID, "}"},
	        {KG_JSON_INVALID, "{\"a\"}"},
	        {KG_JSON_INVALID, "{\"a\":}"},
	        {KG_JSON_INVALID, "{\"a\":1,}"},
	        {KG_JSON_INVALID, "[1,]"},
	        {KG_JSON_INVALID, "[1 2]"},
	        {KG_JSON_INVALID, "{a:1}"},
	        {KG_JSON_INVALID, "{'a':1}"},
	        {KG_JSON_INVALID, "01"},
	        {KG_JSON_INVALID, "1."},
	        {KG_JSON_INVALID, ".5"},
	        {KG_JSON_INVALID, "+1"},
	        {KG_JSON_INVALID, "1e"},
	        {KG_JSON_INVALID, "tru"},
	        {KG_JSON_INVALID, "\"a"},
	        {KG_JSON_INVALID, "\"\\x\""},
	        {KG_JSON_INVALID, "\"\\u12\""},
	        {KG_JSON_INVALID, "{} {}"},
	        {KG_JSON_INVALID, "[1}"},
	        {KG_JSON_INVALID, "{\"a\":1]"},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_json_text_kind(rows[i].text) != rows[i].kind)
			fail_msg("%s", rows[i].text);
	}
}

static void nesting_has_an_end(void **state)
{
	char text[131];

	(void)state;
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	text[128] = '\0';
	assert_int_equal(kg_json_text_kind(text), KG_JSON_ARRAY);
	memset(text, '[', 66);
	memset(text + 66, ']', 64);
	text[130] = '\0';
	assert_int_equal(kg_json_text_kind(text), KG_JSON_INVALID);
}

static void names_are_an_object_of_strings_whatever_follows(void **state)
{
	static const struct {
		bool names;
		const char *text;
	} rows[] = {
	        {true, "{\"a\":\"b\"}"},
	        {true, " { \"a\" : null , \"c\" : \"d\" } "},
	        {true, "{\"a\":\"b\"};"},
	        {true, "{\"a\":\"b\"}}"},
	        {false, ""},
	        {false, "{}"},
	        {false, "{\"a\":1}"},
	        {false, "{\"a\":[\"b\"]}"},
	        {false, "{\"a\":\"b\",}"},
	        {false, "{\"a\":\"b\""},
	        {false, "{\"a\":\"b\" \"c\":\"d\"}"},
	        {false, "[\"a\"]"},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_json_begins_with_names(rows[i].text) != rows[i].names)
			fail_msg("%s", rows[i].text);
	}
}

static void an_object_is_walked_member_by_member(void **state)
{
	const char *at = " { \"a\" : {\"b\":[1, 2]} , \"c\\\"\":\"}\",\"d\": 0.5 } ";
	static const char *const members[][2] = {{"a", "{\"b\":[1, 2]}"}, {"c\\\"", "\"}\""}, {"d", "0.5"}};
	struct kg_json_member member;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(members); i++) {
		assert_true(kg_json_next_member(&at, &member));
		assert_true(kg_slice_equal(member.name, members[i][0]));
		assert_true(kg_slice_equal(member.value, members[i][1]));
	}
	assert_false(kg_json_next_member(&at, &member));
	at = "{}";
	assert_false(kg_json_next_member(&at, &member));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_text_is_of_one_kind),
	        cmocka_unit_test(nesting_has_an_end),
	        cmocka_unit_test(names_are_an_object_of_strings_whatever_follows),
	        cmocka_unit_test(an_object_is_walked_member_by_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
