/*
 * Exemptions in time: active, in their last days, expired.
 */
#pragma once

#include <stddef.h>
#include <time.h>

#include "kedagate/policy/policy.h"

enum kg_exemption_state {
	KG_EXEMPTION_ACTIVE,
	KG_EXEMPTION_EXPIRING, /* it counts, for KG_EXEMPTION_LAST_DAYS at most */
	KG_EXEMPTION_EXPIRED,  /* it no longer counts */
	KG_EXEMPTION_STATE_COUNT
};

/* "active", "expiring", "expired". */
const char *kg_exemption_state_name(enum kg_exemption_state state);

enum kg_exemption_state kg_exemption_state_at(const struct kg_exemption *exemption, time_t now);

/* How many of the policy's exemptions are in each state. */
void kg_policy_exemption_counts(const struct kg_policy *policy, time_t now, size_t ret_counts[KG_EXEMPTION_STATE_COUNT]);
