/*
 * Where findings stand, what they show and what they say to write. Rules and paths of common objects are in tests/cases.
 */
#include "unit/rules/fixture.h"

#define SCALED_OBJECT                                                                                                                      \
	"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: orders, namespace: shop}\nspec:\n"                             \
	"  scaleTargetRef: {name: app}\n  triggers:\n"
#define AUTHENTICATION "---\napiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: auth, namespace: shop}\nspec:\n"
#define WITH_AUTH      "      authenticationRef: {name: auth}\n"
#define PROMETHEUS     "    - type: prometheus\n      metadata: {serverAddress: 'https://p.example', query: up, threshold: '1', "
#define DATABASE       "    - type: postgresql\n      metadata: {query: SELECT 1, targetQueryValue: '5', "

struct wording {
	const char *yaml;
	enum kg_rule_id rule;
	const char *message; /* the whole of it */
	const char *fix;     /* the whole of it, NULL: none */
};

static void assert_wordings(struct fixture *f, const struct wording *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct kg_finding *finding;

		judge(f, rows[i].yaml);
		assert_string_equal(message_of(f, rows[i].rule), rows[i].message);
		finding = finding_of(f, rows[i].rule);
		assert_string_equal(finding != NULL && finding->fix != NULL ? finding->fix : "", rows[i].fix != NULL ? rows[i].fix : "");
	}
}

#define ASSERT_WORDINGS(state_, rows_) assert_wordings(*(state_), (rows_), sizeof(rows_) / sizeof((rows_)[0]))

static void complaints_stand_where_the_value_is_written(void **state)
{
	static const struct wording rows[] = {
	        {SCALED_OBJECT PROMETHEUS "ignoreNullValues: maybe}\n", KG_RULE_PARAMETER_INVALID,
	         "spec.triggers[0].metadata.ignoreNullValues: Invalid value: \"maybe\": must be true or false", NULL},
	        {SCALED_OBJECT
	         "    - type: azure-servicebus\n      metadata: {queueName: q, topicName: t, subscriptionName: s, connectionFromEnv: C}\n",
	         KG_RULE_PARAMETERS_CONFLICT, "spec.triggers[0].metadata.queueName: Forbidden: must not be given together with topicName",
	         NULL},
	        {SCALED_OBJECT "    - type: temporal\n      metadata: {endpoint: a.tmprl.cloud, taskQueue: t}\n",
	         KG_RULE_CREDENTIALS_MISSING,
	         "spec.triggers[0].metadata.endpoint: Invalid value: \"a.tmprl.cloud\": an endpoint of Temporal Cloud needs apiKey, or "
	         "cert and "
	         "key; without them KEDA connects anonymously, over plaintext gRPC",
	         "give apiKey, or cert and key, in a TriggerAuthentication"},
	        /* From a Secret: neither the key nor the value is the object's own. */
	        {SCALED_OBJECT DATABASE
	         "port: '5432', userName: u, dbName: d, sslmode: require}\n" WITH_AUTH AUTHENTICATION
	         "  secretTargetRef: [{parameter: host, name: s, key: host}, {parameter: port, name: s, key: port}]\n"
	         "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\nstringData: {host: h, port: x}\n",
	         KG_RULE_PARAMETER_INVALID,
	         "spec.triggers[0].authenticationRef.name: Invalid value: must be a number from 1 to 65535, or a comma list of them beside "
	         "several "
	         "hosts",
	         NULL},
	};

	ASSERT_WORDINGS(state, rows);
}

static void keys_that_are_not_read_say_where_to_write(void **state)
{
	static const struct wording rows[] = {
	        {SCALED_OBJECT DATABASE "connection: '<connection>'}\n", KG_RULE_PARAMETER_UNKNOWN,
	         "spec.triggers[0].metadata.connection: not read from here: KEDA takes it from the TriggerAuthentication or "
	         "connectionFromEnv only",
	         NULL},
	        {SCALED_OBJECT DATABASE "hostFromEnv: HOST}\n", KG_RULE_PARAMETER_UNKNOWN,
	         "spec.triggers[0].metadata.hostFromEnv: not read from here: KEDA takes it from the TriggerAuthentication or host in the "
	         "metadata "
	         "only",
	         NULL},
	        {SCALED_OBJECT PROMETHEUS "metricName: m}\n", KG_RULE_PARAMETER_REMOVED,
	         "spec.triggers[0].metadata.metricName: KEDA does not read it any more since 2.12.0", "remove it"},
	        {SCALED_OBJECT "    - type: temporal\n      metadata: {endpoint: e, taskQueue: t, buildId: b}\n",
	         KG_RULE_PARAMETER_DEPRECATED,
	         "spec.triggers[0].metadata.buildId: buildId is deprecated since KEDA 2.20.0: still read, to be removed",
	         "write workerDeploymentName and workerDeploymentBuildId instead"},
	};

	ASSERT_WORDINGS(state, rows);
}

/* A name that the trigger has already was not meant. */
static void a_name_that_is_taken_is_not_proposed(void **state)
{
	struct fixture *f = *state;

	judge(f, SCALED_OBJECT "    - type: temporal\n      metadata: {endpoint: e, taskQueue: t, taskQueu: t}\n");
	assert_null(strstr(message_of(f, KG_RULE_PARAMETER_UNKNOWN), "did you mean \"taskQueue\""));
}

static void identities_are_told_what_to_write(void **state)
{
	static const struct wording rows[] = {
	        {"apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: auth}\nspec: {podIdentity: {provider: "
	         "azure}}\n",
	         KG_RULE_PROVIDER_REMOVED,
	         "spec.podIdentity.provider: Unsupported value: \"azure\": KEDA has no such provider since 2.15.0",
	         "write provider: azure-workload, with an identityId"},
	        {"apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: auth}\nspec: {podIdentity: {provider: "
	         "aws-kiam}}\n",
	         KG_RULE_PROVIDER_REMOVED,
	         "spec.podIdentity.provider: Unsupported value: \"aws-kiam\": KEDA has no such provider since 2.15.0",
	         "write provider: aws, with a roleArn"},
	        {SCALED_OBJECT "    - type: azure-servicebus\n      metadata: {queueName: q, namespace: n}\n" WITH_AUTH AUTHENTICATION
	                       "  podIdentity: {provider: gcp}\n",
	         KG_RULE_IDENTITY_UNSUPPORTED,
	         "spec.triggers[0].authenticationRef.name: Invalid value: \"auth\": the azure-servicebus scaler does not support the pod "
	         "identity "
	         "provider gcp: KEDA refuses to build the scaler",
	         NULL},
	        {SCALED_OBJECT DATABASE "host: h, port: '1', userName: u, dbName: d, sslmode: require}\n" WITH_AUTH AUTHENTICATION
	                                "  podIdentity: {provider: gcp}\n",
	         KG_RULE_IDENTITY_UNSUPPORTED,
	         "spec.triggers[0].authenticationRef.name: Invalid value: \"auth\": the postgresql scaler does not support the pod "
	         "identity provider "
	         "gcp: KEDA then builds no connection string from the parameters, and connects to the driver's defaults",
	         NULL},
	};

	ASSERT_WORDINGS(state, rows);
}

static void malformed_fields_are_told_how_to_mend_them(void **state)
{
	static const struct wording rows[] = {
	        {SCALED_OBJECT "    - {type: kafka, metadata: {lag: 5}}\n", KG_RULE_FIELD_MALFORMED,
	         "spec.triggers[0].metadata.lag: Invalid value: must be a string, not a number", "put it in quotes"},
	        {SCALED_OBJECT "    - {type: kafka, metadata: {tls: true}}\n", KG_RULE_FIELD_MALFORMED,
	         "spec.triggers[0].metadata.tls: Invalid value: must be a string, not a boolean", "put it in quotes"},
	        {SCALED_OBJECT "    - {type: kafka, metadata: {topic: [a]}}\n", KG_RULE_FIELD_MALFORMED,
	         "spec.triggers[0].metadata.topic: Invalid value: must be a string, not a list", NULL},
	        {SCALED_OBJECT "    - {type: kafka, metadata: {}, useCachedMetrics: 1}\n", KG_RULE_FIELD_MALFORMED,
	         "spec.triggers[0].useCachedMetrics: Invalid value: must be a boolean, not a number", NULL},
	        {SCALED_OBJECT "    - {type: kafka}\n", KG_RULE_FIELD_MALFORMED,
	         "spec.triggers[0].metadata: Required value: the API server refuses the object without it", NULL},
	};

	ASSERT_WORDINGS(state, rows);
}

static void a_secret_is_told_where_it_belongs(void **state)
{
	static const struct wording rows[] = {
	        {SCALED_OBJECT DATABASE "password: hunter2}\n", KG_RULE_SECRET_INLINE,
	         "spec.triggers[0].metadata.password: Forbidden: a password for everyone to read who may read a ScaledObject",
	         "move it to a Secret, and name it in a TriggerAuthentication (secretTargetRef) or write passwordFromEnv"},
	        {SCALED_OBJECT "    - {type: redis, metadata: {password: hunter2}}\n", KG_RULE_SECRET_INLINE,
	         "spec.triggers[0].metadata.password: Forbidden: a password for everyone to read who may read a ScaledObject",
	         "move it to a Secret, and name it in a TriggerAuthentication (secretTargetRef) or write passwordFromEnv"},
	};

	ASSERT_WORDINGS(state, rows);
}

static enum kg_action ceiling_of(const struct fixture *f, enum kg_rule_id rule)
{
	const struct kg_finding *finding = finding_of(f, rule);

	return finding ? finding->ceiling : KG_ACTION_OFF;
}

/* Of a type that no version of KEDA has nothing is known, not even for certain that "token" is one. */
static void secrets_by_name_are_certain_of_a_known_type_only(void **state)
{
	struct fixture *f = *state;

	judge(f, SCALED_OBJECT "    - {type: no-such-type, metadata: {token: hunter2}}\n");
	assert_int_equal(ceiling_of(f, KG_RULE_SECRET_INLINE), KG_ACTION_WARN);
	judge(f, SCALED_OBJECT "    - {type: no-such-type, metadata: {host: 'amqp://u:hunter2@h'}}\n");
	assert_int_equal(ceiling_of(f, KG_RULE_SECRET_INLINE), KG_ACTION_DENY);
}

static void a_vault_token_that_is_none_is_left_alone(void **state)
{
	static const char *const tokens[] = {"''", "' '", "'<token>'", "'${VAULT_TOKEN}'"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		char yaml[512];

		(void)snprintf(yaml, sizeof(yaml),
		               "apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: a}\nspec:\n"
		               "  hashiCorpVault: {address: 'https://v', authentication: token, credential: {token: %s}, secrets: []}\n",
		               tokens[i]);
		judge(f, yaml);
		assert_null(finding_of(f, KG_RULE_SECRET_INLINE));
	}
}

static void the_switch_that_is_on_is_shown(void **state)
{
	static const struct wording rows[] = {
	        {SCALED_OBJECT "    - {type: external, metadata: {enableTLS: 'true', unsafeSsl: 't'}}\n", KG_RULE_TLS_VERIFICATION_DISABLED,
	         "spec.triggers[0].metadata.unsafeSsl: Invalid value: \"t\": anyone on the way can pose as the event source: its "
	         "certificate is "
	         "not verified",
	         "remove it, and give the issuing CA to KEDA (--ca-dir) or to the trigger (ca)"},
	};
	struct fixture *f = *state;

	ASSERT_WORDINGS(state, rows);
	judge(f, SCALED_OBJECT "    - {type: external, metadata: {enableTLS: 'true', unsafeSsl: maybe}}\n");
	assert_null(finding_of(f, KG_RULE_TLS_VERIFICATION_DISABLED));
}

static void the_list_of_triggers_is_blamed_once(void **state)
{
	struct fixture *f = *state;

	judge(f,
	      "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a}\nspec: {scaleTargetRef: {name: a}, triggers: none}\n");
	assert_non_null(finding_of(f, KG_RULE_FIELD_MALFORMED));
	assert_null(finding_of(f, KG_RULE_TRIGGERS_EMPTY));
	judge(f, "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a}\n");
	assert_memory_equal(message_of(f, KG_RULE_FIELD_MALFORMED), "spec: ", strlen("spec: "));
	assert_null(finding_of(f, KG_RULE_TRIGGERS_EMPTY));
	judge(f, "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a}\nspec: {scaleTargetRef: {name: a}, "
	         "pollingInterval: x}\n");
	assert_non_null(finding_of(f, KG_RULE_TRIGGERS_EMPTY));
	assert_non_null(finding_of(f, KG_RULE_FIELD_MALFORMED));
}

static void the_bound_that_is_wrong_is_the_one_that_is_named(void **state)
{
	struct fixture *f = *state;

	f->keda_version = KG_VERSION(2, 19, 0);
	judge(f, "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a}\n"
	         "spec: {scaleTargetRef: {name: a}, minReplicaCount: 0, maxReplicaCount: 0, triggers: [{type: kafka, metadata: {}}]}\n");
	assert_memory_equal(message_of(f, KG_RULE_REPLICA_BOUNDS), "spec.maxReplicaCount: ", strlen("spec.maxReplicaCount: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(complaints_stand_where_the_value_is_written, setup, teardown),
	        cmocka_unit_test_setup_teardown(keys_that_are_not_read_say_where_to_write, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_name_that_is_taken_is_not_proposed, setup, teardown),
	        cmocka_unit_test_setup_teardown(identities_are_told_what_to_write, setup, teardown),
	        cmocka_unit_test_setup_teardown(malformed_fields_are_told_how_to_mend_them, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_secret_is_told_where_it_belongs, setup, teardown),
	        cmocka_unit_test_setup_teardown(secrets_by_name_are_certain_of_a_known_type_only, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_vault_token_that_is_none_is_left_alone, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_switch_that_is_on_is_shown, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_list_of_triggers_is_blamed_once, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_bound_that_is_wrong_is_the_one_that_is_named, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
