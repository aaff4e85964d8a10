#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/path.h"

static void parent_is_what_stands_before_the_last_slash(void **state)
{
	static const struct {
		const char *path, *expected;
	} rows[] = {
	        {"/etc/certs/tls.crt", "/etc/certs"},
	        {"certs/tls.crt", "certs"},
	        {"./tls.crt", "."},
	        {"tls.crt", "."},
	        {"", "."},
	        {"/tls.crt", "/"},
	        {"/", "/"},
	        {"certs/", "certs"},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		char *parent = kg_path_parent(rows[i].path);

		assert_string_equal(parent, rows[i].expected);
		free(parent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(parent_is_what_stands_before_the_last_slash),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
