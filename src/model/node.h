/*
 * What this module adds to cJSON's nodes.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "model/json_text.h"

/* Set in `type`, above the bits that cJSON uses, for a node that kg_json_holds_nul is true of. */
#define KG_NODE_HOLDS_NUL (1 << 16)

/* cJSON_Object, … without the flags. */
static inline int kg_node_type(const cJSON *node)
{
	return node->type & 0xff;
}

/* A node that knows where it stands: every node of a tree that was read from a manifest. */
struct kg_placed {
	cJSON node;    /* first, so that a pointer to it is a pointer to this */
	size_t offset; /* in the text, of the key, or of the value that has none */
	bool merged;   /* a member that a YAML merge key brought in */
};

/* The placed node around a node of a manifest. */
static inline const struct kg_placed *kg_placed_of(const cJSON *node)
{
	return (const struct kg_placed *)(const void *)node;
}

/* A copy of the tree that was parsed from the document that begins at `text->at`, placed. Strings are shared. NULL without memory. */
KG_MUST_CHECK cJSON *kg_placed_copy(const struct kg_json_text *text, cJSON *tree, struct kg_arena *arena);
