/*
 * The current serving key pair, and its replacement while connections are open.
 *
 * A pair is loaded whole, verified, then swapped in with one pointer; a handshake that has begun keeps the pair it was given. A pair that
 * fails verification never replaces one that passed. Thread-safe; the store outlives every handshake.
 */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <time.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/base/snapshot.h"
#include "kedagate/tls/keypair.h"

struct kg_certstore;

/* An empty store. NULL without memory. */
KG_MUST_CHECK struct kg_certstore *kg_certstore_new(void);
/* Accepts NULL. No other thread may be inside a function of the store; pairs that were handed out live on until they are dropped. */
void kg_certstore_free(struct kg_certstore *store);

/*
 * Load and verify the pair at the two paths and make it current. `now` is the wall clock. The current pair stays in every case but the first.
 *
 *  0             another pair is served from here on; any byte that differs makes it another one, in the chain too.
 *  KG_EUNCHANGED nothing happened that was not told before. With an empty message: the files hold what is served. With a message: they are
 *                refused still, for the reason given, which was returned before; so a caller that logs every other code logs each
 *                cause once.
 *  KG_EINVAL, KG_ELIMIT, KG_ENOTFOUND, KG_EIO
 *                the pair is refused, for the reason in the message: kg_pair_read or kg_pair_verify said so.
 *  KG_ENOMEM     no judgement; returned each time.
 *
 * A refusal is the same as the last when content, code and message are: other content that is wrong in the same way is told anew. One
 * refusal is remembered, and forgotten as soon as the files hold a pair that is served. A refused pair is judged again at each call, so
 * that one that came before its time is served once its time has come. A pair that expires while it is served stays: ask
 * kg_certstore_facts.
 */
KG_MUST_CHECK int kg_certstore_reload(struct kg_certstore *store, const struct kg_pair_paths *paths, time_t now, struct kg_err *err);

/* A pair in the form that a GnuTLS handshake takes: give it with flags 0, so that GnuTLS frees none of it. Never changed. */
struct kg_served_pair {
	struct kg_snapshot snapshot;
	gnutls_pcert_st chain[KG_CHAIN_MAX]; /* leaf first */
	unsigned chain_length;
	gnutls_privkey_t key;
	struct kg_pair_facts facts;
};

/* The current pair with a reference for the caller, NULL while none was loaded. */
struct kg_served_pair *kg_certstore_get(struct kg_certstore *store);
/* Drop a reference; from any thread. Accepts NULL. */
void kg_served_pair_unref(struct kg_served_pair *pair);

/* What is served now; false while nothing is. */
bool kg_certstore_facts(struct kg_certstore *store, struct kg_pair_facts *ret_facts);
