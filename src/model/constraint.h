/*
 * What the CRDs allow of a value whose type is right.
 */
#pragma once

#include "model/decode.h"

/* Record a text that is not among the choices, or is refused by the CRDs of some versions. */
void kg_constraint_check_choice(struct kg_decoder *decoder, const struct kg_schema_choices *choices, const char *value,
                                const struct kg_place *place);

/* Record a number outside of the range. */
void kg_constraint_check_number(struct kg_decoder *decoder, const struct kg_schema_range *range, int64_t value,
                                const struct kg_place *place);

/* Record a string or list that is shorter than the range's minimum, which is 1. */
void kg_constraint_check_length(struct kg_decoder *decoder, const struct kg_schema_range *range, const cJSON *node,
                                const struct kg_place *place);
