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

enum { PARSED, REFUSED, NUL_ESCAPE, MALFORMED, SCALED_OBJECT, SCALED_JOB, AUTHENTICATION, OTHER };

static struct fuzz_reach reaches[] = {
        [PARSED] = {"parsed", 0},
        [REFUSED] = {"refused", 0},
        [NUL_ESCAPE] = {"a NUL escape", 0},
        [MALFORMED] = {"a malformed field", 0},
        [SCALED_OBJECT] = {"ScaledObject", 0},
        [SCALED_JOB] = {"ScaledJob", 0},
        [AUTHENTICATION] = {"an authentication", 0},
        [OTHER] = {"another kind", 0},
};
FUZZ_REACHES(reaches)

static void count_kind(enum kg_kind kind)
{
	if (kind == KG_KIND_SCALED_OBJECT)
		reaches[SCALED_OBJECT].count++;
	else if (kind == KG_KIND_SCALED_JOB)
		reaches[SCALED_JOB].count++;
	else
		reaches[kind == KG_KIND_OTHER ? OTHER : AUTHENTICATION].count++;
}

static void decode(const cJSON *tree, struct kg_arena *arena)
{
	struct kg_object object;
	enum kg_kind kind = kg_kind_parse(kg_json_text(tree, "apiVersion"), kg_json_text(tree, "kind"));

	if (kg_object_decode_head(tree, arena, &object) == 0 && object.kind != kind)
		abort();
	if (kg_object_decode(tree, kind, arena, &object) != 0)
		return;
	count_kind(kind);
	reaches[MALFORMED].count += object.malformed_count > 0;
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
	reaches[status == 0 ? PARSED : REFUSED].count++;
	if (status != 0)
		return;
	reaches[NUL_ESCAPE].count += facts.has_nul_escape;
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
