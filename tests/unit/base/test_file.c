#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kedagate/base/file.h"
#include "support/tempdir.h"

struct fixture {
	struct tempdir directory;
	struct kg_buf buf;
	struct kg_err err;
	char path[PATH_MAX];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	tempdir_init(&fixture->directory);
	kg_buf_init(&fixture->buf, 1 << 20);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	kg_buf_release(&fixture->buf);
	tempdir_release(&fixture->directory);
	free(fixture);
	return 0;
}

static const char *path_of(struct fixture *fixture, const char *name)
{
	return tempdir_path(&fixture->directory, name, fixture->path);
}

static void assert_content(struct fixture *fixture, const char *name, const char *expected)
{
	kg_buf_clear(&fixture->buf);
	assert_int_equal(kg_file_read(path_of(fixture, name), &fixture->buf, &fixture->err), 0);
	assert_string_equal(kg_buf_text(&fixture->buf), expected);
}

static int count_entries(const struct tempdir *directory)
{
	DIR *entries = opendir(directory->path);
	int count = 0;

	assert_non_null(entries);
	while (readdir(entries) != NULL)
		count++;
	closedir(entries);
	return count - 2;
}

static void read_appends_the_whole_file(void **state)
{
	struct fixture *fixture = *state;

	tempdir_write(&fixture->directory, "f", "one\ntwo\n");
	kg_buf_puts(&fixture->buf, ">");
	assert_int_equal(kg_file_read(path_of(fixture, "f"), &fixture->buf, &fixture->err), 0);
	assert_string_equal(kg_buf_text(&fixture->buf), ">one\ntwo\n");
}

static void read_of_an_empty_file_gives_nothing(void **state)
{
	struct fixture *fixture = *state;

	tempdir_write(&fixture->directory, "f", "");
	assert_content(fixture, "f", "");
}

static void read_handles_files_larger_than_a_chunk(void **state)
{
	struct fixture *fixture = *state;
	char *text = calloc(1, 200001);

	assert_non_null(text);
	memset(text, 'x', 200000);
	tempdir_write(&fixture->directory, "f", text);
	assert_content(fixture, "f", text);
	free(text);
}

static void read_of_a_missing_file_is_not_found_and_names_it(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(kg_file_read(path_of(fixture, "missing"), &fixture->buf, &fixture->err), KG_ENOTFOUND);
	assert_non_null(strstr(fixture->err.message, "/missing: No such file"));
}

static void read_of_a_directory_is_an_io_error(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(kg_file_read(fixture->directory.path, &fixture->buf, &fixture->err), KG_EIO);
	assert_non_null(strstr(fixture->err.message, "Is a directory"));
}

static void file_of_exactly_the_limit_is_read(void **state)
{
	struct fixture *fixture = *state;

	tempdir_write(&fixture->directory, "f", "12345");
	kg_buf_release(&fixture->buf);
	kg_buf_init(&fixture->buf, 5);
	assert_content(fixture, "f", "12345");
}

static void file_over_the_limit_is_refused_with_the_limit(void **state)
{
	static const struct {
		size_t max;
		const char *text;
	} rows[] = {{5, "limit of 5 bytes"},
	            {2048, "limit of 2 KiB"},
	            {1 << 20, "limit of 1 MiB"},
	            {1500, "limit of 1500 bytes"},
	            {3 << 19, "limit of 1536 KiB"}};
	struct fixture *fixture = *state;
	char *text = calloc(1, (3 << 19) + 2);

	assert_non_null(text);
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		memset(text, 'x', rows[i].max + 1);
		tempdir_write(&fixture->directory, "f", text);
		kg_buf_release(&fixture->buf);
		kg_buf_init(&fixture->buf, rows[i].max);
		assert_int_equal(kg_file_read(path_of(fixture, "f"), &fixture->buf, &fixture->err), KG_ELIMIT);
		assert_non_null(strstr(fixture->err.message, rows[i].text));
		assert_non_null(strstr(fixture->err.message, fixture->path));
	}
	free(text);
}

static void read_at_is_relative_to_the_directory(void **state)
{
	struct fixture *fixture = *state;
	int directory = open(fixture->directory.path, O_RDONLY | O_DIRECTORY);

	assert_true(directory >= 0);
	tempdir_write(&fixture->directory, "f", "here");
	assert_int_equal(kg_file_read_at(directory, "f", &fixture->buf, &fixture->err), 0);
	assert_string_equal(kg_buf_text(&fixture->buf), "here");
	assert_int_equal(kg_file_read_at(directory, "g", &fixture->buf, &fixture->err), KG_ENOTFOUND);
	close(directory);
}

/* alarm(20) ends the program if it does wait. */
static void read_at_does_not_wait_for_a_pipe(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkfifo(path_of(fixture, "pipe"), 0600), 0);
	alarm(20);
	assert_int_equal(kg_file_read_at(AT_FDCWD, path_of(fixture, "pipe"), &fixture->buf, &fixture->err), KG_EIO);
	alarm(0);
	assert_non_null(strstr(fixture->err.message, "it is no file but a pipe or a device"));
	assert_int_equal(kg_file_read_at(AT_FDCWD, "/dev/null", &fixture->buf, &fixture->err), KG_EIO);
}

static void dash_is_standard_input(void **state)
{
	struct fixture *fixture = *state;
	int saved = dup(STDIN_FILENO);
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "piped", 5), 5);
	close(ends[1]);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	close(ends[0]);
	assert_int_equal(kg_file_read("-", &fixture->buf, &fixture->err), 0);
	assert_string_equal(kg_buf_text(&fixture->buf), "piped");
	if (saved >= 0) {
		dup2(saved, STDIN_FILENO);
		close(saved);
	}
}

static void write_makes_a_file_with_the_mode_whatever_the_umask(void **state)
{
	static const mode_t modes[] = {0600, 0644, 0400};
	struct fixture *fixture = *state;
	mode_t umask_before = umask(077);

	for (size_t i = 0; i < KG_ARRAY_LEN(modes); i++) {
		struct stat status;

		assert_int_equal(kg_file_write(path_of(fixture, "f"), "abc", 3, modes[i], true, &fixture->err), 0);
		assert_int_equal(stat(fixture->path, &status), 0);
		assert_int_equal(status.st_mode & 07777, modes[i]);
		assert_content(fixture, "f", "abc");
	}
	umask(umask_before);
}

static void write_replaces_by_a_new_file_and_leaves_no_temporary(void **state)
{
	struct fixture *fixture = *state;
	char content[4] = "";
	int before;

	tempdir_write(&fixture->directory, "f", "old");
	before = open(path_of(fixture, "f"), O_RDONLY);
	assert_true(before >= 0);
	assert_int_equal(kg_file_write(fixture->path, "new", 3, 0600, true, &fixture->err), 0);
	/* Who has the old file open reads on in it. */
	assert_int_equal(read(before, content, 3), 3);
	assert_string_equal(content, "old");
	close(before);
	assert_content(fixture, "f", "new");
	assert_int_equal(count_entries(&fixture->directory), 1);
}

static void write_without_replace_leaves_an_existing_file(void **state)
{
	struct fixture *fixture = *state;

	tempdir_write(&fixture->directory, "f", "old");
	assert_int_equal(kg_file_write(path_of(fixture, "f"), "new", 3, 0600, false, &fixture->err), KG_EINVAL);
	assert_non_null(strstr(fixture->err.message, "/f exists already"));
	assert_content(fixture, "f", "old");
	assert_int_equal(count_entries(&fixture->directory), 1);
	assert_int_equal(kg_file_write(path_of(fixture, "g"), "new", 3, 0600, false, &fixture->err), 0);
	assert_content(fixture, "g", "new");
	assert_int_equal(count_entries(&fixture->directory), 2);
}

static void write_where_no_directory_is_fails(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(kg_file_write(path_of(fixture, "missing/f"), "x", 1, 0600, true, &fixture->err), KG_ENOTFOUND);
	assert_non_null(strstr(fixture->err.message, "/missing/f: No such file"));
}

static void write_onto_a_directory_fails_and_leaves_no_temporary(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkdir(path_of(fixture, "d"), 0700), 0);
	assert_int_equal(kg_file_write(fixture->path, "x", 1, 0600, true, &fixture->err), KG_EIO);
	assert_int_equal(count_entries(&fixture->directory), 1);
}

static void write_to_a_bare_name_uses_the_working_directory(void **state)
{
	struct fixture *fixture = *state;
	char before[PATH_MAX];

	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(fixture->directory.path), 0);
	assert_int_equal(kg_file_write("f", "here", 4, 0600, true, &fixture->err), 0);
	assert_int_equal(chdir(before), 0);
	assert_content(fixture, "f", "here");
}

#define FILE_TEST(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FILE_TEST(read_appends_the_whole_file),
	        FILE_TEST(read_of_an_empty_file_gives_nothing),
	        FILE_TEST(read_handles_files_larger_than_a_chunk),
	        FILE_TEST(read_of_a_missing_file_is_not_found_and_names_it),
	        FILE_TEST(read_of_a_directory_is_an_io_error),
	        FILE_TEST(file_of_exactly_the_limit_is_read),
	        FILE_TEST(file_over_the_limit_is_refused_with_the_limit),
	        FILE_TEST(read_at_is_relative_to_the_directory),
	        FILE_TEST(read_at_does_not_wait_for_a_pipe),
	        FILE_TEST(dash_is_standard_input),
	        FILE_TEST(write_makes_a_file_with_the_mode_whatever_the_umask),
	        FILE_TEST(write_replaces_by_a_new_file_and_leaves_no_temporary),
	        FILE_TEST(write_without_replace_leaves_an_existing_file),
	        FILE_TEST(write_where_no_directory_is_fails),
	        FILE_TEST(write_onto_a_directory_fails_and_leaves_no_temporary),
	        FILE_TEST(write_to_a_bare_name_uses_the_working_directory),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
