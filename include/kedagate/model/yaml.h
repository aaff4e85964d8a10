/*
 * YAML to a cJSON tree with positions, for manifests and for the policy file.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* A reader over a YAML stream. */
struct kg_yaml;

/* `bytes` must outlive the reader, which lives in `arena`. NULL without memory. */
KG_MUST_CHECK struct kg_yaml *kg_yaml_open(const char *bytes, size_t length, struct kg_arena *arena);
/* Frees what libyaml holds. Accepts NULL. */
void kg_yaml_close(struct kg_yaml *yaml);

/* The next document's tree in the arena; *ret_tree is NULL for an empty document. KG_ENOTFOUND, and nothing in `err`, at the end of the
 * stream; KG_EINVAL with line and column; KG_ELIMIT over KG_MAX_DEPTH or KG_MAX_YAML_NODES (aliases expanded); KG_ENOMEM. After an error the stream is at its end. */
KG_MUST_CHECK int kg_yaml_next(struct kg_yaml *yaml, cJSON **ret_tree, struct kg_err *err);
