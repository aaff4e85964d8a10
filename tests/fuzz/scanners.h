/*
 * Many small parsers in one target: the first byte of an input chooses the scanner, what follows is its text, which for scanners of two texts is cut
 * at the first newline. Each must say yes to some inputs of the corpus, and no to others.
 *
 * A target includes this once, has a table `scanners`, and ends with SCANNERS_ENTRY(scanners).
 */
#pragma once

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "kedagate/syntax/text.h"

/* Each text has an allocation of its own and of its exact size, so that reading past its end is seen. */
struct input {
	struct kg_slice bytes; /* the whole, with no NUL behind */
	char *text;            /* the whole up to its first NUL */
	char *first, *second;  /* the first line of the text, and the rest */
};

/* A scanner says whether it took its input, and aborts when its answers contradict each other. */
struct scanner {
	char key;
	const char *name;
	bool (*scan)(const struct input *input);
	unsigned long yes, no;
};

static inline void scanners_report(const struct scanner *scanners, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fuzz_reach_print(scanners[i].name, ", yes", scanners[i].yes);
		fuzz_reach_print(scanners[i].name, ", no", scanners[i].no);
	}
}

static inline void scan(struct scanner *scanner, const char *start, size_t length)
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
static inline int scanners_run(struct scanner *scanners, size_t count, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; length > 0 && i < count; i++) {
		if (scanners[i].key == (char)bytes[0]) {
			scan(&scanners[i], (const char *)bytes + 1, length - 1);
			return 0;
		}
	}
	return -1;
}

#define SCANNERS_ENTRY(rows_)                                                                                                              \
	__attribute__((destructor)) static void report(void)                                                                               \
	{                                                                                                                                  \
		scanners_report(rows_, KG_ARRAY_LEN(rows_));                                                                               \
	}                                                                                                                                  \
	int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)                                                                    \
	{                                                                                                                                  \
		return scanners_run(rows_, KG_ARRAY_LEN(rows_), bytes, length);                                                            \
	}
