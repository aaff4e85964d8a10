/*
 * All objects of some manifest files: KEDA's own to be judged, policies to be looked over, and the world that they and the others make up.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/inputs.h"
#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/model/lines.h"
#include "kedagate/model/manifest.h"
#include "kedagate/model/object.h"
#include "kedagate/model/world.h"

struct kg_bundle_file {
	const char *name;
	struct kg_lines lines;
	size_t length;    /* in bytes */
	size_t documents; /* in it, those without a kind counted in */
};

/* An object of one of KEDA's four kinds. */
struct kg_bundle_object {
	size_t file; /* index into files */
	enum kg_kind kind;
	struct kg_manifest manifest;
};

/* A document of kind Policy. */
struct kg_bundle_policy {
	size_t file;
	struct kg_manifest manifest;
};

struct kg_bundle {
	struct kg_file_world *world;
	struct kg_bundle_file *files; /* those with KEDA objects or policies in them */
	size_t file_count;
	struct kg_bundle_object *objects; /* in the order of the inputs */
	size_t object_count;
	struct kg_bundle_policy *policies; /* in the order of the inputs */
	size_t policy_count;
	size_t read_count; /* files that could be read */
	struct kg_input_errors errors;
	struct kg_input_errors misfits; /* documents that are meant for KEDA and that no KEDA takes */
};

/*
 * Read every file; `default_namespace` and `read_secrets` as for kg_file_world_new. A file that cannot be read, or one of its documents, is
 * an error in `out`, behind those of `inputs`; what comes before it counts all the same; so do misfits. All memory is the arena's. 0 or KG_ENOMEM.
 */
KG_MUST_CHECK int kg_bundle_read(const struct kg_inputs *inputs, const char *default_namespace, bool read_secrets, struct kg_arena *arena,
                                 struct kg_bundle *out);
