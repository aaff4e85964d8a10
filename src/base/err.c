#include "kedagate/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* strerror's texts are shorter in every locale of glibc. */
enum { SYSTEM_TEXT_MAX = 128 };

/* The number of bytes that the UTF-8 sequence starting with `lead` claims, 1 for what cannot start one. */
static size_t sequence_length(unsigned char lead)
{
	if (lead >= 0xf0)
		return 4;
	if (lead >= 0xe0)
		return 3;
	return lead >= 0xc0 ? 2 : 1;
}

/* Drop the sequence at the end of `text` when its tail was cut off. */
static void drop_partial_sequence(char *text)
{
	size_t length = strlen(text);
	size_t start = length;

	while (start > 0 && length - start < 3 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	start--;
	if (start + sequence_length((unsigned char)text[start]) > length)
		text[start] = '\0';
}

static void replace_controls(char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < 0x20 || byte == 0x7f)
			*text = '?';
	}
}

/* Format into `out`, whole UTF-8 sequences only, no control characters. */
KG_PRINTF(3, 0) static void format_text(char *out, size_t size, const char *format, va_list arguments)
{
	int length = vsnprintf(out, size, format, arguments);

	if (length < 0)
		out[0] = '\0';
	else if ((size_t)length >= size)
		drop_partial_sequence(out);
	replace_controls(out);
}

/* Formatting goes by way of a buffer, because the arguments may point into `err`. */
KG_PRINTF(5, 0)
static int fill(struct kg_err *err, int code, unsigned line, unsigned column, const char *format, va_list arguments)
{
	char text[KG_ERR_MESSAGE_MAX];

	if (err == NULL)
		return code;
	format_text(text, sizeof(text), format, arguments);
	err->code = code;
	err->line = line;
	err->column = column;
	memcpy(err->message, text, sizeof(text));
	return code;
}

int kg_err_set(struct kg_err *err, int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fill(err, code, 0, 0, format, arguments);
	va_end(arguments);
	return code;
}

int kg_err_set_at(struct kg_err *err, int code, unsigned line, unsigned column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fill(err, code, line, column, format, arguments);
	va_end(arguments);
	return code;
}

static int code_of_errno(int number)
{
	if (number == ENOENT)
		return KG_ENOTFOUND;
	return number == ENOMEM ? KG_ENOMEM : KG_EIO;
}

/* The reason is what the reader needs most: a long message is cut before it, not the reason after it. */
int kg_err_set_errno(struct kg_err *err, const char *format, ...)
{
	int number = errno;
	char text[KG_ERR_MESSAGE_MAX - SYSTEM_TEXT_MAX];
	char system_text[SYSTEM_TEXT_MAX - 2];
	va_list arguments;

	va_start(arguments, format);
	format_text(text, sizeof(text), format, arguments);
	va_end(arguments);
	return kg_err_set(err, code_of_errno(number), "%s: %s", text, strerror_r(number, system_text, sizeof(system_text)));
}

int kg_err_wrap(struct kg_err *err, const char *format, ...)
{
	char prefix[KG_ERR_MESSAGE_MAX];
	va_list arguments;

	if (err == NULL)
		return KG_EINVAL;
	va_start(arguments, format);
	format_text(prefix, sizeof(prefix), format, arguments);
	va_end(arguments);
	return kg_err_set_at(err, err->code, err->line, err->column, "%s: %s", prefix, err->message);
}
