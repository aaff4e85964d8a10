/*
 * Where OpenSSL keeps private keys: memory that is locked, kept out of core dumps, and wiped when it is freed.
 */
#pragma once

enum kg_key_memory {
	KG_KEY_MEMORY_LOCKED,
	KG_KEY_MEMORY_NOT_LOCKED, /* the process may not lock so much (RLIMIT_MEMLOCK, CAP_IPC_LOCK): keys may be written to swap */
	KG_KEY_MEMORY_ORDINARY,   /* there is no memory of that kind; what is freed is wiped all the same */
};

/* Set it up, once a process, before anything else uses OpenSSL and before threads. Never taken back. */
enum kg_key_memory kg_key_memory_init(void);
