/*
 * Bundles, and why clients that trust them refuse a server.
 */
#include "kedagate/tls/inspect.h"

#include "unit/tls/inspect_fixture.h"

/* ---- trust ---- */

#define CANNOT_SIGN                                                                                                                        \
	UNKNOWN " (possibly because of \"x509: invalid signature: parent certificate cannot sign this kind of certificate\" while trying " \
	        "to verify candidate authority certificate \"root\")"

struct root_row {
	const char *label;
	struct forgery root;
	struct forgery leaf;
	const char *wanted;
	const char *client; /* of the first problem */
};

/* clang-format off */
static const struct root_row root_rows[] = {
	{"good", {AUTHORITY}, {SERVER}, "", NULL},
	{"no key usage", {.constraints = "critical,CA:TRUE"}, {SERVER}, "", NULL},
	{"as KEDA makes it", {.constraints = "critical,CA:TRUE", .usage = "critical,digitalSignature,keyEncipherment,keyCertSign"}, {SERVER}, "", NULL},
	{"no constraints", {.usage = "critical,keyCertSign"}, {SERVER}, "ca#1 authority-not-ca", CANNOT_SIGN},
	{"no extensions", {.common_name = NULL}, {SERVER}, "ca#1 authority-not-ca", CANNOT_SIGN},
	{"CA:FALSE", {.constraints = "critical,CA:FALSE"}, {SERVER}, "ca#1 authority-not-ca", CANNOT_SIGN},
	{"a server's", {SERVER_NAMED("other.example")}, {SERVER}, "ca#1 authority-not-ca", CANNOT_SIGN},
	{"no keyCertSign", {.constraints = "critical,CA:TRUE", .usage = "critical,digitalSignature"}, {SERVER}, "ca#1 authority-may-not-sign", CANNOT_SIGN},
	{"expired", {AUTHORITY, .end = NOW - 1}, {SERVER}, "ca#1 expired", OUT_OF_DATES},
	{"to come", {AUTHORITY, .begin = NOW + 1}, {SERVER}, "ca#1 not-yet-valid", OUT_OF_DATES},
	{"for clients", {AUTHORITY, .extended_usage = "clientAuth"}, {SERVER}, "ca#1 usage-not-server", WRONG_USAGE},
	{"for both", {AUTHORITY, .extended_usage = "clientAuth,serverAuth"}, {SERVER}, "", NULL},
	{"of other names", {AUTHORITY, .name_constraints = "permitted;DNS:other.example"}, {SERVER}, "crt#1 name-constrained",
	 "x509: a root or intermediate certificate is not authorized to sign for this name"},
	{"of its names", {AUTHORITY, .name_constraints = "permitted;DNS:hook.example"}, {SERVER}, "", NULL},
	{"signed with SHA-1", {AUTHORITY, .digest = "SHA1"}, {SERVER}, "", NULL},
	{"weak", {AUTHORITY, .key_kind = "RSA:1024"}, {SERVER}, "ca#1 key-short", NULL},
};
/* clang-format on */

static void an_authority_that_cannot_be_one_is_told(void **state)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(root_rows); i++) {
		struct scene *s = *state;
		struct forgery root_forgery = root_rows[i].root;
		struct forgery leaf_forgery = root_rows[i].leaf;
		struct forged_pair root;
		struct forged_pair leaf;

		root_forgery.common_name = "root";
		forge(&root_forgery, &root);
		leaf_forgery.issuer = &root;
		forge(&leaf_forgery, &leaf);
		put_certificate(put(s, KG_MATERIAL_CERTIFICATE, 0, "crt"), &leaf);
		put_certificate(put(s, KG_MATERIAL_AUTHORITY, 0, "ca"), &root);
		expect_labelled(s, root_rows[i].label, root_rows[i].wanted);
		if (s->report.problem_count > 0)
			expect_client(s, s->report.problems[0].flaw, root_rows[i].client);
		forged_release(&leaf);
		forged_release(&root);
		(void)scene_tear_down(state);
		(void)scene_set_up(state);
	}
}

static void an_authority_without_a_server_is_judged_too(void **state)
{
	struct scene *s = *state;
	struct forged_pair root;

	forge(&(struct forgery){.common_name = "root", .constraints = "critical,CA:FALSE"}, &root);
	put_certificate(put(s, KG_MATERIAL_AUTHORITY, 0, "ca"), &root);
	expect(s, "ca#1 authority-not-ca");
	forged_release(&root);
}

static void an_authority_that_was_made_again_is_told(void **state)
{
	struct scene *s = *state;
	struct family f;
	struct forged_pair again;

	family_make(&f);
	forge(&(struct forgery){AUTHORITY, .common_name = "root", .begin = NOW - DAY, .end = NOW + 900 * DAY}, &again);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&again));
	expect(s, "ca#1 authority-remade");
	expect_client(s, KG_FLAW_AUTHORITY_REMADE,
	              UNKNOWN " (possibly because of \"x509: ECDSA verification failure\" while trying to verify candidate authority "
	                      "certificate \"root\")");
	expect_sentence(s, KG_FLAW_AUTHORITY_REMADE, "newer than what it should have issued");
	forged_release(&again);
	family_release(&f);
}

static void an_authority_made_again_beside_the_old_one_is_no_fault(void **state)
{
	struct scene *s = *state;
	struct family f;
	struct forged_pair again;

	family_make(&f);
	forge(&(struct forgery){AUTHORITY, .common_name = "root", .end = NOW + 900 * DAY}, &again);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&again, &f.root));
	expect(s, "");
	forged_release(&again);
	family_release(&f);
}

static void an_authority_of_another_name_is_told(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.other));
	expect(s, "ca#0 authority-unknown");
	expect_client(s, KG_FLAW_AUTHORITY_UNKNOWN, UNKNOWN);
	family_release(&f);
}

static void a_self_signed_server_that_nobody_trusts_is_told(void **state)
{
	struct scene *s = *state;
	struct family f;
	struct forged_pair lone;

	family_make(&f);
	forge(&(struct forgery){SERVER, .common_name = "lone"}, &lone);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&lone));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.other));
	expect(s, "ca#0 authority-unknown");
	expect_sentence(s, KG_FLAW_AUTHORITY_UNKNOWN, "it signed itself");
	forged_release(&lone);
	family_release(&f);
}

static void an_intermediate_that_is_at_hand_and_not_sent_is_told(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.root));
	put_chain(s, KG_MATERIAL_AUTHORITY, 1, "intermediate", CHAIN(&f.intermediate));
	expect(s, "crt#1 intermediate-missing");
	expect_sentence(s, KG_FLAW_INTERMEDIATE_MISSING, "certificate 1 of intermediate");
	family_release(&f);
}

static void the_authority_that_is_at_hand_elsewhere_is_named(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "good", CHAIN(&f.root));
	put_chain(s, KG_MATERIAL_AUTHORITY, 1, "bad", CHAIN(&f.other));
	expect(s, "bad#0 authority-unknown");
	expect_sentence(s, KG_FLAW_AUTHORITY_UNKNOWN, "in good, certificate 1");
	family_release(&f);
}

static void a_chain_in_which_the_root_is_sent_too_is_trusted(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_SERVED, 0, "crt", CHAIN(&f.leaf, &f.intermediate, &f.root));
	put_chain(s, KG_MATERIAL_AUTHORITY, 1, "ca", CHAIN(&f.root));
	expect(s, "");
	family_release(&f);
}

static void an_intermediate_in_the_bundle_suffices(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.intermediate));
	expect(s, "");
	family_release(&f);
}

static void the_servers_own_certificate_in_the_bundle_is_a_warning(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.leaf));
	expect(s, "ca#1 leaf-as-authority");
	family_release(&f);
}

static void what_is_useless_in_a_bundle_is_a_warning(void **state)
{
	struct scene *s = *state;
	struct family f;
	struct forged_pair stray;
	struct forged_pair old;

	family_make(&f);
	forge(&(struct forgery){SERVER, .common_name = "stray"}, &stray);
	forge(&(struct forgery){AUTHORITY, .common_name = "old", .end = NOW - 1}, &old);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.root, &stray, &old));
	expect(s, "ca#3 authority-useless, ca#2 authority-useless");
	forged_release(&stray);
	forged_release(&old);
	family_release(&f);
}

static void a_path_that_is_too_long_is_told(void **state)
{
	struct scene *s = *state;
	struct forged_pair root;
	struct forged_pair intermediate;
	struct forged_pair leaf;

	forge(&(struct forgery){.common_name = "root", .constraints = "critical,CA:TRUE,pathlen:0", .usage = "critical,keyCertSign"},
	      &root);
	forge(&(struct forgery){AUTHORITY, .common_name = "intermediate", .issuer = &root}, &intermediate);
	forge(&(struct forgery){SERVER, .issuer = &intermediate}, &leaf);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&leaf, &intermediate));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&root));
	inspect(s);
	assert_int_equal(s->report.problem_count, 1);
	expect_client(s, KG_FLAW_PATH_TOO_LONG, "x509: too many intermediates for path length constraint");
	forged_release(&leaf);
	forged_release(&intermediate);
	forged_release(&root);
}

/* The same letters as a UTF8String and as a PrintableString: OpenSSL takes one for the other. */
static void an_issuer_in_another_encoding_is_told(void **state)
{
	struct scene *s = *state;
	struct forged_pair root;
	struct forged_pair leaf;
	X509_NAME *name = X509_NAME_new();

	forge(&(struct forgery){AUTHORITY, .common_name = "root"}, &root);
	forge(&(struct forgery){SERVER, .issuer = &root}, &leaf);
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", V_ASN1_PRINTABLESTRING, (const unsigned char *)"root", -1, -1, 0), 1);
	assert_int_equal(X509_set_issuer_name(leaf.certificate, name), 1);
	assert_true(X509_sign(leaf.certificate, root.key, EVP_sha256()) > 0);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&leaf));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&root));
	expect(s, "crt#1 issuer-encoding");
	expect_client(s, KG_FLAW_ISSUER_ENCODING, UNKNOWN);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 1, "both", CHAIN(&leaf, &root));
	expect(s, "crt#1 issuer-encoding, both#1 issuer-encoding");
	X509_NAME_free(name);
	forged_release(&leaf);
	forged_release(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        SCENE(an_authority_that_cannot_be_one_is_told),
	        SCENE(an_authority_without_a_server_is_judged_too),
	        SCENE(an_authority_that_was_made_again_is_told),
	        SCENE(an_authority_made_again_beside_the_old_one_is_no_fault),
	        SCENE(an_authority_of_another_name_is_told),
	        SCENE(a_self_signed_server_that_nobody_trusts_is_told),
	        SCENE(an_intermediate_that_is_at_hand_and_not_sent_is_told),
	        SCENE(the_authority_that_is_at_hand_elsewhere_is_named),
	        SCENE(a_chain_in_which_the_root_is_sent_too_is_trusted),
	        SCENE(an_intermediate_in_the_bundle_suffices),
	        SCENE(the_servers_own_certificate_in_the_bundle_is_a_warning),
	        SCENE(what_is_useless_in_a_bundle_is_a_warning),
	        SCENE(a_path_that_is_too_long_is_told),
	        SCENE(an_issuer_in_another_encoding_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
