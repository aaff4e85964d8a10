/*
 * Merge keys, as sigs.k8s.io/yaml treats them (go.yaml.in/yaml/v2, decode.go): of a name that is merged and written, what is read last counts; in a list
 * of mappings the first that has a name.
 */
#include <stdbool.h>
#include <string.h>

#include "model/members.h"
#include "model/yaml_reader.h"

static int merge_mapping(struct kg_yaml *yaml, struct kg_placed *mapping, const cJSON *source, struct kg_err *err)
{
	for (const cJSON *member = source->child; member != NULL; member = member->next) {
		struct kg_placed *copy = kg_arena_alloc(yaml->arena, sizeof(*copy));

		if (copy == NULL)
			return kg_yaml_out_of_memory(err);
		*copy = *kg_placed_of(member);
		copy->merged = true;
		kg_yaml_append(mapping, copy);
	}
	return 0;
}

static int refuse_source(struct kg_yaml *yaml, const cJSON *source, struct kg_err *err)
{
	(void)kg_err_set(err, KG_EINVAL, "a merge key needs a mapping or a list of mappings");
	kg_yaml_place_error(yaml, kg_placed_of(source)->offset, err);
	return KG_EINVAL;
}

int kg_yaml_merge(struct kg_yaml *yaml, struct kg_placed *mapping, const struct kg_placed *source, struct kg_err *err)
{
	const cJSON *last = source->node.child != NULL ? source->node.child->prev : NULL;
	int status = 0;

	if (kg_node_type(&source->node) == cJSON_Object)
		return merge_mapping(yaml, mapping, &source->node, err);
	if (kg_node_type(&source->node) != cJSON_Array)
		return refuse_source(yaml, &source->node, err);
	/* Backwards, because what comes later counts. */
	for (const cJSON *item = last; item != NULL && status == 0; item = item != source->node.child ? item->prev : NULL)
		status = kg_node_type(item) == cJSON_Object ? merge_mapping(yaml, mapping, item, err) : refuse_source(yaml, item, err);
	return status;
}

static int refuse_twice(struct kg_yaml *yaml, const cJSON *member, struct kg_err *err)
{
	(void)kg_err_set(err, KG_EINVAL, "duplicate key");
	kg_yaml_place_error(yaml, kg_placed_of(member)->offset, err);
	return KG_EINVAL;
}

static bool has_merged(const struct kg_placed *mapping)
{
	for (const cJSON *member = mapping->node.child; member != NULL; member = member->next)
		if (kg_placed_of(member)->merged)
			return true;
	return false;
}

/* Take `member` out of the children, among which it is not the last. */
static void unlink_member(struct kg_placed *mapping, cJSON *member)
{
	member->next->prev = member->prev;
	if (member == mapping->node.child)
		mapping->node.child = member->next;
	else
		member->prev->next = member->next;
}

static int keep_last(struct kg_yaml *yaml, struct kg_placed *mapping, struct kg_err *err)
{
	struct kg_names names;

	kg_names_init(&names, yaml->arena);
	for (cJSON *member = mapping->node.child; member != NULL; member = member->next) {
		void *earlier = NULL;

		if (kg_names_put(&names, member->string, member, &earlier) != 0)
			return kg_yaml_out_of_memory(err);
		if (earlier == NULL)
			continue;
		if (!kg_placed_of(member)->merged && !kg_placed_of(earlier)->merged)
			return refuse_twice(yaml, member, err);
		unlink_member(mapping, earlier);
	}
	return 0;
}

int kg_yaml_make_unique(struct kg_yaml *yaml, struct kg_placed *mapping, struct kg_err *err)
{
	const cJSON *second = NULL;

	if (has_merged(mapping))
		return keep_last(yaml, mapping, err);
	if (kg_members_find_twice(&mapping->node, yaml->arena, &second) != 0)
		return kg_yaml_out_of_memory(err);
	return second != NULL ? refuse_twice(yaml, second, err) : 0;
}
