#include "policy/judge.h"

#include "policy/decider.h"

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

	judgement->excused = 0;
	for (size_t i = 0; i < judgement->count; i++) {
		actual.of[judgement->items[i].action]++;
		enforced.of[judgement->items[i].enforced]++;
		judgement->excused += judgement->items[i].excused;
	}
	judgement->denied = actual.of[KG_ACTION_DENY];
	judgement->warned = actual.of[KG_ACTION_WARN];
	judgement->audited = actual.of[KG_ACTION_AUDIT];
	judgement->verdict = verdict_of(&actual);
	judgement->enforced = verdict_of(&enforced);
}

static void add(struct kg_judgement *out, const struct kg_finding *finding, const struct kg_decision *decision)
{
	out->items[out->count++] = (struct kg_judged_finding){
	        .finding = finding,
	        .action = decision->action,
	        .enforced = decision->enforced,
	        .exemption = decision->exemption,
	        .excused = kg_decision_excuses(decision),
	        .scope = decision->scope,
	};
}

int kg_policy_judge(const struct kg_policy *policy, const struct kg_policy_subject *subject, const struct kg_findings *findings,
                    struct kg_arena *arena, struct kg_judgement *out)
{
	struct kg_decider decider = {0};

	*out = (struct kg_judgement){.dropped = findings->dropped};
	out->items = kg_arena_calloc(arena, findings->count, sizeof(*out->items));
	if (!out->items || (findings->count && kg_decider_init(&decider, policy, subject, arena)))
		return KG_ENOMEM;
	for (size_t i = 0; i < findings->count; i++) {
		const struct kg_finding *finding = &findings->items[i];
		struct kg_decision decision;

		kg_decide(&decider, finding->rule, finding->ceiling, &decision);
		if (decision.action != KG_ACTION_OFF)
			add(out, finding, &decision);
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
	        .keda_version = subject->keda_version ? subject->keda_version : policy->keda_version,
	        .keda_version_known = subject->keda_version || policy->keda_version_source != KG_KEDA_VERSION_AUTO,
	        .trusted_hosts = policy->trusted_hosts.globs,
	};
	struct kg_findings findings = {0};
	int status = kg_rules_run(&context, arena, &findings);

	return status ? status : kg_policy_judge(policy, subject, &findings, arena, out);
}
