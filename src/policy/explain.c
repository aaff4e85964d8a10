#include "kedagate/policy/decision.h"

#include "policy/decider.h"

/* Steps as they are collected. */
struct explanation {
	const struct kg_policy *policy;
	const struct kg_decider *decider;
	const struct kg_decision *decision;
	enum kg_rule_id rule;
	struct kg_arena *arena;
	struct kg_decision_steps *out;
	bool failed;
};

const char *kg_decision_source_name(enum kg_decision_source source)
{
	static const char *const names[] = {
	        [KG_DECISION_PROFILE] = "profile", [KG_DECISION_RULES] = "rules",         [KG_DECISION_TRUSTED_HOSTS] = "trustedHosts",
	        [KG_DECISION_SCOPE] = "scope",     [KG_DECISION_EXEMPTION] = "exemption", [KG_DECISION_MODE] = "mode",
	};

	return names[source];
}

/* Until a later step says otherwise, this one decides. */
static void add(struct explanation *explanation, struct kg_decision_step step)
{
	struct kg_decision_steps *out = explanation->out;

	explanation->failed |= !step.text;
	for (size_t i = 0; step.decides && i < out->count; i++)
		out->items[i].decides = false;
	out->items[out->count++] = step;
}

static void add_start(struct explanation *explanation)
{
	const struct kg_policy *policy = explanation->policy;
	struct kg_position place = policy->rules.places[explanation->rule];
	const struct kg_rule *rule = kg_rule_get(explanation->rule);

	add(explanation, (struct kg_decision_step){
	                         .source = KG_DECISION_PROFILE,
	                         .place = policy->profile_place,
	                         .action = kg_action_name(kg_profile_action(policy->profile, rule)),
	                         .text = kg_profile_names[policy->profile],
	                         .decides = true,
	                 });
	if (!place.line)
		return;
	add(explanation, (struct kg_decision_step){
	                         .source = KG_DECISION_RULES,
	                         .place = place,
	                         .action = kg_action_name(policy->rules.actions[rule->id]),
	                         .text = policy->rules.locked[rule->id] ? "exemptible: false" : "",
	                         .decides = true,
	                 });
}

/* "a, b, c and 2 more"; NULL without memory. */
static const char *join(const struct kg_strings *globs, struct kg_arena *arena)
{
	enum { SHOWN_MAX = 3 };
	const char *joined = globs->items[0];

	for (size_t i = 1; i < globs->count && i < SHOWN_MAX && joined; i++)
		joined = kg_arena_printf(arena, "%s, %s", joined, globs->items[i]);
	if (joined && globs->count > SHOWN_MAX)
		joined = kg_arena_printf(arena, "%s and %zu more", joined, globs->count - SHOWN_MAX);
	return joined;
}

/* The object is only named here, so its hosts are not known. */
static void add_trusted_hosts(struct explanation *explanation)
{
	const struct kg_policy_hosts *hosts = &explanation->policy->trusted_hosts;
	const char *globs = NULL;

	if (hosts->globs.count == 0 || !kg_rule_heeds_trusted_hosts(explanation->rule))
		return;
	globs = join(&hosts->globs, explanation->arena);
	add(explanation,
	    (struct kg_decision_step){
	            .source = KG_DECISION_TRUSTED_HOSTS,
	            .place = hosts->place,
	            .action = explanation->out->items[explanation->out->count - 1].action,
	            .text = globs ? kg_arena_printf(explanation->arena, "nothing is found of hosts that match %s", globs) : NULL,
	    });
}

static void add_scopes(struct explanation *explanation)
{
	const struct kg_policy *policy = explanation->policy;

	for (size_t i = 0; i < policy->scope_count; i++) {
		const struct kg_scope *scope = &policy->scopes[i];
		struct kg_position place = scope->rules.places[explanation->rule];

		if (explanation->decider->matches[i] && place.line)
			add(explanation, (struct kg_decision_step){
			                         .source = KG_DECISION_SCOPE,
			                         .place = place,
			                         .action = kg_action_name(scope->rules.actions[explanation->rule]),
			                         .text = kg_arena_printf(explanation->arena, "the scope in line %u", scope->place.line),
			                         .decides = true,
			                 });
	}
}

static void add_exemption(struct explanation *explanation)
{
	const struct kg_decision *decision = explanation->decision;
	const struct kg_exemption *exemption = decision->exemption;
	bool excuses = kg_decision_excuses(decision);
	const char *text = NULL;

	if (!exemption)
		return;
	if (!exemption->expires.text)
		text = kg_arena_printf(explanation->arena, "never ends: %s", exemption->reason);
	else
		text = kg_arena_printf(explanation->arena, "%s %s: %s", decision->state == KG_EXEMPTION_EXPIRED ? "expired on" : "until",
		                       exemption->expires.text, exemption->reason);
	add(explanation, (struct kg_decision_step){
	                         .source = KG_DECISION_EXEMPTION,
	                         .place = exemption->place,
	                         .action = excuses ? "excused" : kg_action_name(decision->chosen),
	                         .text = text,
	                         .decides = excuses,
	                 });
}

/* Whoever reads the scope wonders why its mode does not count: so it is said. NULL without memory. */
static const char *mode_text(const struct explanation *explanation)
{
	const struct kg_decision *decision = explanation->decision;
	const struct kg_scope *passed_over = explanation->decider->mode_scope;
	const char *name = kg_mode_names[decision->mode];

	if (decision->mode_scope)
		return kg_arena_printf(explanation->arena, "%s, of the scope in line %u", name, decision->mode_scope->place.line);
	if (passed_over)
		return kg_arena_printf(explanation->arena, "%s; the mode in line %u lowers no locked rule", name,
		                       passed_over->mode.place.line);
	return name;
}

static void add_mode(struct explanation *explanation)
{
	const struct kg_decision *decision = explanation->decision;
	const struct kg_scope *scope = decision->mode_scope;

	add(explanation, (struct kg_decision_step){
	                         .source = KG_DECISION_MODE,
	                         .place = scope ? scope->mode.place : explanation->policy->mode_place,
	                         .action = kg_decision_excuses(decision) ? "excused" : kg_action_name(decision->action),
	                         .text = mode_text(explanation),
	                         .decides = decision->action < decision->enforced && !kg_decision_excuses(decision),
	                 });
}

/* Besides one for each scope: profile, rules, trustedHosts, exemption, mode. */
enum { STEPS_BESIDES_SCOPES = 5 };

int kg_policy_explain(const struct kg_policy *policy, const struct kg_policy_subject *subject, enum kg_rule_id rule, struct kg_arena *arena,
                      struct kg_decision_steps *out)
{
	struct kg_decider decider;
	struct kg_decision decision;
	struct explanation explanation = {
	        .policy = policy, .decider = &decider, .decision = &decision, .rule = rule, .arena = arena, .out = out};

	*out = (struct kg_decision_steps){0};
	out->items = kg_arena_calloc(arena, policy->scope_count + STEPS_BESIDES_SCOPES, sizeof(*out->items));
	if (!out->items || kg_decider_init(&decider, policy, subject, arena))
		return KG_ENOMEM;
	kg_decide(&decider, rule, KG_ACTION_DENY, &decision);
	add_start(&explanation);
	add_trusted_hosts(&explanation);
	add_scopes(&explanation);
	add_exemption(&explanation);
	add_mode(&explanation);
	return explanation.failed ? KG_ENOMEM : 0;
}
