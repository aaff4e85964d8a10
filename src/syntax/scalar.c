#include "kedagate/syntax/scalar.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Longer numbers are legal in Go but never meant: they count as none. */
enum { NUMBER_TEXT_MAX = 512 };

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

bool kg_go_bool_parse(struct kg_slice text, bool *ret_value)
{
	static const char *const trues[] = {"1", "t", "T", "TRUE", "true", "True", NULL};
	static const char *const falses[] = {"0", "f", "F", "FALSE", "false", "False", NULL};
	bool value = kg_slice_among(text, trues);

	if (!value && !kg_slice_among(text, falses))
		return false;
	*ret_value = value;
	return true;
}

/* Digits only, at least one; with `negative` down to INT64_MIN. */
static bool read_digits(struct kg_slice digits, bool negative, int64_t *ret_value)
{
	int64_t value = 0;

	if (digits.length == 0)
		return false;
	for (size_t i = 0; i < digits.length; i++) {
		int64_t digit = digits.start[i] - '0';

		if (!is_digit(digits.start[i]) || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, negative ? -digit : digit, &value))
			return false;
	}
	*ret_value = value;
	return true;
}

static struct kg_slice after(struct kg_slice text, size_t length)
{
	return (struct kg_slice){text.start + length, text.length - length};
}

bool kg_go_int_parse(struct kg_slice text, int64_t *ret_value)
{
	bool negative = text.length > 0 && text.start[0] == '-';

	if (negative || (text.length > 0 && text.start[0] == '+'))
		text = after(text, 1);
	return read_digits(text, negative, ret_value);
}

bool kg_json_int_parse(struct kg_slice text, int64_t *ret_value)
{
	bool negative = text.length > 0 && text.start[0] == '-';

	if (negative)
		text = after(text, 1);
	if (text.length > 1 && text.start[0] == '0')
		return false;
	return read_digits(text, negative, ret_value);
}

static size_t count_digits(struct kg_slice text)
{
	size_t count = 0;

	while (count < text.length && is_digit(text.start[count]))
		count++;
	return count;
}

/* The grammar of RFC 8259, section 6. */
static bool is_json_number(struct kg_slice text)
{
	size_t digits;

	if (text.length > 0 && text.start[0] == '-')
		text = after(text, 1);
	digits = count_digits(text);
	if (digits == 0 || (digits > 1 && text.start[0] == '0'))
		return false;
	text = after(text, digits);
	if (text.length > 0 && text.start[0] == '.') {
		text = after(text, 1);
		digits = count_digits(text);
		if (digits == 0)
			return false;
		text = after(text, digits);
	}
	if (text.length > 0 && (text.start[0] == 'e' || text.start[0] == 'E')) {
		text = after(text, 1);
		if (text.length > 0 && (text.start[0] == '+' || text.start[0] == '-'))
			text = after(text, 1);
		digits = count_digits(text);
		return digits > 0 && digits == text.length;
	}
	return text.length == 0;
}

/* strtod on the whole of a text. No part of this program sets a locale, so its decimal point is the dot. */
static bool read_double(struct kg_slice text, double *ret_value)
{
	char number[NUMBER_TEXT_MAX];
	char *end;

	if (text.length == 0 || text.length >= sizeof(number) || isspace((unsigned char)text.start[0]))
		return false;
	memcpy(number, text.start, text.length);
	number[text.length] = '\0';
	*ret_value = strtod(number, &end);
	return *end == '\0';
}

bool kg_json_float_parse(struct kg_slice text, double *ret_value)
{
	double value;

	if (!is_json_number(text) || !read_double(text, &value) || isinf(value))
		return false;
	*ret_value = value;
	return true;
}

/* Go lets an underscore stand between digits, and behind the prefix of a hexadecimal number. */
static bool underscore_fits(struct kg_slice text, size_t at, bool hexadecimal)
{
	const char *digits = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";

	if (at == 0 || at + 1 >= text.length || !strchr(digits, text.start[at + 1]))
		return false;
	return strchr(digits, text.start[at - 1]) || (hexadecimal && strchr("xX", text.start[at - 1]));
}

static bool is_go_word(struct kg_slice text)
{
	if (kg_slice_equal_nocase(text, "nan"))
		return true;
	if (text.length > 0 && strchr("+-", text.start[0]))
		text = after(text, 1);
	return kg_slice_equal_nocase(text, "inf") || kg_slice_equal_nocase(text, "infinity");
}

bool kg_go_float_valid(struct kg_slice text)
{
	bool hexadecimal = memchr(text.start, 'x', text.length) || memchr(text.start, 'X', text.length);
	char number[NUMBER_TEXT_MAX];
	struct kg_slice digits = {number, 0};
	bool exponent = false;
	double value;

	if (is_go_word(text))
		return true;
	if (text.length >= sizeof(number))
		return false;
	for (size_t i = 0; i < text.length; i++) {
		char byte = text.start[i];

		if (byte == '_' && underscore_fits(text, i, hexadecimal))
			continue;
		if (byte == '\0' || (!isxdigit((unsigned char)byte) && !strchr("+-.xXpP", byte)))
			return false;
		exponent |= byte == 'p' || byte == 'P';
		number[digits.length++] = byte;
	}
	return hexadecimal == exponent && read_double(digits, &value) && !isinf(value);
}
