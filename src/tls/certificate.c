#include "kedagate/tls/certificate.h"

#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "kedagate/base/clock.h"
#include "tls/crypto_err.h"
#include "tls/issue.h"
#include "tls/parsed_pair.h"

static const struct kg_extension authority_extensions[] = {
        {NID_basic_constraints, "critical,CA:TRUE"},
        {NID_key_usage, "critical,keyCertSign,cRLSign"},
        {NID_subject_key_identifier, "hash"},
};

static const struct kg_extension serving_extensions[] = {
        {NID_basic_constraints, "critical,CA:FALSE"}, {NID_key_usage, "critical,digitalSignature"},   {NID_ext_key_usage, "serverAuth"},
        {NID_subject_key_identifier, "hash"},         {NID_authority_key_identifier, "keyid:always"},
};

static const struct kg_certificate_shape authority_shape = {authority_extensions, KG_ARRAY_LEN(authority_extensions)};
static const struct kg_certificate_shape serving_shape = {serving_extensions, KG_ARRAY_LEN(serving_extensions)};

static int write_pair(X509 *certificate, EVP_PKEY *key, struct kg_pem_pair *out, struct kg_err *err)
{
	struct kg_pem_pair pair;
	int status;

	kg_pem_pair_init(&pair);
	status = kg_pem_write_certificate(certificate, &pair.certificate, err);
	if (status == 0)
		status = kg_pem_write_key(key, &pair.key, err);
	if (status != 0) {
		kg_pem_pair_release(&pair);
		return status;
	}
	*out = pair;
	return 0;
}

/* A new key, and the certificate for it. */
static int make_pair(const struct kg_certificate_request *request, const struct kg_certificate_shape *shape, const struct kg_issuer *issuer,
                     struct kg_pem_pair *out, struct kg_err *err)
{
	EVP_PKEY *key;
	X509 *certificate = NULL;
	int status;

	ERR_clear_error();
	key = EVP_EC_gen("P-256");
	if (key == NULL)
		return kg_crypto_err_set(err, KG_EIO, "cannot make a private key");
	status = kg_issue(request, shape, key, issuer, &certificate, err);
	if (status == 0)
		status = write_pair(certificate, key, out, err);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return status;
}

int kg_certificate_make_authority(const struct kg_certificate_request *request, struct kg_pem_pair *out, struct kg_err *err)
{
	const struct kg_issuer self = {0};

	if (request->name_count > 0)
		return kg_err_set(err, KG_EINVAL, "a certificate authority takes no DNS names and no IP addresses");
	return make_pair(request, &authority_shape, &self, out, err);
}

/* Clients refuse whatever an authority signs without the right to. */
static int check_may_sign(const struct kg_parsed_pair *authority, struct kg_err *err)
{
	X509 *certificate = authority->chain[0];

	if (X509_check_private_key(certificate, authority->key) != 1)
		return kg_crypto_err_set(err, KG_EINVAL, "the authority's private key does not match its certificate");
	if ((X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) == 0)
		return kg_err_set(err, KG_EINVAL, "the authority's key usage does not allow it to sign certificates (keyCertSign)");
	if (X509_check_ca(certificate) == 0)
		return kg_err_set(err, KG_EINVAL,
		                  "the authority's certificate is none of an authority (basicConstraints CA:TRUE is missing)");
	return 0;
}

/* Clients refuse the one with the other. Which begins first does not matter. */
static int check_end(const struct kg_certificate_request *request, const struct kg_pair_facts *authority, struct kg_err *err)
{
	char text[KG_TIME_TEXT_MAX];

	if (request->not_after <= authority->not_after)
		return 0;
	kg_clock_format(authority->not_after, text);
	return kg_err_set(err, KG_EINVAL,
	                  "the serving certificate would outlive its authority, which ends on %s: shorten it, or make a new authority",
	                  text);
}

int kg_certificate_make_serving(const struct kg_certificate_request *request, const struct kg_pem_pair *authority, struct kg_pem_pair *out,
                                struct kg_err *err)
{
	const struct kg_pair_paths names = {"the authority's certificate", "the authority's key"};
	struct kg_parsed_pair parsed;
	struct kg_pair_facts facts;
	int status;

	if (request->name_count == 0)
		return kg_err_set(err, KG_EINVAL, "a serving certificate needs at least one DNS name or IP address");
	status = kg_parsed_pair_init(&parsed, authority, &names, err);
	if (status != 0)
		return status;
	status = check_may_sign(&parsed, err);
	if (status == 0)
		status = kg_parsed_pair_facts(&parsed, &names, &facts, err);
	if (status == 0)
		status = check_end(request, &facts, err);
	if (status == 0)
		status = make_pair(request, &serving_shape, &(struct kg_issuer){parsed.chain[0], parsed.key}, out, err);
	kg_parsed_pair_release(&parsed);
	return status;
}
