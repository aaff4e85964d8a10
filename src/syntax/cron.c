#include "kedagate/syntax/cron.h"

#include <limits.h>
#include <string.h>

#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/text.h"

enum { FIELDS = 5 };

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

/* clang-format off */
static const struct field {
	int64_t minimum, maximum;
	const char *const *names; /* of the minimum and those that follow; NULL: none */
	const char *fault;
} fields[FIELDS] = {
	{0, 59, NULL,   "the minutes are a list of 0 to 59, ranges of them, or *"},
	{0, 23, NULL,   "the hours are a list of 0 to 23, ranges of them, or *"},
	{1, 31, NULL,   "the days of the month are a list of 1 to 31, ranges of them, or *"},
	{1, 12, months, "the months are a list of 1 to 12, jan to dec, ranges of them, or *"},
	{0, 6,  days,   "the days of the week are a list of 0 to 6, sun to sat, ranges of them, or *"},
};
/* clang-format on */

/* Go's strconv.Atoi of what is not negative. */
static bool read_number(struct kg_slice text, int64_t *ret_number)
{
	return kg_go_int_parse(text, ret_number) && *ret_number >= 0;
}

static bool read_value(const struct field *field, struct kg_slice text, int64_t *ret_value)
{
	for (int64_t i = 0; field->names && field->names[i]; i++) {
		if (kg_slice_equal_nocase(text, field->names[i])) {
			*ret_value = field->minimum + i;
			return true;
		}
	}
	return read_number(text, ret_value);
}

/* Cut `text` at the first `separator`; false when there is none, then *ret_head is all of it. */
static bool cut(struct kg_slice text, char separator, struct kg_slice *ret_head, struct kg_slice *ret_tail)
{
	const char *at = text.length > 0 ? memchr(text.start, separator, text.length) : NULL;

	*ret_head = text;
	if (!at)
		return false;
	ret_head->length = (size_t)(at - text.start);
	*ret_tail = (struct kg_slice){at + 1, text.length - ret_head->length - 1};
	return true;
}

static bool has(struct kg_slice text, char byte)
{
	return text.length > 0 && memchr(text.start, byte, text.length);
}

/* Start and end of "*", "a" or "a-b"; behind a star the parser looks at nothing. */
static bool read_ends(const struct field *field, struct kg_slice text, bool stepped, int64_t *ret_start, int64_t *ret_end)
{
	struct kg_slice low;
	struct kg_slice high;
	bool range = cut(text, '-', &low, &high);

	*ret_start = field->minimum;
	*ret_end = field->maximum;
	if (kg_slice_equal(low, "*") || kg_slice_equal(low, "?"))
		return true;
	if (!read_value(field, low, ret_start))
		return false;
	if (range)
		return !has(high, '-') && read_value(field, high, ret_end);
	/* "a/step" goes on to the end of the field. */
	if (!stepped)
		*ret_end = *ret_start;
	return true;
}

static bool is_range(const struct field *field, struct kg_slice text)
{
	struct kg_slice ends;
	struct kg_slice step;
	bool stepped = cut(text, '/', &ends, &step);
	int64_t start;
	int64_t end;
	int64_t width = 1;

	if (!read_ends(field, ends, stepped, &start, &end))
		return false;
	if (stepped && !read_number(step, &width))
		return false;
	return start >= field->minimum && end <= field->maximum && start <= end && width > 0;
}

/* Empty elements of the list are passed over. */
static bool is_field(const struct field *field, struct kg_slice text)
{
	struct kg_slice head;

	while (text.length > 0) {
		struct kg_slice tail = {text.start, 0};

		(void)cut(text, ',', &head, &tail);
		if (head.length > 0 && !is_range(field, head))
			return false;
		text = tail;
	}
	return true;
}

static bool is_space(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The next word of *text; false when nothing but white space is left. */
static bool next_word(const char **text, struct kg_slice *ret_word)
{
	const char *start = *text;
	const char *end;

	while (is_space(*start))
		start++;
	for (end = start; *end != '\0' && !is_space(*end); end++)
		;
	*text = end;
	*ret_word = (struct kg_slice){start, (size_t)(end - start)};
	return end > start;
}

/* Behind "TZ=zone "; `text` itself without one; NULL when the zone is followed by nothing. */
static const char *after_zone(const char *text)
{
	const char *space;

	if (strncmp(text, "TZ=", 3) != 0 && strncmp(text, "CRON_TZ=", 8) != 0)
		return text;
	space = strchr(text, ' ');
	return space ? space + 1 : NULL;
}

const char *kg_cron_fault(const char *text)
{
	static const char count_fault[] = "it has five fields: minute, hour, day of the month, month, day of the week";
	struct kg_slice words[FIELDS];
	struct kg_slice word;
	size_t count = 0;

	text = after_zone(text);
	if (!text)
		return count_fault;
	for (; next_word(&text, &word); count++) {
		if (count == FIELDS || *word.start == '@')
			return count_fault;
		words[count] = word;
	}
	if (count != FIELDS)
		return count_fault;
	for (size_t i = 0; i < FIELDS; i++) {
		if (!is_field(&fields[i], words[i]))
			return fields[i].fault;
	}
	return NULL;
}
