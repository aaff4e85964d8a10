/*
 * A scan over JSON bytes that accepts RFC 8259 and no more, because cJSON accepts more.
 *
 * Narrower than the RFC where cJSON or a double is: numbers of at most KG_JSON_NUMBER_MAX bytes and within the range of a double, strings of
 * well-formed UTF-8 without unpaired surrogates, at most KG_MAX_DEPTH levels.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"

/* cJSON 1.7.15 copies a number into a buffer of 64 bytes and drops the rest. */
#define KG_JSON_NUMBER_MAX 63

/* A review has two objects, and each one managedFields. */
#define KG_JSON_LEFT_OUT_MAX 2

struct kg_json_scan {
	const char *problem; /* what is wrong, a constant text; NULL while nothing is */
	const char *at;      /* where */
	bool has_nul_escape; /* a string holds \u0000 */
	/* Arrays that are the member managedFields of an object, the first ones; `left_out_count` of them. */
	struct {
		const char *start, *end;
	} left_out[KG_JSON_LEFT_OUT_MAX];
	size_t left_out_count;
};

/* The first byte from `at` on that is no white space, or `end`. */
KG_PURE const char *kg_json_skip_space(const char *at, const char *end);

/* Scan the value at `at`, white space before it allowed. Returns the byte behind it; NULL when it is malformed, `scan` then says why. */
KG_MUST_CHECK const char *kg_json_scan_value(struct kg_json_scan *scan, const char *at, const char *end);

/* The byte behind the string, number or literal at `at`, in text that was scanned. */
KG_PURE const char *kg_json_skip_scalar(const char *at, const char *end);
