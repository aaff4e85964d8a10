#include <ctype.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/compiler.h"

static void monotonic_clock_counts_nanoseconds_and_never_goes_back(void **state)
{
	int64_t before = kg_clock_monotonic();
	struct timespec pause = {.tv_nsec = 2000000};
	int64_t after;

	(void)state;
	nanosleep(&pause, NULL);
	after = kg_clock_monotonic();
	assert_true(after - before >= 2000000);
	assert_true(after - before < (int64_t)3600 * 1000000000);
}

static void wall_clock_is_the_systems(void **state)
{
	time_t before = time(NULL);
	time_t now = kg_clock_wall();

	(void)state;
	assert_true(now >= before);
	assert_true(now <= time(NULL));
}

static void format_gives_utc_whatever_the_zone(void **state)
{
	static const struct {
		time_t when;
		const char *expected;
	} rows[] = {
	        {0, "1970-01-01T00:00:00Z"},          {951782399, "2000-02-28T23:59:59Z"}, {951782400, "2000-02-29T00:00:00Z"},
	        {1795342504, "2026-11-22T10:15:04Z"}, {-1, "1969-12-31T23:59:59Z"},        {253402300799, "9999-12-31T23:59:59Z"},
	};
	char text[KG_TIME_TEXT_MAX];

	(void)state;
	setenv("TZ", "Asia/Tokyo", 1);
	tzset();
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		kg_clock_format(rows[i].when, text);
		assert_string_equal(text, rows[i].expected);
	}
}

static void format_of_a_year_without_four_digits_is_the_nearest(void **state)
{
	char text[KG_TIME_TEXT_MAX];

	(void)state;
	kg_clock_format(253402300800, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	kg_clock_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	kg_clock_format(INT64_MIN, text);
	assert_string_equal(text, "0001-01-01T00:00:00Z");
}

static void text_has_milliseconds(void **state)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ";
	char text[KG_TIME_TEXT_MAX];
	char seconds[KG_TIME_TEXT_MAX];

	(void)state;
	kg_clock_text(text);
	assert_int_equal(strlen(text), strlen(shape));
	for (size_t i = 0; shape[i] != '\0'; i++)
		assert_true(shape[i] == 'd' ? isdigit((unsigned char)text[i]) != 0 : text[i] == shape[i]);
	/* Before 1971 or after 9999 would be another clock. */
	kg_clock_format(kg_clock_wall(), seconds);
	assert_memory_equal(text, seconds, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(monotonic_clock_counts_nanoseconds_and_never_goes_back),
	        cmocka_unit_test(wall_clock_is_the_systems),
	        cmocka_unit_test(format_gives_utc_whatever_the_zone),
	        cmocka_unit_test(format_of_a_year_without_four_digits_is_the_nearest),
	        cmocka_unit_test(text_has_milliseconds),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
