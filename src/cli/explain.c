#include "cli/command.h"
#include "cli/explain_policy.h"
#include "cli/profiles.h"
#include "kedagate/base/buf.h"
#include "kedagate/rules/rule.h"

struct explain_options {
	bool help;
	const char *policy;
	struct kg_option_strings labels;
	int output;
};

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "policy", .type = KG_OPTION_STRING, .offset = offsetof(struct explain_options, policy), .argument = "FILE",
	 .help = "say which line of this policy file decides about the rule in an object, which is named before the rule"},
	{.name = "labels", .type = KG_OPTION_STRINGS, .offset = offsetof(struct explain_options, labels), .argument = "NAME=VALUE,...",
	 .help = "with --policy: the labels of the object"},
	{.name = "output", .letter = 'o', .type = KG_OPTION_CHOICE, .offset = offsetof(struct explain_options, output),
	 .choices = kg_command_formats, .help = "with --policy: text (default), or json"},
	KG_COMMAND_HELP(struct explain_options),
};
/* clang-format on */

static const struct kg_command_usage usage = {
        .name = "explain",
        .operands = "[KIND/NAMESPACE/NAME] RULE",
        .minimum_operands = 1,
        .maximum_operands = 2,
        .summary = "Say why a rule is there, what breaks it, what mends it, and which KEDA versions it is about.\n"
                   "\"kedagate rules\" lists the rules; a finding names its rule in square brackets.\n\n"
                   "With --policy: say what comes of the rule in one object, and which line of the policy file decides it.\n"
                   "KIND/NAME names a ClusterTriggerAuthentication.",
        .example = "kedagate explain identity-id-missing\n"
                   "  kedagate explain --policy policy.yaml ScaledObject/shop/orders identity-id-missing",
        .options = options,
        .option_count = KG_ARRAY_LEN(options),
};

/* The header line: the rule, and from NAME_WIDTH on what comes of it. */
enum { NAME_WIDTH = 54 };

/* The names of all profiles, far from it. */
enum { PROFILES_MAX = 200 };

/* "baseline and restricted": the profiles in which the rule has the action. Returns how many there are. */
static unsigned list_profiles(const struct kg_profile_actions *actions, enum kg_rule_id rule, enum kg_action action, char out[PROFILES_MAX])
{
	unsigned count = 0;
	size_t length = 0;

	out[0] = '\0';
	for (unsigned profile = 0; profile < KG_PROFILE_COUNT; profile++) {
		if (actions->of[profile][rule] != action)
			continue;
		length +=
		        (size_t)snprintf(out + length, PROFILES_MAX - length, "%s%s", count > 0 ? " and " : "", kg_profile_names[profile]);
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
		char profiles[PROFILES_MAX];
		unsigned count = list_profiles(actions, rule, rows[i].action, profiles);

		if (count == 0)
			continue;
		printf(", %s in %s\n", rows[i].words, count == KG_PROFILE_COUNT ? "every profile" : profiles);
		return;
	}
	puts(", off in every profile");
}

static int explain_rule(const char *name)
{
	const struct kg_rule *rule = kg_rule_find(name);
	struct kg_profile_actions actions;
	struct kg_err err = {0};

	if (rule == NULL)
		return kg_explain_unknown_rule(usage.name, name);
	if (kg_profile_actions_get(&actions, &err) != 0)
		return kg_command_fail(usage.name, &err);
	printf("%-*s%s", NAME_WIDTH, rule->name, kg_category_name(rule->category));
	print_actions(&actions, rule->id);
	printf("\n%s", kg_rule_explanation(rule->id));
	return KG_EXIT_OK;
}

/* An object and --policy come together or not at all. */
static int check_options(const struct explain_options *values, int operands, char *const *argv, struct kg_err *err)
{
	if (values->policy != NULL && operands < 2)
		return kg_err_set(err, KG_EINVAL, "--policy needs an object and a rule: KIND/NAMESPACE/NAME RULE");
	if (values->policy != NULL)
		return 0;
	if (operands > 1)
		return kg_err_set(err, KG_EINVAL, "unexpected argument \"%s\"; an object and a rule need --policy", argv[2]);
	if (values->labels.count > 0 || values->output != KG_COMMAND_TEXT)
		return kg_err_set(err, KG_EINVAL, "--labels and --output need --policy");
	return 0;
}

int kg_command_explain(int argc, char **argv)
{
	struct explain_options values = {0};
	struct kg_err err = {0};
	int operands = 0;
	int status = 0;

	(void)argc;
	if (!kg_command_parse(&usage, &values, argv, &operands, &status))
		return status;
	if (check_options(&values, operands, argv, &err) != 0)
		return kg_command_misused(usage.name, &err);
	if (values.policy == NULL)
		return explain_rule(argv[1]);
	return kg_explain_policy(&(struct kg_explain_policy){.command = usage.name,
	                                                     .policy = values.policy,
	                                                     .object = argv[1],
	                                                     .rule = argv[2],
	                                                     .labels = &values.labels,
	                                                     .output = (enum kg_command_format)values.output});
}
