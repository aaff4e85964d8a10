#include "scalers/value.h"

#include <stdint.h>
#include <string.h>

#include "kedagate/syntax/duration.h"
#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"

/* Before 2.17.0 the declarative parser knew no booleans of its own and read them as JSON. */
static bool fits_bool(const struct kg_params *params, struct kg_slice text)
{
	bool value;

	if (kg_params_typed(params) && params->keda_version < KG_VERSION(2, 17, 0))
		return kg_slice_equal(text, "true") || kg_slice_equal(text, "false");
	return kg_go_bool_parse(text, &value);
}

static char list_separator(const struct kg_param *row)
{
	return row->separator ? row->separator : ',';
}

/* Each part of the list is key=value with exactly one "="; either side may be empty. */
static bool fits_map(const struct kg_param *row, struct kg_slice text)
{
	struct kg_list parts = kg_list_of(text, list_separator(row));
	struct kg_slice part;

	while (kg_list_next(&parts, &part)) {
		const char *equals = memchr(part.start, '=', part.length);

		if (!equals || memchr(equals + 1, '=', part.length - (size_t)(equals + 1 - part.start)))
			return false;
	}
	return true;
}

/* KEDA's declarative parser reads numbers as JSON, code of a scaler's own by Go's strconv. */
static bool fits_int(bool typed, struct kg_slice text, int64_t *ret_integer)
{
	return typed ? kg_json_int_parse(text, ret_integer) : kg_go_int_parse(text, ret_integer);
}

static bool fits_float(bool typed, const struct kg_param *row, struct kg_slice text)
{
	double number;

	if (!typed)
		return kg_go_float_valid(text);
	return kg_json_float_parse(text, &number) || (row->nullable && kg_slice_equal(text, "null"));
}

/* The numbers of ranges are partitions. Code of a scaler's own reads 32 bits of them, the declarative parser Go's int (apache-kafka). */
static bool fits_partition(bool typed, struct kg_slice text)
{
	int64_t integer;

	return fits_int(typed, text, &integer) && (typed || (integer >= INT32_MIN && integer <= INT32_MAX));
}

/* "start-end"; an empty range, whose end is before its start, is legal. */
static bool fits_range(bool typed, struct kg_slice text)
{
	struct kg_list ends = kg_list_of(text, '-');
	struct kg_slice end;
	unsigned count = 0;

	for (; kg_list_next(&ends, &end); count++) {
		if (!fits_partition(typed, end))
			return false;
	}
	return count == 2;
}

/* A part with a "-" is a range, so that a negative number is not possible. */
static bool fits_ranges(bool typed, char separator, struct kg_slice text)
{
	struct kg_list parts = kg_list_of(text, separator);
	struct kg_slice part;

	while (kg_list_next(&parts, &part)) {
		if (memchr(part.start, '-', part.length) ? !fits_range(typed, part) : !fits_partition(typed, part))
			return false;
	}
	return true;
}

bool kg_value_ranges_valid(struct kg_slice text)
{
	return fits_ranges(false, ',', text);
}

/* The numbers of "start-end", or of "start" alone. */
static int64_t range_size(struct kg_slice text, int64_t *ret_end)
{
	struct kg_list ends = kg_list_of(text, '-');
	int64_t range[2] = {0};
	struct kg_slice end;
	size_t count = 0;

	for (; count < KG_ARRAY_LEN(range) && kg_list_next(&ends, &end); count++)
		(void)kg_go_int_parse(end, &range[count]);
	*ret_end = count == 2 ? range[1] : 0;
	if (count < 2)
		return 1;
	if (range[0] > range[1])
		return 0;
	/* Neither is negative: no sign fits beside the one that splits them. */
	return range[1] - range[0] < INT64_MAX ? range[1] - range[0] + 1 : INT64_MAX;
}

int64_t kg_value_ranges_size(struct kg_slice text, char separator, int64_t *ret_last)
{
	struct kg_list parts = kg_list_of(text, separator);
	int64_t total = 0;
	int64_t last = 0;
	struct kg_slice part;

	while (kg_list_next(&parts, &part)) {
		int64_t end;
		int64_t size = range_size(part, &end);

		total = total < INT64_MAX - size ? total + size : INT64_MAX;
		last = end > last ? end : last;
	}
	if (ret_last)
		*ret_last = last;
	return total;
}

bool kg_value_fits(const struct kg_params *params, const struct kg_param *row, const char *text)
{
	struct kg_slice slice = kg_slice_of(text);
	bool typed = kg_params_typed(params);
	int64_t integer;

	switch (row->type) {
	case KG_TYPE_BOOL:
		return fits_bool(params, slice);
	case KG_TYPE_INT:
		return fits_int(typed, slice, &integer);
	case KG_TYPE_NATURAL:
		return *text != '-' && fits_int(typed, slice, &integer);
	case KG_TYPE_FLOAT:
		return fits_float(typed, row, slice);
	case KG_TYPE_DURATION:
		return kg_keda_duration_parse(slice, &integer);
	case KG_TYPE_MAP:
		return fits_map(row, slice);
	case KG_TYPE_RANGES:
		return fits_ranges(true, list_separator(row), slice);
	case KG_TYPE_QUERY:
		return kg_query_valid(slice);
	case KG_TYPE_STRING:
	case KG_TYPE_LIST:
		break;
	}
	return true;
}

const char *kg_value_expected(const struct kg_param *row)
{
	switch (row->type) {
	case KG_TYPE_BOOL:
		return "must be true or false";
	case KG_TYPE_INT:
		return "must be a whole number, written like 10";
	case KG_TYPE_NATURAL:
		return "must be a whole number that is not negative, written like 10";
	case KG_TYPE_FLOAT:
		return "must be a number, written like 10 or 2.5";
	case KG_TYPE_DURATION:
		return "must be a duration such as 30s, or a number of milliseconds, and not negative";
	case KG_TYPE_MAP:
		return list_separator(row) == ';' ? "must be a list of key=value, separated by semicolons"
		                                  : "must be a comma-separated list of key=value";
	case KG_TYPE_RANGES:
		return "must be a comma-separated list of numbers and of ranges such as 1-4";
	case KG_TYPE_QUERY:
		return "must be a URL query such as a=b&c=d";
	case KG_TYPE_STRING:
	case KG_TYPE_LIST:
		break;
	}
	return "must be a text";
}

/* KEDA's declarative parser splits at commas whether or not the parameter is a list. */
static char separator_of(const struct kg_params *params, const struct kg_param *row)
{
	return row->type == KG_TYPE_LIST || kg_params_typed(params) ? list_separator(row) : '\0';
}

bool kg_value_stranger(const struct kg_params *params, const struct kg_param *row, const char *text, const char *const *words)
{
	struct kg_list elements = kg_list_of(kg_slice_of(text), separator_of(params, row));
	struct kg_slice element;

	while (kg_list_next(&elements, &element)) {
		if (!kg_slice_among(element, words))
			return true;
	}
	return false;
}

bool kg_value_clashes(const struct kg_params *params, const struct kg_param *row, const char *text)
{
	struct kg_list elements = kg_list_of(kg_slice_of(text), ',');
	struct kg_slice first = {NULL, 0};
	struct kg_slice element;

	while (kg_list_next(&elements, &element)) {
		if (!kg_slice_among(element, row->exclusive))
			continue;
		/* The declarative parser counts occurrences, so a repeated word clashes with itself. */
		if (first.start &&
		    (kg_params_typed(params) || first.length != element.length || memcmp(first.start, element.start, first.length) != 0))
			return true;
		first = element;
	}
	return false;
}
