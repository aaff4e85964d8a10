#include "kedagate/tls/key_memory.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/limits.h"

/* The smallest piece that the memory is cut into: a P-256 key takes one. */
enum { SMALLEST_PIECE = 32 };

static void wipe_and_free(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	if (memory != NULL)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

static void *allocate(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(size);
}

/* realloc() would leave what it moves behind. */
static void *move(void *memory, size_t size, const char *file, int line)
{
	size_t old = memory != NULL ? malloc_usable_size(memory) : 0;
	void *moved;

	if (size == 0) {
		wipe_and_free(memory, file, line);
		return NULL;
	}
	moved = malloc(size);
	if (moved == NULL || memory == NULL)
		return moved;
	memcpy(moved, memory, old < size ? old : size);
	wipe_and_free(memory, file, line);
	return moved;
}

enum kg_key_memory kg_key_memory_init(void)
{
	int result;

	/* A key also passes through OpenSSL's ordinary memory: as DER while it is parsed, in numbers while it signs. */
	(void)CRYPTO_set_mem_functions(allocate, move, wipe_and_free);
	result = CRYPTO_secure_malloc_init(KG_KEY_MEMORY_BYTES, SMALLEST_PIECE);
	if (result == 0)
		return KG_KEY_MEMORY_ORDINARY;
	return result == 1 ? KG_KEY_MEMORY_LOCKED : KG_KEY_MEMORY_NOT_LOCKED;
}
