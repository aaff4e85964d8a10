/*
 * The scanners of `syntax` but for URLs (fuzz_url.c) and formulas (fuzz_expression.c), and UTF-8. Beside faults of memory, this looks for answers
 * that contradict each other or another reader of the same language.
 *
 * Targets: syntax, base/utf8.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/evp.h>

#include "fuzz/scanners.h"
#include "kedagate/base/utf8.h"
#include "kedagate/syntax/base64.h"
#include "kedagate/syntax/brackets.h"
#include "kedagate/syntax/cron.h"
#include "kedagate/syntax/date.h"
#include "kedagate/syntax/duration.h"
#include "kedagate/syntax/glob.h"
#include "kedagate/syntax/go_glob.h"
#include "kedagate/syntax/guid.h"
#include "kedagate/syntax/header.h"
#include "kedagate/syntax/json_text.h"
#include "kedagate/syntax/label_selector.h"
#include "kedagate/syntax/pem.h"
#include "kedagate/syntax/quantity.h"
#include "kedagate/syntax/regex.h"
#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/text.h"
#include "kedagate/syntax/version.h"

/* ---- numbers, booleans, durations, versions ---- */

static bool scan_bool(const struct input *input)
{
	bool value = false;
	bool taken = kg_go_bool_parse(input->bytes, &value);

	require(!taken || (input->bytes.length <= 5 && strchr("1tT", input->bytes.start[0]) != NULL) == value);
	return taken;
}

/* What Go takes as an integer it takes as a float, and C reads the same number. */
static bool scan_int(const struct input *input)
{
	int64_t value = 0;

	if (!kg_go_int_parse(input->bytes, &value))
		return false;
	require(kg_go_float_valid(input->bytes) && strtoll(input->text, NULL, 10) == value);
	return true;
}

static bool scan_float(const struct input *input)
{
	return kg_go_float_valid(input->bytes);
}

static bool scan_json_int(const struct input *input)
{
	int64_t value = 0, same = 0;
	double number = 0;

	if (!kg_json_int_parse(input->bytes, &value))
		return false;
	require(kg_go_int_parse(input->bytes, &same) && same == value && kg_json_float_parse(input->bytes, &number));
	return true;
}

static bool scan_json_float(const struct input *input)
{
	double value = 0;

	if (!kg_json_float_parse(input->bytes, &value))
		return false;
	require(isfinite(value) && kg_go_float_valid(input->bytes) && !(strtod(input->text, NULL) < value) &&
	        !(strtod(input->text, NULL) > value));
	return true;
}

/* The flag is Go's duration without the negative ones. */
static bool scan_duration(const struct input *input)
{
	int64_t value = 0, flag = 0;
	struct kg_err err = {0};
	bool taken = kg_go_duration_parse(kg_slice_of(input->text), &value);
	int status = kg_duration_parse(input->text, &flag, &err);

	require((status == 0) == (taken && value >= 0) && (status != 0 || flag == value));
	require(status == 0 || err.message[0] != '\0');
	return taken;
}

static bool scan_keda_duration(const struct input *input)
{
	int64_t value = 0, same = 0;
	bool taken = kg_keda_duration_parse(input->bytes, &value);

	require(!taken || value >= 0);
	if (taken && kg_go_duration_parse(input->bytes, &same))
		require(same == value);
	return taken;
}

static bool scan_version(const struct input *input)
{
	char text[KG_VERSION_TEXT_MAX];
	uint32_t version = 0, again = 0;
	struct kg_err err = {0};

	if (kg_version_parse(input->text, &version, &err) != 0) {
		require(err.message[0] != '\0');
		return false;
	}
	require(kg_version_parse(kg_version_text(version, text), &again, &err) == 0 && again == version);
	return true;
}

/* An instant is over with its second, a day with its last. */
static bool scan_date(const struct input *input)
{
	struct kg_err err = {0};
	time_t end = 0;
	int status = kg_date_parse_end(input->text, &end, &err);

	require(status == 0 ? end > -86400 && end <= 253402300800 + 86400 : err.message[0] != '\0');
	require(status != 0 || strlen(input->text) > 10 || end % 86400 == 0);
	return status == 0;
}

/* A legal schedule stays legal when a field is written twice as a list. */
static bool scan_cron(const struct input *input)
{
	const char *fault = kg_cron_fault(input->text);
	const char *last = strrchr(input->text, ' ');
	char *twice;

	if (fault != NULL || last == NULL || last[1] == '\0' || strpbrk(last + 1, "\t\n\v\f\r") != NULL)
		return fault == NULL;
	twice = enclosed(input->text, ",", last + 1);
	require(kg_cron_fault(twice) == NULL);
	free(twice);
	return true;
}

static bool scan_quantity(const struct input *input)
{
	bool valid = kg_quantity_valid(input->text);
	char *negative = enclosed("-", input->text, "");

	require(valid || !kg_quantity_positive(input->text));
	/* A sign alone is 0, nothing is not. */
	require(strchr("+-", input->text[0]) != NULL || kg_quantity_valid(negative) == valid);
	free(negative);
	return valid;
}

/* Requirements that are legal apart are so together. */
static bool scan_label_selector(const struct input *input)
{
	const char *fault = kg_label_selector_fault(input->text);
	char *twice;

	if (fault != NULL || kg_text_blank(input->text))
		return fault == NULL;
	twice = enclosed(input->text, ",", input->text);
	require(kg_label_selector_fault(twice) == NULL);
	free(twice);
	return true;
}

/* ---- texts and lists ---- */

static bool scan_trim(const struct input *input)
{
	struct kg_slice once = kg_slice_trim(input->bytes);
	struct kg_slice twice = kg_slice_trim(once);

	require(is_inside(once, input->bytes.start, input->bytes.length));
	require(once.start == twice.start && once.length == twice.length);
	require(kg_text_blank(input->text) == (kg_slice_trim(kg_slice_of(input->text)).length == 0));
	return once.length < input->bytes.length;
}

/* As many elements as separators, and one; none is longer than what it was cut from. */
static bool scan_list(const struct input *input)
{
	struct kg_list list = kg_list_of(kg_slice_of(input->text), ',');
	struct kg_slice element;
	size_t elements = 0, commas = 0;

	for (const char *at = input->text; *at != '\0'; at++)
		commas += *at == ',';
	for (; kg_list_next(&list, &element); elements++) {
		require_inside(element, input->text);
		require(memchr(element.start, ',', element.length) == NULL && kg_slice_trim(element).length == element.length);
	}
	require(elements == commas + 1);
	return elements > 1;
}

static bool scan_header(const struct input *input)
{
	struct kg_list list = kg_list_of(kg_slice_of(input->text), ',');
	struct kg_slice value;
	bool found = false;

	while (kg_header_next_secret(&list, &value)) {
		require_inside(value, input->text);
		require(value.length > 0 && kg_slice_trim(value).length == value.length);
		found = true;
	}
	return found;
}

static bool scan_guid(const struct input *input)
{
	bool valid = kg_guid_valid(input->text);

	require(!valid || strlen(input->text) == 36);
	return valid;
}

static bool scan_pem(const struct input *input)
{
	bool found = kg_pem_has_block(input->text, "CERTIFICATE");

	require(!found || (strstr(input->text, "-----BEGIN ") != NULL && strstr(input->text, "CERTIFICATE-----") != NULL));
	return found;
}

static bool scan_utf8(const struct input *input)
{
	const struct kg_slice *bytes = &input->bytes;
	bool valid = kg_utf8_is_valid(bytes->start, bytes->length);
	struct kg_buf mended;

	for (size_t max = 0; max <= bytes->length && max < 64; max++)
		require(kg_utf8_cut(bytes->start, bytes->length, max) <= max &&
		        (!valid || kg_utf8_is_valid(bytes->start, kg_utf8_cut(bytes->start, bytes->length, max))));
	kg_buf_init(&mended, 3 * bytes->length + 1);
	kg_utf8_append_valid(&mended, bytes->start, bytes->length);
	require(kg_buf_status(&mended) == 0 && kg_utf8_is_valid(kg_buf_text(&mended), mended.length));
	require(!valid || (mended.length == bytes->length && memcmp(kg_buf_text(&mended), bytes->start, bytes->length) == 0));
	kg_buf_clear(&mended);
	kg_utf8_append_printable(&mended, bytes->start, bytes->length);
	require(kg_buf_status(&mended) == 0 && kg_utf8_is_valid(kg_buf_text(&mended), mended.length));
	require(memchr(kg_buf_text(&mended), '\n', mended.length) == NULL);
	kg_buf_release(&mended);
	return valid;
}

/* ---- base64 and JSON ---- */

/* OpenSSL reads the same; white space around it, which it takes, is none of base64's letters. */
static bool scan_base64(const struct input *input)
{
	size_t length = input->bytes.length, padding = 0;
	unsigned char *decoded = malloc(length + 1);
	bool valid = kg_base64_valid(input->bytes);

	require(decoded != NULL);
	if (valid && length > 0) {
		int size = EVP_DecodeBlock(decoded, (const unsigned char *)input->bytes.start, (int)length);

		while (input->bytes.start[length - 1 - padding] == '=')
			padding++;
		require(size >= (int)padding);
		for (int byte = 0; byte < 256; byte++)
			require(kg_base64_holds(input->bytes, (char)byte) == (memchr(decoded, byte, (size_t)size - padding) != NULL));
	}
	free(decoded);
	return valid;
}

static enum kg_json_kind kind_of(const json_t *value)
{
	if (json_is_object(value))
		return KG_JSON_OBJECT;
	if (json_is_array(value))
		return KG_JSON_ARRAY;
	return json_is_string(value) ? KG_JSON_STRING : KG_JSON_OTHER;
}

/* Can `text` nest deeper than is looked at? */
static bool may_be_deep(const char *text)
{
	size_t opened = 0;

	for (; *text != '\0'; text++)
		opened += *text == '[' || *text == '{';
	return opened > 64;
}

/* What jansson takes is well formed, and of the same kind. Jansson wants more: UTF-8, no lone surrogates, numbers that C can hold. */
static bool scan_json(const struct input *input)
{
	enum kg_json_kind kind = kg_json_text_kind(input->text);
	json_t *value = json_loads(input->text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	require(value == NULL || kind == kind_of(value) || (kind == KG_JSON_INVALID && may_be_deep(input->text)));
	json_decref(value);
	return kind != KG_JSON_INVALID;
}

/* The members of a well-formed object are well-formed. If each is a text or null, the object has names, whatever follows it. */
static bool scan_json_members(const struct input *input)
{
	const char *at = input->text;
	struct kg_json_member member;
	size_t members = 0, others = 0;

	if (kg_json_text_kind(input->text) != KG_JSON_OBJECT)
		return false;
	for (; kg_json_next_member(&at, &member); members++) {
		char *value = copy_text(member.value.start, member.value.length);

		require_inside(member.name, input->text);
		require_inside(member.value, input->text);
		require(kg_json_text_kind(value) != KG_JSON_INVALID);
		others += value[0] != '"' && strcmp(value, "null") != 0;
		free(value);
	}
	require(kg_json_begins_with_names(input->text) == (members > 0 && others == 0));
	return members > 0;
}

static bool scan_json_names(const struct input *input)
{
	bool names = kg_json_begins_with_names(input->text);
	char *longer = enclosed("", input->text, "}");

	require(!names || kg_json_begins_with_names(longer));
	free(longer);
	return names;
}

/* ---- patterns and queries ---- */

enum { GLOB_TEXT_MAX = 128 };

/* The same by a table: row after row, which prefixes of the text does the pattern so far match? */
static bool glob_by_table(const char *pattern, const char *text)
{
	bool row[GLOB_TEXT_MAX + 1] = {true};
	size_t length = strlen(text);

	for (; *pattern != '\0'; pattern++) {
		bool before = row[0];

		row[0] = row[0] && *pattern == '*';
		for (size_t i = 1; i <= length; i++) {
			bool here = row[i];

			row[i] = *pattern == '*' ? here || row[i - 1] : before && (*pattern == '?' || *pattern == text[i - 1]);
			before = here;
		}
	}
	return row[length];
}

static bool scan_glob(const struct input *input)
{
	bool matched = kg_glob_match(input->first, input->second);

	if (strlen(input->second) <= GLOB_TEXT_MAX)
		require(matched == glob_by_table(input->first, input->second));
	return matched;
}

/* Sets that are right apart are so together, if no backslash parts the second from its first bracket. */
static bool scan_go_glob(const struct input *input)
{
	bool valid = kg_go_glob_valid(input->text);
	char *twice = enclosed(input->text, "", input->text);

	require(!valid || input->text[0] == '\0' || input->text[strlen(input->text) - 1] == '\\' || kg_go_glob_valid(twice));
	free(twice);
	return valid;
}

/* What compiles does so in a group, too; but it must be UTF-8, \Q quotes to the end, and Go bounds how deep groups nest. */
static bool scan_regex(const struct input *input)
{
	const char *fault = kg_regex_fault(input->text);
	char *group;

	if (fault != NULL || !kg_utf8_is_valid(input->text, strlen(input->text)) || strstr(input->text, "\\Q") != NULL ||
	    strlen(input->text) > 900)
		return fault == NULL;
	group = enclosed("(", input->text, ")");
	require(kg_regex_fault(group) == NULL);
	free(group);
	return true;
}

/* More than 256 brackets count as balanced. */
static bool scan_brackets(const struct input *input)
{
	struct kg_brackets_fault fault = {0};
	bool balanced = kg_brackets_balanced(input->text, &fault);
	char *group;

	require(balanced || (fault.offset < strlen(input->text) && input->text[fault.offset] == fault.byte));
	if (!balanced || strlen(input->text) > 200)
		return balanced;
	group = enclosed("([{", input->text, "\n}])");
	require(kg_brackets_balanced(group, &fault));
	free(group);
	return true;
}

/* ---- the table ---- */

static struct scanner scanners[] = {
        {'b', "bool", scan_bool, 0, 0},
        {'i', "int", scan_int, 0, 0},
        {'f', "float", scan_float, 0, 0},
        {'I', "json int", scan_json_int, 0, 0},
        {'F', "json float", scan_json_float, 0, 0},
        {'d', "duration", scan_duration, 0, 0},
        {'D', "KEDA duration", scan_keda_duration, 0, 0},
        {'v', "version", scan_version, 0, 0},
        {'T', "date", scan_date, 0, 0},
        {'C', "cron", scan_cron, 0, 0},
        {'Q', "quantity", scan_quantity, 0, 0},
        {'L', "label selector", scan_label_selector, 0, 0},
        {'t', "trim", scan_trim, 0, 0},
        {'l', "list", scan_list, 0, 0},
        {'h', "header", scan_header, 0, 0},
        {'g', "guid", scan_guid, 0, 0},
        {'p', "pem", scan_pem, 0, 0},
        {'8', "utf8", scan_utf8, 0, 0},
        {'B', "base64", scan_base64, 0, 0},
        {'j', "JSON", scan_json, 0, 0},
        {'m', "JSON members", scan_json_members, 0, 0},
        {'J', "JSON names", scan_json_names, 0, 0},
        {'*', "glob", scan_glob, 0, 0},
        {'G', "Go glob", scan_go_glob, 0, 0},
        {'r', "regex", scan_regex, 0, 0},
        {'[', "brackets", scan_brackets, 0, 0},
};

SCANNERS_ENTRY(scanners)
