#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/quantity.h"

static void legal_ones_are_taken(void **state)
{
	static const char *const texts[] = {"0",  "1",  "500m", "1.5Gi", "2e3", "2E-3", "+1", "-1Ki",
	                                    "1.", "Ki", ".",    "+",     "1E",  "100n", "3u"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		if (!kg_quantity_valid(texts[i]))
			fail_msg("\"%s\"", texts[i]);
	}
}

static void others_are_refused(void **state)
{
	static const char *const texts[] = {"", "1k5", "1kk", "1e", "1ee3", "abc", "1 Gi", "1.2.3", "--1", "1Mib", "0x10", "1,5"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		if (kg_quantity_valid(texts[i]))
			fail_msg("\"%s\"", texts[i]);
	}
}

static void a_quantity_is_over_zero_by_its_digits(void **state)
{
	static const char *const over[] = {"1", "+1", "100m", "0.5", ".5Gi", "0001", "1e-3", "10e0"};
	static const char *const not_over[] = {"", "0", "0.0", "-1", "0m", "0e5", "Ki", ".", "nonsense1", "0Gi"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(over); i++)
		if (!kg_quantity_positive(over[i]))
			fail_msg("%s", over[i]);
	for (size_t i = 0; i < KG_ARRAY_LEN(not_over); i++)
		if (kg_quantity_positive(not_over[i]))
			fail_msg("%s", not_over[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(legal_ones_are_taken),
	        cmocka_unit_test(others_are_refused),
	        cmocka_unit_test(a_quantity_is_over_zero_by_its_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
