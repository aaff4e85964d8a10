/*
 * Pairs and chains: what does not belong together, and what is not in order.
 */
#include "kedagate/tls/inspect.h"

#include "unit/tls/inspect_fixture.h"

/* ---- pairs and chains ---- */

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

static void a_key_whose_certificate_cannot_be_read_is_not_held_against_the_authority(void **state)
{
	static const char *const texts[] = {"", "hello\n", "-----BEGIN CERTIFICATE-----\nAAAA\n"};
	static const enum kg_material_role roles[][2] = {{KG_MATERIAL_CERTIFICATE, KG_MATERIAL_KEY},
	                                                 {KG_MATERIAL_UNKNOWN, KG_MATERIAL_UNKNOWN}};

	for (size_t i = 0; i < KG_ARRAY_LEN(texts) * KG_ARRAY_LEN(roles); i++) {
		struct scene *s = *state;
		const enum kg_material_role *role = roles[i / KG_ARRAY_LEN(texts)];
		struct family f;

		family_make(&f);
		put_text(s, role[0], "crt", texts[i % KG_ARRAY_LEN(texts)]);
		put_key(put(s, role[1], 0, "key"), &f.leaf);
		put_chain(s, KG_MATERIAL_AUTHORITY, 0, "ca", CHAIN(&f.root));
		inspect(s);
		assert_int_equal(s->report.problem_count, 1);
		assert_string_equal(s->materials[s->report.problems[0].material].place, "crt");
		family_release(&f);
		(void)scene_tear_down(state);
		(void)scene_set_up(state);
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        SCENE(a_key_of_another_certificate_is_told),
	        SCENE(a_key_of_another_kind_is_told_so),
	        SCENE(the_key_of_the_authority_in_the_place_of_the_servers_is_told),
	        SCENE(a_key_whose_certificate_cannot_be_read_is_not_held_against_the_authority),
	        SCENE(the_keys_of_both_are_right_in_their_places),
	        SCENE(the_authoritys_key_must_be_the_authoritys),
	        SCENE(a_key_of_another_set_is_left_alone),
	        SCENE(a_weak_key_without_its_certificate_is_told),
	        SCENE(the_chain_must_be_in_order),
	        SCENE(a_chain_over_the_limit_of_the_server_is_told),
	        SCENE(a_signature_with_sha1_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
