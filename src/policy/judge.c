#include "policy/judge.h"

static enum kg_action lesser(enum kg_action a, enum kg_action b)
{
	return a < b ? a : b;
}

static enum kg_action mode_ceiling(enum kg_mode mode)
{
	switch (mode) {
	case KG_MODE_AUDIT:
		return KG_ACTION_AUDIT;
	case KG_MODE_WARN:
		return KG_ACTION_WARN;
	case KG_MODE_ENFORCE:
		break;
	}
	return KG_ACTION_DENY;
}

const char *kg_verdict_name(enum kg_verdict verdict)
{
	static const char *const names[] = {[KG_VERDICT_ALLOW] = "allow", [KG_VERDICT_WARN] = "warn", [KG_VERDICT_DENY] = "deny"};

	return names[verdict];
}

/* How many findings there are of each action. */
struct tally {
	size_t of[KG_ACTION_DENY + 1];
};

static enum kg_verdict verdict_of(const struct tally *tally)
{
	if (tally->of[KG_ACTION_DENY])
		return KG_VERDICT_DENY;
	return tally->of[KG_ACTION_WARN] ? KG_VERDICT_WARN : KG_VERDICT_ALLOW;
}

void kg_judgement_sum(struct kg_judgement *judgement)
{
	struct tally actual = {{0}};
	struct tally enforced = {{0}};

	for (size_t i = 0; i < judgement->count; i++) {
		actual.of[judgement->items[i].action]++;
		enforced.of[judgement->items[i].enforced]++;
	}
	judgement->denied = actual.of[KG_ACTION_DENY];
	judgement->warned = actual.of[KG_ACTION_WARN];
	judgement->audited = actual.of[KG_ACTION_AUDIT];
	judgement->verdict = verdict_of(&actual);
	judgement->enforced = verdict_of(&enforced);
}

int kg_policy_judge(const struct kg_policy *policy, const struct kg_policy_subject *subject, const struct kg_findings *findings,
                    struct kg_arena *arena, struct kg_judgement *out)
{
	enum kg_action ceiling = mode_ceiling(policy->mode);

	(void)subject;
	*out = (struct kg_judgement){.dropped = findings->dropped};
	out->items = kg_arena_calloc(arena, findings->count, sizeof(*out->items));
	if (!out->items)
		return KG_ENOMEM;
	for (size_t i = 0; i < findings->count; i++) {
		const struct kg_finding *finding = &findings->items[i];
		enum kg_action enforced_action = lesser(policy->actions[finding->rule], finding->ceiling);
		enum kg_action action = lesser(enforced_action, ceiling);

		if (action == KG_ACTION_OFF)
			continue;
		out->items[out->count++] = (struct kg_judged_finding){.finding = finding, .action = action, .enforced = enforced_action};
	}
	kg_judgement_sum(out);
	return 0;
}

int kg_policy_judge_object(const struct kg_policy *policy, const struct kg_policy_subject *subject, const struct kg_world *world,
                           struct kg_arena *arena, struct kg_judgement *out)
{
	const struct kg_rules_context context = {
	        .object = subject->object,
	        .namespace = subject->namespace,
	        .world = world,
	        .keda_version = policy->keda_version,
	        .keda_version_known = policy->keda_version_source != KG_KEDA_VERSION_AUTO,
	};
	struct kg_findings findings = {0};
	int status = kg_rules_run(&context, arena, &findings);

	return status ? status : kg_policy_judge(policy, subject, &findings, arena, out);
}
