#include "model/path.h"

#include <stdint.h>
#include <string.h>

#include "kedagate/model/object.h"
#include "model/node.h"

/* Can `key` stand behind a dot and be told from what follows it? */
static bool is_plain(const char *key)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	return *key != '\0' && key[strspn(key, plain)] == '\0';
}

const char *kg_path_key(struct kg_arena *arena, const char *parent, const char *key)
{
	if (!is_plain(key))
		return kg_arena_printf(arena, "%s[%s]", parent, key);
	return kg_arena_printf(arena, "%s%s%s", parent, *parent != '\0' ? "." : "", key);
}

/* The bytes of `rest` that name the member `name`: ".name", "[name]", or "name" where the path begins; 0 when they do not. */
static size_t match_name(const char *rest, const char *name, bool is_start)
{
	size_t length = strlen(name);
	size_t before = *rest == '.' || *rest == '[' ? 1 : 0;
	char behind;

	if ((before == 0 && !is_start) || strncmp(rest + before, name, length) != 0)
		return 0;
	behind = rest[before + length];
	if (*rest == '[')
		return behind == ']' ? before + length + 1 : 0;
	return behind == '\0' || behind == '.' || behind == '[' ? before + length : 0;
}

static bool follow_name(const cJSON *object, const char *rest, bool is_start, struct kg_path_step *out)
{
	size_t position = 0;

	out->taken = 0;
	for (const cJSON *member = object->child; member != NULL; member = member->next, position++) {
		size_t taken = match_name(rest, member->string, is_start);

		if (taken > out->taken)
			*out = (struct kg_path_step){.child = member, .position = position, .taken = taken};
	}
	return out->taken > 0;
}

static bool follow_index(const cJSON *list, const char *rest, struct kg_path_step *out)
{
	const cJSON *item = list->child;
	size_t position = 0;
	size_t wanted = 0;
	size_t at = 1;

	if (*rest != '[')
		return false;
	for (; rest[at] >= '0' && rest[at] <= '9' && wanted <= UINT32_MAX; at++)
		wanted = wanted * 10 + (size_t)(rest[at] - '0');
	if (at == 1 || rest[at] != ']')
		return false;
	for (; item != NULL && position < wanted; position++)
		item = item->next;
	*out = (struct kg_path_step){.child = item, .position = position, .taken = at + 1};
	return item != NULL;
}

bool kg_path_follow(const cJSON *node, const char *rest, bool is_start, struct kg_path_step *out)
{
	if (kg_node_type(node) == cJSON_Object)
		return follow_name(node, rest, is_start, out);
	return kg_node_type(node) == cJSON_Array && follow_index(node, rest, out);
}

const cJSON *kg_path_find(const cJSON *tree, const char *path)
{
	const cJSON *node = tree;
	const char *rest = path;
	struct kg_path_step step;

	while (node != NULL && *rest != '\0') {
		if (!kg_path_follow(node, rest, rest == path, &step))
			return NULL;
		node = step.child;
		rest += step.taken;
	}
	return node;
}
