#include "cli/certs_report.h"

#include <stdarg.h>
#include <string.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/utf8.h"

enum { SECONDS_PER_DAY = 86400 };

static const char *const severities[] = {[KG_SEVERITY_PROBLEM] = "problem", [KG_SEVERITY_WARNING] = "warning"};

/* Indices are enum kg_certificate_kind. */
static const char *const kinds[] = {
        [KG_CERTIFICATE_SERVER] = "server certificate",
        [KG_CERTIFICATE_INTERMEDIATE] = "intermediate authority",
        [KG_CERTIFICATE_ROOT] = "root authority",
        [KG_CERTIFICATE_OTHER] = "certificate",
};

static const char *const kind_ids[] = {
        [KG_CERTIFICATE_SERVER] = "server",
        [KG_CERTIFICATE_INTERMEDIATE] = "intermediate",
        [KG_CERTIFICATE_ROOT] = "root",
        [KG_CERTIFICATE_OTHER] = "other",
};

size_t kg_certs_report_count(const struct kg_certs_report *report, enum kg_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < report->found->problem_count; i++)
		count += kg_flaw_info(report->found->problems[i].flaw)->severity == severity;
	return count;
}

/* Whole days; what is over counts from the other side. */
static long long days_left(const struct kg_certs_report *report, const struct kg_inspected_certificate *certificate)
{
	return (long long)((certificate->not_after - report->now) / SECONDS_PER_DAY);
}

/* ---- text ---- */

static void put_line(struct kg_buf *out, const char *format, ...) KG_PRINTF(2, 3);

static void put_line(struct kg_buf *out, const char *format, ...)
{
	struct kg_buf line;
	va_list arguments;

	kg_buf_init(&line, KG_MAX_REPORT_BYTES);
	va_start(arguments, format);
	kg_buf_vprintf(&line, format, arguments);
	va_end(arguments);
	kg_utf8_append_printable(out, kg_buf_text(&line), line.length);
	kg_buf_putc(out, '\n');
	if (kg_buf_status(&line) != 0)
		out->status = kg_buf_status(&line);
	kg_buf_release(&line);
}

/* "a.yaml:12:5: Secret keda/kedaorg-certs: tls.crt" */
static void write_place(const struct kg_certs_place *place, struct kg_buf *out)
{
	kg_buf_puts(out, place->file);
	if (place->object != NULL)
		kg_buf_printf(out, ":%u:%u: %s: %s", place->line, place->column, place->object, place->key);
}

static void put_names(const struct kg_inspected_certificate *certificate, struct kg_buf *out)
{
	struct kg_buf names;

	kg_buf_init(&names, KG_MAX_REPORT_BYTES);
	for (size_t i = 0; i < certificate->name_count; i++)
		kg_buf_printf(&names, "%s%s", i > 0 ? ", " : "", certificate->names[i]);
	if (certificate->name_count > 0 || certificate->kind == KG_CERTIFICATE_SERVER)
		put_line(out, "     names   %s", certificate->name_count > 0 ? kg_buf_text(&names) : "none");
	kg_buf_release(&names);
}

static void put_dates(const struct kg_certs_report *report, const struct kg_inspected_certificate *certificate, struct kg_buf *out)
{
	long long days = days_left(report, certificate);
	char begin[KG_TIME_TEXT_MAX];
	char end[KG_TIME_TEXT_MAX];

	if (!certificate->has_dates) {
		put_line(out, "     valid   dates that cannot be read");
		return;
	}
	kg_clock_format(certificate->not_before, begin);
	kg_clock_format(certificate->not_after, end);
	if (report->now > certificate->not_after)
		put_line(out, "     valid   %s to %s (expired %lld days ago)", begin, end, -days);
	else
		put_line(out, "     valid   %s to %s (%lld days left)", begin, end, days);
}

static void put_certificate(const struct kg_certs_report *report, const struct kg_inspected_certificate *certificate, struct kg_buf *out)
{
	put_line(out, "  %zu. %s %s", certificate->number, kinds[certificate->kind], certificate->subject);
	put_names(certificate, out);
	put_line(out, "     issuer  %s", certificate->issuer);
	put_dates(report, certificate, out);
	put_line(out, "     key     %s%s%s", certificate->key, certificate->key_place != NULL ? ", private key in " : "",
	         certificate->key_place != NULL ? certificate->key_place : "");
	put_line(out, "     serial  %s", certificate->serial);
	put_line(out, "     sha256  %s", certificate->fingerprint);
}

static void put_heading(const struct kg_certs_report *report, size_t material, struct kg_buf *out)
{
	struct kg_buf place;

	kg_buf_init(&place, KG_MAX_REPORT_BYTES);
	write_place(&report->sources->places[material], &place);
	put_line(out, "%s%s", report->sources->materials[material].role == KG_MATERIAL_SERVED ? "served by " : "", kg_buf_text(&place));
	kg_buf_release(&place);
}

static void put_certificates(const struct kg_certs_report *report, struct kg_buf *out)
{
	const struct kg_inspect_report *found = report->found;

	for (size_t i = 0; i < found->certificate_count; i++) {
		if (i == 0 || found->certificates[i].material != found->certificates[i - 1].material) {
			if (i > 0)
				kg_buf_putc(out, '\n');
			put_heading(report, found->certificates[i].material, out);
		}
		put_certificate(report, &found->certificates[i], out);
	}
}

static void put_problem(const struct kg_certs_report *report, const struct kg_certificate_problem *problem, struct kg_buf *out)
{
	const struct kg_flaw_info *info = kg_flaw_info(problem->flaw);
	struct kg_buf place;

	kg_buf_init(&place, KG_MAX_REPORT_BYTES);
	write_place(&report->sources->places[problem->material], &place);
	if (problem->certificate > 0)
		kg_buf_printf(&place, ", certificate %zu", problem->certificate);
	put_line(out, "%s  %s: %s  [%s]", severities[info->severity], kg_buf_text(&place), problem->sentence, info->id);
	if (problem->client_error != NULL)
		put_line(out, "         Go says: %s", problem->client_error);
	put_line(out, "         %s", info->advice);
	kg_buf_release(&place);
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void put_summary(const struct kg_certs_report *report, struct kg_buf *out)
{
	size_t certificates = report->found->certificate_count;
	size_t problems = kg_certs_report_count(report, KG_SEVERITY_PROBLEM);
	size_t warnings = kg_certs_report_count(report, KG_SEVERITY_WARNING);
	size_t errors = report->sources->errors.count;

	kg_buf_printf(out, "%zu certificate%s: %zu problem%s, %zu warning%s", certificates, plural(certificates), problems,
	              plural(problems), warnings, plural(warnings));
	if (errors > 0)
		kg_buf_printf(out, ", %zu error%s", errors, plural(errors));
	kg_buf_putc(out, '\n');
}

int kg_certs_report_text(const struct kg_certs_report *report, struct kg_buf *out)
{
	const struct kg_input_errors *errors = &report->sources->errors;

	put_certificates(report, out);
	if (report->found->certificate_count > 0)
		kg_buf_putc(out, '\n');
	for (size_t i = 0; i < report->found->problem_count; i++)
		put_problem(report, &report->found->problems[i], out);
	for (size_t i = 0; i < errors->count; i++) {
		if (errors->items[i].line > 0)
			put_line(out, "error    %s:%u:%u: %s", errors->items[i].file, errors->items[i].line, errors->items[i].column,
			         errors->items[i].message);
		else
			put_line(out, "error    %s", errors->items[i].message);
	}
	if (report->found->problem_count + errors->count > 0)
		kg_buf_putc(out, '\n');
	put_summary(report, out);
	return kg_buf_status(out);
}

/* ---- JSON ---- */

/* null for NULL. */
static json_t *text_of(const char *text)
{
	struct kg_buf valid;
	json_t *result;

	if (text == NULL)
		return json_null();
	kg_buf_init(&valid, KG_MAX_REPORT_BYTES);
	kg_utf8_append_printable(&valid, text, strlen(text));
	result = kg_buf_status(&valid) == 0 ? json_stringn(kg_buf_text(&valid), valid.length) : NULL;
	kg_buf_release(&valid);
	return result;
}

static json_t *number_of(size_t number)
{
	return number > 0 ? json_integer((json_int_t)number) : json_null();
}

static json_t *time_of(const struct kg_inspected_certificate *certificate, time_t when)
{
	char text[KG_TIME_TEXT_MAX];

	kg_clock_format(when, text);
	return certificate->has_dates ? json_string(text) : json_null();
}

/* Put the members of a place into `entry`. Takes part in the failure of the whole: NULL stays NULL. */
static json_t *with_place(json_t *entry, const struct kg_certs_place *place, size_t certificate)
{
	json_t *members = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "file", text_of(place->file), "line", number_of(place->line),
	                            "column", number_of(place->column), "object", text_of(place->object), "key", text_of(place->key),
	                            "certificate", number_of(certificate));
	int failed = members == NULL || entry == NULL || json_object_update(members, entry) != 0;

	json_decref(entry);
	if (!failed)
		return members;
	json_decref(members);
	return NULL;
}

static json_t *names_of(const struct kg_inspected_certificate *certificate)
{
	json_t *names = json_array();

	for (size_t i = 0; i < certificate->name_count; i++) {
		if (json_array_append_new(names, text_of(certificate->names[i])) != 0) {
			json_decref(names);
			return NULL;
		}
	}
	return names;
}

static json_t *certificate_of(const struct kg_certs_report *report, const struct kg_inspected_certificate *certificate)
{
	json_t *days = certificate->has_dates ? json_integer((json_int_t)days_left(report, certificate)) : json_null();
	json_t *object = json_pack("{s:s, s:b, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:s, s:o, s:s}", "kind", kind_ids[certificate->kind],
	                           "served", report->sources->materials[certificate->material].role == KG_MATERIAL_SERVED, "subject",
	                           text_of(certificate->subject), "issuer", text_of(certificate->issuer), "names", names_of(certificate),
	                           "serial", certificate->serial, "notBefore", time_of(certificate, certificate->not_before), "notAfter",
	                           time_of(certificate, certificate->not_after), "daysLeft", days, "keyKind", certificate->key,
	                           "privateKey", text_of(certificate->key_place), "sha256", certificate->fingerprint);

	return with_place(object, &report->sources->places[certificate->material], certificate->number);
}

static json_t *problem_of(const struct kg_certs_report *report, const struct kg_certificate_problem *problem)
{
	const struct kg_flaw_info *info = kg_flaw_info(problem->flaw);
	json_t *object = json_pack("{s:s, s:s, s:o, s:o, s:s}", "id", info->id, "severity", severities[info->severity], "message",
	                           text_of(problem->sentence), "clientError", text_of(problem->client_error), "advice", info->advice);

	return with_place(object, &report->sources->places[problem->material], problem->certificate);
}

static json_t *error_of(const struct kg_report_error *error)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "file", text_of(error->file), "line", number_of(error->line), "column",
	                 number_of(error->column), "message", text_of(error->message));
}

static json_t *list_certificates(const struct kg_certs_report *report)
{
	json_t *list = json_array();
	bool failed = false;

	for (size_t i = 0; i < report->found->certificate_count; i++)
		failed |= json_array_append_new(list, certificate_of(report, &report->found->certificates[i])) != 0;
	if (!failed)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *list_problems(const struct kg_certs_report *report)
{
	json_t *list = json_array();
	bool failed = false;

	for (size_t i = 0; i < report->found->problem_count; i++)
		failed |= json_array_append_new(list, problem_of(report, &report->found->problems[i])) != 0;
	if (!failed)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *list_errors(const struct kg_certs_report *report)
{
	const struct kg_input_errors *errors = &report->sources->errors;
	json_t *list = json_array();
	bool failed = false;

	for (size_t i = 0; i < errors->count; i++)
		failed |= json_array_append_new(list, error_of(&errors->items[i])) != 0;
	if (!failed)
		return list;
	json_decref(list);
	return NULL;
}

json_t *kg_certs_report_json(const struct kg_certs_report *report)
{
	json_t *summary = json_pack("{s:I, s:I, s:I, s:I}", "certificates", (json_int_t)report->found->certificate_count, "problems",
	                            (json_int_t)kg_certs_report_count(report, KG_SEVERITY_PROBLEM), "warnings",
	                            (json_int_t)kg_certs_report_count(report, KG_SEVERITY_WARNING), "errors",
	                            (json_int_t)report->sources->errors.count);

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "apiVersion", "kedagate.io/v1", "kind", "CertificateReport", "summary", summary,
	                 "errors", list_errors(report), "problems", list_problems(report), "certificates", list_certificates(report));
}
