/*
 * Document order of paths, so that what is said about an object follows the order in which it was written.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Deeper parts of a path do not count: two paths that differ only there are equal. */
enum { KG_ORDER_DEPTH_MAX = 16 };

/* Where a path stands in a tree: the position among its siblings of each part. */
struct kg_order {
	uint32_t steps[KG_ORDER_DEPTH_MAX];
	size_t depth;
};

/*
 * The place of `path` ("spec.triggers[0].metadata.sslmode", "metadata.annotations[a.b/c]"; "" is the tree itself). A part that does not exist
 * stands at the end of its parent. With `at_end`, an object or list that does exist counts from its end: for what is missing in it.
 */
void kg_order_of(const cJSON *tree, const char *path, bool at_end, struct kg_order *ret_order);

/* Less than, equal to or greater than 0, as `a` stands before, at or behind `b`. A parent stands before what is in it. */
int kg_order_compare(const struct kg_order *a, const struct kg_order *b);
