#include "model/yaml_reader.h"

#include "kedagate/base/limits.h"
#include "kedagate/base/utf8.h"
#include "model/text.h"

/* Marks come in rising order but for a few, so that going on from the last one is enough. */
size_t kg_yaml_offset(struct kg_yaml *yaml, yaml_mark_t mark)
{
	if (mark.index < yaml->mark_index) {
		yaml->mark_index = 0;
		yaml->mark_offset = yaml->start;
	}
	while (yaml->mark_index < mark.index && yaml->mark_offset < yaml->length) {
		size_t size = kg_utf8_character(yaml->bytes + yaml->mark_offset, yaml->length - yaml->mark_offset);

		yaml->mark_offset += size > 0 ? size : 1;
		yaml->mark_index++;
	}
	return yaml->mark_offset;
}

void kg_yaml_place_error(const struct kg_yaml *yaml, size_t offset, struct kg_err *err)
{
	struct kg_position position = kg_text_position(yaml->bytes, yaml->length, offset);

	if (err == NULL)
		return;
	err->line = position.line;
	err->column = position.column;
}

void kg_yaml_set_error(struct kg_yaml *yaml, yaml_mark_t mark, int code, struct kg_err *err, const char *problem)
{
	(void)kg_err_set(err, code, "%s", problem);
	kg_yaml_place_error(yaml, kg_yaml_offset(yaml, mark), err);
}

static int parser_error(struct kg_yaml *yaml, struct kg_err *err)
{
	const yaml_parser_t *parser = &yaml->parser;
	const char *problem = parser->problem != NULL ? parser->problem : "malformed YAML";
	const char *context = parser->context != NULL ? parser->context : "";

	if (parser->error == YAML_MEMORY_ERROR)
		return kg_yaml_out_of_memory(err);
	(void)kg_err_set(err, KG_EINVAL, "%s%s%s", context, *context != '\0' ? ": " : "", problem);
	/* What cannot be read as characters has an offset, but no mark. */
	if (parser->error == YAML_READER_ERROR)
		kg_yaml_place_error(yaml, yaml->start + parser->problem_offset, err);
	else
		kg_yaml_place_error(yaml, kg_yaml_offset(yaml, parser->problem_mark), err);
	return KG_EINVAL;
}

int kg_yaml_next_event(struct kg_yaml *yaml, yaml_event_t *event, struct kg_err *err)
{
	return yaml_parser_parse(&yaml->parser, event) != 0 ? 0 : parser_error(yaml, err);
}

int kg_yaml_count_nodes(struct kg_yaml *yaml, size_t count, yaml_mark_t mark, struct kg_err *err)
{
	if (count > KG_MAX_YAML_NODES - yaml->nodes)
		return kg_yaml_fail_at(yaml, mark, KG_ELIMIT, err, "too many nodes, aliases expanded");
	yaml->nodes += count;
	return 0;
}

int kg_yaml_new_node(struct kg_yaml *yaml, int type, yaml_mark_t mark, struct kg_placed **ret_placed, struct kg_err *err)
{
	int status = kg_yaml_count_nodes(yaml, 1, mark, err);
	struct kg_placed *placed;

	if (status != 0)
		return status;
	placed = kg_arena_calloc(yaml->arena, 1, sizeof(*placed));
	if (placed == NULL)
		return kg_yaml_out_of_memory(err);
	placed->node.type = type;
	placed->offset = kg_yaml_offset(yaml, mark);
	*ret_placed = placed;
	return 0;
}

void kg_yaml_append(struct kg_placed *parent, struct kg_placed *child)
{
	cJSON *first = parent->node.child;
	cJSON *node = &child->node;

	node->next = NULL;
	if (first == NULL) {
		parent->node.child = node;
		first = node;
	} else {
		node->prev = first->prev;
		first->prev->next = node;
	}
	/* cJSON keeps the last child where the first one's predecessor would be. */
	first->prev = node;
	parent->node.type |= node->type & KG_NODE_HOLDS_NUL;
}
