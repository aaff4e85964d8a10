/*
 * The bytes of a review: parsed, and each object in it decoded, as admission does before it judges anything.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kedagate/model/object.h"

/* A tree is refused for want of memory before libFuzzer's own limit ends the process. */
enum { ARENA_BYTES = 256 << 20 };

static void decode(const cJSON *tree, struct kg_arena *arena)
{
	struct kg_object object;
	enum kg_kind kind = kg_kind_parse(kg_json_text(tree, "apiVersion"), kg_json_text(tree, "kind"));

	if (kg_object_decode_head(tree, arena, &object) == 0 && object.kind != kind)
		abort();
	if (kg_object_decode(tree, kind, arena, &object) != 0)
		return;
	for (size_t i = 0; i < object.malformed_count; i++)
		if (object.malformed[i].path == NULL || object.malformed[i].expected == NULL)
			abort();
}

/* A parsed tree holds a NUL somewhere exactly when the text had one, and an error says where. */
static void parse(char *bytes, size_t length, struct kg_arena *arena)
{
	struct kg_json_facts facts;
	struct kg_err err = {0};
	cJSON *tree = NULL;
	int status = kg_json_parse(bytes, length, arena, &tree, &facts, &err);

	if (status == KG_EINVAL && (err.line == 0 || err.column == 0 || err.message[0] == '\0'))
		abort();
	if (status != 0)
		return;
	if (facts.has_nul_escape != kg_json_holds_nul(tree))
		abort();
	decode(tree, arena);
	if (kg_json_get(kg_json_get(tree, "request"), "object") != NULL)
		decode(kg_json_get(kg_json_get(tree, "request"), "object"), arena);
	if (kg_json_get(kg_json_get(tree, "request"), "oldObject") != NULL)
		decode(kg_json_get(kg_json_get(tree, "request"), "oldObject"), arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct kg_arena arena;
	/* Of the exact size, so that reading past the end is seen. */
	char *copy = malloc(length > 0 ? length : 1);

	if (copy == NULL)
		return 0;
	if (length > 0)
		memcpy(copy, bytes, length);
	kg_json_setup();
	kg_arena_init(&arena, ARENA_BYTES);
	parse(copy, length, &arena);
	kg_arena_release(&arena);
	free(copy);
	return 0;
}
