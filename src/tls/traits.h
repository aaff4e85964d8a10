/*
 * What there is to know of one certificate or key: the predicates behind kg_pair_verify and kg_inspect.
 *
 * None of them reports an error; what cannot be read has no trait. They may leave something in OpenSSL's error queue.
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* NIST SP 800-57: 2048 bits are what 112 bits of security need; Go's client refuses less than 1024 outright. */
enum { KG_RSA_BITS_MIN = 2048 };

/* Go's TLS client takes no larger RSA key from a server (crypto/tls, defaultMaxRSAKeySize). */
enum { KG_RSA_BITS_MAX = 8192 };

/* An RSA key of less than KG_RSA_BITS_MIN bits. */
bool kg_key_is_short(const EVP_PKEY *key);

/* An RSA key of more than KG_RSA_BITS_MAX bits. */
bool kg_key_is_long(const EVP_PKEY *key);

/* Of a kind that clients take: RSA, ECDSA P-256, P-384 or P-521, Ed25519. */
bool kg_key_is_taken(const EVP_PKEY *key);

/* An EC key that says the numbers of its curve instead of the curve's name (RFC 5480, 2.1.1 forbids it): Go reads none. */
bool kg_key_is_explicit(const EVP_PKEY *key);

/* In words, as "RSA"; valid as long as the key. */
const char *kg_key_kind(const EVP_PKEY *key);

/* Extended key usage absent, serverAuth or any. */
bool kg_certificate_is_for_servers(X509 *certificate);

/* Key usage absent, or with digitalSignature. */
bool kg_certificate_signs_handshakes(X509 *certificate);

/* At least one DNS name or IP address as SAN. */
bool kg_certificate_names_a_host(const X509 *certificate);

/* Signed by another with MD5 or SHA-1: Go refuses SHA-1 since 1.18, MD5 it never took. */
bool kg_certificate_has_weak_signature(X509 *certificate);

/* Has `issuer` issued `certificate`, and might it? X509_V_OK, else what X509_check_issued(3) found, X509_V_ERR_INVALID_CA, or
 * X509_V_ERR_CERT_SIGNATURE_FAILURE. */
int kg_certificate_check_issued(X509 *certificate, X509 *issuer);
