#include "model/decode.h"

#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "kedagate/syntax/quantity.h"
#include "model/constraint.h"
#include "model/node.h"

static const char *type_name(const cJSON *node)
{
	switch (kg_node_type(node)) {
	case cJSON_String:
		return "a string";
	case cJSON_Number:
		return "a number";
	case cJSON_True:
	case cJSON_False:
		return "a boolean";
	case cJSON_Array:
		return "a list";
	case cJSON_Object:
		return "a map";
	default:
		return "null";
	}
}

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
/* The place as text; NULL without memory. */
static const char *path_of(struct kg_arena *arena, const struct kg_place *place)
{
	const char *parent;

	if (place == NULL || place->parent == NULL)
		return "";
	parent = path_of(arena, place->parent);
	if (parent == NULL)
		return NULL;
	return place->key != NULL ? kg_path_key(arena, parent, place->key) : kg_arena_printf(arena, "%s[%zu]", parent, place->index);
}
/* NOLINTEND(misc-no-recursion) */

void kg_decoder_record(struct kg_decoder *decoder, const struct kg_place *place, struct kg_malformed malformed)
{
	struct kg_object *object = decoder->object;
	size_t size;
	struct kg_malformed *items;

	if (object == NULL || decoder->status != 0)
		return;
	if (object->malformed_count == KG_MAX_FINDINGS) {
		object->malformed_left_out++;
		return;
	}
	size = object->malformed_count * sizeof(*items);
	malformed.path = path_of(decoder->arena, place);
	items = kg_arena_grow(decoder->arena, object->malformed, size, size + sizeof(*items));
	if (malformed.path == NULL || malformed.expected == NULL || items == NULL) {
		decoder->status = KG_ENOMEM;
		return;
	}
	items[object->malformed_count++] = malformed;
	object->malformed = items;
}

static void record_type(struct kg_decoder *decoder, const struct kg_place *place, const char *expected, const cJSON *node)
{
	kg_decoder_record(decoder, place,
	                  (struct kg_malformed){.kind = KG_MALFORMED_TYPE, .expected = expected, .actual = type_name(node)});
}

/* Zeroed memory for an array, not NULL for an empty one; NULL for items of no size, which are only checked. */
static void *new_array(struct kg_decoder *decoder, size_t count, size_t size)
{
	void *items = size > 0 ? kg_arena_calloc(decoder->arena, count, size) : NULL;

	if (items == NULL && size > 0)
		decoder->status = KG_ENOMEM;
	return items;
}

static size_t count_children(const cJSON *node)
{
	size_t count = 0;

	for (const cJSON *child = node->child; child != NULL; child = child->next)
		count++;
	return count;
}

/* ---- one value each; `target` is NULL when the value is only checked ---- */

static void decode_string(struct kg_decoder *decoder, const struct kg_schema_field *field, const cJSON *node, void *target,
                          const struct kg_place *place)
{
	if (kg_node_type(node) != cJSON_String) {
		record_type(decoder, place, "a string", node);
		return;
	}
	if (target != NULL)
		*(const char **)target = node->valuestring;
	if (field->choices != NULL)
		kg_constraint_check_choice(decoder, field->choices, node->valuestring, place);
	if (field->range != NULL)
		kg_constraint_check_length(decoder, field->range, node, place);
}

static void decode_int32(struct kg_decoder *decoder, const struct kg_schema_field *field, const cJSON *node, void *target,
                         const struct kg_place *place)
{
	double number = node->valuedouble;

	if (kg_node_type(node) != cJSON_Number) {
		record_type(decoder, place, "a whole number", node);
		return;
	}
	if (number < INT32_MIN || number > INT32_MAX) {
		kg_decoder_record(decoder, place,
		                  (struct kg_malformed){.kind = KG_MALFORMED_RANGE, .expected = "a 32-bit number", .actual = "a number"});
		return;
	}
	/* As in the API server, 3.0 is a whole number. */
	if ((double)(int32_t)number != number) {
		kg_decoder_record(decoder, place,
		                  (struct kg_malformed){.kind = KG_MALFORMED_TYPE, .expected = "a whole number", .actual = "a fraction"});
		return;
	}
	if (target != NULL)
		*(struct kg_optional_int *)target = (struct kg_optional_int){.set = true, .value = (int64_t)number};
	if (field->range != NULL)
		kg_constraint_check_number(decoder, field->range, (int64_t)number, place);
}

static void decode_bool(struct kg_decoder *decoder, const struct kg_schema_field *field, const cJSON *node, void *target,
                        const struct kg_place *place)
{
	bool value = kg_node_type(node) == cJSON_True;

	if (!value && kg_node_type(node) != cJSON_False)
		record_type(decoder, place, "a boolean", node);
	else if (target != NULL && field->type == KG_SCHEMA_FLAG)
		*(bool *)target = value;
	else if (target != NULL)
		*(struct kg_optional_bool *)target = (struct kg_optional_bool){.set = true, .value = value};
}

bool kg_node_is_amount(const cJSON *node)
{
	if (kg_node_type(node) == cJSON_String)
		return kg_quantity_positive(node->valuestring) || !kg_quantity_valid(node->valuestring);
	return kg_node_type(node) != cJSON_Number || node->valuedouble > 0;
}

static void decode_strings(struct kg_decoder *decoder, const cJSON *node, struct kg_strings *target, const struct kg_place *place)
{
	struct kg_place item_place = {.parent = place};
	const char **items;
	size_t count = 0;

	if (kg_node_type(node) != cJSON_Array) {
		record_type(decoder, place, "a list", node);
		return;
	}
	items = new_array(decoder, count_children(node), sizeof(*items));
	for (const cJSON *item = node->child; item != NULL && decoder->status == 0; item = item->next, item_place.index++) {
		if (kg_node_type(item) == cJSON_String)
			items[count++] = item->valuestring;
		else
			record_type(decoder, &item_place, "a string", item);
	}
	if (target != NULL)
		*target = (struct kg_strings){.items = items, .count = count};
}

static void decode_pairs(struct kg_decoder *decoder, const cJSON *node, struct kg_pairs *target, const struct kg_place *place)
{
	struct kg_place item_place = {.parent = place};
	struct kg_pair *items;
	size_t count = 0;

	if (kg_node_type(node) != cJSON_Object) {
		record_type(decoder, place, "a map", node);
		return;
	}
	items = new_array(decoder, count_children(node), sizeof(*items));
	for (const cJSON *member = node->child; member != NULL && decoder->status == 0; member = member->next) {
		if (kg_node_type(member) == cJSON_NULL)
			continue;
		items[count++] = (struct kg_pair){.key = member->string, .value = member->valuestring};
		item_place.key = member->string;
		if (kg_node_type(member) != cJSON_String)
			record_type(decoder, &item_place, "a string", member);
	}
	if (target != NULL)
		*target = (struct kg_pairs){.items = items, .count = count};
}

/* NOLINTBEGIN(misc-no-recursion): depth is that of the schemas */
static void decode_list(struct kg_decoder *decoder, const struct kg_schema_field *field, const cJSON *node, void *base,
                        const struct kg_place *place)
{
	struct kg_place item_place = {.parent = place};
	size_t size = base != NULL ? field->nested->size : 0;
	size_t count;
	char *items;

	if (kg_node_type(node) != cJSON_Array) {
		record_type(decoder, place, "a list", node);
		return;
	}
	count = count_children(node);
	if (field->range != NULL)
		kg_constraint_check_length(decoder, field->range, node, place);
	items = new_array(decoder, count, size);
	for (const cJSON *item = node->child; item != NULL && decoder->status == 0; item = item->next, item_place.index++)
		kg_decode(decoder, field->nested, item, items != NULL ? items + item_place.index * size : NULL, &item_place);
	if (size > 0 && decoder->status == 0) {
		memcpy((char *)base + field->offset, &items, sizeof(items));
		memcpy((char *)base + field->mark, &count, sizeof(count));
	}
}

/* ---- fields ---- */

static void note_presence(const struct kg_schema_field *field, void *base)
{
	void *mark = (char *)base + field->mark;

	if (field->mark_value == 0)
		*(bool *)mark = true;
	else
		*(unsigned *)mark = field->mark_value;
}

static void decode_object(struct kg_decoder *decoder, const struct kg_schema_field *field, const cJSON *node, void *base,
                          const struct kg_place *place)
{
	bool kept = base != NULL && field->offset != KG_SCHEMA_NOWHERE;
	bool is_object = kg_node_type(node) == cJSON_Object;

	if (base != NULL && field->mark != KG_SCHEMA_NOWHERE && is_object)
		note_presence(field, base);
	kg_decode(decoder, field->nested, node, kept ? (char *)base + field->offset : NULL, place);
}

static void decode_tree(struct kg_decoder *decoder, const struct kg_schema_field *field, const cJSON *node, const cJSON **target,
                        const struct kg_place *place)
{
	if (target != NULL && kg_node_type(node) == cJSON_Object)
		*target = node;
	kg_decode(decoder, field->nested, node, NULL, place);
}

static void decode_field(struct kg_decoder *decoder, const struct kg_schema_field *field, const cJSON *node, void *base,
                         const struct kg_place *place)
{
	void *target = base != NULL && field->offset != KG_SCHEMA_NOWHERE ? (char *)base + field->offset : NULL;

	switch (field->type) {
	case KG_SCHEMA_STRING:
		decode_string(decoder, field, node, target, place);
		return;
	case KG_SCHEMA_INT32:
		decode_int32(decoder, field, node, target, place);
		return;
	case KG_SCHEMA_BOOL:
	case KG_SCHEMA_FLAG:
		decode_bool(decoder, field, node, target, place);
		return;
	case KG_SCHEMA_PRESENT:
		if (target != NULL)
			*(bool *)target = true;
		return;
	case KG_SCHEMA_AMOUNT:
		if (target != NULL && kg_node_is_amount(node))
			*(bool *)target = true;
		return;
	case KG_SCHEMA_OBJECT:
		decode_object(decoder, field, node, base, place);
		return;
	case KG_SCHEMA_TREE:
		decode_tree(decoder, field, node, target, place);
		return;
	case KG_SCHEMA_LIST:
		decode_list(decoder, field, node, target != NULL ? base : NULL, place);
		return;
	case KG_SCHEMA_STRINGS:
		decode_strings(decoder, node, target, place);
		return;
	case KG_SCHEMA_PAIRS:
		decode_pairs(decoder, node, target, place);
		return;
	}
}

static size_t find_field(const struct kg_schema *schema, const char *name)
{
	size_t i = 0;

	while (i < schema->count && (schema->fields[i].name[0] != name[0] || strcmp(schema->fields[i].name, name) != 0))
		i++;
	return i;
}

/* `seen` has a bit for each field of the schema that is there. */
static void record_missing(struct kg_decoder *decoder, const struct kg_schema *schema, uint32_t seen, const struct kg_place *place)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct kg_schema_field *field = &schema->fields[i];
		struct kg_place missing = {.parent = place, .key = field->name};

		if (field->required && (seen & (UINT32_C(1) << i)) == 0)
			kg_decoder_record(decoder, &missing, (struct kg_malformed){.kind = KG_MALFORMED_REQUIRED, .expected = "a value"});
	}
}

void kg_decode(struct kg_decoder *decoder, const struct kg_schema *schema, const cJSON *node, void *base, const struct kg_place *place)
{
	struct kg_place member_place = {.parent = place};
	uint32_t seen = 0;

	if (kg_node_type(node) != cJSON_Object) {
		record_type(decoder, place, "a map", node);
		return;
	}
	for (const cJSON *member = node->child; member != NULL && decoder->status == 0; member = member->next) {
		size_t index = find_field(schema, member->string);

		if (index == schema->count || kg_node_type(member) == cJSON_NULL)
			continue;
		seen |= UINT32_C(1) << index;
		member_place.key = member->string;
		decode_field(decoder, &schema->fields[index], member, base, &member_place);
	}
	record_missing(decoder, schema, seen, place);
}
/* NOLINTEND(misc-no-recursion) */
