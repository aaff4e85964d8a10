/*
 * Every scanner of `syntax`, and UTF-8. The first byte of an input chooses the scanner; what follows is its text, which for scanners of two texts is
 * cut at the first newline. Beside faults of memory, this looks for answers that contradict each other or another reader of the same language.
 *
 * Targets: all of syntax, base/utf8. Each scanner must say yes to some inputs of the corpus, and no to others.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "kedagate/base/utf8.h"
#include "kedagate/syntax/brackets.h"
#include "kedagate/syntax/connection_string.h"
#include "kedagate/syntax/cron.h"
#include "kedagate/syntax/date.h"
#include "kedagate/syntax/duration.h"
#include "kedagate/syntax/glob.h"
#include "kedagate/syntax/guid.h"
#include "kedagate/syntax/header.h"
#include "kedagate/syntax/label_selector.h"
#include "kedagate/syntax/pem.h"
#include "kedagate/syntax/quantity.h"
#include "kedagate/syntax/regex.h"
#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/text.h"
#include "kedagate/syntax/url.h"
#include "kedagate/syntax/version.h"

/* Each text has an allocation of its own and of its exact size, so that reading past its end is seen. */
struct input {
	struct kg_slice bytes; /* the whole, with no NUL behind */
	char *text;            /* the whole up to its first NUL */
	char *first, *second;  /* the first line of the text, and the rest */
};

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool is_inside(struct kg_slice slice, const char *text, size_t length)
{
	return slice.start >= text && slice.length <= length && slice.start <= text + length - slice.length;
}

static void require_inside(struct kg_slice slice, const char *text)
{
	require(is_inside(slice, text, strlen(text)));
}

/* `before``text``behind`; to be freed. */
static char *enclosed(const char *before, const char *text, const char *behind)
{
	char *whole = malloc(strlen(before) + strlen(text) + strlen(behind) + 1);

	require(whole != NULL);
	(void)stpcpy(stpcpy(stpcpy(whole, before), text), behind);
	return whole;
}

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

/* ---- URLs and connection strings ---- */

static void check_url(const struct kg_url *url, const char *text)
{
	const struct kg_slice parts[] = {url->scheme, url->user, url->password, url->host, url->port, url->path, url->query};

	for (size_t i = 0; i < KG_ARRAY_LEN(parts); i++)
		require(parts[i].length == 0 || is_inside(parts[i], text, strlen(text)));
	require(url->has_user || (url->user.length == 0 && !url->has_password));
	require(url->has_password || url->password.length == 0);
}

/* A URL is an endpoint as well, with the same host where its authority names one. */
static bool scan_url(const struct input *input)
{
	struct kg_url url, endpoint;

	if (!kg_url_parse(input->text, &url))
		return false;
	check_url(&url, input->text);
	if (url.host.length > 0)
		require(kg_endpoint_parse(input->text, &endpoint) && endpoint.host.start == url.host.start &&
		        endpoint.host.length == url.host.length);
	return true;
}

static bool scan_endpoint(const struct input *input)
{
	struct kg_url url;

	if (!kg_endpoint_parse(input->text, &url))
		return false;
	check_url(&url, input->text);
	return true;
}

static bool scan_host(const struct input *input)
{
	static const char *const domains[] = {".tmprl.cloud", ".example", NULL};
	struct kg_slice host = input->bytes;
	bool under = kg_host_under_any(host, domains);

	require(under == (kg_host_under(host, domains[0]) || kg_host_under(host, domains[1])));
	require(!under || host.length > strlen(domains[1]));
	return under;
}

static bool scan_query(const struct input *input)
{
	struct kg_slice value;
	bool found = kg_query_get(kg_slice_of(input->second), input->first, &value);

	(void)kg_query_valid(kg_slice_of(input->second));
	if (found)
		require_inside(value, input->second);
	return found;
}

/* Decoding never lengthens, and says the same of every buffer that is large enough; what holds no escape stays as it is. */
static bool scan_percent(const struct input *input)
{
	size_t size = input->bytes.length + 1;
	char *out = malloc(size);
	bool taken;

	require(out != NULL);
	taken = kg_percent_decode(input->bytes, false, out, size);
	require(!taken || strlen(out) < size);
	require(taken || memchr(input->bytes.start, '%', input->bytes.length) != NULL);
	if (taken && memchr(input->bytes.start, '%', input->bytes.length) == NULL)
		require(memcmp(out, input->bytes.start, strnlen(input->bytes.start, input->bytes.length)) == 0);
	for (size_t small = 0; taken && small <= strlen(out) && memchr(input->bytes.start, '\0', input->bytes.length) == NULL; small++)
		(void)kg_percent_decode(input->bytes, true, out, small);
	free(out);
	return taken;
}

static bool scan_connection_string(const struct input *input)
{
	struct kg_slice value;

	if (!kg_connection_string_get(input->second, input->first, &value))
		return false;
	require_inside(value, input->second);
	require(memchr(value.start, ';', value.length) == NULL);
	return true;
}

static bool scan_dsn(const struct input *input)
{
	struct kg_dsn dsn;

	memset(&dsn, 'x', sizeof(dsn));
	if (kg_dsn_parse(input->text, &dsn) != NULL)
		return false;
	require(memchr(dsn.sslmode, '\0', sizeof(dsn.sslmode)) != NULL);
	require(memchr(dsn.sslnegotiation, '\0', sizeof(dsn.sslnegotiation)) != NULL);
	return true;
}

static bool scan_ports(const struct input *input)
{
	return kg_dsn_ports_valid(input->first, input->second);
}

/* ---- the table ---- */

static struct scanner {
	char key;
	const char *name;
	bool (*scan)(const struct input *input);
	unsigned long yes, no;
} scanners[] = {
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
        {'*', "glob", scan_glob, 0, 0},
        {'r', "regex", scan_regex, 0, 0},
        {'[', "brackets", scan_brackets, 0, 0},
        {'u', "url", scan_url, 0, 0},
        {'e', "endpoint", scan_endpoint, 0, 0},
        {'H', "host", scan_host, 0, 0},
        {'q', "query", scan_query, 0, 0},
        {'%', "percent", scan_percent, 0, 0},
        {'c', "connection string", scan_connection_string, 0, 0},
        {'s', "dsn", scan_dsn, 0, 0},
        {'P', "ports", scan_ports, 0, 0},
};

__attribute__((destructor)) static void report(void)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(scanners); i++) {
		fuzz_reach_print(scanners[i].name, ", yes", scanners[i].yes);
		fuzz_reach_print(scanners[i].name, ", no", scanners[i].no);
	}
}

/* Up to the first NUL. (With strict_string_checks, strndup reads what it need not.) */
static char *copy_text(const char *start, size_t length)
{
	size_t shorter = 0;
	char *copy = malloc(length + 1);

	require(copy != NULL);
	for (; shorter < length && start[shorter] != '\0'; shorter++)
		copy[shorter] = start[shorter];
	copy[shorter] = '\0';
	copy = realloc(copy, shorter + 1);
	require(copy != NULL);
	return copy;
}

static void scan(struct scanner *scanner, const char *start, size_t length)
{
	char *whole = malloc(length);
	size_t line;
	struct input input;
	bool answer;

	require(whole != NULL || length == 0);
	if (length > 0)
		memcpy(whole, start, length);
	input = (struct input){.bytes = {whole, length}, .text = copy_text(start, length)};
	line = strcspn(input.text, "\n");
	input.first = copy_text(input.text, line);
	input.second = copy_text(input.text[line] == '\n' ? input.text + line + 1 : "", length);
	answer = scanner->scan(&input);
	*(answer ? &scanner->yes : &scanner->no) += 1;
	free(whole);
	free(input.text);
	free(input.first);
	free(input.second);
}

/* An input for no scanner is not kept. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; length > 0 && i < KG_ARRAY_LEN(scanners); i++) {
		if (scanners[i].key == (char)bytes[0]) {
			scan(&scanners[i], (const char *)bytes + 1, length - 1);
			return 0;
		}
	}
	return -1;
}
