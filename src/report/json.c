#include <jansson.h>
#include <string.h>

#include "kedagate/base/utf8.h"
#include "kedagate/rules/finding.h"
#include "report/format.h"

/* What is written while the report is built; `failed` sticks. */
struct json_writer {
	struct kg_arena *arena;
	bool upgrade; /* findings are new, or worse */
	bool failed;
};

/* A file name need not be UTF-8: what is not becomes U+FFFD, up to three bytes for one. NULL stays NULL. */
static const char *valid_text(struct json_writer *writer, const char *text)
{
	struct kg_buf valid KG_CLEANUP(kg_buf_release);
	const char *copy;

	kg_buf_init(&valid, SIZE_MAX);
	if (text == NULL || kg_utf8_is_valid(text, strlen(text)))
		return text;
	kg_utf8_append_valid(&valid, text, strlen(text));
	copy = kg_buf_status(&valid) == 0 ? kg_arena_strdup(writer->arena, kg_buf_text(&valid)) : NULL;
	writer->failed |= copy == NULL;
	return copy;
}

/* A line or a column: null when it is not known. */
static json_t *place(unsigned number)
{
	return number > 0 ? json_integer((json_int_t)number) : json_null();
}

/* Takes over the reference to `item`. */
static void append(struct json_writer *writer, json_t *array, json_t *item)
{
	if (json_array_append_new(array, item) != 0)
		writer->failed = true;
}

/* NULL when there is none. */
static json_t *make_exemption(const struct kg_report_finding *item)
{
	const struct kg_exemption *exemption = item->exemption;

	if (exemption == NULL)
		return NULL;
	return json_pack("{s:b, s:s, s:s?, s:I}", "active", item->excused, "reason", exemption->reason, "expires", exemption->expires.text,
	                 "policyLine", (json_int_t)exemption->place.line);
}

static json_t *make_finding(struct json_writer *writer, const struct kg_report_finding *item)
{
	const struct kg_finding *finding = item->finding;
	const struct kg_rule *rule = kg_rule_get(finding->rule);
	const char *body = kg_finding_body(finding, writer->arena);
	const struct kg_judged_finding judged = kg_report_judged(item);

	if (body == NULL)
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s?, s:o*, s:o*}", "rule", rule->name, "category",
	                 kg_category_name(rule->category), "action", kg_judged_action_name(&judged), "path", kg_finding_place(finding),
	                 "line", place(item->line), "column", place(item->column), "type", kg_field_error_cause(finding->type), "message",
	                 body, "fix", finding->fix, "exemption", make_exemption(item), "new",
	                 writer->upgrade ? json_boolean(!item->found_before) : NULL);
}

static json_t *make_result(struct json_writer *writer, const struct kg_report_result *result)
{
	json_t *findings = json_array();
	json_t *object;

	for (size_t i = 0; i < result->finding_count; i++)
		append(writer, findings, make_finding(writer, &result->findings[i]));
	object = json_pack("{s:s?, s:o, s:I, s:s, s:s?, s:s?, s:s, s:o}", "file", valid_text(writer, result->file), "line",
	                   place(result->line), "document", (json_int_t)result->document, "kind", result->kind, "namespace",
	                   result->namespace, "name", result->name, "verdict", kg_verdict_name(result->verdict), "findings", findings);
	if (object != NULL && result->dropped > 0)
		writer->failed |= json_object_set_new(object, "findingsLeftOut", json_integer((json_int_t)result->dropped)) != 0;
	return object;
}

static json_t *make_results(struct json_writer *writer, const struct kg_report *report)
{
	json_t *results = json_array();

	for (size_t i = 0; i < report->result_count; i++)
		append(writer, results, make_result(writer, &report->results[i]));
	return results;
}

static json_t *make_errors(struct json_writer *writer, const struct kg_report_error *items, size_t count)
{
	json_t *errors = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct kg_report_error *error = &items[i];

		append(writer, errors,
		       json_pack("{s:s, s:o, s:o, s:s}", "file", valid_text(writer, error->file), "line", place(error->line), "column",
		                 place(error->column), "message", valid_text(writer, error->message)));
	}
	return errors;
}

static json_t *make_summary(const struct kg_report *report)
{
	struct kg_report_totals totals = kg_report_count(report);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "objects", (json_int_t)totals.objects, "denied", (json_int_t)totals.denied,
	                 "warned", (json_int_t)totals.warned, "excused", (json_int_t)totals.excused, "errors", (json_int_t)totals.errors,
	                 "policies", (json_int_t)report->policy_count);
}

static int append_bytes(const char *bytes, size_t length, void *buf)
{
	kg_buf_append(buf, bytes, length);
	return 0;
}

int kg_report_write_json(const struct kg_report *report, const struct kg_report_options *options, struct kg_arena *arena,
                         struct kg_buf *out)
{
	struct json_writer writer = {.arena = arena, .upgrade = report->from_version != NULL};
	json_t *document = json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*, s:o, s:o, s:o, s:o}", "apiVersion", "kedagate.io/v1", "kind",
	                             "Report", "kedaVersion", report->keda_version, "fromVersion", report->from_version, "cluster",
	                             valid_text(&writer, report->cluster), "namespace", report->namespace, "summary", make_summary(report),
	                             "errors", make_errors(&writer, report->errors, report->error_count), "policyWarnings",
	                             make_errors(&writer, report->remarks, report->remark_count), "results", make_results(&writer, report));

	(void)options;
	if (document != NULL && !writer.failed)
		writer.failed = json_dump_callback(document, append_bytes, out, JSON_INDENT(2)) != 0;
	kg_buf_putc(out, '\n');
	writer.failed |= document == NULL;
	json_decref(document);
	return writer.failed ? KG_ENOMEM : 0;
}
