/*
 * The HorizontalPodAutoscaler that KEDA makes of a ScaledObject: hpa-behavior-invalid, hpa-transfer-ignored.
 *
 * Source: Kubernetes' pkg/apis/autoscaling/validation/validation.go (validateScalingRules, validateScalingPolicy), which refuses the HPA when KEDA
 * writes it; KEDA's CRD knows the types only, and from 2.12.0 on the range of the window. The annotation: apis/keda/v1alpha1/
 * scaledobject_webhook.go (verifyHpas).
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/model/json.h"
#include "kedagate/syntax/text.h"
#include "rules/checks.h"
#include "rules/findings.h"

#define WINDOW_IN_CRD KG_VERSION(2, 12, 0)

enum { WINDOW_MAX_SECONDS = 3600, PERIOD_MAX_SECONDS = 1800 };

static const char *const select_policies[] = {"Max", "Min", "Disabled", NULL};
static const char *const policy_types[] = {"Pods", "Percent", NULL};

/* A field of the behavior: the object that holds it, the path of that, and what the field must be. */
struct behavior_field {
	const cJSON *owner;
	const char *path;
	const char *name;
	const char *detail;
};

static int add_behavior(const struct kg_rule_context *context, const struct behavior_field *field, enum kg_field_error type,
                        const char *value, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_HPA_BEHAVIOR_INVALID,
	                                    .path = kg_path_key(context->arena, field->path, field->name),
	                                    .type = type,
	                                    .value = value,
	                                    .detail = field->detail,
	                            });
}

static int check_word(const struct kg_rule_context *context, const struct behavior_field *field, const char *const *words,
                      struct kg_findings *out)
{
	const char *text = kg_json_text(field->owner, field->name);

	if (!text || kg_slice_among(kg_slice_of(text), words))
		return 0;
	return add_behavior(context, field, KG_FIELD_NOT_SUPPORTED, text, out);
}

static int check_number(const struct kg_rule_context *context, const struct behavior_field *field, int minimum, int maximum,
                        struct kg_findings *out)
{
	const cJSON *number = kg_json_get(field->owner, field->name);

	if (!cJSON_IsNumber(number) || (number->valuedouble >= minimum && number->valuedouble <= maximum))
		return 0;
	return add_behavior(context, field, KG_FIELD_INVALID, NULL, out);
}

static int check_policy(const struct kg_rule_context *context, const cJSON *policy, const char *path, struct kg_findings *out)
{
	const struct behavior_field type = {policy, path, "type", "supported values: \"Pods\", \"Percent\""};
	const struct behavior_field value = {policy, path, "value", "must be greater than 0"};
	const struct behavior_field period = {policy, path, "periodSeconds", "must be from 1 to 1800"};
	int status = check_word(context, &type, policy_types, out);

	if (status == 0)
		status = check_number(context, &value, 1, INT32_MAX, out);
	return status ? status : check_number(context, &period, 1, PERIOD_MAX_SECONDS, out);
}

static int check_policies(const struct kg_rule_context *context, const cJSON *rules, const char *path, struct kg_findings *out)
{
	const cJSON *policies = kg_json_get(rules, "policies");
	const cJSON *policy = cJSON_IsArray(policies) ? policies->child : NULL;
	int status = 0;

	for (size_t i = 0; policy && status == 0; policy = policy->next, i++) {
		const char *policy_path = kg_arena_printf(context->arena, "%s.policies[%zu]", path, i);

		status = policy_path ? check_policy(context, policy, policy_path, out) : KG_ENOMEM;
	}
	return status;
}

/* One direction. */
static int check_rules(const struct kg_rule_context *context, const char *name, struct kg_findings *out)
{
	const cJSON *rules = kg_json_get(context->object->scaled.advanced.hpa_behavior, name);
	const char *path = rules ? kg_path_key(context->arena, "spec.advanced.horizontalPodAutoscalerConfig.behavior", name) : NULL;
	const struct behavior_field window = {rules, path, "stabilizationWindowSeconds", "must be from 0 to 3600"};
	const struct behavior_field selection = {rules, path, "selectPolicy", "supported values: \"Max\", \"Min\", \"Disabled\""};
	int status = 0;

	if (!path)
		return rules ? KG_ENOMEM : 0;
	if (context->keda_version < WINDOW_IN_CRD)
		status = check_number(context, &window, 0, WINDOW_MAX_SECONDS, out);
	if (status == 0)
		status = check_word(context, &selection, select_policies, out);
	return status ? status : check_policies(context, rules, path, out);
}

int kg_check_hpa_behavior_invalid(const struct kg_rule_context *context, struct kg_findings *out)
{
	int status = 0;

	if (!context->object->scaled.advanced.hpa_behavior)
		return 0;
	status = check_rules(context, "scaleUp", out);
	return status ? status : check_rules(context, "scaleDown", out);
}

int kg_check_hpa_transfer_ignored(const struct kg_rule_context *context, struct kg_findings *out)
{
	static const char key[] = "scaledobject.keda.sh/transfer-hpa-ownership";
	const char *value = kg_pairs_get(&context->object->metadata.annotations, key);
	bool takes = value && strcmp(value, "true") == 0;
	bool refuses = value && strcmp(value, "false") == 0;

	if (!value || refuses || context->keda_version < KG_VERSION(2, 11, 0) ||
	    (takes && !kg_rule_is_empty(context->object->scaled.advanced.hpa_name)))
		return 0;
	return kg_findings_add(
	        out,
	        &(struct kg_finding){
	                .rule = KG_RULE_HPA_TRANSFER_IGNORED,
	                .path = kg_path_key(context->arena, "metadata.annotations", key),
	                .type = KG_FIELD_NO_EFFECT,
	                .detail = takes ? "KEDA takes over no HPA but the one that is named, and refuses the object beside any other"
	                                : "KEDA looks for the word \"true\" and nothing else",
	                .fix = takes ? "write the name of the HPA: spec.advanced.horizontalPodAutoscalerConfig.name" : "write \"true\"",
	        });
}
