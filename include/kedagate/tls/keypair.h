/*
 * A serving key pair as read from disk, and whether it may be served (OpenSSL looks; GnuTLS serves).
 */
#pragma once

#include <stddef.h>
#include <time.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/tls/pem_pair.h"

struct kg_pair_paths {
	const char *certificate; /* PEM, leaf first, then the chain */
	const char *key;         /* PEM: PKCS#8, or RSA or EC in its older form */
};

/* Certificates that one file may hold. Real chains have two or three. */
enum { KG_CHAIN_MAX = 16 };

/*
 * Read both files. When they lie in one directory (the same text up to the last slash) and both are links into its `..data` (a mounted
 * Secret), they are read through one descriptor of what `..data` points at, so that a swap in between cannot mix two generations; a
 * generation that is removed meanwhile is given up for its successor. Otherwise the certificate is read again after the key and must not
 * have changed (retried a few times, at once).
 *
 * `out` is an initialised pair; what it held is released first. It is empty after a failure. KG_ENOTFOUND, KG_EIO, KG_ELIMIT (over
 * KG_MAX_PEM_BYTES or KG_MAX_KEY_BYTES), KG_ENOMEM; KG_EINVAL when the files would not hold still.
 */
KG_MUST_CHECK int kg_pair_read(const struct kg_pair_paths *paths, struct kg_pem_pair *out, struct kg_err *err);

/* The file of that name beside a certificate: whom its clients trust. */
#define KG_AUTHORITIES_FILE "ca.crt"

struct kg_pem_authorities {
	struct kg_buf text;  /* up to KG_MAX_PEM_BYTES; empty when there is no such file */
	struct kg_err fault; /* code 0, or why the file that is there could not be read */
};

/* Empty. Takes no memory yet. */
void kg_pem_authorities_init(struct kg_pem_authorities *authorities);
/* Free the text; as after kg_pem_authorities_init. */
void kg_pem_authorities_release(struct kg_pem_authorities *authorities);

/*
 * As kg_pair_read, and the ca.crt that lies beside the certificate into `authorities`, an initialised place: of the same generation as the
 * pair when all three are links into `..data`. A ca.crt that cannot be read is no failure, but for KG_ENOMEM: see `fault`. There is none
 * beside a certificate that is itself called ca.crt.
 */
KG_MUST_CHECK int kg_pair_read_beside(const struct kg_pair_paths *paths, struct kg_pem_pair *out, struct kg_pem_authorities *authorities,
                                      struct kg_err *err);

enum { KG_SERIAL_TEXT_MAX = 64 };

/* What kind of thing is wrong with a pair, or with the files that hold it. */
enum kg_pair_fault {
	KG_PAIR_FAULT_NONE,
	KG_PAIR_FAULT_UNREADABLE, /* a file is missing, may not be read, is too large, or does not hold still */
	KG_PAIR_FAULT_MALFORMED,  /* no PEM, empty, cut off, or what GnuTLS cannot serve */
	KG_PAIR_FAULT_KEY,        /* belongs to another certificate, is weak or of a kind that clients do not take */
	KG_PAIR_FAULT_DATES,      /* of the leaf or of an issuer in the chain */
	KG_PAIR_FAULT_USAGE,      /* not for servers */
	KG_PAIR_FAULT_NAMES,      /* none, or not those that are required */
	KG_PAIR_FAULT_CHAIN,      /* order or signatures */
	KG_PAIR_FAULT_AUTHORITY,  /* ca.crt does not lead to it */
	KG_PAIR_FAULT_COUNT
};

/* "unreadable", "malformed", …; "none". */
extern const char *const kg_pair_fault_names[KG_PAIR_FAULT_COUNT];

/* What the ca.crt beside a certificate says about it. */
enum kg_pair_trust {
	KG_PAIR_TRUST_UNKNOWN,  /* there is none, or it is empty */
	KG_PAIR_TRUST_VERIFIED, /* the chain leads to a certificate in it */
	KG_PAIR_TRUST_DOUBTFUL, /* it cannot be read, so it says nothing; `doubt` has the reason */
};

/* What the leaf says. */
struct kg_pair_facts {
	time_t not_before; /* both inclusive */
	time_t not_after;
	char serial[KG_SERIAL_TEXT_MAX]; /* upper-case hexadecimal, an even number of digits, no separators: as `openssl x509 -serial` */
	enum kg_pair_trust trust;
	char doubt[KG_ERR_MESSAGE_MAX]; /* in words, "" unless KG_PAIR_TRUST_DOUBTFUL */
};

/*
 * May this pair be served at time `now`? Checks, in this order:
 *
 *  - the certificate file parses: one to KG_CHAIN_MAX certificates, no PEM of another kind, nothing cut off; text between them is ignored;
 *  - the key file parses: its first private key counts, and is not encrypted;
 *  - the key belongs to the leaf, and is of a kind that clients take: RSA of 2048 bits or more, ECDSA P-256, P-384 or P-521, Ed25519;
 *  - the leaf is within its dates;
 *  - it allows server authentication: EKU absent, serverAuth or any; key usage absent or with digitalSignature, which all suites that are
 *    served need (RFC 8446, 4.4.2.2) and which a certificate made to sign others lacks;
 *  - it has at least one DNS name or IP address as SAN;
 *  - each certificate was issued (name, key identifier, CA:TRUE, keyCertSign, signature) by the one that follows it;
 *  - the issuers are within their dates, and no signature but that of a self-signed certificate is made with MD5 or SHA-1: clients refuse
 *    the chain otherwise.
 *
 * Trust is not judged (kg_certstore_reload does that), nor which names there are. `paths` serve as names in messages only. Returns 0 with the facts, else KG_EINVAL with the
 * reason in words and what to do, KG_ELIMIT for a longer chain, KG_ENOMEM. A message depends on the pair and on what is wrong, never on
 * `now` itself, so that the same fault reads the same later.
 */
KG_MUST_CHECK int kg_pair_verify(const struct kg_pem_pair *pair, const struct kg_pair_paths *paths, time_t now,
                                 struct kg_pair_facts *ret_facts, struct kg_err *err);
