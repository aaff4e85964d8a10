/*
 * A finding as one line of text, in the grammar of Kubernetes' field errors (apimachinery pkg/util/validation/field/errors.go).
 */
#include <stdint.h>
#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/err.h"
#include "kedagate/base/utf8.h"
#include "kedagate/rules/finding.h"

/* A value is quoted to be recognised, not to be read in full. */
enum { QUOTED_VALUE_MAX = 100, PATH_SHOWN_MAX = 1024, DETAIL_SHOWN_MAX = 4096, MESSAGE_MAX = 16 << 10 };

struct field_error {
	const char *text;
	const char *cause;
};

static const struct field_error field_errors[] = {
        [KG_FIELD_REQUIRED] = {"Required value", "FieldValueRequired"},
        [KG_FIELD_INVALID] = {"Invalid value", "FieldValueInvalid"},
        [KG_FIELD_NOT_SUPPORTED] = {"Unsupported value", "FieldValueNotSupported"},
        [KG_FIELD_DUPLICATE] = {"Duplicate value", "FieldValueDuplicate"},
        [KG_FIELD_NOT_FOUND] = {"Not found", "FieldValueNotFound"},
        [KG_FIELD_FORBIDDEN] = {"Forbidden", "FieldValueForbidden"},
        [KG_FIELD_TOO_LONG] = {"Too long", "FieldValueTooLong"},
        [KG_FIELD_TOO_MANY] = {"Too many", "FieldValueTooMany"},
        [KG_FIELD_TYPE_INVALID] = {"Invalid value", "FieldValueTypeInvalid"},
        [KG_FIELD_NO_EFFECT] = {"No effect", "FieldValueInvalid"},
};

const char *kg_field_error_text(enum kg_field_error type)
{
	return field_errors[type].text;
}

const char *kg_field_error_cause(enum kg_field_error type)
{
	return field_errors[type].cause;
}

static void append_escaped(struct kg_buf *out, uint32_t point)
{
	static const char plain[] = "\a\b\f\n\r\t\v\\\"";
	static const char letters[] = "abfnrtv\\\"";
	const char *found = point > 0 && point < 0x80 ? strchr(plain, (int)point) : NULL;

	if (found)
		kg_buf_printf(out, "\\%c", letters[found - plain]);
	else if (point < 0x80)
		kg_buf_printf(out, "\\x%02x", (unsigned)point);
	else
		kg_buf_printf(out, "\\u%04x", (unsigned)point);
}

/* As Go's %q: bytes that are no UTF-8, what is not printable, quotes and backslashes escaped. */
static void append_quoted(struct kg_buf *out, const char *value)
{
	size_t length = strlen(value);
	size_t shown = kg_utf8_cut(value, length, QUOTED_VALUE_MAX);

	kg_buf_putc(out, '"');
	for (size_t i = 0; i < shown;) {
		size_t character = kg_utf8_character(value + i, shown - i);
		uint32_t point = character ? kg_utf8_code_point(value + i, character) : 0;

		if (character == 0)
			kg_buf_printf(out, "\\x%02x", (unsigned char)value[i]);
		else if (point == '"' || point == '\\' || !kg_utf8_is_printable(point))
			append_escaped(out, point);
		else
			kg_buf_append(out, value + i, character);
		i += character ? character : 1;
	}
	kg_buf_puts(out, shown < length ? "…\"" : "\"");
}

/* Text of ours with names of the object's in it: what is not printable would break the line. At most `max` bytes of it. */
static void append_text(struct kg_buf *out, const char *text, size_t max)
{
	size_t length = strlen(text);
	size_t shown = kg_utf8_cut(text, length, max);

	kg_utf8_append_printable(out, text, shown);
	if (shown < length)
		kg_buf_puts(out, "…");
}

static bool shows_value(enum kg_field_error type)
{
	return type == KG_FIELD_INVALID || type == KG_FIELD_NOT_SUPPORTED || type == KG_FIELD_DUPLICATE || type == KG_FIELD_NOT_FOUND;
}

static void append_body(struct kg_buf *out, const struct kg_finding *finding)
{
	if (finding->type != KG_FIELD_NO_EFFECT)
		kg_buf_printf(out, "%s: ", kg_field_error_text(finding->type));
	if (finding->value && shows_value(finding->type)) {
		append_quoted(out, finding->value);
		kg_buf_puts(out, ": ");
	}
	append_text(out, finding->detail, DETAIL_SHOWN_MAX);
}

/* A copy of the text; NULL without memory. */
static const char *finish(const struct kg_buf *text, struct kg_arena *arena)
{
	if (kg_buf_status(text))
		return NULL;
	return kg_arena_strndup(arena, kg_buf_text(text), text->length);
}

const char *kg_finding_place(const struct kg_finding *finding)
{
	return finding->shown ? finding->shown : finding->path;
}

const char *kg_finding_body(const struct kg_finding *finding, struct kg_arena *arena)
{
	struct kg_buf out KG_CLEANUP(kg_buf_release);

	kg_buf_init(&out, MESSAGE_MAX);
	append_body(&out, finding);
	return finish(&out, arena);
}

const char *kg_finding_message(const struct kg_finding *finding, struct kg_arena *arena)
{
	struct kg_buf out KG_CLEANUP(kg_buf_release);

	kg_buf_init(&out, MESSAGE_MAX);
	if (*finding->path) {
		append_text(&out, kg_finding_place(finding), PATH_SHOWN_MAX);
		kg_buf_puts(&out, ": ");
	}
	append_body(&out, finding);
	return finish(&out, arena);
}
