/*
 * What each profile makes of each rule, for listings.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/policy/policy.h"
#include "kedagate/rules/rule.h"

enum { KG_PROFILE_COUNT = KG_PROFILE_RESTRICTED + 1 };

struct kg_profile_actions {
	enum kg_action of[KG_PROFILE_COUNT][KG_RULE_COUNT];
};

/* As the policy module has it. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_profile_actions_get(struct kg_profile_actions *ret_actions, struct kg_err *err);
