#include "kedagate/policy/exemption.h"

#include <string.h>

#include "kedagate/base/limits.h"

#define LAST_SECONDS ((time_t)KG_EXEMPTION_LAST_DAYS * 86400)

const char *kg_exemption_state_name(enum kg_exemption_state state)
{
	static const char *const names[] = {
	        [KG_EXEMPTION_ACTIVE] = "active", [KG_EXEMPTION_EXPIRING] = "expiring", [KG_EXEMPTION_EXPIRED] = "expired"};

	return names[state];
}

enum kg_exemption_state kg_exemption_state_at(const struct kg_exemption *exemption, time_t now)
{
	time_t end = exemption->expires.end;

	if (now >= end)
		return KG_EXEMPTION_EXPIRED;
	return now >= end - LAST_SECONDS ? KG_EXEMPTION_EXPIRING : KG_EXEMPTION_ACTIVE;
}

void kg_policy_exemption_counts(const struct kg_policy *policy, time_t now, size_t ret_counts[KG_EXEMPTION_STATE_COUNT])
{
	memset(ret_counts, 0, KG_EXEMPTION_STATE_COUNT * sizeof(*ret_counts));
	for (size_t i = 0; i < policy->exemption_count; i++)
		ret_counts[kg_exemption_state_at(&policy->exemptions[i], now)]++;
}

const char *kg_judged_action_name(const struct kg_judged_finding *judged)
{
	return judged->excused ? "excused" : kg_action_name(judged->action);
}

const char *kg_judged_note(const struct kg_judged_finding *judged, struct kg_arena *arena, bool *ret_failed)
{
	const struct kg_exemption *exemption = judged->exemption;
	const char *note = NULL;

	if (!exemption)
		return NULL;
	if (!judged->excused)
		note = kg_arena_printf(arena, "its exemption expired on %s", exemption->expires.text);
	else if (exemption->expires.text)
		note = kg_arena_printf(arena, "exempted until %s (%s)", exemption->expires.text, exemption->reason);
	else
		note = kg_arena_printf(arena, "exempted (%s)", exemption->reason);
	*ret_failed |= !note;
	return note;
}
