/*
 * The bytes of a text: where it begins, and their lines and columns.
 */
#pragma once

#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/model/manifest.h"

/* The length of the byte order mark that the text begins with; 0 when it begins with none. */
KG_PURE size_t kg_text_mark_length(const char *bytes, size_t length);

/* Line and column of the byte at `offset`. Lines end at \n, \r\n or \r. */
KG_PURE struct kg_position kg_text_position(const char *bytes, size_t length, size_t offset);
