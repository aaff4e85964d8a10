#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/glob.h"

static void patterns_match_whole_texts(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {
	        {"team-*", "team-a", true},
	        {"team-*", "team-", true},
	        {"team-*", "team", false},
	        {"team-*", "my-team-a", false},
	        {"*", "", true},
	        {"*", "anything", true},
	        {"", "", true},
	        {"", "a", false},
	        {"?", "a", true},
	        {"?", "", false},
	        {"?", "ab", false},
	        {"a?c", "abc", true},
	        {"*-prod", "a-prod", true},
	        {"*-prod", "a-prod-b", false},
	        {"a*b*c", "aXbYbZc", true},
	        {"a*b*c", "aXbYbZ", false},
	        {"**a", "bba", true},
	        {"a.c", "abc", false},
	        {"A", "a", false},
	        {"[a]", "a", false},
	        {"*a*", "bab", true},
	        {"shop", "shop", true},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_glob_match(rows[i].pattern, rows[i].text) != rows[i].matches)
			fail_msg("%s %s", rows[i].pattern, rows[i].text);
	}
}

/* A pattern with many stars takes time in proportion to the product of the lengths, not to its power. */
static void many_stars_stay_cheap(void **state)
{
	static const char text[] =
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

	(void)state;
	assert_false(kg_glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(patterns_match_whole_texts),
	        cmocka_unit_test(many_stars_stay_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
