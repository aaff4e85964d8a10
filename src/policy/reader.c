#include "policy/reader.h"

#include <stdint.h>
#include <string.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/nearest.h"
#include "kedagate/model/json.h"

void kg_policy_enter(struct kg_policy_reader *reader, const char *key, size_t index)
{
	reader->steps[reader->depth++] = (struct kg_policy_step){key, index};
}

void kg_policy_leave(struct kg_policy_reader *reader)
{
	reader->depth--;
}

struct kg_position kg_policy_position(const struct kg_policy_reader *reader, const cJSON *node)
{
	return kg_lines_position(reader->source->lines, kg_manifest_node_offset(node));
}

/* "scopes[0].rules.identity-id-missing"; NULL without memory. */
static const char *path_of(const struct kg_policy_reader *reader)
{
	struct kg_arena *memory = reader->source->memory;
	const char *path = "";

	for (unsigned i = 0; path != NULL && i < reader->depth; i++) {
		const struct kg_policy_step *step = &reader->steps[i];

		path = step->key != NULL ? kg_path_key(memory, path, step->key) : kg_arena_printf(memory, "%s[%zu]", path, step->index);
	}
	return path;
}

int kg_policy_at(const struct kg_policy_reader *reader, const cJSON *node, int code)
{
	struct kg_position position;
	const char *path;

	if (code != KG_EINVAL || reader->err == NULL)
		return code;
	position = kg_policy_position(reader, node);
	reader->err->line = position.line;
	reader->err->column = position.column;
	path = path_of(reader);
	if (path == NULL)
		return KG_ENOMEM;
	return *path != '\0' ? kg_err_wrap(reader->err, "%s", path) : code;
}

const char *kg_policy_json_type(const cJSON *value)
{
	if (cJSON_IsString(value))
		return "a string";
	if (cJSON_IsNumber(value))
		return "a number";
	if (cJSON_IsBool(value))
		return "a boolean";
	if (cJSON_IsNull(value))
		return "empty";
	return cJSON_IsArray(value) ? "a list" : "a map";
}

static const struct kg_policy_key *find_key(const struct kg_policy_map *map, const char *name)
{
	for (size_t i = 0; i < map->key_count; i++)
		if (strcmp(map->keys[i].name, name) == 0)
			return &map->keys[i];
	return NULL;
}

/* "apiVersion, kind and rules" */
static void list_keys(const struct kg_policy_map *map, struct kg_buf *out)
{
	for (size_t i = 0; i < map->key_count; i++) {
		const char *separator = i + 1 == map->key_count ? " and " : ", ";

		kg_buf_printf(out, "%s%s", i > 0 ? separator : "", map->keys[i].name);
	}
}

static int unknown_key(struct kg_policy_reader *reader, const struct kg_policy_map *map, const char *name)
{
	struct kg_buf known KG_CLEANUP(kg_buf_release) = {0};
	struct kg_nearest nearest;

	kg_nearest_init(&nearest, name);
	for (size_t i = 0; i < map->key_count; i++)
		kg_nearest_try(&nearest, map->keys[i].name);
	if (nearest.best != NULL)
		return kg_err_set(reader->err, KG_EINVAL, "unknown key, did you mean \"%s\"?", nearest.best);
	kg_buf_init(&known, KG_ERR_MESSAGE_MAX);
	list_keys(map, &known);
	if (kg_buf_status(&known) == KG_ENOMEM)
		return kg_err_set(reader->err, KG_ENOMEM, "out of memory");
	return kg_err_set(reader->err, KG_EINVAL, "unknown key; known are %s", kg_buf_text(&known));
}

static int read_member(struct kg_policy_reader *reader, const struct kg_policy_map *map, const cJSON *value, void *out)
{
	const struct kg_policy_key *key = find_key(map, value->string);
	int code = 0;

	kg_policy_enter(reader, value->string, 0);
	if (key == NULL)
		code = kg_policy_at(reader, value, unknown_key(reader, map, value->string));
	else if (!cJSON_IsNull(value))
		code = kg_policy_read_value(reader, key, value, (char *)out + key->offset);
	else if (!map->null_is_absent)
		code = kg_policy_at(reader, value, kg_err_set(reader->err, KG_EINVAL, "has no value; write one, or leave the key out"));
	kg_policy_leave(reader);
	return code;
}

/* Every required key must be there, so that a file of another kind is not taken for an empty policy. */
static int check_required(const struct kg_policy_reader *reader, const struct kg_policy_map *map, const cJSON *tree)
{
	for (size_t i = 0; i < map->key_count; i++) {
		const struct kg_policy_key *key = &map->keys[i];

		if (!key->required || kg_json_get(tree, key->name) != NULL)
			continue;
		if (key->type == KG_POLICY_CONSTANT)
			return kg_err_set(reader->err, KG_EINVAL, "%s: missing; write %s: %s", key->name, key->name, key->words[0]);
		return kg_err_set(reader->err, KG_EINVAL, "%s: missing in this %s", key->name, map->name);
	}
	return 0;
}

static int check_any_of(const struct kg_policy_reader *reader, const struct kg_policy_map *map, const cJSON *tree)
{
	struct kg_buf wanted KG_CLEANUP(kg_buf_release);

	kg_buf_init(&wanted, KG_ERR_MESSAGE_MAX);
	for (const char *const *name = map->any_of; name != NULL && *name != NULL; name++) {
		const char *separator = name[1] == NULL ? " or " : ", ";

		if (kg_json_get(tree, *name) != NULL)
			return 0;
		kg_buf_printf(&wanted, "%s%s", name != map->any_of ? separator : "", *name);
	}
	if (map->any_of == NULL)
		return 0;
	if (kg_buf_status(&wanted) == KG_ENOMEM)
		return kg_err_set(reader->err, KG_ENOMEM, "out of memory");
	return kg_err_set(reader->err, KG_EINVAL, "this %s needs %s", map->name, kg_buf_text(&wanted));
}

int kg_policy_read_map(struct kg_policy_reader *reader, const struct kg_policy_map *map, const cJSON *tree, void *out)
{
	const cJSON *value = NULL;
	int code = 0;

	if (!cJSON_IsObject(tree))
		return kg_policy_at(reader, tree,
		                    kg_err_set(reader->err, KG_EINVAL, "a %s must be a map, is %s", map->name, kg_policy_json_type(tree)));
	if (map->place_offset != SIZE_MAX)
		*(struct kg_position *)(void *)((char *)out + map->place_offset) = kg_policy_position(reader, tree);
	cJSON_ArrayForEach(value, tree)
	{
		code = read_member(reader, map, value, out);
		if (code != 0)
			return code;
	}
	code = check_required(reader, map, tree);
	if (code == 0)
		code = check_any_of(reader, map, tree);
	return kg_policy_at(reader, tree, code);
}
