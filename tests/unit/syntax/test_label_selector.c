#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/label_selector.h"

static void legal_ones_are_taken(void **state)
{
	static const char *const texts[] = {"",
	                                    "app=demo",
	                                    "app==demo,tier!=web",
	                                    "app in (demo1, demo2),deploy notin (a)",
	                                    "!canary",
	                                    "example.com/app",
	                                    "x in (foo,,baz),y,z notin ()",
	                                    "n>5",
	                                    "n < 10",
	                                    "in in (in)",
	                                    "a=,b",
	                                    "a=",
	                                    " app = demo "};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		if (kg_label_selector_fault(texts[i]))
			fail_msg("\"%s\"", texts[i]);
	}
}

static void others_are_refused(void **state)
{
	static const char *const texts[] = {
	        "=a",    "app=demo,",         "app demo", "app in demo", "app in (a b)", "app in (a", "!app=demo",
	        "!!app", "Example.com/app=1", "app=a/b",  "app=-a",      "a/b/c=1",      "/a=1",      "n>x",
	        "n>",    "app=demo;b",        "a=b=c",    "app=(a)",     "-app",         "a..b/c=1",  ",a"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		if (!kg_label_selector_fault(texts[i]))
			fail_msg("\"%s\"", texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(legal_ones_are_taken),
	        cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
