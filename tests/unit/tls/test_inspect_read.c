/*
 * Texts that cannot be read, and files that are told apart by what they hold.
 */
#include "kedagate/tls/inspect.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "kedagate/base/limits.h"
#include "unit/tls/inspect_fixture.h"

/* ---- reading ---- */

struct text_row {
	const char *label;
	enum kg_material_role role;
	const char *text;
	const char *wanted;
	const char *client;
};

/* clang-format off */
static const struct text_row text_rows[] = {
	{"nothing", KG_MATERIAL_CERTIFICATE, "", "x#0 empty", NULL},
	{"white space", KG_MATERIAL_AUTHORITY, " \n", "x#0 empty", NULL},
	{"prose", KG_MATERIAL_AUTHORITY, "hello\n", "x#0 pem-missing", "unable to parse bytes as PEM block"},
	{"prose for a certificate", KG_MATERIAL_CERTIFICATE, "hello\n", "x#0 pem-missing", "tls: failed to find any PEM data in certificate input"},
	{"prose for a key", KG_MATERIAL_KEY, "hello\n", "x#0 pem-missing", "tls: failed to find any PEM data in key input"},
	{"base64 twice", KG_MATERIAL_CERTIFICATE, "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==", "x#0 pem-missing", "tls: failed to find any PEM data in certificate input"},
	{"cut off in the armour", KG_MATERIAL_CERTIFICATE, "-----BEGIN CERTIF", "x#0 pem-damaged", NULL},
	{"cut off in the body", KG_MATERIAL_CERTIFICATE, "-----BEGIN CERTIFICATE-----\nAAAA\n", "x#0 pem-damaged", NULL},
	{"no certificate within", KG_MATERIAL_CERTIFICATE, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "x#1 certificate-unreadable", NULL},
	{"request", KG_MATERIAL_CERTIFICATE, "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "x#0 block-foreign", NULL},
	{"parameters in a certificate", KG_MATERIAL_CERTIFICATE, "-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n", "x#0 block-foreign", NULL},
	{"parameters in some file", KG_MATERIAL_UNKNOWN, "-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n", "", NULL},
	{"parameters alone for a key", KG_MATERIAL_KEY, "-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n", "x#0 key-missing", NULL},
	{"broken key", KG_MATERIAL_KEY, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "x#0 key-unreadable", "tls: failed to parse private key"},
	{"encrypted key", KG_MATERIAL_KEY, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "x#0 key-encrypted", "tls: failed to parse private key"},
	{"key for a certificate", KG_MATERIAL_CERTIFICATE, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "x#0 key-in-certificate",
	 "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched"},
	{"key in a bundle", KG_MATERIAL_AUTHORITY, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "x#0 key-in-certificate", NULL},
	{"certificate for a key", KG_MATERIAL_KEY, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "x#0 certificate-in-key",
	 "tls: found a certificate rather than a key in the PEM for the private key"},
};
/* clang-format on */

static void a_text_that_cannot_be_read_is_told(void **state)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(text_rows); i++) {
		struct scene *s = *state;

		put_text(s, text_rows[i].role, "x", text_rows[i].text);
		expect_labelled(s, text_rows[i].label, text_rows[i].wanted);
		if (s->report.problem_count > 0)
			expect_client(s, s->report.problems[0].flaw, text_rows[i].client);
		(void)scene_tear_down(state);
		(void)scene_set_up(state);
	}
}

static void an_empty_authority_beside_a_certificate_is_a_warning(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_text(s, KG_MATERIAL_AUTHORITY, "ca", "");
	kg_buf_puts(put(s, KG_MATERIAL_AUTHORITY, 1, "bundle"), "");
	expect(s, "ca#0 authority-empty, bundle#0 empty");
	assert_int_equal(kg_flaw_info(KG_FLAW_AUTHORITY_EMPTY)->severity, KG_SEVERITY_WARNING);
	family_release(&f);
}

static void a_byte_order_mark_hides_the_first_block_from_go(void **state)
{
	struct scene *s = *state;
	struct family f;
	struct kg_buf *text;

	family_make(&f);
	text = put(s, KG_MATERIAL_AUTHORITY, 0, "ca");
	kg_buf_puts(text, "\xEF\xBB\xBF");
	put_certificate(text, &f.root);
	expect(s, "ca#0 pem-missing");
	expect_client(s, KG_FLAW_PEM_MISSING, "unable to parse bytes as PEM block");
	assert_int_equal(s->report.certificate_count, 1);
	family_release(&f);
}

static void der_is_recognised(void **state)
{
	struct scene *s = *state;
	struct forged_pair pair;
	unsigned char *der = NULL;
	int length;

	forge(&(struct forgery){SERVER}, &pair);
	length = i2d_X509(pair.certificate, &der);
	kg_buf_append(put(s, KG_MATERIAL_UNKNOWN, 0, "x"), der, (size_t)length);
	OPENSSL_free(der);
	forged_release(&pair);
	expect(s, "x#0 pem-missing");
	expect_sentence(s, KG_FLAW_PEM_MISSING, "as DER");
}

static void what_stands_behind_a_damaged_block_is_read(void **state)
{
	struct scene *s = *state;
	struct forged_pair pair;
	struct kg_buf *text;

	forge(&(struct forgery){SERVER}, &pair);
	text = put(s, KG_MATERIAL_CERTIFICATE, 0, "x");
	kg_buf_puts(text, "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n");
	put_certificate(text, &pair);
	expect(s, "x#0 pem-damaged");
	assert_int_equal(s->report.certificate_count, 1);
	forged_release(&pair);
}

static void the_older_label_of_a_certificate_is_told(void **state)
{
	struct scene *s = *state;
	struct forged_pair pair;
	BIO *output = BIO_new(BIO_s_mem());
	char *bytes;
	long length;
	unsigned char *der = NULL;
	int der_length;

	forge(&(struct forgery){SERVER}, &pair);
	der_length = i2d_X509(pair.certificate, &der);
	assert_true(PEM_write_bio(output, PEM_STRING_X509_OLD, "", der, der_length) > 0);
	length = BIO_get_mem_data(output, &bytes);
	kg_buf_append(put(s, KG_MATERIAL_CERTIFICATE, 0, "x"), bytes, (size_t)length);
	expect(s, "x#0 block-foreign");
	assert_int_equal(s->report.certificate_count, 1);
	BIO_free(output);
	OPENSSL_free(der);
	forged_release(&pair);
}

static void states_of_materials_are_told(void **state)
{
	static const struct {
		enum kg_material_role role;
		enum kg_material_state state;
		const char *wanted;
	} states[] = {
	        {KG_MATERIAL_KEY, KG_MATERIAL_ABSENT, "x#0 missing"},
	        {KG_MATERIAL_AUTHORITY, KG_MATERIAL_ABSENT, "x#0 bundle-absent"},
	        {KG_MATERIAL_AUTHORITY, KG_MATERIAL_UNVERIFIED, "x#0 verification-off"},
	        {KG_MATERIAL_CERTIFICATE, KG_MATERIAL_NO_BASE64, "x#0 base64-invalid"},
	};

	for (size_t i = 0; i < KG_ARRAY_LEN(states); i++) {
		struct scene *s = *state;

		(void)put(s, states[i].role, 0, "x");
		s->materials[0].state = states[i].state;
		expect(s, states[i].wanted);
		(void)scene_tear_down(state);
		(void)scene_set_up(state);
	}
}

static void certificates_past_the_limit_are_told(void **state)
{
	struct scene *s = *state;
	struct forged_pair pair;
	struct kg_buf *text;

	forge(&(struct forgery){AUTHORITY}, &pair);
	text = put(s, KG_MATERIAL_AUTHORITY, 0, "x");
	for (int i = 0; i <= KG_MAX_INSPECTED_CERTIFICATES; i++)
		put_certificate(text, &pair);
	expect(s, "x#0 too-many");
	assert_int_equal(s->report.certificate_count, KG_MAX_INSPECTED_CERTIFICATES);
	forged_release(&pair);
}

/* ---- files of unknown role ---- */

static void files_are_told_apart_by_what_they_hold(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_UNKNOWN, 0, "a", CHAIN(&f.root));
	put_key(put(s, KG_MATERIAL_UNKNOWN, 0, "b"), &f.leaf);
	put_chain(s, KG_MATERIAL_UNKNOWN, 0, "c", CHAIN(&f.leaf, &f.intermediate));
	put_key(put(s, KG_MATERIAL_UNKNOWN, 0, "d"), &f.root);
	expect(s, "");
	assert_int_equal(s->report.certificates[0].kind, KG_CERTIFICATE_ROOT);
	assert_int_equal(s->report.certificates[1].kind, KG_CERTIFICATE_SERVER);
	family_release(&f);
}

static void certificate_and_key_in_one_file_are_a_pair(void **state)
{
	struct scene *s = *state;
	struct family f;
	struct kg_buf *text;

	family_make(&f);
	text = put(s, KG_MATERIAL_UNKNOWN, 0, "a");
	put_key(text, &f.leaf);
	put_certificate(text, &f.leaf);
	put_certificate(text, &f.intermediate);
	expect(s, "");
	family_release(&f);
}

static void a_root_that_is_none_is_known_by_the_one_it_issued(void **state)
{
	struct scene *s = *state;
	struct forged_pair root;
	struct forged_pair leaf;

	forge(&(struct forgery){.common_name = "root"}, &root);
	forge(&(struct forgery){SERVER, .issuer = &root}, &leaf);
	put_chain(s, KG_MATERIAL_UNKNOWN, 0, "a", CHAIN(&leaf));
	put_chain(s, KG_MATERIAL_UNKNOWN, 0, "b", CHAIN(&root));
	expect(s, "b#1 authority-not-ca");
	forged_release(&leaf);
	forged_release(&root);
}

/* ---- the whole ---- */

/* However little memory there is: an honest error, or the whole report. */
static void a_lack_of_memory_is_an_error(void **state)
{
	struct scene *s = *state;
	struct family f;
	struct kg_err err;
	int status = KG_ENOMEM;
	unsigned failures = 0;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.root));
	put_key(put(s, KG_MATERIAL_KEY, 0, "key"), &f.other);
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.other));
	inspect(s);
	for (size_t cap = 64; status != 0; cap += 64) {
		struct kg_inspect_report report;
		struct kg_arena arena;

		kg_arena_init(&arena, cap);
		status = kg_inspect(&s->request, &arena, &report, &err);
		assert_true(status == 0 || status == KG_ENOMEM);
		if (status == 0)
			assert_int_equal(report.problem_count, s->report.problem_count);
		failures += status != 0;
		kg_arena_release(&arena);
	}
	assert_true(failures > 0);
	family_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        SCENE(a_text_that_cannot_be_read_is_told),
	        SCENE(an_empty_authority_beside_a_certificate_is_a_warning),
	        SCENE(a_byte_order_mark_hides_the_first_block_from_go),
	        SCENE(der_is_recognised),
	        SCENE(what_stands_behind_a_damaged_block_is_read),
	        SCENE(the_older_label_of_a_certificate_is_told),
	        SCENE(states_of_materials_are_told),
	        SCENE(certificates_past_the_limit_are_told),
	        SCENE(files_are_told_apart_by_what_they_hold),
	        SCENE(certificate_and_key_in_one_file_are_a_pair),
	        SCENE(a_root_that_is_none_is_known_by_the_one_it_issued),
	        SCENE(a_lack_of_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
