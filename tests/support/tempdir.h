/*
 * A directory of a test's own, removed with everything in it.
 */
#pragma once

#include <limits.h>
#include <stddef.h>

struct tempdir {
	char path[PATH_MAX];
};

/* Make the directory. Fails the test when that is not possible. */
void tempdir_init(struct tempdir *directory);

/* Remove it, whatever is in it. */
void tempdir_release(struct tempdir *directory);

/* "directory/name", written to `out` and returned. */
const char *tempdir_path(const struct tempdir *directory, const char *name, char out[PATH_MAX]);

/* Write the file `name`, in place when it exists. */
void tempdir_write(const struct tempdir *directory, const char *name, const char *text);
