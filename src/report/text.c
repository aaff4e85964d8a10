#include <stdio.h>
#include <string.h>

#include "kedagate/base/utf8.h"
#include "kedagate/rules/finding.h"
#include "report/format.h"

/* A location that is longer stands on its line without moving the others. */
enum { LOCATION_MAX = 60, COLUMN_GAP = 2, ACTION_WIDTH = 5, EXCUSED_WIDTH = 7 };

/* Select graphic rendition (ECMA-48 8.3.117), "" without colours. */
struct palette {
	const char *location, *deny, *warn, *audit, *dim, *end;
};

static const struct palette plain = {"", "", "", "", "", ""};
static const struct palette coloured = {"\x1b[1m", "\x1b[31;1m", "\x1b[33m", "\x1b[36m", "\x1b[2m", "\x1b[0m"};

struct text_writer {
	const struct kg_report *report;
	const struct palette *palette;
	struct kg_arena *arena;
	struct kg_buf *out;
	size_t location_width, action_width;
};

static void put_text(struct kg_buf *out, const char *text)
{
	kg_utf8_append_printable(out, text, strlen(text));
}

/* Columns on a terminal, near enough: characters. */
static size_t width(const char *text)
{
	size_t characters = 0;

	for (; *text != '\0'; text++)
		characters += ((unsigned char)*text & 0xc0) != 0x80;
	return characters;
}

/* "file:line:column", as far as it is known; NULL without memory. */
static const char *file_location(struct kg_arena *arena, const char *file, unsigned line, unsigned column)
{
	if (line == 0)
		return kg_arena_strdup(arena, file);
	return kg_arena_printf(arena, "%s:%u:%u", file, line, column);
}

/* Where a finding is: in a file, or in a live object. */
static const char *finding_location(struct kg_arena *arena, const struct kg_report_result *result, const struct kg_report_finding *finding)
{
	const char *namespace = result->namespace != NULL ? result->namespace : "";

	if (result->file != NULL)
		return file_location(arena, result->file, finding->line, finding->column);
	return kg_arena_printf(arena, "%s %s%s%s", result->kind, namespace, *namespace != '\0' ? "/" : "",
	                       result->name != NULL ? result->name : "");
}

static void widen(struct text_writer *writer, const char *location)
{
	size_t wanted = width(location);

	if (wanted > writer->location_width && wanted <= LOCATION_MAX)
		writer->location_width = wanted;
}

static int measure_errors(struct text_writer *writer, const struct kg_report_error *errors, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *location = file_location(writer->arena, errors[i].file, errors[i].line, errors[i].column);

		if (location == NULL)
			return KG_ENOMEM;
		widen(writer, location);
	}
	return 0;
}

/* Find how wide the columns on the left are. */
static int measure(struct text_writer *writer)
{
	const struct kg_report *report = writer->report;
	int status = measure_errors(writer, report->errors, report->error_count);

	if (status == 0)
		status = measure_errors(writer, report->remarks, report->remark_count);
	writer->action_width = kg_report_count(report).excused > 0 ? EXCUSED_WIDTH : ACTION_WIDTH;
	for (size_t i = 0; i < report->result_count; i++) {
		for (size_t j = 0; j < report->results[i].finding_count; j++) {
			const char *location = finding_location(writer->arena, &report->results[i], &report->results[i].findings[j]);

			if (location == NULL)
				return KG_ENOMEM;
			widen(writer, location);
		}
	}
	return status;
}

static void put_blanks(struct kg_buf *out, size_t count)
{
	kg_buf_printf(out, "%*s", (int)count, "");
}

/* Both columns on the left: where, and what comes of it. */
static void put_start(const struct text_writer *writer, const char *location, const char *word, const char *colour)
{
	size_t taken = width(location);
	const struct palette *palette = writer->palette;

	kg_buf_puts(writer->out, palette->location);
	put_text(writer->out, location);
	kg_buf_puts(writer->out, palette->end);
	put_blanks(writer->out, (taken < writer->location_width ? writer->location_width - taken : 0) + COLUMN_GAP);
	kg_buf_printf(writer->out, "%s%s%s", colour, word, palette->end);
	put_blanks(writer->out, writer->action_width + 1 - strlen(word));
}

/* A further line of the text column. */
static void put_continuation(const struct text_writer *writer, const char *text)
{
	put_blanks(writer->out, writer->location_width + COLUMN_GAP + writer->action_width + 1);
	put_text(writer->out, text);
	kg_buf_putc(writer->out, '\n');
}

static const char *action_colour(const struct palette *palette, enum kg_action action)
{
	switch (action) {
	case KG_ACTION_DENY:
		return palette->deny;
	case KG_ACTION_WARN:
		return palette->warn;
	case KG_ACTION_AUDIT:
	case KG_ACTION_OFF:
		break;
	}
	return palette->audit;
}

/* The older release may refuse it as well: of releases that nobody read so closely it is no more than a warning. */
static void put_found_before(const struct text_writer *writer)
{
	put_blanks(writer->out, writer->location_width + COLUMN_GAP + writer->action_width + 1);
	kg_buf_printf(writer->out, "not denied with KEDA %s, but found there too\n", writer->report->from_version);
}

static int write_finding(const struct text_writer *writer, const struct kg_report_result *result, const struct kg_report_finding *item)
{
	const struct kg_finding *finding = item->finding;
	const struct palette *palette = writer->palette;
	const char *location = finding_location(writer->arena, result, item);
	const char *message = kg_finding_message(finding, writer->arena);
	const struct kg_judged_finding judged = kg_report_judged(item);
	bool failed = false;
	const char *note = kg_judged_note(&judged, writer->arena, &failed);

	if (location == NULL || message == NULL || failed)
		return KG_ENOMEM;
	put_start(writer, location, kg_judged_action_name(&judged), action_colour(palette, item->action));
	put_text(writer->out, message);
	kg_buf_printf(writer->out, "  %s[%s]%s\n", palette->dim, kg_rule_get(finding->rule)->name, palette->end);
	if (finding->fix != NULL)
		put_continuation(writer, finding->fix);
	if (note != NULL)
		put_continuation(writer, note);
	if (item->found_before)
		put_found_before(writer);
	return 0;
}

static int write_result(const struct text_writer *writer, const struct kg_report_result *result)
{
	char left_out[64];
	int status = 0;

	for (size_t i = 0; i < result->finding_count && status == 0; i++)
		status = write_finding(writer, result, &result->findings[i]);
	if (status == 0 && result->dropped > 0) {
		(void)snprintf(left_out, sizeof(left_out), "and %zu more findings in this object", result->dropped);
		put_continuation(writer, left_out);
	}
	return status;
}

static int write_errors(const struct text_writer *writer, const struct kg_report_error *errors, size_t count, const char *word,
                        const char *colour)
{
	for (size_t i = 0; i < count; i++) {
		const char *location = file_location(writer->arena, errors[i].file, errors[i].line, errors[i].column);

		if (location == NULL)
			return KG_ENOMEM;
		put_start(writer, location, word, colour);
		put_text(writer->out, errors[i].message);
		kg_buf_putc(writer->out, '\n');
	}
	return 0;
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* Is something denied that the older release says nothing of? */
static bool breaks_anew(const struct kg_report_result *result)
{
	for (size_t i = 0; i < result->finding_count; i++)
		if (result->findings[i].action == KG_ACTION_DENY && !result->findings[i].found_before)
			return true;
	return false;
}

/* What an upgrade breaks, what it may break, and what else it brings. */
static void write_upgrade(const struct text_writer *writer, const struct kg_report_totals *totals)
{
	const struct kg_report *report = writer->report;
	size_t broken = 0;

	for (size_t i = 0; i < report->result_count; i++)
		broken += breaks_anew(&report->results[i]);
	kg_buf_printf(writer->out, "%zu of %zu resource%s would break with KEDA %s for what works with %s", broken, totals->objects,
	              plural(totals->objects), report->keda_version, report->from_version);
	if (totals->denied > broken)
		kg_buf_printf(writer->out, ", %zu%s may", totals->denied - broken, broken > 0 ? " more" : "");
	if (totals->warned > 0)
		kg_buf_printf(writer->out, ", %zu warned", totals->warned);
}

static void write_totals(const struct text_writer *writer, const struct kg_report_totals *totals)
{
	const struct kg_report *report = writer->report;
	struct kg_buf *out = writer->out;

	kg_buf_printf(out, "%zu resource%s in ", totals->objects, plural(totals->objects));
	if (report->namespace != NULL)
		kg_buf_printf(out, "namespace %s of ", report->namespace);
	if (report->cluster != NULL)
		put_text(out, report->cluster);
	else
		kg_buf_printf(out, "%zu file%s", report->file_count, plural(report->file_count));
	kg_buf_printf(out, ", KEDA %s%s: %zu denied, %zu warned", report->keda_version,
	              report->keda_version_assumed ? " (newest known)" : "", totals->denied, totals->warned);
}

static void write_summary(const struct text_writer *writer)
{
	const struct kg_report *report = writer->report;
	struct kg_report_totals totals = kg_report_count(report);

	if (report->from_version != NULL)
		write_upgrade(writer, &totals);
	else
		write_totals(writer, &totals);
	if (totals.excused > 0)
		kg_buf_printf(writer->out, ", %zu finding%s excused", totals.excused, plural(totals.excused));
	if (totals.errors > 0)
		kg_buf_printf(writer->out, ", %zu error%s", totals.errors, plural(totals.errors));
	if (report->policy_count > 0)
		kg_buf_printf(writer->out, "; %zu %s with %zu warning%s", report->policy_count,
		              report->policy_count == 1 ? "policy" : "policies", report->remark_count, plural(report->remark_count));
	kg_buf_putc(writer->out, '\n');
}

int kg_report_write_text(const struct kg_report *report, const struct kg_report_options *options, struct kg_arena *arena,
                         struct kg_buf *out)
{
	struct text_writer writer = {.report = report, .palette = options->colour ? &coloured : &plain, .arena = arena, .out = out};
	size_t before = out->length;
	int status = measure(&writer);

	for (size_t i = 0; i < report->result_count && status == 0; i++)
		status = write_result(&writer, &report->results[i]);
	if (status == 0)
		status = write_errors(&writer, report->remarks, report->remark_count, "warn", writer.palette->warn);
	if (status == 0)
		status = write_errors(&writer, report->errors, report->error_count, "error", writer.palette->deny);
	if (out->length > before)
		kg_buf_putc(out, '\n');
	write_summary(&writer);
	return status;
}
