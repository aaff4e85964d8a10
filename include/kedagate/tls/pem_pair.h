/*
 * A certificate with its private key, as PEM text in memory.
 */
#pragma once

#include "kedagate/base/buf.h"

/* `key` is secret (kg_buf_keep_secret), and no copy of it is made outside of this structure. */
struct kg_pem_pair {
	struct kg_buf certificate; /* up to KG_MAX_PEM_BYTES; leaf first, then its chain */
	struct kg_buf key;         /* up to KG_MAX_KEY_BYTES */
};

/* A private key: the PEM of RSA with 16384 bits is 12.5 KiB. Small, since its buffer is taken whole and locked. */
#define KG_MAX_KEY_BYTES (32u << 10)

/* Both empty. Takes no memory yet. */
void kg_pem_pair_init(struct kg_pem_pair *pair);

/* Wipe the key and free both; the pair is then as after kg_pem_pair_init. Accepts a zeroed pair. */
void kg_pem_pair_release(struct kg_pem_pair *pair);
