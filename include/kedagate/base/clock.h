/*
 * Time, read in one place so that nothing below the server looks at a clock.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Nanoseconds of the monotonic clock: for durations only. */
int64_t kg_clock_monotonic(void);

/* Seconds since 1970 of the wall clock: for certificate dates and exemptions. */
time_t kg_clock_wall(void);

enum { KG_TIME_TEXT_MAX = 32 };

/* The wall clock as "2026-11-22T10:15:04.123Z". */
void kg_clock_text(char out[KG_TIME_TEXT_MAX]);

/* `when` as "2026-11-22T10:15:04Z"; the nearest such text when its year has not four digits. */
void kg_clock_format(time_t when, char out[KG_TIME_TEXT_MAX]);
