#include "cli/judging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/keda_version.h"
#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/syntax/version.h"

void kg_judging_init(struct kg_judging *judging, const struct kg_policy *policy)
{
	*judging = (struct kg_judging){.policy = policy, .now = kg_clock_wall()};
	kg_arena_init(&judging->arena, KG_MAX_CHECK_ARENA_BYTES);
	kg_arena_init(&judging->scratch, KG_MAX_REVIEW_ARENA_BYTES);
}

void kg_judging_release(struct kg_judging *judging)
{
	kg_arena_release(&judging->scratch);
	kg_arena_release(&judging->arena);
}

struct kg_policy_overrides kg_judging_overrides(const struct kg_judging_options *options)
{
	return (struct kg_policy_overrides){
	        .keda_version = options->keda_version,
	        .mode = options->mode != KG_JUDGING_NOT_GIVEN ? kg_mode_names[options->mode] : NULL,
	        .profile = options->profile != KG_JUDGING_NOT_GIVEN ? kg_profile_names[options->profile] : NULL,
	};
}

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

static struct kg_position position_of(const struct kg_judged_object *object, const char *path)
{
	return object->position != NULL ? object->position(object->context, path) : (struct kg_position){0, 0};
}

static int keep_findings(struct kg_judging *judging, const struct kg_judged_object *object, const struct kg_judgement *judgement,
                         struct kg_report_result *result)
{
	result->findings = kg_arena_calloc(&judging->arena, judgement->count, sizeof(*result->findings));
	if (result->findings == NULL)
		return KG_ENOMEM;
	for (size_t i = 0; i < judgement->count; i++) {
		const struct kg_judged_finding *judged = &judgement->items[i];
		const struct kg_finding *finding = keep_finding(&judging->arena, judged->finding);
		struct kg_position position;

		if (finding == NULL)
			return KG_ENOMEM;
		position = position_of(object, finding->path);
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
static const char *namespace_of(const struct kg_judged_object *judged, const struct kg_object *object)
{
	if (object->kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION)
		return NULL;
	return object->metadata.namespace != NULL && *object->metadata.namespace != '\0' ? object->metadata.namespace
	                                                                                 : judged->default_namespace;
}

static int judge(struct kg_judging *judging, const struct kg_policy_subject *subject, struct kg_judgement *out)
{
	struct kg_policy_subject older = *subject;
	int status = kg_policy_review(judging->policy, subject, judging->world, &judging->scratch, out);

	older.keda_version = judging->from;
	if (status == 0 && judging->from != 0)
		status = kg_policy_upgrade(judging->policy, &older, judging->world, &judging->scratch, out);
	return status;
}

int kg_judging_judge(struct kg_judging *judging, const struct kg_judged_object *judged, struct kg_report_result *out)
{
	struct kg_judgement judgement = {0};
	struct kg_object object;
	struct kg_policy_subject subject = {.object = &object, .now = judging->now, .keda_version = judging->keda_version};
	bool failed = false;
	int status = kg_object_decode(judged->tree, judged->kind, &judging->scratch, &object);

	subject.namespace = status == 0 ? namespace_of(judged, &object) : NULL;
	if (status == 0)
		status = judge(judging, &subject, &judgement);
	if (status == 0) {
		*out = (struct kg_report_result){.file = judged->file,
		                                 .line = position_of(judged, "").line,
		                                 .document = judged->document,
		                                 .kind = kg_kind_name(object.kind),
		                                 .namespace = keep_text(&judging->arena, subject.namespace, &failed),
		                                 .name = keep_text(&judging->arena, object.metadata.name, &failed),
		                                 .verdict = judgement.verdict,
		                                 .dropped = judgement.dropped};
		status = failed ? KG_ENOMEM : keep_findings(judging, judged, &judgement, out);
	}
	kg_arena_reset(&judging->scratch, KG_KEEP_ARENA_BYTES);
	return status;
}

int kg_judging_read_from(struct kg_judging *judging, const char *text, struct kg_err *err)
{
	const struct kg_policy *policy = judging->policy;
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
	judging->from = from;
	return 0;
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

int kg_judging_print(struct kg_judging *judging, size_t format, const struct kg_report *report)
{
	const struct kg_report_options options = {.colour = colours_wanted()};
	struct kg_buf text KG_CLEANUP(kg_buf_release);
	int status;

	kg_buf_init(&text, KG_MAX_REPORT_BYTES);
	status = kg_report_write(format, report, &options, &judging->arena, &text);
	if (status == 0)
		(void)fwrite(kg_buf_text(&text), 1, text.length, stdout);
	return status;
}

int kg_judging_exit_code(const struct kg_report *report)
{
	if (report->error_count > 0)
		return KG_EXIT_USAGE;
	return kg_report_count(report).denied > 0 ? KG_EXIT_DENIED : KG_EXIT_OK;
}

void kg_judging_warn_of_doubt(const char *command, uint32_t version)
{
	char doubt[KG_ERR_MESSAGE_MAX];

	if (kg_keda_version_doubt(version, doubt) != NULL)
		fprintf(stderr, "kedagate %s: warning: %s\n", command, doubt);
}
