#include "kedagate/base/dirwatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/path.h"

/* IN_CLOSE_WRITE and not IN_MODIFY: a file half written is no reason to look. IN_ATTRIB: it may have become readable. */
enum {
	EVENTS = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF |
	         IN_ONLYDIR
};

enum { NOT_WATCHED = -1 };

int kg_dirwatch_init(struct kg_dirwatch *watch, struct kg_err *err)
{
	*watch = (struct kg_dirwatch){.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
	if (watch->fd >= 0)
		return 0;
	watch->fd = -1;
	return kg_err_set(err, KG_EIO, "cannot watch directories: %s", strerrordesc_np(errno));
}

void kg_dirwatch_release(struct kg_dirwatch *watch)
{
	for (int i = 0; i < watch->count; i++)
		free(watch->directories[i]);
	if (watch->fd >= 0)
		close(watch->fd);
	*watch = (struct kg_dirwatch){.fd = -1};
}

static bool is_in_use(const struct kg_dirwatch *watch, int descriptor)
{
	for (int i = 0; i < watch->count; i++) {
		if (watch->watches[i] == descriptor)
			return true;
	}
	return false;
}

/*
 * Watch what now has the name of directory `i`. The kernel gives the same descriptor for the same directory, so this costs little when
 * nothing changed, and notices also when a directory further up was replaced. It drops the watch of a removed directory by itself; dropping
 * that again does nothing, since descriptors are not used twice. 0, or -1 with errno.
 */
static int arm(struct kg_dirwatch *watch, int i)
{
	int before = watch->watches[i];

	/* Without inotify the descriptor is -1, and so is the answer. */
	watch->watches[i] = inotify_add_watch(watch->fd, watch->directories[i], EVENTS);
	if (before != NOT_WATCHED && !is_in_use(watch, before))
		(void)inotify_rm_watch(watch->fd, before);
	return watch->watches[i] == NOT_WATCHED ? -1 : 0;
}

/* The index of `directory`, `count` when there is no such one. */
static int find_directory(const struct kg_dirwatch *watch, const char *directory)
{
	int i = 0;

	while (i < watch->count && strcmp(watch->directories[i], directory) != 0)
		i++;
	return i;
}

int kg_dirwatch_add_parent(struct kg_dirwatch *watch, const char *path, struct kg_err *err)
{
	char *directory = kg_path_parent(path);
	int i;

	if (directory == NULL)
		return kg_err_set(err, KG_ENOMEM, "cannot watch the directory of %s: out of memory", path);
	i = find_directory(watch, directory);
	if (i == KG_DIRWATCH_MAX) {
		free(directory);
		return kg_err_set(err, KG_ELIMIT, "cannot watch the directory of %s: %d are watched already", path, KG_DIRWATCH_MAX);
	}
	if (i < watch->count) {
		free(directory);
	} else {
		watch->directories[i] = directory;
		watch->watches[i] = NOT_WATCHED;
		watch->count++;
	}
	if (arm(watch, i) == 0)
		return 0;
	/* A missing directory is KG_EIO as well: it may come, and is then watched. */
	return kg_err_set(err, KG_EIO, "cannot watch directory %s: %s", watch->directories[i], strerrordesc_np(errno));
}

bool kg_dirwatch_drain(struct kg_dirwatch *watch)
{
	char events[4096];
	bool any = false;

	while (watch->fd >= 0) {
		ssize_t length = read(watch->fd, events, sizeof(events));

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			break;
		any = true;
	}
	return any;
}

void kg_dirwatch_rearm(struct kg_dirwatch *watch)
{
	for (int i = 0; i < watch->count; i++)
		(void)arm(watch, i);
}
