#include "kube/glance.h"

#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "kube/pack.h"

enum { VIEW_BITS = 2, VIEW_MASK = 3 };

_Static_assert(offsetof(struct kg_live_world, world) == 0, "a pointer to the world is one to the live world");

const struct kg_live_world *kg_live_world_of(const struct kg_world *world)
{
	return (const struct kg_live_world *)(const void *)world;
}

struct kg_glance kg_glance_begin(const struct kg_world *world, enum kg_resource resource)
{
	const struct kg_live_resource *live = &kg_live_world_of(world)->resources[resource];

	return (struct kg_glance){.resource = live, .sight = atomic_load(&live->sight)};
}

static bool sees_something(const struct kg_glance *glance)
{
	return (glance->sight & VIEW_MASK) != KG_VIEW_BLIND;
}

bool kg_glance_saw_all(const struct kg_glance *glance)
{
	return (glance->sight & VIEW_MASK) == KG_VIEW_WHOLE && atomic_load(&glance->resource->sight) == glance->sight;
}

void kg_live_world_set_view(struct kg_live_world *world, enum kg_resource resource, enum kg_view view)
{
	atomic_uint *sight = &world->resources[resource].sight;
	unsigned next = (atomic_load(sight) >> VIEW_BITS) + 1;

	atomic_store(sight, next << VIEW_BITS | view);
}

enum kg_view kg_live_world_view(const struct kg_live_world *world, enum kg_resource resource)
{
	return atomic_load(&world->resources[resource].sight) & VIEW_MASK;
}

bool kg_glance_visit(const struct kg_glance *glance, unsigned index, const struct kg_world_name *name,
                     const struct kg_cache_visitor *visitor)
{
	if (!sees_something(glance) || name->namespace == NULL || name->name == NULL)
		return false;
	kg_cache_visit(glance->resource->cache, index, name->namespace, name->name, visitor);
	return true;
}

enum kg_lookup kg_glance_find(const struct kg_world *world, enum kg_resource resource, const struct kg_world_name *name,
                              struct kg_arena *arena, const cJSON **ret_object)
{
	struct kg_glance glance = kg_glance_begin(world, resource);
	int status;

	if (!sees_something(&glance) || name->namespace == NULL || name->name == NULL)
		return KG_LOOKUP_UNSEEN;
	status = kg_cache_find(glance.resource->cache, name->namespace, name->name, arena, ret_object);
	if (status == 0)
		return KG_LOOKUP_FOUND;
	return status == KG_ENOTFOUND && kg_glance_saw_all(&glance) ? KG_LOOKUP_ABSENT : KG_LOOKUP_UNSEEN;
}

bool kg_glance_keep_texts(struct kg_arena *arena, const char **const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (*texts[i] == NULL)
			continue;
		*texts[i] = kg_arena_strdup(arena, *texts[i]);
		if (*texts[i] == NULL)
			return false;
	}
	return true;
}

void kg_scratch_init(struct kg_scratch *scratch, const struct kg_arena *review)
{
	kg_arena_init_beside(&scratch->arena, KG_MAX_NEIGHBOUR_ARENA_BYTES, &scratch->account, review);
}

void kg_scratch_release(struct kg_scratch *scratch)
{
	kg_arena_release(&scratch->arena);
}

const cJSON *kg_scratch_unpack(struct kg_scratch *scratch, const struct kg_cached *cached)
{
	kg_arena_reset(&scratch->arena, KG_KEEP_ARENA_BYTES);
	return kg_unpack(cached->packed, &scratch->arena);
}
