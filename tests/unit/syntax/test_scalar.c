#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/scalar.h"

/* What Go's strconv and encoding/json say of the same texts. */

static void booleans_are_those_of_go(void **state)
{
	static const char *const trues[] = {"1", "t", "T", "TRUE", "true", "True"};
	static const char *const falses[] = {"0", "f", "F", "FALSE", "false", "False"};
	static const char *const none[] = {"", "yes", "no", "on", "tRUE", "true ", "2", "null"};
	bool value;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(trues); i++) {
		value = false;
		assert_true(kg_go_bool_parse(kg_slice_of(trues[i]), &value));
		assert_true(value);
	}
	for (size_t i = 0; i < KG_ARRAY_LEN(falses); i++) {
		value = true;
		assert_true(kg_go_bool_parse(kg_slice_of(falses[i]), &value));
		assert_false(value);
	}
	for (size_t i = 0; i < KG_ARRAY_LEN(none); i++)
		assert_false(kg_go_bool_parse(kg_slice_of(none[i]), &value));
}

struct integer_row {
	const char *text;
	bool go, json;
	int64_t value;
};

static const struct integer_row integers[] = {
        {"0", true, true, 0},
        {"-0", true, true, 0},
        {"10", true, true, 10},
        {"-3", true, true, -3},
        {"+10", true, false, 10},
        {"010", true, false, 10},
        {"-01", true, false, -1},
        {"9223372036854775807", true, true, INT64_MAX},
        {"-9223372036854775808", true, true, INT64_MIN},
        {"9223372036854775808", false, false, 0},
        {"-9223372036854775809", false, false, 0},
        {"1e3", false, false, 0},
        {"1.0", false, false, 0},
        {"0x10", false, false, 0},
        {"1_000", false, false, 0},
        {"\"5\"", false, false, 0},
        {"null", false, false, 0},
        {"true", false, false, 0},
        {"", false, false, 0},
        {"-", false, false, 0},
        {"+", false, false, 0},
        {" 5", false, false, 0},
        {"--5", false, false, 0},
};

static void integers_are_read_as_strconv_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(integers); i++) {
		int64_t value = 99;

		assert_int_equal(kg_go_int_parse(kg_slice_of(integers[i].text), &value), integers[i].go);
		assert_int_equal(value, integers[i].go ? integers[i].value : 99);
	}
}

static void integers_are_read_as_json_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(integers); i++) {
		int64_t value = 99;

		assert_int_equal(kg_json_int_parse(kg_slice_of(integers[i].text), &value), integers[i].json);
		assert_int_equal(value, integers[i].json ? integers[i].value : 99);
	}
}

struct float_row {
	const char *text;
	bool go, json;
};

static const struct float_row floats[] = {
        {"0", true, true},      {"1.0", true, true},      {"5.5", true, true},        {"-0", true, true},         {"1e3", true, true},
        {"1E+3", true, true},   {"1e-400", true, true},   {"0.1e-2", true, true},     {".5", true, false},        {"5.", true, false},
        {"+1", true, false},    {"01", true, false},      {"inf", true, false},       {"-Infinity", true, false}, {"NaN", true, false},
        {"1_000", true, false}, {"0x1p-2", true, false},  {"0x_1p2", true, false},    {"1e400", false, false},    {"0x1", false, false},
        {"+nan", false, false}, {"nan(1)", false, false}, {"1__0", false, false},     {"8e_98", false, false},    {"1e", false, false},
        {"", false, false},     {".", false, false},      {"one", false, false},      {"1,5", false, false},      {" 1", false, false},
        {"1 ", false, false},   {"e5", false, false},     {"0x1p5000", false, false}, {"null", false, false},     {"1.e3", true, false},
};

static void floats_are_those_of_strconv(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(floats); i++) {
		if (kg_go_float_valid(kg_slice_of(floats[i].text)) != floats[i].go)
			fail_msg("%s", floats[i].text);
	}
}

static void floats_are_those_of_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(floats); i++) {
		double value;

		if (kg_json_float_parse(kg_slice_of(floats[i].text), &value) != floats[i].json)
			fail_msg("%s", floats[i].text);
	}
}

static void a_float_keeps_its_value(void **state)
{
	double value = 0;

	(void)state;
	assert_true(kg_json_float_parse(kg_slice_of("-2.5e1"), &value));
	assert_true(value >= -25 && value <= -25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(booleans_are_those_of_go),       cmocka_unit_test(integers_are_read_as_strconv_does),
	        cmocka_unit_test(integers_are_read_as_json_does), cmocka_unit_test(floats_are_those_of_strconv),
	        cmocka_unit_test(floats_are_those_of_json),       cmocka_unit_test(a_float_keeps_its_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
