#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

static void runner(struct given *given)
{
	given_trigger(given, "github-runner", KG_VERSION_NEWEST);
	given_known(given, "owner", "shop");
	given_known(given, "runnerScope", "org");
}

static void nothing_is_said_of_an_authentication_that_cannot_be_seen(void **state)
{
	struct given given;

	(void)state;
	runner(&given);
	given_unresolved_authentication(&given);
	given_known(&given, "applicationID", "1");
	given_known(&given, "installationID", "2");
	expect_nothing(&given);
}

static void numbers_that_cannot_be_seen_are_taken(void **state)
{
	struct given given;

	(void)state;
	runner(&given);
	given_present(&given, "appKey");
	given_unresolved(&given, "applicationID");
	given_unresolved(&given, "installationID");
	expect_nothing(&given);
}

static void a_key_that_is_seen_wants_its_numbers(void **state)
{
	struct given given;

	(void)state;
	runner(&given);
	given_present(&given, "appKey");
	given_known(&given, "installationID", "2");
	expect_only(&given, KG_COMPLAINT_MISSING, "applicationID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_is_said_of_an_authentication_that_cannot_be_seen),
	        cmocka_unit_test(numbers_that_cannot_be_seen_are_taken),
	        cmocka_unit_test(a_key_that_is_seen_wants_its_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
