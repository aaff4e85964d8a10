/*
 * JSON trees in few bytes, without the members that nobody needs. What is unpacked reads as what was packed.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"

/* A member that is kept; rows end with one without a name. Items of a list are looked at as the list is. */
struct kg_keep {
	const char *name;
	const struct kg_keep *below; /* of that member; NULL: all of it */
};

/* Append `tree` to `out`, whose status tells whether it fitted. With NULL for `keep` all of it. */
void kg_pack(const cJSON *tree, const struct kg_keep *keep, struct kg_buf *out);

/* The tree, with strings of its own, in `arena`; `bytes` are as kg_pack wrote them. NULL without memory. */
KG_MUST_CHECK cJSON *kg_unpack(const char *bytes, struct kg_arena *arena);
