/*
 * Kubeconfig files as they stand, and what is found in them by name.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

struct kg_kubeconfig {
	const char *path;
	const char *directory; /* what its relative paths are relative to */
	const cJSON *tree;
};

/* Those that are there, in the order in which they count. */
struct kg_kubeconfigs {
	struct kg_kubeconfig *items;
	size_t count;
};

/* One cluster, user or context: `node` is what stands under that key beside its name. */
struct kg_kubeconfig_entry {
	const struct kg_kubeconfig *file;
	const char *list;  /* "users" */
	const char *field; /* "user" */
	size_t index;
	const cJSON *node;
};

/*
 * Read the file at `path`, which must be there, or with NULL those of KUBECONFIG, else ~/.kube/config, as far as they are. All memory is the
 * arena's. KG_ENOTFOUND, KG_EINVAL with the path, and line and column, KG_EIO, KG_ELIMIT, KG_ENOMEM.
 */
KG_MUST_CHECK int kg_kubeconfigs_read(const char *path, struct kg_arena *arena, struct kg_kubeconfigs *out, struct kg_err *err);

/* Overwrite the texts of all users, before the arena goes. */
void kg_kubeconfigs_wipe(const struct kg_kubeconfigs *files);

/* The entry `name` of `list` in the first file that has it. KG_ENOTFOUND without a message; KG_EINVAL. */
KG_MUST_CHECK int kg_kubeconfigs_find(const struct kg_kubeconfigs *files, const char *list, const char *field, const char *name,
                                      struct kg_kubeconfig_entry *out, struct kg_err *err);

/* A text of an entry; *ret_text is NULL when it is absent or empty. KG_EINVAL when it is none. */
KG_MUST_CHECK int kg_kubeconfig_text(const struct kg_kubeconfig_entry *entry, const char *key, const char **ret_text, struct kg_err *err);

/* Set `err` to "FILE: users[2].user.KEY: message", and return `code`. */
int kg_kubeconfig_fail(const struct kg_kubeconfig_entry *entry, const char *key, struct kg_err *err, int code, const char *message);
