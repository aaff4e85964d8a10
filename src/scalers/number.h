/*
 * Limits on numbers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"

/* Is the whole number in the row `name` known and less than `minimum`? */
bool kg_number_below(const struct kg_params *params, const char *name, int64_t minimum);

/* The sign of the number in the row `name`: -1, 0 or 1; 1 while it is not known or no JSON number. */
int kg_number_sign(const struct kg_params *params, const char *name);

/* Is the number in the row `name` known and 0? */
bool kg_number_is_zero(const struct kg_params *params, const char *name);

/* Complain about whole numbers that are known and negative; `names` ends with NULL. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_number_check_natural(const struct kg_params *params, const char *const *names, struct kg_complaints *out);
