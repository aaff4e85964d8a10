#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/header.h"

struct row {
	const char *headers;
	const char *secrets; /* the values that come, with blanks between */
};

static const struct row rows[] = {
        {"", ""},
        {"X-Scope-OrgID=shop", ""},
        {"Authorization=Bearer x", "Bearer x"},
        {"authorization = a , X-Scope-OrgID=b,COOKIE=c", "a c"},
        {"Authorization=", ""},
        {"Authorization=  ,X-API-Key=k", "k"},
        {"Authorization", ""},
        {"X-Authorization=a", ""},
        {"Private-Token=a=b", "a=b"},
};

static void the_values_of_secret_headers_come_one_by_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_list list = kg_list_of(kg_slice_of(rows[i].headers), ',');
		struct kg_slice value;
		char found[64] = "";

		while (kg_header_next_secret(&list, &value)) {
			if (found[0] != '\0')
				strncat(found, " ", sizeof(found) - strlen(found) - 1);
			strncat(found, value.start, value.length);
		}
		assert_string_equal(found, rows[i].secrets);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_values_of_secret_headers_come_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
