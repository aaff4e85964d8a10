/*
 * What the ca.crt beside a pair says about it: every reason why clients that trust it would refuse the pair, and what is no reason.
 */
#include "tls/authorities.h"

#include "unit/tls/fixture.h"

static const struct kg_pair_paths paths = {"/x/tls.crt", "/x/tls.key"};

enum { CHAIN_MAX = 3 };

/* From the top downwards; the last is the server's, and what has no common name is left out. */
struct row {
	const char *label;
	struct forgery forgeries[CHAIN_MAX];
	bool trust_second; /* the second, not the first, is in ca.crt */
	const char *part;  /* NULL: verified */
};

#define ROOT   AUTHORITY, .common_name = "root"
#define MIDDLE AUTHORITY, .common_name = "middle"
#define LEAF   SERVER, .common_name = "leaf"

/* As the row says, and not otherwise. */
#define ROOT_THAT_SAYS(constraints_, usage_) .common_name = "root", .constraints = (constraints_), .usage = (usage_)
#define SIGNS                                "critical,keyCertSign,cRLSign"

/* clang-format off */
static const struct row rows[] = {
	{"issued by the authority", {{ROOT}, {LEAF}}, false, NULL},
	{"by way of an intermediate", {{ROOT}, {MIDDLE}, {LEAF}}, false, NULL},
	{"an intermediate is trusted, the root is not there", {{ROOT}, {MIDDLE}, {LEAF}}, true, NULL},
	{"the leaf itself is trusted", {{LEAF}}, false, NULL},
	{"any extended usage", {{ROOT}, {.name = "hook.example", .common_name = "leaf", .extended_usage = "anyExtendedKeyUsage"}}, false, NULL},
	{"any extended usage above", {{ROOT, .extended_usage = "anyExtendedKeyUsage"}, {LEAF}}, false, NULL},
	{"a path length that is kept", {{ROOT_THAT_SAYS("critical,CA:TRUE,pathlen:0", SIGNS)}, {LEAF}}, false, NULL},
	{"last second of the authority", {{ROOT, .end = NOW}, {LEAF}}, false, NULL},
	{"a name within its constraints", {{ROOT, .name_constraints = "critical,permitted;DNS:example"}, {LEAF}}, false, NULL},
	{"an authority signed with SHA-1", {{ROOT, .digest = "SHA1"}, {LEAF}}, false, NULL},

	{"no authority", {{ROOT_THAT_SAYS("critical,CA:FALSE", SIGNS)}, {LEAF}}, false,
	 "/x/tls.crt does not verify against /x/ca.crt: CN=root is no certificate authority"},
	{"neither an authority nor not", {{ROOT_THAT_SAYS(NULL, SIGNS)}, {LEAF}}, false, "CN=root is no certificate authority"},
	{"may not sign", {{ROOT_THAT_SAYS("critical,CA:TRUE", "critical,digitalSignature")}, {LEAF}}, false, "CN=root may not sign certificates"},
	{"a path length that is not kept", {{ROOT_THAT_SAYS("critical,CA:TRUE,pathlen:0", SIGNS)}, {MIDDLE}, {LEAF}}, false, "path length"},
	{"not for servers", {{ROOT, .extended_usage = "clientAuth"}, {LEAF}}, false, "CN=root is not for servers"},
	{"an intermediate that is not for servers", {{ROOT}, {MIDDLE, .extended_usage = "emailProtection"}, {LEAF}}, false,
	 "CN=middle is not for servers"},
	{"an expired authority", {{ROOT, .end = NOW - 1}, {LEAF}}, false, "CN=root expired on 2027-01-15T07:59:59Z; renew it"},
	{"an authority of the future", {{ROOT, .begin = NOW + 1}, {LEAF}}, false, "CN=root is not valid before 2027-01-15T08:00:01Z"},
	{"a name outside its constraints", {{ROOT, .name_constraints = "critical,permitted;DNS:other.test"}, {LEAF}}, false,
	 "CN=leaf has a name that its authority may not issue"},
	{"a name that is excluded", {{ROOT, .name_constraints = "critical,excluded;DNS:example"}, {LEAF}}, false, "name constraints"},
	{"an authority with a short key", {{ROOT, .key_kind = "RSA:768"}, {LEAF}}, false, "CN=root has too short a key"},
	{"signed with SHA-1", {{ROOT}, {LEAF, .digest = "SHA1"}}, false, "is signed with MD5 or SHA-1"},
};
/* clang-format on */

struct fixture {
	struct kg_pem_authorities authorities;
	struct kg_pem_pair pem;
	struct kg_pair_facts facts;
	struct kg_err err;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){0};
	kg_pem_authorities_init(&fixture.authorities);
	kg_pem_pair_init(&fixture.pem);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	kg_pem_authorities_release(&f->authorities);
	kg_pem_pair_release(&f->pem);
	return 0;
}

static void trust(struct fixture *f, const struct forged_pair *authority)
{
	assert_int_equal(kg_pem_write_certificate(authority->certificate, &f->authorities.text, &f->err), 0);
}

static void serve(struct fixture *f, const struct forged_pair *const *chain)
{
	kg_pem_pair_release(&f->pem);
	forged_pem(chain, chain[0], &f->pem);
}

static int judge(struct fixture *f)
{
	struct kg_parsed_pair parsed;
	int status;

	f->facts = (struct kg_pair_facts){0};
	f->err = (struct kg_err){0};
	assert_int_equal(kg_parsed_pair_init(&parsed, &f->pem, &paths, &f->err), 0);
	status = kg_authorities_judge(&f->authorities, &parsed, &paths, NOW, &f->facts, &f->err);
	kg_parsed_pair_release(&parsed);
	return status;
}

static void judge_row(struct fixture *f, const struct row *row)
{
	struct forged_pair forged[CHAIN_MAX];
	const struct forged_pair *chain[CHAIN_MAX + 1] = {NULL};
	size_t count = 0;

	for (; count < CHAIN_MAX && row->forgeries[count].common_name != NULL; count++) {
		struct forgery forgery = row->forgeries[count];

		forgery.issuer = count > 0 ? &forged[count - 1] : NULL;
		forge(&forgery, &forged[count]);
	}
	/* Leaf first, without the root unless there is nothing else. */
	for (size_t i = 0; i + 1 < count || i == 0; i++)
		chain[i] = &forged[count - 1 - i];
	serve(f, chain);
	kg_pem_authorities_release(&f->authorities);
	trust(f, &forged[row->trust_second ? 1 : 0]);
	for (size_t i = 0; i < count; i++)
		forged_release(&forged[i]);
}

static void chains_are_taken_or_refused_for_their_reason(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		int status;

		judge_row(f, &rows[i]);
		status = judge(f);
		if (status != (rows[i].part == NULL ? 0 : KG_EINVAL))
			fail_msg("%s: %d %s", rows[i].label, status, f->err.message);
		assert_int_equal(f->facts.trust, status == 0 ? KG_PAIR_TRUST_VERIFIED : KG_PAIR_TRUST_UNKNOWN);
		if (rows[i].part != NULL)
			assert_message(&f->err, rows[i].part);
	}
}

/* Two authorities and a server's certificate of the first. */
struct two {
	struct forged_pair ours, other, leaf;
};

static void make_two(struct two *two, const struct forgery *ours, const struct forgery *other)
{
	forge(ours, &two->ours);
	forge(other, &two->other);
	forge(&(struct forgery){LEAF, .issuer = &two->ours}, &two->leaf);
}

static void release_two(struct two *two)
{
	forged_release(&two->ours);
	forged_release(&two->other);
	forged_release(&two->leaf);
}

static void a_foreign_authority_is_refused_by_name(void **state)
{
	struct fixture *f = *state;
	struct two two;

	make_two(&two, &(struct forgery){ROOT}, &(struct forgery){AUTHORITY, .common_name = "other"});
	serve(f, (const struct forged_pair *[]){&two.leaf, NULL});
	trust(f, &two.other);
	assert_int_equal(judge(f), KG_EINVAL);
	assert_message(&f->err, "/x/tls.crt does not verify against /x/ca.crt: its issuer, CN=root, is not therein");
	release_two(&two);
}

/* The chain holds its root, which is not trusted. */
static void a_root_that_is_only_sent_along_is_not_trusted(void **state)
{
	struct fixture *f = *state;
	struct two two;

	make_two(&two, &(struct forgery){ROOT}, &(struct forgery){AUTHORITY, .common_name = "other"});
	serve(f, (const struct forged_pair *[]){&two.leaf, &two.ours, NULL});
	trust(f, &two.other);
	assert_int_equal(judge(f), KG_EINVAL);
	assert_message(&f->err, "its issuer, CN=root, is not therein");
	release_two(&two);
}

static void an_authority_of_the_same_name_with_another_key_is_told(void **state)
{
	struct fixture *f = *state;
	struct two two;

	make_two(&two, &(struct forgery){ROOT}, &(struct forgery){ROOT});
	serve(f, (const struct forged_pair *[]){&two.leaf, NULL});
	trust(f, &two.other);
	assert_int_equal(judge(f), KG_EINVAL);
	assert_message(&f->err, "the certificate of CN=root therein has another key");
	release_two(&two);
}

static void of_several_authorities_one_suffices(void **state)
{
	struct fixture *f = *state;
	struct two two;

	make_two(&two, &(struct forgery){ROOT}, &(struct forgery){ROOT});
	serve(f, (const struct forged_pair *[]){&two.leaf, NULL});
	trust(f, &two.other);
	trust(f, &two.ours);
	assert_int_equal(judge(f), 0);
	kg_pem_authorities_release(&f->authorities);
	trust(f, &two.ours);
	trust(f, &two.other);
	assert_int_equal(judge(f), 0);
	release_two(&two);
}

static void the_most_telling_failure_is_given(void **state)
{
	struct fixture *f = *state;
	struct two two;

	make_two(&two, &(struct forgery){ROOT, .end = NOW - 1}, &(struct forgery){AUTHORITY, .common_name = "other"});
	serve(f, (const struct forged_pair *[]){&two.leaf, NULL});
	trust(f, &two.ours);
	trust(f, &two.other);
	assert_int_equal(judge(f), KG_EINVAL);
	assert_message(&f->err, "CN=root expired on");
	release_two(&two);
}

static void an_empty_file_says_nothing(void **state)
{
	static const char *const texts[] = {"", "\n", " \r\n\t"};
	struct fixture *f = *state;

	forge_pem(&(struct forgery){LEAF}, &f->pem);
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		kg_buf_clear(&f->authorities.text);
		kg_buf_puts(&f->authorities.text, texts[i]);
		assert_int_equal(judge(f), 0);
		assert_int_equal(f->facts.trust, KG_PAIR_TRUST_UNKNOWN);
	}
}

static void a_broken_file_is_a_doubt_and_no_refusal(void **state)
{
	static const char *const texts[] = {"no PEM", "-----BEGIN CERTIFICATE-----\nAAAA",
	                                    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"};
	struct fixture *f = *state;

	forge_pem(&(struct forgery){LEAF}, &f->pem);
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		kg_buf_clear(&f->authorities.text);
		kg_buf_puts(&f->authorities.text, texts[i]);
		assert_int_equal(judge(f), 0);
		assert_int_equal(f->facts.trust, KG_PAIR_TRUST_DOUBTFUL);
		assert_non_null(strstr(f->facts.doubt, "/x/ca.crt: "));
	}
}

/* Half of what clients trust says nothing about the other half. */
static void a_file_that_is_cut_off_is_a_doubt_even_with_a_foreign_authority_in_it(void **state)
{
	struct fixture *f = *state;
	struct two two;

	make_two(&two, &(struct forgery){ROOT}, &(struct forgery){AUTHORITY, .common_name = "other"});
	serve(f, (const struct forged_pair *[]){&two.leaf, NULL});
	trust(f, &two.other);
	kg_buf_puts(&f->authorities.text, "-----BEGIN CERTIF");
	assert_int_equal(judge(f), 0);
	assert_int_equal(f->facts.trust, KG_PAIR_TRUST_DOUBTFUL);
	release_two(&two);
}

#define CASE(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(chains_are_taken_or_refused_for_their_reason),
	        CASE(a_foreign_authority_is_refused_by_name),
	        CASE(a_root_that_is_only_sent_along_is_not_trusted),
	        CASE(an_authority_of_the_same_name_with_another_key_is_told),
	        CASE(of_several_authorities_one_suffices),
	        CASE(the_most_telling_failure_is_given),
	        CASE(an_empty_file_says_nothing),
	        CASE(a_broken_file_is_a_doubt_and_no_refusal),
	        CASE(a_file_that_is_cut_off_is_a_doubt_even_with_a_foreign_authority_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
