#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/pem.h"

static void blocks_are_told_by_the_end_of_their_type(void **state)
{
	static const struct {
		const char *text, *type;
		bool found;
	} rows[] = {
	        {"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "CERTIFICATE", true},
	        {"subject: x\r\n-----BEGIN CERTIFICATE-----\r\n", "CERTIFICATE", true},
	        {"-----BEGIN PRIVATE KEY-----\n", "PRIVATE KEY", true},
	        {"-----BEGIN EC PRIVATE KEY-----\n", "PRIVATE KEY", true},
	        {"-----BEGIN EC PARAMETERS-----\nx\n-----BEGIN EC PRIVATE KEY-----\n", "PRIVATE KEY", true},
	        {"-----BEGIN CERTIFICATE-----\n", "PRIVATE KEY", false},
	        {"-----BEGIN CERTIFICATE REQUEST-----\n", "CERTIFICATE", false},
	        {"-----END CERTIFICATE-----\n", "CERTIFICATE", false},
	        {"x -----BEGIN CERTIFICATE-----\n", "CERTIFICATE", false},
	        {"-----BEGIN CERTIFICATE", "CERTIFICATE", false},
	        {"-----BEGIN -----", "CERTIFICATE", false},
	        {"ceert", "CERTIFICATE", false},
	        {"", "CERTIFICATE", false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_pem_has_block(rows[i].text, rows[i].type) != rows[i].found)
			fail_msg("%s", rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(blocks_are_told_by_the_end_of_their_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
