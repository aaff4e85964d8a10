/*
 * The world over files: a table from "<sort> <namespace> <name>" to what the object of that name gives.
 */
#include <stdio.h>
#include <string.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/model/base64.h"
#include "kedagate/model/json.h"
#include "kedagate/model/world.h"
#include "model/names.h"
#include "model/node.h"

#define SECRET     "secret"
#define CONFIG_MAP "configmap"

/* Names are at most 253 bytes, namespaces 63, groups 253; what is longer than this names nothing that a cluster could hold. */
enum { KEY_MAX = 1024 };

struct kg_file_world {
	struct kg_world world;
	struct kg_arena *arena;
	const char *default_namespace;
	bool read_secrets;
	struct kg_names objects;
};

_Static_assert(offsetof(struct kg_file_world, world) == 0, "a pointer to the world is one to the file world");

static const struct kg_file_world *file_world_of(const struct kg_world *world)
{
	return (const struct kg_file_world *)(const void *)world;
}

/* ---- keys ---- */

/* False when the key does not fit. Newlines part what names cannot hold. */
static bool make_key(char out[KEY_MAX], const char *sort, const char *namespace, const char *name)
{
	int length = snprintf(out, KEY_MAX, "%s\n%s\n%s", sort, namespace, name);

	return length > 0 && length < KEY_MAX;
}

/* What objects with a pod template are kept under: group and kind, whatever the version. */
static bool make_template_sort(char out[KEY_MAX], const char *api_version, const char *kind)
{
	const char *slash = strchr(api_version, '/');
	int group = slash != NULL ? (int)(slash - api_version) : 0;
	int length = snprintf(out, KEY_MAX, "%.*s/%s", group, api_version, kind);

	return length > 0 && length < KEY_MAX;
}

static const void *look_up(const struct kg_file_world *world, const char *sort, const char *namespace, const char *name)
{
	char key[KEY_MAX];

	if (world->objects.count == 0 || name == NULL || namespace == NULL || !make_key(key, sort, namespace, name))
		return NULL;
	return kg_names_get(&world->objects, key);
}

/* ---- look-ups ---- */

static enum kg_lookup find_authentication(const struct kg_world *world, enum kg_kind kind, const char *namespace, const char *name,
                                          const struct kg_authentication **ret_authentication)
{
	bool is_cluster_wide = kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;
	const struct kg_authentication *found = look_up(file_world_of(world), kg_kind_name(kind), is_cluster_wide ? "" : namespace, name);

	if (found == NULL)
		return KG_LOOKUP_UNSEEN;
	*ret_authentication = found;
	return KG_LOOKUP_FOUND;
}

static const char *given_or(const char *text, const char *otherwise)
{
	return text != NULL && *text != '\0' ? text : otherwise;
}

static enum kg_lookup find_pod_template(const struct kg_world *world, const struct kg_scale_target_ref *target, const char *namespace,
                                        const struct kg_pod_template **ret_template)
{
	const struct kg_file_world *file_world = file_world_of(world);
	const char *api_version = given_or(target->api_version, "apps/v1"); /* KEDA's defaults: ParseGVKR in apis/keda/v1alpha1/gvkr.go */
	const char *kind = given_or(target->kind, "Deployment");
	const struct kg_pod_template *found = NULL;
	char sort[KEY_MAX];

	if (file_world->objects.count > 0 && make_template_sort(sort, api_version, kind))
		found = look_up(file_world, sort, namespace, target->name);
	if (found == NULL)
		return KG_LOOKUP_UNSEEN;
	*ret_template = found;
	return KG_LOOKUP_FOUND;
}

static enum kg_lookup find_values(const struct kg_world *world, const struct kg_value_source *source, struct kg_pairs *ret_values)
{
	const struct kg_pairs *found = look_up(file_world_of(world), source->secret ? SECRET : CONFIG_MAP, source->namespace, source->name);

	if (found == NULL)
		return KG_LOOKUP_UNSEEN;
	*ret_values = *found;
	return KG_LOOKUP_FOUND;
}

static enum kg_lookup find_value(const struct kg_world *world, const struct kg_value_source *source, const char *key,
                                 const char **ret_value)
{
	struct kg_pairs values;
	const char *found = NULL;

	if (find_values(world, source, &values) == KG_LOOKUP_FOUND)
		found = kg_pairs_get(&values, key);
	if (found == NULL)
		return KG_LOOKUP_UNSEEN;
	*ret_value = found;
	return KG_LOOKUP_FOUND;
}

static const struct kg_world_operations file_operations = {
        .authentication = find_authentication,
        .pod_template = find_pod_template,
        .value = find_value,
        .values = find_values,
};

/* Where nothing was added, nothing is seen. */
const struct kg_world *kg_world_blind(void)
{
	static const struct kg_file_world nothing = {.world = {.operations = &file_operations}};

	return &nothing.world;
}

struct kg_file_world *kg_file_world_new(struct kg_arena *arena, const char *default_namespace, bool read_secrets)
{
	struct kg_file_world *world = kg_arena_calloc(arena, 1, sizeof(*world));

	if (world == NULL)
		return NULL;
	world->world.operations = &file_operations;
	world->arena = arena;
	world->default_namespace = default_namespace;
	world->read_secrets = read_secrets;
	kg_names_init(&world->objects, arena);
	return world;
}

const struct kg_world *kg_file_world_as_world(const struct kg_file_world *world)
{
	return &world->world;
}

/* ---- adding ---- */

/* An object on its way into the world. */
struct addition {
	struct kg_file_world *world;
	const cJSON *tree;
	const char *api_version, *kind, *namespace, *name;
};

/* Put a copy of `size` bytes at `value` under the object's name. */
static int put(const struct addition *addition, const char *sort, const char *namespace, const void *value, size_t size)
{
	struct kg_file_world *world = addition->world;
	char key[KEY_MAX];
	char *kept_key;
	void *kept;
	void *old;

	if (!make_key(key, sort, namespace, addition->name))
		return 0;
	kept_key = kg_arena_strdup(world->arena, key);
	kept = kg_arena_alloc(world->arena, size);
	if (kept_key == NULL || kept == NULL)
		return KG_ENOMEM;
	memcpy(kept, value, size);
	return kg_names_put(&world->objects, kept_key, kept, &old);
}

static int add_authentication(const struct addition *addition, enum kg_kind kind)
{
	bool is_cluster_wide = kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;
	struct kg_object object;
	int status = kg_object_decode(addition->tree, kind, addition->world->arena, &object);

	if (status != 0)
		return status;
	return put(addition, kg_kind_name(kind), is_cluster_wide ? "" : addition->namespace, &object.authentication,
	           sizeof(object.authentication));
}

static size_t count_members(const cJSON *object)
{
	size_t count = 0;

	for (const cJSON *member = object != NULL ? object->child : NULL; member != NULL; member = member->next)
		count++;
	return count;
}

/* Append the string members of `map`. */
static void append_texts(const cJSON *map, struct kg_pairs *out, struct kg_pair *items)
{
	for (const cJSON *member = map != NULL ? map->child : NULL; member != NULL; member = member->next)
		if (kg_node_type(member) == cJSON_String)
			items[out->count++] = (struct kg_pair){.key = member->string, .value = member->valuestring};
}

/* Append the decoded members of `data`, but for those that `over` has as well. What is no base64 is left out: nobody can tell what it says. */
static int append_decoded(struct kg_arena *arena, const cJSON *data, const cJSON *over, struct kg_pairs *out, struct kg_pair *items)
{
	for (const cJSON *member = data != NULL ? data->child : NULL; member != NULL; member = member->next) {
		const char *value = NULL;
		size_t length;
		int status;

		if (kg_node_type(member) != cJSON_String || kg_json_get(over, member->string) != NULL)
			continue;
		status = kg_base64_decode(member->valuestring, arena, &value, &length);
		if (status == KG_ENOMEM)
			return status;
		if (status == 0)
			items[out->count++] = (struct kg_pair){.key = member->string, .value = value};
	}
	return 0;
}

/* Of a Secret stringData counts more than data. */
static int add_values(const struct addition *addition, bool secret)
{
	struct kg_arena *arena = addition->world->arena;
	const cJSON *plain = kg_json_get(addition->tree, secret ? "stringData" : "data");
	const cJSON *encoded = secret ? kg_json_get(addition->tree, "data") : NULL;
	struct kg_pair *items = kg_arena_calloc(arena, count_members(plain) + count_members(encoded) + 1, sizeof(*items));
	struct kg_pairs pairs = {.items = items};
	int status;

	if (items == NULL)
		return KG_ENOMEM;
	append_texts(plain, &pairs, items);
	status = append_decoded(arena, encoded, plain, &pairs, items);
	return status == 0 ? put(addition, secret ? SECRET : CONFIG_MAP, addition->namespace, &pairs, sizeof(pairs)) : status;
}

/* Whatever carries a pod template at spec.template, as KEDA reads scale targets. */
static int add_pod_template(const struct addition *addition)
{
	const cJSON *tree = kg_json_get(kg_json_get(addition->tree, "spec"), "template");
	struct kg_pod_template template;
	char sort[KEY_MAX];
	int status;

	if (tree == NULL || !make_template_sort(sort, addition->api_version, addition->kind))
		return 0;
	status = kg_pod_template_decode(tree, addition->world->arena, &template);
	return status == 0 ? put(addition, sort, addition->namespace, &template, sizeof(template)) : status;
}

int kg_file_world_add(struct kg_file_world *world, const cJSON *tree)
{
	const cJSON *metadata = kg_json_get(tree, "metadata");
	struct addition addition = {
	        .world = world,
	        .tree = tree,
	        .api_version = kg_json_text(tree, "apiVersion"),
	        .kind = kg_json_text(tree, "kind"),
	        .namespace = given_or(kg_json_text(metadata, "namespace"), world->default_namespace),
	        .name = kg_json_text(metadata, "name"),
	};
	enum kg_kind kind = kg_kind_parse(addition.api_version, addition.kind);

	if (addition.api_version == NULL || addition.kind == NULL || addition.name == NULL)
		return 0;
	if ((kind & KG_KINDS_AUTHENTICATION) != 0)
		return add_authentication(&addition, kind);
	if (strcmp(addition.api_version, "v1") == 0 && strcmp(addition.kind, "Secret") == 0)
		return world->read_secrets ? add_values(&addition, true) : 0;
	if (strcmp(addition.api_version, "v1") == 0 && strcmp(addition.kind, "ConfigMap") == 0)
		return add_values(&addition, false);
	return add_pod_template(&addition);
}
