#include "cli/bundle.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/judging.h"
#include "cli/policies.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/list.h"
#include "kedagate/model/manifest.h"
#include "kedagate/policy/policy.h"
#include "kedagate/report/report.h"
#include "kedagate/syntax/version.h"

struct check_options {
	bool recursive, help;
	const char *namespace;
	struct kg_judging_options judging;
};

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "recursive", .letter = 'R', .type = KG_OPTION_SWITCH, .offset = offsetof(struct check_options, recursive),
	 .help = "look for manifests in the directories below a directory too"},
	KG_JUDGING_OPTIONS(struct check_options, "the newest known"),
	{.name = "namespace", .letter = 'n', .type = KG_OPTION_STRING, .offset = offsetof(struct check_options, namespace), .argument = "NAMESPACE",
	 .help = "of objects that name none (default \"default\")"},
	KG_COMMAND_HELP(struct check_options),
};
/* clang-format on */

static const struct kg_command_usage usage = {
        .name = "check",
        .operands = "FILE|DIRECTORY|-...",
        .minimum_operands = 1,
        .maximum_operands = KG_OPERANDS_ANY,
        .summary = "Judge the ScaledObjects, ScaledJobs, TriggerAuthentications and ClusterTriggerAuthentications in manifest\n"
                   "files (YAML or JSON), directories of them (*.yaml, *.yml, *.json) and standard input (-), as the webhook would.\n"
                   "All files together stand for the cluster: references between their objects resolve, and the values in\n"
                   "their Secrets, ConfigMaps and pod templates count as known. Secrets are never printed.\n"
                   "Documents of kind Policy among them are looked over as well; what is judged by is --policy alone.\n\n"
                   "Exit code: 0 nothing is denied, 1 something is denied, 2 wrong usage, or input that cannot be read\n"
                   "or that no KEDA takes.",
        .example = "kedagate check -R deploy/ --keda-version 2.17.1",
        .options = options,
        .option_count = KG_ARRAY_LEN(options),
};

/* One run. */
struct check {
	const struct check_options *options;
	struct kg_judging judging;
	struct kg_bundle bundle;
	struct kg_report report;
	char keda_version[KG_VERSION_TEXT_MAX];
	char from_version[KG_VERSION_TEXT_MAX];
};

/* Where a finding in an object of the bundle stands. */
struct place {
	const struct check *check;
	const struct kg_bundle_object *object;
};

static struct kg_position position_of(const void *context, const char *path)
{
	const struct place *place = context;
	const struct kg_bundle_file *file = &place->check->bundle.files[place->object->file];

	return kg_lines_position(&file->lines, kg_manifest_offset(&place->object->manifest, path));
}

static int judge(struct check *check, const struct kg_bundle_object *bundled, struct kg_report_result *result)
{
	const struct place place = {check, bundled};
	const struct kg_judged_object object = {.tree = bundled->manifest.tree,
	                                        .kind = bundled->kind,
	                                        .default_namespace = check->options->namespace,
	                                        .file = check->bundle.files[bundled->file].name,
	                                        .document = bundled->manifest.document,
	                                        .position = position_of,
	                                        .context = &place};

	return kg_judging_judge(&check->judging, &object, result);
}

static int judge_all(struct check *check)
{
	const struct kg_bundle *bundle = &check->bundle;
	struct kg_report *report = &check->report;
	int status = 0;

	check->judging.world = kg_file_world_as_world(bundle->world);
	report->keda_version = kg_version_text(check->judging.policy->keda_version, check->keda_version);
	report->keda_version_assumed = check->judging.policy->keda_version_source != KG_KEDA_VERSION_GIVEN;
	report->from_version = check->judging.from != 0 ? kg_version_text(check->judging.from, check->from_version) : NULL;
	report->file_count = bundle->read_count;
	report->errors = bundle->errors.items;
	report->error_count = bundle->errors.count;
	report->results = kg_arena_calloc(&check->judging.arena, bundle->object_count, sizeof(*report->results));
	if (report->results == NULL)
		return KG_ENOMEM;
	for (size_t i = 0; i < bundle->object_count && status == 0; i++)
		status = judge(check, &bundle->objects[i], &report->results[report->result_count++]);
	return status;
}

/* What KEDA does not take, nobody judges: in a check that is an error, so that it looks like no clean file. */
static int add_misfit(struct check *check, const struct kg_report_error *misfit)
{
	struct kg_input_errors *errors = &check->bundle.errors;
	struct kg_report_error *items = kg_list_room(&check->judging.arena, errors->items, errors->count, sizeof(*items));

	if (items == NULL)
		return KG_ENOMEM;
	errors->items = items;
	items[errors->count++] = *misfit;
	return 0;
}

static int read_and_judge(struct check *check, char *const *operands, size_t operand_count)
{
	struct kg_inputs inputs;
	int status = kg_inputs_find(operands, operand_count, check->options->recursive, &check->judging.arena, &inputs);

	if (status == 0)
		status = kg_bundle_read(&inputs, check->options->namespace, true, &check->judging.arena, &check->bundle);
	for (size_t i = 0; status == 0 && i < check->bundle.misfits.count; i++)
		status = add_misfit(check, &check->bundle.misfits.items[i]);
	if (status == 0)
		status = kg_policies_look_over(&check->bundle, check->judging.now, &check->judging.arena, &check->report);
	if (status == 0)
		status = judge_all(check);
	return status == 0 ? kg_judging_print(&check->judging, (size_t)check->options->judging.output, &check->report) : status;
}

/* Returns the exit code. */
static int run(struct check *check, char *const *operands, size_t operand_count)
{
	struct kg_err err;
	int code = KG_EXIT_OK;
	int status;

	status = read_and_judge(check, operands, operand_count);
	if (status == 0)
		code = kg_judging_exit_code(&check->report);
	if (status == 0)
		return code;
	(void)kg_err_set(&err, status, "out of memory, or the input is larger than %zu MiB of memory can hold",
	                 KG_MAX_CHECK_ARENA_BYTES >> 20);
	return kg_command_fail(usage.name, &err);
}

int kg_command_check(int argc, char **argv)
{
	struct check_options values = {.namespace = "default", .judging = KG_JUDGING_OPTIONS_INIT};
	struct check check = {.options = &values};
	struct kg_policy_overrides overrides;
	struct kg_policy *policy = NULL;
	struct kg_err err = {0};
	int operands = 0;
	int status = 0;

	(void)argc;
	if (!kg_command_parse(&usage, &values, argv, &operands, &status))
		return status;
	overrides = kg_judging_overrides(&values.judging);
	if (kg_policy_load(values.judging.policy, &overrides, &policy, &err) != 0)
		return kg_command_fail(usage.name, &err);
	kg_judging_init(&check.judging, policy);
	if (kg_judging_read_from(&check.judging, values.judging.from_version, &err) != 0) {
		status = kg_command_fail(usage.name, &err);
	} else {
		kg_judging_warn_of_doubt(usage.name, policy->keda_version);
		if (check.judging.from != 0)
			kg_judging_warn_of_doubt(usage.name, check.judging.from);
		status = run(&check, argv + 1, (size_t)operands);
	}
	kg_judging_release(&check.judging);
	kg_policy_unref(policy);
	return status;
}
