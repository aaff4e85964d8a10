/*
 * A comma list of `name=value` as KEDA takes HTTP headers (customHeaders), and which headers carry a secret.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/syntax/text.h"

/* The value, trimmed and not blank, of the next header in `list` that carries a secret by its name (Authorization, X-API-Key, Cookie, …); false when
 * there is none left. `list` is made by kg_list_of with ','. */
bool kg_header_next_secret(struct kg_list *list, struct kg_slice *ret_value);
