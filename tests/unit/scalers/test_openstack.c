#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

static void metric(struct given *given)
{
	given_trigger(given, "openstack-metric", KG_VERSION_NEWEST);
	given_known(given, "metricsURL", "https://gnocchi/v1/metric");
	given_known(given, "metricID", "m");
	given_known(given, "aggregationMethod", "mean");
	given_known(given, "granularity", "300");
}

static void container(struct given *given)
{
	given_trigger(given, "openstack-swift", KG_VERSION_NEWEST);
	given_known(given, "containerName", "orders");
}

static void nothing_is_said_of_an_authentication_that_cannot_be_seen(void **state)
{
	struct given given;

	(void)state;
	metric(&given);
	given_unresolved_authentication(&given);
	expect_nothing(&given);
	container(&given);
	given_unresolved_authentication(&given);
	expect_nothing(&given);
}

static void a_user_that_cannot_be_seen_may_have_been_given(void **state)
{
	struct given given;

	(void)state;
	metric(&given);
	given_present(&given, "authURL");
	given_unresolved(&given, "userID");
	expect_nothing(&given);
}

static void a_user_that_is_given_wants_a_password(void **state)
{
	struct given given;

	(void)state;
	metric(&given);
	given_present(&given, "authURL");
	given_present(&given, "userID");
	expect_only(&given, KG_COMPLAINT_MISSING, "password");
}

static void an_application_credential_that_may_be_given_is_not_missed(void **state)
{
	struct given given;

	(void)state;
	container(&given);
	given_present(&given, "authURL");
	given_unresolved(&given, "appCredentialID");
	expect_nothing(&given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_is_said_of_an_authentication_that_cannot_be_seen),
	        cmocka_unit_test(a_user_that_cannot_be_seen_may_have_been_given),
	        cmocka_unit_test(a_user_that_is_given_wants_a_password),
	        cmocka_unit_test(an_application_credential_that_may_be_given_is_not_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
