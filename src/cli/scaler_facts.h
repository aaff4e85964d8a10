/*
 * The facts about a scaler, for people and for programs.
 */
#pragma once

#include <jansson.h>

#include "kedagate/base/compiler.h"
#include "kedagate/scalers/scaler.h"

/* Words for the enumerations of the table, in both forms. */
const char *kg_scaler_type_word(enum kg_param_type type);
const char *kg_scaler_need_word(enum kg_need need);
const char *kg_scaler_source_word(enum kg_source source);

/* "ignored", "refused", "break"; NULL when nothing is known. */
const char *kg_scaler_other_identities_word(enum kg_other_identities other);

/* "on", "off", "optional"; NULL for KG_ENCRYPTION_UNKNOWN. */
const char *kg_scaler_encryption_word(enum kg_encryption encryption);

/* The way to the event source of a trigger that gives nothing and leaves all to defaults, in the newest release that has the type: UNKNOWN where that
 * depends on what must be given. */
void kg_scaler_default_channel(const struct kg_scaler *scaler, struct kg_channel *ret_channel);

/* Everything the table says of the scaler, members in a fixed order; what is not set, or is the default, is left out. NULL without memory. */
KG_MUST_CHECK json_t *kg_scaler_json(const struct kg_scaler *scaler);
