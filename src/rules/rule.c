#include "kedagate/rules/rule.h"

#include <string.h>

#include "kedagate/base/nearest.h"

static const struct kg_rule rules[] = {
#define RULE(symbol_, name_, category_, action_, kinds_, check_, title_)                                                                   \
	[KG_RULE_##symbol_] = {                                                                                                            \
	        .id = KG_RULE_##symbol_,                                                                                                   \
	        .name = (name_),                                                                                                           \
	        .title = (title_),                                                                                                         \
	        .category = KG_CATEGORY_##category_,                                                                                       \
	        .action = KG_ACTION_##action_,                                                                                             \
	        .kinds = (kinds_),                                                                                                         \
	},
#include "kedagate/rules/rules.def"
#undef RULE
};

struct explanation {
	const char *rule;
	const char *text;
};

static const struct explanation explanations[] = {
#include "explanations.inc"
};

_Static_assert(KG_ARRAY_LEN(explanations) == KG_RULE_COUNT, "every rule has one explanation in src/rules/explain");

static const char *const category_names[] = {
        [KG_CATEGORY_CORRECTNESS] = "correctness",
        [KG_CATEGORY_COMPATIBILITY] = "compatibility",
        [KG_CATEGORY_SECURITY] = "security",
        [KG_CATEGORY_HYGIENE] = "hygiene",
};

static const char *const action_names[] = {
        [KG_ACTION_OFF] = "off",
        [KG_ACTION_AUDIT] = "audit",
        [KG_ACTION_WARN] = "warn",
        [KG_ACTION_DENY] = "deny",
};

const struct kg_rule *kg_rule_get(enum kg_rule_id id)
{
	return &rules[id];
}

const struct kg_rule *kg_rule_find(const char *name)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(rules); i++) {
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	}
	return NULL;
}

const char *kg_rule_nearest(const char *name)
{
	struct kg_nearest nearest;

	kg_nearest_init(&nearest, name);
	for (size_t i = 0; i < KG_ARRAY_LEN(rules); i++)
		kg_nearest_try(&nearest, rules[i].name);
	return nearest.best;
}

bool kg_rule_heeds_trusted_hosts(enum kg_rule_id id)
{
	return id == KG_RULE_PRIVATE_CLOUD_UNTRUSTED || id == KG_RULE_SHARED_ENDPOINT_REWRITTEN || id == KG_RULE_TOKEN_TO_FOREIGN_HOST;
}

const char *kg_category_name(enum kg_category category)
{
	return category_names[category];
}

const char *kg_action_name(enum kg_action action)
{
	return action_names[action];
}

int kg_action_parse(const char *text, enum kg_action *ret_action, struct kg_err *err)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(action_names); i++) {
		if (strcmp(action_names[i], text) == 0) {
			*ret_action = (enum kg_action)i;
			return 0;
		}
	}
	return kg_err_set(err, KG_EINVAL, "\"%s\" is no action: off, audit, warn or deny", text);
}

const char *kg_rule_explanation(enum kg_rule_id id)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(explanations); i++) {
		if (strcmp(explanations[i].rule, rules[id].name) == 0)
			return explanations[i].text;
	}
	return "";
}
