#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

static void temporal(struct given *given, uint32_t version)
{
	given_trigger(given, "temporal", version);
	given_known(given, "endpoint", "temporal.internal:7233");
	given_known(given, "taskQueue", "orders");
}

enum credentials { NOTHING, API_KEY, CERTIFICATE, BOTH, CERTIFICATE_ONLY_HALF };

static void give(struct given *given, enum credentials credentials)
{
	if (credentials == API_KEY || credentials == BOTH)
		given_present(given, "apiKey");
	if (credentials == CERTIFICATE || credentials == BOTH || credentials == CERTIFICATE_ONLY_HALF)
		given_present(given, "cert");
	if (credentials == CERTIFICATE || credentials == BOTH)
		given_present(given, "key");
}

/* KEDA's own table, by version and by what is given. */
static void tls_depends_on_credentials_and_version(void **state)
{
	static const struct {
		uint32_t version;
		enum credentials credentials;
		enum kg_encryption encryption;
	} rows[] = {
	        {KG_VERSION(2, 17, 0), NOTHING, KG_ENCRYPTION_OFF},
	        {KG_VERSION(2, 17, 0), API_KEY, KG_ENCRYPTION_OFF},
	        {KG_VERSION(2, 17, 0), CERTIFICATE, KG_ENCRYPTION_ON},
	        {KG_VERSION(2, 17, 0), BOTH, KG_ENCRYPTION_ON},
	        {KG_VERSION(2, 17, 1), API_KEY, KG_ENCRYPTION_OFF},
	        {KG_VERSION(2, 17, 1), BOTH, KG_ENCRYPTION_ON},
	        {KG_VERSION(2, 17, 2), NOTHING, KG_ENCRYPTION_OFF},
	        {KG_VERSION(2, 17, 2), API_KEY, KG_ENCRYPTION_ON},
	        {KG_VERSION(2, 18, 0), API_KEY, KG_ENCRYPTION_ON},
	        {KG_VERSION(2, 20, 2), API_KEY, KG_ENCRYPTION_ON},
	        {KG_VERSION(2, 20, 2), NOTHING, KG_ENCRYPTION_OFF},
	        {KG_VERSION(2, 20, 2), CERTIFICATE, KG_ENCRYPTION_ON},
	        {KG_VERSION(2, 21, 0), API_KEY, KG_ENCRYPTION_ON},
	        {KG_VERSION(2, 21, 0), NOTHING, KG_ENCRYPTION_OFF},
	        {KG_VERSION(2, 20, 2), CERTIFICATE_ONLY_HALF, KG_ENCRYPTION_OFF},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct given given;

		temporal(&given, rows[i].version);
		give(&given, rows[i].credentials);
		assert_int_equal(channel_of(&given).encryption, rows[i].encryption);
	}
}

static void a_key_in_clear_names_the_release_that_mends_it(void **state)
{
	struct kg_channel channel;
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION(2, 17, 1));
	give(&given, API_KEY);
	channel = channel_of(&given);
	assert_int_equal(channel.mended_in, KG_VERSION(2, 17, 2));
	assert_string_equal(channel.fix, "upgrade to KEDA 2.17.2 or later, or also give cert and key");
}

static void the_key_is_a_credential_that_is_sent(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION_NEWEST);
	assert_false(kg_params_credential(&given.params, &use));
	give(&given, CERTIFICATE);
	assert_false(kg_params_credential(&given.params, &use));
	give(&given, API_KEY);
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.what, "the API key");
}

static void what_cannot_be_seen_may_encrypt(void **state)
{
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION(2, 17, 0));
	given_unresolved_authentication(&given);
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_UNKNOWN);
	given_known(&given, "apiKey", "k");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_UNKNOWN);
	given.params.keda_version = KG_VERSION(2, 17, 2);
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_ON);
}

static void enable_tls_false_asks_for_plaintext_since_2_21(void **state)
{
	struct kg_channel channel;
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION(2, 21, 0));
	give(&given, API_KEY);
	given_known(&given, "enableTLS", "false");
	channel = channel_of(&given);
	assert_int_equal(channel.encryption, KG_ENCRYPTION_OFF);
	assert_string_equal(channel.parameter, "enableTLS");
	give(&given, CERTIFICATE);
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_ON);
}

static void enable_tls_true_changes_nothing(void **state)
{
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION(2, 21, 0));
	given_known(&given, "enableTLS", "true");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_OFF);
	give(&given, API_KEY);
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_ON);
}

static void a_cloud_endpoint_needs_credentials(void **state)
{
	static const char *const endpoints[] = {"ns.acct.tmprl.cloud:7233", "ns.acct.tmprl.cloud", "us-east-1.aws.api.temporal.io:7233",
	                                        "NS.ACCT.TMPRL.CLOUD.:7233", "dns:///ns.acct.tmprl.cloud:7233"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(endpoints); i++) {
		struct given given;

		temporal(&given, KG_VERSION_NEWEST);
		given_known(&given, "endpoint", endpoints[i]);
		expect_only(&given, KG_COMPLAINT_CREDENTIALS_MISSING, "endpoint");
	}
}

static void any_other_endpoint_needs_none(void **state)
{
	static const char *const endpoints[] = {"temporal.internal:7233", "tmprl.cloud.internal:7233", "faketmprl.cloud:7233",
	                                        "temporal.io.evil.example:7233"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(endpoints); i++) {
		struct given given;

		temporal(&given, KG_VERSION_NEWEST);
		given_known(&given, "endpoint", endpoints[i]);
		expect_nothing(&given);
	}
}

static void a_cloud_endpoint_with_credentials_is_fine(void **state)
{
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION_NEWEST);
	given_known(&given, "endpoint", "ns.acct.tmprl.cloud:7233");
	give(&given, API_KEY);
	expect_nothing(&given);
	temporal(&given, KG_VERSION_NEWEST);
	given_known(&given, "endpoint", "ns.acct.tmprl.cloud:7233");
	give(&given, CERTIFICATE);
	expect_nothing(&given);
}

static void a_cloud_endpoint_with_unseen_credentials_is_not_judged(void **state)
{
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION_NEWEST);
	given_known(&given, "endpoint", "ns.acct.tmprl.cloud:7233");
	given_unresolved_authentication(&given);
	expect_nothing(&given);
}

static void numbers_must_not_be_negative(void **state)
{
	static const char *const names[] = {"targetQueueSize", "activationTargetQueueSize", "minConnectTimeout"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(names); i++) {
		struct given given;

		temporal(&given, KG_VERSION_NEWEST);
		given_known(&given, names[i], "-1");
		expect_only(&given, KG_COMPLAINT_INVALID, names[i]);
		temporal(&given, KG_VERSION_NEWEST);
		given_known(&given, names[i], "0");
		expect_nothing(&given);
	}
}

static void a_target_of_0_is_refused_before_2_18(void **state)
{
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION(2, 17, 3));
	given_known(&given, "targetQueueSize", "0");
	expect_only(&given, KG_COMPLAINT_INVALID, "targetQueueSize");
	temporal(&given, KG_VERSION(2, 18, 0));
	given_known(&given, "targetQueueSize", "0");
	expect_nothing(&given);
}

static void a_certificate_needs_its_key(void **state)
{
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION_NEWEST);
	given_present(&given, "cert");
	expect_only(&given, KG_COMPLAINT_MISSING, "key");
	temporal(&given, KG_VERSION_NEWEST);
	given_present(&given, "key");
	expect_only(&given, KG_COMPLAINT_MISSING, "cert");
}

static void known_material_must_be_pem(void **state)
{
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION_NEWEST);
	given_known(&given, "cert", "cert-data");
	given_known(&given, "key", "-----BEGIN PRIVATE KEY-----");
	expect_only(&given, KG_COMPLAINT_INVALID, "cert");
	temporal(&given, KG_VERSION_NEWEST);
	given_known(&given, "cert", "-----BEGIN CERTIFICATE-----");
	given_known(&given, "key", "s3cret");
	assert_false(expect_complaint(&given, KG_COMPLAINT_INVALID, "key").show_value);
	expect_only(&given, KG_COMPLAINT_INVALID, "key");
}

static void a_ca_alone_is_not_looked_at(void **state)
{
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION_NEWEST);
	given_known(&given, "ca", "ca-data");
	expect_nothing(&given);
}

static void a_worker_deployment_has_two_parts(void **state)
{
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION_NEWEST);
	given_known(&given, "workerDeploymentName", "d");
	expect_only(&given, KG_COMPLAINT_MISSING, "workerDeploymentBuildId");
	temporal(&given, KG_VERSION_NEWEST);
	given_known(&given, "workerDeploymentBuildId", "v1");
	expect_only(&given, KG_COMPLAINT_MISSING, "workerDeploymentName");
	temporal(&given, KG_VERSION_NEWEST);
	given_known(&given, "workerDeploymentName", "d");
	given_known(&given, "workerDeploymentBuildId", "v1");
	expect_nothing(&given);
}

static void a_worker_deployment_excludes_the_older_selectors(void **state)
{
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION_NEWEST);
	given_known(&given, "workerDeploymentName", "d");
	given_known(&given, "workerDeploymentBuildId", "v1");
	given_known(&given, "selectAllActive", "false");
	expect_nothing(&given);
	given_known(&given, "selectAllActive", "true");
	expect_only(&given, KG_COMPLAINT_CONFLICT, "selectAllActive");
	given_known(&given, "selectAllActive", "false");
	given_known(&given, "buildId", "v1");
	expect_only(&given, KG_COMPLAINT_CONFLICT, "workerDeploymentName");
}

static void a_running_count_limits_names_since_2_21(void **state)
{
	struct given given;

	(void)state;
	temporal(&given, KG_VERSION(2, 21, 0));
	given_known(&given, "workflowTaskQueueForCount", "q");
	expect_only(&given, KG_COMPLAINT_INVALID, "workflowTaskQueueForCount");
	temporal(&given, KG_VERSION(2, 21, 0));
	given_known(&given, "includeRunningWorkflowCount", "true");
	given_known(&given, "taskQueue", "it's");
	expect_only(&given, KG_COMPLAINT_INVALID, "taskQueue");
	temporal(&given, KG_VERSION(2, 21, 0));
	given_known(&given, "includeRunningWorkflowCount", "true");
	given_known(&given, "workflowTaskQueueForCount", "a-Z_0./:");
	expect_nothing(&given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(tls_depends_on_credentials_and_version),
	        cmocka_unit_test(a_key_in_clear_names_the_release_that_mends_it),
	        cmocka_unit_test(the_key_is_a_credential_that_is_sent),
	        cmocka_unit_test(what_cannot_be_seen_may_encrypt),
	        cmocka_unit_test(enable_tls_false_asks_for_plaintext_since_2_21),
	        cmocka_unit_test(enable_tls_true_changes_nothing),
	        cmocka_unit_test(a_cloud_endpoint_needs_credentials),
	        cmocka_unit_test(any_other_endpoint_needs_none),
	        cmocka_unit_test(a_cloud_endpoint_with_credentials_is_fine),
	        cmocka_unit_test(a_cloud_endpoint_with_unseen_credentials_is_not_judged),
	        cmocka_unit_test(numbers_must_not_be_negative),
	        cmocka_unit_test(a_target_of_0_is_refused_before_2_18),
	        cmocka_unit_test(a_certificate_needs_its_key),
	        cmocka_unit_test(known_material_must_be_pem),
	        cmocka_unit_test(a_ca_alone_is_not_looked_at),
	        cmocka_unit_test(a_worker_deployment_has_two_parts),
	        cmocka_unit_test(a_worker_deployment_excludes_the_older_selectors),
	        cmocka_unit_test(a_running_count_limits_names_since_2_21),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
