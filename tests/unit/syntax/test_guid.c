#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/guid.h"

static void only_guids_are_guids(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} rows[] = {
	        {"6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a11", true},
	        {"6D1C6E2C-6A0B-4B68-9A51-0F6F7F0D9A11", true},
	        {"00000000-0000-0000-0000-000000000000", true},
	        {"6d1c6e2c6a0b4b689a510f6f7f0d9a11", false},
	        {"{6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a11}", false},
	        {"6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a1", false},
	        {"6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a111", false},
	        {"6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a1g", false},
	        {"6d1c6e2c-6a0b4-b68-9a51-0f6f7f0d9a11", false},
	        {" 6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a11", false},
	        {"<identity-id>", false},
	        {"/subscriptions/x/resourceGroups/y", false},
	        {"", false},
	        {NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++)
		assert_int_equal(kg_guid_valid(rows[i].text), rows[i].valid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(only_guids_are_guids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
