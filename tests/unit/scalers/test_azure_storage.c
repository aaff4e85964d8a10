#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

#define HUB         "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=c2VjcmV0"
#define CLEAR_TEXT  "DefaultEndpointsProtocol=http;AccountName=shop;AccountKey=c2VjcmV0"
#define ENCRYPTED   "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=c2VjcmV0"
#define NO_STORAGE  "UseDevelopmentStorage=true"
#define NAME_IS_TOO KG_VERSION(2, 21, 0)

static void blob(struct given *given)
{
	given_trigger(given, "azure-blob", KG_VERSION_NEWEST);
	given_known(given, "blobContainerName", "images");
}

static void nothing_is_said_of_an_authentication_that_cannot_be_seen(void **state)
{
	struct given given;

	(void)state;
	blob(&given);
	given_unresolved_authentication(&given);
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_UNKNOWN);
	expect_nothing(&given);
	given_trigger(&given, "azure-eventhub", KG_VERSION_NEWEST);
	given_unresolved_authentication(&given);
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_UNKNOWN);
	expect_nothing(&given);
}

/* It would replace the connection string. */
static void an_identity_that_cannot_be_seen_excuses_the_connection_string(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	blob(&given);
	given_unresolved_authentication(&given);
	given_known(&given, "connection", CLEAR_TEXT);
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_UNKNOWN);
	assert_false(kg_params_credential(&given.params, &use));
	given_known(&given, "connection", NO_STORAGE);
	expect_nothing(&given);
}

static void a_connection_string_that_cannot_be_seen_is_taken(void **state)
{
	struct given given;

	(void)state;
	blob(&given);
	given_present(&given, "connection");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_UNKNOWN);
	expect_nothing(&given);
	given_trigger(&given, "azure-eventhub", KG_VERSION(2, 20, 2));
	given_present(&given, "connection");
	given_present(&given, "storageConnection");
	given_known(&given, "eventHubName", "orders");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_UNKNOWN);
	expect_nothing(&given);
}

static void the_connection_string_decides_the_way(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	blob(&given);
	given_known(&given, "connection", ENCRYPTED);
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_ON);
	given_known(&given, "connection", CLEAR_TEXT);
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_OFF);
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.parameter, "connection");
	given_identity(&given, "azure-workload");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_ON);
	kg_arena_release(&given.arena);
}

static void an_event_hub_may_be_named_beside_its_connection_since_2_21(void **state)
{
	struct given given;

	(void)state;
	for (int i = 0; i < 2; i++) {
		given_trigger(&given, "azure-eventhub", NAME_IS_TOO);
		given_known(&given, "connection", i == 0 ? HUB : HUB ";entitypath=orders");
		given_known(&given, "storageConnection", ENCRYPTED);
		given_known(&given, "eventHubName", "orders");
		expect_nothing(&given);
	}
	given_trigger(&given, "azure-eventhub", NAME_IS_TOO);
	given_known(&given, "connection", HUB);
	given_known(&given, "storageConnection", ENCRYPTED);
	expect_only(&given, KG_COMPLAINT_INVALID, "connection");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_is_said_of_an_authentication_that_cannot_be_seen),
	        cmocka_unit_test(an_identity_that_cannot_be_seen_excuses_the_connection_string),
	        cmocka_unit_test(a_connection_string_that_cannot_be_seen_is_taken),
	        cmocka_unit_test(the_connection_string_decides_the_way),
	        cmocka_unit_test(an_event_hub_may_be_named_beside_its_connection_since_2_21),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
