/*
 * ScaledObject.spec and ScaledJob.spec.
 */
#include "kedagate/syntax/version.h"
#include "model/schema.h"

#define SINCE_2_12 KG_VERSION(2, 12, 0)
#define SINCE_2_17 KG_VERSION(2, 17, 0)
#define SINCE_2_20 KG_VERSION(2, 20, 0)

static const struct kg_schema_range from_0 = {.minimum = 0, .maximum = INT32_MAX, .since = SINCE_2_20};
static const struct kg_schema_range from_1 = {.minimum = 1, .maximum = INT32_MAX, .since = SINCE_2_20};
/* config/crd/patches/scaledobject_patch.yaml */
static const struct kg_schema_range window_seconds = {.minimum = 0, .maximum = 3600, .since = SINCE_2_12};

/* clang-format off */

/* ---- triggers, the same in both kinds ---- */

static const struct kg_schema_choice authentication_kind_items[] = {
	{.value = "TriggerAuthentication"},
	{.value = "ClusterTriggerAuthentication"},
};
static const struct kg_schema_choices authentication_kinds = KG_CHOICES(authentication_kind_items, SINCE_2_20);

static const struct kg_schema_field authentication_ref_fields[] = {
	KG_FIELD("name", STRING, struct kg_authentication_ref, name, KG_NEEDED),
	KG_FIELD("kind", STRING, struct kg_authentication_ref, kind, KG_OPTIONAL, .choices = &authentication_kinds),
};
static const struct kg_schema authentication_ref = KG_SCHEMA(authentication_ref_fields, 0);

static const struct kg_schema_field trigger_fields[] = {
	KG_FIELD("type",              STRING, struct kg_trigger, type,               KG_NEEDED, .range = &from_1),
	KG_FIELD("metadata",          PAIRS,  struct kg_trigger, metadata,           KG_NEEDED),
	KG_FIELD("name",              STRING, struct kg_trigger, name,               KG_OPTIONAL),
	KG_FIELD("metricType",        STRING, struct kg_trigger, metric_type,        KG_OPTIONAL),
	KG_FIELD("useCachedMetrics",  BOOL,   struct kg_trigger, use_cached_metrics, KG_OPTIONAL),
	KG_OBJECT("authenticationRef",        struct kg_trigger, authentication_ref, KG_OPTIONAL, .nested = &authentication_ref),
};
static const struct kg_schema trigger = KG_SCHEMA(trigger_fields, sizeof(struct kg_trigger));

/* An empty list has a rule of its own: no `range`. */
#define TRIGGERS \
	{.name = "triggers", .type = KG_SCHEMA_LIST, .offset = offsetof(struct kg_scaled, triggers), \
	 .mark = offsetof(struct kg_scaled, trigger_count), .required = KG_NEEDED, .nested = &trigger}

/* ---- ScaledObject ---- */

static const struct kg_schema_field scale_target_ref_fields[] = {
	KG_FIELD("name",                   STRING, struct kg_scale_target_ref, name,                      KG_NEEDED, .range = &from_1),
	KG_FIELD("apiVersion",             STRING, struct kg_scale_target_ref, api_version,               KG_OPTIONAL),
	KG_FIELD("kind",                   STRING, struct kg_scale_target_ref, kind,                      KG_OPTIONAL),
	KG_FIELD("envSourceContainerName", STRING, struct kg_scale_target_ref, env_source_container_name, KG_OPTIONAL),
};
static const struct kg_schema scale_target_ref = KG_SCHEMA(scale_target_ref_fields, 0);

static const struct kg_schema_choice fallback_behavior_items[] = {
	{.value = "static"},
	{.value = "currentReplicas"},
	{.value = "currentReplicasIfHigher"},
	{.value = "currentReplicasIfLower"},
	{.value = "scalingModifiers", .refused_since = SINCE_2_17, .refused_until = SINCE_2_20},
};
static const struct kg_schema_choices fallback_behaviors = KG_CHOICES(fallback_behavior_items, SINCE_2_17);

static const struct kg_schema_field fallback_fields[] = {
	KG_FIELD("failureThreshold", INT32,  struct kg_fallback, failure_threshold, KG_NEEDED, .range = &from_0),
	KG_FIELD("replicas",         INT32,  struct kg_fallback, replicas,          KG_NEEDED, .range = &from_0),
	KG_FIELD("behavior",         STRING, struct kg_fallback, behavior,          KG_OPTIONAL, .choices = &fallback_behaviors),
};
static const struct kg_schema fallback = KG_SCHEMA(fallback_fields, 0);

static const struct kg_schema_field hpa_policy_fields[] = {
	KG_CHECKED("type",          STRING, KG_NEEDED),
	KG_CHECKED("value",         INT32,  KG_NEEDED),
	KG_CHECKED("periodSeconds", INT32,  KG_NEEDED),
};
static const struct kg_schema hpa_policy = KG_SCHEMA(hpa_policy_fields, 0);

static const struct kg_schema_field hpa_rules_fields[] = {
	KG_CHECKED("stabilizationWindowSeconds", INT32,  KG_OPTIONAL, .range = &window_seconds),
	KG_CHECKED("selectPolicy",               STRING, KG_OPTIONAL),
	KG_CHECKED("policies",                   LIST,   KG_OPTIONAL, .nested = &hpa_policy),
};
static const struct kg_schema hpa_rules = KG_SCHEMA(hpa_rules_fields, 0);

static const struct kg_schema_field hpa_behavior_fields[] = {
	KG_CHECKED("scaleUp",   OBJECT, KG_OPTIONAL, .nested = &hpa_rules),
	KG_CHECKED("scaleDown", OBJECT, KG_OPTIONAL, .nested = &hpa_rules),
};
static const struct kg_schema hpa_behavior = KG_SCHEMA(hpa_behavior_fields, 0);

static const struct kg_schema_field hpa_config_fields[] = {
	KG_FIELD("name",     STRING, struct kg_advanced, hpa_name,     KG_OPTIONAL),
	KG_FIELD("behavior", TREE,   struct kg_advanced, hpa_behavior, KG_OPTIONAL, .nested = &hpa_behavior),
};
static const struct kg_schema hpa_config = KG_SCHEMA(hpa_config_fields, 0);

static const struct kg_schema_choice composite_metric_type_items[] = {
	{.value = "AverageValue"},
	{.value = "Value"},
};
static const struct kg_schema_choices composite_metric_types = KG_CHOICES(composite_metric_type_items, SINCE_2_17);

static const struct kg_schema_field scaling_modifiers_fields[] = {
	KG_FIELD("formula",          STRING, struct kg_scaling_modifiers, formula,           KG_OPTIONAL),
	KG_FIELD("target",           STRING, struct kg_scaling_modifiers, target,            KG_OPTIONAL),
	KG_FIELD("activationTarget", STRING, struct kg_scaling_modifiers, activation_target, KG_OPTIONAL),
	KG_FIELD("metricType",       STRING, struct kg_scaling_modifiers, metric_type,       KG_OPTIONAL, .choices = &composite_metric_types),
};
static const struct kg_schema scaling_modifiers = KG_SCHEMA(scaling_modifiers_fields, 0);

static const struct kg_schema_field advanced_fields[] = {
	KG_FIELD("restoreToOriginalReplicaCount", BOOL, struct kg_advanced, restore_to_original_replica_count, KG_OPTIONAL),
	{.name = "horizontalPodAutoscalerConfig", .type = KG_SCHEMA_OBJECT, .mark = KG_SCHEMA_NOWHERE, .nested = &hpa_config},
	KG_OBJECT("scalingModifiers",                   struct kg_advanced, scaling_modifiers,                 KG_OPTIONAL, .nested = &scaling_modifiers),
};
static const struct kg_schema advanced = KG_SCHEMA(advanced_fields, 0);

static const struct kg_schema_field scaled_object_spec_fields[] = {
	KG_OBJECT("scaleTargetRef",             struct kg_scaled, scale_target_ref,        KG_NEEDED, .nested = &scale_target_ref),
	KG_FIELD("pollingInterval",       INT32, struct kg_scaled, polling_interval,        KG_OPTIONAL, .range = &from_1),
	KG_FIELD("cooldownPeriod",        INT32, struct kg_scaled, cooldown_period,         KG_OPTIONAL, .range = &from_0),
	KG_FIELD("initialCooldownPeriod", INT32, struct kg_scaled, initial_cooldown_period, KG_OPTIONAL, .range = &from_0),
	KG_FIELD("idleReplicaCount",      INT32, struct kg_scaled, idle_replica_count,      KG_OPTIONAL, .range = &from_0),
	KG_FIELD("minReplicaCount",       INT32, struct kg_scaled, min_replica_count,       KG_OPTIONAL, .range = &from_0),
	KG_FIELD("maxReplicaCount",       INT32, struct kg_scaled, max_replica_count,       KG_OPTIONAL, .range = &from_1),
	TRIGGERS,
	KG_OBJECT("fallback",                   struct kg_scaled, fallback,                KG_OPTIONAL, .nested = &fallback),
	KG_OBJECT("advanced",                   struct kg_scaled, advanced,                KG_OPTIONAL, .nested = &advanced),
};

/* ---- ScaledJob ---- */

static const struct kg_schema_choice rollout_strategy_items[] = {
	{.value = "gradual"},
	{.value = "immediate"},
};
static const struct kg_schema_choices rollout_strategies = KG_CHOICES(rollout_strategy_items, SINCE_2_20);

static const struct kg_schema_choice propagation_policy_items[] = {
	{.value = "foreground"},
	{.value = "background"},
};
static const struct kg_schema_choices propagation_policies = KG_CHOICES(propagation_policy_items, SINCE_2_20);

static const struct kg_schema_field rollout_fields[] = {
	KG_FIELD("strategy",          STRING, struct kg_rollout, strategy,           KG_OPTIONAL, .choices = &rollout_strategies),
	KG_FIELD("propagationPolicy", STRING, struct kg_rollout, propagation_policy, KG_OPTIONAL, .choices = &propagation_policies),
};
static const struct kg_schema rollout = KG_SCHEMA(rollout_fields, 0);

static const struct kg_schema_choice scaling_strategy_items[] = {
	{.value = "default", .refused_since = SINCE_2_20, .refused_until = KG_VERSION(2, 20, 2)},
	{.value = "custom"},
	{.value = "accurate"},
	{.value = "eager"},
};
static const struct kg_schema_choices scaling_strategies = KG_CHOICES(scaling_strategy_items, SINCE_2_20);

static const struct kg_schema_choice calculation_items[] = {
	{.value = "min"},
	{.value = "avg"},
	{.value = "sum"},
	{.value = "max"},
};
static const struct kg_schema_choices calculations = KG_CHOICES(calculation_items, SINCE_2_20);

static const struct kg_schema_field scaling_strategy_fields[] = {
	KG_FIELD("strategy", STRING, struct kg_scaling_strategy, strategy, KG_OPTIONAL, .choices = &scaling_strategies),
	KG_FIELD("customScalingQueueLengthDeduction", INT32,  struct kg_scaling_strategy, custom_scaling_queue_length_deduction, KG_OPTIONAL),
	KG_FIELD("customScalingRunningJobPercentage", STRING, struct kg_scaling_strategy, custom_scaling_running_job_percentage, KG_OPTIONAL),
	KG_FIELD("pendingPodConditions", STRINGS, struct kg_scaling_strategy, pending_pod_conditions, KG_OPTIONAL),
	KG_FIELD("multipleScalersCalculation", STRING, struct kg_scaling_strategy, multiple_scalers_calculation, KG_OPTIONAL,
		 .choices = &calculations),
};
static const struct kg_schema scaling_strategy = KG_SCHEMA(scaling_strategy_fields, 0);

static const struct kg_schema_field job_target_ref_fields[] = {
	KG_FIELD("template", OBJECT, struct kg_scaled, job_template, KG_NEEDED, .nested = &kg_schema_pod_template),
};
static const struct kg_schema job_target_ref = KG_SCHEMA(job_target_ref_fields, 0);

static const struct kg_schema_field scaled_job_spec_fields[] = {
	KG_INLINE("jobTargetRef",                      struct kg_scaled, job_target_ref_set,            KG_NEEDED, .nested = &job_target_ref),
	KG_FIELD("pollingInterval",            INT32,  struct kg_scaled, polling_interval,              KG_OPTIONAL, .range = &from_1),
	KG_FIELD("successfulJobsHistoryLimit", INT32,  struct kg_scaled, successful_jobs_history_limit, KG_OPTIONAL, .range = &from_0),
	KG_FIELD("failedJobsHistoryLimit",     INT32,  struct kg_scaled, failed_jobs_history_limit,     KG_OPTIONAL, .range = &from_0),
	KG_FIELD("envSourceContainerName",     STRING, struct kg_scaled, env_source_container_name,     KG_OPTIONAL),
	KG_FIELD("minReplicaCount",            INT32,  struct kg_scaled, min_replica_count,             KG_OPTIONAL, .range = &from_0),
	KG_FIELD("maxReplicaCount",            INT32,  struct kg_scaled, max_replica_count,             KG_OPTIONAL, .range = &from_1),
	KG_FIELD("rolloutStrategy",            STRING, struct kg_scaled, rollout_strategy,              KG_OPTIONAL, .choices = &rollout_strategies),
	KG_OBJECT("rollout",                           struct kg_scaled, rollout,                       KG_OPTIONAL, .nested = &rollout),
	KG_OBJECT("scalingStrategy",                   struct kg_scaled, scaling_strategy,              KG_OPTIONAL, .nested = &scaling_strategy),
	TRIGGERS,
};

/* clang-format on */

const struct kg_schema kg_schema_scaled_object_spec = KG_SCHEMA(scaled_object_spec_fields, 0);
const struct kg_schema kg_schema_scaled_job_spec = KG_SCHEMA(scaled_job_spec_fields, 0);
