/*
 * Manifest files: YAML streams and JSON, `List`s taken apart, positions found again.
 *
 * YAML is read as the API machinery reads it (sigs.k8s.io/yaml): YAML 1.1 booleans and numbers, merge keys, duplicates refused; so
 * `"5"` and `5` differ. A file is JSON, one document or several one behind the other, when its name ends in .json or its first byte that is no white
 * space is `{`; in the second case it may be YAML in flow style all the same.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* One object of a file. */
struct kg_manifest {
	const cJSON *tree; /* each node knows where it stands */
	size_t document;   /* 0-based position of its document in the stream */
	bool in_list;      /* it is an item of a List document */
	size_t item;       /* then: its index in items */
	bool has_nul_escape;
};

struct kg_manifests {
	struct kg_manifest *items;
	size_t count;
};

/*
 * Read a whole stream from `bytes` (changed as kg_json_parse does). Empty documents are skipped but counted. A document that cannot be read is
 * an error with line and column; the documents before it are in `out` all the same. `name` decides between YAML and JSON only.
 * Errors are those of kg_json_parse and kg_yaml_next.
 */
KG_MUST_CHECK int kg_manifests_read(char *bytes, size_t length, const char *name, struct kg_arena *arena, struct kg_manifests *out,
                                    struct kg_err *err);

struct kg_position {
	unsigned line, column; /* 1-based; column counts bytes */
};

/*
 * Where `path` (as in a finding: `spec.triggers[0].metadata.sslmode`, `metadata.annotations[a.b/c]`) stands in the text that `manifest` was read
 * from: the key of a field, the item in a list; for a path that does not exist, its nearest parent that does; where the object begins
 * when nothing does. Scans the text: call it only for findings. `bytes` as they were given to kg_manifests_read.
 */
struct kg_position kg_manifest_position(const char *bytes, size_t length, const char *name, const struct kg_manifest *manifest,
                                        const char *path);

/* The same as an offset into the text; kedagate/model/lines.h makes positions of many of them. */
size_t kg_manifest_offset(const struct kg_manifest *manifest, const char *path);

/* The offset of a node of a tree that kg_manifests_read made: of its key, or of itself in a list. */
size_t kg_manifest_node_offset(const cJSON *node);
