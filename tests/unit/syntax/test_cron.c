#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/cron.h"

static void legal_ones_are_taken(void **state)
{
	static const char *const texts[] = {"* * * * *",
	                                    "0 8 * * MON-FRI",
	                                    "0 0 1,15 jan-dec ?",
	                                    "*/5 0-23/2 * * Sun",
	                                    "30-33 * * * *",
	                                    "TZ=Europe/Berlin 0 8 * * *",
	                                    "CRON_TZ=UTC  1 1 1 1 1",
	                                    "+5 5 5 5 5",
	                                    "5/10 * * * *",
	                                    ", * * * *",
	                                    "*-9 * * * *",
	                                    "  0  0 * * *",
	                                    "59 23 31 12 6"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		if (kg_cron_fault(texts[i]))
			fail_msg("\"%s\"", texts[i]);
	}
}

static void others_are_refused(void **state)
{
	static const char *const texts[] = {"",
	                                    "* * * *",
	                                    "* * * * * *",
	                                    "@daily",
	                                    "@every 1h",
	                                    "60 * * * *",
	                                    "-50 * * * *",
	                                    "* 24 * * *",
	                                    "* * 0 * *",
	                                    "* * 32 * *",
	                                    "* * * 13 *",
	                                    "* * * 0 *",
	                                    "* * * * 7",
	                                    "* * * * mond",
	                                    "5-1 * * * *",
	                                    "*/0 * * * *",
	                                    "*/-1 * * * *",
	                                    "1-2-3 * * * *",
	                                    "1/2/3 * * * *",
	                                    "a * * * *",
	                                    "TZ=Europe/Berlin",
	                                    "TZ=UTC * * * *",
	                                    "1- * * * *",
	                                    "/5 * * * *"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		if (!kg_cron_fault(texts[i]))
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
