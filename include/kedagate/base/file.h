/*
 * Whole files in and out, with a maximum.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* Append the content of `path` ("-" is standard input) to `out`, an initialised buffer whose maximum is the limit. KG_ENOTFOUND, KG_EIO,
 * KG_ELIMIT (names the limit), KG_ENOMEM; the message names the file. A directory is KG_EIO. After a failure `out` holds a part. */
KG_MUST_CHECK int kg_file_read(const char *path, struct kg_buf *out, struct kg_err *err);

/* As kg_file_read, relative to the directory descriptor `directory`, or AT_FDCWD; "-" is a name like any other. For files that are read again
 * and again by a thread that must not wait: a pipe or a device is KG_EIO. */
KG_MUST_CHECK int kg_file_read_at(int directory, const char *name, struct kg_buf *out, struct kg_err *err);

/* Write a file whole: a temporary neighbour, fsync, rename. `mode` as for open(2), whatever the umask. Without `replace` an existing file is
 * KG_EINVAL and stays as it is. */
KG_MUST_CHECK int kg_file_write(const char *path, const void *bytes, size_t length, mode_t mode, bool replace, struct kg_err *err);
