/*
 * What is said of a server's certificate by itself, and how it is listed.
 */
#include "kedagate/tls/inspect.h"

#include <openssl/bn.h>
#include <openssl/param_build.h>

#include "unit/tls/inspect_fixture.h"

/* ---- one certificate ---- */

struct row {
	const char *label;
	struct forgery forgery;
	const char *wanted;
	const char *client; /* of the first problem */
};

#define LEGACY_NAME "x509: certificate relies on legacy Common Name field, use SANs instead"

/* clang-format off */
static const struct row rows[] = {
	{"plain server", {SERVER}, "", NULL},
	{"no usage extensions at all", {.name = "hook.example"}, "", NULL},
	{"any extended usage", {.name = "a.example", .extended_usage = "anyExtendedKeyUsage"}, "", NULL},
	{"address as the only name", {SERVER_NAMED("10.0.0.1")}, "", NULL},
	{"first second", {SERVER, .begin = NOW}, "", NULL},
	{"last second", {SERVER, .begin = NOW - 200, .end = NOW}, "crt#1 expires-soon", NULL},
	{"RSA of 2048 bits", {SERVER, .key_kind = "RSA:2048"}, "", NULL},
	{"P-521", {SERVER, .key_kind = "P-521"}, "", NULL},
	{"Ed25519", {SERVER, .key_kind = "ED25519"}, "", NULL},
	{"self-signed with SHA-1", {SERVER, .digest = "SHA1"}, "", NULL},
	{"a comment that is not critical", {SERVER, .comment = "hello"}, "", NULL},
	{"a fifth of its life left", {SERVER, .begin = NOW - 40 * DAY, .end = NOW + 10 * DAY}, "", NULL},
	{"less than a fifth", {SERVER, .begin = NOW - 41 * DAY, .end = NOW + 10 * DAY}, "crt#1 expires-soon", NULL},
	{"less than a fifth, yet a month", {SERVER, .begin = NOW - 300 * DAY, .end = NOW + 30 * DAY}, "", NULL},
	{"a second too early", {SERVER, .begin = NOW + 1}, "crt#1 not-yet-valid", OUT_OF_DATES},
	{"a second too late", {SERVER, .end = NOW - 1}, "crt#1 expired", OUT_OF_DATES},
	{"RSA of 1024 bits", {SERVER, .key_kind = "RSA:1024"}, "crt#1 key-short", NULL},
	{"Ed448", {SERVER, .key_kind = "ED448"}, "crt#1 key-kind", "tls: server's certificate contains an unsupported type of public key"},
	{"P-256 with its parameters written out", {SERVER, .key_kind = "explicit"}, "crt#1 key-kind", "x509: invalid ECDSA parameters"},
	{"secp256k1", {SERVER, .key_kind = "secp256k1"}, "crt#1 key-kind", "x509: unsupported elliptic curve"},
	{"client only", {.name = "a.example", .extended_usage = "clientAuth"}, "crt#1 usage-not-server", WRONG_USAGE},
	{"usage without signatures", {.name = "a.example", .usage = "keyEncipherment"}, "crt#1 usage-no-signature", NULL},
	{"authority in its place", {.name = "a.example", AUTHORITY}, "crt#1 usage-no-signature", NULL},
	{"common name only", {.extended_usage = "serverAuth"}, "crt#1 names-missing", LEGACY_NAME},
	{"mail address as the only name", {.other_name = "email:a@b.example"}, "crt#1 names-missing", "x509: certificate is not valid for any names"},
	{"critical comment", {SERVER, .comment = "critical,hello"}, "crt#1 extension-unknown", "x509: unhandled critical extension"},
	{"broken constraints", {.name = "a.example", .constraints = "DER:05:00"}, "crt#1 extension-unreadable", NULL},
};
/* clang-format on */

static void a_server_certificate_is_judged_by_itself(void **state)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct scene *s = *state;
		struct forged_pair pair;

		forge(&rows[i].forgery, &pair);
		put_certificate(put(s, KG_MATERIAL_CERTIFICATE, 0, "crt"), &pair);
		put_key(put(s, KG_MATERIAL_KEY, 0, "key"), &pair);
		expect_labelled(s, rows[i].label, rows[i].wanted);
		if (s->report.problem_count > 0 && rows[i].client != NULL)
			assert_string_equal(s->report.problems[0].client_error, rows[i].client);
		else if (s->report.problem_count > 0)
			assert_null(s->report.problems[0].client_error);
		forged_release(&pair);
		(void)scene_tear_down(state);
		(void)scene_set_up(state);
	}
}

/* What kedagate would not serve is a problem, and what is a problem it would not serve. But for what only clients mind. */
static void the_verdict_is_that_of_kg_pair_verify(void **state)
{
	static const struct kg_pair_paths paths = {"crt", "key"};

	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct scene *s = *state;
		struct kg_pair_facts facts;
		struct kg_pem_pair pair;
		struct kg_err err;
		bool is_refused;
		bool has_problem = false;

		forge_pem(&rows[i].forgery, &pair);
		is_refused = kg_pair_verify(&pair, &paths, NOW, &facts, &err) != 0;
		kg_buf_puts(put(s, KG_MATERIAL_CERTIFICATE, 0, "crt"), kg_buf_text(&pair.certificate));
		inspect(s);
		for (size_t at = 0; at < s->report.problem_count; at++)
			has_problem |= kg_flaw_info(s->report.problems[at].flaw)->severity == KG_SEVERITY_PROBLEM;
		if (has_problem != is_refused && strcmp(rows[i].wanted, "crt#1 extension-unknown") != 0)
			fail_msg("%s: kg_pair_verify disagrees", rows[i].label);
		kg_pem_pair_release(&pair);
		(void)scene_tear_down(state);
		(void)scene_set_up(state);
	}
}

static void the_listing_says_what_a_certificate_is(void **state)
{
	struct scene *s = *state;
	const struct forgery root_forgery = {AUTHORITY, .common_name = "root"};
	struct forged_pair root;
	struct forged_pair leaf;
	const struct kg_inspected_certificate *found;

	forge(&root_forgery, &root);
	forge(&(struct forgery){.common_name = "me",
	                        .other_name = "DNS:a.example,IP:10.0.0.1,email:x@y.example,URI:spiffe://k",
	                        .issuer = &root},
	      &leaf);
	assert_int_equal(ASN1_INTEGER_set_uint64(X509_get_serialNumber(leaf.certificate), 0), 1);
	assert_true(X509_sign(leaf.certificate, root.key, EVP_sha256()) > 0);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&leaf, &root));
	put_key(put(s, KG_MATERIAL_KEY, 0, "key"), &leaf);
	expect(s, "");
	assert_int_equal(s->report.certificate_count, 2);
	found = &s->report.certificates[0];
	assert_int_equal(found->kind, KG_CERTIFICATE_SERVER);
	assert_string_equal(found->subject, "CN=me");
	assert_string_equal(found->issuer, "CN=root");
	assert_int_equal(found->name_count, 4);
	assert_string_equal(found->names[0], "a.example");
	assert_string_equal(found->names[1], "10.0.0.1");
	assert_string_equal(found->names[2], "email:x@y.example");
	assert_string_equal(found->names[3], "URI:spiffe://k");
	assert_string_equal(found->serial, "00");
	assert_string_equal(found->key, "ECDSA P-256");
	assert_string_equal(found->key_place, "key");
	assert_int_equal(strlen(found->fingerprint), 95);
	assert_true(found->has_dates);
	assert_int_equal(found->not_after, NOW + DAY);
	assert_int_equal(s->report.certificates[1].kind, KG_CERTIFICATE_ROOT);
	assert_null(s->report.certificates[1].key_place);
	forged_release(&leaf);
	forged_release(&root);
}

/* A public key of random digits: one to be used would take seconds to make. */
static EVP_PKEY *make_public_key(int bits)
{
	BIGNUM *modulus = BN_new();
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *parameters;
	EVP_PKEY *key = NULL;

	assert_int_equal(BN_rand(modulus, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
	assert_int_equal(OSSL_PARAM_BLD_push_BN(builder, "n", modulus), 1);
	assert_int_equal(OSSL_PARAM_BLD_push_ulong(builder, "e", 65537), 1);
	parameters = OSSL_PARAM_BLD_to_param(builder);
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters), 1);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(context);
	BN_free(modulus);
	return key;
}

static void a_key_too_long_for_go_is_told(void **state)
{
	static const struct {
		int bits;
		const char *wanted;
	} lengths[] = {{8192, ""}, {8200, "crt#1 key-long"}};

	for (size_t i = 0; i < KG_ARRAY_LEN(lengths); i++) {
		struct scene *s = *state;
		struct forged_pair pair;
		EVP_PKEY *key = make_public_key(lengths[i].bits);

		forge(&(struct forgery){SERVER}, &pair);
		assert_true(X509_set_pubkey(pair.certificate, key) == 1 && X509_sign(pair.certificate, pair.key, EVP_sha256()) > 0);
		put_certificate(put(s, KG_MATERIAL_SERVED, 0, "crt"), &pair);
		expect(s, lengths[i].wanted);
		EVP_PKEY_free(key);
		forged_release(&pair);
		(void)scene_tear_down(state);
		(void)scene_set_up(state);
	}
}

/* ---- names ---- */

static void the_name_that_is_asked_for_must_be_there(void **state)
{
	static const struct {
		const char *names, *asked, *wanted, *client;
	} names[] = {
	        {"DNS:hook.keda.svc,DNS:hook.keda", "hook.keda.svc", "", NULL},
	        {"DNS:hook.keda.svc", "HOOK.keda.svc", "", NULL},
	        {"DNS:*.keda.svc", "hook.keda.svc", "", NULL},
	        {"IP:127.0.0.1", "127.0.0.1", "", NULL},
	        {"IP:::1", "::1", "", NULL},
	        {"DNS:hook.keda,DNS:hook", "hook.keda.svc", "crt#1 names-mismatch",
	         "x509: certificate is valid for hook.keda, hook, not hook.keda.svc"},
	        {"DNS:*.keda.svc", "a.b.keda.svc", "crt#1 names-mismatch", "x509: certificate is valid for *.keda.svc, not a.b.keda.svc"},
	        {"IP:127.0.0.1", "localhost", "crt#1 names-mismatch",
	         "x509: certificate is not valid for any names, but wanted to match localhost"},
	        {"DNS:localhost", "127.0.0.1", "crt#1 names-mismatch",
	         "x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"},
	        {"IP:127.0.0.1", "127.0.0.2", "crt#1 names-mismatch", "x509: certificate is valid for 127.0.0.1, not 127.0.0.2"},
	};

	for (size_t i = 0; i < KG_ARRAY_LEN(names); i++) {
		struct scene *s = *state;
		struct forged_pair pair;

		forge(&(struct forgery){.other_name = names[i].names}, &pair);
		put_certificate(put(s, KG_MATERIAL_CERTIFICATE, 0, "crt"), &pair);
		s->request.server_name = names[i].asked;
		expect_labelled(s, names[i].asked, names[i].wanted);
		if (s->report.problem_count > 0)
			expect_client(s, KG_FLAW_NAMES_MISMATCH, names[i].client);
		forged_release(&pair);
		(void)scene_tear_down(state);
		(void)scene_set_up(state);
	}
}

static void the_host_of_the_connection_is_only_a_hint(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_SERVED, 0, "served", CHAIN(&f.leaf, &f.intermediate));
	s->request.server_name = "127.0.0.1";
	s->request.server_name_is_host = true;
	expect(s, "served#1 names-host");
	put_chain(s, KG_MATERIAL_AUTHORITY, 1, "bundle", CHAIN(&f.root));
	s->materials[1].name = "hook.example";
	expect(s, "");
	family_release(&f);
}

static void the_service_of_a_bundle_must_be_among_the_names(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_AUTHORITY, 1, "bundle", CHAIN(&f.root));
	s->materials[1].name = "other.keda.svc";
	expect(s, "crt#1 names-mismatch");
	expect_sentence(s, KG_FLAW_NAMES_MISMATCH, "\"other.keda.svc\", the server name in bundle");
	family_release(&f);
}

/* Of two bundles with names one is certainly for another server; it may be this one's only when the name is of the same namespace. */
static void a_bundle_for_another_server_says_nothing_of_this_one(void **state)
{
	struct scene *s = *state;
	struct forged_pair pair;

	forge(&(struct forgery){SERVER_NAMED("hook.keda.svc")}, &pair);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&pair));
	put_chain(s, KG_MATERIAL_AUTHORITY, 1, "mine", CHAIN(&pair));
	put_chain(s, KG_MATERIAL_AUTHORITY, 2, "other", CHAIN(&pair));
	s->materials[1].name = "hook.keda.svc";
	s->materials[2].name = "other.shop.svc";
	expect(s, "mine#1 leaf-as-authority, other#1 leaf-as-authority, other#0 service-unmatched");
	s->materials[2].name = "other.keda.svc";
	expect(s, "crt#1 names-mismatch, mine#1 leaf-as-authority, other#1 leaf-as-authority");
	forged_release(&pair);
}

static void a_bundle_is_compared_with_the_certificates_for_its_service(void **state)
{
	struct scene *s = *state;
	struct family f;
	struct forged_pair stranger;

	family_make(&f);
	forge(&(struct forgery){SERVER_NAMED("stranger.example")}, &stranger);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_CERTIFICATE, 1, "stranger", CHAIN(&stranger));
	put_chain(s, KG_MATERIAL_AUTHORITY, 2, "bundle", CHAIN(&f.root));
	s->materials[2].name = "hook.example";
	expect(s, "");
	s->materials[2].name = "third.example";
	expect(s, "bundle#0 service-unmatched");
	forged_release(&stranger);
	family_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        SCENE(a_server_certificate_is_judged_by_itself),
	        SCENE(the_verdict_is_that_of_kg_pair_verify),
	        SCENE(the_listing_says_what_a_certificate_is),
	        SCENE(a_key_too_long_for_go_is_told),
	        SCENE(the_name_that_is_asked_for_must_be_there),
	        SCENE(the_host_of_the_connection_is_only_a_hint),
	        SCENE(the_service_of_a_bundle_must_be_among_the_names),
	        SCENE(a_bundle_for_another_server_says_nothing_of_this_one),
	        SCENE(a_bundle_is_compared_with_the_certificates_for_its_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
