/*
 * A manifest file: read, each of its objects decoded and put into a world, and what is malformed found again in the text.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "kedagate/model/json.h"
#include "kedagate/model/manifest.h"
#include "kedagate/model/object.h"
#include "kedagate/model/world.h"

/* A text is refused for want of memory before libFuzzer's own limit ends the process. */
enum { ARENA_BYTES = 256 << 20 };

struct text {
	char *bytes; /* of the exact size, so that reading past the end is seen */
	size_t length;
};

enum { READ, REFUSED, OVER_LIMIT, SEVERAL, MALFORMED, IN_WORLD };

static struct fuzz_reach reaches[] = {
        [READ] = {"read", 0},
        [REFUSED] = {"refused", 0},
        [OVER_LIMIT] = {"over a limit", 0},
        [SEVERAL] = {"several documents", 0},
        [MALFORMED] = {"a malformed field", 0},
        [IN_WORLD] = {"put into a world", 0},
};
FUZZ_REACHES(reaches)

static void find(const struct text *text, const struct kg_manifest *manifest, const char *path)
{
	struct kg_position position = kg_manifest_position(text->bytes, text->length, "", manifest, path);

	if (position.line == 0 || position.column == 0 || position.line > text->length + 1 || position.column > text->length + 1)
		abort();
}

static void use(const struct text *text, const struct kg_manifest *manifest, struct kg_file_world *world, struct kg_arena *arena)
{
	struct kg_object object;

	if (manifest->has_nul_escape != kg_json_holds_nul(manifest->tree))
		abort();
	if (kg_object_decode_head(manifest->tree, arena, &object) != 0 ||
	    kg_object_decode(manifest->tree, object.kind, arena, &object) != 0 || kg_file_world_add(world, manifest->tree) != 0)
		return;
	reaches[IN_WORLD].count++;
	reaches[MALFORMED].count += object.malformed_count > 0;
	for (size_t i = 0; i < object.malformed_count; i++)
		find(text, manifest, object.malformed[i].path);
	find(text, manifest, "spec.triggers[0].metadata[a.b/c]");
}

static void read_text(const struct text *text, const char *name, struct kg_arena *arena)
{
	struct kg_file_world *world = kg_file_world_new(arena, "default", true);
	struct kg_manifests manifests = {0};
	struct kg_err err = {0};
	int status = kg_manifests_read(text->bytes, text->length, name, arena, &manifests, &err);

	if (status == KG_EINVAL && (err.line == 0 || err.column == 0 || err.message[0] == '\0'))
		abort();
	reaches[status == 0 ? READ : status == KG_ELIMIT ? OVER_LIMIT : REFUSED].count++;
	reaches[SEVERAL].count += manifests.count > 1;
	for (size_t i = 0; i < manifests.count && world != NULL; i++)
		use(text, &manifests.items[i], world, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct text text = {.bytes = malloc(length > 0 ? length : 1), .length = length};
	struct kg_arena arena;

	if (text.bytes == NULL)
		return 0;
	if (length > 0)
		memcpy(text.bytes, bytes, length);
	kg_json_setup();
	kg_arena_init(&arena, ARENA_BYTES);
	read_text(&text, "a.yaml", &arena);
	kg_arena_release(&arena);
	free(text.bytes);
	return 0;
}
