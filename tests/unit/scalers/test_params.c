#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

static void a_value_is_got_by_its_name(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "temporal", KG_VERSION_NEWEST);
	given_known(&given, "endpoint", "h:7233");
	assert_string_equal(kg_params_text(&given.params, "endpoint"), "h:7233");
	assert_string_equal(kg_params_text(&given.params, "namespace"), "default");
	assert_null(kg_params_text(&given.params, "taskQueue"));
	assert_int_equal(kg_params_get(&given.params, "noSuchRow")->state, KG_PARAM_ABSENT);
}

static void a_default_is_neither_given_nor_present(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "temporal", KG_VERSION_NEWEST);
	assert_false(kg_params_given(&given.params, "namespace"));
	assert_true(kg_params_missing(&given.params, "namespace"));
	given_known(&given, "namespace", "default");
	assert_true(kg_params_given(&given.params, "namespace"));
	assert_false(kg_params_missing(&given.params, "namespace"));
}

static void what_cannot_be_seen_is_neither_given_nor_missing(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "temporal", KG_VERSION_NEWEST);
	given_unresolved(&given, "apiKey");
	assert_false(kg_params_given(&given.params, "apiKey"));
	assert_false(kg_params_missing(&given.params, "apiKey"));
	given_present(&given, "apiKey");
	assert_true(kg_params_given(&given.params, "apiKey"));
	assert_null(kg_params_text(&given.params, "apiKey"));
}

static void a_row_of_another_version_is_absent(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "prometheus", KG_VERSION(2, 17, 0));
	given_known(&given, "timeout", "1000");
	assert_string_equal(kg_params_text(&given.params, "timeout"), "1000");
	given.params.keda_version = KG_VERSION(2, 18, 0);
	assert_true(kg_params_missing(&given.params, "timeout"));
}

static void a_boolean_is_read_as_go_does(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "temporal", KG_VERSION_NEWEST);
	assert_true(kg_params_true(&given.params, "unsafeSsl", true));
	given_known(&given, "unsafeSsl", "F");
	assert_false(kg_params_true(&given.params, "unsafeSsl", true));
	given_known(&given, "unsafeSsl", "yes");
	assert_true(kg_params_true(&given.params, "unsafeSsl", true));
	assert_false(kg_params_true(&given.params, "unsafeSsl", false));
}

static void parameters_without_a_scaler_know_nothing(void **state)
{
	static const struct kg_scaler undescribed = {.type = "undescribed"};
	struct kg_params params = {.keda_version = KG_VERSION_NEWEST};
	struct kg_complaints complaints = {.count = 0};
	struct kg_credential_use use;
	struct kg_channel channel;

	(void)state;
	params.identity.provider = KG_PROVIDER_AZURE_WORKLOAD;
	kg_params_channel(&params, &channel);
	assert_int_equal(channel.encryption, KG_ENCRYPTION_UNKNOWN);
	assert_false(kg_params_credential(&params, &use));
	assert_false(kg_params_identity_in_effect(&params));
	assert_null(kg_params_foreign_audience(&params));
	assert_int_equal(kg_params_useless_identity(&params), KG_IDENTITY_UNDESCRIBED);
	assert_int_equal(kg_params_check(&params, &complaints), 0);
	assert_int_equal(complaints.count, 0);
	params.scaler = &undescribed;
	assert_true(kg_params_missing(&params, "password"));
	assert_int_equal(kg_params_useless_identity(&params), KG_IDENTITY_UNDESCRIBED);
	assert_int_equal(kg_params_check(&params, &complaints), 0);
}

static void an_identity_that_cannot_be_seen_is_possible_only(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "azure-servicebus", KG_VERSION_NEWEST);
	assert_false(kg_params_identity_possible(&given.params));
	given.params.identity.state = KG_IDENTITY_STATE_UNRESOLVED;
	assert_false(kg_params_identity_in_effect(&given.params));
	assert_true(kg_params_identity_possible(&given.params));
	given_identity(&given, "azure-workload");
	assert_true(kg_params_identity_in_effect(&given.params));
	given_identity(&given, "aws");
	assert_false(kg_params_identity_possible(&given.params));
}

static void a_useless_identity_is_told_by_its_effect(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "azure-servicebus", KG_VERSION_NEWEST);
	assert_int_equal(kg_params_useless_identity(&given.params), KG_IDENTITY_UNDESCRIBED);
	given_identity(&given, "none");
	assert_int_equal(kg_params_useless_identity(&given.params), KG_IDENTITY_UNDESCRIBED);
	given_identity(&given, "azure-workload");
	assert_int_equal(kg_params_useless_identity(&given.params), KG_IDENTITY_UNDESCRIBED);
	given_identity(&given, "gcp");
	assert_int_equal(kg_params_useless_identity(&given.params), KG_IDENTITY_REFUSED);
	given_trigger(&given, "temporal", KG_VERSION_NEWEST);
	given_identity(&given, "azure-workload");
	assert_int_equal(kg_params_useless_identity(&given.params), KG_IDENTITY_IGNORED);
}

static void the_scheme_of_a_url_decides(void **state)
{
	static const struct {
		const char *url;
		enum kg_encryption encryption;
	} rows[] = {
	        {"https://h/x", KG_ENCRYPTION_ON}, {"HTTPS://h", KG_ENCRYPTION_ON}, {"http://h", KG_ENCRYPTION_OFF},
	        {"Http://h", KG_ENCRYPTION_OFF},   {"h:80", KG_ENCRYPTION_UNKNOWN}, {"ftp://h", KG_ENCRYPTION_UNKNOWN},
	};
	struct given given;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		given_trigger(&given, "metrics-api", KG_VERSION_NEWEST);
		given_known(&given, "url", rows[i].url);
		assert_int_equal(channel_of(&given).encryption, rows[i].encryption);
	}
}

static void a_url_that_is_not_known_decides_nothing(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "metrics-api", KG_VERSION_NEWEST);
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_UNKNOWN);
}

static void a_clear_channel_says_why_and_what_to_write(void **state)
{
	struct given given;
	struct kg_channel channel;

	(void)state;
	given_trigger(&given, "metrics-api", KG_VERSION_NEWEST);
	given_known(&given, "url", "http://user:s3cret@h/x");
	channel = channel_of(&given);
	assert_string_equal(channel.parameter, "url");
	assert_non_null(channel.because);
	assert_non_null(channel.fix);
	assert_null(strstr(channel.because, "s3cret"));
}

static void modes_are_read_as_a_list(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "prometheus", KG_VERSION_NEWEST);
	assert_int_equal(kg_params_auth_modes(&given.params), 0);
	given_known(&given, "authModes", "tls , basic");
	assert_int_equal(kg_params_auth_modes(&given.params), KG_AUTH_TLS | KG_AUTH_BASIC);
	given_known(&given, "authModes", "basic,nonsense");
	assert_int_equal(kg_params_auth_modes(&given.params), 0);
	given_unresolved(&given, "authModes");
	assert_int_equal(kg_params_auth_modes(&given.params), 0);
}

static void the_list_of_modes_has_its_name_by_version(void **state)
{
	struct given given;

	(void)state;
	given_trigger(&given, "metrics-api", KG_VERSION(2, 17, 3));
	assert_string_equal(kg_params_auth_modes_name(&given.params), "authMode");
	given_trigger(&given, "metrics-api", KG_VERSION(2, 18, 0));
	assert_string_equal(kg_params_auth_modes_name(&given.params), "authModes");
	given_trigger(&given, "prometheus", KG_VERSION(2, 10, 0));
	assert_string_equal(kg_params_auth_modes_name(&given.params), "authModes");
}

static void a_credential_is_in_use_only_when_its_mode_is(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	given_trigger(&given, "metrics-api", KG_VERSION_NEWEST);
	given_present(&given, "bearerToken");
	assert_false(kg_params_credential(&given.params, &use));
	given_known(&given, "authModes", "basic");
	assert_false(kg_params_credential(&given.params, &use));
	given_known(&given, "authModes", "bearer");
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.parameter, "bearerToken");
	assert_string_equal(use.what, "the bearer token");
	assert_string_equal(use.key, "bearerToken");
}

static void a_mode_that_the_scaler_does_not_implement_sends_nothing(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	given_trigger(&given, "metrics-api", KG_VERSION_NEWEST);
	given_known(&given, "authModes", "custom");
	given_present(&given, "customAuthValue");
	assert_false(kg_params_credential(&given.params, &use));
	given_trigger(&given, "prometheus", KG_VERSION_NEWEST);
	given_known(&given, "authModes", "custom");
	given_present(&given, "customAuthValue");
	assert_true(kg_params_credential(&given.params, &use));
}

static void a_private_key_is_not_sent(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	given_trigger(&given, "metrics-api", KG_VERSION_NEWEST);
	given_known(&given, "authModes", "tls");
	given_present(&given, "cert");
	given_present(&given, "key");
	assert_false(kg_params_credential(&given.params, &use));
}

static void a_password_in_a_url_is_sent(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	given_trigger(&given, "metrics-api", KG_VERSION_NEWEST);
	given_known(&given, "url", "http://user@h/x");
	assert_false(kg_params_credential(&given.params, &use));
	given_known(&given, "url", "http://user:s3cret@h/x");
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.parameter, "url");
	assert_null(strstr(use.what, "s3cret"));
}

static void a_complaint_needs_memory(void **state)
{
	struct kg_arena arena;
	struct kg_complaints complaints = {.arena = &arena};

	(void)state;
	kg_arena_init(&arena, 1);
	assert_int_equal(kg_complaints_add(&complaints, &(struct kg_complaint){.kind = KG_COMPLAINT_INVALID}), KG_ENOMEM);
	assert_int_equal(complaints.count, 0);
	kg_arena_release(&arena);
}

static void the_index_finds_what_looking_at_every_row_finds(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);
	const uint32_t versions[] = {KG_VERSION_OLDEST, KG_VERSION(2, 15, 0), KG_VERSION(2, 18, 0), KG_VERSION_NEWEST};
	struct kg_arena arena;

	(void)state;
	kg_arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < count * KG_ARRAY_LEN(versions); i++) {
		const struct kg_scaler *scaler = scalers[i % count];
		struct kg_param_value values[KG_INDEXED_ROWS_MAX] = {0};
		struct kg_params params = {.scaler = scaler, .keda_version = versions[i / count], .values = values};
		const struct kg_params plain = params;

		assert_in_range(scaler->param_count, 1, KG_INDEXED_ROWS_MAX);
		assert_int_equal(kg_params_index(&params, &arena), 0);
		assert_non_null(params.index);
		for (size_t k = 0; k < scaler->param_count; k++)
			assert_ptr_equal(kg_params_get(&params, scaler->params[k].name), kg_params_get(&plain, scaler->params[k].name));
		assert_int_equal(kg_params_get(&params, "noSuchParameter")->state, KG_PARAM_ABSENT);
	}
	kg_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_index_finds_what_looking_at_every_row_finds),
	        cmocka_unit_test(a_value_is_got_by_its_name),
	        cmocka_unit_test(a_default_is_neither_given_nor_present),
	        cmocka_unit_test(what_cannot_be_seen_is_neither_given_nor_missing),
	        cmocka_unit_test(a_row_of_another_version_is_absent),
	        cmocka_unit_test(a_boolean_is_read_as_go_does),
	        cmocka_unit_test(parameters_without_a_scaler_know_nothing),
	        cmocka_unit_test(an_identity_that_cannot_be_seen_is_possible_only),
	        cmocka_unit_test(a_useless_identity_is_told_by_its_effect),
	        cmocka_unit_test(the_scheme_of_a_url_decides),
	        cmocka_unit_test(a_url_that_is_not_known_decides_nothing),
	        cmocka_unit_test(a_clear_channel_says_why_and_what_to_write),
	        cmocka_unit_test(modes_are_read_as_a_list),
	        cmocka_unit_test(the_list_of_modes_has_its_name_by_version),
	        cmocka_unit_test(a_credential_is_in_use_only_when_its_mode_is),
	        cmocka_unit_test(a_mode_that_the_scaler_does_not_implement_sends_nothing),
	        cmocka_unit_test(a_private_key_is_not_sent),
	        cmocka_unit_test(a_password_in_a_url_is_sent),
	        cmocka_unit_test(a_complaint_needs_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
