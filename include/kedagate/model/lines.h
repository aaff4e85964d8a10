/*
 * Where the lines of a text begin, for the positions of many places in it.
 */
#pragma once

#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/model/manifest.h"

/* The text itself is not needed any more once the lines are known. */
struct kg_lines {
	const size_t *starts; /* offsets, ascending, the first one 0 */
	size_t count;
};

/* Find the lines; they end at \n, \r\n or \r. The array lives in `arena`. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_lines_find(const char *bytes, size_t length, struct kg_arena *arena, struct kg_lines *out);

/* Line and column of the byte at `offset`. */
struct kg_position kg_lines_position(const struct kg_lines *lines, size_t offset);
