/*
 * Whether KEDA takes a value for a parameter of some type.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/scalers/params.h"
#include "kedagate/syntax/text.h"

/* Does the parser of this version read `text` as the row's type? */
bool kg_value_fits(const struct kg_params *params, const struct kg_param *row, const char *text);

/* A comma list of numbers and ranges, all of them as Go's strconv reads them. */
bool kg_value_ranges_valid(struct kg_slice text);

/* How many numbers a valid list of numbers and ranges stands for; INT64_MAX for more than that. `*ret_last` (optional) is the largest end of a range. */
int64_t kg_value_ranges_size(struct kg_slice text, char separator, int64_t *ret_last);

/* "must be a number, written like 10 or 2.5" */
const char *kg_value_expected(const struct kg_param *row);

/* A first element of `text` that is none of `words`; false when all are. A text that is no list is one element, unless this version splits it anyway. */
bool kg_value_stranger(const struct kg_params *params, const struct kg_param *row, const char *text, const char *const *words);

/* Does a list hold more of row->exclusive than KEDA allows? */
bool kg_value_clashes(const struct kg_params *params, const struct kg_param *row, const char *text);
