#include "unit/resolve/fixture.h"

#define TEMPORAL      "    - type: temporal\n"
#define POSTGRESQL    "    - type: postgresql\n"
#define WITH_AUTH     "      authenticationRef: {name: auth}\n"
#define WITHOUT_WORLD "      authenticationRef: {name: elsewhere}\n"

static void a_literal_in_the_metadata_is_known(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT TEMPORAL "      metadata: {endpoint: 'temporal.example:7233', taskQueue: orders}\n");
	assert_known(f, "endpoint", "temporal.example:7233");
	assert_int_equal(value_of(f, "endpoint")->source, KG_SOURCE_METADATA);
	assert_string_equal(value_of(f, "endpoint")->key, "endpoint");
}

static void a_value_is_trimmed_as_in_go(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT TEMPORAL "      metadata: {endpoint: \" \\u00a0temporal.example:7233\\t\"}\n");
	assert_known(f, "endpoint", "temporal.example:7233");
}

static void a_blank_value_counts_as_absent(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT TEMPORAL "      metadata: {endpoint: \" \"}\n");
	assert_state(f, "endpoint", KG_PARAM_ABSENT);
}

static void a_value_that_is_no_string_is_there(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT TEMPORAL "      metadata: {endpoint: 7233}\n");
	assert_state(f, "endpoint", KG_PARAM_PRESENT);
}

static void what_no_source_gives_is_absent_or_the_default(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT TEMPORAL "      metadata: {}\n");
	assert_state(f, "taskQueue", KG_PARAM_ABSENT);
	assert_known(f, "namespace", "default");
	assert_true(value_of(f, "namespace")->default_used);
}

static void a_source_that_the_row_does_not_name_is_not_read(void **state)
{
	struct fixture *f = *state;

	/* apiKey comes from the authentication or the environment, taskQueue never from the authentication. */
	resolve(f, SCALED_OBJECT TEMPORAL "      metadata: {apiKey: literal}\n" WITH_AUTH AUTHENTICATION
	                                  "  secretTargetRef: [{parameter: taskQueue, name: s, key: k}]\n");
	assert_state(f, "apiKey", KG_PARAM_ABSENT);
	assert_state(f, "taskQueue", KG_PARAM_ABSENT);
}

static void the_first_source_in_the_order_of_the_row_wins(void **state)
{
	struct fixture *f = *state;

	/* postgresql asks the authentication for host first, temporal the metadata for endpoint. */
	resolve(f, SCALED_OBJECT POSTGRESQL "      metadata: {host: from-metadata}\n" WITH_AUTH AUTHENTICATION
	                                    "  configMapTargetRef: [{parameter: host, name: c, key: host}]\n"
	                                    "---\n"
	                                    "apiVersion: v1\n"
	                                    "kind: ConfigMap\n"
	                                    "metadata: {name: c, namespace: shop}\n"
	                                    "data: {host: from-auth}\n");
	assert_known(f, "host", "from-auth");
	assert_int_equal(value_of(f, "host")->source, KG_SOURCE_AUTH);
	assert_string_equal(value_of(f, "host")->key, "host");
	resolve(f, SCALED_OBJECT TEMPORAL "      metadata: {endpoint: 'literal:1', endpointFromEnv: ENDPOINT}\n" DEPLOYMENT
	                                  "        - name: main\n"
	                                  "          env: [{name: ENDPOINT, value: 'variable:1'}]\n");
	assert_known(f, "endpoint", "literal:1");
}

static void a_blank_value_falls_to_the_next_source(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT TEMPORAL "      metadata: {endpoint: '', endpointFromEnv: ENDPOINT}\n" DEPLOYMENT "        - name: main\n"
	                                  "          env: [{name: ENDPOINT, value: 'variable:1'}]\n");
	assert_known(f, "endpoint", "variable:1");
	assert_string_equal(value_of(f, "endpoint")->key, "endpointFromEnv");
}

static void other_names_are_tried_after_the_first_within_a_source(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT "    - type: prometheus\n"
	                         "      metadata: {authModes: bearer}\n" WITH_AUTH AUTHENTICATION
	                         "  secretTargetRef: [{parameter: token, name: s, key: k}]\n");
	assert_state(f, "bearerToken", KG_PARAM_PRESENT);
	assert_string_equal(value_of(f, "bearerToken")->key, "token");
}

static void a_row_that_the_version_does_not_read_is_absent(void **state)
{
	struct fixture *f = *state;

	f->keda_version = KG_VERSION(2, 17, 1);
	resolve(f, SCALED_OBJECT TEMPORAL "      metadata: {tlsServerName: temporal.example}\n");
	assert_state(f, "tlsServerName", KG_PARAM_ABSENT);
	f->keda_version = KG_VERSION(2, 18, 0);
	resolve(f, SCALED_OBJECT TEMPORAL "      metadata: {tlsServerName: temporal.example}\n");
	assert_known(f, "tlsServerName", "temporal.example");
}

static void behind_an_authentication_that_is_not_seen_nothing_is_absent(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT POSTGRESQL "      metadata: {query: SELECT 1}\n" WITHOUT_WORLD);
	assert_int_equal(f->trigger.reference, KG_REFERENCE_UNRESOLVED);
	assert_true(f->trigger.params.authentication_unresolved);
	assert_state(f, "password", KG_PARAM_UNRESOLVED);
	assert_known(f, "query", "SELECT 1");
}

static void what_a_hidden_source_may_override_is_given_but_not_known(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT POSTGRESQL "      metadata: {sslmode: disable}\n" WITHOUT_WORLD);
	assert_state(f, "sslmode", KG_PARAM_PRESENT);
	assert_string_equal(value_of(f, "sslmode")->key, "sslmode");
}

static void an_empty_reference_is_none(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT POSTGRESQL "      metadata: {}\n"
	                                    "      authenticationRef: {name: ''}\n");
	assert_int_equal(f->trigger.reference, KG_REFERENCE_NONE);
	assert_state(f, "password", KG_PARAM_ABSENT);
}

static void an_unknown_type_has_an_identity_and_no_values(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT "    - type: no-such-scaler\n"
	                         "      metadata: {}\n" WITH_AUTH AUTHENTICATION "  podIdentity: {provider: gcp}\n");
	assert_null(f->trigger.scaler);
	assert_null(f->trigger.params.values);
	assert_int_equal(f->trigger.params.identity.provider, KG_PROVIDER_GCP);
	assert_string_equal(f->trigger.path, "spec.triggers[0]");
}

static void scaling_modifiers_are_told(void **state)
{
	static const char *const members[] = {"formula: a + b", "target: '2'", "activationTarget: '1'", "metricType: Value"};
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT POSTGRESQL "      metadata: {}\n"
	                                    "  advanced: {scalingModifiers: {}}\n");
	assert_false(f->trigger.params.metric_source);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		char yaml[1024];

		(void)snprintf(yaml, sizeof(yaml), "%s      metadata: {}\n  advanced: {scalingModifiers: {%s}}\n", SCALED_OBJECT POSTGRESQL,
		               members[i]);
		resolve(f, yaml);
		assert_true(f->trigger.params.metric_source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(a_literal_in_the_metadata_is_known, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_value_is_trimmed_as_in_go, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_blank_value_counts_as_absent, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_value_that_is_no_string_is_there, setup, teardown),
	        cmocka_unit_test_setup_teardown(what_no_source_gives_is_absent_or_the_default, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_source_that_the_row_does_not_name_is_not_read, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_first_source_in_the_order_of_the_row_wins, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_blank_value_falls_to_the_next_source, setup, teardown),
	        cmocka_unit_test_setup_teardown(other_names_are_tried_after_the_first_within_a_source, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_row_that_the_version_does_not_read_is_absent, setup, teardown),
	        cmocka_unit_test_setup_teardown(behind_an_authentication_that_is_not_seen_nothing_is_absent, setup, teardown),
	        cmocka_unit_test_setup_teardown(what_a_hidden_source_may_override_is_given_but_not_known, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_empty_reference_is_none, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_unknown_type_has_an_identity_and_no_values, setup, teardown),
	        cmocka_unit_test_setup_teardown(scaling_modifiers_are_told, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
