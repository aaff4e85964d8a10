#include "kedagate/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if KG_ARENA_POISONS
#define POISON(pointer_, size_) __asan_poison_memory_region((pointer_), (size_))
#else
#define POISON(pointer_, size_) ((void)(pointer_), (void)(size_))
#endif

/* The first block suits a small review; the last step keeps what a large one leaves unused below a few per cent. */
#define FIRST_BLOCK ((size_t)16 << 10)
#define LAST_BLOCK  ((size_t)1 << 20)

struct kg_arena_block {
	alignas(KG_ARENA_ALIGNMENT) struct kg_arena_block *next;
	size_t size;  /* with this header; a multiple of the alignment */
	char *filled; /* where the handed-out part ends; for the newest block the arena's cursor says it */
};

_Static_assert(alignof(max_align_t) <= KG_ARENA_ALIGNMENT, "an allocation must suit any type");
_Static_assert(sizeof(struct kg_arena_block) % KG_ARENA_ALIGNMENT == 0, "the first allocation of a block must be aligned");

static char *block_start(struct kg_arena_block *block)
{
	return (char *)(block + 1);
}

static char *block_end(struct kg_arena_block *block)
{
	return (char *)block + block->size;
}

static void free_block(struct kg_arena_block *block)
{
	KG_ARENA_UNPOISON(block, block->size);
	free(block);
}

void kg_arena_init(struct kg_arena *arena, size_t cap)
{
	/* Half the address space is as good as all of it, and keeps sums of sizes from overflowing. */
	*arena = (struct kg_arena){.cap = cap < SIZE_MAX / 2 ? cap : SIZE_MAX / 2};
}

void kg_arena_charge_to(struct kg_arena *arena, struct kg_account *account)
{
	arena->account = account;
}

void kg_arena_init_beside(struct kg_arena *arena, size_t cap, struct kg_account *account, const struct kg_arena *other)
{
	struct kg_account *charged = other->account;

	kg_account_init(account, charged != NULL ? charged->budget : NULL, charged != NULL ? charged->limit : 0);
	account->beside = charged;
	kg_arena_init(arena, cap);
	kg_arena_charge_to(arena, account);
}

void kg_arena_release(struct kg_arena *arena)
{
	kg_arena_reset(arena, 0);
}

/* Make `block` the one that allocations come from, empty. */
static void use_block(struct kg_arena *arena, struct kg_arena_block *block)
{
	arena->blocks = block;
	arena->cursor = block_start(block);
	arena->end = block_end(block);
	POISON(arena->cursor, (size_t)(arena->end - arena->cursor));
}

void kg_arena_reset(struct kg_arena *arena, size_t keep)
{
	struct kg_arena_block *kept = NULL;
	struct kg_arena_block *next;

	for (struct kg_arena_block *block = arena->blocks; block != NULL; block = next) {
		struct kg_arena_block *dropped = block;

		next = block->next;
		if (block->size <= keep && (kept == NULL || block->size > kept->size)) {
			dropped = kept;
			kept = block;
		}
		if (dropped != NULL)
			free_block(dropped);
	}
	if (arena->account != NULL)
		kg_account_give_all(arena->account);
	*arena = (struct kg_arena){.cap = arena->cap, .account = arena->account};
	if (kept != NULL) {
		kept->next = NULL;
		arena->used = kept->size;
		use_block(arena, kept);
	}
}

static size_t rounded_up(size_t size)
{
	return (size + KG_ARENA_ALIGNMENT - 1) & ~(KG_ARENA_ALIGNMENT - 1);
}

/* The bytes that an allocation takes of its block. `size` is far from overflowing. */
static size_t span_of(size_t size)
{
	size_t guarded = size + KG_ARENA_GUARD;

	return rounded_up(guarded > 0 ? guarded : 1);
}

static struct kg_arena_block *new_block(struct kg_arena *arena, size_t size)
{
	struct kg_arena_block *block;

	if (arena->account != NULL && !kg_account_take(arena->account, size))
		return NULL;
	block = malloc(size);
	if (block == NULL) {
		if (arena->account != NULL)
			kg_account_give(arena->account, size);
		return NULL;
	}
	block->size = size;
	block->next = NULL;
	arena->used += size;
	return block;
}

/* What the next common block takes: twice the last one, and no more than the cap leaves. */
static size_t next_block_size(const struct kg_arena *arena, size_t room)
{
	size_t size = arena->blocks == NULL ? FIRST_BLOCK : arena->blocks->size * 2;

	if (size < FIRST_BLOCK)
		size = FIRST_BLOCK;
	if (size > LAST_BLOCK)
		size = LAST_BLOCK;
	return size < room ? size : room;
}

/* An allocation larger than a common block has one of its own behind the newest, which so stays in use. */
static void *alloc_own_block(struct kg_arena *arena, size_t size, size_t needed)
{
	struct kg_arena_block *block = new_block(arena, needed);

	if (block == NULL)
		return NULL;
	block->filled = block_end(block);
	if (arena->blocks == NULL) {
		use_block(arena, block);
		arena->cursor = arena->end;
	} else {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
		POISON(block_start(block), needed - sizeof(*block));
	}
	KG_ARENA_UNPOISON(block_start(block), size);
	return block_start(block);
}

/* NOLINTNEXTLINE(misc-no-recursion): it comes here at most twice, since 1 is not 0 */
void *kg_arena_alloc_from_new_block(struct kg_arena *arena, size_t size)
{
	size_t room = (arena->cap - arena->used) & ~(KG_ARENA_ALIGNMENT - 1);
	size_t taken = next_block_size(arena, room);
	struct kg_arena_block *block;

	/* The fast path sends every 0 here; one byte then fits where it is. */
	if (size == 0)
		return kg_arena_alloc(arena, 1);
	if (size > room || span_of(size) + sizeof(*block) > room)
		return NULL;
	if (span_of(size) + sizeof(*block) > taken)
		return alloc_own_block(arena, size, span_of(size) + sizeof(*block));
	block = new_block(arena, taken);
	if (block == NULL)
		return NULL;
	block->next = arena->blocks;
	if (block->next != NULL)
		block->next->filled = arena->cursor;
	use_block(arena, block);
	return kg_arena_alloc(arena, size);
}

void *kg_arena_calloc(struct kg_arena *arena, size_t count, size_t size)
{
	size_t total;
	void *memory;

	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	memory = kg_arena_alloc(arena, total);
	return memory != NULL ? memset(memory, 0, total) : NULL;
}

/* The last allocation gets its new size where it is, when the block has the room. */
static bool resize_in_place(struct kg_arena *arena, char *old, size_t old_size, size_t new_size)
{
	if (old == NULL || old + span_of(old_size) != arena->cursor)
		return false;
	if (new_size > (size_t)(arena->end - old) || span_of(new_size) > (size_t)(arena->end - old))
		return false;
	arena->cursor = old + span_of(new_size);
	KG_ARENA_UNPOISON(old, new_size);
	return true;
}

void *kg_arena_grow(struct kg_arena *arena, void *old, size_t old_size, size_t new_size)
{
	void *grown;

	if (new_size <= old_size && old != NULL)
		return old;
	if (resize_in_place(arena, old, old_size, new_size))
		return old;
	grown = kg_arena_alloc(arena, new_size);
	if (grown != NULL && old != NULL)
		memcpy(grown, old, old_size);
	return grown;
}

char *kg_arena_strdup(struct kg_arena *arena, const char *text)
{
	return kg_arena_strndup(arena, text, strlen(text));
}

char *kg_arena_strndup(struct kg_arena *arena, const char *text, size_t length)
{
	char *copy = length < SIZE_MAX ? kg_arena_alloc(arena, length + 1) : NULL;

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *kg_arena_printf(struct kg_arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = kg_arena_vprintf(arena, format, arguments);
	va_end(arguments);
	return text;
}

char *kg_arena_vprintf(struct kg_arena *arena, const char *format, va_list arguments)
{
	char shorter[256];
	va_list copy;
	int length;
	char *text;

	va_copy(copy, arguments);
	length = vsnprintf(shorter, sizeof(shorter), format, copy);
	va_end(copy);
	if (length < 0)
		return NULL;
	if ((size_t)length < sizeof(shorter))
		return kg_arena_strndup(arena, shorter, (size_t)length);
	text = kg_arena_alloc(arena, (size_t)length + 1);
	if (text != NULL)
		vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

bool kg_arena_owns(const struct kg_arena *arena, const void *pointer)
{
	uintptr_t address = (uintptr_t)pointer;

	for (struct kg_arena_block *block = arena->blocks; block != NULL; block = block->next) {
		const char *filled = block == arena->blocks ? arena->cursor : block->filled;

		if (address >= (uintptr_t)block_start(block) && address < (uintptr_t)filled)
			return true;
	}
	return false;
}
