#include "support/world.h"

#include <string.h>

#include "kedagate/model/json.h"

enum { ARENA_CAP = 64 << 20 };

static int add_all(struct test_world *world, struct kg_err *err)
{
	for (size_t i = 0; i < world->manifests.count; i++) {
		if (kg_file_world_add(world->files, world->manifests.items[i].tree) != 0)
			return kg_err_set(err, KG_ENOMEM, "out of memory");
	}
	return 0;
}

int test_world_init(struct test_world *world, const char *text, bool read_secrets, struct kg_err *err)
{
	size_t length = strlen(text);
	char *bytes;
	int status;

	kg_json_setup();
	*world = (struct test_world){.files = NULL};
	kg_arena_init(&world->arena, ARENA_CAP);
	bytes = kg_arena_strdup(&world->arena, text);
	world->files = kg_file_world_new(&world->arena, "default", read_secrets);
	if (bytes == NULL || world->files == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	status = kg_manifests_read(bytes, length, "", &world->arena, &world->manifests, err);
	return status != 0 ? status : add_all(world, err);
}

void test_world_release(struct test_world *world)
{
	kg_arena_release(&world->arena);
}

bool test_world_object(struct test_world *world, size_t index, struct kg_object *ret_object, int *ret_status)
{
	const struct kg_manifest *manifest = &world->manifests.items[index];
	enum kg_kind kind = kg_kind_parse(kg_json_text(manifest->tree, "apiVersion"), kg_json_text(manifest->tree, "kind"));

	*ret_status = 0;
	if (kind == KG_KIND_OTHER)
		return false;
	*ret_status = kg_object_decode(manifest->tree, kind, &world->arena, ret_object);
	return true;
}

const char *test_world_namespace(const struct kg_object *object)
{
	if (object->kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION)
		return "";
	return object->metadata.namespace != NULL ? object->metadata.namespace : "default";
}
