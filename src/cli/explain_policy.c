#include "cli/explain_policy.h"

#include <string.h>
#include <strings.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/nearest.h"
#include "kedagate/base/utf8.h"
#include "kedagate/policy/decision.h"
#include "kedagate/rules/rule.h"

/* An object that is only named. */
struct named_object {
	struct kg_object object;
	const char *namespace; /* NULL: of a cluster-wide kind */
	struct kg_pair labels[KG_OPTION_STRINGS_MAX];
};

/* kubectl takes kinds in any case; these are the short names of KEDA's CRDs. */
static const struct {
	const char *name;
	enum kg_kind kind;
} short_names[] = {{"so", KG_KIND_SCALED_OBJECT},
                   {"sj", KG_KIND_SCALED_JOB},
                   {"ta", KG_KIND_TRIGGER_AUTHENTICATION},
                   {"cta", KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION}};

static int parse_kind(const char *text, enum kg_kind *ret_kind, struct kg_err *err)
{
	struct kg_nearest nearest;

	kg_nearest_init(&nearest, text);
	for (unsigned kind = 1; kind <= KG_KINDS_ALL; kind <<= 1) {
		*ret_kind = (enum kg_kind)kind;
		if (strcasecmp(text, kg_kind_name(*ret_kind)) == 0)
			return 0;
		kg_nearest_try(&nearest, kg_kind_name(*ret_kind));
	}
	for (size_t i = 0; i < KG_ARRAY_LEN(short_names); i++) {
		*ret_kind = short_names[i].kind;
		if (strcmp(text, short_names[i].name) == 0)
			return 0;
	}
	if (nearest.best != NULL)
		return kg_err_set(err, KG_EINVAL, "unknown kind \"%s\"; did you mean \"%s\"?", text, nearest.best);
	return kg_err_set(err, KG_EINVAL, "unknown kind \"%s\"; it must be one of KEDA's four", text);
}

/* "ScaledObject/shop/orders"; splits `text`, which the object borrows from. */
static int parse_object(char *text, struct named_object *out, struct kg_err *err)
{
	char *rest = text;
	const char *kind = strsep(&rest, "/");
	const char *first = strsep(&rest, "/");
	const char *second = strsep(&rest, "/");
	int code = parse_kind(kind, &out->object.kind, err);
	bool is_cluster_wide = out->object.kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;

	if (code != 0)
		return code;
	out->namespace = is_cluster_wide ? NULL : first;
	out->object.metadata.name = is_cluster_wide ? first : second;
	if (rest == NULL && (second != NULL) != is_cluster_wide && first != NULL && *first != '\0' && (second == NULL || *second != '\0'))
		return 0;
	return kg_err_set(err, KG_EINVAL, "name the object as %s/%sNAME", kg_kind_name(out->object.kind),
	                  is_cluster_wide ? "" : "NAMESPACE/");
}

static int parse_labels(const struct kg_option_strings *texts, struct kg_arena *arena, struct named_object *out, struct kg_err *err)
{
	for (size_t i = 0; i < texts->count; i++) {
		const char *equals = strchr(texts->items[i], '=');
		size_t length = equals != NULL ? (size_t)(equals - texts->items[i]) : 0;

		if (length == 0)
			return kg_err_set(err, KG_EINVAL, "--labels: \"%s\" is not of the form name=value", texts->items[i]);
		out->labels[i] = (struct kg_pair){kg_arena_strndup(arena, texts->items[i], length), equals + 1};
		if (out->labels[i].key == NULL)
			return kg_err_set(err, KG_ENOMEM, "out of memory");
	}
	out->object.metadata.labels = (struct kg_pairs){out->labels, texts->count};
	return 0;
}

int kg_explain_unknown_rule(const char *command, const char *name)
{
	const char *nearest = kg_rule_nearest(name);
	struct kg_err err;

	if (nearest != NULL)
		(void)kg_err_set(&err, KG_EINVAL, "unknown rule \"%s\"; did you mean \"%s\"?", name, nearest);
	else
		(void)kg_err_set(&err, KG_EINVAL, "unknown rule \"%s\"; \"kedagate rules\" lists them", name);
	return kg_command_fail(command, &err);
}

static const char *place_text(const char *path, struct kg_position place, struct kg_arena *arena)
{
	return place.line > 0 ? kg_arena_printf(arena, "%s:%u", path, place.line) : "built in";
}

/* One line, whatever a reason holds. NULL without memory. */
static const char *printable(const char *text, struct kg_arena *arena)
{
	struct kg_buf line KG_CLEANUP(kg_buf_release);

	kg_buf_init(&line, strlen(text));
	kg_utf8_append_printable(&line, text, strlen(text));
	return kg_buf_status(&line) == 0 ? kg_arena_strdup(arena, kg_buf_text(&line)) : NULL;
}

enum { COLUMNS = 4 };

/* The line of one step; false without memory. */
static bool make_row(const char *path, const struct kg_decision_step *step, struct kg_arena *arena, const char **row)
{
	const char *text = printable(step->text, arena);

	row[0] = place_text(path, step->place, arena);
	row[1] = kg_decision_source_name(step->source);
	row[2] = step->action;
	row[3] = text != NULL && step->decides ? kg_arena_printf(arena, "%s%s<- decides", text, *text != '\0' ? "  " : "") : text;
	return row[0] != NULL && row[3] != NULL;
}

static const struct kg_decision_step *last_step(const struct kg_decision_steps *steps)
{
	return &steps->items[steps->count - 1];
}

static int print_text(const struct kg_explain_policy *request, const struct kg_rule *rule, const struct named_object *named,
                      const struct kg_decision_steps *steps, struct kg_arena *arena)
{
	const char *kind = kg_kind_name(named->object.kind);
	const char **cells = kg_arena_calloc(arena, steps->count * COLUMNS, sizeof(*cells));

	for (size_t i = 0; i < steps->count; i++)
		if (cells == NULL || !make_row(request->policy, &steps->items[i], arena, cells + i * COLUMNS))
			return KG_ENOMEM;
	printf("%s in %s %s%s%s: %s\n\n", rule->name, kind, named->namespace != NULL ? named->namespace : "",
	       named->namespace != NULL ? "/" : "", named->object.metadata.name, last_step(steps)->action);
	kg_command_print_columns(cells, COLUMNS, steps->count, stdout);
	if ((rule->kinds & named->object.kind) == 0)
		printf("\n%s is not about a %s: it is never found there.\n", rule->name, kind);
	return 0;
}

static json_t *make_steps(const struct kg_decision_steps *steps)
{
	json_t *list = json_array();

	for (size_t i = 0; i < steps->count; i++) {
		const struct kg_decision_step *step = &steps->items[i];

		json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:s, s:s, s:b}", "source", kg_decision_source_name(step->source),
		                                      "line", (json_int_t)step->place.line, "column", (json_int_t)step->place.column,
		                                      "action", step->action, "text", step->text, "decides", step->decides));
	}
	return list;
}

static int print_json(const struct kg_explain_policy *request, const struct kg_rule *rule, const struct named_object *named,
                      const struct kg_decision_steps *steps)
{
	return kg_command_print_json(request->command,
	                             json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s?, s:s}, s:b, s:s, s:o}", "apiVersion", "kedagate.io/v1",
	                                       "kind", "Explanation", "policy", request->policy, "rule", rule->name, "object", "kind",
	                                       kg_kind_name(named->object.kind), "namespace", named->namespace, "name",
	                                       named->object.metadata.name, "applies", (rule->kinds & named->object.kind) != 0, "action",
	                                       last_step(steps)->action, "steps", make_steps(steps)));
}

static int explain(const struct kg_explain_policy *request, const struct kg_rule *rule, const struct kg_policy *policy,
                   struct kg_arena *arena, struct kg_err *err)
{
	struct named_object named = {0};
	struct kg_policy_subject subject = {.object = &named.object, .now = kg_clock_wall()};
	struct kg_decision_steps steps;
	char *object = kg_arena_strdup(arena, request->object);
	int code;

	if (object == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	code = parse_object(object, &named, err);
	if (code == 0)
		code = parse_labels(request->labels, arena, &named, err);
	if (code != 0)
		return code;
	subject.namespace = named.namespace;
	code = kg_policy_explain(policy, &subject, rule->id, arena, &steps);
	if (code == 0 && request->output == KG_COMMAND_JSON)
		return print_json(request, rule, &named, &steps);
	if (code == 0)
		code = print_text(request, rule, &named, &steps, arena);
	return code == 0 ? KG_EXIT_OK : kg_err_set(err, code, "out of memory");
}

int kg_explain_policy(const struct kg_explain_policy *request)
{
	const struct kg_rule *rule = kg_rule_find(request->rule);
	struct kg_policy *policy = NULL;
	struct kg_err err = {0};
	struct kg_arena arena;
	int code;

	if (rule == NULL)
		return kg_explain_unknown_rule(request->command, request->rule);
	if (kg_policy_load(request->policy, NULL, &policy, &err) != 0)
		return kg_command_fail(request->command, &err);
	kg_arena_init(&arena, KG_MAX_REVIEW_ARENA_BYTES);
	code = explain(request, rule, policy, &arena, &err);
	kg_arena_release(&arena);
	kg_policy_unref(policy);
	return code < 0 ? kg_command_fail(request->command, &err) : code;
}
