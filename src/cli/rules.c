#include <stdlib.h>

#include "cli/command.h"
#include "cli/policy_schema.h"
#include "cli/profiles.h"
#include "kedagate/rules/rule.h"

struct rules_options {
	bool help, policy_schema;
	int output;
};

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "output", .letter = 'o', .type = KG_OPTION_CHOICE, .offset = offsetof(struct rules_options, output),
	 .choices = kg_command_formats, .help = "text (default): id, category, action in the baseline profile, title; json: all there is"},
	{.name = "policy-schema", .type = KG_OPTION_SWITCH, .offset = offsetof(struct rules_options, policy_schema),
	 .help = "print the JSON schema of the policy file instead, which editors read"},
	KG_COMMAND_HELP(struct rules_options),
};
/* clang-format on */

static const struct kg_command_usage usage = {
        .name = "rules",
        .summary = "List the rules: what is looked for, and what comes of it.",
        .example = "kedagate rules -o json",
        .options = options,
        .option_count = KG_ARRAY_LEN(options),
};

enum { COLUMNS = 4 };

static int print_text(void)
{
	const char *cells[(KG_RULE_COUNT + 1) * COLUMNS] = {"RULE", "CATEGORY", "BASELINE", "TITLE"};

	for (size_t i = 0; i < KG_RULE_COUNT; i++) {
		const struct kg_rule *rule = kg_rule_get((enum kg_rule_id)i);
		const char **row = &cells[(i + 1) * COLUMNS];

		row[0] = rule->name;
		row[1] = kg_category_name(rule->category);
		row[2] = kg_action_name(rule->action);
		row[3] = rule->title;
	}
	kg_command_print_columns(cells, COLUMNS, KG_RULE_COUNT + 1, stdout);
	return KG_EXIT_OK;
}

static json_t *kinds_of(const struct kg_rule *rule)
{
	json_t *kinds = json_array();

	for (unsigned kind = 1; kind <= KG_KINDS_ALL; kind <<= 1) {
		if ((rule->kinds & kind) != 0)
			json_array_append_new(kinds, json_string(kg_kind_name((enum kg_kind)kind)));
	}
	return kinds;
}

static json_t *profiles_of(const struct kg_rule *rule, const struct kg_profile_actions *actions)
{
	json_t *profiles = json_object();

	for (unsigned profile = 0; profile < KG_PROFILE_COUNT; profile++)
		json_object_set_new(profiles, kg_profile_names[profile], json_string(kg_action_name(actions->of[profile][rule->id])));
	return profiles;
}

static int print_json(void)
{
	struct kg_profile_actions actions;
	json_t *rules = json_array();
	struct kg_err err = {0};

	if (kg_profile_actions_get(&actions, &err) != 0) {
		json_decref(rules);
		return kg_command_fail(usage.name, &err);
	}
	for (unsigned i = 0; i < KG_RULE_COUNT; i++) {
		const struct kg_rule *rule = kg_rule_get((enum kg_rule_id)i);

		json_array_append_new(rules,
		                      json_pack("{s:s, s:s, s:s, s:o, s:o}", "id", rule->name, "category", kg_category_name(rule->category),
		                                "title", rule->title, "actions", profiles_of(rule, &actions), "kinds", kinds_of(rule)));
	}
	return kg_command_print_json(usage.name,
	                             json_pack("{s:s, s:s, s:o}", "apiVersion", "kedagate.io/v1", "kind", "RuleList", "rules", rules));
}

int kg_command_rules(int argc, char **argv)
{
	struct rules_options values = {0};
	int operands = 0;
	int status = 0;

	(void)argc;
	if (!kg_command_parse(&usage, &values, argv, &operands, &status))
		return status;
	if (values.policy_schema)
		return kg_command_print_json(usage.name, kg_policy_schema());
	return values.output == KG_COMMAND_JSON ? print_json() : print_text();
}
