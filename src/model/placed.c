#include "kedagate/model/json.h"
#include "model/json_walk.h"
#include "model/node.h"

/* The offsets of a tree's nodes in document order. */
struct offsets {
	size_t *items;
	size_t count;
};

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
static size_t count_nodes(const cJSON *node)
{
	size_t count = 1;

	for (const cJSON *child = node->child; child != NULL; child = child->next)
		count += count_nodes(child);
	return count;
}

/* NOLINTEND(misc-no-recursion) */

static void add_offset(void *context, cJSON *node, struct kg_json_span span)
{
	struct offsets *offsets = context;

	(void)node;
	offsets->items[offsets->count++] = span.start;
}

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
/* The copies of `node` and all below it lie in `next`, in document order. */
static cJSON *copy_node(const cJSON *node, struct kg_placed **next, const size_t **offset)
{
	struct kg_placed *copy = (*next)++;
	cJSON *last = NULL;

	*copy = (struct kg_placed){.node = *node, .offset = *(*offset)++};
	copy->node.child = NULL;
	for (const cJSON *child = node->child; child != NULL; child = child->next) {
		cJSON *child_copy = copy_node(child, next, offset);

		child_copy->prev = last;
		child_copy->next = NULL;
		if (last != NULL)
			last->next = child_copy;
		else
			copy->node.child = child_copy;
		last = child_copy;
	}
	/* cJSON keeps the last child where the first one's predecessor would be. */
	if (last != NULL)
		copy->node.child->prev = last;
	return &copy->node;
}
/* NOLINTEND(misc-no-recursion) */

cJSON *kg_placed_copy(const struct kg_json_text *text, cJSON *tree, struct kg_arena *arena)
{
	size_t count = count_nodes(tree);
	struct offsets offsets = {.items = kg_arena_calloc(arena, count, sizeof(*offsets.items))};
	struct kg_placed *copies = kg_arena_calloc(arena, count, sizeof(*copies));
	const size_t *offset = offsets.items;

	if (offsets.items == NULL || copies == NULL)
		return NULL;
	kg_json_walk(text, tree, add_offset, &offsets);
	return copy_node(tree, &copies, &offset);
}
