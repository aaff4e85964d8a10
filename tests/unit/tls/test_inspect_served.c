/*
 * What a server sends, compared with files and bundles.
 */
#include "kedagate/tls/inspect.h"

#include "unit/tls/inspect_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        SCENE(what_is_served_must_be_what_the_files_hold),
	        SCENE(a_server_that_did_not_reload_is_told),
	        SCENE(files_that_are_older_than_what_is_served_are_told),
	        SCENE(issuers_that_were_not_loaded_are_told),
	        SCENE(what_is_served_by_a_stranger_is_told),
	        SCENE(a_bundle_that_does_not_trust_what_is_served_is_told),
	        SCENE(the_authority_of_another_pair_says_nothing_of_what_is_served),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
