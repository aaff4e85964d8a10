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

static void write_finding(const struct kg_finding *finding, const char *message, struct kg_buf *text)
{
	kg_buf_printf(text, "\n  %s [%s]", message, kg_rule_get(finding->rule)->name);
	if (finding->fix)
		kg_buf_printf(text, "\n    %s", finding->fix);
}

/* Kept free at the end of a message for the line that says what was left out, and the line about explain. */
#define MESSAGE_TAIL_BYTES 256

static int write_findings(const struct kg_judgement *judgement, struct kg_arena *arena, struct kg_buf *text)
{
	size_t left_out = judgement->dropped;

	for (size_t i = 0; i < judgement->count; i++) {
		const struct kg_finding *finding = judgement->items[i].finding;
		const char *message = NULL;

		if (judgement->items[i].action != KG_ACTION_DENY)
			continue;
		message = kg_finding_message(finding, arena);
		if (!message)
			return KG_ENOMEM;
		if (text->length + strlen(message) + (finding->fix ? strlen(finding->fix) : 0) + MESSAGE_TAIL_BYTES > KG_MAX_MESSAGE_BYTES)
			left_out++;
		else
			write_finding(finding, message, text);
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
