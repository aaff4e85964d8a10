#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/bundle.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/keda_version.h"
#include "cli/policies.h"
#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/list.h"
#include "kedagate/model/manifest.h"
#include "kedagate/policy/policy.h"
#include "kedagate/report/report.h"
#include "kedagate/syntax/version.h"

enum { NOT_GIVEN = -1 };

struct check_options {
	bool recursive, help;
	int output;
	const char *policy, *keda_version, *from_version, *namespace;
	int mode, profile; /* indices of kg_mode_names and kg_profile_names, or NOT_GIVEN */
};

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "recursive", .letter = 'R', .type = KG_OPTION_SWITCH, .offset = offsetof(struct check_options, recursive),
	 .help = "look for manifests in the directories below a directory too"},
	{.name = "output", .letter = 'o', .type = KG_OPTION_CHOICE, .offset = offsetof(struct check_options, output), .choices = kg_report_formats,
	 .help = "format of the report (default text)"},
	{.name = "policy", .type = KG_OPTION_STRING, .offset = offsetof(struct check_options, policy), .argument = "FILE",
	 .help = "policy file (default: profile baseline, mode enforce)"},
	{.name = "keda-version", .type = KG_OPTION_STRING, .offset = offsetof(struct check_options, keda_version), .argument = "VERSION",
	 .help = "the KEDA release to judge for, over the policy's kedaVersion (default: the newest known)"},
	{.name = "from-version", .type = KG_OPTION_STRING, .offset = offsetof(struct check_options, from_version), .argument = "VERSION",
	 .help = "report only what an upgrade from this older release to the one of --keda-version would break"},
	{.name = "profile", .type = KG_OPTION_CHOICE, .offset = offsetof(struct check_options, profile), .choices = kg_profile_names,
	 .help = "starting actions of the rules, over the policy's profile"},
	{.name = "mode", .type = KG_OPTION_CHOICE, .offset = offsetof(struct check_options, mode), .choices = kg_mode_names,
	 .help = "ceiling on every action, over the policy's mode"},
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
	struct kg_policy *policy;
	struct kg_bundle bundle;
	struct kg_report report;
	time_t now;
	char keda_version[KG_VERSION_TEXT_MAX];
	uint32_t from; /* the release that is upgraded; 0: none */
	char from_version[KG_VERSION_TEXT_MAX];
	struct kg_arena arena;   /* everything that the report needs */
	struct kg_arena scratch; /* of one object */
};

/* The copies that a report needs of a finding in scratch memory. `*failed` sticks. */
static const char *keep_text(struct kg_arena *arena, const char *text, bool *failed)
{
	const char *copy = text != NULL ? kg_arena_strdup(arena, text) : NULL;

	*failed |= copy == NULL && text != NULL;
	return copy;
}

static const struct kg_finding *keep_finding(struct kg_arena *arena, const struct kg_finding *finding)
{
	struct kg_finding *copy = kg_arena_alloc(arena, sizeof(*copy));
	bool failed = false;

	if (copy == NULL)
		return NULL;
	*copy = *finding;
	copy->path = keep_text(arena, finding->path, &failed);
	copy->shown = keep_text(arena, finding->shown, &failed);
	copy->value = keep_text(arena, finding->value, &failed);
	copy->detail = keep_text(arena, finding->detail, &failed);
	copy->fix = keep_text(arena, finding->fix, &failed);
	return failed ? NULL : copy;
}

static struct kg_position position_of(const struct check *check, const struct kg_bundle_object *object, const char *path)
{
	return kg_lines_position(&check->bundle.files[object->file].lines, kg_manifest_offset(&object->manifest, path));
}

static int keep_findings(struct check *check, const struct kg_bundle_object *object, const struct kg_judgement *judgement,
                         struct kg_report_result *result)
{
	result->findings = kg_arena_calloc(&check->arena, judgement->count, sizeof(*result->findings));
	if (result->findings == NULL)
		return KG_ENOMEM;
	for (size_t i = 0; i < judgement->count; i++) {
		const struct kg_judged_finding *judged = &judgement->items[i];
		const struct kg_finding *finding = keep_finding(&check->arena, judged->finding);
		struct kg_position position;

		if (finding == NULL)
			return KG_ENOMEM;
		position = position_of(check, object, finding->path);
		result->findings[result->finding_count++] = (struct kg_report_finding){.finding = finding,
		                                                                       .action = judged->action,
		                                                                       .line = position.line,
		                                                                       .column = position.column,
		                                                                       .exemption = judged->exemption,
		                                                                       .excused = judged->excused,
		                                                                       .found_before = judged->stored};
	}
	return 0;
}

/* Where an object goes: NULL for a cluster-wide kind. */
static const char *namespace_of(const struct check *check, const struct kg_object *object)
{
	if (object->kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION)
		return NULL;
	return object->metadata.namespace != NULL && *object->metadata.namespace != '\0' ? object->metadata.namespace
	                                                                                 : check->options->namespace;
}

static int judge(struct check *check, const struct kg_bundle_object *bundled, struct kg_report_result *result)
{
	struct kg_judgement judgement = {0};
	struct kg_object object;
	struct kg_policy_subject subject = {.object = &object, .now = check->now};
	int status = kg_object_decode(bundled->manifest.tree, bundled->kind, &check->scratch, &object);

	if (status != 0)
		return status;
	subject.namespace = namespace_of(check, &object);
	status = kg_policy_review(check->policy, &subject, kg_file_world_as_world(check->bundle.world), &check->scratch, &judgement);
	subject.keda_version = check->from;
	if (status == 0 && check->from != 0)
		status = kg_policy_upgrade(check->policy, &subject, kg_file_world_as_world(check->bundle.world), &check->scratch,
		                           &judgement);
	if (status != 0)
		return status;
	/* Strings of the object are borrowed from its tree, which outlives the report. */
	*result = (struct kg_report_result){.file = check->bundle.files[bundled->file].name,
	                                    .line = position_of(check, bundled, "").line,
	                                    .document = bundled->manifest.document,
	                                    .kind = kg_kind_name(object.kind),
	                                    .namespace = subject.namespace,
	                                    .name = object.metadata.name,
	                                    .verdict = judgement.verdict,
	                                    .dropped = judgement.dropped};
	return keep_findings(check, bundled, &judgement, result);
}

static int judge_all(struct check *check)
{
	const struct kg_bundle *bundle = &check->bundle;
	struct kg_report *report = &check->report;
	int status = 0;

	report->keda_version = kg_version_text(check->policy->keda_version, check->keda_version);
	report->keda_version_assumed = check->policy->keda_version_source != KG_KEDA_VERSION_GIVEN;
	report->from_version = check->from != 0 ? kg_version_text(check->from, check->from_version) : NULL;
	report->file_count = bundle->read_count;
	report->errors = bundle->errors.items;
	report->error_count = bundle->errors.count;
	report->results = kg_arena_calloc(&check->arena, bundle->object_count, sizeof(*report->results));
	if (report->results == NULL)
		return KG_ENOMEM;
	for (size_t i = 0; i < bundle->object_count && status == 0; i++) {
		status = judge(check, &bundle->objects[i], &report->results[report->result_count++]);
		kg_arena_reset(&check->scratch, KG_KEEP_ARENA_BYTES);
	}
	return status;
}

/* Colours are for people who look at a terminal and did not ask to be spared them (no-color.org). */
static bool colours_wanted(void)
{
	/* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread */
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");
	/* NOLINTEND(concurrency-mt-unsafe) */

	if (no_color != NULL && *no_color != '\0')
		return false;
	return isatty(STDOUT_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

static int print_report(struct check *check)
{
	const struct kg_report_options report_options = {.colour = colours_wanted()};
	struct kg_buf text KG_CLEANUP(kg_buf_release);
	int status;

	kg_buf_init(&text, KG_MAX_REPORT_BYTES);
	status = kg_report_write((size_t)check->options->output, &check->report, &report_options, &check->arena, &text);
	if (status == 0)
		(void)fwrite(kg_buf_text(&text), 1, text.length, stdout);
	return status;
}

/* What KEDA does not take, nobody judges: in a check that is an error, so that it looks like no clean file. */
static int add_misfit(struct check *check, const struct kg_report_error *misfit)
{
	struct kg_input_errors *errors = &check->bundle.errors;
	struct kg_report_error *items = kg_list_room(&check->arena, errors->items, errors->count, sizeof(*items));

	if (items == NULL)
		return KG_ENOMEM;
	errors->items = items;
	items[errors->count++] = *misfit;
	return 0;
}

static int read_and_judge(struct check *check, char *const *operands, size_t operand_count)
{
	struct kg_inputs inputs;
	int status = kg_inputs_find(operands, operand_count, check->options->recursive, &check->arena, &inputs);

	if (status == 0)
		status = kg_bundle_read(&inputs, check->options->namespace, true, &check->arena, &check->bundle);
	for (size_t i = 0; status == 0 && i < check->bundle.misfits.count; i++)
		status = add_misfit(check, &check->bundle.misfits.items[i]);
	if (status == 0)
		status = kg_policies_look_over(&check->bundle, check->now, &check->arena, &check->report);
	if (status == 0)
		status = judge_all(check);
	return status == 0 ? print_report(check) : status;
}

static int exit_code(const struct kg_report *report)
{
	if (report->error_count > 0)
		return KG_EXIT_USAGE;
	return kg_report_count(report).denied > 0 ? KG_EXIT_DENIED : KG_EXIT_OK;
}

/* Returns the exit code. */
static int run(struct check *check, char *const *operands, size_t operand_count)
{
	struct kg_err err;
	int code = KG_EXIT_OK;
	int status;

	kg_arena_init(&check->arena, KG_MAX_CHECK_ARENA_BYTES);
	kg_arena_init(&check->scratch, KG_MAX_REVIEW_ARENA_BYTES);
	status = read_and_judge(check, operands, operand_count);
	if (status == 0)
		code = exit_code(&check->report);
	kg_arena_release(&check->scratch);
	kg_arena_release(&check->arena);
	if (status == 0)
		return code;
	(void)kg_err_set(&err, status, "out of memory, or the input is larger than %zu MiB of memory can hold",
	                 KG_MAX_CHECK_ARENA_BYTES >> 20);
	return kg_command_fail(usage.name, &err);
}

/* The release that is upgraded to the policy's. *ret_from is left alone when none is given. */
static int read_from(const char *text, const struct kg_policy *policy, uint32_t *ret_from, struct kg_err *err)
{
	char newest[KG_VERSION_TEXT_MAX];
	uint32_t from = 0;

	if (text == NULL)
		return 0;
	if (kg_version_parse(text, &from, err) != 0)
		return kg_err_wrap(err, "--from-version");
	if (policy->keda_version_source != KG_KEDA_VERSION_GIVEN)
		return kg_err_set(err, KG_EINVAL,
		                  "--from-version needs the release that KEDA is upgraded to: add --keda-version, such as %s",
		                  kg_version_text(KG_VERSION_NEWEST, newest));
	if (from > policy->keda_version)
		return kg_err_set(err, KG_EINVAL, "--from-version %s is newer than KEDA %s, which is judged for: give the older release",
		                  text, kg_version_text(policy->keda_version, newest));
	*ret_from = from;
	return 0;
}

static void warn_of_doubt(uint32_t version)
{
	char doubt[KG_ERR_MESSAGE_MAX];

	if (kg_keda_version_doubt(version, doubt) != NULL)
		fprintf(stderr, "kedagate check: warning: %s\n", doubt);
}

int kg_command_check(int argc, char **argv)
{
	struct check_options values = {.namespace = "default", .mode = NOT_GIVEN, .profile = NOT_GIVEN};
	struct check check = {.options = &values, .now = kg_clock_wall()};
	struct kg_policy_overrides overrides;
	struct kg_err err = {0};
	int operands = 0;
	int status = 0;

	(void)argc;
	if (!kg_command_parse(&usage, &values, argv, &operands, &status))
		return status;
	overrides = (struct kg_policy_overrides){.keda_version = values.keda_version,
	                                         .mode = values.mode != NOT_GIVEN ? kg_mode_names[values.mode] : NULL,
	                                         .profile = values.profile != NOT_GIVEN ? kg_profile_names[values.profile] : NULL};
	if (kg_policy_load(values.policy, &overrides, &check.policy, &err) != 0)
		return kg_command_fail(usage.name, &err);
	if (read_from(values.from_version, check.policy, &check.from, &err) != 0) {
		status = kg_command_fail(usage.name, &err);
	} else {
		warn_of_doubt(check.policy->keda_version);
		if (check.from != 0)
			warn_of_doubt(check.from);
		status = run(&check, argv + 1, (size_t)operands);
	}
	kg_policy_unref(check.policy);
	return status;
}
