/*
 * Numbers of replicas and names, as KEDA's own webhook checks them: replica-bounds, fallback-invalid, name-too-long.
 *
 * Source: apis/keda/v1alpha1/scaledobject_types.go (CheckReplicaCountBoundsAreValid, CheckFallbackValid), scaledobject_webhook.go (verifyName).
 */
#include <inttypes.h>
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/scalar.h"
#include "rules/checks.h"
#include "rules/findings.h"

enum { DEFAULT_MAX_REPLICAS = 100, NAME_MAX_BYTES = 63, HPA_PREFIX_BYTES = sizeof("keda-hpa-") - 1 };

/* ---- replica-bounds ---- */

/* A ScaledObject. The controller has refused these since before 2.10, the webhook does so since 2.20.0. */
static int check_object_bounds(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_scaled *scaled = &context->object->scaled;
	int64_t given = scaled->min_replica_count.value;
	/* KEDA counts an absent minimum as 0, and one that is given as at least 1. */
	int64_t minimum = !scaled->min_replica_count.set ? 0 : given > 0 ? given : 1;
	int64_t maximum = scaled->max_replica_count.set ? scaled->max_replica_count.value : DEFAULT_MAX_REPLICAS;
	const char *how = !scaled->min_replica_count.set ? " when absent" : given > 0 ? "" : ", as which KEDA counts 0";
	struct kg_finding finding = {.rule = KG_RULE_REPLICA_BOUNDS, .type = KG_FIELD_INVALID};

	if (minimum > maximum) {
		finding.path = given > 0 ? "spec.minReplicaCount" : "spec.maxReplicaCount";
		finding.detail = kg_arena_printf(
		        context->arena, "minReplicaCount (%" PRId64 "%s) must be less than or equal to maxReplicaCount (%" PRId64 "%s)",
		        minimum, how, maximum, scaled->max_replica_count.set ? "" : " when absent");
	} else if (scaled->idle_replica_count.set && scaled->idle_replica_count.value >= minimum) {
		finding.path = "spec.idleReplicaCount";
		finding.detail =
		        kg_arena_printf(context->arena, "idleReplicaCount (%" PRId64 ") must be less than minReplicaCount (%" PRId64 "%s)",
		                        scaled->idle_replica_count.value, minimum, how);
		finding.fix = scaled->min_replica_count.set ? NULL : "write minReplicaCount: 1";
	} else {
		return 0;
	}
	return kg_findings_add(out, &finding);
}

/* A ScaledJob: KEDA takes the maximum for the minimum, and says nothing. */
static int check_job_bounds(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_scaled *scaled = &context->object->scaled;
	int64_t maximum = scaled->max_replica_count.set ? scaled->max_replica_count.value : DEFAULT_MAX_REPLICAS;

	if (!scaled->min_replica_count.set || scaled->min_replica_count.value <= maximum)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_REPLICA_BOUNDS,
	                                    .path = "spec.minReplicaCount",
	                                    .type = KG_FIELD_INVALID,
	                                    .detail = kg_arena_printf(context->arena,
	                                                              "minReplicaCount (%" PRId64 ") is more than maxReplicaCount (%" PRId64
	                                                              "%s), which KEDA takes instead",
	                                                              scaled->min_replica_count.value, maximum,
	                                                              scaled->max_replica_count.set ? "" : " when absent"),
	                                    .ceiling = KG_ACTION_WARN,
	                            });
}

int kg_check_replica_bounds(const struct kg_rule_context *context, struct kg_findings *out)
{
	return context->object->kind == KG_KIND_SCALED_JOB ? check_job_bounds(context, out) : check_object_bounds(context, out);
}

/* ---- fallback-invalid ---- */

static bool is_resource_metric(const struct kg_trigger *trigger)
{
	return trigger->type && (strcmp(trigger->type, "cpu") == 0 || strcmp(trigger->type, "memory") == 0);
}

/* May a fallback act for this trigger? */
static bool can_fall_back(const struct kg_trigger *trigger, uint32_t keda_version)
{
	bool no_type = kg_rule_is_empty(trigger->metric_type);

	if (is_resource_metric(trigger))
		return false;
	if (keda_version < KG_VERSION(2, 17, 0) || keda_version >= KG_VERSION(2, 18, 0))
		return true;
	/* 2.17.0 refuses even an absent metricType, which means AverageValue; 2.17.1 mended that. */
	if (no_type)
		return keda_version >= KG_VERSION(2, 17, 1);
	return strcmp(trigger->metric_type, "AverageValue") == 0;
}

static bool any_can_fall_back(const struct kg_rule_context *context)
{
	for (size_t i = 0; i < context->trigger_count; i++) {
		if (can_fall_back(context->triggers[i].resolved.trigger, context->keda_version))
			return true;
	}
	return context->trigger_count == 0; /* triggers-empty says it */
}

/* Before 2.17.0 KEDA finds the fault and does nothing about it. */
static enum kg_action fallback_ceiling(const struct kg_rule_context *context)
{
	return context->keda_version < KG_VERSION(2, 17, 0) ? KG_ACTION_WARN : kg_rule_version_ceiling(context);
}

static int add_fallback(const struct kg_rule_context *context, const char *path, const char *detail, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_FALLBACK_INVALID,
	                                    .path = path,
	                                    .type = KG_FIELD_INVALID,
	                                    .detail = detail,
	                                    .ceiling = fallback_ceiling(context),
	                            });
}

/* From 2.20.0 on the CRD refuses them too, and field-malformed says so. */
static int check_fallback_numbers(const struct kg_rule_context *context, const struct kg_fallback *fallback, struct kg_findings *out)
{
	int status = 0;

	if (context->keda_version >= KG_VERSION(2, 20, 0))
		return 0;
	if (fallback->failure_threshold.value < 0)
		status = add_fallback(context, "spec.fallback.failureThreshold", "must not be negative", out);
	if (status == 0 && fallback->replicas.value < 0)
		status = add_fallback(context, "spec.fallback.replicas", "must not be negative", out);
	return status;
}

static int check_fallback_triggers(const struct kg_rule_context *context, struct kg_findings *out)
{
	uint32_t version = context->keda_version;
	bool modified = context->trigger_count > 0 && context->triggers[0].resolved.params.metric_source;
	const char *metric_type = context->object->scaled.advanced.scaling_modifiers.metric_type;

	if (!modified && !any_can_fall_back(context))
		return add_fallback(context, "spec.fallback",
		                    version < KG_VERSION(2, 18, 0) && version >= KG_VERSION(2, 17, 0)
		                            ? "must have a trigger, neither cpu nor memory, whose metricType is AverageValue"
		                            : "must have a trigger that is neither cpu nor memory: there is nothing else to fall back from",
		                    out);
	if (modified && metric_type && strcmp(metric_type, "Value") == 0 && version >= KG_VERSION(2, 17, 0) &&
	    version < KG_VERSION(2, 18, 0))
		return add_fallback(context, "spec.fallback", "KEDA 2.17 refuses it beside scalingModifiers.metricType: Value", out);
	return 0;
}

/* KEDA reads the target as a whole number when it falls back, and otherwise as any number. */
static int check_fallback_target(const struct kg_rule_context *context, struct kg_findings *out)
{
	const char *target = context->object->scaled.advanced.scaling_modifiers.target;
	int64_t number = 0;

	if (kg_rule_is_empty(target) || context->keda_version < KG_VERSION(2, 14, 0) ||
	    (kg_go_int_parse(kg_slice_of(target), &number) && number > 0))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_FALLBACK_INVALID,
	                                    .path = "spec.advanced.scalingModifiers.target",
	                                    .type = KG_FIELD_INVALID,
	                                    .value = target,
	                                    .detail = "must be a whole number greater than 0 beside a fallback, which otherwise never acts",
	                                    .ceiling = KG_ACTION_WARN,
	                            });
}

int kg_check_fallback_invalid(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_fallback *fallback = &context->object->scaled.fallback;
	const char *formula = context->object->scaled.advanced.scaling_modifiers.formula;
	int status = 0;

	if (!fallback->set)
		return 0;
	status = check_fallback_numbers(context, fallback, out);
	if (status == 0)
		status = check_fallback_triggers(context, out);
	if (status == 0)
		status = check_fallback_target(context, out);
	if (status == 0 && fallback->behavior && strcmp(fallback->behavior, "scalingModifiers") == 0 && kg_rule_is_empty(formula) &&
	    context->keda_version >= KG_VERSION(2, 20, 0))
		status = add_fallback(context, "spec.fallback.behavior", "scalingModifiers needs advanced.scalingModifiers.formula", out);
	return status;
}

/* ---- name-too-long ---- */

static int add_too_long(const char *path, const char *detail, const char *fix, enum kg_action ceiling, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_NAME_TOO_LONG,
	                                    .path = path,
	                                    .type = KG_FIELD_TOO_LONG,
	                                    .detail = detail,
	                                    .fix = fix,
	                                    .ceiling = ceiling,
	                            });
}

/* Before 2.20.0 KEDA cuts the HPA's label to size, and a longer name of an HPA works. */
static int check_hpa_name(const struct kg_rule_context *context, size_t length, struct kg_findings *out)
{
	const char *custom = context->object->scaled.advanced.hpa_name;

	if (context->keda_version < KG_VERSION(2, 20, 0))
		return 0;
	if (!kg_rule_is_empty(custom))
		return strlen(custom) <= NAME_MAX_BYTES ? 0
		                                        : add_too_long("spec.advanced.horizontalPodAutoscalerConfig.name",
		                                                       "may not be more than 63 bytes: it becomes a label", NULL,
		                                                       kg_rule_version_ceiling(context), out);
	if (length + HPA_PREFIX_BYTES <= NAME_MAX_BYTES)
		return 0;
	return add_too_long("metadata.name",
	                    "may not be more than 54 bytes: the name of its HPA, with \"keda-hpa-\" before it, becomes a label",
	                    "shorten it, or set spec.advanced.horizontalPodAutoscalerConfig.name", kg_rule_version_ceiling(context), out);
}

int kg_check_name_too_long(const struct kg_rule_context *context, struct kg_findings *out)
{
	const char *name = context->object->metadata.name;
	size_t length = name ? strlen(name) : 0;

	if (length > NAME_MAX_BYTES)
		return add_too_long("metadata.name", "may not be more than 63 bytes: KEDA writes it into a label", NULL, KG_ACTION_DENY,
		                    out);
	return context->object->kind == KG_KIND_SCALED_OBJECT ? check_hpa_name(context, length, out) : 0;
}
