/*
 * Regular expressions of Go's regexp package (RE2 syntax), as far as it can be told that a text is none.
 */
#pragma once

#include <stdbool.h>

/* Does Go's regexp.Compile certainly refuse `pattern`? Returns why, in constant words ("missing closing )"), or NULL. NULL does not mean that it compiles:
 * names of Unicode classes and the size of repetitions are not looked at. */
const char *kg_regex_fault(const char *pattern);
