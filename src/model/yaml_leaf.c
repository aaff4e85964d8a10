#include <math.h>
#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/utf8.h"
#include "kedagate/model/base64.h"
#include "model/yaml_reader.h"
#include "model/yaml_scalar.h"

#define REPLACEMENT "\xEF\xBF\xBD"

static const char *tag_of(const yaml_event_t *event)
{
	return (const char *)event->data.scalar.tag;
}

static bool has_tag(const yaml_event_t *event, const char *tag)
{
	return tag_of(event) != NULL && strcmp(tag_of(event), tag) == 0;
}

bool kg_yaml_is_merge(const yaml_event_t *event)
{
	return strcmp((const char *)event->data.scalar.value, "<<") == 0 &&
	       (event->data.scalar.plain_implicit != 0 || has_tag(event, KG_YAML_TAG("merge")));
}

/* Copy text with U+FFFD for each NUL, which no C string can hold, and for each byte that is not UTF-8. NULL without memory. */
static const char *copy_replacing(struct kg_yaml *yaml, const char *text, size_t length)
{
	struct kg_buf buf KG_CLEANUP(kg_buf_release);
	const char *end = text + length;

	kg_buf_init(&buf, length * strlen(REPLACEMENT));
	while (text < end) {
		size_t part = strnlen(text, (size_t)(end - text));

		kg_utf8_append_valid(&buf, text, part);
		text += part;
		if (text < end)
			kg_buf_puts(&buf, REPLACEMENT);
		text++;
	}
	return kg_buf_status(&buf) == 0 ? kg_arena_strndup(yaml->arena, kg_buf_text(&buf), buf.length) : NULL;
}

static int copy_binary(struct kg_yaml *yaml, const yaml_event_t *event, const char **ret_text, bool *ret_had_nul, struct kg_err *err)
{
	const char *bytes = NULL;
	size_t length = 0;
	int status = kg_base64_decode((const char *)event->data.scalar.value, yaml->arena, &bytes, &length);

	if (status == KG_EINVAL)
		return kg_yaml_fail_at(yaml, event->start_mark, KG_EINVAL, err, "the value is no base64, as its tag !!binary says");
	if (status == 0)
		*ret_text = copy_replacing(yaml, bytes, length);
	if (status != 0 || *ret_text == NULL)
		return kg_yaml_out_of_memory(err);
	*ret_had_nul = memchr(bytes, '\0', length) != NULL;
	return 0;
}

/* The text of a scalar that is a string. libyaml has checked that it is UTF-8. */
static int copy_text(struct kg_yaml *yaml, const yaml_event_t *event, const char **ret_text, bool *ret_had_nul, struct kg_err *err)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;

	if (has_tag(event, KG_YAML_TAG("binary")))
		return copy_binary(yaml, event, ret_text, ret_had_nul, err);
	*ret_had_nul = memchr(text, '\0', length) != NULL;
	*ret_text = *ret_had_nul ? copy_replacing(yaml, text, length) : kg_arena_strndup(yaml->arena, text, length);
	return *ret_text != NULL ? 0 : kg_yaml_out_of_memory(err);
}

static int resolve(struct kg_yaml *yaml, const yaml_event_t *event, struct kg_yaml_scalar *out, struct kg_err *err)
{
	const char *text = (const char *)event->data.scalar.value;
	int status;

	/* Only a quoted text can hold a NUL. */
	if (strlen(text) != event->data.scalar.length) {
		*out = (struct kg_yaml_scalar){.type = KG_YAML_STRING};
		return 0;
	}
	status = kg_yaml_resolve(text, tag_of(event), event->data.scalar.plain_implicit != 0, out, err);
	return status == 0 ? 0 : kg_yaml_fail_at(yaml, event->start_mark, status, err, err != NULL ? err->message : "");
}

static int node_type(const struct kg_yaml_scalar *scalar)
{
	switch (scalar->type) {
	case KG_YAML_NULL:
		return cJSON_NULL;
	case KG_YAML_BOOL:
		return scalar->boolean ? cJSON_True : cJSON_False;
	case KG_YAML_INTEGER:
	case KG_YAML_BIG_INTEGER:
	case KG_YAML_FLOAT:
		return cJSON_Number;
	case KG_YAML_STRING:
		break;
	}
	return cJSON_String;
}

int kg_yaml_scalar_node(struct kg_yaml *yaml, const yaml_event_t *event, struct kg_placed **ret_placed, struct kg_err *err)
{
	struct kg_yaml_scalar scalar;
	struct kg_placed *placed = NULL;
	const char *text = NULL;
	bool had_nul = false;
	int status = resolve(yaml, event, &scalar, err);

	if (status == 0 && scalar.type == KG_YAML_FLOAT && !isfinite(scalar.number))
		return kg_yaml_fail_at(yaml, event->start_mark, KG_EINVAL, err, "infinity and not-a-number are not possible here");
	if (status == 0)
		status = kg_yaml_new_node(yaml, node_type(&scalar), event->start_mark, &placed, err);
	if (status == 0 && scalar.type == KG_YAML_STRING)
		status = copy_text(yaml, event, &text, &had_nul, err);
	if (status != 0)
		return status;
	/* cJSON frees and changes strings; nothing here ever does. */
	memcpy(&placed->node.valuestring, &text, sizeof(text));
	if (placed->node.type == cJSON_Number)
		cJSON_SetNumberHelper(&placed->node, scalar.number);
	if (had_nul)
		placed->node.type |= KG_NODE_HOLDS_NUL;
	*ret_placed = placed;
	return 0;
}

int kg_yaml_scalar_name(struct kg_yaml *yaml, const yaml_event_t *event, const char **ret_name, bool *ret_had_nul, struct kg_err *err)
{
	struct kg_yaml_scalar scalar;
	int status = resolve(yaml, event, &scalar, err);

	if (status != 0)
		return status;
	if (scalar.type == KG_YAML_STRING)
		return copy_text(yaml, event, ret_name, ret_had_nul, err);
	if (scalar.type == KG_YAML_NULL || scalar.type == KG_YAML_BIG_INTEGER)
		return kg_yaml_fail_at(yaml, event->start_mark, KG_EINVAL, err, "a key must be a string, a number or a boolean");
	*ret_had_nul = false;
	*ret_name = kg_yaml_name(&scalar, yaml->arena);
	return *ret_name != NULL ? 0 : kg_yaml_out_of_memory(err);
}
