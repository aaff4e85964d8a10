#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "kedagate/rules/finding.h"

static int setup(void **state)
{
	static struct kg_arena arena;

	kg_arena_init(&arena, 1 << 20);
	*state = &arena;
	return 0;
}

static int teardown(void **state)
{
	kg_arena_release(*state);
	return 0;
}

static const char *message(void **state, enum kg_field_error type, const char *value, const char *detail)
{
	const struct kg_finding finding = {.path = "spec.x", .type = type, .value = value, .detail = detail};
	const char *text = kg_finding_message(&finding, *state);

	assert_non_null(text);
	return text;
}

static void follows_the_grammar_of_kubernetes(void **state)
{
	assert_string_equal(message(state, KG_FIELD_INVALID, "disable", "must be require"),
	                    "spec.x: Invalid value: \"disable\": must be require");
	assert_string_equal(message(state, KG_FIELD_INVALID, NULL, "must be require"), "spec.x: Invalid value: must be require");
	assert_string_equal(message(state, KG_FIELD_NOT_SUPPORTED, "a", "b"), "spec.x: Unsupported value: \"a\": b");
	assert_string_equal(message(state, KG_FIELD_DUPLICATE, "a", "b"), "spec.x: Duplicate value: \"a\": b");
	assert_string_equal(message(state, KG_FIELD_NOT_FOUND, "a", "b"), "spec.x: Not found: \"a\": b");
	assert_string_equal(message(state, KG_FIELD_TYPE_INVALID, NULL, "b"), "spec.x: Invalid value: b");
}

/* These are chosen where the value may be a secret. */
static void types_that_print_no_value_print_none(void **state)
{
	static const enum kg_field_error types[] = {KG_FIELD_REQUIRED, KG_FIELD_FORBIDDEN, KG_FIELD_TOO_LONG, KG_FIELD_TOO_MANY,
	                                            KG_FIELD_NO_EFFECT};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		assert_null(strstr(message(state, types[i], "hunter2", "why"), "hunter2"));
}

static void what_has_no_effect_needs_no_word_of_kubernetes(void **state)
{
	assert_string_equal(message(state, KG_FIELD_NO_EFFECT, NULL, "unknown parameter, did you mean \"queueLength\"?"),
	                    "spec.x: unknown parameter, did you mean \"queueLength\"?");
}

static void the_object_as_a_whole_has_no_path(void **state)
{
	const struct kg_finding finding = {.path = "", .type = KG_FIELD_INVALID, .detail = "must not hold it"};

	assert_string_equal(kg_finding_message(&finding, *state), "Invalid value: must not hold it");
}

static void the_body_leaves_the_path_to_others(void **state)
{
	const struct kg_finding finding = {.path = "spec.x", .type = KG_FIELD_INVALID, .value = "a", .detail = "must be b"};

	assert_string_equal(kg_finding_body(&finding, *state), "Invalid value: \"a\": must be b");
}

static void a_value_is_quoted_as_in_go(void **state)
{
	static const struct {
		const char *value, *quoted;
	} rows[] = {
	        {"plain", "\"plain\""},
	        {"a \"b\" \\c", "\"a \\\"b\\\" \\\\c\""},
	        {"a\nb\tc\r", "\"a\\nb\\tc\\r\""},
	        {"\x01\x7f", "\"\\x01\\x7f\""},
	        {"\xff\xc3(", "\"\\xff\\xc3(\""},
	        {"grün 日本", "\"grün 日本\""},
	        {"\xc2\x85\u200b\u202e", "\"\\u0085\\u200b\\u202e\""},
	        {"", "\"\""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = message(state, KG_FIELD_INVALID, rows[i].value, "x") + strlen("spec.x: Invalid value: ");

		assert_memory_equal(text, rows[i].quoted, strlen(rows[i].quoted));
		assert_string_equal(text + strlen(rows[i].quoted), ": x");
	}
}

static void a_long_value_is_cut(void **state)
{
	char value[1001] = {0};
	const char *text;

	memset(value, 'v', sizeof(value) - 1);
	text = message(state, KG_FIELD_INVALID, value, "x");
	assert_non_null(strstr(text, "v…\": x"));
	assert_true(strlen(text) < 200);
}

static void nothing_breaks_the_line(void **state)
{
	const struct kg_finding finding = {
	        .path = "spec.triggers[0].metadata[a\nb\u2028c]", .type = KG_FIELD_NO_EFFECT, .detail = "d\x1b[31m\xff"};

	assert_string_equal(kg_finding_message(&finding, *state), "spec.triggers[0].metadata[a?b?c]: d?[31m?");
}

static void an_endless_path_or_detail_is_cut(void **state)
{
	static char endless[100000];
	const struct kg_finding finding = {.path = endless, .type = KG_FIELD_NO_EFFECT, .detail = endless};
	const char *text;

	memset(endless, 'p', sizeof(endless) - 1);
	text = kg_finding_message(&finding, *state);
	assert_in_range(strlen(text), 1000, 6000);
	assert_non_null(strstr(text, "p…: p"));
}

static void every_type_has_a_text_and_a_cause(void **state)
{
	(void)state;
	for (int i = KG_FIELD_REQUIRED; i <= KG_FIELD_NO_EFFECT; i++) {
		assert_true(strlen(kg_field_error_text((enum kg_field_error)i)) > 0);
		assert_memory_equal(kg_field_error_cause((enum kg_field_error)i), "FieldValue", strlen("FieldValue"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(follows_the_grammar_of_kubernetes, setup, teardown),
	        cmocka_unit_test_setup_teardown(types_that_print_no_value_print_none, setup, teardown),
	        cmocka_unit_test_setup_teardown(what_has_no_effect_needs_no_word_of_kubernetes, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_object_as_a_whole_has_no_path, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_body_leaves_the_path_to_others, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_value_is_quoted_as_in_go, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_long_value_is_cut, setup, teardown),
	        cmocka_unit_test_setup_teardown(nothing_breaks_the_line, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_endless_path_or_detail_is_cut, setup, teardown),
	        cmocka_unit_test(every_type_has_a_text_and_a_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
