/*
 * What is doubtful in a policy that is valid: for `kedagate check`, so that somebody hears of it in time.
 */
#pragma once

#include <stddef.h>
#include <time.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/policy/policy.h"

struct kg_policy_remark {
	struct kg_position place;
	const char *message;
};

struct kg_policy_remarks {
	struct kg_policy_remark *items;
	size_t count;
};

/*
 * Exemptions that have expired, expire soon, never end, excuse every object or none; scopes that match nothing or never win; globs of trusted hosts
 * that reach too far. In the order of the
 * file within scopes and within exemptions. All memory is the arena's. 0 or KG_ENOMEM.
 */
KG_MUST_CHECK int kg_policy_lint(const struct kg_policy *policy, time_t now, struct kg_arena *arena, struct kg_policy_remarks *out);
