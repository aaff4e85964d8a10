#include "support/faults/allocations.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/compiler.h"

/* What does the work: a sanitizer's allocator where there is one, else the C library's. */
/* clang-format off */
extern void *checked_malloc(size_t size) __asm__("__interceptor_malloc") __attribute__((weak));
extern void *checked_calloc(size_t count, size_t size) __asm__("__interceptor_calloc") __attribute__((weak));
extern void *checked_realloc(void *old, size_t size) __asm__("__interceptor_realloc") __attribute__((weak));
extern void *plain_malloc(size_t size) __asm__("__libc_malloc");
extern void *plain_calloc(size_t count, size_t size) __asm__("__libc_calloc");
extern void *plain_realloc(void *old, size_t size) __asm__("__libc_realloc");
/* clang-format on */

/* Parts of the file names of libraries that are given memory always. */
static const char *const exempt_names[] = {"gnutls",   "tasn1",   "gmp",     "nettle",   "hogweed", "p11-kit", "unistring", "idn2",
                                           "ld-linux", "libasan", "libtsan", "libubsan", "libgcc",  "libstdc", "cmocka"};

enum { RANGES_MAX = 64 };

/* Where the code of these libraries lies; constant once found. */
static struct range {
	uintptr_t start, end;
} exempt[RANGES_MAX];
static size_t exempt_count;

static _Atomic(enum allocation_plan) current_plan;
static atomic_bool one_thread;
static _Atomic(pthread_t) the_thread;
static atomic_ulong current_number, counted, refused;

static bool is_exempt_name(const char *path)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(exempt_names); i++) {
		if (strstr(path, exempt_names[i]) != NULL)
			return true;
	}
	return false;
}

static int note_library(struct dl_phdr_info *info, size_t size, void *context)
{
	(void)size;
	(void)context;
	for (size_t i = 0; is_exempt_name(info->dlpi_name) && i < info->dlpi_phnum && exempt_count < RANGES_MAX; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + part->p_vaddr;

		if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0)
			exempt[exempt_count++] = (struct range){start, start + part->p_memsz};
	}
	return 0;
}

static void find_exempt(void)
{
	(void)dl_iterate_phdr(note_library, NULL);
}

static bool is_exempt(const void *caller)
{
	uintptr_t address = (uintptr_t)caller;

	for (size_t i = 0; i < exempt_count; i++) {
		if (address >= exempt[i].start && address < exempt[i].end)
			return true;
	}
	return false;
}

static void make_plan(enum allocation_plan plan, unsigned long number, bool here)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, find_exempt);
	atomic_store(&current_plan, ALLOCATIONS_SUCCEED);
	atomic_store(&current_number, number);
	atomic_store(&counted, 0);
	atomic_store(&refused, 0);
	atomic_store(&one_thread, here);
	atomic_store(&the_thread, pthread_self());
	atomic_store(&current_plan, plan);
}

void allocations_plan(enum allocation_plan plan, unsigned long number)
{
	make_plan(plan, number, false);
}

void allocations_plan_here(enum allocation_plan plan, unsigned long number)
{
	make_plan(plan, number, true);
}

unsigned long allocations_refused(void)
{
	return atomic_load(&refused);
}

/* The same for the same number of allocations before it, so that a run of one thread can be repeated. */
static bool is_chosen(unsigned long count, unsigned long number)
{
	return (count * 0x9e3779b97f4a7c15u >> 32) % number == 0;
}

static bool is_elsewhere(void)
{
	return atomic_load(&one_thread) && pthread_equal(atomic_load(&the_thread), pthread_self()) == 0;
}

static bool refuses(const void *caller)
{
	enum allocation_plan plan = atomic_load_explicit(&current_plan, memory_order_relaxed);
	unsigned long number, count;
	bool refuse = false;

	if (plan == ALLOCATIONS_SUCCEED || is_exempt(caller) || is_elsewhere())
		return false;
	number = atomic_load(&current_number);
	count = atomic_fetch_add(&counted, 1) + 1;
	if (plan == ALLOCATION_FAILS)
		refuse = count == number;
	else if (plan == ALLOCATIONS_FAIL)
		refuse = count >= number;
	else
		refuse = is_chosen(count, number);
	if (refuse)
		atomic_fetch_add(&refused, 1);
	return refuse;
}

static void *refusal(void)
{
	errno = ENOMEM;
	return NULL;
}

static void *allocate(size_t size)
{
	return checked_malloc != NULL ? checked_malloc(size) : plain_malloc(size);
}

/* The libraries find these before the C library's. */
#pragma GCC visibility push(default)

void *malloc(size_t size)
{
	return refuses(__builtin_return_address(0)) ? refusal() : allocate(size);
}

void *calloc(size_t count, size_t size)
{
	if (refuses(__builtin_return_address(0)))
		return refusal();
	return checked_calloc != NULL ? checked_calloc(count, size) : plain_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	if (size > 0 && refuses(__builtin_return_address(0)))
		return refusal();
	return checked_realloc != NULL ? checked_realloc(old, size) : plain_realloc(old, size);
}

static char *copy_of(const char *text, size_t length)
{
	char *copy = allocate(length + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

/* A sanitizer's own would not come by here. */
char *strdup(const char *text)
{
	return refuses(__builtin_return_address(0)) ? refusal() : copy_of(text, strlen(text));
}

char *strndup(const char *text, size_t max)
{
	return refuses(__builtin_return_address(0)) ? refusal() : copy_of(text, strnlen(text, max));
}

#pragma GCC visibility pop
