/*
 * GnuTLS has OpenSSL sign: every scheme that the server offers, with every kind of key, against GnuTLS's own verification.
 */
#include "kedagate/tls/keypair.h"
#include "tls/parsed_pair.h"
#include "tls/signing_key.h"
#include "unit/tls/fixture.h"

static const struct attempt {
	const char *kind;
	gnutls_sign_algorithm_t scheme;
	bool works;
} attempts[] = {
        {"P-256", GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, true}, {"P-256", GNUTLS_SIGN_ECDSA_SHA256, true},
        {"P-256", GNUTLS_SIGN_ECDSA_SHA384, true},           {"P-256", GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, false},
        {"P-256", GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, false},   {"P-256", GNUTLS_SIGN_EDDSA_ED25519, false},
        {"P-384", GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, true}, {"P-384", GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, false},
        {"P-521", GNUTLS_SIGN_ECDSA_SECP521R1_SHA512, true}, {"P-521", GNUTLS_SIGN_ECDSA_SHA512, true},
        {"RSA:2048", GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, true}, {"RSA:2048", GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, true},
        {"RSA:2048", GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, true}, {"RSA:2048", GNUTLS_SIGN_RSA_SHA256, true},
        {"RSA:2048", GNUTLS_SIGN_RSA_SHA384, true},          {"RSA:2048", GNUTLS_SIGN_RSA_SHA512, true},
        {"ED25519", GNUTLS_SIGN_EDDSA_ED25519, true},        {"ED25519", GNUTLS_SIGN_ECDSA_SHA256, false},
};

/* The view outlives what was parsed. Returns the leaf's public key. */
static gnutls_pubkey_t make_view(const char *kind, gnutls_privkey_t *ret_view)
{
	const struct kg_pair_paths names = {.certificate = "tls.crt", .key = "tls.key"};
	struct kg_pem_pair pem;
	struct kg_parsed_pair parsed;
	gnutls_pcert_st leaf;
	gnutls_datum_t text;
	struct kg_err err;

	forge_pem(&(struct forgery){SERVER, .key_kind = kind}, &pem);
	assert_int_equal(kg_parsed_pair_init(&parsed, &pem, &names, &err), 0);
	assert_int_equal(kg_signing_key_new(parsed.key, ret_view), GNUTLS_E_SUCCESS);
	kg_parsed_pair_release(&parsed);
	text = (gnutls_datum_t){(unsigned char *)pem.certificate.data, (unsigned)pem.certificate.length};
	assert_int_equal(gnutls_pcert_import_x509_raw(&leaf, &text, GNUTLS_X509_FMT_PEM, 0), 0);
	kg_pem_pair_release(&pem);
	gnutls_free(leaf.cert.data);
	return leaf.pubkey;
}

static bool signs(gnutls_privkey_t view, gnutls_pubkey_t public_key, gnutls_sign_algorithm_t scheme)
{
	gnutls_datum_t text = {(unsigned char *)(uintptr_t) "text", 4};
	gnutls_datum_t other = {(unsigned char *)(uintptr_t) "Text", 4};
	gnutls_datum_t signature;

	if (gnutls_privkey_sign_data2(view, scheme, 0, &text, &signature) != 0)
		return false;
	assert_true(gnutls_pubkey_verify_data2(public_key, scheme, 0, &text, &signature) >= 0);
	assert_true(gnutls_pubkey_verify_data2(public_key, scheme, 0, &other, &signature) < 0);
	gnutls_free(signature.data);
	return true;
}

static void a_key_signs_by_the_schemes_of_its_kind_and_no_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(attempts); i++) {
		gnutls_privkey_t view;
		gnutls_pubkey_t public_key = make_view(attempts[i].kind, &view);

		if (signs(view, public_key, attempts[i].scheme) != attempts[i].works)
			fail_msg("%s: %s", attempts[i].kind, gnutls_sign_get_name(attempts[i].scheme));
		gnutls_pubkey_deinit(public_key);
		gnutls_privkey_deinit(view);
	}
}

static void the_private_key_cannot_be_taken_from_the_view(void **state)
{
	gnutls_privkey_t view;
	gnutls_pubkey_t public_key = make_view("P-256", &view);
	gnutls_x509_privkey_t taken;

	(void)state;
	assert_int_equal(gnutls_privkey_get_type(view), GNUTLS_PRIVKEY_EXT);
	assert_true(gnutls_privkey_export_x509(view, &taken) < 0);
	gnutls_pubkey_deinit(public_key);
	gnutls_privkey_deinit(view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_key_signs_by_the_schemes_of_its_kind_and_no_others),
	        cmocka_unit_test(the_private_key_cannot_be_taken_from_the_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
