/*
 * Patterns of names in a policy.
 */
#pragma once

#include <stdbool.h>

/* Does the whole of `text` match? `*` stands for any bytes, also none; `?` for exactly one; every other byte for itself. */
bool kg_glob_match(const char *pattern, const char *text);
