#include "fixture.h"

#include <stdio.h>

#include "kedagate/base/limits.h"

struct refusal {
	const char *text;
	unsigned line, column;
	const char *message; /* a part of it */
};

/* clang-format off */
static const struct refusal refusals[] = {
	{"",                            1, 1,  "end of the input"},
	{" \n ",                        2, 2,  "end of the input"},
	{"{",                           1, 2,  "end of the input"},
	{"[1,",                         1, 4,  "end of the input"},
	{"{\"a\"",                      1, 5,  "end of the input"},
	{"{\"a\":",                     1, 6,  "end of the input"},
	{"\"abc",                       1, 5,  "end of the input"},
	{"\"abcdefghijklmnop",          1, 18, "end of the input"},
	{"\"\\",                        1, 3,  "end of the input"},
	{"-",                           1, 2,  "end of the input"},
	{"1.",                          1, 3,  "end of the input"},
	{"1e",                          1, 3,  "end of the input"},
	{"1e+",                         1, 4,  "end of the input"},
	{"nul",                         1, 1,  "expected a value"},
	{"True",                        1, 1,  "expected a value"},
	{"NaN",                         1, 1,  "expected a value"},
	{"'a'",                         1, 1,  "expected a value"},
	{"[,1]",                        1, 2,  "expected a value"},
	{"[1,]",                        1, 4,  "expected a value"},
	{"{\"a\":}",                    1, 6,  "expected a value"},
	{"+1",                          1, 1,  "expected a value"},
	{".5",                          1, 1,  "expected a value"},
	{"]",                           1, 1,  "expected a value"},
	{"}",                           1, 1,  "expected a value"},
	{"{,}",                         1, 2,  "member name"},
	{"{a:1}",                       1, 2,  "member name"},
	{"{\"a\":1,}",                  1, 8,  "member name"},
	{"{1:2}",                       1, 2,  "member name"},
	{"{\"a\" 1}",                   1, 6,  "expected ':'"},
	{"{\"a\",1}",                   1, 5,  "expected ':'"},
	{"[1 2]",                       1, 4,  "expected ',' or ']'"},
	{"[1}",                         1, 3,  "expected ',' or ']'"},
	{"{\"a\":1]",                   1, 7,  "expected ',' or '}'"},
	{"{\"a\":1 \"b\":2}",           1, 8,  "expected ',' or '}'"},
	{"01",                          1, 1,  "leading zero"},
	{"-012",                        1, 2,  "leading zero"},
	{"[1.x]",                       1, 4,  "malformed number"},
	{"[1ex]",                       1, 4,  "malformed number"},
	{"[-x]",                        1, 3,  "malformed number"},
	{"1e999",                       1, 1,  "out of range"},
	{"{\n\t\"a\": -1.5E+400}",      2, 7,  "out of range"},
	{"1234567890123456789012345678901234567890123456789012345678901234", 1, 1, "more than 63"},
	{"\"a\nb\"",                    1, 3,  "control character"},
	{"\"a\tb\"",                    1, 3,  "control character"},
	{"\"0123456789\x1f\"",          1, 12, "control character"},
	{"\"0\x1f" "23456789abcdef\"",   1, 3,  "control character"},
	{"\"\\x\"",                     1, 2,  "unknown escape"},
	{"\"\\'\"",                     1, 2,  "unknown escape"},
	{"\"\\u12\"",                   1, 2,  "four hexadecimal"},
	{"\"\\u12g4\"",                 1, 2,  "four hexadecimal"},
	{"\"\\ud83d\"",                 1, 2,  "unpaired surrogate"},
	{"\"\\ude00\"",                 1, 2,  "unpaired surrogate"},
	{"\"\\ud83d\\n\"",              1, 2,  "unpaired surrogate"},
	{"\"\\ud83d\\u0041\"",          1, 2,  "unpaired surrogate"},
	{"\"\\ud83d\\ud83d\"",          1, 2,  "unpaired surrogate"},
	{"\"\\ud83d\\udbff\"",          1, 2,  "unpaired surrogate"},
	{"\"\\ud83d\\ue000\"",          1, 2,  "unpaired surrogate"},
	{"\"\x80\"",                    1, 2,  "invalid UTF-8"},
	{"\"abcdefg\xc0\xaf\"",         1, 9,  "invalid UTF-8"},
	{"\"\xed\xa0\x80\"",            1, 2,  "invalid UTF-8"},
	{"\"\xf4\x90\x80\x80\"",        1, 2,  "invalid UTF-8"},
	{"\"\xe2\x82\"",                1, 2,  "invalid UTF-8"},
	{"\xef\xbb\xbf{}",              1, 1,  "expected a value"},
	{"{} {}",                       1, 4,  "behind the document"},
	{"1 x",                         1, 3,  "behind the document"},
	{"truely",                      1, 5,  "behind the document"},
	{"[1]\r\n]",                    2, 1,  "behind the document"},
	{"{\"a\":1,\n \"b\":2,\n  \"a\":3}", 3, 3, "duplicate member name"},
	{"[{\"x\":{\"a\":1,\"\\u0061\":2}}]", 1, 14, "duplicate member name"},
};
/* clang-format on */

static void what_is_no_json_is_refused_where_it_is_wrong(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(refusals); i++) {
		if (parse_json(f, refusals[i].text) != KG_EINVAL)
			fail_msg("accepted: %s", refusals[i].text);
		if (strstr(f->err.message, refusals[i].message) == NULL)
			fail_msg("%s: %s", refusals[i].text, f->err.message);
		if (f->err.line != refusals[i].line || f->err.column != refusals[i].column)
			fail_msg("%s: at %u:%u", refusals[i].text, f->err.line, f->err.column);
	}
}

static void what_is_json_is_accepted(void **state)
{
	static const char *const texts[] = {
	        "{}",
	        "[]",
	        "\"\"",
	        "0",
	        "-0",
	        "-0.0e-0",
	        "1E5",
	        "1.5e+10",
	        "true",
	        "false",
	        "null",
	        " [ 1 , 2 ] ",
	        "\t{\r\n}\n",
	        "[[],{}]",
	        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
	        "\"\\ud83d\\ude00\"",
	        "\"\x7f\"",
	        "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"",
	        "{\"\":1}",
	        "1e308",
	        "123456789012345678901234567890123456789012345678901234567890123",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++)
		if (parse_json(f, texts[i]) != 0)
			fail_msg("%s: %u:%u: %s", texts[i], f->err.line, f->err.column, f->err.message);
}

/* Strings of every length around a machine word, with each kind of end: the scan reads eight bytes at a time. */
static void strings_of_any_length_are_scanned_to_their_end(void **state)
{
	static const char *const tails[] = {"\"", "\\n\"", "\xc3\xa9\"", "\x01", "\x80"};
	struct fixture *f = *state;

	for (size_t length = 0; length < 40; length++) {
		for (size_t tail = 0; tail < KG_ARRAY_LEN(tails); tail++) {
			char text[64];

			(void)snprintf(text, sizeof(text), "\"%.*s%s", (int)length, "0123456789012345678901234567890123456789",
			               tails[tail]);
			assert_int_equal(parse_json(f, text), tail < 3 ? 0 : KG_EINVAL);
			if (tail >= 3)
				assert_int_equal(f->err.column, length + 2);
		}
	}
}

static void values_are_those_of_the_text(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(parse_json(f, "{\"a\":[1,-2.5,true,null],\"b\":\"\\u00e9\\ud83d\\ude00\",\"c\":9007199254740993}"), 0);
	assert_true(cJSON_GetArrayItem(kg_json_get(f->tree, "a"), 1)->valuedouble == -2.5);
	assert_string_equal(kg_json_text(f->tree, "b"), "\xc3\xa9\xf0\x9f\x98\x80");
	assert_true(kg_json_get(f->tree, "c")->valuedouble == 9007199254740992.0);
}

static void the_tree_lives_in_the_arena(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(parse_json(f, "{\"name\":\"value\"}"), 0);
	assert_true(kg_arena_owns(&f->arena, f->tree));
	assert_true(kg_arena_owns(&f->arena, kg_json_get(f->tree, "name")));
	assert_true(kg_arena_owns(&f->arena, kg_json_text(f->tree, "name")));
}

static void depth_is_accepted_up_to_the_limit(void **state)
{
	struct fixture *f = *state;
	char *open = repeated(f, "[", KG_MAX_DEPTH);
	char *close = repeated(f, "]", KG_MAX_DEPTH);

	assert_int_equal(parse_json(f, kg_arena_printf(&f->arena, "%s%s", open, close)), 0);
	assert_int_equal(parse_json(f, kg_arena_printf(&f->arena, "[%s%s]", open, close)), KG_EINVAL);
	assert_non_null(strstr(f->err.message, "nested deeper than 256 levels"));
	assert_int_equal(f->err.column, KG_MAX_DEPTH + 1);
	assert_int_equal(parse_json(f, kg_arena_printf(&f->arena, "%s1%s", repeated(f, "{\"a\":", KG_MAX_DEPTH + 1), "}")), KG_EINVAL);
}

static void nul_escapes_are_rewritten_and_reported(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(parse_json(f, "{\"a\":\"x\\u0000y\",\"b\":\"\\\\u0000\",\"c\":\"\\ufffd\"}"), 0);
	assert_true(f->facts.has_nul_escape);
	assert_string_equal(kg_json_text(f->tree, "a"), "x\xef\xbf\xbdy");
	assert_string_equal(kg_json_text(f->tree, "b"), "\\u0000");
	assert_int_equal(memcmp(f->bytes, "{\"a\":\"x\\uFFFDy\",\"b\":\"\\\\u0000\"", 28), 0);
}

static void an_escaped_backslash_before_u0000_is_no_nul(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(parse_json(f, "[\"\\\\u0000\",\"\\u0001\"]"), 0);
	assert_false(f->facts.has_nul_escape);
	assert_false(kg_json_holds_nul(f->tree));
}

static void nul_is_found_again_in_the_tree(void **state)
{
	struct fixture *f = *state;
	const cJSON *object;
	const cJSON *old;

	assert_int_equal(
	        parse_json(f, "{\"n\":1,\"object\":{\"a\":{\"\\u0000\":1},\"b\":[\"\\ufffd\"]},\"old\":{\"c\":[\"x\",\"\\u0000\"]}}"), 0);
	object = kg_json_get(f->tree, "object");
	old = kg_json_get(f->tree, "old");
	assert_true(kg_json_holds_nul(f->tree));
	assert_true(kg_json_holds_nul(kg_json_get(object, "a")));
	assert_false(kg_json_holds_nul(kg_json_get(object, "b")));
	assert_false(kg_json_holds_nul(kg_json_get(f->tree, "n")));
	assert_false(kg_json_holds_nul(cJSON_GetArrayItem(kg_json_get(old, "c"), 0)));
	assert_true(kg_json_holds_nul(cJSON_GetArrayItem(kg_json_get(old, "c"), 1)));
}

/* Members a0, a1, …; the last one has the name `last`. */
static char *object_of(struct fixture *f, size_t count, const char *last)
{
	char *text = kg_arena_alloc(&f->arena, count * 16 + 64);
	size_t at = 1;

	assert_non_null(text);
	text[0] = '{';
	for (size_t i = 0; i + 1 < count; i++)
		at += (size_t)snprintf(text + at, 16, "\"a%zu\":1,", i);
	(void)snprintf(text + at, 48, "\"%s\":1}", last);
	return text;
}

static void duplicates_are_found_among_few_and_many_members(void **state)
{
	static const size_t counts[] = {2, 3, 15, 16, 17, 18, 100, 100000};
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(counts); i++) {
		assert_int_equal(parse_json(f, object_of(f, counts[i], "b")), 0);
		assert_int_equal(parse_json(f, object_of(f, counts[i], "a0")), KG_EINVAL);
		assert_string_equal(f->err.message, "duplicate member name");
		assert_int_equal(f->err.column, f->length - strlen("\"a0\":1}") + 1);
	}
}

static void names_that_differ_in_case_are_no_duplicates(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(parse_json(f, "{\"a\":1,\"A\":2,\"\":3,\"aa\":4}"), 0);
}

/* The bytes are those that cJSON reads: what is blank there is not in the tree. */
static void managed_fields_are_emptied_in_place(void **state)
{
	static const struct {
		const char *text, *left;
	} rows[] = {
	        {"{\"managedFields\":[{\"f:a\":{}}]}", "{\"managedFields\":[          ]}"},
	        {"{\"managedFields\" : [1], \"z\":[1]}", "{\"managedFields\" : [ ], \"z\":[1]}"},
	        {"[{\"managedFields\":[1]},{\"managedFields\":[2]},{\"managedFields\":[3]}]",
	         "[{\"managedFields\":[ ]},{\"managedFields\":[ ]},{\"managedFields\":[3]}]"},
	        {"{\"managedFields\":[{\"managedFields\":[1]}]}", "{\"managedFields\":[                     ]}"},
	        {"{\"managedFields\":[]}", "{\"managedFields\":[]}"},
	        {"{\"managedFields\":\"[1]\"}", "{\"managedFields\":\"[1]\"}"},
	        {"{\"managedFields\":{\"a\":[1]}}", "{\"managedFields\":{\"a\":[1]}}"},
	        {"{\"managedFieldss\":[1],\"managedField\":[1],\"ManagedFields\":[1],\"\":[1]}",
	         "{\"managedFieldss\":[1],\"managedField\":[1],\"ManagedFields\":[1],\"\":[1]}"},
	        {"{\"a\":\"\\\"managedFields\\\":[1]\"}", "{\"a\":\"\\\"managedFields\\\":[1]\"}"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		assert_int_equal(parse_json(f, rows[i].text), 0);
		assert_int_equal(f->length, strlen(rows[i].left));
		assert_memory_equal(f->bytes, rows[i].left, f->length);
	}
	assert_int_equal(parse_json(f, "{\"managedFields\":[\"\\u0000\"]}"), 0);
	assert_false(f->facts.has_nul_escape);
	assert_int_equal(parse_json(f, "{\"managedFields\":[1]x}"), KG_EINVAL);
	assert_int_equal(parse_json(f, "{\"managedFields\":[{\"a\":1}],\"b\":1,\"b\":2}"), KG_EINVAL);
	assert_int_equal(f->err.column, 34);
}

static void an_arena_that_is_full_is_no_fault_of_the_input(void **state)
{
	struct fixture *f = *state;
	struct kg_arena small;
	char *text = repeated(f, "[[[[[[[[]]]]]]]],", 4000);
	int status;

	text = kg_arena_printf(&f->arena, "[%s1]", text);
	use_bytes(f, text, strlen(text));
	kg_arena_init(&small, 1 << 20);
	status = kg_json_parse(f->bytes, f->length, &small, &f->tree, &f->facts, &f->err);
	kg_arena_release(&small);
	assert_int_equal(status, KG_ENOMEM);
	assert_int_equal(f->err.line, 0);
}

/* Every arena that is too small by some allocation. */
static void every_allocation_may_fail(void **state)
{
	static const char text[] = "{\"a\":[1,\"two\",{\"b\":\"\\u0000\"}],\"c\":{}}";
	struct fixture *f = *state;
	size_t cap = 64;
	int status;

	do {
		struct kg_arena small;

		use_bytes(f, text, strlen(text));
		kg_arena_init(&small, cap);
		status = kg_json_parse(f->bytes, f->length, &small, &f->tree, &f->facts, &f->err);
		kg_arena_release(&small);
		assert_true(status == 0 || status == KG_ENOMEM);
		cap += 16;
	} while (status != 0);
	assert_true(cap > 256);
}

static void a_failure_leaves_the_out_parameters_alone(void **state)
{
	struct fixture *f = *state;
	cJSON untouched;
	cJSON *tree = &untouched;
	struct kg_json_facts facts = {.has_nul_escape = true};

	use_bytes(f, "[1] x", 5);
	assert_int_equal(kg_json_parse(f->bytes, f->length, &f->arena, &tree, &facts, NULL), KG_EINVAL);
	assert_ptr_equal(tree, &untouched);
	assert_true(facts.has_nul_escape);
}

static void null_is_absent(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(parse_json(f, "{\"a\":null,\"b\":1,\"c\":\"t\"}"), 0);
	assert_null(kg_json_get(f->tree, "a"));
	assert_non_null(kg_json_get(f->tree, "b"));
	assert_null(kg_json_get(f->tree, "B"));
	assert_null(kg_json_get(kg_json_get(f->tree, "b"), "x"));
	assert_null(kg_json_get(NULL, "a"));
	assert_null(kg_json_text(f->tree, "b"));
	assert_string_equal(kg_json_text(f->tree, "c"), "t");
}

static void without_an_arena_cjson_uses_the_heap(void **state)
{
	struct fixture *f = *state;
	cJSON *tree = cJSON_Parse("{\"a\":[1,2]}");

	assert_non_null(tree);
	assert_false(kg_arena_owns(&f->arena, tree));
	cJSON_Delete(tree);
	assert_null(kg_json_use_arena(&f->arena));
	assert_true(kg_arena_owns(&f->arena, cJSON_Parse("{}")));
	assert_ptr_equal(kg_json_use_arena(NULL), &f->arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(what_is_no_json_is_refused_where_it_is_wrong),
	        MODEL_TEST(what_is_json_is_accepted),
	        MODEL_TEST(strings_of_any_length_are_scanned_to_their_end),
	        MODEL_TEST(values_are_those_of_the_text),
	        MODEL_TEST(the_tree_lives_in_the_arena),
	        MODEL_TEST(depth_is_accepted_up_to_the_limit),
	        MODEL_TEST(nul_escapes_are_rewritten_and_reported),
	        MODEL_TEST(an_escaped_backslash_before_u0000_is_no_nul),
	        MODEL_TEST(nul_is_found_again_in_the_tree),
	        MODEL_TEST(duplicates_are_found_among_few_and_many_members),
	        MODEL_TEST(names_that_differ_in_case_are_no_duplicates),
	        MODEL_TEST(managed_fields_are_emptied_in_place),
	        MODEL_TEST(an_arena_that_is_full_is_no_fault_of_the_input),
	        MODEL_TEST(every_allocation_may_fail),
	        MODEL_TEST(a_failure_leaves_the_out_parameters_alone),
	        MODEL_TEST(null_is_absent),
	        MODEL_TEST(without_an_arena_cjson_uses_the_heap),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
