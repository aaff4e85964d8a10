/*
 * The rule catalogue.
 *
 * `rules.def` has one row a rule; the enum, this table and everything that lists rules expand from it. Ids are stable forever.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/model/object.h"

enum kg_category { KG_CATEGORY_CORRECTNESS, KG_CATEGORY_COMPATIBILITY, KG_CATEGORY_SECURITY, KG_CATEGORY_HYGIENE };

/* In rising order, so that a ceiling is a minimum. */
enum kg_action { KG_ACTION_OFF, KG_ACTION_AUDIT, KG_ACTION_WARN, KG_ACTION_DENY };

enum kg_rule_id {
#define RULE(symbol_, ...) KG_RULE_##symbol_,
#include "kedagate/rules/rules.def"
#undef RULE
	KG_RULE_COUNT
};

struct kg_rule {
	const char *name;  /* "identity-id-missing" */
	const char *title; /* one line, no full stop */
	enum kg_rule_id id;
	enum kg_category category;
	enum kg_action action; /* in the baseline profile */
	unsigned kinds;        /* kg_kind bits */
};

const struct kg_rule *kg_rule_get(enum kg_rule_id id);
/* By name; NULL when there is none. */
const struct kg_rule *kg_rule_find(const char *name);
/* The nearest name, NULL when none is near. */
const char *kg_rule_nearest(const char *name);

/* Is nothing found where the policy trusts the host (kg_rules_context.trusted_hosts)? */
bool kg_rule_heeds_trusted_hosts(enum kg_rule_id id);

const char *kg_category_name(enum kg_category category);
const char *kg_action_name(enum kg_action action);
/* "off", "audit", "warn", "deny". KG_EINVAL when it is none of them. */
KG_MUST_CHECK int kg_action_parse(const char *text, enum kg_action *ret_action, struct kg_err *err);

/* The explanation of a rule (Markdown of src/rules/explain/<id>.md). Never NULL. */
const char *kg_rule_explanation(enum kg_rule_id id);
