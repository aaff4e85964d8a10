/*
 * Arrays in an arena that grow one item at a time.
 */
#pragma once

#include <stddef.h>

#include "kedagate/base/arena.h"

/* The array `items` of `count` items, which only this function has grown (NULL with count 0), with room for one more: where it was, or
 * moved. NULL without memory. Room doubles whenever `count` is a power of two, so no capacity needs to be kept. */
KG_MUST_CHECK static inline void *kg_list_room(struct kg_arena *arena, void *items, size_t count, size_t item_size)
{
	if (count == 0)
		return kg_arena_calloc(arena, 1, item_size);
	if ((count & (count - 1)) != 0)
		return items;
	return kg_arena_grow(arena, items, count * item_size, 2 * count * item_size);
}
