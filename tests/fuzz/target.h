/*
 * What libFuzzer calls in each program of this folder, and what such a program must reach.
 *
 * A target names what its corpus must reach, and counts. hack/run-fuzz runs the committed corpus before it fuzzes and refuses a target that names nothing,
 * or that did not reach what it names: a target that gets no further than the first check finds nothing either.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kedagate/base/compiler.h"

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
