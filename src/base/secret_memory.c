#include "kedagate/base/secret_memory.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* In bytes: a guard, the pages that hold `size` bytes, a guard. */
struct extent {
	size_t guard;
	size_t inside;
};

static struct extent extent_of(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (struct extent){page, size <= SIZE_MAX - 3 * page ? (size + page - 1) / page * page : 0};
}

void *kg_secret_memory_get(size_t size)
{
	const struct extent extent = extent_of(size);
	char *outside;
	char *inside;

	if (extent.inside == 0)
		return NULL;
	outside = mmap(NULL, extent.inside + 2 * extent.guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (outside == MAP_FAILED)
		return NULL;
	inside = outside + extent.guard;
	if (mprotect(inside, extent.inside, PROT_READ | PROT_WRITE) != 0) {
		munmap(outside, extent.inside + 2 * extent.guard);
		return NULL;
	}
	(void)mlock(inside, extent.inside);
	(void)madvise(inside, extent.inside, MADV_DONTDUMP);
	(void)madvise(inside, extent.inside, MADV_WIPEONFORK);
	return inside;
}

void kg_secret_memory_put(void *memory, size_t size)
{
	const struct extent extent = extent_of(size);

	if (memory == NULL)
		return;
	explicit_bzero(memory, extent.inside);
	munmap((char *)memory - extent.guard, extent.inside + 2 * extent.guard);
}
