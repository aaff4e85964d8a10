#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "kedagate/base/dirwatch.h"
#include "kedagate/base/file.h"
#include "support/faults/faults.h"
#include "support/tempdir.h"

static size_t open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count;
}

static int set_up(void **state)
{
	static struct tempdir directory;

	tempdir_init(&directory);
	*state = &directory;
	return 0;
}

static int tear_down(void **state)
{
	tempdir_release(*state);
	return 0;
}

static size_t entries_of(const struct tempdir *directory)
{
	DIR *folder = opendir(directory->path);
	size_t count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count - 2;
}

/* The old content or the new, whole, and no temporary file beside it. */
static bool replace_file(const struct fault *fault, void *context)
{
	const struct tempdir *directory = context;
	char path[PATH_MAX];
	struct kg_err err = {0};
	struct kg_buf text;
	int status;
	bool met;

	tempdir_write(directory, "f", "old");
	fault_arm(fault);
	status = kg_file_write(tempdir_path(directory, "f", path), "newer", strlen("newer"), 0600, true, &err);
	met = fault_disarm();
	kg_buf_init(&text, 100);
	assert_int_equal(kg_file_read(path, &text, NULL), 0);
	/* The name may be there although it is not certain that it lasts. */
	assert_true(strcmp(kg_buf_text(&text), "newer") == 0 || (status != 0 && strcmp(kg_buf_text(&text), "old") == 0));
	assert_true(status == 0 || (met && err.message[0] != '\0'));
	assert_int_equal(entries_of(directory), 1);
	kg_buf_release(&text);
	return met;
}

static void a_file_is_replaced_whole_or_not_at_all(void **state)
{
	assert_true(fault_each(FAULT_ALLOCATION, replace_file, *state) > 0);
	assert_true(fault_each(FAULT_CALL, replace_file, *state) > 0);
	assert_true(fault_each(FAULT_INTERRUPT, replace_file, *state) > 0);
	assert_true(fault_each(FAULT_SHORT, replace_file, *state) > 0);
}

static bool read_file(const struct fault *fault, void *context)
{
	char path[PATH_MAX];
	struct kg_err err = {0};
	size_t before = open_descriptors();
	struct kg_buf text;
	int status;
	bool met;

	kg_buf_init(&text, 100);
	fault_arm(fault);
	status = kg_file_read(tempdir_path(context, "f", path), &text, &err);
	met = fault_disarm();
	assert_true(status == 0 ? strcmp(kg_buf_text(&text), "content") == 0 : met && err.message[0] != '\0');
	assert_true(status == 0 || fault->kind == FAULT_CALL || fault->kind == FAULT_ALLOCATION);
	assert_int_equal(open_descriptors(), before);
	kg_buf_release(&text);
	return met;
}

static void a_file_is_read_whole_or_not_at_all(void **state)
{
	tempdir_write(*state, "f", "content");
	assert_true(fault_each(FAULT_ALLOCATION, read_file, *state) > 0);
	assert_true(fault_each(FAULT_CALL, read_file, *state) > 0);
	assert_true(fault_each(FAULT_INTERRUPT, read_file, *state) > 0);
	assert_true(fault_each(FAULT_SHORT, read_file, *state) > 0);
}

/* Whatever failed when the watch was made: the next poll mends it, unless the system had none. */
static bool watch_directory(const struct fault *fault, void *context)
{
	size_t before = open_descriptors();
	struct kg_dirwatch watch;
	struct kg_err err = {0};
	char path[PATH_MAX];
	int status;
	bool met;

	(void)tempdir_path(context, "f", path);
	fault_arm(fault);
	status = kg_dirwatch_init(&watch, &err);
	if (status == 0)
		status = kg_dirwatch_add_parent(&watch, path, &err);
	met = fault_disarm();
	assert_true(status == 0 || (met && err.message[0] != '\0'));
	if (status == KG_ENOMEM && watch.fd >= 0)
		assert_int_equal(kg_dirwatch_add_parent(&watch, path, NULL), 0);
	kg_dirwatch_rearm(&watch);
	(void)kg_dirwatch_drain(&watch);
	tempdir_write(context, "f", "changed");
	assert_true(kg_dirwatch_drain(&watch) == (watch.fd >= 0));
	kg_dirwatch_release(&watch);
	assert_int_equal(open_descriptors(), before);
	return met;
}

static void a_watch_works_from_the_next_poll_on(void **state)
{
	assert_true(fault_each(FAULT_ALLOCATION, watch_directory, *state) > 0);
	assert_true(fault_each(FAULT_CALL, watch_directory, *state) > 0);
}

#define FILE_TEST(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FILE_TEST(a_file_is_replaced_whole_or_not_at_all),
	        FILE_TEST(a_file_is_read_whole_or_not_at_all),
	        FILE_TEST(a_watch_works_from_the_next_poll_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
