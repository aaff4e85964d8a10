#include "model/names.h"

#include <stdbool.h>
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/hash.h"

enum { FEWEST_SLOTS = 16 };

void kg_names_init(struct kg_names *names, struct kg_arena *arena)
{
	*names = (struct kg_names){.arena = arena};
}

/* The slot that holds `name`, or the free one that it would take. */
static struct kg_name_slot *slot_of(const struct kg_names *names, const char *name, uint64_t hash)
{
	size_t mask = names->slot_count - 1;
	size_t index = (size_t)hash & mask;

	while (names->slots[index].name != NULL && (names->slots[index].hash != hash || strcmp(names->slots[index].name, name) != 0))
		index = (index + 1) & mask;
	return &names->slots[index];
}

static int grow(struct kg_names *names, size_t slot_count)
{
	struct kg_name_slot *old = names->slots;
	size_t old_count = names->slot_count;
	struct kg_name_slot *slots = kg_arena_calloc(names->arena, slot_count, sizeof(*slots));

	if (slots == NULL)
		return KG_ENOMEM;
	/* Where the system puts memory differs from run to run. Names that are in keep their hashes. */
	if (old_count == 0)
		names->seed = kg_hash_fold((uint64_t)(uintptr_t)slots ^ KG_HASH_FACTOR, KG_HASH_LAST_FACTOR) ^ (uint64_t)(uintptr_t)&slots;
	names->slots = slots;
	names->slot_count = slot_count;
	for (size_t i = 0; i < old_count; i++)
		if (old[i].name != NULL)
			*slot_of(names, old[i].name, old[i].hash) = old[i];
	return 0;
}

int kg_names_reserve(struct kg_names *names, size_t count)
{
	size_t slot_count = FEWEST_SLOTS;

	/* Three quarters full at most. */
	while (slot_count / 4 * 3 < count)
		slot_count *= 2;
	return slot_count > names->slot_count ? grow(names, slot_count) : 0;
}

int kg_names_put(struct kg_names *names, const char *name, void *value, void **ret_old)
{
	int status = kg_names_reserve(names, names->count + 1);
	struct kg_name_slot *slot;
	uint64_t hash;

	if (status != 0)
		return status;
	hash = kg_hash_text(name, names->seed);
	slot = slot_of(names, name, hash);
	*ret_old = slot->name != NULL ? slot->value : NULL;
	if (slot->name == NULL)
		names->count++;
	*slot = (struct kg_name_slot){.hash = hash, .name = name, .value = value};
	return 0;
}

void *kg_names_get(const struct kg_names *names, const char *name)
{
	struct kg_name_slot *slot;

	if (names->slot_count == 0)
		return NULL;
	slot = slot_of(names, name, kg_hash_text(name, names->seed));
	return slot->name != NULL ? slot->value : NULL;
}
