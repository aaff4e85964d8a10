/*
 * Base64 as the API machinery reads it (Go's base64.StdEncoding): padded, line breaks ignored.
 */
#pragma once

#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"

/* Decode `text`. *ret_bytes is NUL-terminated, in the arena. 0, KG_EINVAL when it is no base64, KG_ENOMEM. */
KG_MUST_CHECK int kg_base64_decode(const char *text, struct kg_arena *arena, const char **ret_bytes, size_t *ret_length);
