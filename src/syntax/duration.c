#include "kedagate/syntax/duration.h"

#include "kedagate/syntax/scalar.h"

/* The magnitude that Go's parser works with: that of INT64_MIN. */
#define MAGNITUDE_MAX ((uint64_t)1 << 63)

static const struct unit {
	const char *name;
	uint64_t nanoseconds;
} units[] = {
        {"ns", 1},         {"us", 1000},      {"\u00b5s", 1000}, /* micro sign */
        {"\u03bcs", 1000},                                       /* Greek mu */
        {"ms", 1000000},   {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static void skip(struct kg_slice *text, size_t length)
{
	text->start += length;
	text->length -= length;
}

static bool read_whole(struct kg_slice *text, uint64_t *ret_value)
{
	uint64_t value = 0;

	while (text->length > 0 && is_digit(*text->start)) {
		if (value > MAGNITUDE_MAX / 10)
			return false;
		value = value * 10 + (uint64_t)(*text->start - '0');
		if (value > MAGNITUDE_MAX)
			return false;
		skip(text, 1);
	}
	*ret_value = value;
	return true;
}

/* Digits behind the point, as a number and what to divide it by; those past the precision of an int64 are dropped. */
struct fraction {
	uint64_t value;
	double scale;
};

static struct fraction read_fraction(struct kg_slice *text)
{
	struct fraction fraction = {0, 1};

	for (; text->length > 0 && is_digit(*text->start); skip(text, 1)) {
		if (fraction.value > (MAGNITUDE_MAX - 1) / 10)
			continue;
		fraction.value = fraction.value * 10 + (uint64_t)(*text->start - '0');
		fraction.scale *= 10;
	}
	return fraction;
}

static const struct unit *read_unit(struct kg_slice *text)
{
	struct kg_slice name = {text->start, 0};

	while (name.length < text->length && name.start[name.length] != '.' && !is_digit(name.start[name.length]))
		name.length++;
	skip(text, name.length);
	for (size_t i = 0; i < KG_ARRAY_LEN(units); i++) {
		if (kg_slice_equal(name, units[i].name))
			return &units[i];
	}
	return NULL;
}

/* One number with its unit, added to *total. */
static bool read_term(struct kg_slice *text, uint64_t *total)
{
	const char *start = text->start;
	const struct unit *unit;
	struct fraction fraction = {0, 1};
	uint64_t whole;
	size_t digits;

	if (!read_whole(text, &whole))
		return false;
	digits = (size_t)(text->start - start);
	if (text->length > 0 && *text->start == '.') {
		skip(text, 1);
		start = text->start;
		fraction = read_fraction(text);
		digits += (size_t)(text->start - start);
	}
	unit = digits > 0 ? read_unit(text) : NULL;
	if (!unit || whole > MAGNITUDE_MAX / unit->nanoseconds)
		return false;
	/* In this order, as Go rounds. */
	whole = whole * unit->nanoseconds + (uint64_t)((double)fraction.value * ((double)unit->nanoseconds / fraction.scale));
	if (whole > MAGNITUDE_MAX)
		return false;
	*total += whole;
	return *total <= MAGNITUDE_MAX;
}

bool kg_go_duration_parse(struct kg_slice text, int64_t *ret_nanoseconds)
{
	bool negative = text.length > 0 && *text.start == '-';
	uint64_t total = 0;

	if (negative || (text.length > 0 && *text.start == '+'))
		skip(&text, 1);
	if (text.length == 0)
		return false;
	if (kg_slice_equal(text, "0"))
		skip(&text, 1);
	while (text.length > 0) {
		if (!read_term(&text, &total))
			return false;
	}
	if (total == MAGNITUDE_MAX && !negative)
		return false;
	*ret_nanoseconds = negative ? (int64_t)(0 - total) : (int64_t)total;
	return true;
}

bool kg_keda_duration_parse(struct kg_slice text, int64_t *ret_nanoseconds)
{
	int64_t value;

	if (kg_go_duration_parse(text, &value)) {
		if (value < 0)
			return false;
		*ret_nanoseconds = value;
		return true;
	}
	if (!kg_go_int_parse(text, &value) || value < 0)
		return false;
	if (__builtin_mul_overflow(value, INT64_C(1000000), &value))
		value = INT64_MAX;
	*ret_nanoseconds = value;
	return true;
}

int kg_duration_parse(const char *text, int64_t *ret_nanoseconds, struct kg_err *err)
{
	int64_t value;

	if (!kg_go_duration_parse(kg_slice_of(text), &value) || value < 0)
		return kg_err_set(err, KG_EINVAL, "\"%.32s\" is no duration: write one such as 5s, 1m30s or 500ms", text);
	*ret_nanoseconds = value;
	return 0;
}
