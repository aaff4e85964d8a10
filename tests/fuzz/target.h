/*
 * What libFuzzer calls in each program of this folder, and what such a program must reach.
 *
 * A target names what its corpus must reach, and counts. hack/run-fuzz runs the committed corpus before it fuzzes and refuses a target that names nothing,
 * or that did not reach what it names: a target that gets no further than the first check finds nothing either.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/text.h"

/* Called with one input at a time, any number of times in one process; it must leave nothing behind. Returns 0, or -1 for an input that is not to be
 * kept. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Something to reach, in words, and how often it was. */
struct fuzz_reach {
	const char *name;
	unsigned long count;
};

static inline void fuzz_reach_print(const char *name, const char *detail, unsigned long count)
{
	(void)fprintf(stderr, "reached %lu times: %s%s\n", count, name, detail);
}

/* Print the counters of the array `rows_` when the process ends. */
#define FUZZ_REACHES(rows_)                                                                                                                \
	__attribute__((destructor)) static void fuzz_reach_report(void)                                                                    \
	{                                                                                                                                  \
		for (size_t fuzz_row = 0; fuzz_row < KG_ARRAY_LEN(rows_); fuzz_row++)                                                      \
			fuzz_reach_print((rows_)[fuzz_row].name, "", (rows_)[fuzz_row].count);                                             \
	}

/* ---- what targets ask of answers ---- */

static inline void require(bool holds)
{
	if (!holds)
		abort();
}

static inline bool is_inside(struct kg_slice slice, const char *text, size_t length)
{
	return slice.start >= text && slice.length <= length && slice.start <= text + length - slice.length;
}

static inline void require_inside(struct kg_slice slice, const char *text)
{
	require(is_inside(slice, text, strlen(text)));
}

/* `before``text``behind`; to be freed. */
static inline char *enclosed(const char *before, const char *text, const char *behind)
{
	char *whole = malloc(strlen(before) + strlen(text) + strlen(behind) + 1);

	require(whole != NULL);
	(void)stpcpy(stpcpy(stpcpy(whole, before), text), behind);
	return whole;
}

/* Up to the first NUL. (With strict_string_checks, strndup reads what it need not.) */
static inline char *copy_text(const char *start, size_t length)
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
