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
	        "float(a > b ? true : 1)",
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
	        "a\xC2\xA0+ b", /* a space, for expr-lang */
	        "a ?? b + c",
	        "if a > 1 { b } else { 2 }",
	        "[a, b] | sum()",
	        "a // why",
	        "1 in [a, b] ? 1 : 0",
	        "\"5\"",
	        "0x1F + a",
	        "1_000",
	        "1..3",
	        "a not in [b] ? 1 : 2",
	        "$env[\"c\"]",
	        "a > 1 and b in [1, 2]",
	        "[1, 2][0]",
	        "[1, 2][0:1]",
	        "a[0]",
	        "[a, b,]",
	        "1 < a < 3",
	        "max",
	        "a /* b */ + 1",
	        "(a).b",
	        "a?.b",
	        "now().Hour()",
	        "not_yet::b(a)",
	        "let avg = a; avg(1)",
	        "a | avg()",
	        "a.avg(1)",
	        "b(a)",
	        "$env(a)",
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
	        {"avg([a, b])", KG_EXPRESSION_FUNCTION, "avg"},
	        {"a > 1 ? b : Max(c, 1)", KG_EXPRESSION_FUNCTION, "Max"},
	        {"soon()", KG_EXPRESSION_FUNCTION, "soon"},
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

/* Each compiles. */
static void what_fails_with_minus_one_is_found(void **state)
{
	static const struct {
		const char *text;
		const char *at;
		const char *failure;
	} rows[] = {
	        {"7 % 0", "%", "zero"},
	        {"7 % (3 - 3)", "%", "zero"},
	        {"7 % int(a + 1)", "%", "zero"},
	        {"7 % len([])", "%", "zero"},
	        {"7 % (2 * 3 - min(9, 6))", "%", "zero"},
	        {"a > 0 ? b : 1 % 0", "%", "zero"},
	        {"a < 0 && 1 % 0 == 1", "%", "zero"},
	        {"a > 0 || 1 % 0 == 1", "%", "zero"},
	        {"a == -1 and b != 2 ? 1 % 0 : 2", "%", "zero"},
	        {"nil ?? (1 % 0)", "%", "zero"},
	        {"abs()", "abs", "arguments"},
	        {"round(a, 2)", "round", "arguments"},
	        {"max()", "max", "arguments"},
	        {"max(a > 1)", "max", "number"},
	        {"float(max(a > 1 ? 1 : true))", "float", "number"},
	        {"float([a > 1][0])", "float", "number"},
	        {"[1, 2][.5]", "[", "index"},
	        {"+nil", "+", "number"},
	        {"[1, 2][2]", "[", "element"},
	        {"[a, b][-3]", "[", "element"},
	        {"[1, 2][0] % 2 + [][0]", "[", "element"},
	        {"(a > 1 ? 1 : 2.5) % 2", "%", "integers"},
	        {"floor(a) % 2", "%", "integers"},
	        {"float(a > 0 ? a : nil)", "float", "number"},
	        {"float(a > 0 ? a : b > 0)", "float", "number"},
	        {"float([1])", "float", "number"},
	        {"float(max([]))", "float", "number"},
	        {"int(nil)", "int", "number"},
	        {"abs([1])", "abs", "number"},
	        {"round(a > 1)", "round", "number"},
	        {"max([1, nil])", "max", "number"},
	        {"min(1, true)", "min", "number"},
	        {"sum([1, true])", "sum", "number"},
	        {"sum(1)", "sum", "list"},
	        {"len(a)", "len", "list"},
	        {"a + nil", "+", "number"},
	        {"a < (b < 0 ? nil : 1)", "<", "number"},
	        {"-(a < 0 ? nil : 1)", "-", "number"},
	        {"!(a < 0 ? [] : true)", "!", "true nor false"},
	        {"(9223372036854775807 + 1 < 0) ? 1 % 0 : 1", "%", "zero"},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_expression_fault fault = check(rows[i].text);

		if (fault.kind != KG_EXPRESSION_RUN || !kg_slice_equal(fault.at, rows[i].at) ||
		    strstr(fault.failure, rows[i].failure) == NULL)
			fail_msg("%s: %d at \"%.*s\"", rows[i].text, (int)fault.kind, (int)fault.at.length, fault.at.start);
	}
}

/* expr-lang runs each of them with -1 for every name, or it cannot be told. */
static void what_does_not_certainly_fail_is_left_alone(void **state)
{
	static const char *const texts[] = {
	        "1 / 0",
	        "a / (b - b)",
	        "a > 0 ? 1 % 0 : b",
	        "a < 0 ? b : [1][1]",
	        "a > 0 && 1 % 0 == 1",
	        "a < 0 || 1 % 0 == 1",
	        "1 % len([]) == 0 && false",
	        "mean(a, b) > 0 ? 1 % 0 : 2 % 0",
	        "mean(a, b) > 0 && 1 % 0 == 1",
	        "2 ** 2 == 4 ? 1 : 1 % 0",
	        "7 % int(2 ** 2 - 4)",
	        "int(1e300) == 0 ? 1 : 1 % 0",
	        "7 % 00",
	        "99999999999999999999 > 9223372036854775806 ? 1 % 0 : 1",
	        "(-9223372036854775807 - 1) % -1",
	        "a ?? (1 % 0)",
	        "nil ?? a",
	        "float(a < 0 ? a : nil)",
	        "float(a > 0 ? true : 1)",
	        "float(max([1, 2.5], 3))",
	        "float(max([[1], 2]))",
	        "float([1, 2.5][1])",
	        "7 % [0, 1][1]",
	        "[1, 2][-2]",
	        "[1, 2][int(a)]",
	        "nil == a ? 1 % 0 : 2",
	        "[1] == [1] ? 1 : 1 % 0",
	        "true == (a < 0) ? 1 : 1 % 0",
	        "1 == 1.0 ? 1 : 1 % 0",
	        "max(a, 2) > 1 ? 1 : 1 % 0",
	        "round(1.5) == 2 ? 1 : 1 % 0",
	        "1 % 0 | abs()",
	        "not (a > 0) ? 1 : 1 % 0",
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++)
		if (check(texts[i]).kind != KG_EXPRESSION_FINE)
			fail_msg("%s", texts[i]);
}

/* A trigger may be called like a function. */
static void a_name_that_is_a_function_is_not_called(void **state)
{
	static const char *const given[] = {"len"};
	struct kg_expression_fault fault;

	(void)state;
	kg_expression_check("len(1)", given, KG_ARRAY_LEN(given), &fault);
	assert_int_equal(fault.kind, KG_EXPRESSION_FINE);
	kg_expression_check("len + 1 % 0", given, KG_ARRAY_LEN(given), &fault);
	assert_int_equal(fault.kind, KG_EXPRESSION_RUN);
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
	        cmocka_unit_test(what_fails_with_minus_one_is_found),
	        cmocka_unit_test(what_does_not_certainly_fail_is_left_alone),
	        cmocka_unit_test(a_name_that_is_a_function_is_not_called),
	        cmocka_unit_test(depth_is_bounded),
	};

	return cmocka_run_group_tests_name("expression", tests, NULL, NULL);
}
