#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/inputs.h"
#include "kedagate/base/limits.h"
#include "support/tempdir.h"

struct fixture {
	struct tempdir directory;
	struct kg_arena arena;
	struct kg_inputs inputs;
};

static int setup(void **state)
{
	static struct fixture fixture;

	tempdir_init(&fixture.directory);
	kg_arena_init(&fixture.arena, 1 << 20);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	kg_arena_release(&f->arena);
	tempdir_release(&f->directory);
	return 0;
}

static void make_directory(struct fixture *f, const char *name)
{
	char path[PATH_MAX];

	assert_int_equal(mkdir(tempdir_path(&f->directory, name, path), 0700), 0);
}

static void find(struct fixture *f, const char *name, bool recursive)
{
	char path[PATH_MAX];
	char *operands[1];

	/* The inputs borrow from the operands, and are looked at after this function. */
	operands[0] = *name != '\0' ? kg_arena_strdup(&f->arena, tempdir_path(&f->directory, name, path)) : f->directory.path;
	assert_non_null(operands[0]);
	assert_int_equal(kg_inputs_find(operands, 1, recursive, &f->arena, &f->inputs), 0);
}

/* The paths that were found, relative to the directory, with blanks between. */
static const char *found(struct fixture *f)
{
	const char *text = "";

	for (size_t i = 0; i < f->inputs.count; i++) {
		text = kg_arena_printf(&f->arena, "%s%s%s", text, i > 0 ? " " : "", f->inputs.paths[i] + strlen(f->directory.path) + 1);
		assert_non_null(text);
	}
	return text;
}

static void a_directory_gives_the_manifests_directly_inside_sorted(void **state)
{
	struct fixture *f = *state;

	tempdir_write(&f->directory, "b.yml", "");
	tempdir_write(&f->directory, "a.yaml", "");
	tempdir_write(&f->directory, "c.json", "");
	tempdir_write(&f->directory, "README.md", "");
	tempdir_write(&f->directory, "yaml", "");
	make_directory(f, "deeper.yaml");
	tempdir_write(&f->directory, "deeper.yaml/d.yaml", "");
	find(f, "", false);
	assert_string_equal(found(f), "a.yaml b.yml c.json");
	assert_int_equal(f->inputs.errors.count, 0);
}

static void recursion_goes_into_directories_in_order_of_names(void **state)
{
	struct fixture *f = *state;

	tempdir_write(&f->directory, "z.yaml", "");
	make_directory(f, "m");
	make_directory(f, "m/n");
	tempdir_write(&f->directory, "m/n/y.yaml", "");
	tempdir_write(&f->directory, "m/x.yaml", "");
	tempdir_write(&f->directory, "a.yaml", "");
	find(f, "", true);
	assert_string_equal(found(f), "a.yaml m/n/y.yaml m/x.yaml z.yaml");
}

static void a_file_is_taken_whatever_its_name(void **state)
{
	struct fixture *f = *state;

	tempdir_write(&f->directory, "manifest.txt", "");
	find(f, "manifest.txt", false);
	assert_string_equal(found(f), "manifest.txt");
}

static void a_slash_at_the_end_is_not_doubled(void **state)
{
	struct fixture *f = *state;

	make_directory(f, "deploy");
	tempdir_write(&f->directory, "deploy/a.yaml", "");
	find(f, "deploy/", false);
	assert_string_equal(found(f), "deploy/a.yaml");
}

static void a_missing_operand_is_an_error_and_the_others_count(void **state)
{
	struct fixture *f = *state;
	char gone[PATH_MAX];
	char input[] = "-";
	char *operands[] = {gone, input};

	tempdir_path(&f->directory, "gone.yaml", gone);
	assert_int_equal(kg_inputs_find(operands, 2, false, &f->arena, &f->inputs), 0);
	assert_int_equal(f->inputs.errors.count, 1);
	assert_string_equal(f->inputs.errors.items[0].file, gone);
	assert_non_null(strstr(f->inputs.errors.items[0].message, "No such file or directory"));
	assert_int_equal(f->inputs.count, 1);
	assert_string_equal(f->inputs.paths[0], "-");
}

static void a_directory_without_manifests_is_an_error(void **state)
{
	struct fixture *f = *state;

	make_directory(f, "below");
	tempdir_write(&f->directory, "below/a.yaml", "");
	find(f, "", false);
	assert_int_equal(f->inputs.count, 0);
	assert_int_equal(f->inputs.errors.count, 1);
	assert_non_null(strstr(f->inputs.errors.items[0].message, "-R"));
}

static void a_link_to_a_file_is_followed_and_one_to_a_directory_is_not(void **state)
{
	struct fixture *f = *state;
	char link[PATH_MAX];

	tempdir_write(&f->directory, "a", "");
	assert_int_equal(symlink("a", tempdir_path(&f->directory, "b.yaml", link)), 0);
	assert_int_equal(symlink(".", tempdir_path(&f->directory, "loop", link)), 0);
	assert_int_equal(symlink(".", tempdir_path(&f->directory, "loop.yaml", link)), 0);
	find(f, "", true);
	assert_string_equal(found(f), "b.yaml");
	assert_int_equal(f->inputs.errors.count, 0);
}

static void a_file_that_is_found_twice_is_taken_once(void **state)
{
	struct fixture *f = *state;
	char link[PATH_MAX];
	char *operands[] = {f->directory.path, f->directory.path};

	tempdir_write(&f->directory, "a.yaml", "");
	tempdir_write(&f->directory, "c.yaml", "");
	assert_int_equal(symlink("a.yaml", tempdir_path(&f->directory, "b.yaml", link)), 0);
	find(f, "", false);
	assert_string_equal(found(f), "a.yaml c.yaml");
	assert_int_equal(kg_inputs_find(operands, 2, false, &f->arena, &f->inputs), 0);
	assert_string_equal(found(f), "a.yaml c.yaml");
	assert_int_equal(f->inputs.errors.count, 0);
}

static void a_walk_that_goes_too_deep_ends_with_an_error(void **state)
{
	struct fixture *f = *state;
	const char *path = "d";

	for (int i = 0; i <= KG_MAX_DIRECTORY_DEPTH; i++) {
		make_directory(f, path);
		path = kg_arena_printf(&f->arena, "%s/d", path);
		assert_non_null(path);
	}
	find(f, "", true);
	assert_int_equal(f->inputs.errors.count, 1);
	assert_non_null(strstr(f->inputs.errors.items[0].message, "directories deep"));
}

static void running_out_of_memory_is_reported(void **state)
{
	struct fixture *f = *state;
	char *operands[] = {f->directory.path};

	tempdir_write(&f->directory, "a.yaml", "");
	kg_arena_release(&f->arena);
	kg_arena_init(&f->arena, 16);
	assert_int_equal(kg_inputs_find(operands, 1, false, &f->arena, &f->inputs), KG_ENOMEM);
}

#define TEST(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(a_directory_gives_the_manifests_directly_inside_sorted),
	        TEST(recursion_goes_into_directories_in_order_of_names),
	        TEST(a_file_is_taken_whatever_its_name),
	        TEST(a_slash_at_the_end_is_not_doubled),
	        TEST(a_missing_operand_is_an_error_and_the_others_count),
	        TEST(a_directory_without_manifests_is_an_error),
	        TEST(a_link_to_a_file_is_followed_and_one_to_a_directory_is_not),
	        TEST(a_file_that_is_found_twice_is_taken_once),
	        TEST(a_walk_that_goes_too_deep_ends_with_an_error),
	        TEST(running_out_of_memory_is_reported),
	};

	return cmocka_run_group_tests_name("inputs", tests, NULL, NULL);
}
