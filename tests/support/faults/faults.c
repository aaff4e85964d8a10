#include "support/faults/faults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kedagate/base/arena.h"
#include "support/faults/allocations.h"

/* More than any call takes. */
enum { NUMBER_MAX = 10000000, ARENA_STEP = 64 };

/* Each fault up to here; of those behind it a sample, since long loops repeat themselves. */
enum { EACH_MAX = 128, STEPS = 12 };

static const char *const names[FAULT_KINDS] = {
        [FAULT_ALLOCATION] = "an allocation", [FAULT_ALLOCATIONS] = "allocations", [FAULT_ARENA] = "an arena",
        [FAULT_CALL] = "a system call",       [FAULT_INTERRUPT] = "an interrupt",  [FAULT_SHORT] = "a short read or write",
};

static struct fault armed = {.kind = FAULT_KINDS};
static atomic_ulong calls;
static atomic_bool met;

const char *fault_name(enum fault_kind kind)
{
	return names[kind];
}

void fault_arm(const struct fault *fault)
{
	atomic_store(&calls, 0);
	atomic_store(&met, false);
	armed = *fault;
	if (fault->kind == FAULT_ALLOCATION)
		allocations_plan_here(ALLOCATION_FAILS, fault->number);
	if (fault->kind == FAULT_ALLOCATIONS)
		allocations_plan_here(ALLOCATIONS_FAIL, fault->number);
}

bool fault_disarm(void)
{
	bool by_allocation = allocations_refused() > 0;

	allocations_plan(ALLOCATIONS_SUCCEED, 0);
	armed.kind = FAULT_KINDS;
	return by_allocation || atomic_load(&met);
}

unsigned long fault_each(enum fault_kind kind, bool (*attempt)(const struct fault *fault, void *context), void *context)
{
	const unsigned long each_max = getenv("FAULTS_EACH") != NULL ? NUMBER_MAX : EACH_MAX;
	unsigned long count = 0;

	for (unsigned long number = 1; number < NUMBER_MAX; number += number < each_max ? 1 : number / STEPS) {
		const struct fault fault = {kind, number};

		if (!attempt(&fault, context))
			return count;
		count++;
	}
	fail_msg("there is no end of faults of %s", names[kind]);
	return 0;
}

/* ---- what the linker puts before the functions of these names (--wrap) ---- */

#define WRAPS(result_, name_, ...)                                                                                                         \
	result_ __real_##name_(__VA_ARGS__);                                                                                               \
	result_ __wrap_##name_(__VA_ARGS__)

WRAPS(void, kg_arena_init, struct kg_arena *arena, size_t cap);
WRAPS(void *, kg_arena_alloc_from_new_block, struct kg_arena *arena, size_t size);
WRAPS(void *, kg_arena_calloc, struct kg_arena *arena, size_t count, size_t size);
WRAPS(void *, kg_arena_grow, struct kg_arena *arena, void *old, size_t old_size, size_t new_size);
WRAPS(char *, kg_arena_strdup, struct kg_arena *arena, const char *text);
WRAPS(char *, kg_arena_strndup, struct kg_arena *arena, const char *text, size_t length);
WRAPS(ssize_t, read, int fd, void *bytes, size_t length);
WRAPS(ssize_t, write, int fd, const void *bytes, size_t length);
WRAPS(int, open, const char *path, int flags, mode_t mode);
WRAPS(int, openat, int directory, const char *path, int flags, mode_t mode);
WRAPS(int, close, int fd);
WRAPS(int, fsync, int fd);
WRAPS(int, fchmod, int fd, mode_t mode);
WRAPS(int, mkostemp, char *name, int flags);
WRAPS(int, rename, const char *from, const char *to);
WRAPS(int, renameat2, int from_directory, const char *from, int to_directory, const char *to, unsigned flags);
WRAPS(ssize_t, readlinkat, int directory, const char *path, char *out, size_t size);
WRAPS(int, inotify_init1, int flags);
WRAPS(int, inotify_add_watch, int fd, const char *path, uint32_t mask);

void __wrap_kg_arena_init(struct kg_arena *arena, size_t cap)
{
	size_t end = armed.number * ARENA_STEP;

	__real_kg_arena_init(arena, armed.kind == FAULT_ARENA && end < cap ? end : cap);
}

/* Memory of an arena that was asked for and not had. */
static void *note_memory(void *memory)
{
	if (memory == NULL && armed.kind == FAULT_ARENA)
		atomic_store(&met, true);
	return memory;
}

void *__wrap_kg_arena_alloc_from_new_block(struct kg_arena *arena, size_t size)
{
	return note_memory(__real_kg_arena_alloc_from_new_block(arena, size));
}

void *__wrap_kg_arena_calloc(struct kg_arena *arena, size_t count, size_t size)
{
	return note_memory(__real_kg_arena_calloc(arena, count, size));
}

void *__wrap_kg_arena_grow(struct kg_arena *arena, void *old, size_t old_size, size_t new_size)
{
	return note_memory(__real_kg_arena_grow(arena, old, old_size, new_size));
}

char *__wrap_kg_arena_strdup(struct kg_arena *arena, const char *text)
{
	return note_memory(__real_kg_arena_strdup(arena, text));
}

char *__wrap_kg_arena_strndup(struct kg_arena *arena, const char *text, size_t length)
{
	return note_memory(__real_kg_arena_strndup(arena, text, length));
}

char *__real_kg_arena_vprintf(struct kg_arena *arena, const char *format, va_list arguments) KG_PRINTF(2, 0);
char *__wrap_kg_arena_vprintf(struct kg_arena *arena, const char *format, va_list arguments) KG_PRINTF(2, 0);
char *__wrap_kg_arena_vprintf(struct kg_arena *arena, const char *format, va_list arguments)
{
	return note_memory(__real_kg_arena_vprintf(arena, format, arguments));
}

char *__wrap_kg_arena_printf(struct kg_arena *arena, const char *format, ...) KG_PRINTF(2, 3);
char *__wrap_kg_arena_printf(struct kg_arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = __wrap_kg_arena_vprintf(arena, format, arguments);
	va_end(arguments);
	return text;
}

/* Is this the call that meets the fault? Then errno says so. */
static bool meets(enum fault_kind kind)
{
	if (armed.kind != kind || atomic_fetch_add(&calls, 1) + 1 != armed.number)
		return false;
	atomic_store(&met, true);
	errno = kind == FAULT_INTERRUPT ? EINTR : EIO;
	return true;
}

ssize_t __wrap_read(int fd, void *bytes, size_t length)
{
	if (meets(FAULT_CALL) || meets(FAULT_INTERRUPT))
		return -1;
	return __real_read(fd, bytes, meets(FAULT_SHORT) && length > 0 ? 1 : length);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t length)
{
	if (meets(FAULT_CALL) || meets(FAULT_INTERRUPT))
		return -1;
	return __real_write(fd, bytes, meets(FAULT_SHORT) && length > 0 ? 1 : length);
}

/* Its last argument is looked at only when a file is made; passing it on always is harmless. */
int __wrap_open(const char *path, int flags, mode_t mode)
{
	return meets(FAULT_CALL) ? -1 : __real_open(path, flags, mode);
}

int __wrap_openat(int directory, const char *path, int flags, mode_t mode)
{
	return meets(FAULT_CALL) ? -1 : __real_openat(directory, path, flags, mode);
}

/* The descriptor is gone all the same, as Linux does it. */
int __wrap_close(int fd)
{
	int result = __real_close(fd);

	return meets(FAULT_CALL) ? -1 : result;
}

int __wrap_fsync(int fd)
{
	return meets(FAULT_CALL) ? -1 : __real_fsync(fd);
}

int __wrap_fchmod(int fd, mode_t mode)
{
	return meets(FAULT_CALL) ? -1 : __real_fchmod(fd, mode);
}

int __wrap_mkostemp(char *name, int flags)
{
	return meets(FAULT_CALL) ? -1 : __real_mkostemp(name, flags);
}

int __wrap_rename(const char *from, const char *to)
{
	return meets(FAULT_CALL) ? -1 : __real_rename(from, to);
}

int __wrap_renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags)
{
	return meets(FAULT_CALL) ? -1 : __real_renameat2(from_directory, from, to_directory, to, flags);
}

ssize_t __wrap_readlinkat(int directory, const char *path, char *out, size_t size)
{
	return meets(FAULT_CALL) ? -1 : __real_readlinkat(directory, path, out, size);
}

int __wrap_inotify_init1(int flags)
{
	return meets(FAULT_CALL) ? -1 : __real_inotify_init1(flags);
}

int __wrap_inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	return meets(FAULT_CALL) ? -1 : __real_inotify_add_watch(fd, path, mask);
}
