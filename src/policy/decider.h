/*
 * One policy applied to one object: what is the same for all its findings is found once.
 */
#pragma once

#include "kedagate/policy/decision.h"
#include "policy/selector.h"

struct kg_decider {
	const struct kg_policy *policy;
	time_t now;
	struct kg_target target;           /* only when the policy has scopes or exemptions */
	const bool *matches;               /* which scopes match the object */
	const struct kg_scope *mode_scope; /* the last that matches and has a mode; NULL: none does */
};

/* 0 or KG_ENOMEM. Borrows from both. */
KG_MUST_CHECK int kg_decider_init(struct kg_decider *decider, const struct kg_policy *policy, const struct kg_policy_subject *subject,
                                  struct kg_arena *arena);

/* `ceiling` is the finding's own. With `enforced` off the finding does not count at all. */
void kg_decide(const struct kg_decider *decider, enum kg_rule_id rule, enum kg_action ceiling, struct kg_decision *out);
