/*
 * Judging within the module: without the ratchet, and again after it.
 */
#pragma once

#include "kedagate/policy/policy.h"

/* kg_policy_review, whatever is stored. */
KG_MUST_CHECK int kg_policy_judge_object(const struct kg_policy *policy, const struct kg_policy_subject *subject,
                                         const struct kg_world *world, struct kg_arena *arena, struct kg_judgement *out);

/* Make counts and verdicts those of the items. */
void kg_judgement_sum(struct kg_judgement *judgement);
