#include "malformed.h"

/* What is wrong with an object whose spec (or, with a key before it, whose text behind apiVersion and kind) is `text`. */
struct row {
	const char *kind;
	const char *text;
	const char *want; /* a line for each: path: kind expected, actual since-until */
};

static void check_all(struct fixture *f, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *text = kg_arena_printf(&f->arena, "apiVersion: keda.sh/v1alpha1\nkind: %s\n%s\n", rows[i].kind, rows[i].text);
		struct kg_object object;
		const char *got;

		assert_int_equal(kg_object_decode(read_tree(f, text), kg_kind_parse("keda.sh/v1alpha1", rows[i].kind), &f->arena, &object),
		                 0);
		got = malformed_of(f, &object);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s\nwanted: %s\ngot:    %s", rows[i].text, rows[i].want, got);
	}
}

#define SO    "ScaledObject"
#define SJ    "ScaledJob"
#define TA    "TriggerAuthentication"
#define SO_OF "spec: {scaleTargetRef: {name: a}, triggers: [{type: t, metadata: {}}], "
#define SJ_OF "spec: {jobTargetRef: {template: {}}, triggers: [{type: t, metadata: {}}], "

/* clang-format off */
static const struct row types[] = {
	{SO, "metadata: 5\nspec: []", "metadata: type a map, a number -\nspec: type a map, a list -\n"},
	{SO, "metadata: {name: 5, namespace: [], generateName: {}, uid: true}\n" SO_OF "}",
		"metadata.name: type a string, a number -\nmetadata.namespace: type a string, a list -\n"
		"metadata.generateName: type a string, a map -\nmetadata.uid: type a string, a boolean -\n"},
	{SO, "metadata: {annotations: {autoscaling.keda.sh/paused: true, b: c}, labels: [a], finalizers: [f, ~, {}]}\n" SO_OF "}",
		"metadata.annotations[autoscaling.keda.sh/paused]: type a string, a boolean -\nmetadata.labels: type a map, a list -\n"
		"metadata.finalizers[1]: type a string, null -\nmetadata.finalizers[2]: type a string, a map -\n"},
	{SO, SO_OF "minReplicaCount: \"1\", maxReplicaCount: 1.5, pollingInterval: true, cooldownPeriod: [], idleReplicaCount: {}}",
		"spec.minReplicaCount: type a whole number, a string -\nspec.maxReplicaCount: type a whole number, a fraction -\n"
		"spec.pollingInterval: type a whole number, a boolean -\nspec.cooldownPeriod: type a whole number, a list -\n"
		"spec.idleReplicaCount: type a whole number, a map -\n"},
	{SO, "spec: {scaleTargetRef: a, triggers: {type: t}}", "spec.scaleTargetRef: type a map, a string -\nspec.triggers: type a list, a map -\n"},
	{SO, "spec: {scaleTargetRef: {name: a}, triggers: [a, ~, {type: 5, metadata: {x: 1, y2: no, z: ok}, useCachedMetrics: \"no\",\n"
	     "  authenticationRef: a}]}",
		"spec.triggers[0]: type a map, a string -\nspec.triggers[1]: type a map, null -\nspec.triggers[2].type: type a string, a number -\n"
		"spec.triggers[2].metadata.x: type a string, a number -\nspec.triggers[2].metadata.y2: type a string, a boolean -\n"
		"spec.triggers[2].useCachedMetrics: type a boolean, a string -\nspec.triggers[2].authenticationRef: type a map, a string -\n"},
	{SO, SO_OF "advanced: {restoreToOriginalReplicaCount: 1, scalingModifiers: [], horizontalPodAutoscalerConfig: {name: 1, behavior: 5}}}",
		"spec.advanced.restoreToOriginalReplicaCount: type a boolean, a number -\nspec.advanced.scalingModifiers: type a map, a list -\n"
		"spec.advanced.horizontalPodAutoscalerConfig.name: type a string, a number -\n"
		"spec.advanced.horizontalPodAutoscalerConfig.behavior: type a map, a number -\n"},
	{SO, SO_OF "advanced: {scalingModifiers: {target: 5}}}", "spec.advanced.scalingModifiers.target: type a string, a number -\n"},
	{SJ, SJ_OF "scalingStrategy: {pendingPodConditions: a, customScalingRunningJobPercentage: 0.5}}",
		"spec.scalingStrategy.pendingPodConditions: type a list, a string -\n"
		"spec.scalingStrategy.customScalingRunningJobPercentage: type a string, a number -\n"},
	{SJ, "spec: {triggers: [{type: t, metadata: {}}], jobTargetRef: {template: {spec: {containers: [{name: c, env: [{name: A, value: 5}]}]}}}}",
		"spec.jobTargetRef.template.spec.containers[0].env[0].value: type a string, a number -\n"},
	{TA, "spec: {podIdentity: azure-workload, secretTargetRef: {parameter: a}, filePath: []}",
		"spec.podIdentity: type a map, a string -\nspec.secretTargetRef: type a list, a map -\nspec.filePath: type a string, a list -\n"},
	{TA, "spec: {oauth2: {clientId: a, tokenUrl: b, scopes: [1], tokenUrlParams: {a.b: 1}}}",
		"spec.oauth2.scopes[0]: type a string, a number -\nspec.oauth2.tokenUrlParams[a.b]: type a string, a number -\n"},
};

static const struct row missing[] = {
	{SO, "", "spec: required a value, - -\n"},
	{SO, "spec: ~", "spec: required a value, - -\n"},
	{SJ, "", ""},
	{TA, "", "spec: required a value, - -\n"},
	{TA, "spec: {}", ""},
	{SO, "spec: {}", "spec.scaleTargetRef: required a value, - -\nspec.triggers: required a value, - -\n"},
	{SJ, "spec: {}", "spec.jobTargetRef: required a value, - -\nspec.triggers: required a value, - -\n"},
	{SJ, "spec: {triggers: [], jobTargetRef: {}}", "spec.jobTargetRef.template: required a value, - -\n"},
	{SO, "spec: {scaleTargetRef: {}, triggers: [{}, {type: t, metadata: ~, authenticationRef: {}}]}",
		"spec.scaleTargetRef.name: required a value, - -\nspec.triggers[0].type: required a value, - -\n"
		"spec.triggers[0].metadata: required a value, - -\nspec.triggers[1].authenticationRef.name: required a value, - -\n"
		"spec.triggers[1].metadata: required a value, - -\n"},
	{SO, SO_OF "fallback: {}}", "spec.fallback.failureThreshold: required a value, - -\nspec.fallback.replicas: required a value, - -\n"},
	{SO, SO_OF "advanced: {horizontalPodAutoscalerConfig: {behavior: {scaleDown: {policies: [{}]}}}}}",
		"spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.policies[0].type: required a value, - -\n"
		"spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.policies[0].value: required a value, - -\n"
		"spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.policies[0].periodSeconds: required a value, - -\n"},
	{TA, "spec: {podIdentity: {}}", "spec.podIdentity.provider: required a value, - -\n"},
	{TA, "spec: {env: [{}], secretTargetRef: [{}], configMapTargetRef: [{}], boundServiceAccountToken: [{}]}",
		"spec.env[0].parameter: required a value, - -\nspec.env[0].name: required a value, - -\n"
		"spec.secretTargetRef[0].parameter: required a value, - -\nspec.secretTargetRef[0].name: required a value, - -\n"
		"spec.secretTargetRef[0].key: required a value, - -\nspec.configMapTargetRef[0].parameter: required a value, - -\n"
		"spec.configMapTargetRef[0].name: required a value, - -\nspec.configMapTargetRef[0].key: required a value, - -\n"
		"spec.boundServiceAccountToken[0].parameter: required a value, - -\n"
		"spec.boundServiceAccountToken[0].serviceAccountName: required a value, - -\n"},
	{TA, "spec: {hashiCorpVault: {}, azureKeyVault: {}, gcpSecretManager: {}, awsSecretManager: {}, oauth2: {}}",
		"spec.hashiCorpVault.address: required a value, - -\nspec.hashiCorpVault.authentication: required a value, - -\n"
		"spec.hashiCorpVault.secrets: required a value, - -\nspec.azureKeyVault.vaultUri: required a value, - -\n"
		"spec.azureKeyVault.secrets: required a value, - -\nspec.gcpSecretManager.secrets: required a value, - -\n"
		"spec.awsSecretManager.secrets: required a value, - -\nspec.oauth2.clientId: required a value, - -\n"
		"spec.oauth2.tokenUrl: required a value, - -\n"},
	{TA, "spec: {hashiCorpVault: {address: a, authentication: token, secrets: [{}]}}",
		"spec.hashiCorpVault.secrets[0].parameter: required a value, - -\nspec.hashiCorpVault.secrets[0].path: required a value, - -\n"
		"spec.hashiCorpVault.secrets[0].key: required a value, - -\n"},
	{TA, "spec: {azureKeyVault: {vaultUri: a, secrets: [{}], credentials: {}, cloud: {}, podIdentity: {}}}",
		"spec.azureKeyVault.secrets[0].parameter: required a value, - -\nspec.azureKeyVault.secrets[0].name: required a value, - -\n"
		"spec.azureKeyVault.credentials.clientId: required a value, - -\nspec.azureKeyVault.credentials.tenantId: required a value, - -\n"
		"spec.azureKeyVault.credentials.clientSecret: required a value, - -\nspec.azureKeyVault.cloud.type: required a value, - -\n"
		"spec.azureKeyVault.podIdentity.provider: required a value, - -\n"},
	{TA, "spec: {gcpSecretManager: {secrets: [{}], credentials: {clientSecret: {valueFrom: {secretKeyRef: {}}}}}}",
		"spec.gcpSecretManager.secrets[0].parameter: required a value, - -\nspec.gcpSecretManager.secrets[0].id: required a value, - -\n"
		"spec.gcpSecretManager.credentials.clientSecret.valueFrom.secretKeyRef.name: required a value, - -\n"
		"spec.gcpSecretManager.credentials.clientSecret.valueFrom.secretKeyRef.key: required a value, - -\n"},
	{TA, "spec: {awsSecretManager: {secrets: [{}], credentials: {accessKey: {valueFrom: {}}, accessToken: {}}}}",
		"spec.awsSecretManager.secrets[0].parameter: required a value, - -\nspec.awsSecretManager.secrets[0].name: required a value, - -\n"
		"spec.awsSecretManager.credentials.accessKey.valueFrom.secretKeyRef: required a value, - -\n"
		"spec.awsSecretManager.credentials.accessToken.valueFrom: required a value, - -\n"
		"spec.awsSecretManager.credentials.accessSecretKey: required a value, - -\n"},
};

/* Since when which CRD has which minimum: compared release by release, v2.10.0 to v2.20.2. */
static const struct row ranges[] = {
	{SO, SO_OF "pollingInterval: 0, cooldownPeriod: -1, initialCooldownPeriod: -1, idleReplicaCount: -1, minReplicaCount: -1, maxReplicaCount: 0}",
		"spec.pollingInterval: range at least 1, a number 2.20.0-\nspec.cooldownPeriod: range at least 0, a number 2.20.0-\n"
		"spec.initialCooldownPeriod: range at least 0, a number 2.20.0-\nspec.idleReplicaCount: range at least 0, a number 2.20.0-\n"
		"spec.minReplicaCount: range at least 0, a number 2.20.0-\nspec.maxReplicaCount: range at least 1, a number 2.20.0-\n"},
	{SO, SO_OF "pollingInterval: 1, cooldownPeriod: 0, initialCooldownPeriod: 0, idleReplicaCount: 0, minReplicaCount: 0, maxReplicaCount: 1}", ""},
	{SO, SO_OF "maxReplicaCount: 2147483647, minReplicaCount: 2147483648}", "spec.minReplicaCount: range a 32-bit number, a number -\n"},
	{SO, SO_OF "maxReplicaCount: 1e300, minReplicaCount: -2147483649}",
		"spec.maxReplicaCount: range a 32-bit number, a number -\nspec.minReplicaCount: range a 32-bit number, a number -\n"},
	{SO, SO_OF "fallback: {failureThreshold: -1, replicas: -2147483648}}",
		"spec.fallback.failureThreshold: range at least 0, a number 2.20.0-\nspec.fallback.replicas: range at least 0, a number 2.20.0-\n"},
	{SO, SO_OF "advanced: {horizontalPodAutoscalerConfig: {behavior: {scaleUp: {stabilizationWindowSeconds: 3601},\n"
	     "  scaleDown: {stabilizationWindowSeconds: -1}}}}}",
		"spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.stabilizationWindowSeconds: range at most 3600, a number 2.12.0-\n"
		"spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds: range at least 0, a number 2.12.0-\n"},
	{SO, "spec: {scaleTargetRef: {name: \"\"}, triggers: [{type: \"\", metadata: {}, authenticationRef: {name: \"\"}}]}",
		"spec.scaleTargetRef.name: range at least 1 character, an empty string 2.20.0-\n"
		"spec.triggers[0].type: range at least 1 character, an empty string 2.20.0-\n"},
	{SO, "spec: {scaleTargetRef: {name: a}, triggers: []}", ""},
	{SJ, SJ_OF "pollingInterval: 0, successfulJobsHistoryLimit: -1, failedJobsHistoryLimit: -1, minReplicaCount: -1, maxReplicaCount: 0}",
		"spec.pollingInterval: range at least 1, a number 2.20.0-\nspec.successfulJobsHistoryLimit: range at least 0, a number 2.20.0-\n"
		"spec.failedJobsHistoryLimit: range at least 0, a number 2.20.0-\nspec.minReplicaCount: range at least 0, a number 2.20.0-\n"
		"spec.maxReplicaCount: range at least 1, a number 2.20.0-\n"},
	{SJ, SJ_OF "scalingStrategy: {customScalingQueueLengthDeduction: -5}}", ""},
	{TA, "spec: {hashiCorpVault: {address: a, authentication: token, secrets: []}, azureKeyVault: {vaultUri: a, secrets: []},\n"
	     "  gcpSecretManager: {secrets: []}, awsSecretManager: {secrets: []}, env: [], secretTargetRef: []}",
		"spec.hashiCorpVault.secrets: range at least 1 item, an empty list 2.20.0-\n"
		"spec.azureKeyVault.secrets: range at least 1 item, an empty list 2.20.0-\n"
		"spec.gcpSecretManager.secrets: range at least 1 item, an empty list 2.20.0-\n"
		"spec.awsSecretManager.secrets: range at least 1 item, an empty list 2.20.0-\n"},
};

static const struct row choices[] = {
	{SO, SO_OF "fallback: {failureThreshold: 1, replicas: 1, behavior: Static}}",
		"spec.fallback.behavior: value one of \"static\", \"currentReplicas\", \"currentReplicasIfHigher\", \"currentReplicasIfLower\", "
		"\"scalingModifiers\", another string 2.17.0-\n"},
	{SO, SO_OF "fallback: {failureThreshold: 1, replicas: 1, behavior: scalingModifiers}}",
		"spec.fallback.behavior: value one of \"static\", \"currentReplicas\", \"currentReplicasIfHigher\", \"currentReplicasIfLower\""
		", another string 2.17.0-2.20.0\n"},
	{SO, SO_OF "fallback: {failureThreshold: 1, replicas: 1, behavior: currentReplicasIfLower}}", ""},
	{SO, SO_OF "advanced: {scalingModifiers: {metricType: Utilization}}}",
		"spec.advanced.scalingModifiers.metricType: value one of \"AverageValue\", \"Value\", another string 2.17.0-\n"},
	{SO, "spec: {scaleTargetRef: {name: a}, triggers: [{type: t, metadata: {}, metricType: Any, authenticationRef: {name: a, kind: Secret}}]}",
		"spec.triggers[0].authenticationRef.kind: value one of \"TriggerAuthentication\", \"ClusterTriggerAuthentication\", another string 2.20.0-\n"},
	{SJ, SJ_OF "rolloutStrategy: x, rollout: {strategy: \"\", propagationPolicy: Foreground}}",
		"spec.rolloutStrategy: value one of \"gradual\", \"immediate\", another string 2.20.0-\n"
		"spec.rollout.strategy: value one of \"gradual\", \"immediate\", another string 2.20.0-\n"
		"spec.rollout.propagationPolicy: value one of \"foreground\", \"background\", another string 2.20.0-\n"},
	{SJ, SJ_OF "scalingStrategy: {strategy: default, multipleScalersCalculation: mean}}",
		"spec.scalingStrategy.strategy: value one of \"custom\", \"accurate\", \"eager\", another string 2.20.0-2.20.2\n"
		"spec.scalingStrategy.multipleScalersCalculation: value one of \"min\", \"avg\", \"sum\", \"max\", another string 2.20.0-\n"},
	{SJ, SJ_OF "scalingStrategy: {strategy: fast}}",
		"spec.scalingStrategy.strategy: value one of \"default\", \"custom\", \"accurate\", \"eager\", another string 2.20.0-\n"},
	{TA, "spec: {podIdentity: {provider: azure-workloads, identityOwner: Keda}}",
		"spec.podIdentity.provider: value one of \"azure-workload\", \"gcp\", \"aws\", \"aws-eks\", \"none\", another string 2.13.0-\n"
		"spec.podIdentity.identityOwner: value one of \"keda\", \"workload\", another string 2.13.0-\n"},
	{TA, "spec: {podIdentity: {provider: none}}",
		"spec.podIdentity.provider: value one of \"azure-workload\", \"gcp\", \"aws\", \"aws-eks\", another string 2.13.0-2.14.0\n"},
	{TA, "spec: {podIdentity: {provider: azure}}", ""},
	{TA, "spec: {podIdentity: {provider: aws-kiam}}", ""},
	{TA, "spec: {awsSecretManager: {secrets: [{parameter: a, name: b}], podIdentity: {provider: x}}}",
		"spec.awsSecretManager.podIdentity.provider: value one of \"azure-workload\", \"gcp\", \"aws\", \"aws-eks\", \"none\", another string 2.13.0-\n"},
	{TA, "spec: {hashiCorpVault: {address: a, authentication: aws, secrets: [{parameter: a, path: b, key: c, type: x},\n"
	     "  {parameter: a, path: b, key: c, type: \"\"}]}}",
		"spec.hashiCorpVault.authentication: value one of \"token\", \"kubernetes\", another string 2.20.0-\n"
		"spec.hashiCorpVault.secrets[0].type: value one of \"\", \"secretV2\", \"secret\", \"pki\", another string 2.20.0-\n"},
	{TA, "spec: {oauth2: {clientId: a, tokenUrl: b, type: password}}", "spec.oauth2.type: value one of \"clientCredentials\", another string 2.20.0-\n"},
};

static const struct row nuls[] = {
	{SO, SO_OF "minReplicaCount: 1}\nmetadata: {name: \"a\\0b\"}", "metadata.name: nul text without \\u0000, text with \\u0000 -\n"},
	{SO, "spec: {scaleTargetRef: {name: a}, triggers: [{type: t, metadata: {}}, {type: t, metadata: {a.b: \"\\0\", c: \"\\0\"}}]}",
		"spec.triggers[1].metadata[a.b]: nul text without \\u0000, text with \\u0000 -\n"},
	{SO, SO_OF "unknown: {\"x\\0\": 1}}", "spec.unknown[x\xef\xbf\xbd]: nul text without \\u0000, text with \\u0000 -\n"},
	{SO, SO_OF "minReplicaCount: 1}\nmetadata: {name: \"a\\uFFFDb\"}", ""},
};
/* clang-format on */

static void wrong_types_are_recorded_in_document_order(void **state)
{
	check_all(*state, types, KG_ARRAY_LEN(types));
}

static void what_the_crd_requires_is_missed(void **state)
{
	check_all(*state, missing, KG_ARRAY_LEN(missing));
}

static void numbers_and_lengths_have_ranges(void **state)
{
	check_all(*state, ranges, KG_ARRAY_LEN(ranges));
}

static void values_are_compared_with_the_choices_of_each_version(void **state)
{
	check_all(*state, choices, KG_ARRAY_LEN(choices));
}

static void nul_is_recorded_once_where_it_first_stands(void **state)
{
	check_all(*state, nuls, KG_ARRAY_LEN(nuls));
}

/* ---- what becomes of the value ---- */

static struct kg_object decode(struct fixture *f, const char *text)
{
	struct kg_object object;

	assert_int_equal(kg_object_decode(read_tree(f, text), KG_KIND_SCALED_OBJECT, &f->arena, &object), 0);
	return object;
}

static void a_value_of_the_wrong_type_is_left_absent(void **state)
{
	struct fixture *f = *state;
	struct kg_object object = decode(f, "metadata: {name: 5, annotations: {a: 1}, finalizers: [1, f]}\n"
	                                    "spec: {scaleTargetRef: 5, minReplicaCount: \"1\", maxReplicaCount: 3000000000, advanced: [],\n"
	                                    "  triggers: [5, {type: t, metadata: {x: 1}, useCachedMetrics: 1, authenticationRef: []}]}\n");

	assert_null(object.metadata.name);
	assert_int_equal(object.metadata.annotations.count, 1);
	assert_null(object.metadata.annotations.items[0].value);
	assert_int_equal(object.metadata.finalizers.count, 1);
	assert_string_equal(object.metadata.finalizers.items[0], "f");
	assert_false(object.scaled.scale_target_ref.set);
	assert_false(object.scaled.min_replica_count.set);
	assert_false(object.scaled.max_replica_count.set);
	assert_false(object.scaled.advanced.set);
	assert_int_equal(object.scaled.trigger_count, 2);
	assert_null(object.scaled.triggers[0].type);
	assert_string_equal(object.scaled.triggers[1].type, "t");
	assert_string_equal(object.scaled.triggers[1].metadata.items[0].key, "x");
	assert_null(object.scaled.triggers[1].metadata.items[0].value);
	assert_false(object.scaled.triggers[1].use_cached_metrics.set);
	assert_false(object.scaled.triggers[1].authentication_ref.set);
}

static void a_value_that_some_versions_refuse_is_kept(void **state)
{
	struct fixture *f = *state;
	struct kg_object object =
	        decode(f, "spec: {minReplicaCount: -1, fallback: {behavior: x}, triggers: [{type: \"\", metadata: {}}]}\n");

	assert_int_equal(object.scaled.min_replica_count.value, -1);
	assert_string_equal(object.scaled.fallback.behavior, "x");
	assert_string_equal(object.scaled.triggers[0].type, "");
}

static void a_tree_that_is_no_object_is_malformed_as_a_whole(void **state)
{
	struct fixture *f = *state;
	struct kg_object object = decode(f, "[1]\n");

	assert_string_equal(malformed_of(f, &object), ": type a map, a list -\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(wrong_types_are_recorded_in_document_order),
	        MODEL_TEST(what_the_crd_requires_is_missed),
	        MODEL_TEST(numbers_and_lengths_have_ranges),
	        MODEL_TEST(values_are_compared_with_the_choices_of_each_version),
	        MODEL_TEST(nul_is_recorded_once_where_it_first_stands),
	        MODEL_TEST(a_value_of_the_wrong_type_is_left_absent),
	        MODEL_TEST(a_value_that_some_versions_refuse_is_kept),
	        MODEL_TEST(a_tree_that_is_no_object_is_malformed_as_a_whole),
	};

	return cmocka_run_group_tests_name("malformed", tests, NULL, NULL);
}
