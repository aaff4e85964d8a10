/*
 * The JSON schema of the policy file, for editors.
 */
#pragma once

#include <jansson.h>

/* Draft 7, which editors know best, made from kg_policy_format and the catalogue of rules. The caller owns it. NULL without memory. */
json_t *kg_policy_schema(void);
