/*
 * Whether a pair may be served: every reason why not.
 */
#include "kedagate/tls/keypair.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "unit/tls/fixture.h"

static const struct kg_pair_paths paths = {"/x/tls.crt", "/x/tls.key"};

static int verify(const struct kg_pem_pair *pair, struct kg_err *err)
{
	struct kg_pair_facts facts;

	return kg_pair_verify(pair, &paths, NOW, &facts, err);
}

static int verify_texts(const char *certificate, const char *key, struct kg_err *err)
{
	struct kg_pem_pair pair;
	int status;

	kg_pem_pair_init(&pair);
	kg_buf_puts(&pair.certificate, certificate);
	kg_buf_puts(&pair.key, key);
	status = verify(&pair, err);
	kg_pem_pair_release(&pair);
	return status;
}

/* A self-signed pair of this shape: taken when `part` is NULL, else refused with it in the message. */
struct row {
	const char *label;
	struct forgery forgery;
	const char *part;
};

/* clang-format off */
static const struct row rows[] = {
	{"plain server", {SERVER}, NULL},
	{"no usage extensions at all", {.name = "hook.example"}, NULL},
	{"any extended usage", {.name = "a.example", .extended_usage = "anyExtendedKeyUsage"}, NULL},
	{"client and server", {.name = "a.example", .extended_usage = "clientAuth,serverAuth"}, NULL},
	{"authority that may sign handshakes", {.name = "a.example", .constraints = "CA:TRUE", .usage = "digitalSignature,keyCertSign"}, NULL},
	{"address as the only name", {SERVER_NAMED("10.0.0.1")}, NULL},
	{"first second", {SERVER, .begin = NOW}, NULL},
	{"last second", {SERVER, .end = NOW}, NULL},
	{"RSA of 2048 bits", {SERVER, .key_kind = "RSA:2048"}, NULL},
	{"P-384", {SERVER, .key_kind = "P-384"}, NULL},
	{"P-521", {SERVER, .key_kind = "P-521"}, NULL},
	{"Ed25519", {SERVER, .key_kind = "ED25519"}, NULL},
	{"self-signed with SHA-1", {SERVER, .digest = "SHA1"}, NULL},
	{"RSA of 1024 bits", {SERVER, .key_kind = "RSA:1024"}, "/x/tls.key: the RSA key of 1024 bits is too weak"},
	{"RSA of 8200 bits", {SERVER, .key_kind = "RSA:8200"}, "/x/tls.key: clients in Go take no RSA key of 8200 bits, 8192 are the most"},
	{"P-256 with its parameters written out",
	 {SERVER, .key_kind = "explicit"},
	 "/x/tls.key: clients take no key of this kind (EC with explicit parameters"},
	{"Ed448", {SERVER, .key_kind = "ED448"}, "/x/tls.key: clients take no key of this kind (ED448)"},
	{"secp256k1", {SERVER, .key_kind = "secp256k1"}, "/x/tls.key: clients take no key of this kind (EC)"},
	{"a second too early",
	 {SERVER, .begin = NOW + 1},
	 "/x/tls.crt: certificate is not valid before 2027-01-15T08:00:01Z; wait until then, or set this machine's clock"},
	{"a second too late", {SERVER, .end = NOW - 1}, "/x/tls.crt: certificate expired on 2027-01-15T07:59:59Z; renew it"},
	{"client only", {.name = "a.example", .extended_usage = "clientAuth"}, "/x/tls.crt: the certificate is not for servers"},
	{"key usage without signatures",
	 {.name = "a.example", .usage = "keyEncipherment"},
	 "key usage lacks digitalSignature; the first certificate must be the server's own"},
	{"authority", {.name = "a.example", AUTHORITY}, "must be the server's own, not that of an authority"},
	{"common name only", {.extended_usage = "serverAuth"}, "/x/tls.crt: the certificate names no server"},
	{"mail address as the only name", {.other_name = "email:a@b.example"}, "the certificate names no server"},
};
/* clang-format on */

static void shapes_are_taken_or_refused_for_their_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct kg_err err = {0};
		struct kg_pem_pair pair;
		int status;

		forge_pem(&row->forgery, &pair);
		status = verify(&pair, &err);
		kg_pem_pair_release(&pair);
		if (status != (row->part == NULL ? 0 : KG_EINVAL))
			fail_msg("%s: %d %s", row->label, status, err.message);
		if (row->part != NULL)
			assert_message(&err, row->part);
	}
}

static void facts_are_those_of_the_leaf(void **state)
{
	const struct forgery forgery = {SERVER};
	struct forged_pair forged;
	struct kg_pem_pair pair;
	struct kg_pair_facts facts;
	struct kg_err err;

	(void)state;
	forge(&forgery, &forged);
	assert_int_equal(ASN1_INTEGER_set_uint64(X509_get_serialNumber(forged.certificate), 0xa0b1c2d3e4f), 1);
	assert_true(X509_sign(forged.certificate, forged.key, EVP_sha256()) > 0);
	forged_pem((const struct forged_pair *[]){&forged, NULL}, &forged, &pair);
	assert_int_equal(kg_pair_verify(&pair, &paths, NOW, &facts, &err), 0);
	assert_string_equal(facts.serial, "0A0B1C2D3E4F");
	assert_int_equal(facts.not_before, NOW - DAY);
	assert_int_equal(facts.not_after, NOW + DAY);
	kg_pem_pair_release(&pair);
	forged_release(&forged);
}

static void a_key_of_another_certificate_is_refused(void **state)
{
	const struct forgery forgery = {SERVER};
	struct forged_pair ours;
	struct forged_pair other;
	struct kg_pem_pair pair;
	struct kg_err err;

	(void)state;
	forge(&forgery, &ours);
	forge(&forgery, &other);
	forged_pem((const struct forged_pair *[]){&ours, NULL}, &other, &pair);
	assert_int_equal(verify(&pair, &err), KG_EINVAL);
	assert_message(&err, "/x/tls.crt: the private key does not match the certificate; replace it and /x/tls.key together");
	kg_pem_pair_release(&pair);
	forged_release(&ours);
	forged_release(&other);
}

/* An algorithm that no one has: the last byte of id-ecPublicKey (RFC 5480, 2.1.1) made another. */
static void a_public_key_of_an_unknown_kind_is_refused(void **state)
{
	static const unsigned char id[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
	struct forged_pair forged;
	struct kg_pem_pair pair;
	struct kg_err err;
	unsigned char *der = NULL;
	const unsigned char *cursor;
	unsigned char *place;
	int length;

	(void)state;
	forge(&(struct forgery){SERVER}, &forged);
	length = i2d_X509(forged.certificate, &der);
	place = memmem(der, (size_t)length, id, sizeof(id));
	assert_non_null(place);
	place[sizeof(id) - 1] = 0x7f;
	X509_free(forged.certificate);
	cursor = der;
	forged.certificate = d2i_X509(NULL, &cursor, length);
	assert_non_null(forged.certificate);
	OPENSSL_free(der);
	forged_pem((const struct forged_pair *[]){&forged, NULL}, &forged, &pair);
	assert_int_equal(verify(&pair, &err), KG_EINVAL);
	assert_message(&err, "/x/tls.crt: the certificate's public key is of a kind that cannot be read");
	kg_pem_pair_release(&pair);
	forged_release(&forged);
}

/* The texts of a good pair, spoilt by the tests below. */
struct texts {
	struct kg_pem_pair pair;
	struct kg_err err;
};

static int texts_set_up(void **state)
{
	static struct texts texts;

	forge_pem(&(struct forgery){SERVER}, &texts.pair);
	texts.err = (struct kg_err){0};
	*state = &texts;
	return 0;
}

static int texts_tear_down(void **state)
{
	struct texts *t = *state;

	kg_pem_pair_release(&t->pair);
	return 0;
}

/* The first `length` bytes once more, by way of a copy: the buffer moves when it grows. */
static void append_again(struct kg_buf *text, size_t length)
{
	char *copy = strndup(text->data, length);

	kg_buf_append(text, copy, length);
	free(copy);
}

static void empty_files_are_refused(void **state)
{
	struct texts *t = *state;

	assert_int_equal(verify_texts("", t->pair.key.data, &t->err), KG_EINVAL);
	assert_message(&t->err, "/x/tls.crt: the file is empty");
	assert_int_equal(verify_texts(t->pair.certificate.data, "", &t->err), KG_EINVAL);
	assert_message(&t->err, "/x/tls.key: the file is empty");
}

static void files_without_pem_are_refused(void **state)
{
	struct texts *t = *state;

	assert_int_equal(verify_texts("hello\n", t->pair.key.data, &t->err), KG_EINVAL);
	assert_message(&t->err, "/x/tls.crt: holds no certificate as PEM");
	assert_int_equal(verify_texts(t->pair.certificate.data, "hello\n", &t->err), KG_EINVAL);
	assert_message(&t->err, "/x/tls.key: holds no private key as PEM");
	assert_int_equal(verify_texts(t->pair.certificate.data, t->pair.certificate.data, &t->err), KG_EINVAL);
	assert_message(&t->err, "/x/tls.key: holds no private key as PEM");
}

/* Cut at every byte but the last, which is a newline that PEM does without. */
static void every_half_written_certificate_is_refused(void **state)
{
	struct texts *t = *state;
	struct kg_buf *text = &t->pair.certificate;

	for (size_t length = text->length - 2; length > 0; length--) {
		text->data[length] = '\0';
		if (verify_texts(text->data, t->pair.key.data, &t->err) != KG_EINVAL)
			fail_msg("taken when cut at byte %zu", length);
		assert_message(&t->err, "/x/tls.crt: ");
	}
}

static void every_half_written_key_is_refused(void **state)
{
	struct texts *t = *state;
	struct kg_buf *text = &t->pair.key;

	for (size_t length = text->length - 2; length > 0; length--) {
		text->data[length] = '\0';
		if (verify_texts(t->pair.certificate.data, text->data, &t->err) != KG_EINVAL)
			fail_msg("taken when cut at byte %zu", length);
		assert_message(&t->err, "/x/tls.key: ");
	}
}

/* One that ends with a whole certificate is a shorter chain, and nothing shows it. */
static void every_half_written_second_certificate_is_refused(void **state)
{
	struct texts *t = *state;
	struct kg_buf *text = &t->pair.certificate;
	size_t first = text->length;

	append_again(text, first - 2);
	for (size_t length = text->length; length > first; length--) {
		text->data[length] = '\0';
		if (verify_texts(text->data, t->pair.key.data, &t->err) != KG_EINVAL)
			fail_msg("taken when cut at byte %zu of the second", length - first);
		assert_message(&t->err, "cut off");
	}
}

static void a_damaged_certificate_is_refused(void **state)
{
	struct texts *t = *state;
	char *body = strchr(t->pair.certificate.data, '\n') + 10;

	*body = *body == 'A' ? 'B' : 'A';
	assert_int_equal(verify(&t->pair, &t->err), KG_EINVAL);
	assert_message(&t->err, "/x/tls.crt: certificate 1 cannot be read");
	*body = '!';
	assert_int_equal(verify(&t->pair, &t->err), KG_EINVAL);
	assert_message(&t->err, "/x/tls.crt: the PEM text is cut off or damaged");
}

static void a_key_among_the_certificates_is_refused(void **state)
{
	struct texts *t = *state;

	kg_buf_append(&t->pair.certificate, t->pair.key.data, t->pair.key.length);
	assert_int_equal(verify(&t->pair, &t->err), KG_EINVAL);
	assert_message(&t->err, "/x/tls.crt: block 2 is a PRIVATE KEY; the file must hold certificates only");
}

static void text_around_the_blocks_is_ignored(void **state)
{
	struct texts *t = *state;
	struct kg_pem_pair commented;

	kg_pem_pair_init(&commented);
	kg_buf_printf(&commented.certificate, "subject=CN = forged\n%s# end", t->pair.certificate.data);
	kg_buf_printf(&commented.key, "Bag Attributes\n%s", t->pair.key.data);
	assert_int_equal(verify(&commented, &t->err), 0);
	kg_pem_pair_release(&commented);
}

static void windows_line_ends_are_taken(void **state)
{
	struct texts *t = *state;
	struct kg_buf text;

	kg_buf_init(&text, KG_MAX_KEY_BYTES);
	for (const char *byte = t->pair.certificate.data; *byte != '\0'; byte++)
		kg_buf_puts(&text, *byte == '\n' ? "\r\n" : (const char[]){*byte, '\0'});
	assert_int_equal(verify_texts(text.data, t->pair.key.data, &t->err), 0);
	kg_buf_release(&text);
}

static void a_chain_longer_than_the_limit_is_refused(void **state)
{
	struct texts *t = *state;
	struct kg_buf *text = &t->pair.certificate;
	size_t one = text->length;

	for (int i = 1; i < KG_CHAIN_MAX; i++)
		append_again(text, one);
	assert_int_equal(verify(&t->pair, &t->err), KG_EINVAL);
	append_again(text, one);
	assert_int_equal(verify(&t->pair, &t->err), KG_ELIMIT);
	assert_message(&t->err, "/x/tls.crt: more than 16 certificates");
}

/* Replace the key by what `write` makes of it. */
static int verify_rewritten_key(struct texts *t, int (*write)(BIO *, EVP_PKEY *))
{
	EVP_PKEY *key = NULL;
	BIO *output = BIO_new(BIO_s_mem());
	char *bytes;
	long length;

	assert_int_equal(kg_pem_read_key(&t->pair.key, "key", &key, &t->err), 0);
	assert_int_equal(write(output, key), 1);
	kg_buf_clear(&t->pair.key);
	length = BIO_get_mem_data(output, &bytes);
	kg_buf_append(&t->pair.key, bytes, (size_t)length);
	BIO_free(output);
	EVP_PKEY_free(key);
	return verify(&t->pair, &t->err);
}

static int write_encrypted(BIO *output, EVP_PKEY *key)
{
	return PEM_write_bio_PKCS8PrivateKey(output, key, EVP_aes_128_cbc(), "secret", 6, NULL, NULL);
}

static int write_encrypted_traditional(BIO *output, EVP_PKEY *key)
{
	return PEM_write_bio_PrivateKey_traditional(output, key, EVP_aes_128_cbc(), (const unsigned char *)"secret", 6, NULL, NULL);
}

/* As `openssl ecparam -genkey` writes it. */
static int write_traditional(BIO *output, EVP_PKEY *key)
{
	BIO_puts(output, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n");
	return PEM_write_bio_PrivateKey_traditional(output, key, NULL, NULL, 0, NULL, NULL);
}

static int write_foreign(BIO *output, EVP_PKEY *key)
{
	(void)key;
	return BIO_puts(output, "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n") > 0;
}

static void encrypted_keys_are_refused(void **state)
{
	struct texts *t = *state;
	struct kg_pem_pair copy;

	kg_pem_pair_init(&copy);
	kg_buf_append(&copy.key, t->pair.key.data, t->pair.key.length);
	assert_int_equal(verify_rewritten_key(t, write_encrypted), KG_EINVAL);
	assert_message(&t->err, "/x/tls.key: the private key is encrypted");
	kg_buf_clear(&t->pair.key);
	kg_buf_append(&t->pair.key, copy.key.data, copy.key.length);
	assert_int_equal(verify_rewritten_key(t, write_encrypted_traditional), KG_EINVAL);
	assert_message(&t->err, "/x/tls.key: the private key is encrypted");
	kg_pem_pair_release(&copy);
}

static void keys_in_the_older_form_are_taken(void **state)
{
	assert_int_equal(verify_rewritten_key(*state, write_traditional), 0);
}

static void keys_of_a_foreign_form_are_refused(void **state)
{
	struct texts *t = *state;

	assert_int_equal(verify_rewritten_key(t, write_foreign), KG_EINVAL);
	assert_message(&t->err, "/x/tls.key: the private key (OPENSSH PRIVATE KEY) cannot be read");
}

static void messages_hold_nothing_of_the_key(void **state)
{
	struct texts *t = *state;
	char *body = strchr(t->pair.key.data, '\n') + 1;
	char part[9];

	memcpy(part, body + 8, 8);
	part[8] = '\0';
	body[80] = '!';
	assert_int_equal(verify(&t->pair, &t->err), KG_EINVAL);
	assert_null(strstr(t->err.message, part));
}

/* Root, intermediate and leaf. */
struct chain {
	struct forged_pair root, middle, leaf;
	struct kg_err err;
};

static void chain_make(struct chain *chain, const struct forgery *middle, const struct forgery *leaf)
{
	struct forgery signed_by = *middle;

	forge(&(struct forgery){AUTHORITY, .common_name = "root"}, &chain->root);
	signed_by.issuer = &chain->root;
	signed_by.common_name = "middle";
	forge(&signed_by, &chain->middle);
	signed_by = *leaf;
	signed_by.issuer = &chain->middle;
	forge(&signed_by, &chain->leaf);
}

static void chain_release(struct chain *chain)
{
	forged_release(&chain->root);
	forged_release(&chain->middle);
	forged_release(&chain->leaf);
}

static int verify_chain(struct chain *chain, const struct forged_pair *const *order)
{
	struct kg_pem_pair pair;
	int status;

	forged_pem(order, &chain->leaf, &pair);
	status = verify(&pair, &chain->err);
	kg_pem_pair_release(&pair);
	return status;
}

static void chains_in_order_are_taken(void **state)
{
	struct chain c;

	(void)state;
	chain_make(&c, &(struct forgery){AUTHORITY}, &(struct forgery){SERVER});
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, NULL}), 0);
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, &c.middle, NULL}), 0);
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, &c.middle, &c.root, NULL}), 0);
	chain_release(&c);
}

static void chains_out_of_order_are_refused(void **state)
{
	struct chain c;

	(void)state;
	chain_make(&c, &(struct forgery){AUTHORITY}, &(struct forgery){SERVER});
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, &c.root, &c.middle, NULL}), KG_EINVAL);
	assert_message(&c.err, "/x/tls.crt: chain: certificate 2 of 3 (CN=root) did not issue the one before it: ");
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, &c.leaf, NULL}), KG_EINVAL);
	assert_message(&c.err, "chain: certificate 2 of 2 (CN=forged) did not issue");
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.middle, &c.leaf, NULL}), KG_EINVAL);
	assert_message(&c.err, "the private key does not match");
	chain_release(&c);
}

static void an_issuer_of_the_same_name_with_another_key_is_refused(void **state)
{
	struct chain c;
	struct chain other;

	(void)state;
	chain_make(&c, &(struct forgery){AUTHORITY}, &(struct forgery){SERVER});
	chain_make(&other, &(struct forgery){AUTHORITY}, &(struct forgery){SERVER});
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, &other.middle, NULL}), KG_EINVAL);
	assert_message(&c.err, "certificate 2 of 2 (CN=middle) did not issue the one before it: the signature is not by its key");
	chain_release(&c);
	chain_release(&other);
}

static void issuers_that_must_not_issue_are_refused(void **state)
{
	struct chain c;

	(void)state;
	chain_make(&c, &(struct forgery){.constraints = "CA:FALSE"}, &(struct forgery){SERVER});
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, &c.middle, NULL}), KG_EINVAL);
	assert_message(&c.err, "(CN=middle) did not issue the one before it: it is no certificate authority");
	chain_release(&c);
	chain_make(&c, &(struct forgery){.constraints = "CA:TRUE", .usage = "cRLSign"}, &(struct forgery){SERVER});
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, &c.middle, NULL}), KG_EINVAL);
	assert_message(&c.err, "key usage does not include certificate signing");
	chain_release(&c);
}

static void issuers_out_of_their_dates_are_refused(void **state)
{
	struct chain c;

	(void)state;
	chain_make(&c, &(struct forgery){AUTHORITY, .end = NOW - 1}, &(struct forgery){SERVER});
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, NULL}), 0);
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, &c.middle, NULL}), KG_EINVAL);
	assert_message(&c.err, "/x/tls.crt: chain: certificate 2 of 2 (CN=middle) expired on 2027-01-15T07:59:59Z; renew it");
	chain_release(&c);
	chain_make(&c, &(struct forgery){AUTHORITY, .begin = NOW + 1}, &(struct forgery){SERVER});
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, &c.middle, NULL}), KG_EINVAL);
	assert_message(&c.err, "chain: certificate 2 of 2 (CN=middle) is not valid before 2027-01-15T08:00:01Z");
	chain_release(&c);
}

static void sha1_signatures_of_issuers_are_refused(void **state)
{
	struct chain c;

	(void)state;
	chain_make(&c, &(struct forgery){AUTHORITY}, &(struct forgery){SERVER, .digest = "SHA1"});
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, NULL}), KG_EINVAL);
	assert_message(&c.err, "/x/tls.crt: certificate 1 of 1 is signed with MD5 or SHA-1");
	chain_release(&c);
}

static void names_with_control_characters_stay_on_one_line(void **state)
{
	struct chain c;

	(void)state;
	chain_make(&c, &(struct forgery){AUTHORITY}, &(struct forgery){SERVER, .common_name = "a\nlevel=error"});
	assert_int_equal(verify_chain(&c, (const struct forged_pair *[]){&c.leaf, &c.leaf, NULL}), KG_EINVAL);
	assert_null(strchr(c.err.message, '\n'));
	assert_message(&c.err, "CN=a\\0Alevel=error");
	chain_release(&c);
}

#define WITH_TEXTS(test_) cmocka_unit_test_setup_teardown(test_, texts_set_up, texts_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(shapes_are_taken_or_refused_for_their_reason),
	        cmocka_unit_test(facts_are_those_of_the_leaf),
	        cmocka_unit_test(a_key_of_another_certificate_is_refused),
	        cmocka_unit_test(a_public_key_of_an_unknown_kind_is_refused),
	        WITH_TEXTS(empty_files_are_refused),
	        WITH_TEXTS(files_without_pem_are_refused),
	        WITH_TEXTS(every_half_written_certificate_is_refused),
	        WITH_TEXTS(every_half_written_key_is_refused),
	        WITH_TEXTS(every_half_written_second_certificate_is_refused),
	        WITH_TEXTS(a_damaged_certificate_is_refused),
	        WITH_TEXTS(a_key_among_the_certificates_is_refused),
	        WITH_TEXTS(text_around_the_blocks_is_ignored),
	        WITH_TEXTS(windows_line_ends_are_taken),
	        WITH_TEXTS(a_chain_longer_than_the_limit_is_refused),
	        WITH_TEXTS(encrypted_keys_are_refused),
	        WITH_TEXTS(keys_in_the_older_form_are_taken),
	        WITH_TEXTS(keys_of_a_foreign_form_are_refused),
	        WITH_TEXTS(messages_hold_nothing_of_the_key),
	        cmocka_unit_test(chains_in_order_are_taken),
	        cmocka_unit_test(chains_out_of_order_are_refused),
	        cmocka_unit_test(an_issuer_of_the_same_name_with_another_key_is_refused),
	        cmocka_unit_test(issuers_that_must_not_issue_are_refused),
	        cmocka_unit_test(issuers_out_of_their_dates_are_refused),
	        cmocka_unit_test(sha1_signatures_of_issuers_are_refused),
	        cmocka_unit_test(names_with_control_characters_stay_on_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
