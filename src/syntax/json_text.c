#include "kedagate/syntax/json_text.h"

#include <stdint.h>
#include <string.h>

enum { DEPTH_MAX = 64 };

struct scanner {
	const char *at;
	uint64_t objects; /* a bit a level: set for an object */
	unsigned depth;
};

static void skip_space(struct scanner *scanner)
{
	scanner->at += strspn(scanner->at, " \t\r\n");
}

static bool take(struct scanner *scanner, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(scanner->at, word, length) != 0)
		return false;
	scanner->at += length;
	return true;
}

static bool is_hexadecimal(const char *text, size_t length)
{
	return strspn(text, "0123456789abcdefABCDEF") >= length;
}

static bool scan_string(struct scanner *scanner)
{
	if (!take(scanner, "\""))
		return false;
	for (;; scanner->at++) {
		unsigned char byte = (unsigned char)*scanner->at;

		if (byte == '"')
			break;
		if (byte < 0x20)
			return false;
		if (byte != '\\')
			continue;
		scanner->at++;
		if (*scanner->at == '\0' || !strchr("\"\\/bfnrtu", *scanner->at))
			return false;
		if (*scanner->at == 'u' && !is_hexadecimal(scanner->at + 1, 4))
			return false;
	}
	scanner->at++;
	return true;
}

static size_t skip_digits(struct scanner *scanner)
{
	size_t count = strspn(scanner->at, "0123456789");

	scanner->at += count;
	return count;
}

static bool scan_number(struct scanner *scanner)
{
	(void)take(scanner, "-");
	if (*scanner->at == '0')
		scanner->at++;
	else if (skip_digits(scanner) == 0)
		return false;
	if (take(scanner, ".") && skip_digits(scanner) == 0)
		return false;
	if (!take(scanner, "e") && !take(scanner, "E"))
		return true;
	if (!take(scanner, "+"))
		(void)take(scanner, "-");
	return skip_digits(scanner) > 0;
}

static bool scan_scalar(struct scanner *scanner)
{
	if (*scanner->at == '"')
		return scan_string(scanner);
	return take(scanner, "true") || take(scanner, "false") || take(scanner, "null") || scan_number(scanner);
}

static bool in_object(const struct scanner *scanner)
{
	return (scanner->objects >> (scanner->depth - 1) & 1) != 0;
}

/* `"key":`, where an object wants it. */
static bool scan_key(struct scanner *scanner)
{
	skip_space(scanner);
	if (!scan_string(scanner))
		return false;
	skip_space(scanner);
	return take(scanner, ":");
}

static bool open_level(struct scanner *scanner, bool object)
{
	if (scanner->depth == DEPTH_MAX)
		return false;
	scanner->objects &= ~(UINT64_C(1) << scanner->depth);
	scanner->objects |= (uint64_t)object << scanner->depth;
	scanner->depth++;
	return true;
}

/* Behind a value: close what ends, up to the comma that wants another value. True at the end of all: *ret_more says whether a value follows. */
static bool close_levels(struct scanner *scanner, bool *ret_more)
{
	while (scanner->depth > 0) {
		skip_space(scanner);
		if (take(scanner, ",")) {
			*ret_more = true;
			return !in_object(scanner) || scan_key(scanner);
		}
		if (!take(scanner, in_object(scanner) ? "}" : "]"))
			return false;
		scanner->depth--;
	}
	*ret_more = false;
	return true;
}

/* One value up to where the next one begins. An object or array that is not empty is opened only. */
static bool scan_value(struct scanner *scanner, bool *ret_more)
{
	skip_space(scanner);
	if (take(scanner, "{")) {
		skip_space(scanner);
		if (!take(scanner, "}")) {
			*ret_more = true;
			return open_level(scanner, true) && scan_key(scanner);
		}
	} else if (take(scanner, "[")) {
		skip_space(scanner);
		if (!take(scanner, "]")) {
			*ret_more = true;
			return open_level(scanner, false);
		}
	} else if (!scan_scalar(scanner)) {
		return false;
	}
	return close_levels(scanner, ret_more);
}

enum kg_json_kind kg_json_text_kind(const char *text)
{
	struct scanner scanner = {.at = text};
	const char *first = text + strspn(text, " \t\r\n");
	bool more = true;

	while (more) {
		if (!scan_value(&scanner, &more))
			return KG_JSON_INVALID;
	}
	skip_space(&scanner);
	if (*scanner.at != '\0')
		return KG_JSON_INVALID;
	switch (*first) {
	case '{':
		return KG_JSON_OBJECT;
	case '[':
		return KG_JSON_ARRAY;
	case '"':
		return KG_JSON_STRING;
	default:
		return KG_JSON_OTHER;
	}
}

bool kg_json_begins_with_names(const char *text)
{
	struct scanner scanner = {.at = text};

	skip_space(&scanner);
	if (!take(&scanner, "{"))
		return false;
	do {
		if (!scan_key(&scanner))
			return false;
		skip_space(&scanner);
		if (!take(&scanner, "null") && !scan_string(&scanner))
			return false;
		skip_space(&scanner);
	} while (take(&scanner, ","));
	return take(&scanner, "}");
}

bool kg_json_next_member(const char **at, struct kg_json_member *ret_member)
{
	struct scanner scanner = {.at = *at};
	bool more = true;

	skip_space(&scanner);
	if (!take(&scanner, "{") && !take(&scanner, ","))
		return false;
	skip_space(&scanner);
	ret_member->name.start = scanner.at + 1;
	if (!scan_string(&scanner))
		return false;
	ret_member->name.length = (size_t)(scanner.at - 1 - ret_member->name.start);
	skip_space(&scanner);
	if (!take(&scanner, ":"))
		return false;
	skip_space(&scanner);
	ret_member->value.start = scanner.at;
	while (more) {
		if (!scan_value(&scanner, &more))
			return false;
	}
	ret_member->value.length = (size_t)(scanner.at - ret_member->value.start);
	*at = scanner.at;
	return true;
}
