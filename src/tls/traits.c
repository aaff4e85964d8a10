#include "tls/traits.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "kedagate/base/compiler.h"

bool kg_key_is_short(const EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) < KG_RSA_BITS_MIN;
}

bool kg_key_is_long(const EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) > KG_RSA_BITS_MAX;
}

static bool is_served_curve(const EVP_PKEY *key)
{
	static const char *const curves[] = {SN_X9_62_prime256v1, SN_secp384r1, SN_secp521r1};
	char name[32] = "";

	if (EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) != 1)
		return false;
	for (size_t i = 0; i < KG_ARRAY_LEN(curves); i++) {
		if (strcmp(name, curves[i]) == 0)
			return true;
	}
	return false;
}

bool kg_key_is_explicit(const EVP_PKEY *key)
{
	int is_explicit = 0;

	return EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit) == 1 && is_explicit == 1;
}

const char *kg_key_kind(const EVP_PKEY *key)
{
	return kg_key_is_explicit(key) ? "EC with explicit parameters, not a named curve" : EVP_PKEY_get0_type_name(key);
}

bool kg_key_is_taken(const EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "ED25519") ||
	       (EVP_PKEY_is_a(key, "EC") && is_served_curve(key) && !kg_key_is_explicit(key));
}

/* The masks are all ones when the certificate lacks the extension. */
bool kg_certificate_is_for_servers(X509 *certificate)
{
	return (X509_get_extended_key_usage(certificate) & (XKU_SSL_SERVER | XKU_ANYEKU)) != 0;
}

bool kg_certificate_signs_handshakes(X509 *certificate)
{
	return (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0;
}

static bool names_a_host(const GENERAL_NAMES *names)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS || name->type == GEN_IPADD)
			return true;
	}
	return false;
}

bool kg_certificate_names_a_host(const X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	bool found = names != NULL && names_a_host(names);

	GENERAL_NAMES_free(names);
	return found;
}

bool kg_certificate_has_weak_signature(X509 *certificate)
{
	int digest = NID_undef;

	if ((X509_get_extension_flags(certificate) & EXFLAG_SS) != 0)
		return false;
	return X509_get_signature_info(certificate, &digest, NULL, NULL, NULL) == 1 && (digest == NID_sha1 || digest == NID_md5);
}

int kg_certificate_check_issued(X509 *certificate, X509 *issuer)
{
	int result = X509_check_issued(issuer, certificate);

	if (result != X509_V_OK)
		return result;
	if (X509_check_ca(issuer) == 0)
		return X509_V_ERR_INVALID_CA;
	return X509_verify(certificate, X509_get0_pubkey(issuer)) == 1 ? X509_V_OK : X509_V_ERR_CERT_SIGNATURE_FAILURE;
}
