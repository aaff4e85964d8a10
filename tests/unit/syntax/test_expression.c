#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/expression.h"

static const char *const names[] = {"a", "b", "trig_one"};

static struct kg_expression_fault check(const char *text)
{
	struct kg_expression_fault fault;

	kg_expression_check(text, names, KG_ARRAY_LEN(names), &fault);
	return fault;
}

static void expressions_of_numbers_are_fine(void **state)
{
	static const char *const texts[] = {
	        "a",
	        "float(a + b * 2.5 / -trig_one)",
	        "a > 1 and not (b < 2) || a == b",
	        "a > 1 ? b : nil",
	        "a > 1 ? b : a > 2 ? 1e3 : 0",
	        "max(a, b) + sum([a, b, 1])",
	        "7 % 2 + 2 ** 3 ^ 2",
	        "float(a > b ? 1 : true)",
	        "a\n +\tb",
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++)
		if (check(texts[i]).kind != KG_EXPRESSION_FINE)
			fail_msg("%s", texts[i]);
}

/* All of these are right for expr-lang, or would be for some version of it. */
static void what_is_not_known_is_left_alone(void **state)
{
	static const char *const texts[] = {
	        "let c = a; c + 1",
	        "count([a, b], {# > 1})",
	        "a ?? nil",
	        "if a > 1 { b } else { 2 }",
	        "[a, b] | sum()",
	        "a // why",
	        "1 in [a, b] ? 1 : 0",
	        "\"5\"",
	        "0x1F + a",
	        "1_000",
	        "1..3",
	        "$env[\"c\"]",
	        "a > 1 and b in [1, 2]",
	        "[1, 2][0]",
	        "[a, b,]",
	        "1 < a < 3",
	        "max",
	        "soon(a)",
	        "a /* b */ + 1",
	        "(a).b",
	        "a?.b",
	        "now().Hour()",
	        "not_yet::b(a)",
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++)
		if (check(texts[i]).kind != KG_EXPRESSION_FINE)
			fail_msg("%s", texts[i]);
}

static void faults_are_found_where_they_are(void **state)
{
	static const struct {
		const char *text;
		enum kg_expression_fault_kind kind;
		const char *at;
	} rows[] = {
	        {"", KG_EXPRESSION_SYNTAX, ""},
	        {"a +", KG_EXPRESSION_SYNTAX, ""},
	        {"float(a + )", KG_EXPRESSION_SYNTAX, ")"},
	        {"(a + b", KG_EXPRESSION_SYNTAX, ""},
	        {"a b", KG_EXPRESSION_SYNTAX, "b"},
	        {"a)", KG_EXPRESSION_SYNTAX, ")"},
	        {"a + * b", KG_EXPRESSION_SYNTAX, "*"},
	        {"a = b", KG_EXPRESSION_SYNTAX, "="},
	        {"a &= b", KG_EXPRESSION_SYNTAX, "&="},
	        {"a ? b", KG_EXPRESSION_SYNTAX, ""},
	        {"a + c", KG_EXPRESSION_NAME, "c"},
	        {"max(a, trig-one)", KG_EXPRESSION_NAME, "trig"},
	        {"c + count([a], {# > 1})", KG_EXPRESSION_NAME, "c"},
	        {"a % 2", KG_EXPRESSION_TYPE, "%"},
	        {"a && b", KG_EXPRESSION_TYPE, "&&"},
	        {"a + (b > 1)", KG_EXPRESSION_TYPE, "+"},
	        {"a == (b > 1)", KG_EXPRESSION_TYPE, "=="},
	        {"!a", KG_EXPRESSION_TYPE, "!"},
	        {"not a > b", KG_EXPRESSION_TYPE, "not"},
	        {"-true", KG_EXPRESSION_TYPE, "-"},
	        {"a ? 1 : 2", KG_EXPRESSION_TYPE, "?"},
	        {"float(a > b)", KG_EXPRESSION_TYPE, "float"},
	        {"float(a, b)", KG_EXPRESSION_TYPE, "float"},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_expression_fault fault = check(rows[i].text);

		if (fault.kind != rows[i].kind || !kg_slice_equal(fault.at, rows[i].at))
			fail_msg("%s: %d at \"%.*s\"", rows[i].text, (int)fault.kind, (int)fault.at.length, fault.at.start);
	}
}

static void depth_is_bounded(void **state)
{
	char text[4096];

	(void)state;
	memset(text, '(', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(check(text).kind, KG_EXPRESSION_FINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(expressions_of_numbers_are_fine),
	        cmocka_unit_test(what_is_not_known_is_left_alone),
	        cmocka_unit_test(faults_are_found_where_they_are),
	        cmocka_unit_test(depth_is_bounded),
	};

	return cmocka_run_group_tests_name("expression", tests, NULL, NULL);
}
