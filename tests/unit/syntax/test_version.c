#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/version.h"

static void versions_are_read(void **state)
{
	static const struct {
		const char *text;
		uint32_t version;
	} rows[] = {
	        {"2.20.2", KG_VERSION(2, 20, 2)}, {"v2.20.2", KG_VERSION(2, 20, 2)}, {"2.20", KG_VERSION(2, 20, 0)},
	        {"2.9.1", KG_VERSION(2, 9, 1)},   {"3.0.0", KG_VERSION(3, 0, 0)},    {"2.010.1", KG_VERSION(2, 10, 1)},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		uint32_t version = 0;

		assert_int_equal(kg_version_parse(rows[i].text, &version, NULL), 0);
		assert_int_equal(version, rows[i].version);
	}
}

static void what_is_no_version_is_refused(void **state)
{
	static const char *const rows[] = {"",      "v",     "2",     "2.",       "2.20.",  "2.20.2.1", "2.20.2-rc1",
	                                   " 2.20", "2.20 ", "-2.20", "2.1024.0", "latest", "auto",     "0.0.0"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		uint32_t version = 7;
		struct kg_err err;

		assert_int_equal(kg_version_parse(rows[i], &version, &err), KG_EINVAL);
		assert_int_equal(version, 7);
		assert_non_null(strstr(err.message, "2.20.2"));
	}
}

static void versions_compare_as_numbers(void **state)
{
	(void)state;
	assert_true(KG_VERSION(2, 9, 9) < KG_VERSION(2, 10, 0));
	assert_true(KG_VERSION(2, 17, 1) < KG_VERSION(2, 17, 2));
	assert_true(KG_VERSION(2, 1023, 1023) < KG_VERSION(3, 0, 0));
}

static void a_version_is_written_in_full(void **state)
{
	char text[KG_VERSION_TEXT_MAX];

	(void)state;
	assert_string_equal(kg_version_text(KG_VERSION(2, 20, 0), text), "2.20.0");
	assert_string_equal(kg_version_text(KG_VERSION(1023, 1023, 1023), text), "1023.1023.1023");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(versions_are_read),
	        cmocka_unit_test(what_is_no_version_is_refused),
	        cmocka_unit_test(versions_compare_as_numbers),
	        cmocka_unit_test(a_version_is_written_in_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
