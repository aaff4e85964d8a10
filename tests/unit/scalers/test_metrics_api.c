#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

static void metrics_api(struct given *given, uint32_t version)
{
	given_trigger(given, "metrics-api", version);
	given_known(given, "url", "https://api.example/v1");
	given_known(given, "valueLocation", "tasks");
	given_known(given, "targetValue", "5");
}

static void with_modes(struct given *given, const char *modes)
{
	metrics_api(given, KG_VERSION_NEWEST);
	given_known(given, "authModes", modes);
}

static void a_whole_trigger_has_no_complaint(void **state)
{
	struct given given;

	(void)state;
	metrics_api(&given, KG_VERSION_NEWEST);
	expect_nothing(&given);
	metrics_api(&given, KG_VERSION_OLDEST);
	expect_nothing(&given);
}

static void a_target_of_0_is_none_since_2_18(void **state)
{
	struct given given;

	(void)state;
	metrics_api(&given, KG_VERSION_NEWEST);
	given_known(&given, "targetValue", "0");
	expect_only(&given, KG_COMPLAINT_INVALID, "targetValue");
	metrics_api(&given, KG_VERSION(2, 17, 3));
	given_known(&given, "targetValue", "0");
	expect_nothing(&given);
	metrics_api(&given, KG_VERSION_NEWEST);
	given_known(&given, "targetValue", "0");
	given.params.metric_source = true;
	expect_nothing(&given);
}

static void each_mode_needs_its_parameters(void **state)
{
	static const struct {
		const char *mode, *missing;
	} rows[] = {{"apiKey", "apiKey"}, {"basic", "username"}, {"bearer", "bearerToken"}};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct given given;

		with_modes(&given, rows[i].mode);
		expect_only(&given, KG_COMPLAINT_MISSING, rows[i].missing);
		with_modes(&given, rows[i].mode);
		given_present(&given, rows[i].missing);
		expect_nothing(&given);
		with_modes(&given, rows[i].mode);
		given_unresolved(&given, rows[i].missing);
		expect_nothing(&given);
	}
}

static void tls_needs_a_pair_and_before_2_18_a_ca(void **state)
{
	struct given given;

	(void)state;
	with_modes(&given, "tls");
	given_present(&given, "cert");
	expect_only(&given, KG_COMPLAINT_MISSING, "key");
	with_modes(&given, "tls");
	given_present(&given, "cert");
	given_present(&given, "key");
	expect_nothing(&given);
	metrics_api(&given, KG_VERSION(2, 17, 3));
	given_known(&given, "authMode", "tls");
	given_present(&given, "cert");
	given_present(&given, "key");
	expect_only(&given, KG_COMPLAINT_MISSING, "ca");
}

static void modes_add_up(void **state)
{
	struct given given;

	(void)state;
	with_modes(&given, "apiKey, tls");
	given_check(&given);
	assert_int_equal(given.complaints.count, 3);
	assert_non_null(given_complaint(&given, KG_COMPLAINT_MISSING, "apiKey"));
	assert_non_null(given_complaint(&given, KG_COMPLAINT_MISSING, "cert"));
	assert_non_null(given_complaint(&given, KG_COMPLAINT_MISSING, "key"));
	kg_arena_release(&given.arena);
}

static void material_must_be_pem_where_it_is_used(void **state)
{
	struct given given;

	(void)state;
	metrics_api(&given, KG_VERSION_NEWEST);
	given_known(&given, "ca", "caaa");
	expect_nothing(&given);
	with_modes(&given, "tls");
	given_known(&given, "ca", "caaa");
	given_present(&given, "cert");
	given_present(&given, "key");
	expect_only(&given, KG_COMPLAINT_INVALID, "ca");
	metrics_api(&given, KG_VERSION(2, 17, 3));
	given_known(&given, "authMode", "basic");
	given_present(&given, "username");
	given_known(&given, "ca", "caaa");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "ca");
	with_modes(&given, "tls");
	given.params.keda_version = KG_VERSION(2, 20, 1);
	given_known(&given, "ca", "caaa");
	given_present(&given, "cert");
	given_present(&given, "key");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "ca");
}

static void before_2_18_one_word_of_four_is_a_mode(void **state)
{
	static const char *const wrong[] = {"apiKey,basic", "custom", "oauth", "nonsense"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(wrong); i++) {
		struct given given;

		metrics_api(&given, KG_VERSION(2, 17, 3));
		given_known(&given, "authMode", wrong[i]);
		given_present(&given, "apiKey");
		given_check(&given);
		assert_non_null(given_complaint(&given, KG_COMPLAINT_INVALID, "authMode"));
		kg_arena_release(&given.arena);
	}
}

static void before_2_18_a_bearer_token_has_one_name(void **state)
{
	struct given given;

	(void)state;
	metrics_api(&given, KG_VERSION(2, 17, 3));
	given_known(&given, "authMode", "bearer");
	expect_only(&given, KG_COMPLAINT_MISSING, "token");
	metrics_api(&given, KG_VERSION(2, 17, 3));
	given_known(&given, "authMode", "bearer");
	given_present(&given, "token");
	expect_nothing(&given);
}

static void a_mode_without_effect_is_doubtful(void **state)
{
	struct given given;

	(void)state;
	with_modes(&given, "custom");
	given_present(&given, "customAuthHeader");
	given_present(&given, "customAuthValue");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "authModes");
}

static void a_credential_without_mode_is_doubtful(void **state)
{
	struct given given;

	(void)state;
	metrics_api(&given, KG_VERSION_NEWEST);
	given_known(&given, "apiKey", "s3cret");
	assert_null(strstr(expect_complaint(&given, KG_COMPLAINT_MISSING, "authModes").detail, "s3cret"));
	expect_doubt(&given, KG_COMPLAINT_MISSING, "authModes");
}

static void oauth_needs_less_since_2_20(void **state)
{
	struct given given;

	(void)state;
	with_modes(&given, "oauth");
	given_present(&given, "oauthTokenURI");
	given_present(&given, "clientID");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "authModes");
	with_modes(&given, "oauth");
	given.params.keda_version = KG_VERSION(2, 19, 0);
	given_present(&given, "oauthTokenURI");
	given_present(&given, "clientID");
	assert_false(expect_complaint(&given, KG_COMPLAINT_MISSING, "clientSecret").uncertain);
	kg_arena_release(&given.arena);
}

static void an_address_without_scheme_is_doubtful(void **state)
{
	struct given given;

	(void)state;
	metrics_api(&given, KG_VERSION_NEWEST);
	given_known(&given, "url", "api.example/v1");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "url");
}

static void endpoints_of_a_service_need_its_namespace(void **state)
{
	struct given given;

	(void)state;
	metrics_api(&given, KG_VERSION_NEWEST);
	given_known(&given, "aggregateFromKubeServiceEndpoints", "true");
	expect_nothing(&given);
	given_known(&given, "url", "https://api/v1");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "url");
}

static void an_api_key_is_sent_with_its_mode(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	with_modes(&given, "apiKey");
	given_known(&given, "apiKey", "s3cret");
	given_known(&given, "method", "query");
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.what, "the API key");
	assert_string_equal(use.key, "apiKey");
}

static void a_user_name_alone_is_sent_as_well(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	with_modes(&given, "basic");
	given_present(&given, "username");
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.parameter, "username");
	given_present(&given, "password");
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.parameter, "password");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_whole_trigger_has_no_complaint),
	        cmocka_unit_test(a_target_of_0_is_none_since_2_18),
	        cmocka_unit_test(each_mode_needs_its_parameters),
	        cmocka_unit_test(tls_needs_a_pair_and_before_2_18_a_ca),
	        cmocka_unit_test(modes_add_up),
	        cmocka_unit_test(material_must_be_pem_where_it_is_used),
	        cmocka_unit_test(before_2_18_one_word_of_four_is_a_mode),
	        cmocka_unit_test(before_2_18_a_bearer_token_has_one_name),
	        cmocka_unit_test(a_mode_without_effect_is_doubtful),
	        cmocka_unit_test(a_credential_without_mode_is_doubtful),
	        cmocka_unit_test(oauth_needs_less_since_2_20),
	        cmocka_unit_test(an_address_without_scheme_is_doubtful),
	        cmocka_unit_test(endpoints_of_a_service_need_its_namespace),
	        cmocka_unit_test(an_api_key_is_sent_with_its_mode),
	        cmocka_unit_test(a_user_name_alone_is_sent_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
