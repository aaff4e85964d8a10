#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

static void servicebus(struct given *given, uint32_t version)
{
	given_trigger(given, "azure-servicebus", version);
	given_present(given, "connection");
}

static void with_identity(struct given *given, uint32_t version)
{
	given_trigger(given, "azure-servicebus", version);
	given_identity(given, "azure-workload");
	given_known(given, "namespace", "shop");
	given_known(given, "queueName", "orders");
}

static void a_queue_or_a_topic_with_subscription_is_whole(void **state)
{
	struct given given;

	(void)state;
	servicebus(&given, KG_VERSION_NEWEST);
	given_known(&given, "queueName", "q");
	expect_nothing(&given);
	servicebus(&given, KG_VERSION_NEWEST);
	given_known(&given, "topicName", "t");
	given_known(&given, "subscriptionName", "s");
	expect_nothing(&given);
	with_identity(&given, KG_VERSION_NEWEST);
	expect_nothing(&given);
}

static void any_other_combination_is_refused(void **state)
{
	static const struct {
		const char *given[2];
		enum kg_complaint_kind kind;
		const char *parameter;
	} rows[] = {
	        {{NULL, NULL}, KG_COMPLAINT_MISSING, "queueName"},
	        {{"subscriptionName", NULL}, KG_COMPLAINT_MISSING, "topicName"},
	        {{"topicName", NULL}, KG_COMPLAINT_MISSING, "subscriptionName"},
	        {{"queueName", "subscriptionName"}, KG_COMPLAINT_CONFLICT, "queueName"},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct given given;

		servicebus(&given, KG_VERSION_NEWEST);
		for (size_t k = 0; k < 2 && rows[i].given[k]; k++)
			given_known(&given, rows[i].given[k], "x");
		expect_only(&given, rows[i].kind, rows[i].parameter);
	}
}

static void a_queue_excludes_a_topic(void **state)
{
	struct given given;

	(void)state;
	servicebus(&given, KG_VERSION_NEWEST);
	given_known(&given, "queueName", "q");
	given_known(&given, "topicName", "t");
	assert_false(expect_complaint(&given, KG_COMPLAINT_CONFLICT, "queueName").uncertain);
	kg_arena_release(&given.arena);
}

static void neither_identity_nor_connection_is_refused(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "azure-servicebus", KG_VERSION_NEWEST);
	given_known(&given, "queueName", "q");
	assert_string_equal(expect_complaint(&given, KG_COMPLAINT_MISSING, "connection").fix,
	                    "give connection in a TriggerAuthentication, or connectionFromEnv in the metadata");
	expect_only(&given, KG_COMPLAINT_MISSING, "connection");
}

static void an_identity_needs_the_namespace(void **state)
{
	struct given given;

	(void)state;
	with_identity(&given, KG_VERSION_NEWEST);
	*given_row(&given, "namespace") = (struct kg_param_value){.state = KG_PARAM_ABSENT};
	expect_only(&given, KG_COMPLAINT_MISSING, "namespace");
	with_identity(&given, KG_VERSION(2, 10, 0));
	*given_row(&given, "namespace") = (struct kg_param_value){.state = KG_PARAM_ABSENT};
	given_identity(&given, "azure");
	expect_only(&given, KG_COMPLAINT_MISSING, "namespace");
}

static void another_provider_is_refused(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "azure-servicebus", KG_VERSION_NEWEST);
	given_known(&given, "queueName", "q");
	given_identity(&given, "aws");
	assert_int_equal(kg_params_useless_identity(&given.params), KG_IDENTITY_REFUSED);
	expect_nothing(&given);
}

static void a_full_host_name_as_namespace_is_doubtful(void **state)
{
	struct given given;

	(void)state;
	with_identity(&given, KG_VERSION_NEWEST);
	given_known(&given, "namespace", "shop.servicebus.windows.net");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "namespace");
}

static void a_pattern_must_be_a_regular_expression(void **state)
{
	struct given given;

	(void)state;
	servicebus(&given, KG_VERSION_NEWEST);
	given_known(&given, "queueName", "*");
	expect_nothing(&given);
	given_known(&given, "useRegex", "true");
	expect_only(&given, KG_COMPLAINT_INVALID, "queueName");
	servicebus(&given, KG_VERSION_NEWEST);
	given_known(&given, "useRegex", "true");
	given_known(&given, "topicName", "*");
	given_known(&given, "subscriptionName", "s.*");
	expect_nothing(&given);
	given_known(&given, "subscriptionName", "(");
	expect_only(&given, KG_COMPLAINT_INVALID, "subscriptionName");
}

static void patterns_count_nothing_in_2_17_0_without_operation(void **state)
{
	struct given given;

	(void)state;
	servicebus(&given, KG_VERSION(2, 17, 0));
	given_known(&given, "queueName", "q.*");
	given_known(&given, "useRegex", "true");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "useRegex");
	servicebus(&given, KG_VERSION(2, 17, 1));
	given_known(&given, "queueName", "q.*");
	given_known(&given, "useRegex", "true");
	expect_nothing(&given);
}

static void the_cloud_is_read_with_an_identity_only(void **state)
{
	struct given given;

	(void)state;
	servicebus(&given, KG_VERSION_NEWEST);
	given_known(&given, "queueName", "q");
	given_known(&given, "cloud", "InvalidCloud");
	expect_nothing(&given);
	with_identity(&given, KG_VERSION_NEWEST);
	given_known(&given, "cloud", "InvalidCloud");
	expect_only(&given, KG_COMPLAINT_INVALID, "cloud");
}

static void known_clouds_are_taken_in_any_case(void **state)
{
	static const char *const clouds[] = {"AzureCloud",      "azurepubliccloud", "AzureUSGovernment", "AZUREUSGOVERNMENTCLOUD",
	                                     "AzureChinaCloud", "AzureGermanCloud", "AzureStackCloud"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(clouds); i++) {
		struct given given;

		with_identity(&given, KG_VERSION_NEWEST);
		given_known(&given, "cloud", clouds[i]);
		expect_nothing(&given);
	}
}

static void a_private_cloud_needs_its_suffix(void **state)
{
	struct given given;

	(void)state;
	with_identity(&given, KG_VERSION_NEWEST);
	given_known(&given, "cloud", "private");
	expect_only(&given, KG_COMPLAINT_MISSING, "endpointSuffix");
	with_identity(&given, KG_VERSION_NEWEST);
	given_known(&given, "cloud", "Private");
	given_known(&given, "endpointSuffix", "servicebus.private.cloud");
	expect_nothing(&given);
}

static void the_way_is_always_encrypted(void **state)
{
	struct given given;

	(void)state;
	servicebus(&given, KG_VERSION(2, 10, 0));
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_ON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_queue_or_a_topic_with_subscription_is_whole),
	        cmocka_unit_test(any_other_combination_is_refused),
	        cmocka_unit_test(a_queue_excludes_a_topic),
	        cmocka_unit_test(neither_identity_nor_connection_is_refused),
	        cmocka_unit_test(an_identity_needs_the_namespace),
	        cmocka_unit_test(another_provider_is_refused),
	        cmocka_unit_test(a_full_host_name_as_namespace_is_doubtful),
	        cmocka_unit_test(a_pattern_must_be_a_regular_expression),
	        cmocka_unit_test(patterns_count_nothing_in_2_17_0_without_operation),
	        cmocka_unit_test(the_cloud_is_read_with_an_identity_only),
	        cmocka_unit_test(known_clouds_are_taken_in_any_case),
	        cmocka_unit_test(a_private_cloud_needs_its_suffix),
	        cmocka_unit_test(the_way_is_always_encrypted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
