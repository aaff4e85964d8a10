/*
 * Notice that something changed in a directory, by inotify.
 *
 * The directory is watched, not the files: a file that is replaced by rename, and Kubernetes' swap of the `..data` link, both show there.
 * It is a hint to look, never the truth: the kernel may have no watches left, network file systems send none, and a directory may be
 * removed and made again. So users poll besides. One thread per watch.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

enum { KG_DIRWATCH_MAX = 8 };

struct kg_dirwatch {
	int fd; /* for poll(2): readable when something may have changed; -1 when inotify cannot be had */
	int count;
	int watches[KG_DIRWATCH_MAX];
	char *directories[KG_DIRWATCH_MAX];
};

/* Start with no directory. KG_EIO when the system has no inotify instance left: the watch is then valid, and silent. */
KG_MUST_CHECK int kg_dirwatch_init(struct kg_dirwatch *watch, struct kg_err *err);
void kg_dirwatch_release(struct kg_dirwatch *watch);

/* Watch the directory that holds `path` (added once however often it is named). KG_EIO when it cannot be watched now; kg_dirwatch_rearm tries
 * again later. KG_ELIMIT over KG_DIRWATCH_MAX directories. */
KG_MUST_CHECK int kg_dirwatch_add_parent(struct kg_dirwatch *watch, const char *path, struct kg_err *err);

/* Read all that is pending; true when there was anything. Never blocks. */
bool kg_dirwatch_drain(struct kg_dirwatch *watch);

/* Watch again each directory that was removed, made anew, or could not be watched before. Call at each poll. */
void kg_dirwatch_rearm(struct kg_dirwatch *watch);
