#include "tls/issue.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <string.h>

#include "tls/alternative_names.h"
#include "tls/crypto_err.h"

/* RFC 5280, 4.1.2.2 allows 20 octets and wants a positive number; CA/Browser Forum asks for 64 random bits at least. */
enum { SERIAL_BITS = 127 };

/* X.509 counts versions from 0 (RFC 5280, 4.1). */
enum { VERSION_3 = 2 };

enum { COMMON_NAME_MAX = 64 };

static int set_serial(X509 *certificate, struct kg_err *err)
{
	BIGNUM *number = BN_new();
	int status = 0;

	if (number == NULL || BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1 ||
	    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) == NULL)
		status = kg_crypto_err_set(err, KG_EIO, "cannot make a random serial number");
	BN_free(number);
	return status;
}

static int set_subject(X509 *certificate, const char *common_name, struct kg_err *err)
{
	size_t length = common_name == NULL ? 0 : strlen(common_name);

	if (length == 0 || length > COMMON_NAME_MAX)
		return kg_err_set(err, KG_EINVAL, "the common name must have 1 to %d bytes, this one has %zu", COMMON_NAME_MAX, length);
	if (X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, (const unsigned char *)common_name,
	                               (int)length, -1, 0) != 1)
		return kg_crypto_err_set(err, KG_EINVAL, "the common name cannot be used");
	return 0;
}

static int set_dates(X509 *certificate, time_t not_before, time_t not_after, struct kg_err *err)
{
	if (not_after < not_before)
		return kg_err_set(err, KG_EINVAL, "the certificate would end before it begins");
	if (ASN1_TIME_set(X509_getm_notBefore(certificate), not_before) == NULL ||
	    ASN1_TIME_set(X509_getm_notAfter(certificate), not_after) == NULL)
		return kg_crypto_err_set(err, KG_EINVAL, "the certificate's dates cannot be written");
	return 0;
}

static int add_extensions(X509 *certificate, X509 *issuer, const struct kg_certificate_shape *shape, struct kg_err *err)
{
	X509V3_CTX context;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	for (size_t i = 0; i < shape->extension_count; i++) {
		const struct kg_extension *row = &shape->extensions[i];
		X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, row->nid, row->value);
		int added = extension == NULL ? 0 : X509_add_ext(certificate, extension, -1);

		X509_EXTENSION_free(extension);
		if (added != 1)
			return kg_crypto_err_set(err, KG_EINVAL, "cannot add the extension \"%s\"", row->value);
	}
	return 0;
}

/* Keys that hash by themselves take no digest. */
static const EVP_MD *digest_for(const EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448") ? NULL : EVP_sha256();
}

static int fill(X509 *certificate, const struct kg_certificate_request *request, EVP_PKEY *key, X509 *issuer, struct kg_err *err)
{
	int status = set_serial(certificate, err);

	if (status == 0)
		status = set_subject(certificate, request->common_name, err);
	if (status == 0)
		status = set_dates(certificate, request->not_before, request->not_after, err);
	if (status == 0 && (X509_set_version(certificate, VERSION_3) != 1 || X509_set_pubkey(certificate, key) != 1 ||
	                    X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) != 1))
		status = kg_crypto_err_set(err, KG_EINVAL, "cannot fill the certificate");
	return status;
}

static int build(X509 *certificate, const struct kg_certificate_request *request, const struct kg_certificate_shape *shape, EVP_PKEY *key,
                 const struct kg_issuer *issuer, struct kg_err *err)
{
	X509 *issuer_certificate = issuer->certificate != NULL ? issuer->certificate : certificate;
	EVP_PKEY *issuer_key = issuer->key != NULL ? issuer->key : key;
	int status = fill(certificate, request, key, issuer_certificate, err);

	if (status == 0)
		status = add_extensions(certificate, issuer_certificate, shape, err);
	if (status == 0 && request->name_count > 0)
		status = kg_alternative_names_add(certificate, request->names, request->name_count, err);
	if (status == 0 && X509_sign(certificate, issuer_key, digest_for(issuer_key)) == 0)
		status = kg_crypto_err_set(err, KG_EINVAL, "cannot sign the certificate");
	return status;
}

int kg_issue(const struct kg_certificate_request *request, const struct kg_certificate_shape *shape, EVP_PKEY *key,
             const struct kg_issuer *issuer, X509 **ret_certificate, struct kg_err *err)
{
	X509 *certificate = X509_new();
	int status;

	if (certificate == NULL)
		return kg_crypto_err_set(err, KG_ENOMEM, "cannot make a certificate");
	status = build(certificate, request, shape, key, issuer, err);
	if (status == 0)
		*ret_certificate = certificate;
	else
		X509_free(certificate);
	return status;
}
