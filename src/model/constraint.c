#include "model/constraint.h"

#include <inttypes.h>
#include <string.h>

#include "model/node.h"

/* `one of "a", "b"`, from what the newest CRD has, without the value that is refused; NULL without memory. */
static const char *list_choices(struct kg_arena *arena, const struct kg_schema_choices *choices, const char *refused)
{
	const char *text = "";

	for (size_t i = 0; i < choices->count && text != NULL; i++)
		if (!choices->items[i].former && strcmp(choices->items[i].value, refused) != 0)
			text = kg_arena_printf(arena, "%s%s\"%s\"", text, *text == '\0' ? "one of " : ", ", choices->items[i].value);
	return text;
}

void kg_constraint_check_choice(struct kg_decoder *decoder, const struct kg_schema_choices *choices, const char *value,
                                const struct kg_place *place)
{
	struct kg_malformed malformed = {.kind = KG_MALFORMED_VALUE, .actual = "another string", .since = choices->since};

	for (size_t i = 0; i < choices->count; i++) {
		if (strcmp(choices->items[i].value, value) != 0)
			continue;
		if (choices->items[i].refused_since == 0)
			return;
		malformed.since = choices->items[i].refused_since;
		malformed.until = choices->items[i].refused_until;
	}
	if (decoder->object != NULL)
		malformed.expected = list_choices(decoder->arena, choices, value);
	kg_decoder_record(decoder, place, malformed);
}

void kg_constraint_check_number(struct kg_decoder *decoder, const struct kg_schema_range *range, int64_t value,
                                const struct kg_place *place)
{
	struct kg_malformed malformed = {.kind = KG_MALFORMED_RANGE, .actual = "a number", .since = range->since};
	bool too_small = value < range->minimum;

	if ((!too_small && value <= range->maximum) || decoder->object == NULL)
		return;
	malformed.expected = too_small ? kg_arena_printf(decoder->arena, "at least %" PRId64, range->minimum)
	                               : kg_arena_printf(decoder->arena, "at most %" PRId64, range->maximum);
	kg_decoder_record(decoder, place, malformed);
}

void kg_constraint_check_length(struct kg_decoder *decoder, const struct kg_schema_range *range, const cJSON *node,
                                const struct kg_place *place)
{
	bool is_string = kg_node_type(node) == cJSON_String;
	struct kg_malformed malformed = {.kind = KG_MALFORMED_RANGE, .since = range->since};

	if (is_string ? node->valuestring[0] != '\0' : node->child != NULL)
		return;
	malformed.expected = is_string ? "at least 1 character" : "at least 1 item";
	malformed.actual = is_string ? "an empty string" : "an empty list";
	kg_decoder_record(decoder, place, malformed);
}
