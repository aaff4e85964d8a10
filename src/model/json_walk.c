#include "model/json_walk.h"

#include "model/json_scan.h"

struct walk {
	const char *text;
	const char *end;
	kg_json_visit *visit;
	void *context;
};

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
/* `at` is at or before the node's key or value. Returns the byte behind the value. The text was scanned: nothing here can be missing. */
static const char *walk_node(const struct walk *walk, const char *at, cJSON *node)
{
	const char *start = kg_json_skip_space(at, walk->end);
	const char *behind;

	at = start;
	if (node->string != NULL)
		at = kg_json_skip_space(kg_json_skip_space(kg_json_skip_scalar(at, walk->end), walk->end) + 1, walk->end);
	if (!cJSON_IsObject(node) && !cJSON_IsArray(node)) {
		behind = kg_json_skip_scalar(at, walk->end);
		walk->visit(walk->context, node, (struct kg_json_span){(size_t)(start - walk->text), (size_t)(behind - walk->text)});
		return behind;
	}
	walk->visit(walk->context, node, (struct kg_json_span){(size_t)(start - walk->text), (size_t)(at - walk->text)});
	at++;
	/* Each child ends at a comma, the last one at the closing bracket. */
	for (cJSON *child = node->child; child != NULL; child = child->next) {
		at = kg_json_skip_space(walk_node(walk, at, child), walk->end);
		if (child->next != NULL)
			at++;
	}
	return kg_json_skip_space(at, walk->end) + 1;
}
/* NOLINTEND(misc-no-recursion) */

void kg_json_walk(const struct kg_json_text *text, cJSON *tree, kg_json_visit *visit, void *context)
{
	struct walk walk = {.text = text->bytes, .end = text->bytes + text->length, .visit = visit, .context = context};

	(void)walk_node(&walk, text->bytes + text->at, tree);
}
