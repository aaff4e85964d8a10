/*
 * How a policy comes to the action for one rule and one object: for people who ask which line decided. Judging takes the same way.
 */
#pragma once

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/policy/exemption.h"
#include "kedagate/policy/policy.h"

struct kg_decision {
	enum kg_action starting;              /* of the profile, or of `rules`: policy->rules.places says which */
	const struct kg_scope *scope;         /* the last that matches and names the rule; NULL: none does */
	enum kg_action chosen;                /* after it */
	const struct kg_exemption *exemption; /* of those that match, the one that lasts longest; NULL: none does */
	enum kg_exemption_state state;        /* of it */
	enum kg_action enforced;              /* after it: what mode enforce would make of it */
	const struct kg_scope *mode_scope;    /* whose mode is the ceiling; NULL: the policy's is */
	enum kg_mode mode;
	enum kg_action action; /* what comes of it */
};

/* Is the finding excused? */
bool kg_decision_excuses(const struct kg_decision *decision);

/* The action for a certain finding of `rule` in the object. `arena` is for the time of the call. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_policy_decide(const struct kg_policy *policy, const struct kg_policy_subject *subject, enum kg_rule_id rule,
                                   struct kg_arena *arena, struct kg_decision *out);

/* One step on the way, in the order in which they are taken. */
enum kg_decision_source {
	KG_DECISION_PROFILE,
	KG_DECISION_RULES,
	KG_DECISION_TRUSTED_HOSTS, /* of a rule that heeds them: it depends on the host whether there is a finding; never the step that decides */
	KG_DECISION_SCOPE,         /* one for each that matches and names the rule */
	KG_DECISION_EXEMPTION,
	KG_DECISION_MODE,
};

/* "profile", "rules", "trustedHosts", "scope", "exemption", "mode". */
const char *kg_decision_source_name(enum kg_decision_source source);

struct kg_decision_step {
	enum kg_decision_source source;
	struct kg_position place; /* in the policy file; line 0: built in */
	const char *action;       /* after this step: "deny", "excused", … */
	const char *text;         /* what it says */
	bool decides;             /* what comes of the finding is of its making; true of exactly one */
};

struct kg_decision_steps {
	struct kg_decision_step *items;
	size_t count;
};

/* The steps of kg_policy_decide, and its result. Everything lives in `arena` or in the policy. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_policy_explain(const struct kg_policy *policy, const struct kg_policy_subject *subject, enum kg_rule_id rule,
                                    struct kg_arena *arena, struct kg_decision_steps *out);
