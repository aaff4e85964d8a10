/*
 * What is wrong with certificates: each flaw with a near miss, told of the right certificate, in the words of Go where Go has any.
 */
#include "kedagate/tls/inspect.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <stdbool.h>

#include "kedagate/base/limits.h"
#include "unit/tls/fixture.h"

enum { MATERIALS_MAX = 8 };

/* Some texts, and what is said to them. */
struct scene {
	struct kg_material materials[MATERIALS_MAX];
	struct kg_buf texts[MATERIALS_MAX];
	size_t count;
	struct kg_inspect_request request;
	struct kg_inspect_report report;
	struct kg_arena arena;
};

/* Every flaw must be seen by some test. */
static bool seen[KG_FLAW_COUNT];

static int scene_set_up(void **state)
{
	static struct scene scene;

	scene = (struct scene){.request = {.now = NOW}};
	kg_arena_init(&scene.arena, 16u << 20);
	*state = &scene;
	return 0;
}

static int scene_tear_down(void **state)
{
	struct scene *s = *state;

	for (size_t i = 0; i < s->count; i++)
		kg_buf_release(&s->texts[i]);
	kg_arena_release(&s->arena);
	return 0;
}

/* The text of the newest material, to be appended to. */
static struct kg_buf *put(struct scene *s, enum kg_material_role role, size_t set, const char *place)
{
	assert_true(s->count < MATERIALS_MAX);
	kg_buf_init(&s->texts[s->count], 1u << 20);
	s->materials[s->count] = (struct kg_material){.role = role, .set = set, .place = place};
	return &s->texts[s->count++];
}

static void put_certificate(struct kg_buf *text, const struct forged_pair *pair)
{
	struct kg_err err;

	assert_int_equal(kg_pem_write_certificate(pair->certificate, text, &err), 0);
}

static void put_key(struct kg_buf *text, const struct forged_pair *pair)
{
	struct kg_err err;

	assert_int_equal(kg_pem_write_key(pair->key, text, &err), 0);
}

/* A file with these certificates; the list ends with NULL. */
static void put_chain(struct scene *s, enum kg_material_role role, size_t set, const char *place, const struct forged_pair *const *chain)
{
	struct kg_buf *text = put(s, role, set, place);

	for (; *chain != NULL; chain++)
		put_certificate(text, *chain);
}

#define CHAIN(...)                                                                                                                         \
	(const struct forged_pair *const[])                                                                                                \
	{                                                                                                                                  \
		__VA_ARGS__, NULL                                                                                                          \
	}

static void put_text(struct scene *s, enum kg_material_role role, const char *place, const char *text)
{
	kg_buf_puts(put(s, role, 0, place), text);
}

static void inspect(struct scene *s)
{
	struct kg_err err = {0};

	for (size_t i = 0; i < s->count; i++) {
		s->materials[i].text = kg_buf_text(&s->texts[i]);
		s->materials[i].length = s->texts[i].length;
	}
	s->request.materials = s->materials;
	s->request.material_count = s->count;
	assert_int_equal(kg_inspect(&s->request, &s->arena, &s->report, &err), 0);
	for (size_t i = 0; i < s->report.problem_count; i++)
		seen[s->report.problems[i].flaw] = true;
}

/* "place#certificate id", one a problem, in order. */
static void list_problems(const struct scene *s, struct kg_buf *out)
{
	for (size_t i = 0; i < s->report.problem_count; i++) {
		const struct kg_certificate_problem *problem = &s->report.problems[i];

		kg_buf_printf(out, "%s%s#%zu %s", i > 0 ? ", " : "", s->materials[problem->material].place, problem->certificate,
		              kg_flaw_info(problem->flaw)->id);
	}
}

static void expect_labelled(struct scene *s, const char *label, const char *wanted)
{
	struct kg_buf found;

	inspect(s);
	kg_buf_init(&found, 4096);
	list_problems(s, &found);
	if (strcmp(kg_buf_text(&found), wanted) != 0)
		fail_msg("%s: \"%s\" instead of \"%s\"", label, kg_buf_text(&found), wanted);
	kg_buf_release(&found);
}

static void expect(struct scene *s, const char *wanted)
{
	expect_labelled(s, "problems", wanted);
}

static const struct kg_certificate_problem *problem_of(const struct scene *s, enum kg_flaw flaw)
{
	for (size_t i = 0; i < s->report.problem_count; i++) {
		if (s->report.problems[i].flaw == flaw)
			return &s->report.problems[i];
	}
	fail_msg("there is no problem %s", kg_flaw_info(flaw)->id);
	return NULL;
}

static void expect_client(const struct scene *s, enum kg_flaw flaw, const char *wanted)
{
	const struct kg_certificate_problem *problem = problem_of(s, flaw);

	if (wanted == NULL)
		assert_null(problem->client_error);
	else
		assert_string_equal(problem->client_error, wanted);
}

static void expect_sentence(const struct scene *s, enum kg_flaw flaw, const char *part)
{
	if (strstr(problem_of(s, flaw)->sentence, part) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", problem_of(s, flaw)->sentence, part);
}

/* ---- one certificate ---- */

struct row {
	const char *label;
	struct forgery forgery;
	const char *wanted;
	const char *client; /* of the first problem */
};

#define LEGACY_NAME  "x509: certificate relies on legacy Common Name field, use SANs instead"
#define OUT_OF_DATES "x509: certificate has expired or is not yet valid"
#define WRONG_USAGE  "x509: certificate specifies an incompatible key usage"

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

/* ---- pairs and chains ---- */

/* root <- intermediate <- leaf, and what some tests put beside them. */
struct family {
	struct forged_pair root, intermediate, leaf, other;
};

static void family_make(struct family *family)
{
	forge(&(struct forgery){AUTHORITY, .common_name = "root", .begin = NOW - 20 * DAY, .end = NOW + 900 * DAY}, &family->root);
	forge(&(struct forgery){AUTHORITY, .common_name = "intermediate", .issuer = &family->root, .begin = NOW - 10 * DAY,
	                        .end = NOW + 800 * DAY},
	      &family->intermediate);
	forge(&(struct forgery){SERVER, .common_name = "leaf", .issuer = &family->intermediate, .begin = NOW - 5 * DAY,
	                        .end = NOW + 700 * DAY},
	      &family->leaf);
	forge(&(struct forgery){AUTHORITY, .common_name = "other", .end = NOW + 900 * DAY}, &family->other);
}

static void family_release(struct family *family)
{
	forged_release(&family->root);
	forged_release(&family->intermediate);
	forged_release(&family->leaf);
	forged_release(&family->other);
}

static void a_key_of_another_certificate_is_told(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_key(put(s, KG_MATERIAL_KEY, 0, "key"), &f.other);
	expect(s, "key#0 key-mismatch");
	expect_client(s, KG_FLAW_KEY_MISMATCH, "tls: private key does not match public key");
	family_release(&f);
}

static void a_key_of_another_kind_is_told_so(void **state)
{
	struct scene *s = *state;
	struct forged_pair leaf;
	struct forged_pair other;

	forge(&(struct forgery){SERVER}, &leaf);
	forge(&(struct forgery){SERVER, .key_kind = "RSA:2048"}, &other);
	put_certificate(put(s, KG_MATERIAL_CERTIFICATE, 0, "crt"), &leaf);
	put_key(put(s, KG_MATERIAL_KEY, 0, "key"), &other);
	expect(s, "key#0 key-mismatch");
	expect_client(s, KG_FLAW_KEY_MISMATCH, "tls: private key type does not match public key type");
	forged_release(&leaf);
	forged_release(&other);
}

static void the_key_of_the_authority_in_the_place_of_the_servers_is_told(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_key(put(s, KG_MATERIAL_KEY, 0, "key"), &f.root);
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.root));
	expect(s, "key#0 key-mismatch");
	expect_sentence(s, KG_FLAW_KEY_MISMATCH, "it is the authority's");
	family_release(&f);
}

static void the_keys_of_both_are_right_in_their_places(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_key(put(s, KG_MATERIAL_KEY, 0, "key"), &f.leaf);
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.root));
	put_key(put(s, KG_MATERIAL_AUTHORITY_KEY, 0, "ca.key"), &f.root);
	expect(s, "");
	family_release(&f);
}

static void the_authoritys_key_must_be_the_authoritys(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.root));
	put_key(put(s, KG_MATERIAL_AUTHORITY_KEY, 0, "ca.key"), &f.leaf);
	expect(s, "ca.key#0 key-mismatch");
	family_release(&f);
}

static void a_key_of_another_set_is_left_alone(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_key(put(s, KG_MATERIAL_KEY, 1, "key"), &f.other);
	expect(s, "");
	family_release(&f);
}

static void a_weak_key_without_its_certificate_is_told(void **state)
{
	struct scene *s = *state;
	struct forged_pair pair;

	forge(&(struct forgery){SERVER, .key_kind = "RSA:1024"}, &pair);
	put_key(put(s, KG_MATERIAL_UNKNOWN, 0, "key"), &pair);
	expect(s, "key#0 key-short");
	forged_release(&pair);
}

/* Members of the family: l, i, r, o. */
struct order_row {
	const char *chain;
	const char *wanted;
};

static const struct order_row order_rows[] = {
        {"l", ""},
        {"li", ""},
        {"lir", ""},
        {"il", "crt#2 chain-order"},
        {"ril", "crt#3 chain-order"},
        {"lri", "crt#3 chain-order"},
        {"lii", "crt#3 chain-duplicate"},
        {"ll", "crt#2 chain-duplicate"},
        {"lirr", ""},
        {"lo", "crt#2 chain-broken"},
        {"lio", "crt#3 chain-broken"},
        {"liro", "crt#4 chain-broken"},
};

static void put_letters(struct kg_buf *text, const struct family *f, const char *letters)
{
	for (; *letters != '\0'; letters++)
		put_certificate(text, *letters == 'l'   ? &f->leaf
		                      : *letters == 'i' ? &f->intermediate
		                      : *letters == 'r' ? &f->root
		                                        : &f->other);
}

static void the_chain_must_be_in_order(void **state)
{
	static const struct kg_pair_paths paths = {"crt", "key"};
	struct family f;

	family_make(&f);
	for (size_t i = 0; i < KG_ARRAY_LEN(order_rows); i++) {
		struct scene *s = *state;
		struct kg_pem_pair pair;
		struct kg_pair_facts facts;
		struct kg_err err;

		put_letters(put(s, KG_MATERIAL_CERTIFICATE, 0, "crt"), &f, order_rows[i].chain);
		expect_labelled(s, order_rows[i].chain, order_rows[i].wanted);
		kg_pem_pair_init(&pair);
		put_letters(&pair.certificate, &f, order_rows[i].chain);
		put_key(&pair.key, &f.leaf);
		if ((kg_pair_verify(&pair, &paths, NOW, &facts, &err) != 0) != (*order_rows[i].wanted != '\0'))
			fail_msg("%s: kg_pair_verify disagrees", order_rows[i].chain);
		kg_pem_pair_release(&pair);
		(void)scene_tear_down(state);
		(void)scene_set_up(state);
	}
	family_release(&f);
}

static void a_chain_over_the_limit_of_the_server_is_told(void **state)
{
	struct scene *s = *state;
	struct forged_pair root;
	struct kg_buf *text;

	forge(&(struct forgery){SERVER}, &root);
	text = put(s, KG_MATERIAL_CERTIFICATE, 0, "crt");
	for (int i = 0; i <= KG_CHAIN_MAX; i++)
		put_certificate(text, &root);
	expect(s, "crt#2 chain-duplicate, crt#0 too-many");
	forged_release(&root);
}

static void a_signature_with_sha1_is_told(void **state)
{
	struct scene *s = *state;
	struct forged_pair root;
	struct forged_pair leaf;

	forge(&(struct forgery){AUTHORITY, .common_name = "root"}, &root);
	forge(&(struct forgery){SERVER, .issuer = &root, .digest = "SHA1"}, &leaf);
	put_certificate(put(s, KG_MATERIAL_CERTIFICATE, 0, "crt"), &leaf);
	put_certificate(put(s, KG_MATERIAL_AUTHORITY, 0, "ca"), &root);
	expect(s, "crt#1 signature-weak");
	expect_client(s, KG_FLAW_SIGNATURE_WEAK, "x509: cannot verify signature: insecure algorithm ECDSA-SHA1");
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

/* ---- trust ---- */

#define UNKNOWN "x509: certificate signed by unknown authority"
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

/* ---- what is served ---- */

static void what_is_served_must_be_what_the_files_hold(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_SERVED, 1, "served", CHAIN(&f.leaf, &f.intermediate));
	expect(s, "");
	family_release(&f);
}

/* The files hold `f.leaf`, of five days ago. */
static void expect_served(struct scene *s, time_t begin, const char *wanted)
{
	struct family f;
	struct forged_pair served;

	family_make(&f);
	forge(&(struct forgery){SERVER, .issuer = &f.intermediate, .begin = begin, .end = NOW + 700 * DAY}, &served);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.root));
	put_chain(s, KG_MATERIAL_SERVED, 1, "served", CHAIN(&served, &f.intermediate));
	expect(s, wanted);
	forged_release(&served);
	family_release(&f);
}

static void a_server_that_did_not_reload_is_told(void **state)
{
	expect_served(*state, NOW - 6 * DAY, "served#1 served-stale");
}

static void files_that_are_older_than_what_is_served_are_told(void **state)
{
	expect_served(*state, NOW - 4 * DAY, "served#1 files-stale");
}

static void issuers_that_were_not_loaded_are_told(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_SERVED, 1, "served", CHAIN(&f.leaf));
	expect(s, "served#1 served-chain-differs");
	family_release(&f);
}

static void what_is_served_by_a_stranger_is_told(void **state)
{
	struct scene *s = *state;
	struct family f;
	struct forged_pair stranger;

	family_make(&f);
	forge(&(struct forgery){SERVER_NAMED("stranger.example")}, &stranger);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_CERTIFICATE, 1, "more", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_SERVED, 2, "served", CHAIN(&stranger));
	expect(s, "served#1 served-unrelated");
	forged_release(&stranger);
	family_release(&f);
}

static void a_bundle_that_does_not_trust_what_is_served_is_told(void **state)
{
	struct scene *s = *state;
	struct family f;

	family_make(&f);
	put_chain(s, KG_MATERIAL_SERVED, 0, "served", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_AUTHORITY, 1, "bundle", CHAIN(&f.other));
	s->materials[1].name = "hook.example";
	expect(s, "bundle#0 authority-unknown");
	family_release(&f);
}

static void the_authority_of_another_pair_says_nothing_of_what_is_served(void **state)
{
	struct scene *s = *state;
	struct family f;
	struct forged_pair stranger;

	family_make(&f);
	forge(&(struct forgery){SERVER_NAMED("stranger.example"), .issuer = &f.other}, &stranger);
	put_chain(s, KG_MATERIAL_CERTIFICATE, 0, "crt", CHAIN(&f.leaf, &f.intermediate));
	put_chain(s, KG_MATERIAL_CERTIFICATE, 1, "other", CHAIN(&stranger));
	put_chain(s, KG_MATERIAL_AUTHORITY, 1, "other-ca", CHAIN(&f.other));
	put_chain(s, KG_MATERIAL_SERVED, 2, "served", CHAIN(&f.leaf, &f.intermediate));
	expect(s, "");
	forged_release(&stranger);
	family_release(&f);
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

/* Must be the last. Left out: what no authority signs that can be forged here. */
static void every_flaw_was_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_FLAW_COUNT; i++) {
		if (!seen[i] && i != KG_FLAW_DATES_UNREADABLE && i != KG_FLAW_UNTRUSTED)
			fail_msg("no test sees %s", kg_flaw_info((enum kg_flaw)i)->id);
	}
}

#define SCENE(test_) cmocka_unit_test_setup_teardown(test_, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        SCENE(a_server_certificate_is_judged_by_itself),
	        SCENE(the_verdict_is_that_of_kg_pair_verify),
	        SCENE(the_listing_says_what_a_certificate_is),
	        SCENE(a_text_that_cannot_be_read_is_told),
	        SCENE(der_is_recognised),
	        SCENE(what_stands_behind_a_damaged_block_is_read),
	        SCENE(the_older_label_of_a_certificate_is_told),
	        SCENE(states_of_materials_are_told),
	        SCENE(certificates_past_the_limit_are_told),
	        SCENE(a_key_of_another_certificate_is_told),
	        SCENE(a_key_of_another_kind_is_told_so),
	        SCENE(the_key_of_the_authority_in_the_place_of_the_servers_is_told),
	        SCENE(the_keys_of_both_are_right_in_their_places),
	        SCENE(the_authoritys_key_must_be_the_authoritys),
	        SCENE(a_key_of_another_set_is_left_alone),
	        SCENE(a_weak_key_without_its_certificate_is_told),
	        SCENE(the_chain_must_be_in_order),
	        SCENE(a_chain_over_the_limit_of_the_server_is_told),
	        SCENE(a_signature_with_sha1_is_told),
	        SCENE(a_key_too_long_for_go_is_told),
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
	        SCENE(the_name_that_is_asked_for_must_be_there),
	        SCENE(the_host_of_the_connection_is_only_a_hint),
	        SCENE(the_service_of_a_bundle_must_be_among_the_names),
	        SCENE(a_bundle_is_compared_with_the_certificates_for_its_service),
	        SCENE(what_is_served_must_be_what_the_files_hold),
	        SCENE(a_server_that_did_not_reload_is_told),
	        SCENE(files_that_are_older_than_what_is_served_are_told),
	        SCENE(issuers_that_were_not_loaded_are_told),
	        SCENE(what_is_served_by_a_stranger_is_told),
	        SCENE(a_bundle_that_does_not_trust_what_is_served_is_told),
	        SCENE(the_authority_of_another_pair_says_nothing_of_what_is_served),
	        SCENE(files_are_told_apart_by_what_they_hold),
	        SCENE(certificate_and_key_in_one_file_are_a_pair),
	        SCENE(a_root_that_is_none_is_known_by_the_one_it_issued),
	        SCENE(a_lack_of_memory_is_an_error),
	        SCENE(every_flaw_was_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
