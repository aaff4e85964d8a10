/*
 * KEDA versions, as one number that compares.
 */
#pragma once

#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* 2.17.1 as a number; 0 stands for "no version": in a fact, "always" (since) or "never" (deprecated, removed). */
#define KG_VERSION(major_, minor_, patch_) (((uint32_t)(major_) << 20) | ((uint32_t)(minor_) << 10) | (uint32_t)(patch_))

/* The newest release whose facts are known, and the oldest. */
#define KG_VERSION_NEWEST KG_VERSION(2, 20, 2)
#define KG_VERSION_OLDEST KG_VERSION(2, 10, 0)

enum { KG_VERSION_TEXT_MAX = 16 };

/* "2.20.2", "v2.20.2" or "2.20" (which is 2.20.0). KG_EINVAL says what is expected. Anything that parses is accepted, also versions that are older
 * or newer than the facts. */
KG_MUST_CHECK int kg_version_parse(const char *text, uint32_t *ret_version, struct kg_err *err);

/* "2.20.2". Returns `out`. */
const char *kg_version_text(uint32_t version, char out[KG_VERSION_TEXT_MAX]);
