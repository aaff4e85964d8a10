#include "kedagate/model/yaml.h"

#include <string.h>

#include "kedagate/base/limits.h"
#include "model/text.h"
#include "model/yaml_reader.h"

/* What an anchor names. */
struct anchor {
	const struct kg_placed *placed; /* NULL while it is being read: an alias to it would contain itself */
	size_t weight;                  /* its nodes, aliases expanded */
	unsigned height;                /* its levels of containers */
};

struct composed {
	struct kg_placed *placed;
	unsigned height; /* its levels of containers */
};

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
/* `event` is the first of a node, below `depth` levels. */
static int compose(struct kg_yaml *yaml, const yaml_event_t *event, unsigned depth, struct composed *out, struct kg_err *err);

/* ---- anchors ---- */

static const char *anchor_name(const yaml_event_t *event)
{
	if (event->type == YAML_SCALAR_EVENT)
		return (const char *)event->data.scalar.anchor;
	if (event->type == YAML_SEQUENCE_START_EVENT)
		return (const char *)event->data.sequence_start.anchor;
	return event->type == YAML_MAPPING_START_EVENT ? (const char *)event->data.mapping_start.anchor : NULL;
}

/* *ret_anchor is NULL for a node without one. An anchor of the same name is forgotten. */
static int open_anchor(struct kg_yaml *yaml, const yaml_event_t *event, struct anchor **ret_anchor, struct kg_err *err)
{
	const char *name = anchor_name(event);
	struct anchor *anchor;
	void *old;

	*ret_anchor = NULL;
	if (name == NULL)
		return 0;
	name = kg_arena_strdup(yaml->arena, name);
	anchor = kg_arena_calloc(yaml->arena, 1, sizeof(*anchor));
	if (name == NULL || anchor == NULL || kg_names_put(&yaml->anchors, name, anchor, &old) != 0)
		return kg_yaml_out_of_memory(err);
	*ret_anchor = anchor;
	return 0;
}

static int find_anchor(struct kg_yaml *yaml, const yaml_event_t *event, const struct anchor **ret_anchor, struct kg_err *err)
{
	const char *name = (const char *)event->data.alias.anchor;
	const struct anchor *anchor = kg_names_get(&yaml->anchors, name);

	if (anchor == NULL)
		return kg_yaml_fail_at(yaml, event->start_mark, KG_EINVAL, err, "an alias to an anchor that is not there");
	if (anchor->placed == NULL)
		return kg_yaml_fail_at(yaml, event->start_mark, KG_EINVAL, err, "an alias to what it stands in");
	*ret_anchor = anchor;
	return 0;
}

/* The alias' own node, which shares children and text with the anchor's. */
static int compose_alias(struct kg_yaml *yaml, const yaml_event_t *event, unsigned depth, struct composed *out, struct kg_err *err)
{
	const struct anchor *anchor = NULL;
	struct kg_placed *placed = NULL;
	size_t offset;
	int status = find_anchor(yaml, event, &anchor, err);

	if (status == 0 && depth + anchor->height > KG_MAX_DEPTH)
		return kg_yaml_fail_at(yaml, event->start_mark, KG_ELIMIT, err, "nested too deep, aliases expanded");
	if (status == 0)
		status = kg_yaml_count_nodes(yaml, anchor->weight - 1, event->start_mark, err);
	if (status == 0)
		status = kg_yaml_new_node(yaml, cJSON_NULL, event->start_mark, &placed, err);
	if (status != 0)
		return status;
	offset = placed->offset;
	*placed = *anchor->placed;
	placed->offset = offset;
	placed->node.next = NULL;
	placed->node.prev = NULL;
	placed->node.string = NULL;
	*out = (struct composed){.placed = placed, .height = anchor->height};
	return 0;
}

/* ---- containers ---- */

static int compose_next(struct kg_yaml *yaml, unsigned depth, struct composed *out, struct kg_err *err)
{
	yaml_event_t event;
	int status = kg_yaml_next_event(yaml, &event, err);

	if (status != 0)
		return status;
	status = compose(yaml, &event, depth, out, err);
	yaml_event_delete(&event);
	return status;
}

static void raise_height(struct composed *parent, const struct composed *child)
{
	if (child->height >= parent->height)
		parent->height = child->height + 1;
}

static int compose_item(struct kg_yaml *yaml, const yaml_event_t *event, unsigned depth, struct composed *list, struct kg_err *err)
{
	struct composed item = {0};
	int status = compose(yaml, event, depth, &item, err);

	if (status != 0)
		return status;
	kg_yaml_append(list->placed, item.placed);
	raise_height(list, &item);
	return 0;
}

/* The name of a member, from the first event of its key: a scalar, or an alias to a string. */
static int compose_name(struct kg_yaml *yaml, const yaml_event_t *event, const char **ret_name, bool *ret_had_nul, struct kg_err *err)
{
	const struct anchor *target = NULL;
	int status = 0;

	if (event->type == YAML_SCALAR_EVENT)
		return kg_yaml_scalar_name(yaml, event, ret_name, ret_had_nul, err);
	if (event->type == YAML_ALIAS_EVENT)
		status = find_anchor(yaml, event, &target, err);
	if (status != 0)
		return status;
	if (target == NULL || kg_node_type(&target->placed->node) != cJSON_String)
		return kg_yaml_fail_at(yaml, event->start_mark, KG_EINVAL, err, "a key must be a string, a number or a boolean");
	*ret_name = target->placed->node.valuestring;
	*ret_had_nul = (target->placed->node.type & KG_NODE_HOLDS_NUL) != 0;
	return 0;
}

/* A key may have an anchor as any node. */
static int compose_key_anchor(struct kg_yaml *yaml, const yaml_event_t *event, struct kg_err *err)
{
	struct anchor *anchor = NULL;
	struct kg_placed *placed = NULL;
	int status = open_anchor(yaml, event, &anchor, err);

	if (status != 0 || anchor == NULL || event->type != YAML_SCALAR_EVENT)
		return status;
	status = kg_yaml_scalar_node(yaml, event, &placed, err);
	*anchor = (struct anchor){.placed = placed, .weight = 1};
	return status;
}

static int compose_merge(struct kg_yaml *yaml, unsigned depth, struct composed *mapping, struct kg_err *err)
{
	struct composed source = {0};
	int status = compose_next(yaml, depth, &source, err);

	if (status != 0)
		return status;
	if (source.height > mapping->height)
		mapping->height = source.height;
	return kg_yaml_merge(yaml, mapping->placed, source.placed, err);
}

/* `key` is the first event of a member. */
static int compose_member(struct kg_yaml *yaml, const yaml_event_t *key, unsigned depth, struct composed *mapping, struct kg_err *err)
{
	size_t offset = kg_yaml_offset(yaml, key->start_mark);
	struct composed value = {0};
	const char *name = NULL;
	bool had_nul = false;
	int status;

	if (key->type == YAML_SCALAR_EVENT && kg_yaml_is_merge(key))
		return compose_merge(yaml, depth, mapping, err);
	status = compose_name(yaml, key, &name, &had_nul, err);
	if (status == 0)
		status = compose_key_anchor(yaml, key, err);
	if (status == 0)
		status = compose_next(yaml, depth, &value, err);
	if (status != 0)
		return status;
	value.placed->offset = offset;
	/* cJSON may change names; nothing here ever does. */
	memcpy(&value.placed->node.string, &name, sizeof(name));
	if (had_nul)
		value.placed->node.type |= KG_NODE_HOLDS_NUL;
	kg_yaml_append(mapping->placed, value.placed);
	raise_height(mapping, &value);
	return 0;
}

/* Everything up to the event that ends the container. */
static int compose_children(struct kg_yaml *yaml, unsigned depth, struct composed *container, struct kg_err *err)
{
	bool is_list = kg_node_type(&container->placed->node) == cJSON_Array;
	yaml_event_type_t end = is_list ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT;
	bool ended = false;
	int status = 0;

	while (status == 0 && !ended) {
		yaml_event_t event;

		status = kg_yaml_next_event(yaml, &event, err);
		if (status != 0)
			break;
		ended = event.type == end;
		if (!ended)
			status = is_list ? compose_item(yaml, &event, depth, container, err)
			                 : compose_member(yaml, &event, depth, container, err);
		yaml_event_delete(&event);
	}
	return status == 0 && !is_list ? kg_yaml_make_unique(yaml, container->placed, err) : status;
}

static int compose_container(struct kg_yaml *yaml, const yaml_event_t *event, unsigned depth, struct composed *out, struct kg_err *err)
{
	int type = event->type == YAML_SEQUENCE_START_EVENT ? cJSON_Array : cJSON_Object;
	struct composed container = {.height = 1};
	struct anchor *anchor = NULL;
	size_t nodes_before = yaml->nodes;
	int status;

	if (depth == KG_MAX_DEPTH)
		return kg_yaml_fail_at(yaml, event->start_mark, KG_ELIMIT, err, "nested too deep");
	status = open_anchor(yaml, event, &anchor, err);
	if (status == 0)
		status = kg_yaml_new_node(yaml, type, event->start_mark, &container.placed, err);
	if (status == 0)
		status = compose_children(yaml, depth + 1, &container, err);
	if (status != 0)
		return status;
	if (anchor != NULL)
		*anchor = (struct anchor){.placed = container.placed, .weight = yaml->nodes - nodes_before, .height = container.height};
	*out = container;
	return 0;
}

static int compose_scalar(struct kg_yaml *yaml, const yaml_event_t *event, struct composed *out, struct kg_err *err)
{
	struct anchor *anchor = NULL;
	struct kg_placed *placed = NULL;
	int status = open_anchor(yaml, event, &anchor, err);

	if (status == 0)
		status = kg_yaml_scalar_node(yaml, event, &placed, err);
	if (status != 0)
		return status;
	if (anchor != NULL)
		*anchor = (struct anchor){.placed = placed, .weight = 1};
	*out = (struct composed){.placed = placed};
	return 0;
}

static int compose(struct kg_yaml *yaml, const yaml_event_t *event, unsigned depth, struct composed *out, struct kg_err *err)
{
	if (event->type == YAML_ALIAS_EVENT)
		return compose_alias(yaml, event, depth, out, err);
	if (event->type == YAML_SCALAR_EVENT)
		return compose_scalar(yaml, event, out, err);
	return compose_container(yaml, event, depth, out, err);
}

/* NOLINTEND(misc-no-recursion) */

/* ---- the stream ---- */

struct kg_yaml *kg_yaml_open(const char *bytes, size_t length, struct kg_arena *arena)
{
	struct kg_yaml *yaml = kg_arena_calloc(arena, 1, sizeof(*yaml));

	if (yaml == NULL || yaml_parser_initialize(&yaml->parser) == 0)
		return NULL;
	yaml->arena = arena;
	yaml->bytes = bytes;
	yaml->length = length;
	yaml->start = kg_text_mark_length(bytes, length);
	yaml->mark_offset = yaml->start;
	yaml_parser_set_encoding(&yaml->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&yaml->parser, (const unsigned char *)bytes + yaml->start, length - yaml->start);
	return yaml;
}

void kg_yaml_close(struct kg_yaml *yaml)
{
	if (yaml != NULL)
		yaml_parser_delete(&yaml->parser);
}

/* The document whose start was read. Its end is the next event. */
static int compose_document(struct kg_yaml *yaml, cJSON **ret_tree, struct kg_err *err)
{
	struct composed root = {0};
	yaml_event_t end;
	int status;

	kg_names_init(&yaml->anchors, yaml->arena);
	status = compose_next(yaml, 0, &root, err);
	if (status == 0)
		status = kg_yaml_next_event(yaml, &end, err);
	if (status != 0)
		return status;
	yaml_event_delete(&end);
	*ret_tree = kg_node_type(&root.placed->node) != cJSON_NULL ? &root.placed->node : NULL;
	return 0;
}

int kg_yaml_next(struct kg_yaml *yaml, cJSON **ret_tree, struct kg_err *err)
{
	int status = 0;

	while (!yaml->ended && status == 0) {
		yaml_event_type_t type;
		yaml_event_t event;

		status = kg_yaml_next_event(yaml, &event, err);
		if (status != 0)
			break;
		type = event.type;
		yaml_event_delete(&event);
		if (type == YAML_DOCUMENT_START_EVENT) {
			status = compose_document(yaml, ret_tree, err);
			yaml->ended = status != 0;
			return status;
		}
		yaml->ended = type == YAML_STREAM_END_EVENT;
	}
	yaml->ended = true;
	return status != 0 ? status : KG_ENOTFOUND;
}
