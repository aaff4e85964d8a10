#include "model/json_scan.h"

#include <endian.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/limits.h"
#include "kedagate/base/utf8.h"

#define STRINGIFY(value_) #value_
#define TEXT_OF(value_)   STRINGIFY(value_)

/* The functions below take the byte that they begin at, which is before `end`, and return the byte behind what they scanned, or NULL. */

static const char *fail(struct kg_json_scan *scan, const char *at, const char *problem)
{
	scan->problem = problem;
	scan->at = at;
	return NULL;
}

static const char *fail_or_end(struct kg_json_scan *scan, const char *at, const char *end, const char *problem)
{
	return fail(scan, at, at == end ? "unexpected end of the input" : problem);
}

/* Compact text has none: the first comparison is the common way out. */
static inline const char *skip_space(const char *at, const char *end)
{
	while (at < end && (unsigned char)*at <= ' ' && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
		at++;
	return at;
}

const char *kg_json_skip_space(const char *at, const char *end)
{
	return skip_space(at, end);
}

#define EACH_BYTE(byte_) (UINT64_C(0x0101010101010101) * (uint64_t)(byte_))

/* Has the high bit of the lowest byte that is no plain string content: '"', '\\', below 0x20, above 0x7f. Subtracting from such a byte sets its high
 * bit, by borrowing or because it was set; bytes above it may be marked wrongly, since it borrows from them. */
static inline uint64_t special_bytes(uint64_t eight)
{
	uint64_t quote = eight ^ EACH_BYTE('"');
	uint64_t backslash = eight ^ EACH_BYTE('\\');

	return ((quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1)) | (eight - EACH_BYTE(0x20)) | eight) & EACH_BYTE(0x80);
}

/* Skip what a string may hold as it is, ASCII only. */
static inline const char *skip_plain(const char *at, const char *end)
{
	while (end - at >= 8) {
		uint64_t eight;
		uint64_t special;

		memcpy(&eight, at, sizeof(eight));
		special = special_bytes(le64toh(eight));
		if (special != 0)
			return at + __builtin_ctzll(special) / 8;
		at += 8;
	}
	while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80)
		at++;
	return at;
}

static int hex_digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

/* The four digits of a \u escape, behind the u; -1 when they are not four. */
static int hex_unit(const char *at, const char *end)
{
	int unit = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(at[i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

/* A \u escape, or two that make a surrogate pair. `at` is its backslash. */
static const char *scan_unicode_escape(struct kg_json_scan *scan, const char *at, const char *end)
{
	int unit = hex_unit(at + 2, end);

	if (unit < 0)
		return fail(scan, at, "\\u is not followed by four hexadecimal digits");
	if (unit == 0)
		scan->has_nul_escape = true;
	if (unit < 0xd800 || unit > 0xdfff)
		return at + 6;
	if (unit <= 0xdbff && end - at >= 12 && at[6] == '\\' && at[7] == 'u') {
		int second = hex_unit(at + 8, end);

		if (second >= 0xdc00 && second <= 0xdfff)
			return at + 12;
	}
	return fail(scan, at, "unpaired surrogate in a \\u escape");
}

static const char *scan_escape(struct kg_json_scan *scan, const char *at, const char *end)
{
	if (end - at < 2)
		return fail(scan, end, "unexpected end of the input");
	if (at[1] == 'u')
		return scan_unicode_escape(scan, at, end);
	if (at[1] == '\0' || strchr("\"\\/bfnrt", at[1]) == NULL)
		return fail(scan, at, "unknown escape in a string");
	return at + 2;
}

/* Scan on from something that is no plain content. */
static const char *scan_rest_of_string(struct kg_json_scan *scan, const char *at, const char *end)
{
	while (at != NULL && at < end && *at != '"') {
		if (*at == '\\') {
			at = scan_escape(scan, at, end);
		} else if ((unsigned char)*at < 0x20) {
			return fail(scan, at, "control character in a string");
		} else {
			size_t length = kg_utf8_character(at, (size_t)(end - at));

			if (length == 0)
				return fail(scan, at, "invalid UTF-8 in a string");
			at += length;
		}
		if (at != NULL)
			at = skip_plain(at, end);
	}
	if (at == end)
		return fail(scan, end, "unexpected end of the input");
	return at != NULL ? at + 1 : NULL;
}

static inline const char *scan_string(struct kg_json_scan *scan, const char *at, const char *end)
{
	at = skip_plain(at + 1, end);
	return at < end && *at == '"' ? at + 1 : scan_rest_of_string(scan, at, end);
}

static const char *skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* Without an exponent, the digits that KG_JSON_NUMBER_MAX leaves room for stay far below the largest double. */
static bool is_out_of_range(const char *at, size_t length)
{
	char copy[KG_JSON_NUMBER_MAX + 1];

	memcpy(copy, at, length);
	copy[length] = '\0';
	return isinf(strtod(copy, NULL));
}

static const char *scan_exponent(struct kg_json_scan *scan, const char *at, const char *end)
{
	const char *digits = at + 1;
	const char *behind;

	if (digits < end && (*digits == '+' || *digits == '-'))
		digits++;
	behind = skip_digits(digits, end);
	return behind > digits ? behind : fail_or_end(scan, behind, end, "malformed number");
}

static const char *scan_number(struct kg_json_scan *scan, const char *start, const char *end)
{
	const char *digits = *start == '-' ? start + 1 : start;
	const char *at = skip_digits(digits, end);
	bool has_exponent;

	if (at == digits)
		return fail_or_end(scan, at, end, "malformed number");
	if (*digits == '0' && at - digits > 1)
		return fail(scan, digits, "number with a leading zero");
	if (at < end && *at == '.') {
		digits = at + 1;
		at = skip_digits(digits, end);
		if (at == digits)
			return fail_or_end(scan, at, end, "malformed number");
	}
	has_exponent = at < end && (*at == 'e' || *at == 'E');
	if (has_exponent)
		at = scan_exponent(scan, at, end);
	if (at == NULL)
		return NULL;
	if (at - start > KG_JSON_NUMBER_MAX)
		return fail(scan, start, "number of more than " TEXT_OF(KG_JSON_NUMBER_MAX) " characters");
	if (has_exponent && is_out_of_range(start, (size_t)(at - start)))
		return fail(scan, start, "number out of range");
	return at;
}

static const char *scan_literal(struct kg_json_scan *scan, const char *at, const char *end)
{
	const char *word = *at == 't' ? "true" : *at == 'f' ? "false" : "null";
	size_t length = strlen(word);

	if ((size_t)(end - at) < length || memcmp(at, word, length) != 0)
		return fail(scan, at, "expected a value");
	return at + length;
}

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
static const char *scan_value(struct kg_json_scan *scan, const char *at, const char *end, unsigned depth);

/* A member's name and the colon behind it. */
static const char *scan_name(struct kg_json_scan *scan, const char *at, const char *end)
{
	if (at == end || *at != '"')
		return fail_or_end(scan, at, end, "expected a member name in double quotes");
	at = scan_string(scan, at, end);
	if (at == NULL)
		return NULL;
	at = skip_space(at, end);
	if (at == end || *at != ':')
		return fail_or_end(scan, at, end, "expected ':' behind a member name");
	return at + 1;
}

/* Note the value at `start` if it is a member's that is left out. `name` is the opening quote of its name. */
static void note_left_out(struct kg_json_scan *scan, const char *name, const char *start, const char *end)
{
	static const char managed_fields[] = "\"managedFields\"";
	const size_t length = sizeof(managed_fields) - 1;

	if ((size_t)(start - name) <= length || memcmp(name, managed_fields, length) != 0 || scan->left_out_count == KG_JSON_LEFT_OUT_MAX)
		return;
	scan->left_out[scan->left_out_count].start = start;
	scan->left_out[scan->left_out_count++].end = end;
}

static const char *scan_member(struct kg_json_scan *scan, const char *at, const char *end, unsigned depth)
{
	const char *name = skip_space(at, end);
	const char *value = scan_name(scan, name, end);

	if (value == NULL)
		return NULL;
	value = skip_space(value, end);
	at = scan_value(scan, value, end, depth);
	if (at != NULL && *value == '[')
		note_left_out(scan, name, value, at);
	return at;
}

static const char *scan_object(struct kg_json_scan *scan, const char *at, const char *end, unsigned depth)
{
	at = skip_space(at + 1, end);
	if (at < end && *at == '}')
		return at + 1;
	for (;;) {
		at = scan_member(scan, at, end, depth);
		if (at == NULL)
			return NULL;
		at = skip_space(at, end);
		if (at < end && *at == '}')
			return at + 1;
		if (at == end || *at != ',')
			return fail_or_end(scan, at, end, "expected ',' or '}'");
		at++;
	}
}

static const char *scan_array(struct kg_json_scan *scan, const char *at, const char *end, unsigned depth)
{
	at = skip_space(at + 1, end);
	if (at < end && *at == ']')
		return at + 1;
	for (;;) {
		at = scan_value(scan, at, end, depth);
		if (at == NULL)
			return NULL;
		at = skip_space(at, end);
		if (at < end && *at == ']')
			return at + 1;
		if (at == end || *at != ',')
			return fail_or_end(scan, at, end, "expected ',' or ']'");
		at++;
	}
}

/* A value below `depth` levels. */
static const char *scan_value(struct kg_json_scan *scan, const char *at, const char *end, unsigned depth)
{
	at = skip_space(at, end);
	if (at == end)
		return fail(scan, at, "unexpected end of the input");
	if (*at == '"')
		return scan_string(scan, at, end);
	if ((*at == '{' || *at == '[') && depth == KG_MAX_DEPTH)
		return fail(scan, at, "nested deeper than " TEXT_OF(KG_MAX_DEPTH) " levels");
	if (*at == '{')
		return scan_object(scan, at, end, depth + 1);
	if (*at == '[')
		return scan_array(scan, at, end, depth + 1);
	if (*at == '-' || (*at >= '0' && *at <= '9'))
		return scan_number(scan, at, end);
	if (*at == 't' || *at == 'f' || *at == 'n')
		return scan_literal(scan, at, end);
	return fail(scan, at, "expected a value");
}

/* NOLINTEND(misc-no-recursion) */

const char *kg_json_scan_value(struct kg_json_scan *scan, const char *at, const char *end)
{
	return scan_value(scan, at, end, 0);
}

const char *kg_json_skip_scalar(const char *at, const char *end)
{
	if (*at != '"') {
		while (at < end && memchr(" \t\r\n,:]}", *at, 8) == NULL)
			at++;
		return at;
	}
	for (at++; *at != '"'; at++)
		if (*at == '\\')
			at++;
	return at + 1;
}
