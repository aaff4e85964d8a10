#include "kedagate/report/report.h"

#include "report/format.h"

typedef int write_report(const struct kg_report *report, const struct kg_report_options *options, struct kg_arena *arena,
                         struct kg_buf *out);

enum { FORMAT_TEXT, FORMAT_JSON };

const char *const kg_report_formats[] = {[FORMAT_TEXT] = "text", [FORMAT_JSON] = "json", NULL};

static write_report *const writers[] = {[FORMAT_TEXT] = kg_report_write_text, [FORMAT_JSON] = kg_report_write_json};

static size_t count_excused(const struct kg_report_result *result)
{
	size_t count = 0;

	for (size_t i = 0; i < result->finding_count; i++)
		count += result->findings[i].excused;
	return count;
}

struct kg_report_totals kg_report_count(const struct kg_report *report)
{
	struct kg_report_totals totals = {.objects = report->result_count, .errors = report->error_count};

	for (size_t i = 0; i < report->result_count; i++) {
		totals.denied += report->results[i].verdict == KG_VERDICT_DENY;
		totals.warned += report->results[i].verdict == KG_VERDICT_WARN;
		totals.excused += count_excused(&report->results[i]);
	}
	return totals;
}

int kg_report_write(size_t format, const struct kg_report *report, const struct kg_report_options *options, struct kg_arena *arena,
                    struct kg_buf *out)
{
	int status = writers[format](report, options, arena, out);

	return status != 0 ? status : kg_buf_status(out);
}
