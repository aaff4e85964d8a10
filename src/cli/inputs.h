/*
 * The files that the operands of a command name: files, directories, and "-" for standard input.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/report/report.h"

/* What could not be read, for the report. */
struct kg_input_errors {
	struct kg_report_error *items;
	size_t count;
};

/* Copies the message. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_input_errors_add(struct kg_input_errors *errors, struct kg_arena *arena, const char *file, const struct kg_err *err);

struct kg_inputs {
	const char **paths; /* in the order of the operands, those of a directory sorted by name */
	size_t count;
	struct kg_input_errors errors;
};

/*
 * Find the files. A file is taken whatever its name, of a directory those that end in .yaml, .yml or .json: the ones directly inside it, or
 * with `recursive` all below it. Symbolic links to files are followed, those to directories are not, so that a walk ends. A directory that
 * yields no file is an error, so that a wrong path does not look like a clean one. A file that is found twice, also by way of a symbolic link, is
 * taken once. All memory is the arena's. 0 or KG_ENOMEM.
 */
KG_MUST_CHECK int kg_inputs_find(char *const *operands, size_t operand_count, bool recursive, struct kg_arena *arena,
                                 struct kg_inputs *out);
