#include "cli/scaler_changes.h"

#include <string.h>

#include "cli/scaler_facts.h"
#include "kedagate/base/arena.h"
#include "kedagate/scalers/difference.h"

enum { CHANGES_ARENA_MAX = 1 << 20, LINE_WIDTH = 100 };

/* How a kind of change reads, and its word for programs. */
struct kind {
	const char *word;
	const char *text;   /* what happened; of a fact, what comes before the new one */
	const char *effect; /* what else to know; NULL: nothing, or condition_text says it */
};

/* clang-format off */
static const struct kind kinds[] = {
	[KG_CHANGE_TYPE_ADDED]       = {"type-added",           "trigger type added",      NULL},
	[KG_CHANGE_TYPE_DEPRECATED]  = {"type-deprecated",      "trigger type deprecated", ", still works"},
	[KG_CHANGE_TYPE_REMOVED]     = {"type-removed",         "trigger type removed",    NULL},
	[KG_CHANGE_PARAM_ADDED]      = {"parameter-added",      "added",                   NULL},
	[KG_CHANGE_NAME_ADDED]       = {"name-added",           "added",                   NULL},
	[KG_CHANGE_PARAM_ANNOUNCED]  = {"parameter-deprecated", "deprecated",              ", still read"},
	[KG_CHANGE_PARAM_REFUSED]    = {"parameter-refused",    "refused",                 NULL},
	[KG_CHANGE_PARAM_REMOVED]    = {"parameter-removed",    "removed",                 ", not read any more"},
	[KG_CHANGE_NAME_REMOVED]     = {"name-removed",         "removed",                 ", not read under this name any more"},
	[KG_CHANGE_NEED]             = {"need-changed",         "now",                     NULL},
	[KG_CHANGE_DEFAULT]          = {"default-changed",      "default now",             NULL},
	[KG_CHANGE_SOURCES]          = {"sources-changed",      "now read from",           NULL},
	[KG_CHANGE_VALUE_TYPE]       = {"value-type-changed",   "type now",                NULL},
	[KG_CHANGE_VALUES]           = {"values-changed",       "allowed values now",      NULL},
	[KG_CHANGE_BOUND]            = {"bound-changed",        "number now",              NULL},
	[KG_CHANGE_CHECKED]          = {"check-added",          "wrong value now",         NULL},
	[KG_CHANGE_PROVIDER_ADDED]   = {"provider-added",       "supported",               NULL},
	[KG_CHANGE_PROVIDER_REMOVED] = {"provider-removed",     "not supported any more",  NULL},
};
/* clang-format on */

/* What is printed while the scalers are compared one by one; `failed` (no memory) sticks. */
struct printer {
	struct kg_arena *arena;
	enum kg_command_format format;
	const struct kg_scaler *scaler;
	uint32_t from, to;
	size_t changes; /* of this scaler */
	size_t total;
	json_t *list; /* of this scaler */
	bool failed;
};

/* `text`; without memory "", which counts as a failure. */
static const char *checked(struct printer *printer, const char *text)
{
	printer->failed |= text == NULL;
	return text != NULL ? text : "";
}

static const char *sources_text(struct printer *printer, const struct kg_param *param)
{
	const char *text = "";

	for (size_t i = 0; i < KG_SOURCES_MAX && param->from[i] != KG_SOURCE_NONE; i++)
		text = checked(printer,
		               kg_arena_printf(printer->arena, "%s%s%s", text, i > 0 ? ", " : "", kg_scaler_source_word(param->from[i])));
	return text;
}

static const char *words_text(struct printer *printer, const char *const *words)
{
	const char *text = "";

	if (words == NULL)
		return "any";
	for (size_t i = 0; words[i] != NULL; i++)
		text = checked(printer, kg_arena_printf(printer->arena, "%s%s%s", text, i > 0 ? ", " : "", words[i]));
	return text;
}

static const char *bound_text(enum kg_bound bound)
{
	static const char *const words[] = {
	        [KG_BOUND_NONE] = "not checked",
	        [KG_BOUND_NATURAL] = "not negative",
	        [KG_BOUND_POSITIVE] = "more than 0",
	        [KG_BOUND_POSITIVE_BUT_FOR_FORMULA] = "more than 0 unless scalingModifiers are used",
	        [KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA] = "not 0 unless scalingModifiers are used",
	};

	return words[bound];
}

/* The fact of the change as the row of one side has it; NULL when the change is none of a fact. */
static const char *fact_text(struct printer *printer, enum kg_scaler_change_kind kind, const struct kg_param *param, bool after)
{
	if (kind == KG_CHANGE_NEED)
		return kg_scaler_need_word(param->need);
	if (kind == KG_CHANGE_DEFAULT)
		return param->def != NULL ? param->def : "none";
	if (kind == KG_CHANGE_SOURCES)
		return sources_text(printer, param);
	if (kind == KG_CHANGE_VALUE_TYPE)
		return kg_scaler_type_word(param->type);
	if (kind == KG_CHANGE_VALUES)
		return words_text(printer, param->values);
	if (kind == KG_CHANGE_BOUND)
		return bound_text(kg_scaler_bound(param, after ? printer->to : printer->from));
	if (kind == KG_CHANGE_CHECKED)
		return after ? "refused" : "skipped";
	return NULL;
}

/* What else to know of the change, to go on with: "", or ", required". */
static const char *condition_text(struct printer *printer, const struct kg_scaler_change *change)
{
	struct kg_arena *arena = printer->arena;
	const struct kg_param *after = change->after;

	if (after != NULL && change->kind == KG_CHANGE_PARAM_REFUSED)
		return checked(printer, kg_arena_printf(arena, " when it comes from %s", sources_text(printer, after)));
	if (after != NULL && change->kind == KG_CHANGE_PARAM_ADDED && after->need != KG_OPTIONAL)
		return checked(printer, kg_arena_printf(arena, ", %s", kg_scaler_need_word(after->need)));
	if (after != NULL && change->kind == KG_CHANGE_NAME_ADDED)
		return checked(printer, kg_arena_printf(arena, ", another name of %s", after->name));
	return kinds[change->kind].effect != NULL ? kinds[change->kind].effect : "";
}

static const char *subject_text(struct printer *printer, const struct kg_scaler_change *change)
{
	if (change->name != NULL)
		return checked(printer, kg_arena_printf(printer->arena, "parameter %s", change->name));
	if (change->provider != KG_PROVIDER_NONE)
		return checked(printer, kg_arena_printf(printer->arena, "pod identity provider %s", kg_provider_name(change->provider)));
	return "";
}

/* One line: what, since when, and what to write. */
static const char *change_text(struct printer *printer, const struct kg_scaler_change *change, const char *before, const char *after)
{
	const char *subject = subject_text(printer, change);
	const char *text = kinds[change->kind].text;
	char version[KG_VERSION_TEXT_MAX];

	if (before != NULL)
		return checked(printer, kg_arena_printf(printer->arena, "%s: %s %s (was %s)", subject, text, after, before));
	if (change->version != 0)
		text = checked(printer, kg_arena_printf(printer->arena, "%s in %s", text, kg_version_text(change->version, version)));
	return checked(printer, kg_arena_printf(printer->arena, "%s%s%s%s%s%s", subject, *subject != '\0' ? " " : "", text,
	                                        condition_text(printer, change), change->instead != NULL ? "; instead: " : "",
	                                        change->instead != NULL ? change->instead : ""));
}

static void set_text(json_t *object, const char *name, const char *text)
{
	if (text != NULL)
		json_object_set_new(object, name, json_string(text));
}

static void add_json(struct printer *printer, const struct kg_scaler_change *change, const char *before, const char *after)
{
	json_t *object = json_object();
	char version[KG_VERSION_TEXT_MAX];

	set_text(object, "change", kinds[change->kind].word);
	set_text(object, "parameter", change->name);
	set_text(object, "provider", change->provider != KG_PROVIDER_NONE ? kg_provider_name(change->provider) : NULL);
	set_text(object, "version", change->version != 0 ? kg_version_text(change->version, version) : NULL);
	set_text(object, "before", before);
	set_text(object, "after", after);
	set_text(object, "instead", change->instead);
	set_text(object, "text", change_text(printer, change, before, after));
	json_array_append_new(printer->list, object);
}

static void print_change(void *context, const struct kg_scaler_change *change)
{
	struct printer *printer = context;
	bool markdown = printer->format == KG_COMMAND_MARKDOWN;
	const char *before = NULL;
	const char *after = NULL;

	if (change->before != NULL && change->after != NULL) {
		before = fact_text(printer, change->kind, change->before, false);
		after = fact_text(printer, change->kind, change->after, true);
	}
	printer->total++;
	if (printer->format == KG_COMMAND_JSON) {
		add_json(printer, change, before, after);
		return;
	}
	if (printer->changes++ == 0)
		printf("\n%s%s\n%s", markdown ? "## " : "", printer->scaler->type, markdown ? "\n" : "");
	printf("%s%s\n", markdown ? "- " : "  ", change_text(printer, change, before, after));
}

/* Is it there in both releases, with facts that do not reach back to the older? */
static bool is_incomplete(const struct printer *printer, const struct kg_scaler *scaler)
{
	return printer->from < scaler->read_since && kg_scaler_exists(scaler, printer->from) && kg_scaler_exists(scaler, printer->to);
}

/* A list of words, in lines of LINE_WIDTH. */
static void print_incomplete(const struct printer *printer, const struct kg_scaler *const *scalers, size_t count)
{
	char version[KG_VERSION_TEXT_MAX];
	size_t column = 0;

	for (size_t i = 0; i < count; i++) {
		size_t width = strlen(scalers[i]->type) + sizeof(" (2.18.0),");

		if (!is_incomplete(printer, scalers[i]))
			continue;
		if (column == 0)
			printf("\nRead in KEDA's source only from a later release on than %s; changes before it may be missing:",
			       kg_version_text(printer->from, version));
		if (column == 0 || column + width > LINE_WIDTH) {
			printf("%s\n", column > 0 ? "," : "");
			column = 0;
		}
		column += width;
		printf("%s%s (%s)", column > width ? ", " : "", scalers[i]->type, kg_version_text(scalers[i]->read_since, version));
	}
	if (column > 0)
		putchar('\n');
}

static void print_text(struct printer *printer, const struct kg_scaler *const *scalers, size_t count)
{
	char from[KG_VERSION_TEXT_MAX];
	char to[KG_VERSION_TEXT_MAX];

	printf("%sKEDA %s to %s\n", printer->format == KG_COMMAND_MARKDOWN ? "# " : "", kg_version_text(printer->from, from),
	       kg_version_text(printer->to, to));
	for (size_t i = 0; i < count; i++) {
		printer->scaler = scalers[i];
		printer->changes = 0;
		kg_scaler_difference(scalers[i], printer->from, printer->to, print_change, printer);
	}
	if (printer->total == 0)
		printf("\nnothing changes\n");
	print_incomplete(printer, scalers, count);
}

static json_t *incomplete_json(const struct printer *printer, const struct kg_scaler *const *scalers, size_t count)
{
	json_t *list = json_array();
	char version[KG_VERSION_TEXT_MAX];

	for (size_t i = 0; i < count; i++) {
		if (is_incomplete(printer, scalers[i]))
			json_array_append_new(list, json_pack("{s:s, s:s}", "type", scalers[i]->type, "readSince",
			                                      kg_version_text(scalers[i]->read_since, version)));
	}
	return list;
}

static json_t *differences_json(struct printer *printer, const struct kg_scaler *const *scalers, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		printer->list = json_array();
		kg_scaler_difference(scalers[i], printer->from, printer->to, print_change, printer);
		if (json_array_size(printer->list) > 0)
			json_array_append_new(list, json_pack("{s:s, s:O}", "type", scalers[i]->type, "changes", printer->list));
		json_decref(printer->list);
	}
	return list;
}

static int print_json(const char *command, struct printer *printer, const struct kg_scaler *const *scalers, size_t count)
{
	char from[KG_VERSION_TEXT_MAX];
	char to[KG_VERSION_TEXT_MAX];
	json_t *list = differences_json(printer, scalers, count);
	json_t *document = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "apiVersion", "kedagate.io/v1", "kind", "ScalerDifference", "from",
	                             kg_version_text(printer->from, from), "to", kg_version_text(printer->to, to), "scalers", list,
	                             "incomplete", incomplete_json(printer, scalers, count));

	if (printer->failed) {
		json_decref(document);
		document = NULL;
	}
	return kg_command_print_json(command, document);
}

static int fail_without_memory(const char *command)
{
	struct kg_err err;

	(void)kg_err_set(&err, KG_ENOMEM, "out of memory");
	return kg_command_fail(command, &err);
}

int kg_scaler_changes_print(const char *command, const struct kg_scaler *scaler, uint32_t from, uint32_t to, enum kg_command_format format)
{
	struct kg_arena arena;
	struct printer printer = {.arena = &arena, .format = format, .from = from, .to = to};
	size_t count = 1;
	const struct kg_scaler *const *scalers = scaler != NULL ? &scaler : kg_scalers(&count);
	int status = KG_EXIT_OK;

	kg_arena_init(&arena, CHANGES_ARENA_MAX);
	if (format == KG_COMMAND_JSON)
		status = print_json(command, &printer, scalers, count);
	else
		print_text(&printer, scalers, count);
	if (format != KG_COMMAND_JSON && printer.failed)
		status = fail_without_memory(command);
	kg_arena_release(&arena);
	return status;
}
