#include "kedagate/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

enum { CHUNK = 64 << 10 };

/* KG_ELIMIT, with the limit in the largest unit that gives it exactly. */
static int over_limit(const char *name, size_t limit, struct kg_err *err)
{
	if (limit >= 1u << 20 && limit % (1u << 20) == 0)
		return kg_err_set(err, KG_ELIMIT, "%s is larger than the limit of %zu MiB", name, limit >> 20);
	if (limit >= 1u << 10 && limit % (1u << 10) == 0)
		return kg_err_set(err, KG_ELIMIT, "%s is larger than the limit of %zu KiB", name, limit >> 10);
	return kg_err_set(err, KG_ELIMIT, "%s is larger than the limit of %zu bytes", name, limit);
}

static int read_all(int fd, const char *name, struct kg_buf *out, struct kg_err *err)
{
	char chunk[CHUNK];
	int status;

	for (;;) {
		ssize_t count = read(fd, chunk, sizeof(chunk));

		if (count == 0)
			return 0;
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return kg_err_set_errno(err, "cannot read %s", name);
		kg_buf_append(out, chunk, (size_t)count);
		explicit_bzero(chunk, (size_t)count); /* it may be a private key */
		status = kg_buf_status(out);
		if (status == KG_ELIMIT)
			return over_limit(name, out->max, err);
		if (status != 0)
			return kg_err_set(err, status, "cannot read %s: out of memory", name);
	}
}

int kg_file_read(const char *path, struct kg_buf *out, struct kg_err *err)
{
	int fd;
	int status;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", out, err);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return kg_err_set_errno(err, "cannot read %s", path);
	status = read_all(fd, path, out, err);
	close(fd);
	return status;
}

/* What can be read again, and does not make its reader wait. A directory is left to read(2), which refuses it. */
static int check_lasting(int fd, const char *name, struct kg_err *err)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return kg_err_set_errno(err, "cannot read %s", name);
	if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
		return 0;
	return kg_err_set(err, KG_EIO, "cannot read %s: it is no file but a pipe or a device; write a file there", name);
}

int kg_file_read_at(int directory, const char *name, struct kg_buf *out, struct kg_err *err)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int status;

	if (fd < 0)
		return kg_err_set_errno(err, "cannot read %s", name);
	status = check_lasting(fd, name, err);
	if (status == 0)
		status = read_all(fd, name, out, err);
	close(fd);
	return status;
}

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = write(fd, bytes, length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -1;
		bytes += count;
		length -= (size_t)count;
	}
	return 0;
}

/* Without this the new name may be lost in a crash. Some file systems cannot do it; nothing is wrong then. */
static void sync_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

/* Give the file its name. Where the file system cannot rename without replacing, a second link does the same. */
static int put_in_place(const char *temporary, const char *path, bool replace)
{
	if (replace)
		return rename(temporary, path);
	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(temporary, path) != 0)
		return -1;
	return unlink(temporary);
}

/* Fill the temporary file, whose mode is 0600 until it is complete. Closes `fd`. 0, or -1 with errno. */
static int fill_temporary(int fd, const void *bytes, size_t length, mode_t mode)
{
	int status = write_all(fd, bytes, length);
	int number;

	if (status == 0)
		status = fchmod(fd, mode);
	if (status == 0)
		status = fsync(fd);
	number = errno;
	if (close(fd) != 0 && status == 0)
		return -1;
	errno = number;
	return status;
}

static char *temporary_name(const char *directory)
{
	char *name = NULL;

	return asprintf(&name, "%s/.kedagate-XXXXXX", directory) < 0 ? NULL : name;
}

/* What a file is to hold. */
struct content {
	const void *bytes;
	size_t length;
	mode_t mode;
};

static int write_by_way_of(char *temporary, const char *path, const struct content *content, bool replace)
{
	int fd = mkostemp(temporary, O_CLOEXEC);
	int number;

	if (fd < 0)
		return -1;
	if (fill_temporary(fd, content->bytes, content->length, content->mode) == 0 && put_in_place(temporary, path, replace) == 0)
		return 0;
	number = errno;
	(void)unlink(temporary);
	errno = number;
	return -1;
}

int kg_file_write(const char *path, const void *bytes, size_t length, mode_t mode, bool replace, struct kg_err *err)
{
	char *directory = kg_path_parent(path);
	char *temporary = directory != NULL ? temporary_name(directory) : NULL;
	int status = 0;

	if (temporary == NULL)
		status = kg_err_set(err, KG_ENOMEM, "cannot write %s: out of memory", path);
	else if (write_by_way_of(temporary, path, &(struct content){bytes, length, mode}, replace) == 0)
		sync_directory(directory);
	else if (errno == EEXIST)
		status = kg_err_set(err, KG_EINVAL, "%s exists already", path);
	else
		status = kg_err_set_errno(err, "cannot write %s", path);
	free(temporary);
	free(directory);
	return status;
}
