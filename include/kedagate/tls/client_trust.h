/*
 * Which clients may call: those with a certificate of a CA file, under one of some names; and the file's replacement while connections are open.
 *
 * A file that cannot be used never replaces one that could. Thread-safe; the store outlives every handshake.
 */
#pragma once

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <time.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

struct kg_client_trust;

/* `names`: subjects' common names and DNS names of which a client must have one, separated by commas; NULL for any. NULL without memory. */
KG_MUST_CHECK struct kg_client_trust *kg_client_trust_new(const char *names);
/* Accepts NULL. No other thread may be inside a function of the store. */
void kg_client_trust_free(struct kg_client_trust *trust);

/* Such a list. KG_EINVAL for an empty name. */
KG_MUST_CHECK int kg_client_names_check(const char *names, struct kg_err *err);

/*
 * Load the file at `path`, one certificate to KG_MAX_CLIENT_AUTHORITIES, and trust these from here on.
 *
 * 0 when others are trusted now; KG_EUNCHANGED as kg_certstore_reload gives it: nothing happened that was not told before, with an empty message when
 * the file holds what is trusted; KG_EINVAL, KG_ELIMIT, KG_ENOTFOUND, KG_EIO when the file is refused, for the reason in the message; KG_ENOMEM.
 */
KG_MUST_CHECK int kg_client_trust_reload(struct kg_client_trust *trust, const char *path, struct kg_err *err);

/* Goes up by one whenever others are trusted. 0 before the first load. */
unsigned kg_client_trust_generation(const struct kg_client_trust *trust);

/* A common name has at most 64 characters, a DNS name 253. */
enum { KG_CALLER_NAME_MAX = 256 };

struct kg_caller {
	bool verified; /* it has shown a certificate that is trusted */
	bool named;    /* under one of the names, or any will do */
	unsigned generation;
	char name[KG_CALLER_NAME_MAX]; /* the common name, else the first DNS name, cut to fit; "" for neither */
};

/* A chain as it came in a handshake, DER, leaf first. */
struct kg_client_chain {
	const gnutls_datum_t *items;
	unsigned length;
};

/*
 * Judge what a client shows, as Go's servers do with tls.VerifyClientCertIfGiven: kg_trust_verify for clients. Fills `ret_caller` on success, whatever the
 * name. KG_EINVAL with the cause in words, and the alert to send in *ret_alert; KG_ENOMEM. Threads of the server.
 */
KG_MUST_CHECK int kg_client_trust_judge(struct kg_client_trust *trust, const struct kg_client_chain *chain, time_t now,
                                        struct kg_caller *ret_caller, gnutls_alert_description_t *ret_alert, struct kg_err *err);
