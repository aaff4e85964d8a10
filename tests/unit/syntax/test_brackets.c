#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/brackets.h"

static void whole_queries_are_balanced(void **state)
{
	static const char *const rows[] = {
	        "",
	        "up",
	        "sum(rate(http_requests_total{instance=\"my-instance\"}[5m]))",
	        "sum by (job) (rate(x{a=~\".*\\\"(\"}[5m:1m]))",
	        "x{a=')'} # a comment with (((",
	        "x # one (\n+ y",
	        "x # one (\r+ y",
	        "x{a=`\\`, b=\"[\"}",
	        "label_replace(up, \"a\", '$1', \"b\", '(.*)')",
	        "`raw\nnewline`",
	};
	struct kg_brackets_fault fault;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (!kg_brackets_balanced(rows[i], &fault))
			fail_msg("%s", rows[i]);
	}
}

static void what_is_left_open_is_named(void **state)
{
	static const struct {
		const char *query;
		char byte;
		size_t offset;
	} rows[] = {
	        {"sum(rate(x[5m])", '(', 3}, {"x{a=\"b\"", '{', 1}, {"x[5m", '[', 1},  {"x{a=\"b}", '"', 4}, {"x{a='b}", '\'', 4},
	        {"x{a=`b}", '`', 4},         {"\"a\\\"", '"', 0},   {"\"a\\", '"', 0}, {"\"a\nb\"", '"', 0}, {"(((", '(', 2},
	};
	struct kg_brackets_fault fault;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		assert_false(kg_brackets_balanced(rows[i].query, &fault));
		assert_int_equal(fault.byte, rows[i].byte);
		assert_int_equal(fault.offset, rows[i].offset);
		assert_true(fault.unclosed);
	}
}

static void what_closes_nothing_is_named(void **state)
{
	static const struct {
		const char *query;
		size_t offset;
	} rows[] = {{")", 0}, {"sum(x))", 6}, {"sum(x]", 5}, {"x{a=\"b\")", 7}, {"x[5m}", 4}};
	struct kg_brackets_fault fault;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		assert_false(kg_brackets_balanced(rows[i].query, &fault));
		assert_int_equal(fault.offset, rows[i].offset);
		assert_false(fault.unclosed);
	}
}

static void too_deep_to_tell_counts_as_balanced(void **state)
{
	char query[300];
	struct kg_brackets_fault fault;

	(void)state;
	memset(query, '(', sizeof(query) - 1);
	query[sizeof(query) - 1] = '\0';
	assert_true(kg_brackets_balanced(query, &fault));
	query[256] = '\0';
	assert_false(kg_brackets_balanced(query, &fault));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(whole_queries_are_balanced),
	        cmocka_unit_test(what_is_left_open_is_named),
	        cmocka_unit_test(what_closes_nothing_is_named),
	        cmocka_unit_test(too_deep_to_tell_counts_as_balanced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
