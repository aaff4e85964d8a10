/*
 * The world over files: a table from "<sort> <namespace> <name>" to what the object of that name gives.
 */
#include <stdio.h>
#include <string.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/base64.h"
#include "kedagate/model/json.h"
#include "kedagate/model/world.h"
#include "model/file_world.h"
#include "model/names.h"
#include "model/node.h"

#define SECRET     "secret"
#define CONFIG_MAP "configmap"

_Static_assert(offsetof(struct kg_file_world, world) == 0, "a pointer to the world is one to the file world");

const struct kg_file_world *kg_file_world_of(const struct kg_world *world)
{
	return (const struct kg_file_world *)(const void *)world;
}

static const char *given_or(const char *text, const char *otherwise)
{
	return text != NULL && *text != '\0' ? text : otherwise;
}

/* ---- keys ---- */

bool kg_world_key(char out[KG_WORLD_KEY_MAX], const char *sort, const char *namespace, const char *name)
{
	int length = snprintf(out, KG_WORLD_KEY_MAX, "%s\n%s\n%s", sort, namespace, name);

	return length > 0 && length < KG_WORLD_KEY_MAX;
}

/* What objects with a pod template are kept under: group and kind, whatever the version. */
static bool make_template_sort(char out[KG_WORLD_KEY_MAX], const char *api_version, const char *kind)
{
	const char *slash = strchr(api_version, '/');
	int group = slash != NULL ? (int)(slash - api_version) : 0;
	int length = snprintf(out, KG_WORLD_KEY_MAX, "%.*s/%s", group, api_version, kind);

	return length > 0 && length < KG_WORLD_KEY_MAX;
}

const void *kg_file_world_get(const struct kg_file_world *world, const char *sort, const char *namespace, const char *name)
{
	char key[KG_WORLD_KEY_MAX];

	if (world->objects.count == 0 || name == NULL || namespace == NULL || !kg_world_key(key, sort, namespace, name))
		return NULL;
	return kg_names_get(&world->objects, key);
}

const char *kg_object_key_namespace(const struct kg_object_key *key)
{
	return key->kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION ? "" : key->namespace;
}

/* ---- look-ups ---- */

enum kg_lookup kg_file_world_missing(const struct kg_file_world *world)
{
	return world->closed ? KG_LOOKUP_ABSENT : KG_LOOKUP_UNSEEN;
}

static enum kg_lookup find_authentication(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                          const struct kg_authentication **ret_authentication)
{
	const struct kg_file_world *file_world = kg_file_world_of(world);
	const struct kg_authentication *found =
	        kg_file_world_get(file_world, kg_kind_name(key->kind), kg_object_key_namespace(key), key->name);

	(void)arena;
	if (found == NULL)
		return key->name != NULL ? kg_file_world_missing(file_world) : KG_LOOKUP_UNSEEN;
	*ret_authentication = found;
	return KG_LOOKUP_FOUND;
}

/* Of all workloads, a live world watches these. */
static bool is_watched(const struct kg_scale_target *target)
{
	const char *kind = kg_scale_target_kind(target);

	return strncmp(kg_scale_target_api_version(target), "apps/", strlen("apps/")) == 0 &&
	       (strcmp(kind, "Deployment") == 0 || strcmp(kind, "StatefulSet") == 0);
}

static enum kg_lookup find_pod_template(const struct kg_world *world, const char *namespace, const struct kg_scale_target *target,
                                        struct kg_arena *arena, const struct kg_pod_template **ret_template)
{
	const struct kg_file_world *file_world = kg_file_world_of(world);
	const struct kg_pod_template *found = NULL;
	char sort[KG_WORLD_KEY_MAX];

	(void)arena;
	if (make_template_sort(sort, kg_scale_target_api_version(target), kg_scale_target_kind(target)))
		found = kg_file_world_get(file_world, sort, namespace, target->name);
	if (found == NULL)
		return target->name != NULL && is_watched(target) ? kg_file_world_missing(file_world) : KG_LOOKUP_UNSEEN;
	*ret_template = found;
	return KG_LOOKUP_FOUND;
}

static enum kg_lookup find_values(const struct kg_world *world, const struct kg_value_source *source, struct kg_arena *arena,
                                  struct kg_pairs *ret_values)
{
	const struct kg_pairs *found =
	        kg_file_world_get(kg_file_world_of(world), source->secret ? SECRET : CONFIG_MAP, source->namespace, source->name);

	(void)arena;
	if (found == NULL)
		return KG_LOOKUP_UNSEEN;
	*ret_values = *found;
	return KG_LOOKUP_FOUND;
}

static enum kg_lookup find_value(const struct kg_world *world, const struct kg_value_source *source, const char *key,
                                 struct kg_arena *arena, const char **ret_value)
{
	struct kg_pairs values;
	const char *found = NULL;

	if (find_values(world, source, arena, &values) == KG_LOOKUP_FOUND)
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
        .scaled_by_target = kg_neighbours_by_target,
        .scaled_by_hpa = kg_neighbours_by_hpa,
        .hpas_by_target = kg_neighbours_hpas,
        .users = kg_neighbours_users,
        .scaled = kg_neighbours_scaled,
        .container_defaults = kg_neighbours_container_defaults,
        .keda_operator = kg_neighbours_operator,
};

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

void kg_file_world_close(struct kg_file_world *world)
{
	world->closed = true;
}

const struct kg_world *kg_file_world_as_world(const struct kg_file_world *world)
{
	return &world->world;
}

/* ---- adding ---- */

/* Put a copy of `size` bytes at `value` under the object's name. */
static int put(const struct kg_addition *addition, const char *sort, const char *namespace, const void *value, size_t size)
{
	struct kg_file_world *world = addition->world;
	char key[KG_WORLD_KEY_MAX];
	char *kept_key;
	void *kept;
	void *old;

	if (!kg_world_key(key, sort, namespace, addition->name))
		return 0;
	kept_key = kg_arena_strdup(world->arena, key);
	kept = kg_arena_alloc(world->arena, size);
	if (kept_key == NULL || kept == NULL)
		return KG_ENOMEM;
	memcpy(kept, value, size);
	return kg_names_put(&world->objects, kept_key, kept, &old);
}

static int add_authentication(const struct kg_addition *addition, enum kg_kind kind)
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
static int add_values(const struct kg_addition *addition, bool secret)
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
static int add_pod_template(const struct kg_addition *addition)
{
	const cJSON *tree = kg_json_get(kg_json_get(addition->tree, "spec"), "template");
	struct kg_pod_template template;
	char sort[KG_WORLD_KEY_MAX];
	int status;

	if (tree == NULL || !make_template_sort(sort, addition->api_version, addition->kind))
		return 0;
	status = kg_pod_template_decode(tree, addition->world->arena, &template);
	return status == 0 ? put(addition, sort, addition->namespace, &template, sizeof(template)) : status;
}

static int add_deployment(const struct kg_addition *addition)
{
	if (kg_is_operator(addition->tree)) {
		addition->world->keda_operator = addition->tree;
		addition->world->operator_namespace = addition->namespace;
	}
	return add_pod_template(addition);
}

static int add_config_map(const struct kg_addition *addition)
{
	return add_values(addition, false);
}

static int add_secret(const struct kg_addition *addition)
{
	return addition->world->read_secrets ? add_values(addition, true) : 0;
}

/* The kinds besides KEDA's that have a reader of their own. `group` with its slash; "" is the core group. */
static const struct {
	const char *group, *kind;
	int (*add)(const struct kg_addition *addition);
} readers[] = {
        {"", "ConfigMap", add_config_map},
        {"", "LimitRange", kg_neighbours_add_limit_range},
        {"", "Secret", add_secret},
        {"", "ServiceAccount", kg_neighbours_add_service_account},
        {"apps/", "Deployment", add_deployment},
        {"autoscaling/", "HorizontalPodAutoscaler", kg_neighbours_add_hpa},
};

static int add_other(const struct kg_addition *addition)
{
	const char *slash = strchr(addition->api_version, '/');
	size_t length = slash != NULL ? (size_t)(slash - addition->api_version) + 1 : 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(readers); i++)
		if (strcmp(addition->kind, readers[i].kind) == 0 && strlen(readers[i].group) == length &&
		    strncmp(addition->api_version, readers[i].group, length) == 0)
			return readers[i].add(addition);
	return add_pod_template(addition);
}

int kg_file_world_add(struct kg_file_world *world, const cJSON *tree)
{
	const cJSON *metadata = kg_json_get(tree, "metadata");
	struct kg_addition addition = {
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
	return (kind & KG_KINDS_SCALED) != 0 ? kg_neighbours_add_scaled(&addition, kind) : add_other(&addition);
}
