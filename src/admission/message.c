#include <stdio.h>
#include <string.h>

#include "admission/response.h"
#include "kedagate/base/limits.h"

/* "ScaledObject shop/orders: 2 problems" */
static void write_headline(const struct kg_admission_request *request, const struct kg_judgement *judgement, struct kg_buf *text)
{
	kg_buf_printf(text, "%s ", kg_kind_name(request->known_kind));
	if (*request->namespace)
		kg_buf_printf(text, "%s/", request->namespace);
	kg_buf_printf(text, "%s: %zu problem%s", *request->name ? request->name : "(generated name)", judgement->denied,
	              judgement->denied == 1 ? "" : "s");
}

/* A denied finding in words. */
struct part {
	const char *message, *rule;
	const char *fix, *note; /* NULL: there is none */
};

static int make_part(const struct kg_judged_finding *judged, struct kg_arena *arena, struct part *out)
{
	bool failed = false;

	*out = (struct part){
	        .message = kg_finding_message(judged->finding, arena),
	        .rule = kg_rule_get(judged->finding->rule)->name,
	        .fix = judged->finding->fix,
	        .note = kg_judged_note(judged, arena, &failed),
	};
	return failed || !out->message ? KG_ENOMEM : 0;
}

static size_t length_of(const struct part *part)
{
	return strlen(part->message) + (part->fix ? strlen(part->fix) : 0) + (part->note ? strlen(part->note) : 0);
}

static void write_part(const struct part *part, struct kg_buf *text)
{
	kg_buf_printf(text, "\n  %s [%s]", part->message, part->rule);
	if (part->fix)
		kg_buf_printf(text, "\n    %s", part->fix);
	if (part->note)
		kg_buf_printf(text, "\n    %s", part->note);
}

/* Kept free at the end of a message for the line that says what was left out, and the line about explain. */
#define MESSAGE_TAIL_BYTES 256

static int write_findings(const struct kg_judgement *judgement, struct kg_arena *arena, struct kg_buf *text)
{
	size_t left_out = judgement->dropped;

	for (size_t i = 0; i < judgement->count; i++) {
		struct part part;

		if (judgement->items[i].action != KG_ACTION_DENY)
			continue;
		if (make_part(&judgement->items[i], arena, &part))
			return KG_ENOMEM;
		if (text->length + length_of(&part) + MESSAGE_TAIL_BYTES > KG_MAX_MESSAGE_BYTES)
			left_out++;
		else
			write_part(&part, text);
	}
	if (left_out)
		kg_buf_printf(text, "\n  and %zu more", left_out);
	return 0;
}

static const struct kg_finding *first_denied(const struct kg_judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++)
		if (judgement->items[i].action == KG_ACTION_DENY)
			return judgement->items[i].finding;
	return NULL;
}

const char *kg_admission_message(const struct kg_admission_request *request, const struct kg_judgement *judgement, struct kg_arena *arena)
{
	const struct kg_finding *first = first_denied(judgement);
	struct kg_buf text KG_CLEANUP(kg_buf_release);

	kg_buf_init(&text, KG_MAX_MESSAGE_BYTES);
	write_headline(request, judgement, &text);
	if (write_findings(judgement, arena, &text))
		return NULL;
	if (first)
		kg_buf_printf(&text, "\n  Run \"kedagate explain %s\" for the reasons and the mended YAML.",
		              kg_rule_get(first->rule)->name);
	return kg_buf_status(&text) == 0 ? kg_arena_strndup(arena, kg_buf_text(&text), text.length) : NULL;
}
