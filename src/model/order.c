#include "kedagate/model/order.h"

#include "model/node.h"
#include "model/path.h"

static bool is_container(const cJSON *node)
{
	return kg_node_type(node) == cJSON_Object || kg_node_type(node) == cJSON_Array;
}

void kg_order_of(const cJSON *tree, const char *path, bool at_end, struct kg_order *ret_order)
{
	const cJSON *node = tree;
	const char *rest = path;
	struct kg_path_step step;

	ret_order->depth = 0;
	while (*rest != '\0' && ret_order->depth < KG_ORDER_DEPTH_MAX) {
		bool exists = kg_path_follow(node, rest, rest == path, &step);

		ret_order->steps[ret_order->depth++] = exists ? (uint32_t)step.position : UINT32_MAX;
		if (!exists)
			return;
		node = step.child;
		rest += step.taken;
	}
	if (at_end && ret_order->depth < KG_ORDER_DEPTH_MAX && is_container(node))
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
