/*
 * UTF-8, for text that comes from elsewhere: is it valid, and where may it be cut.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"

/* The bytes of the character that `text` begins with, at most `length`; 0 when they are not valid UTF-8 (RFC 3629) or `length` is 0. */
KG_PURE size_t kg_utf8_character(const char *text, size_t length);

KG_PURE bool kg_utf8_is_valid(const char *text, size_t length);

/* The most bytes of `text`, up to `max`, that end between two characters. `text` need not be valid. */
KG_PURE size_t kg_utf8_cut(const char *text, size_t length, size_t max);

/* Append `text` with U+FFFD for each byte that belongs to no character. */
void kg_utf8_append_valid(struct kg_buf *out, const char *text, size_t length);

/* The code point of a valid character of `length` bytes. */
KG_PURE uint32_t kg_utf8_code_point(const char *character, size_t length);

/* False for what a terminal obeys or hides instead of showing it, and for what Kubernetes refuses in a warning: controls, zero width, and
 * changes of the direction of writing (Unicode categories Cc and Cf). */
KG_PURE bool kg_utf8_is_printable(uint32_t code_point);

/* Append `text` as one line: '?' for each character that is not printable and each byte that belongs to none. */
void kg_utf8_append_printable(struct kg_buf *out, const char *text, size_t length);
