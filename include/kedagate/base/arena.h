/*
 * Memory of one request or one file: allocated piecewise, freed at once.
 *
 * An arena has a cap, and may be charged to a budget block by block. An allocation past either fails like any other, with NULL; nothing already
 * handed out is harmed. An arena belongs to one thread at a time. Nothing taken from it is freed singly.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/budget.h"
#include "kedagate/base/compiler.h"

#ifndef __has_feature
#define __has_feature(name_) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define KG_ARENA_POISONS                   1
#define KG_ARENA_UNPOISON(pointer_, size_) __asan_unpoison_memory_region((pointer_), (size_))
/* At least one byte after each allocation stays poisoned, so that reading past its end is caught. */
#define KG_ARENA_GUARD ((size_t)1)
#else
#define KG_ARENA_POISONS                   0
#define KG_ARENA_UNPOISON(pointer_, size_) ((void)(pointer_), (void)(size_))
#define KG_ARENA_GUARD                     ((size_t)0)
#endif
#define KG_ARENA_ALIGNMENT ((size_t)16)

struct kg_arena_block;

struct kg_arena {
	char *cursor;                  /* where the newest block is free from, aligned; NULL without a block */
	char *end;                     /* where that block ends, aligned */
	struct kg_arena_block *blocks; /* newest first */
	size_t used;                   /* bytes taken from the system, block headers included */
	size_t cap;                    /* the most that `used` may become */
	struct kg_account *account;    /* charged with every block but the one that a reset kept; NULL: nothing is charged */
};

/* Prepare an empty arena. Takes no memory yet. `cap` in bytes, > 0. */
void kg_arena_init(struct kg_arena *arena, size_t cap);

/* Charge blocks to `account`, which is the arena's alone and outlives it, or holds nothing when the arena is next used. The arena is new, or was
 * just reset; a block that it kept is not charged. The account's `refused` tells a budget without room from the cap. */
void kg_arena_charge_to(struct kg_arena *arena, struct kg_account *account);

/* An arena for what is needed for a moment beside what is in `other`: it takes from the same budget, if there is one, through `account`, which is made
 * here and outlives the arena. A budget without room is told to the other's account, too. */
void kg_arena_init_beside(struct kg_arena *arena, size_t cap, struct kg_account *account, const struct kg_arena *other);

/* Give everything back. The arena is then as after kg_arena_init. Accepts a zeroed arena. */
void kg_arena_release(struct kg_arena *arena);

/* Forget everything that was allocated, keep one block for reuse when it is no larger than `keep` bytes. */
void kg_arena_reset(struct kg_arena *arena, size_t keep);

/* The part of kg_arena_alloc that takes a new block; not to be called otherwise. */
KG_MUST_CHECK void *kg_arena_alloc_from_new_block(struct kg_arena *arena, size_t size);

/* `size` bytes, aligned for any type, not cleared; NULL when memory or the cap is exhausted. A size of 0 gives a valid pointer. */
/* NOLINTNEXTLINE(misc-no-recursion): as said at kg_arena_alloc_from_new_block */
KG_MUST_CHECK static inline void *kg_arena_alloc(struct kg_arena *arena, size_t size)
{
	size_t guarded = size + KG_ARENA_GUARD;
	char *start = arena->cursor;

	/* The room is a multiple of the alignment: what fits also fits rounded up. A size of 0 wraps round and counts as not fitting. */
	if (guarded - 1 >= (size_t)(arena->end - start))
		return kg_arena_alloc_from_new_block(arena, size);
	arena->cursor = start + ((guarded + KG_ARENA_ALIGNMENT - 1) & ~(KG_ARENA_ALIGNMENT - 1));
	KG_ARENA_UNPOISON(start, size);
	return start;
}

/* As kg_arena_alloc for count * size bytes (overflow is a failure), cleared. */
KG_MUST_CHECK void *kg_arena_calloc(struct kg_arena *arena, size_t count, size_t size);

/* Grow the array `old` of `old_size` bytes to `new_size`: in place when it is the arena's last allocation, else a copy. NULL on failure,
 * `old` is then still valid. `old` may be NULL with old_size 0. */
KG_MUST_CHECK void *kg_arena_grow(struct kg_arena *arena, void *old, size_t old_size, size_t new_size);

/* Copies, NUL-terminated; NULL on failure. `text` must not be NULL. */
KG_MUST_CHECK char *kg_arena_strdup(struct kg_arena *arena, const char *text);
KG_MUST_CHECK char *kg_arena_strndup(struct kg_arena *arena, const char *text, size_t length);
KG_MUST_CHECK char *kg_arena_printf(struct kg_arena *arena, const char *format, ...) KG_PRINTF(2, 3);
KG_MUST_CHECK char *kg_arena_vprintf(struct kg_arena *arena, const char *format, va_list arguments) KG_PRINTF(2, 0);

/* True when `pointer` points into memory that this arena handed out. Linear in the number of blocks (few: blocks grow). */
bool kg_arena_owns(const struct kg_arena *arena, const void *pointer);
