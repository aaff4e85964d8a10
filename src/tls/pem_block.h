/*
 * PEM text block by block (OpenSSL reads).
 */
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* One "-----BEGIN label-----" … "-----END label-----". */
struct kg_pem_block {
	char *label;
	char *header; /* RFC 1421 lines, such as "Proc-Type: 4,ENCRYPTED" */
	unsigned char *bytes;
	long length;
};

/*
 * The next block, which the caller releases; text that is not PEM is skipped. `name` is what messages call the text. KG_ENOTFOUND, without a message,
 * behind the last. KG_EINVAL when a block is cut off or damaged: that much of `input` is consumed, what follows may be read.
 */
KG_MUST_CHECK int kg_pem_block_next(BIO *input, const char *name, struct kg_pem_block *out, struct kg_err *err);
/* Wiped besides: the block may be a key. */
void kg_pem_block_release(struct kg_pem_block *block);

/* A line that starts like PEM's but is none: kg_pem_block_next skips it, and would not notice a text that was cut off in a "-----BEGIN". */
bool kg_pem_ends_in_partial_line(const char *text);

bool kg_pem_block_is_certificate(const struct kg_pem_block *block);
bool kg_pem_block_is_key(const struct kg_pem_block *block);
bool kg_pem_block_is_encrypted(const struct kg_pem_block *block);

/* The certificate or the private key in a block, NULL when it cannot be read: OpenSSL's error queue says why. The caller frees it. */
X509 *kg_pem_block_certificate(const struct kg_pem_block *block);
EVP_PKEY *kg_pem_block_key(const struct kg_pem_block *block);
