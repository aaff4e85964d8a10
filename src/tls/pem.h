/*
 * PEM text to OpenSSL's objects and back.
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stddef.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/*
 * Parse every certificate of `text`, in order, into `out`, which has room for `room`. `name` is what messages call the text. Text that is not
 * PEM is skipped. KG_EINVAL: nothing there, PEM of another kind, cut off or damaged; KG_ELIMIT: more than `room`. On failure `out` holds none.
 */
KG_MUST_CHECK int kg_pem_read_certificates(const struct kg_buf *text, const char *name, X509 **out, size_t room, size_t *ret_count,
                                           struct kg_err *err);

/* Parse the first private key of `text`. The caller frees it. KG_EINVAL: there is none, it is encrypted, cut off or of an unknown form. */
KG_MUST_CHECK int kg_pem_read_key(const struct kg_buf *text, const char *name, EVP_PKEY **ret_key, struct kg_err *err);

/* Append as PEM; a key as PKCS#8. */
KG_MUST_CHECK int kg_pem_write_certificate(X509 *certificate, struct kg_buf *out, struct kg_err *err);
KG_MUST_CHECK int kg_pem_write_key(EVP_PKEY *key, struct kg_buf *out, struct kg_err *err);
