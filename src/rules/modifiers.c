/*
 * Formulas over triggers, and settings that the other settings make useless: scaling-modifiers-invalid, setting-irrelevant.
 *
 * Source: apis/keda/v1alpha1/scaledobject_webhook.go (ValidateAndCompileScalingModifiers, castToFloatIfNecessary, verifyScaledObjects).
 */
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/expression.h"
#include "kedagate/syntax/scalar.h"
#include "rules/checks.h"
#include "rules/findings.h"

#define FORMULA_PATH "spec.advanced.scalingModifiers.formula"
#define TARGET_PATH  "spec.advanced.scalingModifiers.target"

/* ---- scaling-modifiers-invalid ---- */

static bool is_resource(const struct kg_trigger *trigger)
{
	return trigger->type && (strcmp(trigger->type, "cpu") == 0 || strcmp(trigger->type, "memory") == 0);
}

/* KEDA has read scalingModifiers since 2.12; an older API server drops them. */
static bool uses_modifiers(const struct kg_rule_context *context)
{
	const struct kg_scaling_modifiers *modifiers = &context->object->scaled.advanced.scaling_modifiers;

	return context->keda_version >= KG_VERSION(2, 12, 0) &&
	       (!kg_rule_is_empty(modifiers->formula) || !kg_rule_is_empty(modifiers->target) ||
	        !kg_rule_is_empty(modifiers->activation_target) || !kg_rule_is_empty(modifiers->metric_type));
}

static int add_fault(const struct kg_rule_context *context, const struct kg_finding *finding, struct kg_findings *out)
{
	struct kg_finding placed = *finding;

	placed.rule = KG_RULE_SCALING_MODIFIERS_INVALID;
	if (placed.ceiling == KG_ACTION_OFF)
		placed.ceiling = kg_rule_version_ceiling(context);
	return kg_findings_add(out, &placed);
}

/* The triggers that a formula can name: not those whose metrics come from Kubernetes. 0 or KG_ENOMEM. */
static int list_names(const struct kg_rule_context *context, struct kg_strings *out)
{
	*out = (struct kg_strings){.items = kg_arena_calloc(context->arena, context->trigger_count + 1, sizeof(*out->items))};
	if (!out->items)
		return KG_ENOMEM;
	for (size_t i = 0; i < context->trigger_count; i++) {
		const struct kg_trigger *trigger = context->triggers[i].resolved.trigger;

		if (!is_resource(trigger) && !kg_rule_is_empty(trigger->name))
			out->items[out->count++] = trigger->name;
	}
	return 0;
}

/*
 * What KEDA compiles: the formula made a number. *ret_start is where the formula begins in it. NULL without memory. Since 2.20 nil may be the
 * result of a formula with a fallback: KEDA writes `let x = (formula); x == nil ? nil : float(x)`, which fails for the same formulas as this.
 */
static const char *wrap(const struct kg_rule_context *context, const char *formula, size_t *ret_start)
{
	bool may_be_nil = strstr(formula, "??") && context->keda_version >= KG_VERSION(2, 20, 0);
	bool bare = strncmp(formula, "float(", strlen("float(")) == 0 || context->keda_version < KG_VERSION(2, 13, 0);
	const char *before = may_be_nil ? "float((" : bare ? "" : "float(";
	const char *behind = may_be_nil ? ") ?? 0)" : bare ? "" : ")";

	*ret_start = strlen(before);
	return kg_arena_printf(context->arena, "%s%s%s", before, formula, behind);
}

static bool is_resource_name(const struct kg_rule_context *context, struct kg_slice name)
{
	for (size_t i = 0; i < context->trigger_count; i++) {
		const struct kg_trigger *trigger = context->triggers[i].resolved.trigger;

		if (is_resource(trigger) && trigger->name && kg_slice_equal(name, trigger->name))
			return true;
	}
	return false;
}

/* A word of the formula, as far as it is worth showing. */
static int shown_length(struct kg_slice word)
{
	enum { SHOWN_MAX = 63 };

	return word.length < SHOWN_MAX ? (int)word.length : SHOWN_MAX;
}

static const char *describe_name(const struct kg_rule_context *context, struct kg_slice name)
{
	if (is_resource_name(context, name))
		return kg_arena_printf(context->arena, "%.*s is a cpu or memory trigger, of which KEDA has no value", shown_length(name),
		                       name.start);
	return kg_arena_printf(context->arena, "%.*s is the name of no trigger", shown_length(name), name.start);
}

static bool is_remainder(const struct kg_expression_fault *fault)
{
	return fault->kind == KG_EXPRESSION_TYPE && kg_slice_equal(fault->at, "%");
}

static const char *fix_of(const struct kg_expression_fault *fault)
{
	if (fault->kind == KG_EXPRESSION_NAME)
		return "write the name of a trigger, as triggers[].name has it";
	if (fault->kind == KG_EXPRESSION_FUNCTION)
		return "use its operators, and abs, ceil, floor, int, max, mean, median, min, round, sum";
	return is_remainder(fault) ? "write int(...) around what stands on both sides of %" : NULL;
}

/* A release that is not known yet may bring functions. */
static enum kg_action formula_ceiling(const struct kg_rule_context *context, const struct kg_expression_fault *fault)
{
	return fault->kind == KG_EXPRESSION_FUNCTION && context->keda_version > KG_VERSION_NEWEST ? KG_ACTION_WARN
	                                                                                          : kg_rule_version_ceiling(context);
}

/* `text` is what was compiled, with the formula at `start`. */
static const char *describe_fault(const struct kg_rule_context *context, const struct kg_expression_fault *fault, const char *start,
                                  size_t length)
{
	bool inside = fault->at.start >= start && fault->at.start < start + length;
	int shown = shown_length(fault->at);

	/* Its words are quoted only where the whole of it may be. */
	if (!kg_finding_may_quote(start))
		return "cannot be compiled; it is not shown, since it looks like a secret";
	if (fault->kind == KG_EXPRESSION_RUN && !inside)
		return "gives no number when KEDA tries it, with -1 for every trigger";
	if (fault->kind == KG_EXPRESSION_RUN)
		return kg_arena_printf(context->arena, "fails at %.*s when KEDA tries it, with -1 for every trigger: it %s", shown,
		                       fault->at.start, fault->failure);
	if (fault->kind == KG_EXPRESSION_NAME)
		return describe_name(context, fault->at);
	if (fault->kind == KG_EXPRESSION_FUNCTION)
		return kg_arena_printf(context->arena, "%.*s is no function of expr-lang", shown, fault->at.start);
	if (!inside && fault->kind == KG_EXPRESSION_TYPE)
		return "gives no number, but true or false";
	if (!inside)
		return "ends too early, or a bracket is missing";
	if (is_remainder(fault))
		return "% takes whole numbers alone, and the value of a trigger is none";
	if (fault->kind == KG_EXPRESSION_TYPE)
		return kg_arena_printf(context->arena, "%.*s cannot take what stands beside it: numbers and truth values do not mix", shown,
		                       fault->at.start);
	return kg_arena_printf(context->arena, "%.*s cannot stand where it does", shown, fault->at.start);
}

static int check_formula(const struct kg_rule_context *context, const char *formula, struct kg_findings *out)
{
	struct kg_expression_fault fault;
	struct kg_strings names;
	size_t start = 0;
	const char *text = wrap(context, formula, &start);
	int status = text ? list_names(context, &names) : KG_ENOMEM;

	if (status)
		return status;
	kg_expression_check(text, names.items, names.count, &fault);
	if (fault.kind == KG_EXPRESSION_FINE)
		return 0;
	return add_fault(context,
	                 &(struct kg_finding){
	                         .path = FORMULA_PATH,
	                         .type = KG_FIELD_INVALID,
	                         .value = formula,
	                         .detail = describe_fault(context, &fault, text + start, strlen(formula)),
	                         .fix = fix_of(&fault),
	                         .ceiling = formula_ceiling(context, &fault),
	                 },
	                 out);
}

static bool is_positive(const char *target)
{
	return kg_go_float_valid(kg_slice_of(target)) && !(strtod(target, NULL) <= 0);
}

static int check_target(const struct kg_rule_context *context, const struct kg_scaling_modifiers *modifiers, struct kg_findings *out)
{
	if (kg_rule_is_empty(modifiers->target))
		return add_fault(context,
		                 &(struct kg_finding){.path = TARGET_PATH,
		                                      .type = KG_FIELD_REQUIRED,
		                                      .detail = "a formula needs a target to compare it with"},
		                 out);
	if (is_positive(modifiers->target))
		return 0;
	return add_fault(context,
	                 &(struct kg_finding){.path = TARGET_PATH,
	                                      .type = KG_FIELD_INVALID,
	                                      .value = modifiers->target,
	                                      .detail = "must be a number greater than 0"},
	                 out);
}

int kg_check_scaling_modifiers_invalid(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_scaling_modifiers *modifiers = &context->object->scaled.advanced.scaling_modifiers;
	int status;

	if (!uses_modifiers(context))
		return 0;
	if (kg_rule_is_empty(modifiers->formula))
		return add_fault(context,
		                 &(struct kg_finding){.path = FORMULA_PATH,
		                                      .type = KG_FIELD_REQUIRED,
		                                      .detail = "scalingModifiers need one",
		                                      .fix = "write the formula, or remove scalingModifiers"},
		                 out);
	status = check_formula(context, modifiers->formula, out);
	return status ? status : check_target(context, modifiers, out);
}

/* ---- setting-irrelevant ---- */

static bool caches_metrics(const struct kg_rule_context *context)
{
	for (size_t i = 0; i < context->trigger_count; i++) {
		if (context->triggers[i].resolved.trigger->use_cached_metrics.value)
			return true;
	}
	return false;
}

static int add_irrelevant(const char *path, const char *detail, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_SETTING_IRRELEVANT,
	                                    .path = path,
	                                    .type = KG_FIELD_NO_EFFECT,
	                                    .detail = detail,
	                                    .ceiling = KG_ACTION_WARN,
	                            });
}

int kg_check_setting_irrelevant(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_scaled *scaled = &context->object->scaled;
	bool may_be_idle = scaled->idle_replica_count.set && scaled->idle_replica_count.value == 0;
	int status = 0;

	if (scaled->min_replica_count.value <= 0 || may_be_idle)
		return 0;
	if (scaled->polling_interval.set && !caches_metrics(context))
		status = add_irrelevant(
		        "spec.pollingInterval",
		        "KEDA polls on its own only where it may scale to zero (minReplicaCount or idleReplicaCount is 0), or "
		        "where a trigger has useCachedMetrics",
		        out);
	if (status == 0 && scaled->cooldown_period.set)
		status = add_irrelevant(
		        "spec.cooldownPeriod",
		        "KEDA cools down only before it scales to zero, and neither minReplicaCount nor idleReplicaCount is 0", out);
	return status;
}
