#include "kedagate/model/order.h"

#include <string.h>

/* One part of a path: a member's name, or an index in a list. */
struct part {
	const char *start;
	size_t length;
};

/* Take the next part off `*path`; false at its end. */
static bool next_part(const char **path, struct part *ret_part)
{
	const char *cursor = **path == '.' ? *path + 1 : *path;
	bool bracket = *cursor == '[';

	if (*cursor == '\0')
		return false;
	cursor += bracket ? 1 : 0;
	*ret_part = (struct part){cursor, strcspn(cursor, bracket ? "]" : ".[")};
	cursor += ret_part->length;
	*path = bracket && *cursor == ']' ? cursor + 1 : cursor;
	return true;
}

static bool is_member(const cJSON *node, const struct part *part)
{
	return node->string && strncmp(node->string, part->start, part->length) == 0 && node->string[part->length] == '\0';
}

/* Is `node`, the one at `position`, what the part names in a parent of this sort? */
static bool is_part(const cJSON *node, bool in_list, uint32_t position, const struct part *part)
{
	uint32_t index = 0;

	if (!in_list)
		return is_member(node, part);
	for (size_t i = 0; i < part->length; i++) {
		if (part->start[i] < '0' || part->start[i] > '9' || index > UINT32_MAX / 16)
			return false;
		index = index * 10 + (uint32_t)(part->start[i] - '0');
	}
	return part->length > 0 && index == position;
}

/* The child that the part names, NULL when there is none; *ret_step is its position, or the end. */
static const cJSON *descend(const cJSON *node, const struct part *part, uint32_t *ret_step)
{
	bool in_list = cJSON_IsArray(node);
	uint32_t position = 0;

	*ret_step = UINT32_MAX;
	if (!in_list && !cJSON_IsObject(node))
		return NULL;
	for (const cJSON *child = node->child; child; child = child->next, position++) {
		if (!is_part(child, in_list, position, part))
			continue;
		*ret_step = position;
		return child;
	}
	return NULL;
}

void kg_order_of(const cJSON *tree, const char *path, bool at_end, struct kg_order *ret_order)
{
	const cJSON *node = tree;
	struct part part;

	ret_order->depth = 0;
	while (node && ret_order->depth < KG_ORDER_DEPTH_MAX && next_part(&path, &part))
		node = descend(node, &part, &ret_order->steps[ret_order->depth++]);
	if (at_end && ret_order->depth < KG_ORDER_DEPTH_MAX && (cJSON_IsArray(node) || cJSON_IsObject(node)))
		ret_order->steps[ret_order->depth++] = UINT32_MAX;
}

int kg_order_compare(const struct kg_order *a, const struct kg_order *b)
{
	size_t common = a->depth < b->depth ? a->depth : b->depth;

	for (size_t i = 0; i < common; i++) {
		if (a->steps[i] != b->steps[i])
			return a->steps[i] < b->steps[i] ? -1 : 1;
	}
	return (a->depth > b->depth) - (a->depth < b->depth);
}
