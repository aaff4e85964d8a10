/*
 * Memory for the text of private keys: in pages of its own, kept out of swap, core dumps and children, wiped when it is given back.
 */
#pragma once

#include <stddef.h>

#include "kedagate/base/compiler.h"

/*
 * `size` bytes, at least 1, all 0; NULL when there are none. A page that cannot be touched lies on either side, so that no other buffer's overrun
 * reaches in. Locked into memory as far as the process may (RLIMIT_MEMLOCK, CAP_IPC_LOCK); when it may not, everything else still holds. For few
 * and short-lived buffers: each takes whole pages and some system calls. Thread-safe.
 */
KG_MUST_CHECK void *kg_secret_memory_get(size_t size);

/* Wipe and give back what kg_secret_memory_get returned for the same `size`. Accepts NULL. */
void kg_secret_memory_put(void *memory, size_t size);
