#include "kube/kubeconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/list.h"
#include "kedagate/model/json.h"
#include "kedagate/model/manifest.h"

/* ---- reading ---- */

/* The directory of a path, without a slash at its end. */
static const char *directory_of(const char *path, struct kg_arena *arena)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return kg_arena_strdup(arena, ".");
	return slash == path ? kg_arena_strdup(arena, "/") : kg_arena_strndup(arena, path, (size_t)(slash - path));
}

static int add_tree(const char *path, const struct kg_manifests *manifests, struct kg_arena *arena, struct kg_kubeconfigs *out,
                    struct kg_err *err)
{
	struct kg_kubeconfig *items = kg_list_room(arena, out->items, out->count, sizeof(*items));
	const char *kept = kg_arena_strdup(arena, path);
	const char *directory = directory_of(path, arena);

	if (items == NULL || kept == NULL || directory == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	if (manifests->count > 0 && !cJSON_IsObject(manifests->items[0].tree))
		return kg_err_set(err, KG_EINVAL, "this is no kubeconfig: it is no mapping");
	out->items = items;
	items[out->count++] = (struct kg_kubeconfig){
	        .path = kept, .directory = directory, .tree = manifests->count > 0 ? manifests->items[0].tree : NULL};
	return 0;
}

static int read_file(const char *path, struct kg_arena *arena, struct kg_kubeconfigs *out, struct kg_err *err)
{
	struct kg_manifests manifests = {0};
	struct kg_buf text KG_CLEANUP(kg_buf_release);
	char nothing[1] = "";
	int status;

	kg_buf_init(&text, KG_MAX_KUBECONFIG_BYTES);
	kg_buf_keep_secret(&text);
	status = kg_file_read(path, &text, err);
	if (status != 0)
		return status;
	status = kg_manifests_read(text.data != NULL ? text.data : nothing, text.length, path, arena, &manifests, err);
	if (status == 0)
		status = add_tree(path, &manifests, arena, out, err);
	return status == 0 ? 0 : kg_err_wrap(err, "%s", path);
}

/* Of several files, some may not be there. */
static int read_list(const char *paths, struct kg_arena *arena, struct kg_kubeconfigs *out, struct kg_err *err)
{
	int status = 0;

	while (status == 0 && *paths != '\0' && out->count < KG_MAX_KUBECONFIG_FILES) {
		size_t length = strcspn(paths, ":");
		const char *path = kg_arena_strndup(arena, paths, length);

		if (path == NULL)
			return kg_err_set(err, KG_ENOMEM, "out of memory");
		if (length > 0 && access(path, F_OK) == 0)
			status = read_file(path, arena, out, err);
		paths += length;
		paths += *paths == ':';
	}
	return status;
}

static int read_usual(struct kg_arena *arena, struct kg_kubeconfigs *out, struct kg_err *err)
{
	const char *paths = getenv("KUBECONFIG"); /* NOLINT(concurrency-mt-unsafe): before threads start */
	const char *home = getenv("HOME");        /* NOLINT(concurrency-mt-unsafe): the same */

	if (paths == NULL || *paths == '\0')
		paths = kg_arena_printf(arena, "%s/.kube/config", home != NULL ? home : "");
	if (paths == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	return read_list(paths, arena, out, err);
}

int kg_kubeconfigs_read(const char *path, struct kg_arena *arena, struct kg_kubeconfigs *out, struct kg_err *err)
{
	int status;

	*out = (struct kg_kubeconfigs){0};
	status = path != NULL ? read_file(path, arena, out, err) : read_usual(arena, out, err);
	if (status == 0 && out->count == 0)
		return kg_err_set(err, KG_ENOTFOUND,
		                  "there is no kubeconfig: neither KUBECONFIG nor ~/.kube/config names a file that exists");
	return status;
}

static void wipe_texts(const cJSON *object)
{
	for (const cJSON *member = object != NULL ? object->child : NULL; member != NULL; member = member->next) {
		if (cJSON_IsString(member))
			explicit_bzero(member->valuestring, strlen(member->valuestring));
	}
}

void kg_kubeconfigs_wipe(const struct kg_kubeconfigs *files)
{
	for (size_t i = 0; i < files->count; i++) {
		const cJSON *users = kg_json_get(files->items[i].tree, "users");

		for (const cJSON *user = users != NULL ? users->child : NULL; user != NULL; user = user->next)
			wipe_texts(kg_json_get(user, "user"));
	}
}

/* ---- finding ---- */

static int fail_in_file(const struct kg_kubeconfig *file, const char *list, struct kg_err *err, const char *message)
{
	return kg_err_set(err, KG_EINVAL, "%s: %s: %s", file->path, list, message);
}

static int find_in_file(const struct kg_kubeconfig *file, const char *list, const char *name, struct kg_kubeconfig_entry *out,
                        struct kg_err *err)
{
	const cJSON *items = kg_json_get(file->tree, list);
	size_t index = 0;

	if (items != NULL && !cJSON_IsArray(items))
		return fail_in_file(file, list, err, "this must be a list");
	for (const cJSON *item = items != NULL ? items->child : NULL; item != NULL; item = item->next, index++) {
		const char *found = kg_json_text(item, "name");

		if (found == NULL || strcmp(found, name) != 0)
			continue;
		*out = (struct kg_kubeconfig_entry){
		        .file = file, .list = list, .field = out->field, .index = index, .node = kg_json_get(item, out->field)};
		return 0;
	}
	return KG_ENOTFOUND;
}

int kg_kubeconfigs_find(const struct kg_kubeconfigs *files, const char *list, const char *field, const char *name,
                        struct kg_kubeconfig_entry *out, struct kg_err *err)
{
	int status = KG_ENOTFOUND;

	*out = (struct kg_kubeconfig_entry){.field = field};
	for (size_t i = 0; i < files->count && status == KG_ENOTFOUND; i++)
		status = find_in_file(&files->items[i], list, name, out, err);
	return status;
}

int kg_kubeconfig_fail(const struct kg_kubeconfig_entry *entry, const char *key, struct kg_err *err, int code, const char *message)
{
	return kg_err_set(err, code, "%s: %s[%zu].%s.%s: %s", entry->file->path, entry->list, entry->index, entry->field, key, message);
}

int kg_kubeconfig_text(const struct kg_kubeconfig_entry *entry, const char *key, const char **ret_text, struct kg_err *err)
{
	const cJSON *node = kg_json_get(entry->node, key);

	if (node != NULL && !cJSON_IsString(node))
		return kg_kubeconfig_fail(entry, key, err, KG_EINVAL, "this must be a string");
	*ret_text = node != NULL && *node->valuestring != '\0' ? node->valuestring : NULL;
	return 0;
}
