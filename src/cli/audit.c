#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/compatibility.h"
#include "cli/inputs.h"
#include "cli/judging.h"
#include "kedagate/base/limits.h"
#include "kedagate/kube/client.h"
#include "kedagate/kube/config.h"
#include "kedagate/kube/survey.h"
#include "kedagate/policy/policy.h"
#include "kedagate/report/report.h"
#include "kedagate/syntax/version.h"

struct audit_options {
	bool all_namespaces, help;
	const char *kubeconfig, *context, *keda_namespace, *namespace;
	struct kg_judging_options judging;
};

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "namespace", .letter = 'n', .type = KG_OPTION_PARSED, .offset = offsetof(struct audit_options, namespace), .argument = "NAMESPACE",
	 .parse = kg_command_parse_namespace, .help = "judge what is in this namespace alone"},
	{.name = "all-namespaces", .letter = 'A', .type = KG_OPTION_SWITCH, .offset = offsetof(struct audit_options, all_namespaces),
	 .help = "judge what is in all namespaces, and cluster-wide objects (default)"},
	{.name = "kubeconfig", .type = KG_OPTION_STRING, .offset = offsetof(struct audit_options, kubeconfig), .argument = "FILE",
	 .help = "kubeconfig file (default: those of KUBECONFIG, else ~/.kube/config; in a Pod its ServiceAccount)"},
	{.name = "context", .type = KG_OPTION_STRING, .offset = offsetof(struct audit_options, context), .argument = "NAME",
	 .help = "context of the kubeconfig (default: its current-context)"},
	{.name = "keda-namespace", .type = KG_OPTION_PARSED, .offset = offsetof(struct audit_options, keda_namespace), .argument = "NAME",
	 .parse = kg_command_parse_namespace, .help = "where KEDA's operator runs (default: it is looked for, first in keda)"},
	KG_JUDGING_OPTIONS(struct audit_options, "that of the operator in the cluster"),
	KG_COMMAND_HELP(struct audit_options),
};
/* clang-format on */

static const struct kg_command_usage usage = {
        .name = "audit",
        .summary = "List the ScaledObjects, ScaledJobs, TriggerAuthentications and ClusterTriggerAuthentications of a cluster, and\n"
                   "what they refer to, once, and judge them as the webhook would. Nothing is changed. Secrets and ConfigMaps are\n"
                   "not read. What may not be listed counts as unseen, and is said.\n\n"
                   "Exit code: 0 nothing is denied, 1 something is denied, 2 wrong usage, or a cluster that cannot be read.",
        .example = "kedagate audit --context production -n shop",
        .options = options,
        .option_count = KG_ARRAY_LEN(options),
};

/* One run. */
struct audit {
	const struct audit_options *options;
	struct kg_judging judging;
	struct kg_kube_config config;
	struct kg_kube_client *client;
	struct kg_survey *survey;
	struct kg_report report;
	struct kg_input_errors errors;
	char keda_version[KG_VERSION_TEXT_MAX];
	char from_version[KG_VERSION_TEXT_MAX];
};

static int out_of_memory(struct kg_err *err)
{
	return kg_err_set(err, KG_ENOMEM, "out of memory, or the cluster is larger than %zu MiB of memory can hold",
	                  KG_MAX_CHECK_ARENA_BYTES >> 20);
}

static void warn(const char *subject, const char *message)
{
	struct kg_err text;

	/* What an API server says goes to a terminal. */
	(void)kg_err_set(&text, KG_EIO, "%s%s%s", subject, *subject != '\0' ? ": " : "", message);
	fprintf(stderr, "kedagate %s: warning: %s\n", usage.name, text.message);
}

/* ---- the cluster ---- */

/* A line that is written over, for whoever waits. */
static void show_progress(void *context, enum kg_resource resource, size_t objects)
{
	(void)context;
	fprintf(stderr, "\r\x1b[Klisting %s: %zu", kg_resource_names[resource], objects);
}

static void clear_progress(void)
{
	fputs("\r\x1b[K", stderr);
}

static void show_waiting(void *context, enum kg_resource resource, unsigned seconds)
{
	(void)context;
	fprintf(stderr, "kedagate %s: warning: %s: the API server is busy; trying again in %u s\n", usage.name, kg_resource_names[resource],
	        seconds);
}

static int take_survey(struct audit *audit, struct kg_err *err)
{
	bool is_watched = isatty(STDERR_FILENO);
	const struct kg_survey_options wanted = {.namespace = audit->options->namespace,
	                                         .keda_namespace = audit->options->keda_namespace,
	                                         .progress = is_watched ? show_progress : NULL,
	                                         .waiting = show_waiting};
	int status = kg_survey_take(audit->client, &wanted, &audit->survey, err);

	if (is_watched)
		clear_progress();
	return status;
}

static int list_cluster(struct audit *audit, struct kg_err *err)
{
	const struct kg_kube_choice choice = {.path = audit->options->kubeconfig, .context = audit->options->context};
	int status = kg_kube_config_find(&choice, &audit->config, err);

	if (status == 0 && audit->config.insecure)
		warn(audit->config.origin, "insecure-skip-tls-verify: whoever is on the way may read the token and forge what is judged");
	if (status == 0)
		status = kg_kube_client_new(&audit->config, &audit->client, err);
	return status == 0 ? take_survey(audit, err) : status;
}

/* ---- what was not seen ---- */

/* Without one of these the report would look cleaner than the cluster is. */
static bool is_judged(const struct audit *audit, enum kg_resource resource)
{
	return resource == KG_RESOURCE_SCALED_OBJECTS || resource == KG_RESOURCE_SCALED_JOBS ||
	       resource == KG_RESOURCE_TRIGGER_AUTHENTICATIONS ||
	       (resource == KG_RESOURCE_CLUSTER_TRIGGER_AUTHENTICATIONS && audit->options->namespace == NULL);
}

static const char *failure_text(enum kg_resource resource, const struct kg_survey_state *state, struct kg_arena *arena)
{
	switch (state->failure) {
	case KG_MACHINE_FAILURE_NONE:
		return kg_arena_printf(arena, "%zu objects could not be read: they are too large, or malformed", state->unread);
	case KG_MACHINE_FAILURE_NOT_INSTALLED:
		return kg_arena_printf(arena, "%s: %s", state->message,
		                       kg_resource_is_of_keda(resource) ? "the API server does not know this resource: is KEDA installed?"
		                                                        : "every API server knows this resource: is it one?");
	case KG_MACHINE_FAILURE_UNAUTHORIZED:
		return kg_arena_printf(arena, "%s: the token or client certificate is wrong or has expired: renew it", state->message);
	case KG_MACHINE_FAILURE_CONNECTION:
	case KG_MACHINE_FAILURE_TIMEOUT:
	case KG_MACHINE_FAILURE_FORBIDDEN:
	case KG_MACHINE_FAILURE_EXPIRED:
	case KG_MACHINE_FAILURE_THROTTLED:
	case KG_MACHINE_FAILURE_SERVER:
	case KG_MACHINE_FAILURE_STATUS:
	case KG_MACHINE_FAILURE_GARBAGE:
	case KG_MACHINE_FAILURE_MEMORY:
	case KG_MACHINE_FAILURE_COUNT:
		break;
	}
	return state->message;
}

static int note_unseen(struct audit *audit, enum kg_resource resource, const struct kg_survey_state *state)
{
	const char *text = failure_text(resource, state, &audit->judging.arena);
	struct kg_err err;

	if (text == NULL)
		return KG_ENOMEM;
	(void)kg_err_set(&err, KG_EIO, "%s", text);
	if (is_judged(audit, resource))
		return kg_input_errors_add(&audit->errors, &audit->judging.arena, kg_resource_names[resource], &err);
	text = kg_arena_printf(&audit->judging.arena, "%s; what depends on them is not judged", err.message);
	if (text == NULL)
		return KG_ENOMEM;
	warn(kg_resource_names[resource], text);
	return 0;
}

static int note_all_unseen(struct audit *audit)
{
	int status = 0;

	for (unsigned i = 0; i < KG_RESOURCE_COUNT && status == 0; i++) {
		const struct kg_survey_state *state = kg_survey_state(audit->survey, (enum kg_resource)i);

		if (state->view == KG_VIEW_BLIND || state->unread > 0)
			status = note_unseen(audit, (enum kg_resource)i, state);
	}
	return status;
}

/* ---- versions ---- */

/* The release that runs; 0 when it cannot be told. */
static uint32_t running_version(struct audit *audit)
{
	const struct kg_world *world = kg_survey_world(audit->survey);
	struct kg_operator_facts facts = {0};
	bool found = world->operations->keda_operator(world, &audit->judging.scratch, &facts) == KG_LOOKUP_FOUND;

	kg_arena_reset(&audit->judging.scratch, KG_KEEP_ARENA_BYTES);
	return found ? facts.keda_version : 0;
}

static void settle_version(struct audit *audit)
{
	struct kg_judging *judging = &audit->judging;
	uint32_t running = running_version(audit);
	char doubt[KG_ERR_MESSAGE_MAX];

	if (kg_compatibility_doubt(running, kg_survey_server_version(audit->survey), doubt) != NULL)
		warn("", doubt);
	if (judging->policy->keda_version_source == KG_KEDA_VERSION_GIVEN)
		return;
	judging->keda_version = running;
	if (running == 0)
		warn("", "the version of KEDA is not known: no Deployment of its operator was seen, or it does not tell; denials that "
		         "depend on it are "
		         "warnings. Name it with --keda-version");
}

/* ---- judging ---- */

static int judge_object(struct audit *audit, size_t index)
{
	struct kg_survey_object found;
	int status = kg_survey_object(audit->survey, index, &audit->judging.scratch, &found);
	const struct kg_judged_object object = {.tree = found.tree, .kind = found.kind, .default_namespace = "default"};

	if (status != 0 || (audit->options->namespace != NULL && found.kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION))
		return status;
	return kg_judging_judge(&audit->judging, &object, &audit->report.results[audit->report.result_count++]);
}

static int judge_all(struct audit *audit)
{
	struct kg_judging *judging = &audit->judging;
	struct kg_report *report = &audit->report;
	size_t count = kg_survey_object_count(audit->survey);
	uint32_t version;
	int status = 0;

	settle_version(audit);
	version = judging->keda_version != 0 ? judging->keda_version : judging->policy->keda_version;
	kg_judging_warn_of_doubt(usage.name, version);
	judging->world = kg_survey_world(audit->survey);
	report->cluster = audit->config.context != NULL ? audit->config.context : audit->config.server;
	report->namespace = audit->options->namespace;
	report->keda_version = kg_version_text(version, audit->keda_version);
	report->keda_version_assumed = judging->keda_version == 0 && judging->policy->keda_version_source != KG_KEDA_VERSION_GIVEN;
	report->from_version = judging->from != 0 ? kg_version_text(judging->from, audit->from_version) : NULL;
	report->errors = audit->errors.items;
	report->error_count = audit->errors.count;
	report->results = kg_arena_calloc(&judging->arena, count, sizeof(*report->results));
	if (report->results == NULL)
		return KG_ENOMEM;
	for (size_t i = 0; i < count && status == 0; i++)
		status = judge_object(audit, i);
	return status;
}

static int audit_cluster(struct audit *audit, struct kg_err *err)
{
	int status = list_cluster(audit, err);

	if (status != 0)
		return status;
	status = note_all_unseen(audit);
	if (status == 0)
		status = judge_all(audit);
	if (status == 0)
		status = kg_judging_print(&audit->judging, (size_t)audit->options->judging.output, &audit->report);
	return status == 0 ? 0 : out_of_memory(err);
}

/* Returns the exit code. */
static int run(struct audit *audit)
{
	struct kg_err err = {0};
	int status = kg_judging_read_from(&audit->judging, audit->options->judging.from_version, &err);

	if (status == 0)
		status = audit_cluster(audit, &err);
	kg_survey_free(audit->survey);
	kg_kube_client_free(audit->client);
	kg_kube_config_release(&audit->config);
	return status == 0 ? kg_judging_exit_code(&audit->report) : kg_command_fail(usage.name, &err);
}

/* With neither flag nor policy the cluster tells the version. */
static int load_policy(const struct kg_judging_options *values, struct kg_policy **ret_policy, struct kg_err *err)
{
	struct kg_policy_overrides overrides = kg_judging_overrides(values);
	struct kg_policy *policy = NULL;
	int status = kg_policy_load(values->policy, &overrides, &policy, err);

	if (status == 0 && policy->keda_version_source == KG_KEDA_VERSION_DEFAULT) {
		kg_policy_unref(policy);
		overrides.keda_version = "auto";
		status = kg_policy_load(values->policy, &overrides, &policy, err);
	}
	if (status == 0)
		*ret_policy = policy;
	return status;
}

int kg_command_audit(int argc, char **argv)
{
	struct audit_options values = {.judging = KG_JUDGING_OPTIONS_INIT};
	struct audit audit = {.options = &values};
	struct kg_policy *policy = NULL;
	struct kg_err err = {0};
	int operands = 0;
	int status = 0;

	(void)argc;
	if (!kg_command_parse(&usage, &values, argv, &operands, &status))
		return status;
	if (values.all_namespaces)
		values.namespace = NULL;
	if (load_policy(&values.judging, &policy, &err) != 0)
		return kg_command_fail(usage.name, &err);
	kg_judging_init(&audit.judging, policy);
	status = run(&audit);
	kg_judging_release(&audit.judging);
	kg_policy_unref(policy);
	return status;
}
