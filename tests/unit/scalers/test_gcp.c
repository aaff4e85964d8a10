#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

static void bucket(struct given *given)
{
	given_trigger(given, "gcp-storage", KG_VERSION_NEWEST);
	given_known(given, "bucketName", "orders");
}

static void metric(struct given *given)
{
	given_trigger(given, "gcp-stackdriver", KG_VERSION_NEWEST);
	given_known(given, "projectId", "shop");
	given_known(given, "filter", "f");
}

static void a_key_that_cannot_be_seen_is_taken(void **state)
{
	struct given given;

	(void)state;
	metric(&given);
	given_present(&given, "GoogleApplicationCredentials");
	expect_nothing(&given);
}

static void nothing_is_said_of_an_authentication_that_cannot_be_seen(void **state)
{
	struct given given;

	(void)state;
	bucket(&given);
	given_unresolved_authentication(&given);
	expect_nothing(&given);
}

static void an_identity_that_cannot_be_seen_excuses_an_empty_variable(void **state)
{
	struct given given;

	(void)state;
	metric(&given);
	given_unresolved_authentication(&given);
	given_known(&given, "credentialsFromEnv", "KEY");
	expect_nothing(&given);
}

static void a_variable_that_cannot_be_seen_is_taken(void **state)
{
	struct given given;

	(void)state;
	metric(&given);
	given_known(&given, "credentialsFromEnv", "KEY");
	given_unresolved(&given, "credentials");
	expect_nothing(&given);
}

static void a_variable_without_a_key_is_refused_at_once(void **state)
{
	struct given given;

	(void)state;
	metric(&given);
	given_known(&given, "credentialsFromEnv", "KEY");
	expect_only(&given, KG_COMPLAINT_INVALID, "credentialsFromEnv");
}

static void one_name_that_cannot_be_seen_is_enough(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "gcp-pubsub", KG_VERSION_NEWEST);
	given_identity(&given, "gcp");
	given_unresolved(&given, "topicName");
	expect_nothing(&given);
}

static void two_names_that_may_be_given_are_no_conflict(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "gcp-pubsub", KG_VERSION_NEWEST);
	given_identity(&given, "gcp");
	given_known(&given, "subscriptionName", "orders");
	given_unresolved(&given, "topicName");
	expect_nothing(&given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_key_that_cannot_be_seen_is_taken),
	        cmocka_unit_test(nothing_is_said_of_an_authentication_that_cannot_be_seen),
	        cmocka_unit_test(an_identity_that_cannot_be_seen_excuses_an_empty_variable),
	        cmocka_unit_test(a_variable_that_cannot_be_seen_is_taken),
	        cmocka_unit_test(a_variable_without_a_key_is_refused_at_once),
	        cmocka_unit_test(one_name_that_cannot_be_seen_is_enough),
	        cmocka_unit_test(two_names_that_may_be_given_are_no_conflict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
