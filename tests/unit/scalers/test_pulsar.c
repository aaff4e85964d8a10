#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

static void backlog(struct given *given)
{
	given_trigger(given, "pulsar", KG_VERSION_NEWEST);
	given_known(given, "adminURL", "https://pulsar:8443");
	given_known(given, "topic", "orders");
	given_known(given, "subscription", "bill");
}

static void nothing_is_said_of_an_authentication_that_cannot_be_seen(void **state)
{
	struct given given;

	(void)state;
	backlog(&given);
	given_unresolved_authentication(&given);
	given_known(&given, "tls", "enable");
	expect_nothing(&given);
}

static void a_certificate_waits_for_a_mode_that_cannot_be_seen(void **state)
{
	struct given given;

	(void)state;
	backlog(&given);
	given_unresolved(&given, "authModes");
	given_present(&given, "key");
	expect_nothing(&given);
}

static void a_certificate_that_cannot_be_seen_is_taken_the_old_way(void **state)
{
	struct given given;

	(void)state;
	backlog(&given);
	given_known(&given, "tls", "enable");
	given_present(&given, "cert");
	given_present(&given, "key");
	expect_nothing(&given);
}

static void half_a_certificate_is_refused_the_old_way(void **state)
{
	struct given given;

	(void)state;
	backlog(&given);
	given_known(&given, "tls", "enable");
	given_present(&given, "cert");
	expect_only(&given, KG_COMPLAINT_MISSING, "key");
}

static void a_client_secret_that_may_be_given_is_not_missed(void **state)
{
	struct given given;

	(void)state;
	backlog(&given);
	given_known(&given, "authModes", "oauth");
	given_known(&given, "oauthTokenURI", "https://id/token");
	given_known(&given, "clientID", "c");
	given_unresolved(&given, "clientSecret");
	expect_nothing(&given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_is_said_of_an_authentication_that_cannot_be_seen),
	        cmocka_unit_test(a_certificate_waits_for_a_mode_that_cannot_be_seen),
	        cmocka_unit_test(a_certificate_that_cannot_be_seen_is_taken_the_old_way),
	        cmocka_unit_test(half_a_certificate_is_refused_the_old_way),
	        cmocka_unit_test(a_client_secret_that_may_be_given_is_not_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
