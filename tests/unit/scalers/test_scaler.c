#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/scalers/scaler.h"

static void every_type_is_found_by_its_name(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(kg_scaler_find(scalers[i]->type), scalers[i]);
}

static void what_keda_never_had_is_not_found(void **state)
{
	(void)state;
	assert_null(kg_scaler_find("Prometheus"));
	assert_null(kg_scaler_find("prometheu"));
	assert_null(kg_scaler_find(""));
	assert_null(kg_scaler_find(NULL));
	assert_null(kg_scaler_find("external-mock"));
}

static void types_come_and_go_with_versions(void **state)
{
	static const struct {
		const char *type;
		uint32_t version;
		bool exists;
	} rows[] = {
	        {"temporal", KG_VERSION(2, 16, 1), false},   {"temporal", KG_VERSION(2, 17, 0), true},
	        {"stan", KG_VERSION(2, 18, 3), true},        {"stan", KG_VERSION(2, 19, 0), false},
	        {"solr", KG_VERSION(2, 10, 1), false},       {"solr", KG_VERSION(2, 11, 0), true},
	        {"clickhouse", KG_VERSION(2, 20, 2), false}, {"clickhouse", KG_VERSION(2, 21, 0), true},
	        {"kafka", KG_VERSION(2, 10, 0), true},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++)
		assert_int_equal(kg_scaler_exists(kg_scaler_find(rows[i].type), rows[i].version), rows[i].exists);
}

static void the_nearest_type_is_one_of_this_version(void **state)
{
	(void)state;
	assert_string_equal(kg_scaler_nearest("prometeus", KG_VERSION_NEWEST), "prometheus");
	assert_string_equal(kg_scaler_nearest("azure-service-bus", KG_VERSION_NEWEST), "azure-servicebus");
	assert_string_equal(kg_scaler_nearest("postgres", KG_VERSION_NEWEST), "postgresql");
	assert_null(kg_scaler_nearest("click-house", KG_VERSION_NEWEST));
	assert_string_equal(kg_scaler_nearest("click-house", KG_VERSION(2, 21, 0)), "clickhouse");
	assert_null(kg_scaler_nearest("nothing-of-the-kind", KG_VERSION_NEWEST));
}

static void providers_are_read_and_named(void **state)
{
	static const char *const names[] = {"none", "azure-workload", "aws", "aws-eks", "gcp", "azure", "aws-kiam"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(names); i++)
		assert_string_equal(kg_provider_name(kg_provider_parse(names[i])), names[i]);
	assert_int_equal(kg_provider_parse(NULL), KG_PROVIDER_NONE);
	assert_int_equal(kg_provider_parse(""), KG_PROVIDER_NONE);
	assert_int_equal(kg_provider_parse("Azure-Workload"), KG_PROVIDER_OTHER);
	assert_string_equal(kg_provider_name(KG_PROVIDER_OTHER), "");
}

static void providers_come_and_go_with_versions(void **state)
{
	(void)state;
	assert_true(kg_provider_exists(KG_PROVIDER_AZURE, KG_VERSION(2, 14, 1)));
	assert_false(kg_provider_exists(KG_PROVIDER_AZURE, KG_VERSION(2, 15, 0)));
	assert_false(kg_provider_exists(KG_PROVIDER_AWS, KG_VERSION(2, 12, 1)));
	assert_true(kg_provider_exists(KG_PROVIDER_AWS, KG_VERSION(2, 13, 0)));
	assert_true(kg_provider_exists(KG_PROVIDER_NONE, KG_VERSION(2, 10, 0)));
	assert_false(kg_provider_exists(KG_PROVIDER_OTHER, KG_VERSION_NEWEST));
}

static void a_provider_has_an_effect_from_a_version_on(void **state)
{
	const struct kg_scaler *postgresql = kg_scaler_find("postgresql");
	uint32_t since = 7;

	(void)state;
	assert_false(kg_scaler_supports(postgresql, KG_PROVIDER_AZURE_WORKLOAD, KG_VERSION(2, 14, 1), &since));
	assert_int_equal(since, KG_VERSION(2, 15, 0));
	assert_true(kg_scaler_supports(postgresql, KG_PROVIDER_AZURE_WORKLOAD, KG_VERSION(2, 15, 0), NULL));
	assert_false(kg_scaler_supports(postgresql, KG_PROVIDER_GCP, KG_VERSION_NEWEST, &since));
	assert_int_equal(since, 0);
	assert_false(kg_scaler_supports(postgresql, KG_PROVIDER_NONE, KG_VERSION_NEWEST, NULL));
	assert_false(kg_scaler_supports(kg_scaler_find("temporal"), KG_PROVIDER_AZURE_WORKLOAD, KG_VERSION_NEWEST, NULL));
}

static void a_removed_provider_has_no_effect_any_more(void **state)
{
	const struct kg_scaler *servicebus = kg_scaler_find("azure-servicebus");

	(void)state;
	assert_true(kg_scaler_supports(servicebus, KG_PROVIDER_AZURE, KG_VERSION(2, 14, 0), NULL));
	assert_false(kg_scaler_supports(servicebus, KG_PROVIDER_AZURE, KG_VERSION(2, 15, 0), NULL));
}

static void a_metadata_key_finds_the_row_that_reads_it(void **state)
{
	const struct kg_scaler *temporal = kg_scaler_find("temporal");
	bool from_env = true;

	(void)state;
	assert_string_equal(kg_scaler_param(temporal, "endpoint", KG_VERSION_NEWEST, &from_env)->name, "endpoint");
	assert_false(from_env);
	assert_string_equal(kg_scaler_param(temporal, "endpointFromEnv", KG_VERSION_NEWEST, &from_env)->name, "endpoint");
	assert_true(from_env);
	assert_string_equal(kg_scaler_param(temporal, "apiKeyFromEnv", KG_VERSION_NEWEST, NULL)->name, "apiKey");
}

static void a_key_that_no_source_reads_finds_no_row(void **state)
{
	const struct kg_scaler *temporal = kg_scaler_find("temporal");

	(void)state;
	assert_null(kg_scaler_param(temporal, "apiKey", KG_VERSION_NEWEST, NULL)); /* the TriggerAuthentication and the environment only */
	assert_null(kg_scaler_param(temporal, "queueTypesFromEnv", KG_VERSION_NEWEST, NULL));
	assert_null(kg_scaler_param(temporal, "FromEnv", KG_VERSION_NEWEST, NULL));
	assert_null(kg_scaler_param(temporal, "Endpoint", KG_VERSION_NEWEST, NULL));
	assert_null(kg_scaler_param(kg_scaler_find("azure-servicebus"), "queueLength", KG_VERSION_NEWEST, NULL));
}

static void a_key_finds_the_row_of_its_version(void **state)
{
	const struct kg_scaler *prometheus = kg_scaler_find("prometheus");

	(void)state;
	assert_int_equal(kg_scaler_param(prometheus, "timeout", KG_VERSION(2, 17, 0), NULL)->type, KG_TYPE_INT);
	assert_int_equal(kg_scaler_param(prometheus, "timeout", KG_VERSION(2, 18, 0), NULL)->type, KG_TYPE_DURATION);
	assert_int_equal(kg_scaler_param(prometheus, "threshold", KG_VERSION(2, 14, 0), NULL)->need, KG_REQUIRED_WITHOUT_FORMULA);
	assert_int_equal(kg_scaler_param(prometheus, "threshold", KG_VERSION(2, 15, 0), NULL)->need, KG_REQUIRED);
}

static void a_key_of_another_version_still_finds_a_row(void **state)
{
	const struct kg_scaler *prometheus = kg_scaler_find("prometheus");
	const struct kg_param *row = kg_scaler_param(prometheus, "metricName", KG_VERSION_NEWEST, NULL);

	(void)state;
	assert_non_null(row);
	assert_false(kg_param_exists(row, KG_VERSION_NEWEST));
	row = kg_scaler_param(prometheus, "timeout", KG_VERSION(2, 16, 0), NULL);
	assert_int_equal(row->since, KG_VERSION(2, 17, 0));
	row = kg_scaler_param(prometheus, "authMode", KG_VERSION(2, 17, 0), NULL);
	assert_non_null(row);
	assert_false(kg_param_exists(row, KG_VERSION(2, 17, 0)));
}

static void a_row_is_found_whatever_its_source(void **state)
{
	(void)state;
	assert_string_equal(kg_scaler_row(kg_scaler_find("temporal"), "apiKey", KG_VERSION_NEWEST)->name, "apiKey");
	assert_string_equal(kg_scaler_row(kg_scaler_find("prometheus"), "token", KG_VERSION_NEWEST)->name, "bearerToken");
	assert_null(kg_scaler_row(kg_scaler_find("temporal"), "password", KG_VERSION_NEWEST));
	assert_null(kg_scaler_row(&(struct kg_scaler){.type = "undescribed"}, "password", KG_VERSION_NEWEST));
}

static void only_resource_and_time_triggers_refuse_cached_metrics(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);
	size_t refusing = 0;

	(void)state;
	for (size_t i = 0; i < count; i++)
		refusing += scalers[i]->no_cached_metrics;
	assert_int_equal(refusing, 3);
	assert_true(kg_scaler_find("cron")->no_cached_metrics);
	assert_true(kg_scaler_find("cpu")->resource_metric && kg_scaler_find("memory")->resource_metric);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_type_is_found_by_its_name),
	        cmocka_unit_test(what_keda_never_had_is_not_found),
	        cmocka_unit_test(types_come_and_go_with_versions),
	        cmocka_unit_test(the_nearest_type_is_one_of_this_version),
	        cmocka_unit_test(providers_are_read_and_named),
	        cmocka_unit_test(providers_come_and_go_with_versions),
	        cmocka_unit_test(a_provider_has_an_effect_from_a_version_on),
	        cmocka_unit_test(a_removed_provider_has_no_effect_any_more),
	        cmocka_unit_test(a_metadata_key_finds_the_row_that_reads_it),
	        cmocka_unit_test(a_key_that_no_source_reads_finds_no_row),
	        cmocka_unit_test(a_key_finds_the_row_of_its_version),
	        cmocka_unit_test(a_key_of_another_version_still_finds_a_row),
	        cmocka_unit_test(a_row_is_found_whatever_its_source),
	        cmocka_unit_test(only_resource_and_time_triggers_refuse_cached_metrics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
