/*
 * A target that is broken on purpose: hack/run-fuzz fails unless this fault is found. It shows that AddressSanitizer watches and that coverage
 * guides the search, since the four bytes that lead to the fault are not found by chance within a minute.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"

static void read_behind(const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length);
	volatile uint8_t byte;

	if (copy == NULL)
		return;
	memcpy(copy, bytes, length);
	byte = copy[length];
	(void)byte;
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const uint8_t key[] = {'k', 'e', 'd', 'a'};

	if (length < sizeof(key))
		return 0;
	for (size_t i = 0; i < sizeof(key); i++) {
		if (bytes[i] != key[i])
			return 0;
	}
	read_behind(bytes, length);
	return 0;
}
