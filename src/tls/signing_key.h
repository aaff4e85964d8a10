/*
 * A private key that stays with OpenSSL, whose memory for keys is locked, while GnuTLS has it sign.
 */
#pragma once

#include <gnutls/abstract.h>
#include <openssl/evp.h>

#include "kedagate/base/compiler.h"

/*
 * GnuTLS's view of `key`, which lives as long as the view does; gnutls_privkey_deinit ends it. It signs with what kg_handshake_priorities
 * offers, for the kinds of keys that kg_pair_verify lets pass. Any number of threads may sign at once. A code of GnuTLS, GNUTLS_E_SUCCESS or
 * why not; *ret_view is written on success only.
 */
KG_MUST_CHECK int kg_signing_key_new(EVP_PKEY *key, gnutls_privkey_t *ret_view);
