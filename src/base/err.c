#include "kedagate/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kedagate/base/utf8.h"

/* strerror's texts are shorter in every locale of glibc. */
enum { SYSTEM_TEXT_MAX = 128 };

/* '?' for what a terminal or a log might obey, and for what is not UTF-8. */
static void replace_unprintable(char *text, size_t length)
{
	size_t character;

	for (size_t at = 0; at<length; at += character> 0 ? character : 1) {
		character = kg_utf8_character(text + at, length - at);
		if (character == 0 || (unsigned char)text[at] < 0x20 || text[at] == 0x7f)
			text[at] = '?';
	}
}

/* Format into `out` of `size` bytes, at most KG_ERR_MESSAGE_MAX: whole characters only, none that cannot be printed. */
KG_PRINTF(3, 0) static void format_text(char *out, size_t size, const char *format, va_list arguments)
{
	/* Longer, so that it shows whether the cut goes through a character. */
	char whole[KG_ERR_MESSAGE_MAX + 4];
	size_t length;

	if (vsnprintf(whole, sizeof(whole), format, arguments) < 0)
		whole[0] = '\0';
	length = kg_utf8_cut(whole, strlen(whole), size - 1);
	replace_unprintable(whole, length);
	memcpy(out, whole, length);
	out[length] = '\0';
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
	memcpy(err->message, text, strlen(text) + 1);
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
