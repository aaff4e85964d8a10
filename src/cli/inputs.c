#include "cli/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "kedagate/base/limits.h"
#include "kedagate/base/list.h"

/* A file that was found. */
struct identity {
	dev_t device;
	ino_t inode;
	const char *path; /* without links */
};

struct walk {
	bool recursive;
	struct identity *found;
	size_t found_count;
	size_t offered; /* files, each as often as it was met */
	struct kg_arena *arena;
	struct kg_inputs *out;
};

int kg_input_errors_add(struct kg_input_errors *errors, struct kg_arena *arena, const char *file, const struct kg_err *err)
{
	struct kg_report_error *items = kg_list_room(arena, errors->items, errors->count, sizeof(*items));
	const char *message = kg_arena_strdup(arena, err->message);

	if (items == NULL || message == NULL)
		return KG_ENOMEM;
	errors->items = items;
	items[errors->count++] = (struct kg_report_error){.file = file, .line = err->line, .column = err->column, .message = message};
	return 0;
}

static int add_error(const struct walk *walk, const char *path, const struct kg_err *err)
{
	return kg_input_errors_add(&walk->out->errors, walk->arena, path, err);
}

/* An error about `path` with errno's text. */
static int add_system_error(const struct walk *walk, const char *path)
{
	struct kg_err err = {0};

	(void)kg_err_set_errno(&err, "cannot read %s", path);
	return add_error(walk, path, &err);
}

/* Whether a file was found before; two hard links are two files. What has no path is left for reading to complain about. 0 or KG_ENOMEM. */
static int find_twin(struct walk *walk, const char *path, bool *ret_found)
{
	char real[PATH_MAX];
	struct identity *items;
	struct identity identity = {0};
	struct stat status;

	*ret_found = false;
	if (stat(path, &status) != 0 || realpath(path, real) == NULL)
		return 0;
	identity.device = status.st_dev;
	identity.inode = status.st_ino;
	for (size_t i = 0; i < walk->found_count && !*ret_found; i++) {
		const struct identity *other = &walk->found[i];

		*ret_found = other->inode == identity.inode && other->device == identity.device && strcmp(other->path, real) == 0;
	}
	if (*ret_found)
		return 0;
	identity.path = kg_arena_strdup(walk->arena, real);
	items = kg_list_room(walk->arena, walk->found, walk->found_count, sizeof(*items));
	if (identity.path == NULL || items == NULL)
		return KG_ENOMEM;
	walk->found = items;
	items[walk->found_count++] = identity;
	return 0;
}

static int add_path(struct walk *walk, const char *path)
{
	struct kg_inputs *out = walk->out;
	const char **paths;
	bool found = false;
	int status = find_twin(walk, path, &found);

	walk->offered++;
	if (status != 0 || found)
		return status;
	paths = kg_list_room(walk->arena, out->paths, out->count, sizeof(*paths));
	if (paths == NULL)
		return KG_ENOMEM;
	out->paths = paths;
	paths[out->count++] = path;
	return 0;
}

static bool is_manifest_name(const char *name)
{
	static const char *const suffixes[] = {".yaml", ".yml", ".json"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < KG_ARRAY_LEN(suffixes); i++) {
		if (strcmp(dot, suffixes[i]) == 0)
			return true;
	}
	return false;
}

static const char *join(struct kg_arena *arena, const char *directory, const char *name)
{
	size_t length = strlen(directory);

	return kg_arena_printf(arena, "%s%s%s", directory, length > 0 && directory[length - 1] == '/' ? "" : "/", name);
}

static int add_directory(struct walk *walk, const char *directory, unsigned depth);

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DIRECTORY_DEPTH */

/* One entry of a directory. What vanished since, or is a dangling link with a manifest's name, is left for reading to complain about; what is neither
 * file nor directory is passed over: reading a pipe might never end. */
static int add_entry(struct walk *walk, const char *directory, const char *name, unsigned depth)
{
	const char *path = join(walk->arena, directory, name);
	struct stat status;

	if (path == NULL)
		return KG_ENOMEM;
	if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return walk->recursive ? add_directory(walk, path, depth + 1) : 0;
	if (!is_manifest_name(name) || (stat(path, &status) == 0 && !S_ISREG(status.st_mode)))
		return 0;
	return add_path(walk, path);
}

static int is_no_dot_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* By bytes, whatever the locale: the same order on every machine. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_directory(struct walk *walk, const char *directory, unsigned depth)
{
	struct dirent **entries = NULL;
	struct kg_err err = {0};
	int status = 0;
	int count;

	if (depth > KG_MAX_DIRECTORY_DEPTH) {
		(void)kg_err_set(&err, KG_ELIMIT, "%s is more than %d directories deep", directory, KG_MAX_DIRECTORY_DEPTH);
		return add_error(walk, directory, &err);
	}
	count = scandir(directory, &entries, is_no_dot_entry, compare_names);
	if (count < 0)
		return errno == ENOMEM ? KG_ENOMEM : add_system_error(walk, directory);
	for (int i = 0; i < count; i++) {
		if (status == 0)
			status = add_entry(walk, directory, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free((void *)entries);
	return status;
}

/* NOLINTEND(misc-no-recursion) */

/* A directory that somebody named. */
static int add_root(struct walk *walk, const char *directory)
{
	size_t before = walk->offered + walk->out->errors.count;
	struct kg_err err = {0};
	int status = add_directory(walk, directory, 0);

	if (status != 0 || walk->offered + walk->out->errors.count > before)
		return status;
	(void)kg_err_set(&err, KG_ENOTFOUND, "no manifest (*.yaml, *.yml, *.json) %s",
	                 walk->recursive ? "below it" : "directly inside; -R looks below it");
	return add_error(walk, directory, &err);
}

static int add_operand(struct walk *walk, const char *operand)
{
	struct stat status;

	if (strcmp(operand, "-") == 0)
		return add_path(walk, operand);
	if (stat(operand, &status) != 0)
		return add_system_error(walk, operand);
	return S_ISDIR(status.st_mode) ? add_root(walk, operand) : add_path(walk, operand);
}

int kg_inputs_find(char *const *operands, size_t operand_count, bool recursive, struct kg_arena *arena, struct kg_inputs *out)
{
	struct walk walk = {.recursive = recursive, .arena = arena, .out = out};
	int status = 0;

	*out = (struct kg_inputs){0};
	for (size_t i = 0; i < operand_count && status == 0; i++)
		status = add_operand(&walk, operands[i]);
	return status;
}
