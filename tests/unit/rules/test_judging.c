/*
 * What the case folders cannot show: words, values, views of the world that no file gives, and a version that is not known.
 */
#include "unit/rules/fixture.h"

#define SCALED_OBJECT                                                                                                                      \
	"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: orders, namespace: shop}\nspec:\n"                             \
	"  scaleTargetRef: {name: app}\n  triggers:\n"
#define AUTHENTICATION "---\napiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: auth, namespace: shop}\nspec:\n"
#define WITH_AUTH      "      authenticationRef: {name: auth}\n"
#define POSTGRESQL(sslmode_)                                                                                                               \
	"    - type: postgresql\n"                                                                                                         \
	"      metadata: {host: h, port: '5432', userName: u, dbName: d, sslmode: " sslmode_ ", query: SELECT 1, targetQueryValue: '5'}\n"

static void a_missing_parameter_is_named(void **state)
{
	struct fixture *f = *state;

	judge(f, SCALED_OBJECT "    - type: temporal\n      metadata: {endpoint: 'temporal.example:7233'}\n");
	assert_string_equal(message_of(f, KG_RULE_PARAMETER_MISSING),
	                    "spec.triggers[0].metadata: Required value: taskQueue: KEDA refuses the trigger without it");
}

static void an_unknown_parameter_comes_with_the_nearest_name(void **state)
{
	struct fixture *f = *state;

	judge(f, SCALED_OBJECT "    - type: temporal\n      metadata: {endpoint: 'temporal.example:7233', taskQueu: orders}\n");
	assert_string_equal(message_of(f, KG_RULE_PARAMETER_UNKNOWN),
	                    "spec.triggers[0].metadata.taskQueu: unknown parameter, did you mean \"taskQueue\"?");
	judge(f, SCALED_OBJECT "    - type: azure-servicebus\n      metadata: {queueName: a, connectionFromEnv: C, queueLength: '5'}\n");
	assert_non_null(strstr(message_of(f, KG_RULE_PARAMETER_UNKNOWN), "did you mean \"messageCount\"?"));
	judge(f, SCALED_OBJECT "    - type: azure-servicebus\n      metadata: {queueName: a, connectionFromEnv: C, zzz: '5'}\n");
	assert_non_null(strstr(message_of(f, KG_RULE_PARAMETER_UNKNOWN), "the azure-servicebus scaler does not read it"));
}

static void an_unknown_type_comes_with_the_nearest(void **state)
{
	struct fixture *f = *state;

	judge(f, SCALED_OBJECT "    - {type: postgres, metadata: {}}\n");
	assert_non_null(strstr(message_of(f, KG_RULE_TRIGGER_TYPE_UNKNOWN), "did you mean \"postgresql\"?"));
}

static void a_value_is_shown_where_it_is_no_secret(void **state)
{
	struct fixture *f = *state;

	judge(f,
	      SCALED_OBJECT POSTGRESQL("disable") WITH_AUTH AUTHENTICATION "  secretTargetRef: [{parameter: password, name: s, key: k}]\n");
	assert_string_equal(message_of(f, KG_RULE_CREDENTIALS_IN_CLEAR_TEXT),
	                    "spec.triggers[0].metadata.sslmode: Invalid value: \"disable\": the password would travel unencrypted: "
	                    "sslmode disable turns encryption off");
}

/* Every text that a finding brings along, for every secret in the object. */
static void no_secret_is_ever_repeated(void **state)
{
	static const char *const objects[] = {
	        SCALED_OBJECT "    - {type: rabbitmq, metadata: {host: 'amqp://user:S3cret@host', queueName: S3cret}}\n",
	        SCALED_OBJECT
	        "    - {type: metrics-api, metadata: {url: 'http://user:S3cret@host/', valueLocation: a, targetValue: '5'}}\n",
	        SCALED_OBJECT
	        "    - {type: metrics-api, metadata: {url: 'http://host/?api_key=S3cret', authMode: apiKey, apiKey: S3cret}}\n",
	        SCALED_OBJECT
	        "    - {type: prometheus, metadata: {serverAddress: 'http://u:S3cret@h', customHeaders: 'Authorization=S3cret'}}\n",
	        SCALED_OBJECT "    - {type: temporal, metadata: {apiKey: S3cret, endpoint: a.tmprl.cloud}}\n",
	        SCALED_OBJECT
	        "    - {type: postgresql, metadata: {connection: 'host=h password=S3cret sslmode=disable', password: S3cret}}\n",
	        SCALED_OBJECT
	        "    - {type: postgresql, metadata: {query: a, targetQueryValue: '5'}, authenticationRef: {name: auth}}\n" AUTHENTICATION
	        "  secretTargetRef: [{parameter: connection, name: s, key: connection}]\n"
	        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\n"
	        "stringData: {connection: 'host=h password=S3cret sslmode=S3cret'}\n",
	        AUTHENTICATION
	        "  hashiCorpVault: {address: 'http://u:S3cret@vault', authentication: token, credential: {token: S3cret}, secrets: []}\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		judge(f, objects[i]);
		assert_true(f->findings.count > 0);
		for (size_t j = 0; j < f->findings.count; j++) {
			const struct kg_finding *finding = &f->findings.items[j];

			assert_null(strstr(kg_finding_message(finding, &f->world.arena), "S3cret"));
			if (finding->fix != NULL)
				assert_null(strstr(finding->fix, "S3cret"));
			if (finding->value != NULL)
				assert_null(strstr(finding->value, "S3cret"));
		}
	}
}

/* A live view of the cluster knows what is not there. */
static enum kg_lookup answer_absent(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                    const struct kg_authentication **ret_authentication)
{
	(void)world, (void)key, (void)arena, (void)ret_authentication;
	return KG_LOOKUP_ABSENT;
}

static void an_authentication_that_is_certainly_not_there_is_reported(void **state)
{
	struct kg_world_operations operations = *kg_world_blind()->operations;
	const struct kg_world world = {.operations = &operations};
	struct fixture *f = *state;

	operations.authentication = answer_absent;
	f->as = &world;
	judge(f, SCALED_OBJECT POSTGRESQL("require") WITH_AUTH);
	assert_string_equal(
	        message_of(f, KG_RULE_AUTHENTICATION_NOT_FOUND),
	        "spec.triggers[0].authenticationRef.name: Not found: \"auth\": KEDA only logs it, and goes on without any authentication");
	f->as = NULL;
	judge(f, SCALED_OBJECT POSTGRESQL("require") WITH_AUTH);
	assert_int_equal(f->findings.count, 0);
}

static enum kg_action ceiling_of(struct fixture *f, enum kg_rule_id rule)
{
	const struct kg_finding *finding = finding_of(f, rule);

	return finding != NULL ? finding->ceiling : KG_ACTION_OFF;
}

static void while_the_version_is_not_known_what_depends_on_it_is_a_warning(void **state)
{
	static const struct {
		const char *yaml;
		enum kg_rule_id rule;
		uint32_t version;
	} rows[] = {
	        {SCALED_OBJECT "    - {type: stan, metadata: {}}\n", KG_RULE_TRIGGER_TYPE_REMOVED, KG_VERSION(2, 20, 2)},
	        {SCALED_OBJECT "    - {type: opensearch, metadata: {}}\n", KG_RULE_KEDA_TOO_OLD, KG_VERSION(2, 19, 0)},
	        {SCALED_OBJECT POSTGRESQL("require") WITH_AUTH AUTHENTICATION "  podIdentity: {provider: azure}\n",
	         KG_RULE_PROVIDER_REMOVED, KG_VERSION(2, 20, 2)},
	        {SCALED_OBJECT "    - {type: temporal, metadata: {endpoint: e, taskQueue: t, apiKeyFromEnv: K}}\n",
	         KG_RULE_CREDENTIALS_IN_CLEAR_TEXT, KG_VERSION(2, 17, 1)},
	        /* 2.10 takes a target of 0. */
	        {SCALED_OBJECT "    - {type: metrics-api, metadata: {url: 'https://h', valueLocation: l, targetValue: '0'}}\n",
	         KG_RULE_PARAMETER_INVALID, KG_VERSION(2, 20, 2)},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		f->keda_version = rows[i].version;
		f->version_known = true;
		judge(f, rows[i].yaml);
		assert_int_equal(ceiling_of(f, rows[i].rule), KG_ACTION_DENY);
		f->version_known = false;
		judge(f, rows[i].yaml);
		assert_int_equal(ceiling_of(f, rows[i].rule), KG_ACTION_WARN);
	}
}

static void while_the_version_is_not_known_what_no_version_takes_is_still_denied(void **state)
{
	struct fixture *f = *state;

	f->version_known = false;
	judge(f, SCALED_OBJECT "    - {type: temporal, metadata: {endpoint: e}}\n");
	assert_int_equal(ceiling_of(f, KG_RULE_PARAMETER_MISSING), KG_ACTION_DENY);
	judge(f,
	      SCALED_OBJECT POSTGRESQL("disable") WITH_AUTH AUTHENTICATION "  secretTargetRef: [{parameter: password, name: s, key: k}]\n");
	assert_int_equal(ceiling_of(f, KG_RULE_CREDENTIALS_IN_CLEAR_TEXT), KG_ACTION_DENY);
}

static void more_triggers_than_are_judged_are_told(void **state)
{
	struct fixture *f = *state;
	char *yaml = malloc(60000);
	size_t length;

	assert_non_null(yaml);
	length = (size_t)snprintf(yaml, 60000, "%s", SCALED_OBJECT);
	for (int i = 0; i < 1001; i++)
		length += (size_t)snprintf(yaml + length, 60000 - length, "    - {type: cron, metadata: {}}\n");
	judge(f, yaml);
	free(yaml);
	assert_string_equal(message_of(f, KG_RULE_FIELD_MALFORMED), "spec.triggers: Too many: only the first 1000 triggers are judged");
	assert_int_equal(ceiling_of(f, KG_RULE_FIELD_MALFORMED), KG_ACTION_WARN);
}

static void a_nul_character_is_found_where_it_stands(void **state)
{
	struct fixture *f = *state;

	judge(f, "{\"apiVersion\": \"keda.sh/v1alpha1\", \"kind\": \"TriggerAuthentication\", \"metadata\": {\"name\": \"a\","
	         " \"annotations\": {\"note\": \"a\\u0000b\"}}, \"spec\": {}}");
	assert_string_equal(message_of(f, KG_RULE_FIELD_MALFORMED),
	                    "metadata.annotations.note: Invalid value: must not hold the character U+0000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(a_missing_parameter_is_named, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_unknown_parameter_comes_with_the_nearest_name, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_unknown_type_comes_with_the_nearest, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_value_is_shown_where_it_is_no_secret, setup, teardown),
	        cmocka_unit_test_setup_teardown(no_secret_is_ever_repeated, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_authentication_that_is_certainly_not_there_is_reported, setup, teardown),
	        cmocka_unit_test_setup_teardown(while_the_version_is_not_known_what_depends_on_it_is_a_warning, setup, teardown),
	        cmocka_unit_test_setup_teardown(while_the_version_is_not_known_what_no_version_takes_is_still_denied, setup, teardown),
	        cmocka_unit_test_setup_teardown(more_triggers_than_are_judged_are_told, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_nul_character_is_found_where_it_stands, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
