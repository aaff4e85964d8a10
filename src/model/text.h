/*
 * The bytes of a text: where it begins, and their lines and columns.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/model/manifest.h"

/* The length of the byte order mark that the text begins with; 0 when it begins with none. */
KG_PURE size_t kg_text_mark_length(const char *bytes, size_t length);

/* Does a line end with the byte at `at`? Lines end at \n, \r\n or \r; of \r\n the second byte ends the line. */
static inline bool kg_text_line_ends_at(const char *bytes, size_t length, size_t at)
{
	return bytes[at] == '\n' || (bytes[at] == '\r' && (at + 1 == length || bytes[at + 1] != '\n'));
}

/* Line and column of the byte at `offset`. */
KG_PURE struct kg_position kg_text_position(const char *bytes, size_t length, size_t offset);
