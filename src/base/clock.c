#include "kedagate/base/clock.h"

#include <stdio.h>

int64_t kg_clock_monotonic(void)
{
	struct timespec now;

	/* Cannot fail: the clock exists on every Linux. */
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

time_t kg_clock_wall(void)
{
	return time(NULL);
}

/* RFC 3339 has years of four digits: 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
#define FIRST_SECOND ((time_t)-62135596800)
#define LAST_SECOND  ((time_t)253402300799)

/* Date and time of day, without a zone. Returns the length. */
static size_t format_seconds(time_t when, char out[KG_TIME_TEXT_MAX])
{
	struct tm parts;

	if (when < FIRST_SECOND)
		when = FIRST_SECOND;
	if (when > LAST_SECOND)
		when = LAST_SECOND;
	(void)gmtime_r(&when, &parts);
	/* strftime does not fill years before 1000 with zeros. */
	snprintf(out, KG_TIME_TEXT_MAX, "%04d", parts.tm_year + 1900);
	return 4 + strftime(out + 4, KG_TIME_TEXT_MAX - 4, "-%m-%dT%T", &parts);
}

void kg_clock_text(char out[KG_TIME_TEXT_MAX])
{
	struct timespec now;
	size_t length;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	length = format_seconds(now.tv_sec, out);
	snprintf(out + length, KG_TIME_TEXT_MAX - length, ".%03uZ", (unsigned)(now.tv_nsec / 1000000) % 1000);
}

void kg_clock_format(time_t when, char out[KG_TIME_TEXT_MAX])
{
	size_t length = format_seconds(when, out);

	snprintf(out + length, KG_TIME_TEXT_MAX - length, "Z");
}
