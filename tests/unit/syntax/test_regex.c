#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/regex.h"

/* What Go's regexp.Compile says of the same texts. */

static void what_go_compiles_has_no_fault(void **state)
{
	static const char *const rows[] = {
	        "",
	        "orders",
	        "orders-.*",
	        "^a|b$",
	        "(a)(b)",
	        "(?:a|b)+",
	        "(?i)a",
	        "(?i:a)*",
	        "(?i-s)a",
	        "(?P<n>a)",
	        "(?<n>a)",
	        "a*?",
	        "a{2}",
	        "a{2,}?",
	        "a{2,3}",
	        "a{,3}",
	        "a{",
	        "{",
	        "a{02}",
	        "[a-z]",
	        "[]a]",
	        "[^]a]",
	        "[a-]",
	        "[-a]",
	        "[[:alpha:]_]",
	        "[\\d.]",
	        "[a\\]b]",
	        "\\d\\w\\S",
	        "\\bfoo\\B",
	        "\\A\\z",
	        "\\x41",
	        "\\x{10FFFF}",
	        "\\012",
	        "\\12",
	        "\\pL",
	        "\\p{Greek}",
	        "\\Qa*(\\E",
	        "\\Q*",
	        "\\.\\-\\_",
	        "(a*)*",
	        "(|a)",
	        "\u00e9+",
	        "[\u00e0-\u00ff]",
	        "a(?i)*",
	        "^*",
	        "a|",
	        "()",
	        "\\0",
	        "[a-\\x{ff}]",
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_regex_fault(rows[i]))
			fail_msg("%s: %s", rows[i], kg_regex_fault(rows[i]));
	}
}

static void what_go_refuses_is_named(void **state)
{
	static const struct {
		const char *pattern, *fault;
	} rows[] = {
	        {"*", "missing argument to repetition operator"},
	        {"(*)", "missing argument to repetition operator"},
	        {"a|+", "missing argument to repetition operator"},
	        {"{2}", "missing argument to repetition operator"},
	        {"(?i)*", "missing argument to repetition operator"},
	        {"\\Q\\E*", "missing argument to repetition operator"},
	        {"a**", "invalid nested repetition operator"},
	        {"a{2}{3}", "invalid nested repetition operator"},
	        {"a*??", "invalid nested repetition operator"},
	        {"a{1001}", "invalid repeat count"},
	        {"a{3,2}", "invalid repeat count"},
	        {"a{99999999999999999999}", "invalid repeat count"},
	        {"(a", "missing closing )"},
	        {"a)", "unexpected )"},
	        {"[a", "missing closing ]"},
	        {"[]", "missing closing ]"},
	        {"[z-a]", "invalid character class range"},
	        {"[[:word:]-[:nope:]]", "invalid character class range"},
	        {"\\p{Greek", "invalid character class range"},
	        {"\\p", "invalid character class range"},
	        {"a\\", "trailing backslash"},
	        {"[\\", "trailing backslash"},
	        {"\\q", "invalid escape sequence"},
	        {"\\1", "invalid escape sequence"},
	        {"\\Z", "invalid escape sequence"},
	        {"\\C", "invalid escape sequence"},
	        {"[\\b]", "invalid escape sequence"},
	        {"\\x4", "invalid escape sequence"},
	        {"\\x{}", "invalid escape sequence"},
	        {"\\x{110000}", "invalid escape sequence"},
	        {"(?=a)", "invalid or unsupported Perl syntax"},
	        {"(?!a)", "invalid or unsupported Perl syntax"},
	        {"(?-)", "invalid or unsupported Perl syntax"},
	        {"(?", "invalid or unsupported Perl syntax"},
	        {"(?<=a)", "invalid named capture"},
	        {"(?P<>a)", "invalid named capture"},
	        {"(?P<n", "invalid named capture"},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		const char *fault = kg_regex_fault(rows[i].pattern);

		if (!fault || strcmp(fault, rows[i].fault) != 0)
			fail_msg("%s: %s", rows[i].pattern, fault ? fault : "no fault");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_go_compiles_has_no_fault),
	        cmocka_unit_test(what_go_refuses_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
