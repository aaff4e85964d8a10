/*
 * Texts that look as if a machine had made them: tokens and keys, told from words by their letters and digits.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/syntax/text.h"

/*
 * Does some run of letters and digits in `text` look random: at least 10 long with a digit that letters follow, or at least 20 long with capitals
 * closer together than words are? Of hexadecimal digits only from 16 on, so that no part of a GUID does. A guess, made to err on the side of yes: good for not showing a value, never
 * for denying one.
 */
bool kg_token_is_random(struct kg_slice text);

/* What token stands in `text`, in words, by the beginning that its issuer gives to all of its tokens ("ghp_", "glpat-", …), or by its being a JSON web
 * token; NULL when none does. What follows the beginning must look random, so that no example counts. */
const char *kg_token_in_text(const char *text);
