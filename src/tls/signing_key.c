#include "tls/signing_key.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdbool.h>

/* How GnuTLS asks for a signature, and what OpenSSL is to do. */
static const struct scheme {
	gnutls_sign_algorithm_t id;
	int kind;    /* of the key, EVP_PKEY_… */
	int bits;    /* of the curve, where the scheme names one; 0: any key of the kind */
	int padding; /* of RSA; 0 for others */
	const EVP_MD *(*digest)(void);
} schemes[] = {
        {GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, EVP_PKEY_RSA, 0, RSA_PKCS1_PSS_PADDING, EVP_sha256},
        {GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, EVP_PKEY_RSA, 0, RSA_PKCS1_PSS_PADDING, EVP_sha384},
        {GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, EVP_PKEY_RSA, 0, RSA_PKCS1_PSS_PADDING, EVP_sha512},
        {GNUTLS_SIGN_RSA_SHA256, EVP_PKEY_RSA, 0, RSA_PKCS1_PADDING, EVP_sha256},
        {GNUTLS_SIGN_RSA_SHA384, EVP_PKEY_RSA, 0, RSA_PKCS1_PADDING, EVP_sha384},
        {GNUTLS_SIGN_RSA_SHA512, EVP_PKEY_RSA, 0, RSA_PKCS1_PADDING, EVP_sha512},
        /* What GnuTLS makes of the three above before it asks: the hash is wrapped already. */
        {GNUTLS_SIGN_RSA_RAW, EVP_PKEY_RSA, 0, RSA_PKCS1_PADDING, NULL},
        {GNUTLS_SIGN_ECDSA_SHA256, EVP_PKEY_EC, 0, 0, EVP_sha256},
        {GNUTLS_SIGN_ECDSA_SHA384, EVP_PKEY_EC, 0, 0, EVP_sha384},
        {GNUTLS_SIGN_ECDSA_SHA512, EVP_PKEY_EC, 0, 0, EVP_sha512},
        {GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, EVP_PKEY_EC, 256, 0, EVP_sha256},
        {GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, EVP_PKEY_EC, 384, 0, EVP_sha384},
        {GNUTLS_SIGN_ECDSA_SECP521R1_SHA512, EVP_PKEY_EC, 521, 0, EVP_sha512},
        {GNUTLS_SIGN_EDDSA_ED25519, EVP_PKEY_ED25519, 0, 0, NULL},
};

/* The scheme, NULL when this key cannot sign that way. */
static const struct scheme *find_scheme(const EVP_PKEY *key, gnutls_sign_algorithm_t id)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(schemes); i++) {
		const struct scheme *scheme = &schemes[i];

		if (scheme->id == id)
			return scheme->kind == EVP_PKEY_get_base_id(key) && (scheme->bits == 0 || scheme->bits == EVP_PKEY_get_bits(key))
			               ? scheme
			               : NULL;
	}
	return NULL;
}

static bool set_padding(EVP_PKEY_CTX *context, const struct scheme *scheme)
{
	if (scheme->padding == 0)
		return true;
	if (EVP_PKEY_CTX_set_rsa_padding(context, scheme->padding) != 1)
		return false;
	/* RFC 8446, 4.2.3: the salt is as long as the digest. */
	return scheme->padding != RSA_PKCS1_PSS_PADDING || EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

static bool sign_digest(EVP_PKEY_CTX *context, const struct scheme *scheme, const gnutls_datum_t *digest, unsigned char *out,
                        size_t *length)
{
	return EVP_PKEY_sign_init(context) == 1 &&
	       (scheme->digest == NULL || EVP_PKEY_CTX_set_signature_md(context, scheme->digest()) == 1) && set_padding(context, scheme) &&
	       EVP_PKEY_sign(context, out, length, digest->data, digest->size) == 1;
}

/* Make room for the largest signature of this key, the caller's to free with gnutls_free. */
static int make_room(const EVP_PKEY *key, gnutls_datum_t *ret_signature, size_t *ret_room)
{
	size_t room = (size_t)EVP_PKEY_get_size(key);
	unsigned char *bytes = gnutls_malloc(room);

	if (bytes == NULL)
		return GNUTLS_E_MEMORY_ERROR;
	*ret_signature = (gnutls_datum_t){bytes, 0};
	*ret_room = room;
	return GNUTLS_E_SUCCESS;
}

/* ECDSA of OpenSSL 3.0 says that it signed although it lacked the memory to write the signature; the length is then past all bounds. */
static bool is_written(const EVP_PKEY *key, size_t length)
{
	return length > 0 && length <= (size_t)EVP_PKEY_get_size(key);
}

static int finish(bool signed_it, gnutls_datum_t *signature, size_t length)
{
	/* OpenSSL keeps errors for whoever asks next on this thread. */
	ERR_clear_error();
	if (signed_it) {
		signature->size = (unsigned)length;
		return GNUTLS_E_SUCCESS;
	}
	gnutls_free(signature->data);
	*signature = (gnutls_datum_t){0};
	return GNUTLS_E_PK_SIGN_FAILED;
}

/* GnuTLS has hashed. */
static int sign_hash(gnutls_privkey_t view, gnutls_sign_algorithm_t id, void *argument, unsigned flags, const gnutls_datum_t *hash,
                     gnutls_datum_t *signature)
{
	EVP_PKEY *key = argument;
	const struct scheme *scheme = find_scheme(key, id);
	EVP_PKEY_CTX *context;
	size_t length;
	bool signed_it;
	int result;

	(void)view;
	(void)flags;
	if (scheme == NULL)
		return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
	result = make_room(key, signature, &length);
	if (result != GNUTLS_E_SUCCESS)
		return result;
	context = EVP_PKEY_CTX_new(key, NULL);
	signed_it = context != NULL && sign_digest(context, scheme, hash, signature->data, &length);
	EVP_PKEY_CTX_free(context);
	return finish(signed_it && is_written(key, length), signature, length);
}

/* Ed25519 hashes by itself. */
static int sign_data(gnutls_privkey_t view, gnutls_sign_algorithm_t id, void *argument, unsigned flags, const gnutls_datum_t *data,
                     gnutls_datum_t *signature)
{
	EVP_PKEY *key = argument;
	EVP_MD_CTX *context;
	size_t length;
	bool signed_it;
	int result;

	(void)view;
	(void)flags;
	if (id != GNUTLS_SIGN_EDDSA_ED25519 || find_scheme(key, id) == NULL)
		return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
	result = make_room(key, signature, &length);
	if (result != GNUTLS_E_SUCCESS)
		return result;
	context = EVP_MD_CTX_new();
	signed_it = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
	            EVP_DigestSign(context, signature->data, &length, data->data, data->size) == 1;
	EVP_MD_CTX_free(context);
	return finish(signed_it && is_written(key, length), signature, length);
}

static gnutls_pk_algorithm_t algorithm(const EVP_PKEY *key)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		return GNUTLS_PK_RSA;
	case EVP_PKEY_EC:
		return GNUTLS_PK_ECDSA;
	case EVP_PKEY_ED25519:
		return GNUTLS_PK_EDDSA_ED25519;
	default:
		return GNUTLS_PK_UNKNOWN;
	}
}

/* -1 is GnuTLS's word for a question that has no answer here. */
static int tell(gnutls_privkey_t view, unsigned question, void *argument)
{
	const EVP_PKEY *key = argument;

	(void)view;
	if ((question & GNUTLS_PRIVKEY_INFO_PK_ALGO) != 0)
		return (int)algorithm(key);
	if ((question & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) != 0)
		return EVP_PKEY_get_bits(key);
	if ((question & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO) != 0)
		return find_scheme(key, GNUTLS_FLAGS_TO_SIGN_ALGO(question)) != NULL;
	return -1;
}

static void release(gnutls_privkey_t view, void *argument)
{
	(void)view;
	EVP_PKEY_free(argument);
}

int kg_signing_key_new(EVP_PKEY *key, gnutls_privkey_t *ret_view)
{
	gnutls_privkey_t view = NULL;
	int result = gnutls_privkey_init(&view);

	if (result == GNUTLS_E_SUCCESS)
		result = gnutls_privkey_import_ext4(view, key, sign_data, sign_hash, NULL, release, tell, 0);
	if (result != GNUTLS_E_SUCCESS) {
		gnutls_privkey_deinit(view);
		return result;
	}
	/* The view's reference; it is not dropped by a view that was not filled. Counting fails for no key. */
	(void)EVP_PKEY_up_ref(key);
	*ret_view = view;
	return GNUTLS_E_SUCCESS;
}
