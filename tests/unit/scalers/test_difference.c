#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/scalers/difference.h"

#define FROM    KG_VERSION(2, 16, 0)
#define BETWEEN KG_VERSION(2, 18, 0)
#define TO      KG_VERSION(2, 20, 0)

enum { CHANGES_MAX = 8 };

struct changes {
	size_t count;
	struct kg_scaler_change items[CHANGES_MAX];
};

static void collect(void *context, const struct kg_scaler_change *change)
{
	struct changes *changes = context;

	assert_in_range(changes->count, 0, CHANGES_MAX - 1);
	changes->items[changes->count++] = *change;
}

static struct changes difference(const struct kg_scaler *scaler)
{
	struct changes changes = {0};

	kg_scaler_difference(scaler, FROM, TO, collect, &changes);
	return changes;
}

static struct changes difference_of_rows(const struct kg_param *rows, size_t count)
{
	return difference(&(struct kg_scaler){.type = "made-up", .params = rows, .param_count = count});
}

/* The one change of these rows. */
static struct kg_scaler_change one_change(const struct kg_param *rows, size_t count)
{
	struct changes changes = difference_of_rows(rows, count);

	assert_int_equal(changes.count, 1);
	return changes.items[0];
}

static void what_stays_is_no_change(void **state)
{
	static const struct kg_param rows[] = {
	        {.name = "old", .removed = FROM},
	        {.name = "steady", .also = {"constant"}, .def = "1"},
	        {.name = "early", .since = FROM},
	        {.name = "late", .since = KG_VERSION(2, 20, 1)},
	        {.name = "split", .removed = BETWEEN},
	        {.name = "split", .since = BETWEEN},
	        {.name = "fleeting", .since = KG_VERSION(2, 17, 0), .removed = KG_VERSION(2, 19, 0)},
	};

	(void)state;
	assert_int_equal(difference_of_rows(rows, KG_ARRAY_LEN(rows)).count, 0);
}

static void a_new_parameter_is_added_in_its_first_release(void **state)
{
	static const struct kg_param rows[] = {
	        {.name = "new", .also = {"nouveau"}, .since = KG_VERSION(2, 17, 0), .removed = BETWEEN},
	        {.name = "new", .also = {"nouveau"}, .since = BETWEEN, .need = KG_REQUIRED},
	};
	struct kg_scaler_change change = one_change(rows, KG_ARRAY_LEN(rows));

	(void)state;
	assert_int_equal(change.kind, KG_CHANGE_PARAM_ADDED);
	assert_string_equal(change.name, "new");
	assert_int_equal(change.version, KG_VERSION(2, 17, 0));
	assert_ptr_equal(change.after, &rows[1]);
}

static void a_parameter_that_goes_says_what_to_write(void **state)
{
	static const struct kg_param rows[] = {{.name = "gone", .also = {"parti"}, .removed = BETWEEN, .instead = "stays"}};
	struct kg_scaler_change change = one_change(rows, KG_ARRAY_LEN(rows));

	(void)state;
	assert_int_equal(change.kind, KG_CHANGE_PARAM_REMOVED);
	assert_string_equal(change.name, "gone");
	assert_string_equal(change.instead, "stays");
	assert_int_equal(change.version, BETWEEN);
}

static void a_name_that_comes_or_goes_is_not_the_parameter(void **state)
{
	static const struct kg_param rows[] = {
	        {.name = "host", .also = {"server"}, .removed = BETWEEN},
	        {.name = "host", .also = {"address"}, .since = BETWEEN},
	};
	struct changes changes = difference_of_rows(rows, KG_ARRAY_LEN(rows));

	(void)state;
	assert_int_equal(changes.count, 2);
	assert_int_equal(changes.items[0].kind, KG_CHANGE_NAME_REMOVED);
	assert_string_equal(changes.items[0].name, "server");
	assert_string_equal(changes.items[0].instead, "host");
	assert_int_equal(changes.items[1].kind, KG_CHANGE_NAME_ADDED);
	assert_string_equal(changes.items[1].name, "address");
}

static void announced_is_not_yet_refused(void **state)
{
	static const struct kg_param announced[] = {
	        {.name = "a", .announced = BETWEEN, .deprecated = KG_VERSION(2, 21, 0), .instead = "b"}};
	static const struct kg_param refused[] = {{.name = "a", .announced = BETWEEN, .deprecated = TO, .instead = "b"}};
	struct kg_scaler_change change = one_change(announced, 1);

	(void)state;
	assert_int_equal(change.kind, KG_CHANGE_PARAM_ANNOUNCED);
	assert_int_equal(change.version, BETWEEN);
	assert_string_equal(change.instead, "b");
	change = one_change(refused, 1);
	assert_int_equal(change.kind, KG_CHANGE_PARAM_REFUSED);
	assert_int_equal(change.version, TO);
	assert_string_equal(change.instead, "b");
}

static void a_name_may_be_refused_from_one_source_and_read_from_another(void **state)
{
	static const struct kg_param rows[] = {
	        {.name = "token", .from = {KG_SOURCE_METADATA, KG_SOURCE_AUTH}, .removed = TO},
	        {.name = "token", .from = {KG_SOURCE_AUTH}, .since = TO},
	        {.name = "token", .from = {KG_SOURCE_METADATA}, .since = TO, .deprecated = TO},
	};
	struct changes changes = difference_of_rows(rows, KG_ARRAY_LEN(rows));

	(void)state;
	assert_int_equal(changes.count, 2);
	assert_int_equal(changes.items[0].kind, KG_CHANGE_PARAM_REFUSED);
	assert_ptr_equal(changes.items[0].after, &rows[2]);
	assert_int_equal(changes.items[1].kind, KG_CHANGE_SOURCES);
	assert_ptr_equal(changes.items[1].after, &rows[1]);
}

static void each_fact_of_a_row_is_compared(void **state)
{
	static const char *const few[] = {"a", "b", NULL};
	static const char *const more[] = {"a", "b", "c", NULL};
	static const struct {
		enum kg_scaler_change_kind kind;
		struct kg_param rows[2];
	} table[] = {
	        {KG_CHANGE_NEED, {{.name = "p", .removed = TO}, {.name = "p", .since = TO, .need = KG_REQUIRED}}},
	        {KG_CHANGE_DEFAULT, {{.name = "p", .removed = TO, .def = "1"}, {.name = "p", .since = TO, .def = "2"}}},
	        {KG_CHANGE_DEFAULT, {{.name = "p", .removed = TO, .def = "1"}, {.name = "p", .since = TO}}},
	        {KG_CHANGE_SOURCES, {{.name = "p", .removed = TO}, {.name = "p", .since = TO, .from = {KG_SOURCE_ENV}}}},
	        {KG_CHANGE_VALUE_TYPE, {{.name = "p", .removed = TO}, {.name = "p", .since = TO, .type = KG_TYPE_INT}}},
	        {KG_CHANGE_VALUES, {{.name = "p", .removed = TO, .values = few}, {.name = "p", .since = TO, .values = more}}},
	        {KG_CHANGE_VALUES, {{.name = "p", .removed = TO, .values = few}, {.name = "p", .since = TO}}},
	        {KG_CHANGE_BOUND, {{.name = "p", .bound = KG_BOUND_POSITIVE, .bound_since = BETWEEN}, {.name = "q"}}},
	        {KG_CHANGE_CHECKED, {{.name = "p", .checked_since = BETWEEN}, {.name = "q"}}},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(table); i++)
		assert_int_equal(one_change(table[i].rows, 2).kind, table[i].kind);
}

static void of_a_type_that_comes_or_goes_nothing_else_is_said(void **state)
{
	static const struct kg_param rows[] = {{.name = "new", .since = BETWEEN}};
	struct kg_scaler scaler = {.params = rows, .param_count = 1, .since = BETWEEN};
	struct changes changes = difference(&scaler);

	(void)state;
	assert_int_equal(changes.count, 1);
	assert_int_equal(changes.items[0].kind, KG_CHANGE_TYPE_ADDED);
	scaler.since = 0;
	scaler.removed = TO;
	scaler.instead = "another";
	changes = difference(&scaler);
	assert_int_equal(changes.count, 1);
	assert_int_equal(changes.items[0].kind, KG_CHANGE_TYPE_REMOVED);
	assert_string_equal(changes.items[0].instead, "another");
	scaler.removed = FROM;
	assert_int_equal(difference(&scaler).count, 0);
}

static void a_deprecated_type_goes_on(void **state)
{
	static const struct kg_param rows[] = {{.name = "new", .since = BETWEEN}};
	struct changes changes = difference(&(struct kg_scaler){.params = rows, .param_count = 1, .deprecated = BETWEEN});

	(void)state;
	assert_int_equal(changes.count, 2);
	assert_int_equal(changes.items[0].kind, KG_CHANGE_TYPE_DEPRECATED);
	assert_int_equal(changes.items[1].kind, KG_CHANGE_PARAM_ADDED);
}

static void providers_come_and_go(void **state)
{
	static const struct kg_identity_support identities[] = {
	        {KG_PROVIDER_AWS_KIAM, 0}, {KG_PROVIDER_GCP, KG_VERSION(2, 14, 0)}, {KG_PROVIDER_AWS_EKS, 0}, {KG_PROVIDER_NONE, 0}};
	const struct kg_scaler scaler = {.identities = identities};
	struct changes changes = {0};

	(void)state;
	kg_scaler_difference(&scaler, KG_VERSION(2, 12, 0), FROM, collect, &changes);
	assert_int_equal(changes.count, 2);
	assert_int_equal(changes.items[0].kind, KG_CHANGE_PROVIDER_ADDED);
	assert_int_equal(changes.items[0].provider, KG_PROVIDER_GCP);
	assert_int_equal(changes.items[0].version, KG_VERSION(2, 14, 0));
	assert_int_equal(changes.items[1].kind, KG_CHANGE_PROVIDER_REMOVED);
	assert_int_equal(changes.items[1].provider, KG_PROVIDER_AWS_KIAM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_stays_is_no_change),
	        cmocka_unit_test(a_new_parameter_is_added_in_its_first_release),
	        cmocka_unit_test(a_parameter_that_goes_says_what_to_write),
	        cmocka_unit_test(a_name_that_comes_or_goes_is_not_the_parameter),
	        cmocka_unit_test(announced_is_not_yet_refused),
	        cmocka_unit_test(a_name_may_be_refused_from_one_source_and_read_from_another),
	        cmocka_unit_test(each_fact_of_a_row_is_compared),
	        cmocka_unit_test(of_a_type_that_comes_or_goes_nothing_else_is_said),
	        cmocka_unit_test(a_deprecated_type_goes_on),
	        cmocka_unit_test(providers_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
