#include "kedagate/model/manifest.h"

#include <string.h>

#include "kedagate/model/json.h"
#include "kedagate/model/yaml.h"
#include "model/json_scan.h"
#include "model/json_text.h"
#include "model/node.h"
#include "model/path.h"
#include "model/text.h"

/* One stream while it is read. */
struct reading {
	char *bytes;
	size_t length;
	struct kg_arena *arena;
	struct kg_manifests *out;
	size_t capacity;
	size_t documents;
};

/* ---- objects ---- */

static int add_manifest(struct reading *reading, struct kg_manifest manifest)
{
	struct kg_manifests *out = reading->out;

	if (out->count == reading->capacity) {
		size_t capacity = reading->capacity > 0 ? reading->capacity * 2 : 8;
		struct kg_manifest *items =
		        kg_arena_grow(reading->arena, out->items, out->count * sizeof(*items), capacity * sizeof(*items));

		if (items == NULL)
			return KG_ENOMEM;
		out->items = items;
		reading->capacity = capacity;
	}
	manifest.has_nul_escape = kg_json_holds_nul(manifest.tree);
	out->items[out->count++] = manifest;
	return 0;
}

/* The items of a List: kind List, or a kind such as ScaledObjectList, of the groups whose lists people export. NULL for all else. */
static const cJSON *list_items(const cJSON *tree)
{
	static const char suffix[] = "List";
	const char *api_version = kg_json_text(tree, "apiVersion");
	const char *kind = kg_json_text(tree, "kind");
	const cJSON *items = kg_json_get(tree, "items");
	size_t length = kind != NULL ? strlen(kind) : 0;

	if (api_version == NULL || items == NULL || kg_node_type(items) != cJSON_Array)
		return NULL;
	if (length < strlen(suffix) || strcmp(kind + length - strlen(suffix), suffix) != 0)
		return NULL;
	if (strcmp(api_version, "v1") == 0 || strncmp(api_version, "apps/", 5) == 0 || strncmp(api_version, "keda.sh/", 8) == 0)
		return items;
	return NULL;
}

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
/* Add an object, or the objects of a List. */
static int add_objects(struct reading *reading, struct kg_manifest manifest)
{
	const cJSON *items = list_items(manifest.tree);
	bool is_nested = manifest.in_list;
	size_t index = 0;
	int status = 0;

	if (items == NULL)
		return add_manifest(reading, manifest);
	manifest.in_list = true;
	for (const cJSON *item = items->child; item != NULL && status == 0; item = item->next, index++) {
		manifest.tree = item;
		if (!is_nested)
			manifest.item = index;
		status = add_objects(reading, manifest);
	}
	return status;
}
/* NOLINTEND(misc-no-recursion) */

/* `tree` is NULL for an empty document. */
static int add_document(struct reading *reading, const cJSON *tree, struct kg_err *err)
{
	struct kg_manifest manifest = {.tree = tree, .document = reading->documents++};

	if (tree != NULL && add_objects(reading, manifest) != 0)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	return 0;
}

/* ---- streams ---- */

static int read_json(struct reading *reading, struct kg_err *err)
{
	struct kg_json_text text = {
	        .bytes = reading->bytes,
	        .length = reading->length,
	        .at = kg_text_mark_length(reading->bytes, reading->length),
	};
	const char *end = text.bytes + text.length;
	int status = 0;

	while (status == 0 && kg_json_skip_space(text.bytes + text.at, end) != end) {
		struct kg_json_text document = text;
		cJSON *tree = NULL;

		status = kg_json_text_next(&text, reading->arena, &tree, err);
		if (status != 0)
			break;
		tree = kg_placed_copy(&document, tree, reading->arena);
		if (tree == NULL)
			return kg_err_set(err, KG_ENOMEM, "out of memory");
		status = add_document(reading, kg_node_type(tree) != cJSON_NULL ? tree : NULL, err);
	}
	return status;
}

static int read_yaml(struct reading *reading, struct kg_err *err)
{
	struct kg_yaml *yaml = kg_yaml_open(reading->bytes, reading->length, reading->arena);
	int status = yaml != NULL ? 0 : kg_err_set(err, KG_ENOMEM, "out of memory");

	while (status == 0) {
		cJSON *tree = NULL;

		status = kg_yaml_next(yaml, &tree, err);
		if (status == 0)
			status = add_document(reading, tree, err);
	}
	kg_yaml_close(yaml);
	return status == KG_ENOTFOUND ? 0 : status;
}

static bool is_further(const struct kg_err *a, const struct kg_err *b)
{
	return a->line > b->line || (a->line == b->line && a->column > b->column);
}

static int finish(struct reading *reading, const struct kg_manifests *manifests, int status, const struct kg_err *found, struct kg_err *err)
{
	*reading->out = *manifests;
	if (status != 0 && err != NULL)
		*err = *found;
	return status;
}

/* What begins with a brace is mostly JSON, but may be a YAML mapping in flow style. When it is neither, what got further is to be believed. */
static int read_either(struct reading *reading, struct kg_err *err)
{
	struct kg_manifests manifests = {0};
	struct kg_manifests json_manifests = {0};
	struct kg_err json_err = {0};
	struct kg_err yaml_err = {0};
	struct reading json = *reading;
	struct reading yaml = *reading;
	int json_status;
	int yaml_status;

	json.out = &json_manifests;
	yaml.out = &manifests;
	json_status = read_json(&json, &json_err);
	if (json_status != KG_EINVAL)
		return finish(reading, &json_manifests, json_status, &json_err, err);
	yaml_status = read_yaml(&yaml, &yaml_err);
	if (yaml_status == 0 || yaml_status == KG_ENOMEM || is_further(&yaml_err, &json_err))
		return finish(reading, &manifests, yaml_status, &yaml_err, err);
	return finish(reading, &json_manifests, json_status, &json_err, err);
}

/* ---- the whole ---- */

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text);

	return length >= strlen(suffix) && strcmp(text + length - strlen(suffix), suffix) == 0;
}

static bool begins_with_brace(const char *bytes, size_t length)
{
	const char *at = kg_json_skip_space(bytes + kg_text_mark_length(bytes, length), bytes + length);

	return at < bytes + length && *at == '{';
}

int kg_manifests_read(char *bytes, size_t length, const char *name, struct kg_arena *arena, struct kg_manifests *out, struct kg_err *err)
{
	struct reading reading = {.bytes = bytes, .length = length, .arena = arena, .out = out};

	*out = (struct kg_manifests){0};
	if (has_suffix(name, ".json"))
		return read_json(&reading, err);
	return begins_with_brace(bytes, length) ? read_either(&reading, err) : read_yaml(&reading, err);
}

/* ---- positions ---- */

size_t kg_manifest_node_offset(const cJSON *node)
{
	return kg_placed_of(node)->offset;
}

size_t kg_manifest_offset(const struct kg_manifest *manifest, const char *path)
{
	const cJSON *node = manifest->tree;
	const char *rest = path;
	struct kg_path_step step;

	for (; *rest != '\0' && kg_path_follow(node, rest, rest == path, &step); rest += step.taken)
		node = step.child;
	return kg_manifest_node_offset(node);
}

struct kg_position kg_manifest_position(const char *bytes, size_t length, const char *name, const struct kg_manifest *manifest,
                                        const char *path)
{
	(void)name;
	return kg_text_position(bytes, length, kg_manifest_offset(manifest, path));
}
