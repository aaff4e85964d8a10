/*
 * A key pair as OpenSSL's objects, and what is to be known of it.
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stddef.h>
#include <time.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/tls/keypair.h"
#include "tls/pem.h"

struct kg_parsed_pair {
	X509 *chain[KG_CHAIN_MAX]; /* leaf first */
	size_t chain_length;       /* at least 1 */
	EVP_PKEY *key;
};

/* Parse both texts; `paths` are their names in messages. On failure nothing needs releasing. Errors as kg_pem_read_*. */
KG_MUST_CHECK int kg_parsed_pair_init(struct kg_parsed_pair *parsed, const struct kg_pem_pair *pair, const struct kg_pair_paths *paths,
                                      struct kg_err *err);
void kg_parsed_pair_release(struct kg_parsed_pair *parsed);

/* What the leaf says. KG_EINVAL when its dates cannot be read. */
KG_MUST_CHECK int kg_parsed_pair_facts(const struct kg_parsed_pair *parsed, const struct kg_pair_paths *paths,
                                       struct kg_pair_facts *ret_facts, struct kg_err *err);

/* The part of kg_pair_verify that follows parsing. On failure *ret_fault says of what kind it is. */
KG_MUST_CHECK int kg_parsed_pair_verify(const struct kg_parsed_pair *parsed, const struct kg_pair_paths *paths, time_t now,
                                        struct kg_pair_facts *ret_facts, enum kg_pair_fault *ret_fault, struct kg_err *err);
