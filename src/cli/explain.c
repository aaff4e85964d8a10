#include "cli/command.h"
#include "cli/profiles.h"
#include "kedagate/base/buf.h"
#include "kedagate/rules/rule.h"

struct explain_options {
	bool help;
};

static const struct kg_option options[] = {KG_COMMAND_HELP(struct explain_options)};

static const struct kg_command_usage usage = {
        .name = "explain",
        .operands = "RULE",
        .minimum_operands = 1,
        .maximum_operands = 1,
        .summary = "Say why a rule is there, what breaks it, what mends it, and which KEDA versions it is about.\n"
                   "\"kedagate rules\" lists the rules; a finding names its rule in square brackets.",
        .example = "kedagate explain identity-id-missing",
        .options = options,
        .option_count = KG_ARRAY_LEN(options),
};

/* The header line: the rule, and from NAME_WIDTH on what comes of it. */
enum { NAME_WIDTH = 54, HEADER_MAX = 200 };

/* "baseline and restricted": the profiles in which the rule has the action. Returns how many there are. */
static unsigned list_profiles(const struct kg_profile_actions *actions, enum kg_rule_id rule, enum kg_action action, struct kg_buf *out)
{
	unsigned count = 0;

	for (unsigned profile = 0; profile < KG_PROFILE_COUNT; profile++) {
		if (actions->of[profile][rule] != action)
			continue;
		kg_buf_printf(out, "%s%s", count > 0 ? " and " : "", kg_profile_names[profile]);
		count++;
	}
	return count;
}

static void print_actions(const struct kg_profile_actions *actions, enum kg_rule_id rule)
{
	static const struct {
		enum kg_action action;
		const char *words;
	} rows[] = {{KG_ACTION_DENY, "denied"}, {KG_ACTION_WARN, "a warning"}, {KG_ACTION_AUDIT, "audited"}};

	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_buf profiles KG_CLEANUP(kg_buf_release);
		unsigned count;

		kg_buf_init(&profiles, HEADER_MAX);
		count = list_profiles(actions, rule, rows[i].action, &profiles);
		if (count == 0)
			continue;
		printf(", %s in %s\n", rows[i].words, count == KG_PROFILE_COUNT ? "every profile" : kg_buf_text(&profiles));
		return;
	}
	puts(", off in every profile");
}

static int unknown_rule(const char *name)
{
	const char *nearest = kg_rule_nearest(name);
	struct kg_err err;

	if (nearest != NULL)
		(void)kg_err_set(&err, KG_EINVAL, "unknown rule \"%s\"; did you mean \"%s\"?", name, nearest);
	else
		(void)kg_err_set(&err, KG_EINVAL, "unknown rule \"%s\"; \"kedagate rules\" lists them", name);
	return kg_command_fail(usage.name, &err);
}

int kg_command_explain(int argc, char **argv)
{
	struct explain_options values = {0};
	struct kg_profile_actions actions;
	const struct kg_rule *rule;
	struct kg_err err = {0};
	int operands = 0;
	int status = 0;

	(void)argc;
	if (!kg_command_parse(&usage, &values, argv, &operands, &status))
		return status;
	rule = kg_rule_find(argv[1]);
	if (rule == NULL)
		return unknown_rule(argv[1]);
	if (kg_profile_actions_get(&actions, &err) != 0)
		return kg_command_fail(usage.name, &err);
	printf("%-*s%s", NAME_WIDTH, rule->name, kg_category_name(rule->category));
	print_actions(&actions, rule->id);
	printf("\n%s", kg_rule_explanation(rule->id));
	return KG_EXIT_OK;
}
