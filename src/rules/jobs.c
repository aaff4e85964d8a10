/*
 * What only a ScaledJob has: rollout-conflict.
 *
 * Source: controllers/keda/scaledjob_controller.go (deletePreviousVersionScaleJobs).
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "rules/checks.h"
#include "rules/findings.h"

int kg_check_rollout_conflict(const struct kg_rule_context *context, struct kg_findings *out)
{
	const char *old = context->object->scaled.rollout_strategy;
	const char *strategy = context->object->scaled.rollout.strategy;

	if (kg_rule_is_empty(old) || kg_rule_is_empty(strategy) || strcmp(old, strategy) == 0)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_ROLLOUT_CONFLICT,
	                                    .path = "spec.rolloutStrategy",
	                                    .type = KG_FIELD_INVALID,
	                                    .value = old,
	                                    .detail = "contradicts rollout.strategy, and goes first though it is deprecated",
	                                    .fix = "remove rolloutStrategy",
	                            });
}
