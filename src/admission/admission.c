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

/* The namespace an object goes to: the request's, which the API server has settled. */
static int judge(struct review *review)
{
	struct kg_object *object = kg_arena_calloc(review->arena, 1, sizeof(*object));
	struct kg_policy_subject subject = {object, review->request.namespace, review->env->now, stored_object(&review->request)};
	int status = object ? kg_object_decode(review->request.object, review->request.known_kind, review->arena, object) : KG_ENOMEM;

	if (status)
		return status;
	if (!*review->request.name)
		review->request.name = object->metadata.name ? object->metadata.name : "";
	return kg_policy_review(review->env->policy, &subject, review->env->world, review->arena, &review->judgement);
}

static bool has_rule(const struct kg_admission_summary *summary, const char *name)
{
	for (size_t i = 0; i < summary->rule_count; i++)
		if (summary->rules[i] == name)
			return true;
	return false;
}

/* Rule names are shared constants, so comparing addresses is enough. */
static void summarize_rules(const struct kg_judgement *judgement, struct kg_arena *arena, struct kg_admission_summary *summary)
{
	const char **rules = kg_arena_calloc(arena, KG_SUMMARY_RULES_MAX, sizeof(*rules));

	summary->rules = rules;
	for (size_t i = 0; rules && i < judgement->count && summary->rule_count < KG_SUMMARY_RULES_MAX; i++) {
		const char *name = kg_rule_get(judgement->items[i].finding->rule)->name;

		if (!has_rule(summary, name))
			rules[summary->rule_count++] = name;
	}
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

static int answer(struct review *review, const char *skip_reason, struct kg_buf *out, struct kg_admission_summary *summary)
{
	int status = skip_reason ? 0 : judge(review);

	if (status)
		return status;
	summary->name = review->request.name;
	summary->skip_reason = skip_reason;
	summary->verdict = "skip";
	if (!skip_reason) {
		summary->verdict = kg_verdict_name(review->judgement.verdict);
		summary->judgement = &review->judgement;
		summarize_rules(&review->judgement, review->arena, summary);
	}
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
	summary->judgement = NULL;
	summary->rule_count = 0;
	return refuse(status, &err, out, summary);
}
