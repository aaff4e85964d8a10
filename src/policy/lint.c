#include "kedagate/policy/lint.h"

#include <string.h>

#include "kedagate/base/list.h"
#include "kedagate/policy/exemption.h"
#include "policy/coverage.h"

enum { SECONDS_A_DAY = 86400 };

/* What is being looked at, and what was found. */
struct lint {
	const struct kg_policy *policy;
	time_t now;
	struct kg_arena *arena;
	struct kg_policy_remarks *out;
};

static int add(const struct lint *lint, struct kg_position place, const char *message)
{
	struct kg_policy_remarks *out = lint->out;
	struct kg_policy_remark *items = kg_list_room(lint->arena, out->items, out->count, sizeof(*items));

	if (!message || !items)
		return KG_ENOMEM;
	out->items = items;
	items[out->count++] = (struct kg_policy_remark){place, message};
	return 0;
}

/* A ClusterTriggerAuthentication is in no namespace. */
static bool is_contradiction(unsigned kinds, bool names_namespaces)
{
	return names_namespaces && kinds == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;
}

static const char contradiction[] = "matches nothing: a ClusterTriggerAuthentication has no namespace; leave the namespace out";

/* ---- scopes ---- */

/* The first scope behind `scope` that covers it and sets the rule (the mode with KG_RULE_COUNT) again; NULL: there is none. */
static const struct kg_scope *find_winner(const struct kg_policy *policy, const struct kg_scope *scope, unsigned rule)
{
	for (const struct kg_scope *later = scope + 1; later < policy->scopes + policy->scope_count; later++) {
		unsigned line = rule < KG_RULE_COUNT ? later->rules.places[rule].line : later->mode.place.line;

		if (line && kg_scope_covers(later, scope))
			return later;
	}
	return NULL;
}

static int lint_scope(const struct lint *lint, const struct kg_scope *scope)
{
	int code = 0;

	if (is_contradiction(scope->kinds, scope->namespaces.count > 0))
		code = add(lint, scope->place, kg_arena_printf(lint->arena, "scope %s", contradiction));
	for (unsigned rule = 0; code == 0 && rule <= KG_RULE_COUNT; rule++) {
		struct kg_position place = rule < KG_RULE_COUNT ? scope->rules.places[rule] : scope->mode.place;
		const struct kg_scope *winner = place.line ? find_winner(lint->policy, scope, rule) : NULL;

		if (winner)
			code = add(lint, place,
			           kg_arena_printf(
			                   lint->arena,
			                   "%s never wins here: the scope in line %u comes later and matches all that this one does",
			                   rule < KG_RULE_COUNT ? kg_rule_get((enum kg_rule_id)rule)->name : "mode", winner->place.line));
	}
	return code;
}

/* ---- exemptions ---- */

/* When it ends, if that is soon, over, or never. */
static int lint_date(const struct lint *lint, const struct kg_exemption *exemption)
{
	const char *rule = kg_rule_get(exemption->rule)->name;
	const char *date = exemption->expires.text;
	enum kg_exemption_state state = kg_exemption_state_at(exemption, lint->now);
	long days = date ? (long)((exemption->expires.end - lint->now) / SECONDS_A_DAY) : 0;

	if (!date)
		return add(lint, exemption->place,
		           kg_arena_printf(lint->arena, "exemption from %s never ends; give it expires: YYYY-MM-DD", rule));
	if (state == KG_EXEMPTION_EXPIRED)
		return add(lint, exemption->place,
		           kg_arena_printf(lint->arena,
		                           "exemption from %s expired on %s and no longer counts; remove it, or give it a new date", rule,
		                           date));
	if (state == KG_EXEMPTION_EXPIRING)
		return add(lint, exemption->place,
		           kg_arena_printf(lint->arena,
		                           "exemption from %s ends on %s, in %ld day%s; mend what it excuses, or give it a new date", rule,
		                           date, days, days == 1 ? "" : "s"));
	return 0;
}

static bool is_everything(const char *glob)
{
	return !glob || glob[strspn(glob, "*")] == '\0';
}

/* What it excuses, if that is nothing or everything. */
static int lint_reach(const struct lint *lint, const struct kg_exemption *exemption)
{
	const struct kg_rule *rule = kg_rule_get(exemption->rule);
	unsigned kinds = exemption->kinds ? exemption->kinds : KG_KINDS_ALL;

	if (is_contradiction(exemption->kinds, exemption->namespace))
		return add(lint, exemption->place, kg_arena_printf(lint->arena, "exemption %s", contradiction));
	if ((kinds & rule->kinds) == 0)
		return add(lint, exemption->place,
		           kg_arena_printf(lint->arena, "exemption excuses nothing: %s is not about this kind", rule->name));
	if ((rule->kinds & ~kinds) == 0 && is_everything(exemption->namespace) && is_everything(exemption->name))
		return add(lint, exemption->place,
		           kg_arena_printf(lint->arena, "exemption excuses every object; write rules: {%s: audit} instead", rule->name));
	return 0;
}

/* ---- trusted hosts ---- */

/* A glob that trusts more than it seems to. */
static int lint_host(const struct lint *lint, const char *glob)
{
	struct kg_position place = lint->policy->trusted_hosts.place;

	if (is_everything(glob))
		return add(lint, place,
		           kg_arena_printf(lint->arena,
		                           "trustedHosts: \"%s\" trusts every host; name the hosts, or write rules: {%s: audit} instead",
		                           glob, kg_rule_get(KG_RULE_TOKEN_TO_FOREIGN_HOST)->name));
	if (glob[strlen(glob) - 1] == '*')
		return add(
		        lint, place,
		        kg_arena_printf(lint->arena,
		                        "trustedHosts: \"%s\" trusts hosts of anybody, such as %.*sexample.org; write the end of the name",
		                        glob, (int)strcspn(glob, "*"), glob));
	if (*glob == '*' && glob[1] != '.')
		return add(lint, place,
		           kg_arena_printf(lint->arena, "trustedHosts: \"%s\" trusts other domains as well; write \"*.%s\"", glob,
		                           glob + strspn(glob, "*")));
	return 0;
}

int kg_policy_lint(const struct kg_policy *policy, time_t now, struct kg_arena *arena, struct kg_policy_remarks *out)
{
	const struct lint lint = {.policy = policy, .now = now, .arena = arena, .out = out};
	int code = 0;

	*out = (struct kg_policy_remarks){0};
	for (size_t i = 0; i < policy->trusted_hosts.globs.count && code == 0; i++)
		code = lint_host(&lint, policy->trusted_hosts.globs.items[i]);
	for (size_t i = 0; i < policy->scope_count && code == 0; i++)
		code = lint_scope(&lint, &policy->scopes[i]);
	for (size_t i = 0; i < policy->exemption_count && code == 0; i++) {
		code = lint_date(&lint, &policy->exemptions[i]);
		if (code == 0)
			code = lint_reach(&lint, &policy->exemptions[i]);
	}
	return code;
}
