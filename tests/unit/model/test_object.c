#include "malformed.h"

#include "kedagate/base/limits.h"

static struct kg_object decode(struct fixture *f, const char *text)
{
	const cJSON *tree = read_tree(f, text);
	enum kg_kind kind = kg_kind_parse(kg_json_text(tree, "apiVersion"), kg_json_text(tree, "kind"));
	struct kg_object object;

	assert_int_not_equal(kind, KG_KIND_OTHER);
	assert_int_equal(kg_object_decode(tree, kind, &f->arena, &object), 0);
	return object;
}

static void assert_int(struct kg_optional_int got, int64_t want)
{
	assert_true(got.set);
	assert_int_equal(got.value, want);
}

/* ---- kinds ---- */

static void kinds_are_those_of_the_group(void **state)
{
	(void)state;
	assert_int_equal(kg_kind_parse("keda.sh/v1alpha1", "ScaledObject"), KG_KIND_SCALED_OBJECT);
	assert_int_equal(kg_kind_parse("keda.sh/v9", "ScaledJob"), KG_KIND_SCALED_JOB);
	assert_int_equal(kg_kind_parse("keda.sh/v1alpha1", "TriggerAuthentication"), KG_KIND_TRIGGER_AUTHENTICATION);
	assert_int_equal(kg_kind_parse("keda.sh/v1alpha1", "ClusterTriggerAuthentication"), KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION);
	assert_int_equal(kg_kind_parse("keda.sh/v1alpha1", "scaledobject"), KG_KIND_OTHER);
	assert_int_equal(kg_kind_parse("keda.sh", "ScaledObject"), KG_KIND_OTHER);
	assert_int_equal(kg_kind_parse("eventing.keda.sh/v1alpha1", "ScaledObject"), KG_KIND_OTHER);
	assert_int_equal(kg_kind_parse(NULL, "ScaledObject"), KG_KIND_OTHER);
	assert_int_equal(kg_kind_parse("keda.sh/v1alpha1", NULL), KG_KIND_OTHER);
	assert_string_equal(kg_kind_name(KG_KIND_SCALED_JOB), "ScaledJob");
	assert_string_equal(kg_kind_name(KG_KIND_OTHER), "");
}

/* ---- fields ---- */

static const char scaled_object[] =
        "apiVersion: keda.sh/v1alpha1\n"
        "kind: ScaledObject\n"
        "metadata:\n"
        "  name: orders\n"
        "  namespace: shop\n"
        "  generateName: orders-\n"
        "  uid: u\n"
        "  annotations: {autoscaling.keda.sh/paused: \"true\", b: c}\n"
        "  labels: {l: m}\n"
        "  finalizers: [finalizer.keda.sh]\n"
        "spec:\n"
        "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app, envSourceContainerName: main}\n"
        "  pollingInterval: 1\n"
        "  cooldownPeriod: 2\n"
        "  initialCooldownPeriod: 3\n"
        "  idleReplicaCount: 0\n"
        "  minReplicaCount: 4\n"
        "  maxReplicaCount: 5.0\n"
        "  fallback: {failureThreshold: 6, replicas: 7, behavior: static}\n"
        "  advanced:\n"
        "    restoreToOriginalReplicaCount: true\n"
        "    horizontalPodAutoscalerConfig:\n"
        "      name: hpa\n"
        "      behavior: {scaleUp: {stabilizationWindowSeconds: 3600, policies: [{type: Pods, value: 1, periodSeconds: 2}]}}\n"
        "    scalingModifiers: {formula: a+b, target: \"1\", activationTarget: \"2\", metricType: Value}\n"
        "  triggers:\n"
        "  - type: kafka\n"
        "    name: first\n"
        "    metricType: AverageValue\n"
        "    useCachedMetrics: false\n"
        "    metadata: {topic: t, lag: \"5\"}\n"
        "    authenticationRef: {name: auth, kind: ClusterTriggerAuthentication}\n"
        "  - type: cron\n"
        "    metadata: {}\n";

static void a_scaled_object_is_decoded_whole(void **state)
{
	struct fixture *f = *state;
	struct kg_object object = decode(f, scaled_object);
	const struct kg_scaled *scaled = &object.scaled;

	assert_string_equal(malformed_of(f, &object), "");
	assert_int_equal(object.kind, KG_KIND_SCALED_OBJECT);
	assert_string_equal(object.api_version, "keda.sh/v1alpha1");
	assert_string_equal(object.kind_text, "ScaledObject");
	assert_ptr_equal(object.tree, f->manifests.items[0].tree);
	assert_true(object.spec_set);
	assert_true(scaled->scale_target_ref.set);
	assert_string_equal(scaled->scale_target_ref.api_version, "apps/v1");
	assert_string_equal(scaled->scale_target_ref.kind, "Deployment");
	assert_string_equal(scaled->scale_target_ref.name, "app");
	assert_string_equal(scaled->scale_target_ref.env_source_container_name, "main");
	assert_int(scaled->polling_interval, 1);
	assert_int(scaled->cooldown_period, 2);
	assert_int(scaled->initial_cooldown_period, 3);
	assert_int(scaled->idle_replica_count, 0);
	assert_int(scaled->min_replica_count, 4);
	assert_int(scaled->max_replica_count, 5);
	assert_true(scaled->fallback.set);
	assert_int(scaled->fallback.failure_threshold, 6);
	assert_int(scaled->fallback.replicas, 7);
	assert_string_equal(scaled->fallback.behavior, "static");
}

static void metadata_is_decoded(void **state)
{
	struct fixture *f = *state;
	struct kg_object object = decode(f, scaled_object);

	assert_string_equal(object.metadata.name, "orders");
	assert_string_equal(object.metadata.namespace, "shop");
	assert_string_equal(object.metadata.generate_name, "orders-");
	assert_string_equal(object.metadata.uid, "u");
	assert_int_equal(object.metadata.annotations.count, 2);
	assert_string_equal(kg_pairs_get(&object.metadata.annotations, "autoscaling.keda.sh/paused"), "true");
	assert_null(kg_pairs_get(&object.metadata.annotations, "paused"));
	assert_string_equal(kg_pairs_get(&object.metadata.labels, "l"), "m");
	assert_int_equal(object.metadata.finalizers.count, 1);
	assert_string_equal(object.metadata.finalizers.items[0], "finalizer.keda.sh");
	assert_false(object.metadata.deleting);
}

static void the_advanced_section_is_decoded(void **state)
{
	struct fixture *f = *state;
	struct kg_object object = decode(f, scaled_object);
	const struct kg_advanced *advanced = &object.scaled.advanced;

	assert_true(advanced->set);
	assert_true(advanced->restore_to_original_replica_count.set && advanced->restore_to_original_replica_count.value);
	assert_string_equal(advanced->hpa_name, "hpa");
	assert_non_null(kg_json_get(advanced->hpa_behavior, "scaleUp"));
	assert_true(advanced->scaling_modifiers.set);
	assert_string_equal(advanced->scaling_modifiers.formula, "a+b");
	assert_string_equal(advanced->scaling_modifiers.target, "1");
	assert_string_equal(advanced->scaling_modifiers.activation_target, "2");
	assert_string_equal(advanced->scaling_modifiers.metric_type, "Value");
}

static void triggers_are_decoded_in_order(void **state)
{
	struct fixture *f = *state;
	struct kg_object object = decode(f, scaled_object);
	const struct kg_trigger *trigger = object.scaled.triggers;

	assert_true(object.scaled.triggers_set);
	assert_int_equal(object.scaled.trigger_count, 2);
	assert_string_equal(trigger[0].type, "kafka");
	assert_string_equal(trigger[0].name, "first");
	assert_string_equal(trigger[0].metric_type, "AverageValue");
	assert_true(trigger[0].use_cached_metrics.set && !trigger[0].use_cached_metrics.value);
	assert_int_equal(trigger[0].metadata.count, 2);
	assert_string_equal(trigger[0].metadata.items[0].key, "topic");
	assert_string_equal(trigger[0].metadata.items[1].value, "5");
	assert_true(trigger[0].authentication_ref.set);
	assert_string_equal(trigger[0].authentication_ref.name, "auth");
	assert_string_equal(trigger[0].authentication_ref.kind, "ClusterTriggerAuthentication");
	assert_string_equal(trigger[1].type, "cron");
	assert_null(trigger[1].name);
	assert_false(trigger[1].use_cached_metrics.set);
	assert_false(trigger[1].authentication_ref.set);
}

static void a_scaled_job_is_decoded_whole(void **state)
{
	struct fixture *f = *state;
	struct kg_object object = decode(
	        f, "apiVersion: keda.sh/v1alpha1\n"
	           "kind: ScaledJob\n"
	           "metadata: {name: j, deletionTimestamp: \"2026-01-01T00:00:00Z\"}\n"
	           "spec:\n"
	           "  jobTargetRef: {template: {spec: {serviceAccountName: sa, containers: [{name: c}]}}}\n"
	           "  envSourceContainerName: c\n"
	           "  pollingInterval: 1\n"
	           "  successfulJobsHistoryLimit: 2\n"
	           "  failedJobsHistoryLimit: 3\n"
	           "  minReplicaCount: 4\n"
	           "  maxReplicaCount: 5\n"
	           "  rolloutStrategy: gradual\n"
	           "  rollout: {strategy: immediate, propagationPolicy: foreground}\n"
	           "  scalingStrategy: {strategy: custom, customScalingQueueLengthDeduction: -1,\n"
	           "    customScalingRunningJobPercentage: \"0.5\", pendingPodConditions: [Ready, X], multipleScalersCalculation: avg}\n"
	           "  triggers: [{type: cron, metadata: {}}]\n");
	const struct kg_scaled *scaled = &object.scaled;

	assert_string_equal(malformed_of(f, &object), "");
	assert_true(object.metadata.deleting);
	assert_true(scaled->job_target_ref_set);
	assert_int_equal(scaled->job_template.container_count, 1);
	assert_string_equal(scaled->job_template.containers[0].name, "c");
	assert_string_equal(scaled->job_template.service_account_name, "sa");
	assert_string_equal(scaled->env_source_container_name, "c");
	assert_int(scaled->polling_interval, 1);
	assert_int(scaled->successful_jobs_history_limit, 2);
	assert_int(scaled->failed_jobs_history_limit, 3);
	assert_int(scaled->min_replica_count, 4);
	assert_int(scaled->max_replica_count, 5);
	assert_string_equal(scaled->rollout_strategy, "gradual");
	assert_true(scaled->rollout.set);
	assert_string_equal(scaled->rollout.strategy, "immediate");
	assert_string_equal(scaled->rollout.propagation_policy, "foreground");
	assert_true(scaled->scaling_strategy.set);
	assert_string_equal(scaled->scaling_strategy.strategy, "custom");
	assert_int(scaled->scaling_strategy.custom_scaling_queue_length_deduction, -1);
	assert_string_equal(scaled->scaling_strategy.custom_scaling_running_job_percentage, "0.5");
	assert_int_equal(scaled->scaling_strategy.pending_pod_conditions.count, 2);
	assert_string_equal(scaled->scaling_strategy.pending_pod_conditions.items[1], "X");
	assert_string_equal(scaled->scaling_strategy.multiple_scalers_calculation, "avg");
	assert_int_equal(scaled->trigger_count, 1);
	assert_false(scaled->scale_target_ref.set);
}

#define AUTHENTICATION_HEAD "apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: a}\n"

static const char authentication[] = AUTHENTICATION_HEAD
        "spec:\n"
        "  oauth2: {clientId: i, tokenUrl: https://t, clientSecret: {valueFrom: {secretKeyRef: {name: s, key: k}}}, scopes: [a],\n"
        "    tokenUrlParams: {p: q}}\n"
        "  boundServiceAccountToken: [{parameter: p10, serviceAccountName: sa}]\n"
        "  awsSecretManager: {secrets: [{parameter: p9, name: nm}], podIdentity: {provider: aws, roleArn: arn, externalID: x}}\n"
        "  gcpSecretManager: {secrets: [{parameter: p8, id: nm}], podIdentity: {provider: gcp}}\n"
        "  azureKeyVault: {vaultUri: https://v, secrets: [{parameter: p7, name: nm}], podIdentity: {provider: azure-workload,\n"
        "    identityId: kv}}\n"
        "  hashiCorpVault: {address: https://h, authentication: token, namespace: ns, role: r, mount: m,\n"
        "    credential: {token: t, serviceAccount: f, serviceAccountName: nm}, secrets: [{parameter: p5, path: a, key: b},\n"
        "    {parameter: p6, path: a, key: b, type: pki, pkiData: {ttl: 1h}}]}\n"
        "  secretTargetRef: [{parameter: p3, name: s1, key: k1}, {parameter: p4, name: s2, key: k2}]\n"
        "  configMapTargetRef: [{parameter: p2, name: m, key: k}]\n"
        "  filePath: a/b\n"
        "  env: [{parameter: p1, name: V, containerName: c}]\n"
        "  podIdentity: {provider: azure-workload, identityId: id, identityTenantId: t, identityAuthorityHost: h,\n"
        "    identityOwner: keda}\n";

static void an_authentication_is_decoded_whole(void **state)
{
	struct fixture *f = *state;
	struct kg_object object = decode(f, authentication);
	const struct kg_authentication *got = &object.authentication;

	assert_string_equal(malformed_of(f, &object), "");
	assert_true(got->pod_identity.set);
	assert_string_equal(got->pod_identity.provider, "azure-workload");
	assert_string_equal(got->pod_identity.identity_id, "id");
	assert_string_equal(got->pod_identity.identity_tenant_id, "t");
	assert_string_equal(got->pod_identity.identity_authority_host, "h");
	assert_string_equal(got->pod_identity.identity_owner, "keda");
	assert_string_equal(got->file_path, "a/b");
	assert_true(got->vault.set && got->vault.credential_set);
	assert_string_equal(got->vault.address, "https://h");
	assert_string_equal(got->vault.authentication, "token");
	assert_string_equal(got->vault.namespace, "ns");
	assert_string_equal(got->vault.role, "r");
	assert_string_equal(got->vault.mount, "m");
	assert_string_equal(got->vault.token, "t");
	assert_string_equal(got->vault.service_account, "f");
	assert_string_equal(got->vault.service_account_name, "nm");
	assert_true(got->azure_key_vault_set && got->gcp_secret_manager_set && got->aws_secret_manager_set);
	assert_string_equal(got->azure_key_vault_uri, "https://v");
	assert_string_equal(got->azure_key_vault_identity.identity_id, "kv");
	assert_string_equal(got->gcp_secret_manager_identity.provider, "gcp");
	assert_string_equal(got->aws_secret_manager_identity.role_arn, "arn");
	assert_string_equal(got->aws_secret_manager_identity.external_id, "x");
	assert_true(got->oauth2.set);
	assert_string_equal(got->oauth2.client_id, "i");
	assert_string_equal(got->oauth2.token_url, "https://t");
}

static const char *or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

/* Entries as "block.index parameter name key container", a line each. */
static const char *entries_of(struct fixture *f, const struct kg_authentication *got)
{
	const char *out = "";

	for (size_t i = 0; i < got->entry_count; i++) {
		const struct kg_auth_entry *entry = &got->entries[i];

		out = kg_arena_printf(&f->arena, "%s%d.%zu %s %s %s %s\n", out, (int)entry->block, entry->index, or_dash(entry->parameter),
		                      or_dash(entry->name), or_dash(entry->key), or_dash(entry->container));
	}
	return out;
}

static void entries_are_in_the_order_in_which_keda_applies_them(void **state)
{
	struct fixture *f = *state;
	struct kg_object object = decode(f, authentication);

	assert_string_equal(entries_of(f, &object.authentication), "0.0 p1 V - c\n"
	                                                           "1.0 p2 m k -\n"
	                                                           "2.0 p3 s1 k1 -\n"
	                                                           "2.1 p4 s2 k2 -\n"
	                                                           "3.0 p5 - - -\n"
	                                                           "3.1 p6 - - -\n"
	                                                           "4.0 p7 - - -\n"
	                                                           "5.0 p8 - - -\n"
	                                                           "6.0 p9 - - -\n"
	                                                           "7.0 p10 sa - -\n"
	                                                           "8.0 oauthTokenURI - - -\n"
	                                                           "8.0 clientID - - -\n"
	                                                           "8.0 clientSecret s k -\n"
	                                                           "8.0 scopes - - -\n"
	                                                           "8.0 endpointParams - - -\n");
}

static void oauth2_gives_scopes_and_parameters_only_when_it_has_any(void **state)
{
	struct fixture *f = *state;
	struct kg_object object =
	        decode(f, AUTHENTICATION_HEAD "spec: {oauth2: {clientId: i, tokenUrl: u, scopes: [], tokenUrlParams: {}}}\n");

	assert_string_equal(entries_of(f, &object.authentication), "8.0 oauthTokenURI - - -\n8.0 clientID - - -\n8.0 clientSecret - - -\n");
}

static void a_cluster_wide_authentication_is_decoded_alike(void **state)
{
	struct fixture *f = *state;
	struct kg_object object = decode(f, "apiVersion: keda.sh/v1alpha1\nkind: ClusterTriggerAuthentication\n"
	                                    "spec: {podIdentity: {provider: none}}\n");

	assert_int_equal(object.kind, KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION);
	assert_string_equal(object.authentication.pod_identity.provider, "none");
	assert_int_equal(object.authentication.entry_count, 0);
}

static void null_is_absent(void **state)
{
	struct fixture *f = *state;
	struct kg_object object = decode(f, "apiVersion: keda.sh/v1alpha1\n"
	                                    "kind: ScaledObject\n"
	                                    "metadata: {name: ~, deletionTimestamp: ~, annotations: {a: ~, b: c}, labels: ~}\n"
	                                    "spec: {scaleTargetRef: {name: a, kind: ~}, minReplicaCount: ~, advanced: ~, fallback: ~,\n"
	                                    "  triggers: [{type: t, metadata: {x: ~}, authenticationRef: ~, useCachedMetrics: ~}]}\n");

	assert_string_equal(malformed_of(f, &object), "");
	assert_null(object.metadata.name);
	assert_false(object.metadata.deleting);
	assert_int_equal(object.metadata.annotations.count, 1);
	assert_null(object.scaled.scale_target_ref.kind);
	assert_false(object.scaled.min_replica_count.set);
	assert_false(object.scaled.advanced.set);
	assert_false(object.scaled.fallback.set);
	assert_int_equal(object.scaled.triggers[0].metadata.count, 0);
	assert_false(object.scaled.triggers[0].authentication_ref.set);
}

static void unknown_members_are_passed_over(void **state)
{
	struct fixture *f = *state;
	struct kg_object object =
	        decode(f, "apiVersion: keda.sh/v1alpha1\n"
	                  "kind: ScaledObject\n"
	                  "status: {conditions: 5}\n"
	                  "spec: {scaleTargetRef: {name: a, x: []}, maxReplicas: no, triggers: [{type: t, metadata: {}}]}\n");

	assert_string_equal(malformed_of(f, &object), "");
}

static void an_empty_list_of_triggers_is_there(void **state)
{
	struct fixture *f = *state;
	struct kg_object with =
	        decode(f, "apiVersion: keda.sh/v1alpha1\nkind: ScaledJob\nspec: {jobTargetRef: {template: {}}, triggers: []}\n");
	struct kg_object without = decode(f, "apiVersion: keda.sh/v1alpha1\nkind: ScaledJob\nspec: {jobTargetRef: {template: {}}}\n");
	struct kg_object wrong =
	        decode(f, "apiVersion: keda.sh/v1alpha1\nkind: ScaledJob\nspec: {jobTargetRef: {template: {}}, triggers: {}}\n");

	assert_true(with.scaled.triggers_set);
	assert_int_equal(with.scaled.trigger_count, 0);
	assert_string_equal(malformed_of(f, &with), "");
	assert_false(without.scaled.triggers_set);
	assert_string_equal(malformed_of(f, &without), "spec.triggers: required a value, - -\n");
	assert_false(wrong.scaled.triggers_set);
}

static void triggers_over_the_limit_are_counted(void **state)
{
	struct fixture *f = *state;
	const char *triggers = repeated(f, "{type: t, metadata: {}}, ", KG_MAX_TRIGGERS + 3);
	struct kg_object object = decode(
	        f, kg_arena_printf(&f->arena, "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec: {triggers: [%s]}\n", triggers));

	assert_true(object.scaled.triggers_set);
	assert_int_equal(object.scaled.trigger_count, KG_MAX_TRIGGERS);
	assert_int_equal(object.scaled.triggers_left_out, 3);
}

static void malformed_fields_over_the_limit_are_counted(void **state)
{
	struct fixture *f = *state;
	const char *items = repeated(f, "1, ", KG_MAX_FINDINGS + 5);
	struct kg_object object = decode(f, kg_arena_printf(&f->arena, AUTHENTICATION_HEAD "spec: {env: [%s]}\n", items));

	assert_int_equal(object.malformed_count, KG_MAX_FINDINGS);
	assert_int_equal(object.malformed_left_out, 5);
}

static void a_constraint_holds_in_some_versions(void **state)
{
	const struct kg_malformed always = {.since = 0};
	const struct kg_malformed later = {.since = KG_VERSION(2, 17, 0), .until = KG_VERSION(2, 20, 0)};

	(void)state;
	assert_true(kg_malformed_applies(&always, KG_VERSION(2, 10, 0)));
	assert_false(kg_malformed_applies(&later, KG_VERSION(2, 16, 9)));
	assert_true(kg_malformed_applies(&later, KG_VERSION(2, 17, 0)));
	assert_true(kg_malformed_applies(&later, KG_VERSION(2, 19, 9)));
	assert_false(kg_malformed_applies(&later, KG_VERSION(2, 20, 0)));
}

/* ---- heads and paths ---- */

static void a_head_is_decoded_whatever_the_kind(void **state)
{
	struct fixture *f = *state;
	struct kg_object object;

	assert_int_equal(kg_object_decode_head(read_tree(f, "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: 5}\nspec: 5\n"),
	                                       &f->arena, &object),
	                 0);
	assert_int_equal(object.kind, KG_KIND_OTHER);
	assert_string_equal(object.kind_text, "Pod");
	assert_string_equal(object.metadata.name, "p");
	assert_int_equal(object.malformed_count, 0);
	assert_int_equal(kg_object_decode_head(read_tree(f, scaled_object), &f->arena, &object), 0);
	assert_int_equal(object.kind, KG_KIND_SCALED_OBJECT);
	assert_false(object.scaled.triggers_set);
	assert_int_equal(kg_object_decode_head(read_tree(f, "[]\n"), &f->arena, &object), 0);
	assert_null(object.metadata.name);
}

static void a_head_is_decoded_of_an_object_that_is_all_wrong(void **state)
{
	struct fixture *f = *state;
	struct kg_object object;
	const char *text = "apiVersion: []\nkind: 5\nmetadata: {name: {}, finalizers: [1, a], deletionTimestamp: [\"\\0\"]}\n";

	assert_int_equal(kg_object_decode_head(read_tree(f, text), &f->arena, &object), 0);
	assert_null(object.api_version);
	assert_true(object.metadata.deleting);
	assert_int_equal(object.metadata.finalizers.count, 1);
	assert_int_equal(object.malformed_count, 0);
}

static void keys_that_are_no_plain_words_stand_in_brackets(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(kg_path_key(&f->arena, "", "spec"), "spec");
	assert_string_equal(kg_path_key(&f->arena, "spec.triggers[0].metadata", "sslmode"), "spec.triggers[0].metadata.sslmode");
	assert_string_equal(kg_path_key(&f->arena, "a", "b-c_D9"), "a.b-c_D9");
	assert_string_equal(kg_path_key(&f->arena, "metadata.annotations", "a.b/c"), "metadata.annotations[a.b/c]");
	assert_string_equal(kg_path_key(&f->arena, "a", ""), "a[]");
	assert_string_equal(kg_path_key(&f->arena, "", "a b"), "[a b]");
}

static void every_allocation_may_fail(void **state)
{
	static const char *const texts[] = {scaled_object, authentication,
	                                    AUTHENTICATION_HEAD "spec: {podIdentity: {provider: x}, env: 5}\n"};
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		const cJSON *tree = read_tree(f, texts[i]);
		size_t cap = 32;
		int status;

		do {
			struct kg_arena small;
			struct kg_object object;

			kg_arena_init(&small, cap);
			status = kg_object_decode(tree, kg_kind_parse("keda.sh/v1alpha1", kg_json_text(tree, "kind")), &small, &object);
			kg_arena_release(&small);
			assert_true(status == 0 || status == KG_ENOMEM);
			cap += 16;
		} while (status != 0);
		assert_true(cap > 256);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(kinds_are_those_of_the_group),
	        MODEL_TEST(a_scaled_object_is_decoded_whole),
	        MODEL_TEST(metadata_is_decoded),
	        MODEL_TEST(the_advanced_section_is_decoded),
	        MODEL_TEST(triggers_are_decoded_in_order),
	        MODEL_TEST(a_scaled_job_is_decoded_whole),
	        MODEL_TEST(an_authentication_is_decoded_whole),
	        MODEL_TEST(entries_are_in_the_order_in_which_keda_applies_them),
	        MODEL_TEST(oauth2_gives_scopes_and_parameters_only_when_it_has_any),
	        MODEL_TEST(a_cluster_wide_authentication_is_decoded_alike),
	        MODEL_TEST(null_is_absent),
	        MODEL_TEST(unknown_members_are_passed_over),
	        MODEL_TEST(an_empty_list_of_triggers_is_there),
	        MODEL_TEST(triggers_over_the_limit_are_counted),
	        MODEL_TEST(malformed_fields_over_the_limit_are_counted),
	        MODEL_TEST(a_constraint_holds_in_some_versions),
	        MODEL_TEST(a_head_is_decoded_whatever_the_kind),
	        MODEL_TEST(a_head_is_decoded_of_an_object_that_is_all_wrong),
	        MODEL_TEST(keys_that_are_no_plain_words_stand_in_brackets),
	        MODEL_TEST(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("object", tests, NULL, NULL);
}
