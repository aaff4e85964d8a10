#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/clock.h"
#include "kedagate/syntax/date.h"

struct row {
	const char *text;
	const char *end;
};

static void a_day_lasts_until_midnight_and_an_instant_is_its_own_end(void **state)
{
	static const struct row rows[] = {
	        {"2027-01-31", "2027-02-01T00:00:00Z"},
	        {"2028-02-29", "2028-03-01T00:00:00Z"},
	        {"2026-12-31", "2027-01-01T00:00:00Z"},
	        {"1970-01-01", "1970-01-02T00:00:00Z"},
	        {"2027-01-31T18:00:00Z", "2027-01-31T18:00:00Z"},
	        {"2027-01-31t18:00:00z", "2027-01-31T18:00:00Z"},
	        {"2027-01-31T18:00:00.999Z", "2027-01-31T18:00:00Z"},
	        {"2027-01-31T18:00:00+01:00", "2027-01-31T17:00:00Z"},
	        {"2027-01-31T23:30:00-01:45", "2027-02-01T01:15:00Z"},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		char text[KG_TIME_TEXT_MAX];
		time_t end = 0;

		assert_int_equal(kg_date_parse_end(rows[i].text, &end, NULL), 0);
		kg_clock_format(end, text);
		assert_string_equal(text, rows[i].end);
	}
}

static void what_is_no_date_is_refused(void **state)
{
	static const char *const rows[] = {
	        "",
	        "2027",
	        "2027-1-31",
	        "2027-01-32",
	        "2027-13-01",
	        "2027-00-10",
	        "2027-02-29",
	        "2027-04-31",
	        "1969-12-31",
	        "31.01.2027",
	        "2027-01-31 ",
	        "2027-01-31T18:00Z",
	        "2027-01-31T18:00:00",
	        "2027-01-31T24:00:00Z",
	        "2027-01-31T18:60:00Z",
	        "2027-01-31T18:00:60Z",
	        "2027-01-31T18:00:00.Z",
	        "2027-01-31T18:00:00+1:00",
	        "2027-01-31T18:00:00Zulu",
	        "2027-02-30T18:00:00Z",
	        "2027-01-31 18:00:00Z",
	        "soon",
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_err err = {0};
		time_t end = 7;

		if (kg_date_parse_end(rows[i], &end, &err) != KG_EINVAL)
			fail_msg("%s", rows[i]);
		assert_int_equal(end, 7);
		assert_non_null(strstr(err.message, "2027-01-31"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_day_lasts_until_midnight_and_an_instant_is_its_own_end),
	        cmocka_unit_test(what_is_no_date_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
