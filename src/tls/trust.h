/*
 * Whether a chain leads to a certificate that its reader trusts: a server's as its clients judge it, a client's likewise (OpenSSL, with what
 * Go's crypto/x509 does differently).
 */
#pragma once

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

struct kg_trust_question {
	bool of_client;     /* the chain is a client's, else a server's */
	X509 *const *chain; /* as sent, leaf first */
	size_t chain_length;
	X509 *const *authorities; /* as in a caBundle: each alone suffices */
	size_t authority_count;
	time_t now;
};

struct kg_trust_answer {
	int error;               /* X509_V_OK, or X509_V_ERR_*; kg_trust_is_unknown groups those that mean "no such issuer" */
	const X509 *certificate; /* where it went wrong, one of the question's; NULL when it went well or none is to blame */
	const X509 *anchor;      /* on success, the authority that the chain leads to */
	time_t not_after;        /* on success, the earliest end of a certificate on the way, both ends included */
};

/*
 * Verify for TLS: dates, CA:TRUE, keyCertSign, path length, name constraints, extended key usage down the chain, signatures and their
 * digests, key sizes. Differences from OpenSSL's defaults, all because Go does so: any certificate in the bundle is an anchor, self-signed or
 * not, the leaf itself too; each is tried, so that two of one name do not hide each other; the last second
 * counts; anyExtendedKeyUsage allows either; a version 3
 * authority needs basicConstraints. Of several failures the most telling is given. Returns 0 with the answer; KG_ENOMEM.
 */
KG_MUST_CHECK int kg_trust_verify(const struct kg_trust_question *question, struct kg_trust_answer *ret_answer, struct kg_err *err);

/* The chain leads to none of the authorities: nothing there has issued its top, or has that name and another key (kg_trust_namesake). */
bool kg_trust_is_unknown(int error);

/* An authority with the name of the one that is missing above the chain: it has that name, and another key. NULL when there is none. */
const X509 *kg_trust_namesake(const struct kg_trust_question *question);
