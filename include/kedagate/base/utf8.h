/*
 * UTF-8, for text that comes from elsewhere: is it valid, and where may it be cut.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"

/* The bytes of the character that `text` begins with, at most `length`; 0 when they are not valid UTF-8 (RFC 3629) or `length` is 0. */
KG_PURE size_t kg_utf8_character(const char *text, size_t length);

KG_PURE bool kg_utf8_is_valid(const char *text, size_t length);

/* The most bytes of `text`, up to `max`, that end between two characters. `text` need not be valid. */
KG_PURE size_t kg_utf8_cut(const char *text, size_t length, size_t max);

/* Append `text` with U+FFFD for each byte that belongs to no character. */
void kg_utf8_append_valid(struct kg_buf *out, const char *text, size_t length);
