#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

#define WORKSPACE "https://shop-a1b2.westeurope.prometheus.monitor.azure.com"

static void prometheus(struct given *given, uint32_t version, const char *address)
{
	given_trigger(given, "prometheus", version);
	given_known(given, "serverAddress", address);
	given_known(given, "query", "sum(rate(http_requests_total[5m]))");
	given_known(given, "threshold", "1");
}

static void with_identity(struct given *given, const char *address)
{
	prometheus(given, KG_VERSION_NEWEST, address);
	given_identity(given, "azure-workload");
}

static void a_workspace_without_a_token_answers_401(void **state)
{
	static const char *const addresses[] = {WORKSPACE, WORKSPACE "/", "https://x.usgovvirginia.prometheus.monitor.azure.us",
	                                        "https://x.chinanorth3.prometheus.monitor.azure.cn:443",
	                                        "HTTPS://X.WESTEUROPE.PROMETHEUS.MONITOR.AZURE.COM."};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(addresses); i++) {
		struct given given;

		prometheus(&given, KG_VERSION_NEWEST, addresses[i]);
		expect_only(&given, KG_COMPLAINT_CREDENTIALS_MISSING, "serverAddress");
	}
}

static void other_hosts_need_no_token(void **state)
{
	static const char *const addresses[] = {"https://prometheus.example", "http://prometheus.monitoring:9090",
	                                        "https://prometheus.monitor.azure.com.evil.example",
	                                        "https://evil-prometheus.monitor.azure.com"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(addresses); i++) {
		struct given given;

		prometheus(&given, KG_VERSION_NEWEST, addresses[i]);
		expect_nothing(&given);
	}
}

static void an_azure_identity_is_what_a_workspace_wants(void **state)
{
	struct given given;

	(void)state;
	with_identity(&given, WORKSPACE);
	expect_nothing(&given);
}

static void a_bearer_token_will_do(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST, WORKSPACE);
	given_known(&given, "authModes", "bearer");
	given_present(&given, "bearerToken");
	expect_nothing(&given);
}

static void a_header_may_carry_the_token(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST, WORKSPACE);
	given_known(&given, "authModes", "custom");
	given_present(&given, "customAuthHeader");
	given_present(&given, "customAuthValue");
	expect_nothing(&given);
	prometheus(&given, KG_VERSION_NEWEST, WORKSPACE);
	given_known(&given, "customHeaders", "authorization=Bearer s3cret");
	expect_nothing(&given);
}

static void neither_basic_nor_another_cloud_will_do(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST, WORKSPACE);
	given_known(&given, "authModes", "basic");
	given_present(&given, "username");
	expect_only(&given, KG_COMPLAINT_CREDENTIALS_MISSING, "serverAddress");
	prometheus(&given, KG_VERSION_NEWEST, WORKSPACE);
	given_identity(&given, "gcp");
	expect_only(&given, KG_COMPLAINT_CREDENTIALS_MISSING, "serverAddress");
	prometheus(&given, KG_VERSION_NEWEST, WORKSPACE);
	given_known(&given, "customHeaders", "X-Scope-OrgID=a");
	expect_only(&given, KG_COMPLAINT_CREDENTIALS_MISSING, "serverAddress");
}

static void what_cannot_be_seen_may_be_the_token(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST, WORKSPACE);
	given_unresolved_authentication(&given);
	expect_nothing(&given);
	prometheus(&given, KG_VERSION_NEWEST, WORKSPACE);
	given_unresolved(&given, "authModes");
	expect_nothing(&given);
}

static void an_identity_clashes_with_modes(void **state)
{
	static const char *const providers[] = {"azure-workload", "aws", "aws-eks", "gcp"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(providers); i++) {
		struct given given;

		prometheus(&given, KG_VERSION_NEWEST, "https://prometheus.example");
		given_identity(&given, providers[i]);
		given_known(&given, "authModes", "basic");
		given_present(&given, "username");
		expect_only(&given, KG_COMPLAINT_CONFLICT, "authModes");
		/* In 2.10 not all of them have an effect, and they clash all the same. */
		prometheus(&given, KG_VERSION(2, 10, 1), "https://prometheus.example");
		given_identity(&given, providers[i]);
		given_known(&given, "authModes", "basic");
		given_present(&given, "username");
		expect_only(&given, KG_COMPLAINT_CONFLICT, "authModes");
	}
}

static void the_provider_none_clashed_before_2_11_1(void **state)
{
	static const struct {
		uint32_t version;
		bool clashes;
	} rows[] = {{KG_VERSION(2, 10, 0), true}, {KG_VERSION(2, 11, 0), true}, {KG_VERSION(2, 11, 1), false}, {KG_VERSION_NEWEST, false}};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct given given;

		prometheus(&given, rows[i].version, "https://prometheus.example");
		given_identity(&given, "none");
		given_known(&given, "authModes", "basic");
		given_present(&given, "username");
		if (rows[i].clashes)
			expect_only(&given, KG_COMPLAINT_CONFLICT, "authModes");
		else
			expect_nothing(&given);
	}
}

static void a_workspace_speaks_https_only(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	with_identity(&given, "http://x.westeurope.prometheus.monitor.azure.com");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_OFF);
	assert_true(kg_params_credential(&given.params, &use)); /* so the token in clear text is what is found */
	expect_nothing(&given);
	prometheus(&given, KG_VERSION_NEWEST, "http://x.westeurope.prometheus.monitor.azure.com");
	given_unresolved_authentication(&given);
	expect_only(&given, KG_COMPLAINT_INVALID, "serverAddress");
}

static void full_support_begins_with_2_11(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION(2, 10, 1), WORKSPACE);
	given_identity(&given, "azure-workload");
	expect_doubt(&given, KG_COMPLAINT_TOO_OLD, "serverAddress");
	prometheus(&given, KG_VERSION(2, 11, 0), WORKSPACE);
	given_identity(&given, "azure-workload");
	expect_nothing(&given);
	assert_false(kg_scaler_supports(kg_scaler_find("prometheus"), KG_PROVIDER_AZURE_WORKLOAD, KG_VERSION(2, 9, 3), NULL));
}

static void the_token_of_another_cloud_is_doubtful(void **state)
{
	struct given given;

	(void)state;
	with_identity(&given, "https://x.usgovvirginia.prometheus.monitor.azure.us");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "serverAddress");
	with_identity(&given, "https://x.usgovvirginia.prometheus.monitor.azure.us");
	given_known(&given, "cloud", "AzureUSGovernmentCloud");
	expect_nothing(&given);
	with_identity(&given, "https://x.chinanorth3.prometheus.monitor.azure.cn");
	given_known(&given, "cloud", "azurechinacloud");
	expect_nothing(&given);
}

static void clouds_without_the_service_are_refused(void **state)
{
	static const char *const clouds[] = {"AzureGermanCloud", "foo"};
	struct given given;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(clouds); i++) {
		with_identity(&given, WORKSPACE);
		given_known(&given, "cloud", clouds[i]);
		expect_only(&given, KG_COMPLAINT_INVALID, "cloud");
	}
	with_identity(&given, WORKSPACE);
	given_known(&given, "cloud", "Private");
	expect_only(&given, KG_COMPLAINT_MISSING, "azureManagedPrometheusResourceURL");
	prometheus(&given, KG_VERSION_NEWEST, "https://prometheus.example");
	given_known(&given, "cloud", "foo");
	expect_nothing(&given);
}

static const char *foreign_of(const struct given *given)
{
	const struct kg_token_audience *audience = kg_params_foreign_audience(&given->params);

	return audience ? audience->what : "";
}

static void a_token_for_azure_goes_to_azure_only(void **state)
{
	struct given given;

	(void)state;
	with_identity(&given, "https://prometheus.example");
	assert_string_equal(foreign_of(&given), "an Azure access token for Managed Prometheus");
	with_identity(&given, WORKSPACE);
	assert_string_equal(foreign_of(&given), "");
	prometheus(&given, KG_VERSION_NEWEST, "https://prometheus.example");
	assert_string_equal(foreign_of(&given), "");
	given.params.identity.state = KG_IDENTITY_STATE_UNRESOLVED;
	assert_string_equal(foreign_of(&given), "");
}

static void a_private_cloud_has_hosts_of_its_own(void **state)
{
	struct given given;

	(void)state;
	with_identity(&given, "https://prometheus.example");
	given_known(&given, "cloud", "Private");
	given_known(&given, "azureManagedPrometheusResourceURL", "https://prometheus.example/.default");
	assert_string_equal(foreign_of(&given), "");
	expect_nothing(&given);
}

static void a_token_for_google_goes_to_google_only(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST, "https://monitoring.googleapis.com/v1/projects/p/location/global/prometheus");
	given_identity(&given, "gcp");
	assert_string_equal(foreign_of(&given), "");
	given_known(&given, "serverAddress", "https://prometheus.example");
	assert_string_equal(foreign_of(&given), "a Google access token for Cloud Monitoring");
}

static void with_modes_no_token_is_sent(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	with_identity(&given, "http://prometheus.example");
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.what, "the access token");
	given_known(&given, "authModes", "tls");
	assert_false(kg_params_credential(&given.params, &use));
	assert_string_equal(foreign_of(&given), "");
}

static void headers_and_keys_are_credentials_too(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST, "http://prometheus.example");
	given_known(&given, "customHeaders", "X-Scope-OrgID=a");
	assert_false(kg_params_credential(&given.params, &use));
	given_known(&given, "customHeaders", "X-Scope-OrgID=a, x-api-key = s3cret");
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.parameter, "customHeaders");
	assert_null(strstr(use.what, "s3cret"));
	prometheus(&given, KG_VERSION_NEWEST, "http://prometheus.example");
	given_present(&given, "GoogleApplicationCredentials");
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.what, "the access token");
}

static void a_query_must_be_balanced(void **state)
{
	struct kg_complaint complaint;
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST, "https://prometheus.example");
	given_known(&given, "query", "sum(rate(x[5m])");
	complaint = expect_complaint(&given, KG_COMPLAINT_INVALID, "query");
	assert_string_equal(complaint.detail, "must be a PromQL query: the ( at offset 3 is never closed");
	given_known(&given, "query", "sum(x))");
	complaint = expect_complaint(&given, KG_COMPLAINT_INVALID, "query");
	assert_string_equal(complaint.detail, "must be a PromQL query: the ) at offset 6 closes nothing");
	expect_only(&given, KG_COMPLAINT_INVALID, "query");
}

static void an_address_without_scheme_is_doubtful(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST, "prometheus.monitoring:9090");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "serverAddress");
}

static void a_google_key_is_a_json_object(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST, "https://monitoring.googleapis.com/v1");
	given_known(&given, "GoogleApplicationCredentials", "s3cret");
	given_identity(&given, "gcp");
	expect_nothing(&given);
	given_identity(&given, "aws");
	assert_false(expect_complaint(&given, KG_COMPLAINT_INVALID, "GoogleApplicationCredentials").show_value);
	expect_only(&given, KG_COMPLAINT_INVALID, "GoogleApplicationCredentials");
	prometheus(&given, KG_VERSION_NEWEST, "https://monitoring.googleapis.com/v1");
	given_known(&given, "credentials", "{\"type\": \"service_account\"}");
	expect_nothing(&given);
}

static void modes_are_those_of_the_version(void **state)
{
	static const struct {
		const char *modes;
		uint32_t version;
		bool fits;
	} rows[] = {
	        {"apiKey", KG_VERSION(2, 14, 0), false},       {"apiKey", KG_VERSION(2, 15, 0), true},
	        {"oauth", KG_VERSION(2, 11, 2), false},        {"custom", KG_VERSION(2, 10, 0), true},
	        {"Basic", KG_VERSION_NEWEST, false},           {"basic,", KG_VERSION_NEWEST, false},
	        {"bearer,oauth", KG_VERSION(2, 12, 0), false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct given given;

		prometheus(&given, rows[i].version, "https://prometheus.example");
		given_known(&given, "authModes", rows[i].modes);
		given_check(&given);
		assert_int_equal(given_complaint(&given, KG_COMPLAINT_INVALID, "authModes") &&
		                         !given_complaint(&given, KG_COMPLAINT_INVALID, "authModes")->uncertain,
		                 !rows[i].fits);
		kg_arena_release(&given.arena);
	}
}

static void a_refused_list_of_modes_needs_nothing_more(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST, "https://prometheus.example");
	given_known(&given, "authModes", "basic,bearer");
	expect_only(&given, KG_COMPLAINT_INVALID, "authModes");
}

static void a_ca_is_read_with_any_mode(void **state)
{
	struct given given;

	(void)state;
	prometheus(&given, KG_VERSION_NEWEST, "https://prometheus.example");
	given_known(&given, "ca", "caaa");
	expect_nothing(&given);
	given_known(&given, "authModes", "basic");
	given_present(&given, "username");
	expect_only(&given, KG_COMPLAINT_INVALID, "ca");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_workspace_without_a_token_answers_401),
	        cmocka_unit_test(other_hosts_need_no_token),
	        cmocka_unit_test(an_azure_identity_is_what_a_workspace_wants),
	        cmocka_unit_test(a_bearer_token_will_do),
	        cmocka_unit_test(a_header_may_carry_the_token),
	        cmocka_unit_test(neither_basic_nor_another_cloud_will_do),
	        cmocka_unit_test(what_cannot_be_seen_may_be_the_token),
	        cmocka_unit_test(an_identity_clashes_with_modes),
	        cmocka_unit_test(the_provider_none_clashed_before_2_11_1),
	        cmocka_unit_test(a_workspace_speaks_https_only),
	        cmocka_unit_test(full_support_begins_with_2_11),
	        cmocka_unit_test(the_token_of_another_cloud_is_doubtful),
	        cmocka_unit_test(clouds_without_the_service_are_refused),
	        cmocka_unit_test(a_token_for_azure_goes_to_azure_only),
	        cmocka_unit_test(a_private_cloud_has_hosts_of_its_own),
	        cmocka_unit_test(a_token_for_google_goes_to_google_only),
	        cmocka_unit_test(with_modes_no_token_is_sent),
	        cmocka_unit_test(headers_and_keys_are_credentials_too),
	        cmocka_unit_test(a_query_must_be_balanced),
	        cmocka_unit_test(an_address_without_scheme_is_doubtful),
	        cmocka_unit_test(a_google_key_is_a_json_object),
	        cmocka_unit_test(modes_are_those_of_the_version),
	        cmocka_unit_test(a_refused_list_of_modes_needs_nothing_more),
	        cmocka_unit_test(a_ca_is_read_with_any_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
