/*
 * A text that may hold several JSON documents one behind the other.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

struct kg_json_text {
	char *bytes; /* changed where they hold \u0000 */
	size_t length;
	size_t at; /* where the next document begins, white space before it allowed */
	bool has_nul_escape;
};

/* Parse the document at `at` as kg_json_parse does, and move `at` behind it. `at` stays on failure. */
KG_MUST_CHECK int kg_json_text_next(struct kg_json_text *text, struct kg_arena *arena, cJSON **ret_tree, struct kg_err *err);
