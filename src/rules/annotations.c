/*
 * Annotations that KEDA reads: paused-not-boolean, paused-replicas-invalid.
 *
 * Source: apis/keda/v1alpha1/scaledobject_types.go and scaledjob_types.go at the tagged versions.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/nearest.h"
#include "kedagate/syntax/scalar.h"
#include "rules/checks.h"
#include "rules/findings.h"

#define PAUSED_REPLICAS "autoscaling.keda.sh/paused-replicas"

struct annotation {
	const char *key;
	unsigned kinds;
	uint32_t object_since; /* KEDA reads it on a ScaledObject from then on */
	uint32_t job_since;
	uint32_t parsed_since; /* before, its mere presence counts, whatever the value */
	const char *effect;
	bool yields_to_replicas; /* not looked at beside paused-replicas */
};

static const struct annotation booleans[] = {
        {"autoscaling.keda.sh/paused", KG_KINDS_SCALED, KG_VERSION(2, 12, 0), KG_VERSION(2, 11, 0), KG_VERSION(2, 13, 0), "pauses", true},
        {"autoscaling.keda.sh/paused-scale-in", KG_KIND_SCALED_OBJECT, KG_VERSION(2, 18, 0), 0, 0, "pauses scaling in", false},
        {"autoscaling.keda.sh/paused-scale-out", KG_KIND_SCALED_OBJECT, KG_VERSION(2, 18, 0), 0, 0, "pauses scaling out", false},
        {"autoscaling.keda.sh/force-activation", KG_KIND_SCALED_OBJECT, KG_VERSION(2, 18, 0), 0, 0, "forces activation", false},
};

/* Words by which people say no. KEDA takes them for yes. */
static const char *const words_for_no[] = {"no", "off", "n", "none", "never", "disabled", "disable", NULL};

static bool says_no(const char *value)
{
	struct kg_slice word = kg_slice_trim(kg_slice_of(value));
	bool truth = true;

	if (kg_go_bool_parse(word, &truth))
		return !truth;
	for (size_t i = 0; words_for_no[i]; i++) {
		if (kg_slice_equal_nocase(word, words_for_no[i]))
			return true;
	}
	return kg_edit_distance(value, "false") <= 2;
}

static bool is_read(const struct kg_rule_context *context, const struct annotation *annotation)
{
	uint32_t since = context->object->kind == KG_KIND_SCALED_JOB ? annotation->job_since : annotation->object_since;

	if (!(annotation->kinds & context->object->kind) || context->keda_version < since)
		return false;
	return !annotation->yields_to_replicas || context->object->kind == KG_KIND_SCALED_JOB ||
	       !kg_pairs_get(&context->object->metadata.annotations, PAUSED_REPLICAS);
}

static const char *annotation_path(const struct kg_rule_context *context, const char *key)
{
	return kg_path_key(context->arena, "metadata.annotations", key);
}

static int check_boolean(const struct kg_rule_context *context, const struct annotation *annotation, struct kg_findings *out)
{
	const char *value = kg_pairs_get(&context->object->metadata.annotations, annotation->key);
	bool parsed = context->keda_version >= annotation->parsed_since;
	bool truth = false;

	if (!value || !is_read(context, annotation))
		return 0;
	/* KEDA does not trim. */
	if (kg_go_bool_parse(kg_slice_of(value), &truth) && (parsed || truth))
		return 0;
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_PAUSED_NOT_BOOLEAN,
	                     .path = annotation_path(context, annotation->key),
	                     .type = KG_FIELD_INVALID,
	                     .value = value,
	                     .detail = kg_arena_printf(context->arena,
	                                               parsed ? "must be \"true\" or \"false\": any other text %s the object"
	                                                      : "the mere presence of the annotation %s the object before KEDA 2.13.0",
	                                               annotation->effect),
	                     .fix = parsed ? "write \"true\" or \"false\", or remove the annotation" : "remove the annotation",
	                     /* Whoever says yes in other words gets what is wanted. */
	                     .ceiling = !says_no(value) ? KG_ACTION_WARN
	                                : parsed        ? KG_ACTION_DENY
	                                                : kg_rule_version_ceiling(context),
	             });
}

int kg_check_paused_not_boolean(const struct kg_rule_context *context, struct kg_findings *out)
{
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(booleans) && status == 0; i++)
		status = check_boolean(context, &booleans[i], out);
	return status;
}

int kg_check_paused_replicas_invalid(const struct kg_rule_context *context, struct kg_findings *out)
{
	const char *value = kg_pairs_get(&context->object->metadata.annotations, PAUSED_REPLICAS);
	int64_t replicas = 0;
	bool number = value && kg_go_int_parse(kg_slice_of(value), &replicas) && replicas >= INT32_MIN && replicas <= INT32_MAX;

	if (!value || (number && replicas >= 0))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_PAUSED_REPLICAS_INVALID,
	                                    .path = annotation_path(context, PAUSED_REPLICAS),
	                                    .type = KG_FIELD_INVALID,
	                                    .value = value,
	                                    .detail = number ? "must not be negative"
	                                                     : "must be a whole number of replicas: KEDA stops to reconcile the object",
	                                    .ceiling = number ? KG_ACTION_WARN : KG_ACTION_DENY,
	                            });
}
