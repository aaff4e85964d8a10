#include "admission/response.h"

#include <jansson.h>
#include <stdio.h>

#include "kedagate/base/limits.h"

/* Audit annotations end up in the audit log once a request; the cap keeps a hostile object from filling it. */
#define MAX_ANNOTATION_BYTES 4096

/* A cause has a field of its own for the path. */
static const char *cause_text(const struct kg_judged_finding *judged, struct kg_arena *arena)
{
	const char *body = kg_finding_body(judged->finding, arena);
	const char *fix = judged->finding->fix;
	bool failed = false;
	const char *note = kg_judged_note(judged, arena, &failed);

	if (!body || failed)
		return NULL;
	return kg_arena_printf(arena, "%s%s%s%s%s [%s]", body, fix ? "; " : "", fix ? fix : "", note ? "; " : "", note ? note : "",
	                       kg_rule_get(judged->finding->rule)->name);
}

static json_t *make_causes(const struct kg_judgement *judgement, struct kg_arena *arena)
{
	json_t *causes = json_array();

	for (size_t i = 0; i < judgement->count; i++) {
		const struct kg_finding *finding = judgement->items[i].finding;
		const char *text = NULL;

		if (judgement->items[i].action != KG_ACTION_DENY)
			continue;
		text = cause_text(&judgement->items[i], arena);
		if (!text || json_array_append_new(causes, json_pack("{s:s, s:s, s:s}", "reason", kg_field_error_cause(finding->type),
		                                                     "message", text, "field", kg_finding_place(finding)))) {
			json_decref(causes);
			return NULL;
		}
	}
	return causes;
}

static json_t *make_status(const struct kg_admission_request *request, const struct kg_judgement *judgement, struct kg_arena *arena)
{
	const char *message = kg_admission_message(request, judgement, arena);
	json_t *causes = message ? make_causes(judgement, arena) : NULL;

	if (!causes)
		return NULL;
	return json_pack("{s:{}, s:s, s:s, s:s, s:i, s:{s:s, s:s, s:s, s:o}}", "metadata", "status", "Failure", "message", message,
	                 "reason", "Forbidden", "code", 403, "details", "name", request->name, "group", "keda.sh", "kind",
	                 kg_kind_name(request->known_kind), "causes", causes);
}

static json_t *make_warnings(const struct kg_judgement *judgement, struct kg_arena *arena)
{
	struct kg_warnings warnings;
	json_t *list = NULL;

	if (kg_admission_warnings(judgement, arena, &warnings))
		return NULL;
	list = json_array();
	for (size_t i = 0; i < warnings.count; i++) {
		if (json_array_append_new(list, json_string(warnings.items[i]))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* What became of a finding, in a word. */
static const char *outcome(const struct kg_judged_finding *judged)
{
	return judged->stored ? "stored" : kg_judged_action_name(judged);
}

/* "deny credentials-in-clear-text spec.triggers[0].metadata.url; warn …": outcome, rule and path of every finding, never a value. */
static const char *annotation_text(const struct kg_judgement *judgement, struct kg_arena *arena)
{
	struct kg_buf text KG_CLEANUP(kg_buf_release);

	kg_buf_init(&text, MAX_ANNOTATION_BYTES);
	for (size_t i = 0; i < judgement->count; i++) {
		const struct kg_judged_finding *judged = &judgement->items[i];

		kg_buf_printf(&text, "%s%s %s %s", i ? "; " : "", outcome(judged), kg_rule_get(judged->finding->rule)->name,
		              kg_finding_place(judged->finding));
	}
	if (kg_buf_status(&text) == KG_ENOMEM)
		return NULL;
	/* What did not fit is left out: the buffer holds whole findings only, because an append that does not fit appends nothing. */
	return kg_arena_strdup(arena, kg_buf_text(&text));
}

static int append_bytes(const char *bytes, size_t length, void *buf)
{
	kg_buf_append(buf, bytes, length);
	return 0;
}

/* Write `value`, which it takes over, behind the text `before`. NULL is KG_ENOMEM. */
static int write_value(const char *before, json_t *value, struct kg_buf *out)
{
	int failed = 0;

	if (!value)
		return KG_ENOMEM;
	kg_buf_puts(out, before);
	failed = json_dump_callback(value, append_bytes, out, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(value);
	return failed ? KG_ENOMEM : 0;
}

/* The verdict, what it would be in mode enforce when that differs, why the object was not judged, and the findings. */
static int write_annotations(const struct kg_judgement *judgement, const char *skip_reason, struct kg_arena *arena, struct kg_buf *out)
{
	const char *findings = judgement ? annotation_text(judgement, arena) : NULL;
	int status = 0;

	kg_buf_printf(out, ",\"auditAnnotations\":{\"verdict\":\"%s\"", judgement ? kg_verdict_name(judgement->verdict) : "allow");
	if (!judgement)
		kg_buf_printf(out, ",\"skipped\":\"%s\"", skip_reason);
	else if (judgement->enforced != judgement->verdict)
		kg_buf_printf(out, ",\"enforced-verdict\":\"%s\"", kg_verdict_name(judgement->enforced));
	if (judgement && !findings)
		return KG_ENOMEM;
	if (findings && *findings)
		status = write_value(",\"findings\":", json_string(findings), out);
	kg_buf_putc(out, '}');
	return status;
}

/*
 * The envelope is text, because it is the same in every answer and a tree of it costs more than judging the object; whatever comes from the
 * request or the findings goes through the JSON library. Verdicts and skip reasons are words of ours that need no escape.
 */
int kg_admission_response_write(const struct kg_admission_request *request, const struct kg_judgement *judgement, const char *skip_reason,
                                struct kg_arena *arena, struct kg_buf *out)
{
	bool denied = judgement && judgement->verdict == KG_VERDICT_DENY;
	int status = 0;

	kg_buf_puts(out, "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"");
	kg_buf_puts(out, request->api_version);
	status = write_value("\",\"response\":{\"uid\":", json_string(request->uid), out);
	kg_buf_puts(out, denied ? ",\"allowed\":false" : ",\"allowed\":true");
	if (status == 0 && denied)
		status = write_value(",\"status\":", make_status(request, judgement, arena), out);
	if (status == 0 && judgement && judgement->warned)
		status = write_value(",\"warnings\":", make_warnings(judgement, arena), out);
	if (status == 0)
		status = write_annotations(judgement, skip_reason, arena, out);
	kg_buf_puts(out, "}}\n");
	return status ? status : kg_buf_status(out);
}
