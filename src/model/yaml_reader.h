/*
 * The parts of the YAML reader.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "kedagate/model/yaml.h"
#include "model/names.h"
#include "model/node.h"

struct kg_yaml {
	yaml_parser_t parser;
	bool ended;
	struct kg_arena *arena;
	const char *bytes;
	size_t length;
	size_t start; /* of the text, behind a byte order mark */
	/* libyaml counts characters: the last index that was asked for, and the byte it stands for. */
	size_t mark_index;
	size_t mark_offset;
	size_t nodes;            /* read so far, aliases expanded */
	struct kg_names anchors; /* of the current document */
};

/* ---- yaml_reader.c ---- */

/* Fill `err`, with the position of `mark`. */
void kg_yaml_set_error(struct kg_yaml *yaml, yaml_mark_t mark, int code, struct kg_err *err, const char *problem);

/* The same, and return `code`. */
static inline int kg_yaml_fail_at(struct kg_yaml *yaml, yaml_mark_t mark, int code, struct kg_err *err, const char *problem)
{
	kg_yaml_set_error(yaml, mark, code, err, problem);
	return code;
}

static inline int kg_yaml_out_of_memory(struct kg_err *err)
{
	return kg_err_set(err, KG_ENOMEM, "out of memory");
}

/* The byte that `mark` stands for. */
size_t kg_yaml_offset(struct kg_yaml *yaml, yaml_mark_t mark);

/* Replace the position in `err` by that of the byte at `offset`. */
void kg_yaml_place_error(const struct kg_yaml *yaml, size_t offset, struct kg_err *err);

/* The next event, for yaml_event_delete. 0, KG_EINVAL or KG_ENOMEM. */
KG_MUST_CHECK int kg_yaml_next_event(struct kg_yaml *yaml, yaml_event_t *event, struct kg_err *err);

/* A node at `mark`. Counts it. 0, KG_ELIMIT or KG_ENOMEM. */
KG_MUST_CHECK int kg_yaml_new_node(struct kg_yaml *yaml, int type, yaml_mark_t mark, struct kg_placed **ret_placed, struct kg_err *err);

/* Count `count` nodes that an alias repeats. 0 or KG_ELIMIT. */
KG_MUST_CHECK int kg_yaml_count_nodes(struct kg_yaml *yaml, size_t count, yaml_mark_t mark, struct kg_err *err);

/* Make `child` the last child of `parent`, linked as cJSON does. */
void kg_yaml_append(struct kg_placed *parent, struct kg_placed *child);

/* ---- yaml_leaf.c ---- */

/* The node of a scalar event. */
KG_MUST_CHECK int kg_yaml_scalar_node(struct kg_yaml *yaml, const yaml_event_t *event, struct kg_placed **ret_placed, struct kg_err *err);

/* The member name that a scalar event stands for; *ret_had_nul: with U+FFFD in place of a NUL. */
KG_MUST_CHECK int kg_yaml_scalar_name(struct kg_yaml *yaml, const yaml_event_t *event, const char **ret_name, bool *ret_had_nul,
                                      struct kg_err *err);

/* True for a key that merges. */
bool kg_yaml_is_merge(const yaml_event_t *event);

/* ---- yaml_merge.c ---- */

/* Append copies of the members of `source`, a mapping or a list of mappings, to `mapping`. */
KG_MUST_CHECK int kg_yaml_merge(struct kg_yaml *yaml, struct kg_placed *mapping, const struct kg_placed *source, struct kg_err *err);

/* Refuse names that are written twice in `mapping`; of names that merging brought, keep what was read last. */
KG_MUST_CHECK int kg_yaml_make_unique(struct kg_yaml *yaml, struct kg_placed *mapping, struct kg_err *err);
