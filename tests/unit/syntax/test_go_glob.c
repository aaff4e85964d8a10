#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/go_glob.h"

/* By gobwas/glob, syntax/lexer and syntax/ast. */
static void only_sets_can_be_wrong(void **state)
{
	static const struct {
		const char *pattern;
		bool valid;
	} rows[] = {
	        {"", true},       {"**/*.json", true}, {"{a,b", true},     {"a}", true},    {"a]", true},      {"a\\", true},
	        {"\\[", true},    {"[abc]", true},     {"[!abc]", true},   {"[a-z]", true}, {"[!a-z]x", true}, {"[]-a]", true},
	        {"[!!]", true},   {"[\\]]", true},     {"[a\\]b]c", true}, {"[ä-ö]", true}, {"[z-ä]", true},   {"[abc-]", true},
	        {"[", false},     {"[]", false},       {"[!]", false},     {"[!", false},   {"[abc", false},   {"[\\]", false},
	        {"[z-a]", false}, {"[a-", false},      {"[a-z", false},    {"[a-]", false}, {"[a-zA]", false}, {"[ö-ä]", false},
	        {"[ä-z]", false}, {"a[", false},       {"{a,[}", false},   {"[a][", false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_go_glob_valid(rows[i].pattern) != rows[i].valid)
			fail_msg("%s", rows[i].pattern);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(only_sets_can_be_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
