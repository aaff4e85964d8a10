#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kedagate/base/dirwatch.h"
#include "support/tempdir.h"

struct fixture {
	struct tempdir directory;
	struct kg_dirwatch watch;
	struct kg_err err;
	char path[PATH_MAX];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	tempdir_init(&fixture->directory);
	assert_int_equal(kg_dirwatch_init(&fixture->watch, &fixture->err), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	kg_dirwatch_release(&fixture->watch);
	tempdir_release(&fixture->directory);
	free(fixture);
	return 0;
}

static const char *path_of(struct fixture *fixture, const char *name)
{
	return tempdir_path(&fixture->directory, name, fixture->path);
}

static void rename_within(struct fixture *fixture, const char *from, const char *to)
{
	char from_path[PATH_MAX];
	char to_path[PATH_MAX];

	assert_int_equal(rename(tempdir_path(&fixture->directory, from, from_path), tempdir_path(&fixture->directory, to, to_path)), 0);
}

static void watch_parent_of(struct fixture *fixture, const char *name)
{
	assert_int_equal(kg_dirwatch_add_parent(&fixture->watch, path_of(fixture, name), &fixture->err), 0);
}

/* True when the descriptor becomes readable; events of local file systems are there at once. */
static bool is_readable(const struct fixture *fixture)
{
	struct pollfd poller = {.fd = fixture->watch.fd, .events = POLLIN};

	return poll(&poller, 1, 0) == 1;
}

static void assert_noticed(struct fixture *fixture)
{
	assert_true(is_readable(fixture));
	assert_true(kg_dirwatch_drain(&fixture->watch));
	assert_false(is_readable(fixture));
	assert_false(kg_dirwatch_drain(&fixture->watch));
}

static void nothing_happens_in_a_quiet_directory(void **state)
{
	struct fixture *fixture = *state;

	watch_parent_of(fixture, "f");
	assert_false(is_readable(fixture));
	assert_false(kg_dirwatch_drain(&fixture->watch));
}

static void write_in_place_is_noticed(void **state)
{
	struct fixture *fixture = *state;

	tempdir_write(&fixture->directory, "f", "old");
	watch_parent_of(fixture, "f");
	tempdir_write(&fixture->directory, "f", "new");
	assert_noticed(fixture);
}

static void replacement_by_rename_is_noticed(void **state)
{
	struct fixture *fixture = *state;

	tempdir_write(&fixture->directory, "f", "old");
	tempdir_write(&fixture->directory, "new", "new");
	watch_parent_of(fixture, "f");
	rename_within(fixture, "new", "f");
	assert_noticed(fixture);
}

static void file_moved_in_or_out_is_noticed(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkdir(path_of(fixture, "d"), 0700), 0);
	tempdir_write(&fixture->directory, "f", "x");
	watch_parent_of(fixture, "d/f");
	rename_within(fixture, "f", "d/f");
	assert_noticed(fixture);
	rename_within(fixture, "d/f", "f");
	assert_noticed(fixture);
}

/* As the kubelet does it: a new directory, a new link to it, and a rename of that over `..data`. */
static void swap_of_the_data_link_is_noticed(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkdir(path_of(fixture, "..1"), 0700), 0);
	assert_int_equal(mkdir(path_of(fixture, "..2"), 0700), 0);
	assert_int_equal(symlink("..1", path_of(fixture, "..data")), 0);
	assert_int_equal(symlink("..data/tls.crt", path_of(fixture, "tls.crt")), 0);
	assert_int_equal(symlink("..2", path_of(fixture, "..data_tmp")), 0);
	watch_parent_of(fixture, "tls.crt");
	rename_within(fixture, "..data_tmp", "..data");
	assert_noticed(fixture);
}

static void removal_of_a_file_is_noticed(void **state)
{
	struct fixture *fixture = *state;

	tempdir_write(&fixture->directory, "f", "old");
	watch_parent_of(fixture, "f");
	assert_int_equal(unlink(path_of(fixture, "f")), 0);
	assert_noticed(fixture);
}

static void change_of_permissions_is_noticed(void **state)
{
	struct fixture *fixture = *state;

	tempdir_write(&fixture->directory, "f", "old");
	watch_parent_of(fixture, "f");
	assert_int_equal(chmod(path_of(fixture, "f"), 0400), 0);
	assert_noticed(fixture);
}

static void directory_is_watched_once_however_often_named(void **state)
{
	struct fixture *fixture = *state;

	watch_parent_of(fixture, "tls.crt");
	watch_parent_of(fixture, "tls.key");
	assert_int_equal(fixture->watch.count, 1);
}

static void several_directories_are_watched(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkdir(path_of(fixture, "a"), 0700), 0);
	assert_int_equal(mkdir(path_of(fixture, "b"), 0700), 0);
	watch_parent_of(fixture, "a/f");
	watch_parent_of(fixture, "b/f");
	tempdir_write(&fixture->directory, "a/f", "x");
	assert_noticed(fixture);
	tempdir_write(&fixture->directory, "b/f", "x");
	assert_noticed(fixture);
}

static void more_directories_than_the_maximum_are_refused(void **state)
{
	struct fixture *fixture = *state;
	char name[32];

	for (int i = 0; i <= KG_DIRWATCH_MAX; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		assert_int_equal(mkdir(path_of(fixture, name), 0700), 0);
		snprintf(name, sizeof(name), "d%d/f", i);
		assert_int_equal(kg_dirwatch_add_parent(&fixture->watch, path_of(fixture, name), &fixture->err),
		                 i < KG_DIRWATCH_MAX ? 0 : KG_ELIMIT);
	}
	assert_int_equal(fixture->watch.count, KG_DIRWATCH_MAX);
}

static void missing_directory_is_watched_once_it_is_there(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(kg_dirwatch_add_parent(&fixture->watch, path_of(fixture, "later/f"), &fixture->err), KG_EIO);
	assert_non_null(strstr(fixture->err.message, "later: No such file"));
	kg_dirwatch_rearm(&fixture->watch);
	assert_int_equal(mkdir(path_of(fixture, "later"), 0700), 0);
	kg_dirwatch_rearm(&fixture->watch);
	assert_false(is_readable(fixture));
	tempdir_write(&fixture->directory, "later/f", "x");
	assert_noticed(fixture);
}

static void directory_made_anew_is_watched_after_rearm(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkdir(path_of(fixture, "d"), 0700), 0);
	watch_parent_of(fixture, "d/f");
	assert_int_equal(rmdir(path_of(fixture, "d")), 0);
	assert_noticed(fixture);
	kg_dirwatch_rearm(&fixture->watch);
	assert_int_equal(mkdir(path_of(fixture, "d"), 0700), 0);
	kg_dirwatch_rearm(&fixture->watch);
	tempdir_write(&fixture->directory, "d/f", "x");
	assert_noticed(fixture);
}

/* Another directory took the name, without any event in the old one but its move. */
static void directory_that_was_replaced_is_left_for_the_new_one(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkdir(path_of(fixture, "d"), 0700), 0);
	watch_parent_of(fixture, "d/f");
	rename_within(fixture, "d", "old");
	assert_int_equal(mkdir(path_of(fixture, "d"), 0700), 0);
	kg_dirwatch_rearm(&fixture->watch);
	kg_dirwatch_drain(&fixture->watch);
	tempdir_write(&fixture->directory, "old/f", "x");
	assert_false(is_readable(fixture));
	tempdir_write(&fixture->directory, "d/f", "x");
	assert_noticed(fixture);
}

static void rearm_of_a_watched_directory_keeps_the_watch(void **state)
{
	struct fixture *fixture = *state;

	watch_parent_of(fixture, "f");
	for (int i = 0; i < 3; i++)
		kg_dirwatch_rearm(&fixture->watch);
	assert_false(is_readable(fixture));
	tempdir_write(&fixture->directory, "f", "x");
	assert_noticed(fixture);
}

static void two_names_of_one_directory_share_a_watch(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkdir(path_of(fixture, "d"), 0700), 0);
	watch_parent_of(fixture, "d/f");
	watch_parent_of(fixture, "./d/f");
	assert_int_equal(fixture->watch.count, 2);
	/* Arming one name again must not drop the watch that the other one shares. */
	kg_dirwatch_rearm(&fixture->watch);
	tempdir_write(&fixture->directory, "d/f", "x");
	assert_noticed(fixture);
}

static void watch_without_inotify_is_silent(void **state)
{
	struct fixture *fixture = *state;
	struct kg_dirwatch watch;
	struct rlimit before;
	struct rlimit none;

	/* The lowest limit at which no further descriptor can be had. */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(kg_dirwatch_init(&watch, &fixture->err), KG_EIO);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(watch.fd, -1);
	assert_int_equal(kg_dirwatch_add_parent(&watch, path_of(fixture, "f"), &fixture->err), KG_EIO);
	assert_false(kg_dirwatch_drain(&watch));
	kg_dirwatch_rearm(&watch);
	kg_dirwatch_release(&watch);
}

#define WATCH_TEST(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WATCH_TEST(nothing_happens_in_a_quiet_directory),
	        WATCH_TEST(write_in_place_is_noticed),
	        WATCH_TEST(replacement_by_rename_is_noticed),
	        WATCH_TEST(file_moved_in_or_out_is_noticed),
	        WATCH_TEST(swap_of_the_data_link_is_noticed),
	        WATCH_TEST(removal_of_a_file_is_noticed),
	        WATCH_TEST(change_of_permissions_is_noticed),
	        WATCH_TEST(directory_is_watched_once_however_often_named),
	        WATCH_TEST(several_directories_are_watched),
	        WATCH_TEST(more_directories_than_the_maximum_are_refused),
	        WATCH_TEST(missing_directory_is_watched_once_it_is_there),
	        WATCH_TEST(directory_made_anew_is_watched_after_rearm),
	        WATCH_TEST(directory_that_was_replaced_is_left_for_the_new_one),
	        WATCH_TEST(rearm_of_a_watched_directory_keeps_the_watch),
	        WATCH_TEST(two_names_of_one_directory_share_a_watch),
	        WATCH_TEST(watch_without_inotify_is_silent),
	};

	return cmocka_run_group_tests_name("dirwatch", tests, NULL, NULL);
}
