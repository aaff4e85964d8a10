/*
 * The members of JSON objects, looked at for names that occur twice.
 */
#pragma once

#include <cjson/cJSON.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"

/* The first member of `object` whose name an earlier one has; *ret_second is NULL when there is none. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_members_find_twice(const cJSON *object, struct kg_arena *arena, const cJSON **ret_second);

/* As kg_members_find_twice, in `tree` and everything below it, at most KG_MAX_DEPTH levels. */
KG_MUST_CHECK int kg_members_find_twice_below(const cJSON *tree, struct kg_arena *arena, const cJSON **ret_second);
