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

/* The names that clients use: DNS names and IP addresses, separated by commas, no wildcards; NULL for none. Before the first reload. Errors as
 * kg_server_names_check. */
KG_MUST_CHECK int kg_certstore_require_names(struct kg_certstore *store, const char *names, struct kg_err *err);

/*
 * Load and verify the pair at the two paths and make it current. `now` is the wall clock. The current pair stays in every case but the first.
 *
 * Besides what kg_pair_verify asks for, the leaf must have every name required; and when a ca.crt lies beside the certificate, the chain must
 * lead to one of the certificates therein, as clients judge it: dates, CA:TRUE, keyCertSign, path length, name constraints, extended key
 * usage, signatures. An empty ca.crt is none. A broken one says nothing about what clients trust, so it does not weigh against the pair: see
 * kg_pair_facts.trust.
 *
 *  0             another pair is served from here on; any byte that differs makes it another one, in the chain and in ca.crt too.
 *  KG_EUNCHANGED nothing happened that was not told before. With an empty message: the files hold what is served. With a message: they are
 *                refused still, for the reason given, which was returned before; so a caller that logs every other code logs each
 *                cause once.
 *  KG_EINVAL, KG_ELIMIT, KG_ENOTFOUND, KG_EIO
 *                the pair is refused, for the reason in the message. When it is the pair that is served, since ca.crt has changed alone, the
 *                message says so.
 *  KG_ENOMEM     no judgement; returned each time.
 *
 * A refusal is the same as the last when content, code and message are: other content that is wrong in the same way is told anew. One
 * refusal is remembered, and forgotten as soon as the files hold a pair that is served. A refused pair is judged again at each call, so
 * that one that came before its time is served once its time has come. A pair that expires while it is served stays: ask
 * kg_certstore_facts.
 */
KG_MUST_CHECK int kg_certstore_reload(struct kg_certstore *store, const struct kg_pair_paths *paths, time_t now, struct kg_err *err);

/* What is wrong with the files as kg_certstore_reload last judged them; KG_PAIR_FAULT_NONE when they hold what is served. */
enum kg_pair_fault kg_certstore_fault(struct kg_certstore *store);

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
