/*
 * Sign a certificate of any shape: what certificate.h makes its two shapes with, and tests make their defective ones with.
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/tls/certificate.h"

/* `value` in the language of x509v3_config(5). Constant text only: that language is no place for names from outside. */
struct kg_extension {
	int nid;
	const char *value;
};

struct kg_certificate_shape {
	const struct kg_extension *extensions; /* in this order; the names of the request follow as SANs */
	size_t extension_count;
};

/* Both NULL: the certificate signs itself. */
struct kg_issuer {
	X509 *certificate;
	EVP_PKEY *key;
};

/* The caller frees *ret_certificate. `key` is the subject's. KG_EINVAL names what the request cannot ask for. */
KG_MUST_CHECK int kg_issue(const struct kg_certificate_request *request, const struct kg_certificate_shape *shape, EVP_PKEY *key,
                           const struct kg_issuer *issuer, X509 **ret_certificate, struct kg_err *err);
