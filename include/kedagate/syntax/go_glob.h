/*
 * Patterns of the Go package gobwas/glob, which KEDA compiles.
 */
#pragma once

#include <stdbool.h>

/* Does the package compile `pattern`? Only its sets can be wrong: each "[" that no backslash precedes must begin one such as [abc], [!abc] or [a-z]. */
bool kg_go_glob_valid(const char *pattern);
