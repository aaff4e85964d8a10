/*
 * Whether one scope matches everything that another one matches.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/policy/policy.h"

/* True only when it is certain; false when it is not so or cannot be told from the globs one by one. */
bool kg_scope_covers(const struct kg_scope *wide, const struct kg_scope *narrow);
