/*
 * What KEDA's parser and the scaler itself have against the parameters of a trigger, complaint by complaint: parameter-missing, parameter-invalid,
 * parameters-conflict, credentials-missing, credentials-ignored, range-too-large, identity-owner-unknown; and the part of keda-too-old that is about values.
 */
#include "rules/parameters.h"
#include "kedagate/base/err.h"
#include "rules/checks.h"
#include "rules/findings.h"

struct complaint_rule {
	enum kg_rule_id rule;
	enum kg_field_error type;
};

static const struct complaint_rule complaint_rules[] = {
        [KG_COMPLAINT_MISSING] = {KG_RULE_PARAMETER_MISSING, KG_FIELD_REQUIRED},
        [KG_COMPLAINT_INVALID] = {KG_RULE_PARAMETER_INVALID, KG_FIELD_INVALID},
        [KG_COMPLAINT_CONFLICT] = {KG_RULE_PARAMETERS_CONFLICT, KG_FIELD_FORBIDDEN},
        [KG_COMPLAINT_NO_EFFECT] = {KG_RULE_CREDENTIALS_IGNORED, KG_FIELD_NO_EFFECT},
        [KG_COMPLAINT_CREDENTIALS_MISSING] = {KG_RULE_CREDENTIALS_MISSING, KG_FIELD_REQUIRED},
        [KG_COMPLAINT_TOO_OLD] = {KG_RULE_KEDA_TOO_OLD, KG_FIELD_FORBIDDEN},
        [KG_COMPLAINT_RANGE] = {KG_RULE_RANGE_TOO_LARGE, KG_FIELD_TOO_MANY},
        [KG_COMPLAINT_IDENTITY_OWNER] = {KG_RULE_IDENTITY_OWNER_UNKNOWN, KG_FIELD_NOT_SUPPORTED},
};

/* What is missing stands nowhere; the message has to name it. */
static const char *name_first(const struct kg_rule_context *context, const struct kg_complaint *complaint)
{
	if (!complaint->parameter)
		return complaint->detail;
	if (!complaint->detail)
		return complaint->parameter;
	return kg_arena_printf(context->arena, "%s: %s", complaint->parameter, complaint->detail);
}

static const char *where_credentials_belong(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger)
{
	const struct kg_authentication_ref *reference = &trigger->resolved.trigger->authentication_ref;
	bool named = reference->set && !kg_rule_is_empty(reference->name);

	return kg_rule_trigger_path(context, trigger, named ? "authenticationRef.name" : "authenticationRef");
}

static int add_complaint(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_complaint *complaint,
                         struct kg_findings *out)
{
	const struct complaint_rule *rule = &complaint_rules[complaint->kind];
	bool given = complaint->parameter && kg_params_given(&trigger->resolved.params, complaint->parameter);
	struct kg_finding finding = {
	        .rule = rule->rule,
	        .type = rule->type,
	        .detail = complaint->detail,
	        .fix = complaint->fix,
	        .ceiling = complaint->uncertain ? KG_ACTION_WARN : KG_ACTION_DENY,
	};

	if (complaint->kind == KG_COMPLAINT_MISSING) {
		finding.path = kg_rule_trigger_path(context, trigger, "metadata");
		finding.detail = name_first(context, complaint);
	} else if (complaint->kind == KG_COMPLAINT_CREDENTIALS_MISSING && !given) {
		finding.path = where_credentials_belong(context, trigger);
	} else {
		finding.path = kg_rule_parameter_path(context, trigger, complaint->parameter);
	}
	if (complaint->kind == KG_COMPLAINT_NO_EFFECT)
		finding.detail = name_first(context, complaint);
	if (complaint->kind == KG_COMPLAINT_CREDENTIALS_MISSING && given)
		finding.type = KG_FIELD_INVALID;
	if (given && (complaint->show_value || complaint->kind == KG_COMPLAINT_CREDENTIALS_MISSING))
		finding.value = kg_rule_shown_value(trigger, complaint->parameter);
	return kg_findings_add(out, &finding);
}

int kg_parameters_complain(const struct kg_rule_context *context, enum kg_complaint_kind kind, struct kg_findings *out)
{
	int status = 0;

	for (size_t i = 0; i < context->trigger_count; i++) {
		const struct kg_complaints *complaints = &context->triggers[i].complaints;

		for (size_t j = 0; j < complaints->count && status == 0; j++) {
			if (complaints->items[j].kind == kind)
				status = add_complaint(context, &context->triggers[i], &complaints->items[j], out);
		}
	}
	return status;
}

int kg_check_parameter_missing(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_parameters_complain(context, KG_COMPLAINT_MISSING, out);
}

int kg_check_parameter_invalid(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_parameters_complain(context, KG_COMPLAINT_INVALID, out);
}

int kg_check_parameters_conflict(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_parameters_complain(context, KG_COMPLAINT_CONFLICT, out);
}

int kg_check_credentials_ignored(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_parameters_complain(context, KG_COMPLAINT_NO_EFFECT, out);
}

int kg_check_credentials_missing(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_parameters_complain(context, KG_COMPLAINT_CREDENTIALS_MISSING, out);
}

int kg_check_range_too_large(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_parameters_complain(context, KG_COMPLAINT_RANGE, out);
}

int kg_check_identity_owner_unknown(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_parameters_complain(context, KG_COMPLAINT_IDENTITY_OWNER, out);
}
