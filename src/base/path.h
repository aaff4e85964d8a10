/*
 * Names of files, as text.
 */
#pragma once

#include "kedagate/base/compiler.h"

/* The directory that holds `path`: "." when the path has no slash. The caller frees it; NULL without memory. */
KG_MUST_CHECK char *kg_path_parent(const char *path);
