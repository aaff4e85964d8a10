#include <stdlib.h>
#include <string.h>

#include "admission/response.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/utf8.h"

/* For the last warning, which says how many more there are. */
#define TAIL_BYTES 80

/* Of the note behind a finding: a reason for an exemption may be long. */
#define NOTE_BYTES 120

/* Lower comes first. */
static int importance(const struct kg_judged_finding *judged)
{
	static const int by_category[] = {
	        [KG_CATEGORY_SECURITY] = 0,
	        [KG_CATEGORY_CORRECTNESS] = 1,
	        [KG_CATEGORY_COMPATIBILITY] = 2,
	        [KG_CATEGORY_HYGIENE] = 3,
	};
	int would_deny = judged->enforced == KG_ACTION_DENY || judged->stored ? 0 : 4;

	return would_deny + by_category[kg_rule_get(judged->finding->rule)->category];
}

/* A warning and its place in the document, so that sorting is stable. */
struct candidate {
	const struct kg_judged_finding *judged;
	size_t place;
};

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a;
	const struct candidate *y = b;
	int difference = importance(x->judged) - importance(y->judged);

	return difference ? difference : (x->place > y->place) - (x->place < y->place);
}

/* Cut `text` to at most `max` bytes at a character's boundary, with an ellipsis. */
static void shorten(char *text, size_t max)
{
	static const char ellipsis[] = "...";
	size_t end = max - (sizeof(ellipsis) - 1);

	if (strlen(text) <= max)
		return;
	while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
		end--;
	memcpy(text + end, ellipsis, sizeof(ellipsis));
}

/* " (<text>)", as one line of at most NOTE_BYTES of the text; NULL without memory. */
static const char *in_brackets(const char *text, struct kg_arena *arena)
{
	struct kg_buf note KG_CLEANUP(kg_buf_release);
	size_t length = strlen(text);
	size_t shown = kg_utf8_cut(text, length, NOTE_BYTES);

	kg_buf_init(&note, KG_MAX_WARNING_BYTES);
	kg_buf_puts(&note, " (");
	kg_utf8_append_printable(&note, text, shown);
	kg_buf_puts(&note, shown < length ? "...)" : ")");
	return kg_buf_status(&note) == 0 ? kg_arena_strdup(arena, kg_buf_text(&note)) : NULL;
}

/* What a warning says behind the rule, "" when there is nothing to say; NULL without memory. */
static const char *note_of(const struct kg_judged_finding *judged, struct kg_arena *arena)
{
	const char *stored = judged->stored ? "the stored object has it already" : "";
	bool failed = false;
	const char *exemption = kg_judged_note(judged, arena, &failed);
	const char *note = stored;

	if (failed)
		return NULL;
	if (exemption)
		note = kg_arena_printf(arena, "%s%s%s", stored, *stored ? "; " : "", exemption);
	return note && *note ? in_brackets(note, arena) : note;
}

/* "<finding> [<rule>]<note>", at most KG_MAX_WARNING_BYTES: the finding is cut, neither the rule nor the note. */
static const char *compose(const struct kg_finding *finding, const char *note, struct kg_arena *arena)
{
	const char *rule = kg_rule_get(finding->rule)->name;
	const char *message = kg_finding_message(finding, arena);
	char *body = message ? kg_arena_strdup(arena, message) : NULL;

	if (!body)
		return NULL;
	shorten(body, KG_MAX_WARNING_BYTES - strlen(rule) - strlen(" []") - strlen(note));
	return kg_arena_printf(arena, "%s [%s]%s", body, rule, note);
}

static const char *warning_text(const struct kg_judged_finding *judged, struct kg_arena *arena)
{
	struct kg_finding brief = *judged->finding;
	const char *note = note_of(judged, arena);
	const char *text = note ? compose(judged->finding, note, arena) : NULL;

	if (!text || strlen(text) <= KG_GOOD_WARNING_BYTES || !brief.value)
		return text;
	brief.value = NULL;
	return compose(&brief, note, arena);
}

static struct candidate *sorted_candidates(const struct kg_judgement *judgement, struct kg_arena *arena)
{
	struct candidate *candidates = kg_arena_calloc(arena, judgement->warned, sizeof(*candidates));
	size_t count = 0;

	if (!candidates)
		return NULL;
	for (size_t i = 0; i < judgement->count; i++)
		if (judgement->items[i].action == KG_ACTION_WARN)
			candidates[count++] = (struct candidate){&judgement->items[i], i};
	qsort(candidates, count, sizeof(*candidates), compare_candidates);
	return candidates;
}

int kg_admission_warnings(const struct kg_judgement *judgement, struct kg_arena *arena, struct kg_warnings *out)
{
	struct candidate *candidates = sorted_candidates(judgement, arena);
	size_t used = 0;

	*out = (struct kg_warnings){0};
	out->items = kg_arena_calloc(arena, judgement->warned + 1, sizeof(*out->items));
	if (!candidates || !out->items)
		return KG_ENOMEM;
	for (size_t i = 0; i < judgement->warned; i++) {
		const char *text = warning_text(candidates[i].judged, arena);

		if (!text)
			return KG_ENOMEM;
		if (used + strlen(text) + TAIL_BYTES > KG_MAX_WARNINGS_BYTES) {
			out->items[out->count] =
			        kg_arena_printf(arena, "and %zu more findings; kedagate check lists them all", judgement->warned - i);
			return out->items[out->count++] ? 0 : KG_ENOMEM;
		}
		used += strlen(text);
		out->items[out->count++] = text;
	}
	return 0;
}
