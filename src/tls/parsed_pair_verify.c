/*
 * The checks behind kg_pair_verify, one function each, in the order of its comment.
 */
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <string.h>

#include "kedagate/base/clock.h"
#include "tls/certificate_dates.h"
#include "tls/crypto_err.h"
#include "tls/distinguished_name.h"
#include "tls/parsed_pair.h"
#include "tls/traits.h"

/* What a check looks at. */
struct subject {
	const struct kg_parsed_pair *pair;
	const struct kg_pair_paths *paths;
	time_t now;
};

/* OpenSSL reads the key when it reads the certificate, and says nothing when it lacked the memory for that: then a second reading succeeds. */
static int refuse_public_key(X509 *leaf, const char *path, struct kg_err *err)
{
	X509 *again = X509_dup(leaf);
	bool readable = again != NULL && X509_get0_pubkey(again) != NULL;

	X509_free(again);
	if (readable)
		return kg_crypto_err_set(err, KG_ENOMEM, "%s: cannot read the certificate's public key", path);
	return kg_crypto_err_set(err, KG_EINVAL, "%s: the certificate's public key is of a kind that cannot be read", path);
}

static int check_key_belongs(const struct subject *subject, struct kg_err *err)
{
	X509 *leaf = subject->pair->chain[0];

	if (X509_get0_pubkey(leaf) == NULL)
		return refuse_public_key(leaf, subject->paths->certificate, err);
	if (X509_check_private_key(leaf, subject->pair->key) == 1)
		return 0;
	return kg_crypto_err_refuse(err, "%s: the private key does not match the certificate; replace it and %s together",
	                            subject->paths->certificate, subject->paths->key);
}

static int check_key_kind(const struct subject *subject, struct kg_err *err)
{
	const EVP_PKEY *key = X509_get0_pubkey(subject->pair->chain[0]); /* what clients see */
	const char *path = subject->paths->key;

	if (kg_key_is_short(key))
		return kg_crypto_err_refuse(err, "%s: the RSA key of %d bits is too weak; make one of %d bits or more, or ECDSA P-256",
		                            path, EVP_PKEY_get_bits(key), KG_RSA_BITS_MIN);
	if (kg_key_is_long(key))
		return kg_crypto_err_refuse(
		        err,
		        "%s: clients in Go take no RSA key of %d bits, %d are the most; make an ECDSA key, or RSA of 2048 to 4096 bits",
		        path, EVP_PKEY_get_bits(key), KG_RSA_BITS_MAX);
	if (kg_key_is_taken(key))
		return 0;
	return kg_crypto_err_refuse(err,
	                            "%s: clients take no key of this kind (%s); make an ECDSA key (P-256, P-384, P-521), RSA or Ed25519",
	                            path, kg_key_kind(key));
}

/* `name` begins the message and says which certificate it is. */
static int check_dates_of(const X509 *certificate, const char *name, time_t now, struct kg_err *err)
{
	struct kg_certificate_dates dates;
	char text[KG_TIME_TEXT_MAX];
	int status = kg_certificate_dates_read(certificate, &dates);

	if (status != 0)
		return kg_err_set(err, status, "%s has dates that cannot be read", name);
	if (now < dates.not_before) {
		kg_clock_format(dates.not_before, text);
		return kg_err_set(err, KG_EINVAL, "%s is not valid before %s; wait until then, or set this machine's clock", name, text);
	}
	if (now > dates.not_after) {
		kg_clock_format(dates.not_after, text);
		return kg_err_set(err, KG_EINVAL, "%s expired on %s; renew it", name, text);
	}
	return 0;
}

static int check_dates(const struct subject *subject, struct kg_err *err)
{
	char name[KG_ERR_MESSAGE_MAX / 2];

	(void)snprintf(name, sizeof(name), "%.200s: certificate", subject->paths->certificate);
	return check_dates_of(subject->pair->chain[0], name, subject->now, err);
}

static int check_usage(const struct subject *subject, struct kg_err *err)
{
	X509 *leaf = subject->pair->chain[0];
	const char *path = subject->paths->certificate;

	if ((X509_get_extension_flags(leaf) & EXFLAG_INVALID) != 0)
		return kg_crypto_err_set(err, KG_EINVAL, "%s: the certificate has an extension that cannot be read", path);
	if (!kg_certificate_is_for_servers(leaf))
		return kg_crypto_err_refuse(
		        err, "%s: the certificate is not for servers: its extended key usage lacks serverAuth; issue it with that", path);
	if (!kg_certificate_signs_handshakes(leaf))
		return kg_crypto_err_refuse(
		        err, "%s: the certificate's key usage lacks digitalSignature; the first certificate must be the server's own%s",
		        path, X509_check_ca(leaf) != 0 ? ", not that of an authority" : "");
	return 0;
}

static int check_names(const struct subject *subject, struct kg_err *err)
{
	if (kg_certificate_names_a_host(subject->pair->chain[0]))
		return 0;
	return kg_crypto_err_refuse(
	        err,
	        "%s: the certificate names no server: it has neither a DNS name nor an IP address as subject alternative "
	        "name; clients ignore CN",
	        subject->paths->certificate);
}

/* Why `issuer` has not issued `certificate`, NULL when it has. */
static const char *why_not_issued(X509 *certificate, X509 *issuer)
{
	int result = kg_certificate_check_issued(certificate, issuer);

	if (result == X509_V_OK)
		return NULL;
	if (result == X509_V_ERR_INVALID_CA)
		return "it is no certificate authority";
	return result == X509_V_ERR_CERT_SIGNATURE_FAILURE ? "the signature is not by its key" : X509_verify_cert_error_string(result);
}

static int check_chain_order(const struct subject *subject, struct kg_err *err)
{
	const struct kg_parsed_pair *pair = subject->pair;
	char name[KG_DISTINGUISHED_NAME_TEXT_MAX];

	for (size_t i = 1; i < pair->chain_length; i++) {
		const char *reason = why_not_issued(pair->chain[i - 1], pair->chain[i]);

		if (reason == NULL)
			continue;
		kg_distinguished_name_write(X509_get_subject_name(pair->chain[i]), name);
		return kg_crypto_err_refuse(
		        err,
		        "%s: chain: certificate %zu of %zu (%s) did not issue the one before it: %s; put the server's first, "
		        "then each issuer",
		        subject->paths->certificate, i + 1, pair->chain_length, name, reason);
	}
	return 0;
}

/* Clients hold the anchor themselves, and judge the rest of the chain as they judge the leaf. */
static int check_chain_dates(const struct subject *subject, struct kg_err *err)
{
	const struct kg_parsed_pair *pair = subject->pair;
	char subject_name[KG_DISTINGUISHED_NAME_TEXT_MAX];
	char name[KG_ERR_MESSAGE_MAX / 2 + KG_DISTINGUISHED_NAME_TEXT_MAX];

	for (size_t i = 1; i < pair->chain_length; i++) {
		int status;

		kg_distinguished_name_write(X509_get_subject_name(pair->chain[i]), subject_name);
		(void)snprintf(name, sizeof(name), "%.200s: chain: certificate %zu of %zu (%s)", subject->paths->certificate, i + 1,
		               pair->chain_length, subject_name);
		status = check_dates_of(pair->chain[i], name, subject->now, err);
		if (status != 0)
			return status;
	}
	return 0;
}

static int check_signatures(const struct subject *subject, struct kg_err *err)
{
	const struct kg_parsed_pair *pair = subject->pair;

	for (size_t i = 0; i < pair->chain_length; i++) {
		if (kg_certificate_has_weak_signature(pair->chain[i]))
			return kg_crypto_err_refuse(
			        err, "%s: certificate %zu of %zu is signed with MD5 or SHA-1, which clients refuse; issue it with SHA-256",
			        subject->paths->certificate, i + 1, pair->chain_length);
	}
	return 0;
}

const char *const kg_pair_fault_names[KG_PAIR_FAULT_COUNT] = {
        [KG_PAIR_FAULT_NONE] = "none",   [KG_PAIR_FAULT_UNREADABLE] = "unreadable", [KG_PAIR_FAULT_MALFORMED] = "malformed",
        [KG_PAIR_FAULT_KEY] = "key",     [KG_PAIR_FAULT_DATES] = "dates",           [KG_PAIR_FAULT_USAGE] = "usage",
        [KG_PAIR_FAULT_NAMES] = "names", [KG_PAIR_FAULT_CHAIN] = "chain",           [KG_PAIR_FAULT_AUTHORITY] = "authority",
};

static const struct {
	int (*run)(const struct subject *subject, struct kg_err *err);
	enum kg_pair_fault fault;
} checks[] = {
        {check_key_belongs, KG_PAIR_FAULT_KEY},   {check_key_kind, KG_PAIR_FAULT_KEY},     {check_dates, KG_PAIR_FAULT_DATES},
        {check_usage, KG_PAIR_FAULT_USAGE},       {check_names, KG_PAIR_FAULT_NAMES},      {check_chain_order, KG_PAIR_FAULT_CHAIN},
        {check_chain_dates, KG_PAIR_FAULT_DATES}, {check_signatures, KG_PAIR_FAULT_CHAIN},
};

int kg_parsed_pair_verify(const struct kg_parsed_pair *parsed, const struct kg_pair_paths *paths, time_t now,
                          struct kg_pair_facts *ret_facts, enum kg_pair_fault *ret_fault, struct kg_err *err)
{
	const struct subject subject = {parsed, paths, now};

	for (size_t i = 0; i < KG_ARRAY_LEN(checks); i++) {
		int status = checks[i].run(&subject, err);

		*ret_fault = checks[i].fault;
		if (status != 0)
			return status;
	}
	return kg_parsed_pair_facts(parsed, paths, ret_facts, err);
}
