/*
 * Which items of a list are those of an older state of the list: an item stays the same one when others come, go or change places.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"

#define KG_LIST_NO_ITEM SIZE_MAX

struct kg_list_pairs {
	const size_t *old_of; /* for each item its index in the older list, or KG_LIST_NO_ITEM. No two have the same */
	size_t count;
};

/*
 * Pair the items of `list` with those of `old`. Items of equal content are paired first; then those of the same name (of a trigger `name`, of an entry of
 * an authentication `parameter`) and the same type; then, of the same type, each with the one it has most in common with, unless both have names.
 * What is no list has no items. Linear in the size of the content, and in the product of the numbers of items. 0 or KG_ENOMEM.
 */
KG_MUST_CHECK int kg_list_pair(const cJSON *list, const cJSON *old, struct kg_arena *arena, struct kg_list_pairs *out);
