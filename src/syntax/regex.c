#include "kedagate/syntax/regex.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Follows Go's regexp/syntax/parse.go, with the flags of regexp.Compile (Perl). */
struct scanner {
	const char *rest;
	const char *fault;
	unsigned depth;
	bool repeatable;   /* something stands before that * + ? {n} can repeat */
	bool after_repeat; /* what stands before is itself a repetition */
};

static const char bad_escape[] = "invalid escape sequence";
static const char bad_range[] = "invalid character class range";

static bool fail(struct scanner *scanner, const char *fault)
{
	scanner->fault = fault;
	return false;
}

/* One character of UTF-8 (the text is known to be valid). */
static uint32_t next_character(struct scanner *scanner)
{
	unsigned char lead = (unsigned char)*scanner->rest++;
	unsigned more = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
	uint32_t character = more == 0 ? lead : lead & (0x3fu >> more);

	for (; more > 0 && *scanner->rest != '\0'; more--)
		character = character << 6 | ((unsigned char)*scanner->rest++ & 0x3fu);
	return character;
}

static bool is_octal(char byte)
{
	return byte >= '0' && byte <= '7';
}

/* Behind "\x". */
static bool scan_hexadecimal(struct scanner *scanner, uint32_t *ret_character)
{
	const char *start = scanner->rest;
	bool braces = *start == '{';
	size_t digits = 0;

	start += braces;
	while (isxdigit((unsigned char)start[digits]) && (braces || digits < 2))
		digits++;
	if (braces ? digits == 0 || start[digits] != '}' : digits != 2)
		return fail(scanner, bad_escape);
	scanner->rest = start + digits + braces;
	*ret_character = 0;
	for (size_t i = 0; i < digits && *ret_character <= 0x10ffff; i++)
		*ret_character = *ret_character * 16 + (uint32_t)strtoul((char[]){start[i], '\0'}, NULL, 16);
	return *ret_character <= 0x10ffff || fail(scanner, bad_escape);
}

/* Behind a backslash: an escape that stands for one character. */
static bool scan_escape(struct scanner *scanner, uint32_t *ret_character)
{
	char byte = *scanner->rest;

	if (byte == '\0')
		return fail(scanner, "trailing backslash");
	if (byte == 'x') {
		scanner->rest++;
		return scan_hexadecimal(scanner, ret_character);
	}
	if (byte == '0' || (is_octal(byte) && is_octal(scanner->rest[1]))) {
		*ret_character = 0;
		for (int i = 0; i < 3 && is_octal(*scanner->rest); i++)
			*ret_character = *ret_character * 8 + (uint32_t)(*scanner->rest++ - '0');
		return true;
	}
	if ((unsigned char)byte >= 0x80 || (isalnum((unsigned char)byte) && !strchr("afnrtv", byte)))
		return fail(scanner, bad_escape);
	scanner->rest++;
	*ret_character = isalnum((unsigned char)byte) ? (uint32_t)('\a' + (strchr("abtnvfr", byte) - "abtnvfr")) : (unsigned char)byte;
	return true;
}

/* A class of characters behind a backslash: \d, \pL, \p{Greek}. False without a fault when it is none. */
static bool scan_class_escape(struct scanner *scanner)
{
	const char *text = scanner->rest + 1;
	const char *end;

	if (*text == '\0')
		return false;
	if (strchr("dDsSwW", *text)) {
		scanner->rest += 2;
		return true;
	}
	if (*text != 'p' && *text != 'P')
		return false;
	if (text[1] == '\0')
		return fail(scanner, bad_range);
	end = text[1] == '{' ? strchr(text, '}') : text + 1;
	if (!end)
		return fail(scanner, bad_range);
	scanner->rest = end + 1;
	return true;
}

/* One end of a range within a class. */
static bool scan_class_character(struct scanner *scanner, uint32_t *ret_character)
{
	if (*scanner->rest == '\0')
		return fail(scanner, "missing closing ]");
	if (*scanner->rest == '\\') {
		scanner->rest++;
		return scan_escape(scanner, ret_character);
	}
	*ret_character = next_character(scanner);
	return true;
}

/* [:alpha:] within a class. False without a fault when it is none. */
static bool scan_named_class(struct scanner *scanner)
{
	static const char *const names[] = {"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph",
	                                    "lower", "print", "punct", "space", "upper", "word",  "xdigit"};
	const char *name = scanner->rest + 2;
	const char *end = strncmp(scanner->rest, "[:", 2) == 0 ? strstr(name, ":]") : NULL;

	if (!end)
		return false;
	name += *name == '^';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == (size_t)(end - name) && strncmp(names[i], name, (size_t)(end - name)) == 0) {
			scanner->rest = end + 2;
			return true;
		}
	}
	return fail(scanner, bad_range);
}

/* At "[". */
static bool scan_class(struct scanner *scanner)
{
	bool first = true;

	scanner->rest += scanner->rest[1] == '^' ? 2 : 1;
	for (; *scanner->rest != ']' || first; first = false) {
		uint32_t low;
		uint32_t high;

		if (scan_named_class(scanner) || (!scanner->fault && *scanner->rest == '\\' && scan_class_escape(scanner)))
			continue;
		if (scanner->fault || !scan_class_character(scanner, &low))
			return false;
		if (scanner->rest[0] != '-' || scanner->rest[1] == ']' || scanner->rest[1] == '\0')
			continue;
		scanner->rest++;
		if (!scan_class_character(scanner, &high))
			return false;
		if (high < low)
			return fail(scanner, bad_range);
	}
	scanner->rest++;
	return true;
}

/* At "(?": a named group, or flags with or without a group. */
static bool scan_perl_group(struct scanner *scanner)
{
	const char *text = scanner->rest + 2;
	const char *name = strncmp(text, "P<", 2) == 0 ? text + 2 : *text == '<' ? text + 1 : NULL;
	size_t length;

	if (name) {
		length = strspn(name, "_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (length == 0 || name[length] != '>')
			return fail(scanner, "invalid named capture");
		scanner->rest = name + length + 1;
		scanner->depth++;
		scanner->repeatable = false;
		return true;
	}
	text += strspn(text, "imsU");
	if (*text == '-') {
		length = strspn(text + 1, "imsU");
		text += length > 0 ? length + 1 : 0;
	}
	if (*text != ':' && *text != ')')
		return fail(scanner, "invalid or unsupported Perl syntax");
	scanner->rest = text + 1;
	if (*text == ':') {
		scanner->depth++;
		scanner->repeatable = false;
	}
	return true;
}

/* At "{": does it begin a repetition {n}, {n,} or {n,m}? Then *ret_end is behind it. */
static bool is_counted(const char *text, const char **ret_end)
{
	for (int part = 0; part < 2; part++) {
		size_t digits = strspn(++text, "0123456789");

		if ((digits == 0 && part == 0) || (digits > 1 && *text == '0'))
			return false;
		text += digits;
		if (*text == '}') {
			*ret_end = text + 1;
			return true;
		}
		if (*text != ',')
			return false;
	}
	return false;
}

static bool check_counts(struct scanner *scanner)
{
	char *end;
	unsigned long least = strtoul(scanner->rest + 1, &end, 10);
	unsigned long most = *end == ',' && end[1] != '}' ? strtoul(end + 1, NULL, 10) : *end == ',' ? 1000 : least;

	return (least <= 1000 && most <= 1000 && least <= most) || fail(scanner, "invalid repeat count");
}

/* At a repetition that ends at `end`. */
static bool scan_repetition(struct scanner *scanner, const char *end)
{
	if (scanner->after_repeat)
		return fail(scanner, "invalid nested repetition operator");
	if (!scanner->repeatable)
		return fail(scanner, "missing argument to repetition operator");
	scanner->rest = *end == '?' ? end + 1 : end;
	scanner->after_repeat = true;
	return true;
}

/* At a backslash outside of a class. */
static bool scan_backslash(struct scanner *scanner)
{
	char byte = scanner->rest[1];
	uint32_t character;

	if (byte == 'Q') {
		const char *start = scanner->rest + 2;
		const char *end = strstr(start, "\\E");

		scanner->repeatable |= end ? end > start : *start != '\0';
		scanner->rest = end ? end + 2 : start + strlen(start);
		return true;
	}
	scanner->repeatable = true;
	if (byte != '\0' && strchr("AbBz", byte)) {
		scanner->rest += 2;
		return true;
	}
	if (scan_class_escape(scanner))
		return true;
	scanner->rest++;
	return !scanner->fault && scan_escape(scanner, &character);
}

static bool scan_parenthesis(struct scanner *scanner)
{
	if (*scanner->rest == ')') {
		if (scanner->depth-- == 0)
			return fail(scanner, "unexpected )");
		scanner->repeatable = true;
	} else if (scanner->rest[1] == '?') {
		return scan_perl_group(scanner);
	} else {
		scanner->depth++;
		scanner->repeatable = false;
	}
	scanner->rest++;
	return true;
}

static bool scan_next(struct scanner *scanner)
{
	const char *end = scanner->rest + 1;

	if (strchr("*+?", *scanner->rest))
		return scan_repetition(scanner, end);
	if (*scanner->rest == '{' && is_counted(scanner->rest, &end))
		return check_counts(scanner) && scan_repetition(scanner, end);
	scanner->after_repeat = false;
	switch (*scanner->rest) {
	case '(':
	case ')':
		return scan_parenthesis(scanner);
	case '|':
		scanner->repeatable = false;
		scanner->rest++;
		return true;
	case '[':
		scanner->repeatable = true;
		return scan_class(scanner);
	case '\\':
		return scan_backslash(scanner);
	default:
		scanner->repeatable = true;
		(void)next_character(scanner);
		return true;
	}
}

const char *kg_regex_fault(const char *pattern)
{
	struct scanner scanner = {.rest = pattern};

	while (*scanner.rest != '\0') {
		if (!scan_next(&scanner))
			return scanner.fault;
	}
	return scanner.depth > 0 ? "missing closing )" : NULL;
}
