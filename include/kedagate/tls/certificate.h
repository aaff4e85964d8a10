/*
 * Make certificates: a certificate authority, and serving pairs signed by it (OpenSSL).
 *
 * All keys are ECDSA P-256. The authority is CA:TRUE with keyCertSign and cRLSign and nothing else; a serving certificate is CA:FALSE with
 * digitalSignature, EKU serverAuth, and the names as SANs (RFC 5280, RFC 6125: clients look at SANs alone). Subject and authority key
 * identifiers link the two. Serial numbers are random, 127 bits.
 */
#pragma once

#include <stddef.h>
#include <time.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/tls/pem_pair.h"

/* What a new certificate shall say. */
struct kg_certificate_request {
	const char *common_name;  /* 1 to 64 bytes of UTF-8 (RFC 5280, ub-common-name) */
	const char *const *names; /* DNS names (the first label may be `*`) and IP addresses; none for an authority */
	size_t name_count;
	time_t not_before; /* inclusive, as is not_after */
	time_t not_after;
};

/*
 * A self-signed certificate authority. `out` is an initialised, empty pair and is written on success only. KG_EINVAL for a common name or
 * dates that cannot be, KG_ENOMEM, KG_EIO when the system gives no randomness.
 */
KG_MUST_CHECK int kg_certificate_make_authority(const struct kg_certificate_request *request, struct kg_pem_pair *out, struct kg_err *err);

/*
 * A serving pair signed by `authority` (of any key kind OpenSSL signs with; only the first certificate of its text counts). `out` as above;
 * `out->certificate` is the leaf alone. At least one name. KG_EINVAL besides the above: a name that is neither a DNS name nor an IP address
 * (the message names it), an end behind the authority's, an authority whose key is not its own or that must not sign certificates.
 */
KG_MUST_CHECK int kg_certificate_make_serving(const struct kg_certificate_request *request, const struct kg_pem_pair *authority,
                                              struct kg_pem_pair *out, struct kg_err *err);
