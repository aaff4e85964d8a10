#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "scalers/value.h"

static const struct kg_scaler typed = {.type = "typed", .typed_since = KG_VERSION_OLDEST};
static const struct kg_scaler untyped = {.type = "untyped", .typed_since = KG_VERSION_NEWEST + 1};

struct fit {
	enum kg_param_type type;
	const char *text;
	bool fits;
};

static void check_fits(const struct kg_scaler *scaler, char separator, const struct fit *rows, size_t count)
{
	const struct kg_params params = {.scaler = scaler, .keda_version = KG_VERSION_NEWEST};

	for (size_t i = 0; i < count; i++) {
		const struct kg_param row = {.name = "row", .type = rows[i].type, .separator = separator};

		if (kg_value_fits(&params, &row, rows[i].text) != rows[i].fits)
			fail_msg("\"%s\" %s", rows[i].text, rows[i].fits ? "does not fit" : "fits");
	}
}

static void a_number_is_one_of_json(void **state)
{
	static const struct fit rows[] = {
	        {KG_TYPE_INT, "10", true},      {KG_TYPE_INT, "-3", true},    {KG_TYPE_INT, "010", false},
	        {KG_TYPE_INT, "1.0", false},    {KG_TYPE_NATURAL, "0", true}, {KG_TYPE_NATURAL, "-1", false},
	        {KG_TYPE_NATURAL, "+1", false}, {KG_TYPE_FLOAT, "1e3", true}, {KG_TYPE_FLOAT, ".5", false},
	};

	(void)state;
	check_fits(&typed, 0, rows, KG_ARRAY_LEN(rows));
}

static void code_of_a_scaler_s_own_reads_numbers_of_go(void **state)
{
	static const struct fit rows[] = {
	        {KG_TYPE_INT, "010", true}, {KG_TYPE_NATURAL, "+1", true}, {KG_TYPE_NATURAL, "-1", false}, {KG_TYPE_FLOAT, ".5", true}};

	(void)state;
	check_fits(&untyped, 0, rows, KG_ARRAY_LEN(rows));
}

static void a_list_of_ranges_holds_numbers_and_pairs_of_them(void **state)
{
	static const struct fit rows[] = {
	        {KG_TYPE_RANGES, "1", true},      {KG_TYPE_RANGES, "1,2, 4-6", true}, {KG_TYPE_RANGES, "6-4", true},
	        {KG_TYPE_RANGES, "1-2-3", false}, {KG_TYPE_RANGES, "-1", false},      {KG_TYPE_RANGES, "1,", false},
	        {KG_TYPE_RANGES, "a-b", false},
	};

	(void)state;
	check_fits(&typed, 0, rows, KG_ARRAY_LEN(rows));
}

static void a_list_of_ranges_stands_for_so_many_numbers(void **state)
{
	static const struct {
		const char *text;
		int64_t size, last;
	} rows[] = {
	        {"7", 1, 0},
	        {"1, 3-5", 4, 5},
	        {"5-3", 0, 3},
	        {"0-9,0-9", 20, 9},
	        {"1-2147483647", INT32_MAX, INT32_MAX},
	        {"0-9223372036854775807", INT64_MAX, INT64_MAX},
	        {"1-9223372036854775807,1-9223372036854775807", INT64_MAX, INT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		int64_t last = -1;

		assert_int_equal(kg_value_ranges_size(kg_slice_of(rows[i].text), ',', &last), rows[i].size);
		assert_int_equal(last, rows[i].last);
	}
}

static void parts_are_split_at_the_row_s_separator(void **state)
{
	static const struct fit commas[] = {{KG_TYPE_MAP, "a=b,c=", true}, {KG_TYPE_MAP, "a=b,", false}, {KG_TYPE_MAP, "a=b=c", false}};
	static const struct fit semicolons[] = {{KG_TYPE_MAP, "a=b,c;d=e", true}, {KG_TYPE_MAP, "a=b,c=d", false}};

	(void)state;
	check_fits(&typed, 0, commas, KG_ARRAY_LEN(commas));
	check_fits(&typed, ';', semicolons, KG_ARRAY_LEN(semicolons));
}

static void a_stranger_is_looked_for_among_the_parts(void **state)
{
	static const char *const words[] = {"a", "b", NULL};
	const struct kg_params params = {.scaler = &typed, .keda_version = KG_VERSION_NEWEST};
	const struct kg_param list = {.name = "row", .type = KG_TYPE_LIST, .separator = ';'};

	(void)state;
	assert_false(kg_value_stranger(&params, &list, "a; b", words));
	assert_true(kg_value_stranger(&params, &list, "a,b", words));
}

static void what_was_not_read_in_the_source_is_never_certain(void **state)
{
	static const struct kg_param rows[] = {{.name = "needed", .need = KG_REQUIRED}};
	static const struct kg_scaler scaler = {
	        .type = "old", .params = rows, .param_count = 1, .typed_since = KG_VERSION(2, 16, 0), .read_since = KG_VERSION(2, 16, 0)};
	const struct kg_param_value absent = {.state = KG_PARAM_ABSENT};
	struct kg_params params = {.scaler = &scaler, .keda_version = KG_VERSION(2, 16, 0), .values = &absent};
	struct kg_complaints complaints = {0};
	struct kg_arena arena;

	(void)state;
	kg_arena_init(&arena, 1 << 16);
	for (int i = 0; i < 2; i++) {
		complaints = (struct kg_complaints){.arena = &arena};
		assert_int_equal(kg_params_check(&params, &complaints), 0);
		assert_int_equal(complaints.count, 1);
		assert_int_equal(complaints.items[0].uncertain, i == 1);
		params.keda_version = KG_VERSION(2, 15, 1);
	}
	kg_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_number_is_one_of_json),
	        cmocka_unit_test(code_of_a_scaler_s_own_reads_numbers_of_go),
	        cmocka_unit_test(a_list_of_ranges_holds_numbers_and_pairs_of_them),
	        cmocka_unit_test(a_list_of_ranges_stands_for_so_many_numbers),
	        cmocka_unit_test(parts_are_split_at_the_row_s_separator),
	        cmocka_unit_test(a_stranger_is_looked_for_among_the_parts),
	        cmocka_unit_test(what_was_not_read_in_the_source_is_never_certain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
