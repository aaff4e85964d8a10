/*
 * Base64 inside a parameter, in the standard alphabet with padding (RFC 4648, section 4).
 */
#pragma once

#include <stdbool.h>

#include "kedagate/syntax/text.h"

/* Is it base64? An empty text is. */
bool kg_base64_valid(struct kg_slice text);

/* Is it base64 of bytes among which `byte` is? */
bool kg_base64_holds(struct kg_slice text, char byte);
