#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/duration.h"

#define SECOND INT64_C(1000000000)

/* What Go's time.ParseDuration says of the same texts. */
static void durations_are_those_of_go(void **state)
{
	static const struct {
		const char *text;
		int64_t nanoseconds;
	} rows[] = {
	        {"0", 0},
	        {"-0", 0},
	        {"30s", 30 * SECOND},
	        {"+5s", 5 * SECOND},
	        {"-1.5h", -5400 * SECOND},
	        {"1h30m", 5400 * SECOND},
	        {"1h30m5.5s", 5405 * SECOND + SECOND / 2},
	        {".5s", SECOND / 2},
	        {"5.s", 5 * SECOND},
	        {"300ms", 300 * SECOND / 1000},
	        {"1\u00b5s", 1000},
	        {"1\u03bcs", 1000},
	        {"1us", 1000},
	        {"1ns", 1},
	        {"1.5991h", 5756760000000},
	        {"9223372036854775807ns", INT64_MAX},
	        {"-9223372036854775808ns", INT64_MIN},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		int64_t value = 7;

		assert_true(kg_go_duration_parse(kg_slice_of(rows[i].text), &value));
		assert_int_equal(value, rows[i].nanoseconds);
	}
}

static void what_go_refuses_is_no_duration(void **state)
{
	static const char *const rows[] = {"",
	                                   "30",
	                                   "+",
	                                   "-",
	                                   ".s",
	                                   "1d",
	                                   "5.5",
	                                   "1h 30m",
	                                   "s",
	                                   "1hour",
	                                   "1sec",
	                                   "1.2.3s",
	                                   " 1s",
	                                   "1s ",
	                                   "null",
	                                   "00",
	                                   "0x1s",
	                                   "3000000h",
	                                   "9223372036854775808ns"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		int64_t value;

		if (kg_go_duration_parse(kg_slice_of(rows[i]), &value))
			fail_msg("%s", rows[i]);
	}
}

static void a_keda_parameter_may_be_milliseconds(void **state)
{
	static const struct {
		const char *text;
		int64_t nanoseconds;
	} rows[] = {{"1000", SECOND}, {"+7", 7 * SECOND / 1000}, {"30s", 30 * SECOND}, {"0", 0}, {"9223372036854775807", INT64_MAX}};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		int64_t value = -1;

		assert_true(kg_keda_duration_parse(kg_slice_of(rows[i].text), &value));
		assert_int_equal(value, rows[i].nanoseconds);
	}
}

static void a_keda_parameter_is_never_negative(void **state)
{
	static const char *const rows[] = {"-1", "-1s", "a", "5.5", "1d", ""};
	int64_t value;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++)
		assert_false(kg_keda_duration_parse(kg_slice_of(rows[i]), &value));
}

static void a_flag_takes_go_durations_only(void **state)
{
	struct kg_err err;
	int64_t value = 0;

	(void)state;
	assert_int_equal(kg_duration_parse("5s", &value, &err), 0);
	assert_int_equal(value, 5 * SECOND);
	assert_int_equal(kg_duration_parse("5000", &value, &err), KG_EINVAL);
	assert_non_null(strstr(err.message, "1m30s"));
	assert_int_equal(kg_duration_parse("-5s", &value, &err), KG_EINVAL);
	assert_int_equal(value, 5 * SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(durations_are_those_of_go),
	        cmocka_unit_test(what_go_refuses_is_no_duration),
	        cmocka_unit_test(a_keda_parameter_may_be_milliseconds),
	        cmocka_unit_test(a_keda_parameter_is_never_negative),
	        cmocka_unit_test(a_flag_takes_go_durations_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
