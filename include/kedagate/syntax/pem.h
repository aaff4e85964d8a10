/*
 * PEM, as far as it can be told that a text is none.
 */
#pragma once

#include <stdbool.h>

/* Does some line begin with the armour of a block whose type ends with `type` ("CERTIFICATE", "PRIVATE KEY")? What follows is not looked at: true
 * does not mean that Go's encoding/pem can read it, false means that it cannot. */
bool kg_pem_has_block(const char *text, const char *type);
