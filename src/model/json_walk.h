/*
 * A JSON text and the tree that was parsed from it, walked side by side: cJSON keeps no positions.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stddef.h>

#include "model/json_text.h"

/* What a node stands for in the text, in bytes from its start. */
struct kg_json_span {
	size_t start; /* of the key; of the value, when there is no key */
	size_t end;   /* behind a scalar; the opening bracket of anything else */
};

typedef void kg_json_visit(void *context, cJSON *node, struct kg_json_span span);

/* Call `visit` for `tree` and every node below it, in document order. `tree` was parsed from the document that begins at `text->at`, and is at most
 * KG_MAX_DEPTH levels deep. */
void kg_json_walk(const struct kg_json_text *text, cJSON *tree, kg_json_visit *visit, void *context);
