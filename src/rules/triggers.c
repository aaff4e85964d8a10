/*
 * Triggers as KEDA's own webhook and controller see them, whatever the scaler: types, names, metric types, references.
 *
 * Source: apis/keda/v1alpha1/scaletriggers_types.go (ValidateTriggers), pkg/scaling/scalers_builder.go, pkg/scalers/scaler.go (metric types),
 * pkg/scalers/cpu_memory_scaler.go.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/text.h"
#include "rules/checks.h"
#include "rules/findings.h"

static bool is_job(const struct kg_rule_context *context)
{
	return context->object->kind == KG_KIND_SCALED_JOB;
}

/* KEDA makes these checks of ScaledJobs since 2.14.0; before, it goes on without a word. */
static enum kg_action job_ceiling(const struct kg_rule_context *context)
{
	if (!is_job(context))
		return KG_ACTION_DENY;
	return context->keda_version < KG_VERSION(2, 14, 0) ? KG_ACTION_WARN : kg_rule_version_ceiling(context);
}

/* ---- types ---- */

static int add_test_type(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_TRIGGER_TYPE_UNKNOWN,
	                                    .path = kg_rule_trigger_path(context, trigger, "type"),
	                                    .type = KG_FIELD_NOT_SUPPORTED,
	                                    .value = trigger->resolved.trigger->type,
	                                    .detail = "a type for KEDA's own tests, which looks at no event source",
	                            });
}

static int check_unknown(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const char *type = trigger->resolved.trigger->type;
	const char *nearest = NULL;

	if (trigger->resolved.scaler || kg_rule_is_empty(type))
		return 0;
	if (strcmp(type, "external-mock") == 0)
		return add_test_type(context, trigger, out);
	nearest = kg_scaler_nearest(type, context->keda_version);
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_TRIGGER_TYPE_UNKNOWN,
	                     .path = kg_rule_trigger_path(context, trigger, "type"),
	                     .type = KG_FIELD_NOT_SUPPORTED,
	                     .value = type,
	                     .detail = nearest ? kg_arena_printf(context->arena,
	                                                         "no version of KEDA has this trigger type; did you mean \"%s\"?", nearest)
	                                       : "no version of KEDA has this trigger type",
	                     /* A release newer than the facts may have it. */
	                     .ceiling = context->keda_version > KG_VERSION_NEWEST ? KG_ACTION_WARN : kg_rule_version_ceiling(context),
	             });
}

int kg_check_trigger_type_unknown(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_unknown);
}

static const char *type_instead(const struct kg_rule_context *context, const struct kg_scaler *scaler)
{
	return scaler->instead ? kg_arena_printf(context->arena, "use %s instead", scaler->instead) : NULL;
}

static int check_removed(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;
	char version[KG_VERSION_TEXT_MAX];

	if (!scaler || scaler->removed == 0 || scaler->removed > context->keda_version)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_TRIGGER_TYPE_REMOVED,
	                                    .path = kg_rule_trigger_path(context, trigger, "type"),
	                                    .type = KG_FIELD_NOT_SUPPORTED,
	                                    .value = scaler->type,
	                                    .detail = kg_arena_printf(context->arena, "KEDA has no such trigger type any more since %s",
	                                                              kg_version_text(scaler->removed, version)),
	                                    .fix = type_instead(context, scaler),
	                                    .ceiling = kg_rule_version_ceiling(context),
	                            });
}

int kg_check_trigger_type_removed(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_removed);
}

static int check_deprecated(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;
	char version[KG_VERSION_TEXT_MAX];

	if (!scaler || scaler->deprecated == 0 || scaler->deprecated > context->keda_version ||
	    !kg_scaler_exists(scaler, context->keda_version))
		return 0;
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_TRIGGER_TYPE_DEPRECATED,
	                     .path = kg_rule_trigger_path(context, trigger, "type"),
	                     .type = KG_FIELD_NOT_SUPPORTED,
	                     .value = scaler->type,
	                     .detail = kg_arena_printf(context->arena, "deprecated since KEDA %s: it still works, and will be removed",
	                                               kg_version_text(scaler->deprecated, version)),
	                     .fix = type_instead(context, scaler),
	             });
}

int kg_check_trigger_type_deprecated(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_deprecated);
}

/* Before 2.18.0 metadata.type could stand for the metricType that a ScaledJob cannot have. */
static bool has_type_in_metadata(const struct kg_trigger *trigger)
{
	return !kg_text_blank(kg_pairs_get(&trigger->metadata, "type"));
}

static bool has_old_metric_type(const struct kg_rule_context *context, const struct kg_trigger *trigger)
{
	return context->keda_version < KG_VERSION(2, 18, 0) && has_type_in_metadata(trigger);
}

/* Of a metric type that is missing: older versions may find it in the metadata. */
static enum kg_action metric_type_ceiling(const struct kg_rule_context *context, const struct kg_trigger *trigger)
{
	return has_type_in_metadata(trigger) ? kg_rule_version_ceiling(context) : KG_ACTION_DENY;
}

static int check_unsupported(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;

	if (!scaler || !scaler->resource_metric || has_old_metric_type(context, trigger->resolved.trigger))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_TRIGGER_TYPE_UNSUPPORTED,
	                                    .path = kg_rule_trigger_path(context, trigger, "type"),
	                                    .type = KG_FIELD_NOT_SUPPORTED,
	                                    .value = scaler->type,
	                                    .detail = "needs a metricType, which a ScaledJob's triggers do not have",
	                                    .fix = "scale jobs by the work that waits for them: a queue, a query",
	                                    .ceiling = metric_type_ceiling(context, trigger->resolved.trigger),
	                            });
}

int kg_check_trigger_type_unsupported(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_unsupported);
}

/* ---- names ---- */

static bool has_name(const struct kg_rule_trigger *trigger, const char *name)
{
	const char *own = trigger->resolved.trigger->name;

	return own && strcmp(own, name) == 0;
}

static int check_duplicate(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const char *name = trigger->resolved.trigger->name;

	for (size_t i = 0; !kg_rule_is_empty(name) && i < trigger->resolved.index; i++) {
		if (!has_name(&context->triggers[i], name))
			continue;
		return kg_findings_add(out, &(struct kg_finding){
		                                    .rule = KG_RULE_TRIGGER_NAME_DUPLICATE,
		                                    .path = kg_rule_trigger_path(context, trigger, "name"),
		                                    .type = KG_FIELD_DUPLICATE,
		                                    .value = name,
		                                    .detail = kg_arena_printf(context->arena, "spec.triggers[%zu] has this name too", i),
		                                    .ceiling = job_ceiling(context),
		                            });
	}
	return 0;
}

int kg_check_trigger_name_duplicate(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_duplicate);
}

/* ---- useCachedMetrics ---- */

/* KEDA 2.10 does not look while the trigger is the only one of its ScaledObject. */
static enum kg_action cached_metrics_ceiling(const struct kg_rule_context *context)
{
	return context->trigger_count == 1 ? kg_rule_version_ceiling(context) : KG_ACTION_DENY;
}

static int check_cached_metrics(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;
	bool single_in_2_10 = context->keda_version < KG_VERSION(2, 11, 0) && context->trigger_count == 1;

	if (!scaler || !scaler->no_cached_metrics || !trigger->resolved.trigger->use_cached_metrics.value || single_in_2_10)
		return 0;
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_CACHED_METRICS_UNSUPPORTED,
	                     .path = kg_rule_trigger_path(context, trigger, "useCachedMetrics"),
	                     .type = KG_FIELD_FORBIDDEN,
	                     .detail = kg_arena_printf(context->arena, "KEDA caches no metrics of a %s trigger and refuses the switch",
	                                               scaler->type),
	                     .fix = "remove useCachedMetrics",
	                     .ceiling = is_job(context) ? job_ceiling(context) : cached_metrics_ceiling(context),
	             });
}

int kg_check_cached_metrics_unsupported(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_cached_metrics);
}

/* ---- metric types ---- */

/* What is wrong with the metric type, the trigger being one of a ScaledObject; NULL when nothing is. */
static const char *metric_type_fault(const struct kg_scaler *scaler, const char *metric_type)
{
	bool utilization = strcmp(metric_type, "Utilization") == 0;
	bool value = strcmp(metric_type, "Value") == 0;

	if (!utilization && !value && strcmp(metric_type, "AverageValue") != 0)
		return "supported values: \"AverageValue\", \"Value\", \"Utilization\"";
	if (scaler && scaler->resource_metric && value)
		return "a cpu or memory trigger takes \"Utilization\" or \"AverageValue\"";
	if (scaler && !scaler->resource_metric && !scaler->metric_type_unread && utilization)
		return "only cpu and memory triggers take it; supported values: \"AverageValue\", \"Value\"";
	return NULL;
}

static int check_given_metric_type(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const char *metric_type = trigger->resolved.trigger->metric_type;
	struct kg_finding finding = {
	        .rule = KG_RULE_METRIC_TYPE_INVALID,
	        .path = kg_rule_trigger_path(context, trigger, "metricType"),
	        .type = KG_FIELD_NOT_SUPPORTED,
	        .value = metric_type,
	        .detail = metric_type_fault(trigger->resolved.scaler, metric_type),
	};

	if (is_job(context)) {
		/* The API server drops it before KEDA sees it. */
		finding.type = KG_FIELD_NO_EFFECT;
		finding.detail = "a ScaledJob's triggers have no metricType";
		finding.ceiling = KG_ACTION_WARN;
	}
	return finding.detail ? kg_findings_add(out, &finding) : 0;
}

static int check_metric_type(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;

	if (!kg_rule_is_empty(trigger->resolved.trigger->metric_type))
		return check_given_metric_type(context, trigger, out);
	if (is_job(context) || !scaler || !scaler->resource_metric || has_old_metric_type(context, trigger->resolved.trigger))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_METRIC_TYPE_INVALID,
	                                    .path = kg_rule_trigger_path(context, trigger, "metricType"),
	                                    .type = KG_FIELD_REQUIRED,
	                                    .detail = "a cpu or memory trigger takes \"Utilization\" or \"AverageValue\"",
	                                    .fix = "write metricType: Utilization beside metadata",
	                                    .ceiling = metric_type_ceiling(context, trigger->resolved.trigger),
	                            });
}

/* From 2.17.0 on the CRD lists the words, and field-malformed says so. */
static int check_composite_metric_type(const struct kg_rule_context *context, struct kg_findings *out)
{
	const char *metric_type = context->object->scaled.advanced.scaling_modifiers.metric_type;

	if (kg_rule_is_empty(metric_type) || context->keda_version < KG_VERSION(2, 12, 0) ||
	    context->keda_version >= KG_VERSION(2, 17, 0) || strcmp(metric_type, "AverageValue") == 0 || strcmp(metric_type, "Value") == 0)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_METRIC_TYPE_INVALID,
	                                    .path = "spec.advanced.scalingModifiers.metricType",
	                                    .type = KG_FIELD_NOT_SUPPORTED,
	                                    .value = metric_type,
	                                    .detail = "supported values: \"AverageValue\", \"Value\"",
	                            });
}

int kg_check_metric_type_invalid(const struct kg_rule_context *context, struct kg_findings *out)
{
	int status = kg_rule_each_trigger(context, out, check_metric_type);

	return status ? status : check_composite_metric_type(context, out);
}

/* ---- references ---- */

/* The kind under which there is an authentication of that name after all; KG_KIND_OTHER when none is seen. */
static enum kg_kind find_other_kind(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger)
{
	const struct kg_rules_context *judged = context->judged;
	const struct kg_authentication_ref *reference = &trigger->resolved.trigger->authentication_ref;
	enum kg_kind kind = kg_authentication_kind(reference->kind);
	struct kg_object_key key = {KG_KIND_TRIGGER_AUTHENTICATION, judged->namespace, reference->name};
	const struct kg_authentication *found = NULL;

	if (kind == KG_KIND_OTHER || trigger->resolved.reference == KG_REFERENCE_FOUND || trigger->resolved.reference == KG_REFERENCE_NONE)
		return KG_KIND_OTHER;
	if (kind == KG_KIND_TRIGGER_AUTHENTICATION)
		key.kind = KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;
	return judged->world->operations->authentication(judged->world, &key, context->arena, &found) == KG_LOOKUP_FOUND ? key.kind
	                                                                                                                 : KG_KIND_OTHER;
}

static int add_wrong_kind(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, enum kg_kind other,
                          struct kg_findings *out)
{
	const char *name = kg_kind_name(other);

	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_AUTHENTICATION_NOT_FOUND,
	                                    .path = kg_rule_trigger_path(context, trigger, "authenticationRef.name"),
	                                    .type = KG_FIELD_NOT_FOUND,
	                                    .value = trigger->resolved.trigger->authentication_ref.name,
	                                    .detail = kg_arena_printf(
	                                            context->arena, "there is a %s of this name, and this refers to the other kind", name),
	                                    .fix = kg_arena_printf(context->arena, "write kind: %s", name),
	                                    .ceiling = KG_ACTION_WARN,
	                            });
}

static int check_reference(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_authentication_ref *reference = &trigger->resolved.trigger->authentication_ref;
	bool nameless = reference->set && reference->name && *reference->name == '\0';
	enum kg_kind other = find_other_kind(context, trigger);

	if (other != KG_KIND_OTHER)
		return add_wrong_kind(context, trigger, other, out);
	if (!nameless && trigger->resolved.reference != KG_REFERENCE_ABSENT)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_AUTHENTICATION_NOT_FOUND,
	                                    .path = kg_rule_trigger_path(context, trigger, "authenticationRef.name"),
	                                    .type = nameless ? KG_FIELD_REQUIRED : KG_FIELD_NOT_FOUND,
	                                    .value = reference->name,
	                                    .detail = "KEDA only logs it, and goes on without any authentication",
	                            });
}

int kg_check_authentication_not_found(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_reference);
}

/* ---- the list ---- */

/* The whole list, or what holds it, is of the wrong type: field-malformed says so. */
static bool is_unreadable(const struct kg_object *object)
{
	for (size_t i = 0; i < object->malformed_count; i++) {
		const struct kg_malformed *malformed = &object->malformed[i];
		bool spec = strcmp(malformed->path, "spec") == 0;

		if (spec || (malformed->kind == KG_MALFORMED_TYPE && strcmp(malformed->path, "spec.triggers") == 0))
			return true;
	}
	return false;
}

int kg_check_triggers_empty(const struct kg_rule_context *context, struct kg_findings *out)
{
	if (context->trigger_count > 0 || is_unreadable(context->object))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_TRIGGERS_EMPTY,
	                                    .path = "spec.triggers",
	                                    .type = KG_FIELD_REQUIRED,
	                                    .detail = "must hold at least one trigger",
	                            });
}
