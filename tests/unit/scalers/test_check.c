#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

/* The checks that rows alone decide, on the rows of real scalers. */

static void prometheus(struct given *given, uint32_t version)
{
	given_trigger(given, "prometheus", version);
	given_known(given, "serverAddress", "https://prometheus.example");
	given_known(given, "query", "up");
	given_known(given, "threshold", "1");
}

static void servicebus(struct given *given, uint32_t version)
{
	given_trigger(given, "azure-servicebus", version);
	given_known(given, "queueName", "orders");
	given_present(given, "connection");
}

static void a_whole_trigger_has_no_complaint(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST);
	expect_nothing(&given);
	servicebus(&given, KG_VERSION_NEWEST);
	expect_nothing(&given);
}

static void a_required_parameter_is_missed(void **state)
{
	struct kg_complaint complaint;
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST);
	*given_row(&given, "query") = (struct kg_param_value){.state = KG_PARAM_ABSENT};
	complaint = expect_complaint(&given, KG_COMPLAINT_MISSING, "query");
	assert_int_equal(given.complaints.count, 1);
	assert_false(complaint.uncertain);
	assert_string_equal(complaint.fix, "give query in the metadata");
	kg_arena_release(&given.arena);
}

static void what_cannot_be_seen_is_not_missed(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "azure-servicebus", KG_VERSION_NEWEST);
	given_known(&given, "queueName", "orders");
	given_unresolved_authentication(&given);
	expect_nothing(&given);
}

static void a_need_without_identity_is_none_with_one(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "azure-servicebus", KG_VERSION_NEWEST);
	given_known(&given, "queueName", "orders");
	expect_only(&given, KG_COMPLAINT_MISSING, "connection");
	given_trigger(&given, "azure-servicebus", KG_VERSION_NEWEST);
	given_known(&given, "queueName", "orders");
	given_identity(&given, "azure-workload");
	expect_only(&given, KG_COMPLAINT_MISSING, "namespace");
}

static void a_need_without_a_formula_is_none_with_one(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION(2, 14, 0));
	*given_row(&given, "threshold") = (struct kg_param_value){.state = KG_PARAM_ABSENT};
	expect_only(&given, KG_COMPLAINT_MISSING, "threshold");
	prometheus(&given, KG_VERSION(2, 14, 0));
	*given_row(&given, "threshold") = (struct kg_param_value){.state = KG_PARAM_ABSENT};
	given.params.metric_source = true;
	expect_nothing(&given);
	prometheus(&given, KG_VERSION(2, 15, 0));
	*given_row(&given, "threshold") = (struct kg_param_value){.state = KG_PARAM_ABSENT};
	given.params.metric_source = true;
	expect_only(&given, KG_COMPLAINT_MISSING, "threshold");
}

struct value_row {
	const char *name, *text;
	uint32_t version;
	bool fits;
};

static void values_are_read_by_type_and_version(void **state)
{
	static const struct value_row rows[] = {
	        {"threshold", "100", KG_VERSION_NEWEST, true},
	        {"threshold", "1e3", KG_VERSION_NEWEST, true},
	        {"threshold", "-5", KG_VERSION_NEWEST, true},
	        {"threshold", "one", KG_VERSION_NEWEST, false},
	        {"threshold", ".5", KG_VERSION_NEWEST, false},
	        {"threshold", "NaN", KG_VERSION_NEWEST, false},
	        {"threshold", ".5", KG_VERSION(2, 14, 0), true},
	        {"threshold", "NaN", KG_VERSION(2, 14, 0), true},
	        {"threshold", "one", KG_VERSION(2, 14, 0), false},
	        {"ignoreNullValues", "T", KG_VERSION_NEWEST, true},
	        {"ignoreNullValues", "yes", KG_VERSION_NEWEST, false},
	        {"ignoreNullValues", "T", KG_VERSION(2, 16, 1), false}, /* JSON's booleans in 2.15 and 2.16 */
	        {"ignoreNullValues", "true", KG_VERSION(2, 16, 1), true},
	        {"ignoreNullValues", "T", KG_VERSION(2, 14, 0), true},
	        {"timeout", "1000", KG_VERSION_NEWEST, true},
	        {"timeout", "30s", KG_VERSION_NEWEST, true},
	        {"timeout", "30s", KG_VERSION(2, 17, 0), false},
	        {"timeout", "-1", KG_VERSION_NEWEST, false},
	        {"timeout", "-1", KG_VERSION(2, 17, 0), false},
	        {"timeout", "a", KG_VERSION_NEWEST, false},
	        {"customHeaders", "a=b,c=d", KG_VERSION_NEWEST, true},
	        {"customHeaders", "a= , =d", KG_VERSION_NEWEST, true},
	        {"customHeaders", "a=b,c", KG_VERSION_NEWEST, false},
	        {"customHeaders", "a=b,", KG_VERSION_NEWEST, false},
	        {"customHeaders", "a=b=c", KG_VERSION_NEWEST, false},
	        {"endpointParams", "a=b", KG_VERSION_NEWEST, true},
	        {"endpointParams", "a=b;c=d", KG_VERSION_NEWEST, false},
	        {"method", "query", KG_VERSION_NEWEST, true},
	        {"method", "POST", KG_VERSION_NEWEST, false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct given given;

		prometheus(&given, rows[i].version);
		given_known(&given, rows[i].name, rows[i].text);
		if (rows[i].fits)
			expect_nothing(&given);
		else
			expect_only(&given, KG_COMPLAINT_INVALID, rows[i].name);
	}
}

static void whole_numbers_are_read_by_version(void **state)
{
	static const struct value_row rows[] = {
	        {"activationMessageCount", "10", KG_VERSION_NEWEST, true},
	        {"activationMessageCount", "-10", KG_VERSION_NEWEST, true},
	        {"activationMessageCount", "010", KG_VERSION_NEWEST, false},
	        {"activationMessageCount", "010", KG_VERSION(2, 16, 0), true},
	        {"activationMessageCount", "AA", KG_VERSION(2, 16, 0), false},
	        {"activationMessageCount", "1.5", KG_VERSION_NEWEST, false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct given given;

		servicebus(&given, rows[i].version);
		given_known(&given, rows[i].name, rows[i].text);
		if (rows[i].fits)
			expect_nothing(&given);
		else
			expect_only(&given, KG_COMPLAINT_INVALID, rows[i].name);
	}
}

static void a_value_that_keda_overlooks_is_doubtful(void **state)
{
	struct given given;

	(void)state;
	servicebus(&given, KG_VERSION(2, 16, 0));
	given_known(&given, "messageCount", "many");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "messageCount");
	servicebus(&given, KG_VERSION(2, 16, 0));
	given_known(&given, "operation", "median");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "operation");
	servicebus(&given, KG_VERSION(2, 17, 0));
	given_known(&given, "messageCount", "many");
	expect_only(&given, KG_COMPLAINT_INVALID, "messageCount");
}

static void a_word_must_be_among_the_allowed(void **state)
{
	struct kg_complaint complaint;
	struct given given;

	(void)state;
	servicebus(&given, KG_VERSION_NEWEST);
	given_known(&given, "operation", "random");
	complaint = expect_complaint(&given, KG_COMPLAINT_INVALID, "operation");
	assert_string_equal(complaint.detail, "must be one of \"sum\", \"max\", \"avg\"");
	assert_true(complaint.show_value);
	kg_arena_release(&given.arena);
}

/* KEDA splits every value with an enum at commas, and then knows none of its own cases. */
static void a_list_for_a_single_word_is_doubtful(void **state)
{
	struct given given;

	(void)state;
	servicebus(&given, KG_VERSION_NEWEST);
	given_known(&given, "operation", "sum, max");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "operation");
	servicebus(&given, KG_VERSION_NEWEST);
	given_known(&given, "operation", "sum,");
	expect_only(&given, KG_COMPLAINT_INVALID, "operation");
}

static void words_that_have_no_effect_are_doubtful(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "temporal", KG_VERSION_NEWEST);
	given_known(&given, "endpoint", "h:7233");
	given_known(&given, "taskQueue", "q");
	given_known(&given, "queueTypes", "workflow, activity");
	expect_nothing(&given);
	given_known(&given, "queueTypes", "workflow,Activity");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "queueTypes");
}

static void an_exclusive_word_may_stand_once(void **state)
{
	static const struct value_row rows[] = {
	        {"authModes", "basic,bearer", KG_VERSION_NEWEST, false},
	        {"authModes", "basic,basic", KG_VERSION_NEWEST, false},
	        {"authModes", "basic,basic", KG_VERSION(2, 14, 0), true},
	        {"authModes", "tls,tls", KG_VERSION_NEWEST, true},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct given given;

		prometheus(&given, rows[i].version);
		given_known(&given, "authModes", rows[i].text);
		given_present(&given, "username");
		given_present(&given, "bearerToken");
		given_present(&given, "cert");
		given_present(&given, "key");
		if (rows[i].fits)
			expect_nothing(&given);
		else
			expect_only(&given, KG_COMPLAINT_INVALID, "authModes");
	}
}

static void parameters_that_exclude_each_other_conflict(void **state)
{
	struct given given;

	(void)state;
	servicebus(&given, KG_VERSION_NEWEST);
	given_known(&given, "subscriptionName", "s");
	expect_only(&given, KG_COMPLAINT_CONFLICT, "queueName");
}

static void a_needed_companion_is_missed(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "azure-servicebus", KG_VERSION_NEWEST);
	given_present(&given, "connection");
	given_known(&given, "topicName", "t");
	expect_only(&given, KG_COMPLAINT_MISSING, "subscriptionName");
}

static void a_value_of_an_authentication_is_never_shown(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST);
	given_known(&given, "method", "s3cret");
	assert_true(expect_complaint(&given, KG_COMPLAINT_INVALID, "method").show_value);
	given_row(&given, "method")->source = KG_SOURCE_AUTH;
	assert_false(expect_complaint(&given, KG_COMPLAINT_INVALID, "method").show_value);
	kg_arena_release(&given.arena);
}

static void a_value_that_may_hold_a_secret_is_never_shown(void **state)
{
	struct kg_complaint complaint;
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST);
	given_known(&given, "customHeaders", "Authorization");
	complaint = expect_complaint(&given, KG_COMPLAINT_INVALID, "customHeaders");
	assert_false(complaint.show_value);
	assert_null(strstr(complaint.detail, "Authorization"));
	kg_arena_release(&given.arena);
}

static void running_out_of_memory_is_told(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST);
	given_known(&given, "threshold", "one");
	given.complaints.arena->cap = 1;
	assert_int_equal(kg_params_check(&given.params, &given.complaints), KG_ENOMEM);
	kg_arena_release(&given.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_whole_trigger_has_no_complaint),
	        cmocka_unit_test(a_required_parameter_is_missed),
	        cmocka_unit_test(what_cannot_be_seen_is_not_missed),
	        cmocka_unit_test(a_need_without_identity_is_none_with_one),
	        cmocka_unit_test(a_need_without_a_formula_is_none_with_one),
	        cmocka_unit_test(values_are_read_by_type_and_version),
	        cmocka_unit_test(whole_numbers_are_read_by_version),
	        cmocka_unit_test(a_value_that_keda_overlooks_is_doubtful),
	        cmocka_unit_test(a_word_must_be_among_the_allowed),
	        cmocka_unit_test(a_list_for_a_single_word_is_doubtful),
	        cmocka_unit_test(words_that_have_no_effect_are_doubtful),
	        cmocka_unit_test(an_exclusive_word_may_stand_once),
	        cmocka_unit_test(parameters_that_exclude_each_other_conflict),
	        cmocka_unit_test(a_needed_companion_is_missed),
	        cmocka_unit_test(a_value_of_an_authentication_is_never_shown),
	        cmocka_unit_test(a_value_that_may_hold_a_secret_is_never_shown),
	        cmocka_unit_test(running_out_of_memory_is_told),

	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
