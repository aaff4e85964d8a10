#include "kedagate/base/clock.h"

#include <stdio.h>
#include <string.h>

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

/* Date and time of day, without a zone. */
static size_t format_seconds(time_t when, char out[KG_TIME_TEXT_MAX])
{
	struct tm parts;
	size_t length;

	/* No calendar year that fits an int. */
	if (gmtime_r(&when, &parts) == NULL)
		memset(&parts, 0, sizeof(parts));
	length = strftime(out, KG_TIME_TEXT_MAX, "%FT%T", &parts);
	out[length] = '\0';
	return length;
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
