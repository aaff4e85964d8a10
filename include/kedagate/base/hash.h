/*
 * Hashes of text, for tables. The seed is to differ from run to run, so that no input can be made of texts that collide.
 */
#pragma once

#include <stdint.h>
#include <string.h>

/* Odd numbers with about half their bits set: the fractions of the golden ratio and of the square root of two. */
#define KG_HASH_FACTOR      UINT64_C(0x9e3779b97f4a7c15)
#define KG_HASH_LAST_FACTOR UINT64_C(0x6a09e667f3bcc909)

__extension__ typedef unsigned __int128 kg_wide;

/* Both halves of a product carry every bit of its factors. */
static inline uint64_t kg_hash_fold(uint64_t a, uint64_t b)
{
	kg_wide product = (kg_wide)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t kg_hash_text(const char *text, uint64_t seed)
{
	size_t length = strlen(text);
	uint64_t hash = seed ^ (length * KG_HASH_FACTOR);
	uint64_t part;

	for (; length >= sizeof(part); length -= sizeof(part), text += sizeof(part)) {
		memcpy(&part, text, sizeof(part));
		hash = kg_hash_fold(hash ^ part, KG_HASH_FACTOR);
	}
	part = 0;
	memcpy(&part, text, length);
	return kg_hash_fold(hash ^ part, KG_HASH_LAST_FACTOR);
}
