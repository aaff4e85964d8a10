#include "kedagate/admission/admission.h"

#include <string.h>

#include "admission/request.h"
#include "admission/response.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kedagate/model/object.h"

/* One review under way. */
struct review {
	const struct kg_admission_env *env;
	struct kg_arena *arena;
	struct kg_admission_request request;
	struct kg_judgement judgement;
};

static int decode(struct review *review, struct kg_buf *body, struct kg_err *err)
{
	struct kg_json_facts facts = {0};
	cJSON *tree = NULL;
	int status = kg_json_parse(body->data, body->length, review->arena, &tree, &facts, err);

	if (status)
		return status;
	return kg_admission_request_read(tree, &review->request, err);
}

/* What an UPDATE replaces. */
static const cJSON *stored_object(const struct kg_admission_request *request)
{
	return strcmp(request->operation, "UPDATE") == 0 ? request->old_object : NULL;
}

/* The release that runs in the cluster, for a policy that asks for it; 0 when the policy names one, or it is not known. */
static uint32_t running_keda_version(const struct review *review)
{
	const struct kg_world *world = review->env->world;
	struct kg_operator_facts facts;

	if (review->env->policy->keda_version_source != KG_KEDA_VERSION_AUTO ||
	    world->operations->keda_operator(world, review->arena, &facts) != KG_LOOKUP_FOUND)
		return 0;
	return facts.keda_version;
}

/* The namespace an object goes to: the request's, which the API server has settled. */
static int judge(struct review *review)
{
	struct kg_object *object = kg_arena_calloc(review->arena, 1, sizeof(*object));
	struct kg_policy_subject subject = {.object = object,
	                                    .namespace = review->request.namespace,
	                                    .now = review->env->now,
	                                    .keda_version = running_keda_version(review),
	                                    .stored = stored_object(&review->request)};
	int status = object ? kg_object_decode(review->request.object, review->request.known_kind, review->arena, object) : KG_ENOMEM;

	if (status)
		return status;
	if (!*review->request.name)
		review->request.name = object->metadata.name ? object->metadata.name : "";
	return kg_policy_review(review->env->policy, &subject, review->env->world, review->arena, &review->judgement);
}

typedef bool finding_filter(const struct kg_judged_finding *judged);

static bool any_finding(const struct kg_judged_finding *judged)
{
	return judged->finding != NULL;
}

static bool is_stored(const struct kg_judged_finding *judged)
{
	return judged->stored;
}

static bool is_excused(const struct kg_judged_finding *judged)
{
	return judged->excused;
}

/* Rule names are shared constants, so comparing addresses is enough. */
static bool has_name(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] == name)
			return true;
	return false;
}

/* The rules of the findings that pass the filter; `names` is NULL when there are none, or no memory. */
static struct kg_rule_names name_rules(const struct kg_judgement *judgement, finding_filter *passes, struct kg_arena *arena)
{
	const char **names = NULL;
	size_t count = 0;

	for (size_t i = 0; i < judgement->count && count < KG_SUMMARY_RULES_MAX; i++) {
		const char *name = kg_rule_get(judgement->items[i].finding->rule)->name;

		if (!passes(&judgement->items[i]) || has_name(names, count, name))
			continue;
		if (!names)
			names = kg_arena_calloc(arena, KG_SUMMARY_RULES_MAX, sizeof(*names));
		if (!names)
			break;
		names[count++] = name;
	}
	return (struct kg_rule_names){names, count};
}

static void summarize_judgement(const struct kg_judgement *judgement, struct kg_arena *arena, struct kg_admission_summary *summary)
{
	summary->verdict = kg_verdict_name(judgement->verdict);
	summary->judgement = judgement;
	summary->rules = name_rules(judgement, any_finding, arena);
	summary->stored = name_rules(judgement, is_stored, arena);
	summary->excused = name_rules(judgement, is_excused, arena);
}

/* It ended in no verdict. */
static void forget_judgement(struct kg_admission_summary *summary)
{
	summary->judgement = NULL;
	summary->rules = summary->stored = summary->excused = (struct kg_rule_names){0};
}

static void summarize(const struct kg_admission_request *request, struct kg_admission_summary *summary)
{
	summary->uid = request->uid;
	summary->operation = request->operation;
	summary->kind = request->kind;
	summary->namespace = request->namespace;
	summary->name = request->name;
	summary->user = request->user;
	summary->dry_run = request->dry_run;
}

/* One line of plain text instead of a review. Returns the HTTP status. */
static int refuse(int status, const struct kg_err *err, struct kg_buf *out, struct kg_admission_summary *summary)
{
	bool is_ours = status != KG_EINVAL && status != KG_ELIMIT;

	summary->verdict = is_ours ? "error" : "invalid";
	kg_buf_clear(out);
	if (is_ours)
		kg_buf_puts(out, "out of memory for this review\n");
	else if (err->line)
		kg_buf_printf(out, "line %u column %u: %s\n", err->line, err->column, err->message);
	else
		kg_buf_printf(out, "%s\n", err->message);
	return is_ours ? 500 : 400;
}

/* What there was no room to look up counted as unseen, and the object may pass for want of it. */
static bool is_blinded(const struct review *review)
{
	return review->arena->account && review->arena->account->refused;
}

static int answer(struct review *review, const char *skip_reason, struct kg_buf *out, struct kg_admission_summary *summary)
{
	int status = skip_reason ? 0 : judge(review);

	if (status)
		return status;
	if (!skip_reason && is_blinded(review))
		return KG_ENOMEM;
	summary->name = review->request.name;
	summary->skip_reason = skip_reason;
	summary->verdict = "skip";
	if (!skip_reason)
		summarize_judgement(&review->judgement, review->arena, summary);
	return kg_admission_response_write(&review->request, summary->judgement, skip_reason, review->arena, out);
}

int kg_admission_review(const struct kg_admission_env *env, struct kg_buf *body, struct kg_arena *arena, struct kg_buf *out,
                        struct kg_admission_summary *summary)
{
	struct review *review = kg_arena_calloc(arena, 1, sizeof(*review));
	struct kg_err err = {0};
	int status = 0;

	*summary = (struct kg_admission_summary){0};
	kg_buf_clear(out);
	if (!review)
		return refuse(KG_ENOMEM, &err, out, summary);
	review->env = env;
	review->arena = arena;
	status = decode(review, body, &err);
	summarize(&review->request, summary);
	if (status == 0)
		status = answer(review, kg_admission_skip_reason(&review->request), out, summary);
	if (status == 0)
		return 200;
	forget_judgement(summary);
	return refuse(status, &err, out, summary);
}
