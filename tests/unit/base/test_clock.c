#include <ctype.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* Milliseconds since 1970 of a text that must have the shape of kg_clock_text's. */
static int64_t milliseconds_of(const char *text)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ";
	struct tm parts = {0};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);

	assert_int_equal(strlen(text), strlen(shape));
	for (size_t i = 0; shape[i] != '\0'; i++)
		assert_true(shape[i] == 'd' ? isdigit((unsigned char)text[i]) != 0 : text[i] == shape[i]);
	assert_non_null(rest);
	return (int64_t)timegm(&parts) * 1000 + strtol(rest + 1, NULL, 10);
}

static int64_t milliseconds_now(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void text_is_the_wall_clock_to_the_millisecond(void **state)
{
	char text[KG_TIME_TEXT_MAX];

	(void)state;
	for (int i = 0; i < 20; i++) {
		int64_t before = milliseconds_now();
		struct timespec pause = {.tv_nsec = 1700000};

		kg_clock_text(text);
		assert_in_range(milliseconds_of(text), before, milliseconds_now());
		nanosleep(&pause, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(monotonic_clock_counts_nanoseconds_and_never_goes_back),
	        cmocka_unit_test(wall_clock_is_the_systems),
	        cmocka_unit_test(format_gives_utc_whatever_the_zone),
	        cmocka_unit_test(format_of_a_year_without_four_digits_is_the_nearest),
	        cmocka_unit_test(text_is_the_wall_clock_to_the_millisecond),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
