#include "kedagate/policy/decision.h"

#include "policy/decider.h"

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

static int match_scopes(struct kg_decider *decider, struct kg_arena *arena)
{
	const struct kg_policy *policy = decider->policy;
	bool *matches = kg_arena_calloc(arena, policy->scope_count, sizeof(*matches));

	if (!matches)
		return KG_ENOMEM;
	for (size_t i = 0; i < policy->scope_count; i++) {
		matches[i] = kg_scope_matches(&policy->scopes[i], &decider->target);
		if (matches[i] && policy->scopes[i].mode.place.line)
			decider->mode_scope = &policy->scopes[i];
	}
	decider->matches = matches;
	return 0;
}

int kg_decider_init(struct kg_decider *decider, const struct kg_policy *policy, const struct kg_policy_subject *subject,
                    struct kg_arena *arena)
{
	*decider = (struct kg_decider){.policy = policy, .now = subject->now};
	if (policy->scope_count || policy->exemption_count)
		decider->target = kg_target_of(subject);
	return policy->scope_count ? match_scopes(decider, arena) : 0;
}

/* The last scope that matches and names the rule. */
static const struct kg_scope *find_scope(const struct kg_decider *decider, enum kg_rule_id rule)
{
	const struct kg_policy *policy = decider->policy;

	for (size_t i = policy->scope_count; i > 0; i--)
		if (decider->matches[i - 1] && policy->scopes[i - 1].rules.places[rule].line)
			return &policy->scopes[i - 1];
	return NULL;
}

/* Of the exemptions that match, the one that lasts longest; the first of equals. */
static const struct kg_exemption *find_exemption(const struct kg_decider *decider, enum kg_rule_id rule)
{
	const struct kg_exemption *best = NULL;

	for (const struct kg_exemption *one = decider->policy->exemptions_of[rule]; one; one = one->next)
		if ((!best || one->expires.end > best->expires.end) && kg_exemption_matches(one, &decider->target))
			best = one;
	return best;
}

/* What is left of an action: nothing that anybody sees, until the exemption's last days. */
static enum kg_action excused(enum kg_action action, enum kg_exemption_state state)
{
	switch (state) {
	case KG_EXEMPTION_ACTIVE:
		return lesser(action, KG_ACTION_AUDIT);
	case KG_EXEMPTION_EXPIRING:
		return lesser(action, KG_ACTION_WARN);
	case KG_EXEMPTION_EXPIRED:
	case KG_EXEMPTION_STATE_COUNT:
		break;
	}
	return action;
}

/* A scope's mode lowers no rule that is locked. */
static const struct kg_scope *find_mode_scope(const struct kg_decider *decider, enum kg_rule_id rule)
{
	const struct kg_policy *policy = decider->policy;
	const struct kg_scope *scope = decider->mode_scope;

	if (scope && policy->rules.locked[rule] && mode_ceiling((enum kg_mode)scope->mode.index) < mode_ceiling(policy->mode))
		return NULL;
	return scope;
}

void kg_decide(const struct kg_decider *decider, enum kg_rule_id rule, enum kg_action ceiling, struct kg_decision *out)
{
	const struct kg_policy *policy = decider->policy;

	*out = (struct kg_decision){.starting = policy->actions[rule]};
	out->scope = find_scope(decider, rule);
	out->chosen = out->scope ? out->scope->rules.actions[rule] : out->starting;
	out->exemption = find_exemption(decider, rule);
	out->enforced = lesser(out->chosen, ceiling);
	if (out->exemption) {
		out->state = kg_exemption_state_at(out->exemption, decider->now);
		out->enforced = excused(out->enforced, out->state);
	}
	out->mode_scope = find_mode_scope(decider, rule);
	out->mode = out->mode_scope ? (enum kg_mode)out->mode_scope->mode.index : policy->mode;
	out->action = lesser(out->enforced, mode_ceiling(out->mode));
}

bool kg_decision_excuses(const struct kg_decision *decision)
{
	return decision->exemption && decision->state != KG_EXEMPTION_EXPIRED && decision->chosen != KG_ACTION_OFF;
}

int kg_policy_decide(const struct kg_policy *policy, const struct kg_policy_subject *subject, enum kg_rule_id rule, struct kg_arena *arena,
                     struct kg_decision *out)
{
	struct kg_decider decider;
	int code = kg_decider_init(&decider, policy, subject, arena);

	if (code == 0)
		kg_decide(&decider, rule, KG_ACTION_DENY, out);
	return code;
}
