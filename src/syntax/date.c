#include "kedagate/syntax/date.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { SECONDS_A_MINUTE = 60, SECONDS_AN_HOUR = 3600, SECONDS_A_DAY = 86400 };

/* Exactly `digits` digits at *text, a number within the bounds; moves *text behind them. */
static bool take_number(const char **text, unsigned digits, int minimum, int maximum, int *ret_number)
{
	int number = 0;

	for (; digits > 0; digits--, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		number = number * 10 + (**text - '0');
	}
	*ret_number = number;
	return number >= minimum && number <= maximum;
}

static bool take_byte(const char **text, const char *allowed)
{
	if (**text == '\0' || strchr(allowed, **text) == NULL)
		return false;
	(*text)++;
	return true;
}

/* "2027-01-31" */
static bool take_day(const char **text, struct tm *out)
{
	int year = 0;
	int month = 0;

	if (!take_number(text, 4, 1970, 9999, &year) || !take_byte(text, "-") || !take_number(text, 2, 1, 12, &month) ||
	    !take_byte(text, "-") || !take_number(text, 2, 1, 31, &out->tm_mday))
		return false;
	out->tm_year = year - 1900;
	out->tm_mon = month - 1;
	return true;
}

/* "18:00:00", and a fraction that does not count */
static bool take_time(const char **text, struct tm *out)
{
	if (!take_number(text, 2, 0, 23, &out->tm_hour) || !take_byte(text, ":") || !take_number(text, 2, 0, 59, &out->tm_min) ||
	    !take_byte(text, ":") || !take_number(text, 2, 0, 59, &out->tm_sec))
		return false;
	if (!take_byte(text, "."))
		return true;
	if (!take_byte(text, "0123456789"))
		return false;
	while (take_byte(text, "0123456789"))
		;
	return true;
}

/* "Z" or "+01:00", as seconds east of Greenwich */
static bool take_zone(const char **text, long *ret_east)
{
	bool west = **text == '-';
	int hours = 0;
	int minutes = 0;

	*ret_east = 0;
	if (take_byte(text, "Zz"))
		return true;
	if (!take_byte(text, "+-") || !take_number(text, 2, 0, 23, &hours) || !take_byte(text, ":") ||
	    !take_number(text, 2, 0, 59, &minutes))
		return false;
	*ret_east = (long)hours * SECONDS_AN_HOUR + (long)minutes * SECONDS_A_MINUTE;
	if (west)
		*ret_east = -*ret_east;
	return true;
}

/* False when the month has no such day: timegm makes another date of it. */
static bool to_time(const struct tm *wanted, time_t *ret_time)
{
	struct tm parts = *wanted;

	*ret_time = timegm(&parts);
	return parts.tm_mday == wanted->tm_mday;
}

static bool parse(const char *text, time_t *ret_end)
{
	struct tm parts = {0};
	time_t when = 0;
	long east = 0;

	if (!take_day(&text, &parts))
		return false;
	if (*text == '\0') {
		if (!to_time(&parts, &when))
			return false;
		*ret_end = when + SECONDS_A_DAY;
		return true;
	}
	if (!take_byte(&text, "Tt") || !take_time(&text, &parts) || !take_zone(&text, &east) || *text != '\0' || !to_time(&parts, &when))
		return false;
	*ret_end = when - east;
	return true;
}

int kg_date_parse_end(const char *text, time_t *ret_end, struct kg_err *err)
{
	if (parse(text, ret_end))
		return 0;
	return kg_err_set(err, KG_EINVAL, "\"%s\" is no date; write a day such as 2027-01-31, or an instant such as 2027-01-31T18:00:00Z",
	                  text);
}
