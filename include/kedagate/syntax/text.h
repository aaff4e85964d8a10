/*
 * Slices of text, and what KEDA's Go code means by blank and by a list.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A part of a longer text: not NUL-terminated, borrowed from it. */
struct kg_slice {
	const char *start; /* never NULL in a slice that a function here returns */
	size_t length;
};

/* The whole of `text`; NULL gives an empty slice. */
struct kg_slice kg_slice_of(const char *text);

bool kg_slice_equal(struct kg_slice slice, const char *text);

/* As kg_slice_equal; the case of ASCII letters does not matter. */
bool kg_slice_equal_nocase(struct kg_slice slice, const char *text);

/* Without the white space around it: Unicode's, as Go's strings.TrimSpace sees it in UTF-8. */
struct kg_slice kg_slice_trim(struct kg_slice slice);

/* NULL, empty, or nothing but white space. KEDA treats a blank value as one that is not given. */
bool kg_text_blank(const char *text);

/* Is `text` one of the NULL-terminated `names`? False for NULL `names`. */
bool kg_slice_among(struct kg_slice slice, const char *const *names);

/*
 * The elements of a list, split at each `separator` as Go's strings.Split does (a blank text is one empty element), each trimmed.
 *
 *	struct kg_list list = kg_list_of(text, ',');
 *	while (kg_list_next(&list, &element))
 */
struct kg_list {
	struct kg_slice rest;
	char separator;
	bool ended;
};

struct kg_list kg_list_of(struct kg_slice text, char separator);
bool kg_list_next(struct kg_list *list, struct kg_slice *ret_element);
