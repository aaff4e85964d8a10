/*
 * What libFuzzer calls in each program of this folder.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Called with one input at a time, any number of times in one process; it must leave nothing behind. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
