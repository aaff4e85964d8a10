/*
 * "Did you mean": the known word nearest to one that is not known.
 */
#pragma once

#include <stddef.h>

#include "kedagate/base/compiler.h"

/* Edits (insert, delete, replace, swap of neighbours; case of ASCII letters ignored) from `a` to `b`; texts over 64 bytes are UINT_MAX
 * apart. */
KG_PURE unsigned kg_edit_distance(const char *a, const char *b);

/*
 * Collects candidates one by one and keeps the best. A candidate is near when its distance is at most a third of the longer word's length
 * (at least 1, at most 4), or when one word, of 3 letters or more, becomes the other by a prefix or suffix of at most 4 letters.
 */
struct kg_nearest {
	const char *wanted;
	const char *best; /* NULL while none is near */
	unsigned distance;
};

void kg_nearest_init(struct kg_nearest *nearest, const char *wanted);
/* `candidate` must outlive `nearest`. The first of equally near ones stays. */
void kg_nearest_try(struct kg_nearest *nearest, const char *candidate);
