#include "support/tempdir.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void tempdir_init(struct tempdir *directory)
{
	const char *parent = getenv("TMPDIR");

	snprintf(directory->path, sizeof(directory->path), "%.200s/kedagate-test-XXXXXX", parent != NULL ? parent : "/tmp");
	assert_non_null(mkdtemp(directory->path));
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

void tempdir_release(struct tempdir *directory)
{
	assert_int_equal(nftw(directory->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *tempdir_path(const struct tempdir *directory, const char *name, char out[PATH_MAX])
{
	int length = snprintf(out, PATH_MAX, "%s/%s", directory->path, name);

	assert_in_range(length, 1, PATH_MAX - 1);
	return out;
}

void tempdir_write(const struct tempdir *directory, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file = fopen(tempdir_path(directory, name, path), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}
