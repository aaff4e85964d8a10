/*
 * What is served while the files change: only what is good, whole, and no longer than it is current.
 */
#include "kedagate/tls/certstore.h"

#include "unit/tls/store_fixture.h"

static void a_new_store_serves_nothing(void **state)
{
	struct fixture *f = *state;
	struct kg_pair_facts facts;

	assert_null(kg_certstore_get(f->store));
	assert_false(kg_certstore_facts(f->store, &facts));
	kg_served_pair_unref(NULL);
	kg_certstore_free(NULL);
}

static void a_good_pair_is_served(void **state)
{
	struct fixture *f = *state;
	struct kg_served_pair *pair;

	serve_a(f);
	pair = kg_certstore_get(f->store);
	assert_int_equal(pair->chain_length, 1);
	assert_int_equal(pair->facts.not_after, NOW + DAY);
	assert_serial_of(&pair->facts, &f->a);
	kg_served_pair_unref(pair);
}

static void another_good_pair_takes_its_place(void **state)
{
	struct fixture *f = *state;

	serve_a(f);
	directory_put_pair(&f->directory, &f->b);
	assert_int_equal(reload(f), 0);
	assert_serves(f, &f->b);
}

static void a_swapped_generation_takes_its_place(void **state)
{
	struct fixture *f = *state;
	const struct kg_pem_pair *pairs[] = {&f->a, &f->b, &f->a};

	for (size_t i = 0; i < KG_ARRAY_LEN(pairs); i++) {
		int generation = generation_make(&f->directory);

		generation_put(&f->directory, generation, "tls.crt", pairs[i]->certificate.data);
		generation_put(&f->directory, generation, "tls.key", pairs[i]->key.data);
		generation_publish(&f->directory, generation);
		if (i > 0)
			generation_remove(&f->directory, generation - 1);
		assert_int_equal(reload(f), 0);
		assert_serves(f, pairs[i]);
	}
}

static void the_same_bytes_are_unchanged_and_without_a_message(void **state)
{
	struct fixture *f = *state;
	struct kg_served_pair *before;
	struct kg_served_pair *after;

	serve_a(f);
	before = kg_certstore_get(f->store);
	directory_put_pair(&f->directory, &f->a);
	assert_int_equal(reload(f), KG_EUNCHANGED);
	assert_string_equal(f->err.message, "");
	after = kg_certstore_get(f->store);
	assert_ptr_equal(before, after);
	kg_served_pair_unref(before);
	kg_served_pair_unref(after);
}

static void the_error_may_be_null(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(kg_certstore_reload(f->store, &f->paths, NOW, NULL), KG_ENOTFOUND);
	assert_int_equal(kg_certstore_reload(f->store, &f->paths, NOW, NULL), KG_EUNCHANGED);
	directory_put_pair(&f->directory, &f->a);
	assert_int_equal(kg_certstore_reload(f->store, &f->paths, NOW, NULL), 0);
}

/* What may happen to the files; each leaves them so that they must be refused. */
static void mix(struct fixture *f)
{
	directory_put(&f->directory, "tls.crt", f->b.certificate.data, f->b.certificate.length);
}

static void empty_certificate(struct fixture *f)
{
	directory_put_text(&f->directory, "tls.crt", "");
}

static void empty_key(struct fixture *f)
{
	directory_put_text(&f->directory, "tls.key", "");
}

static void half_write_certificate(struct fixture *f)
{
	directory_put_pair(&f->directory, &f->b);
	directory_put(&f->directory, "tls.crt", f->b.certificate.data, f->b.certificate.length / 2);
}

static void half_write_key(struct fixture *f)
{
	directory_put_pair(&f->directory, &f->b);
	directory_put(&f->directory, "tls.key", f->b.key.data, f->b.key.length / 2);
}

static void delete_certificate(struct fixture *f)
{
	assert_int_equal(unlink(f->certificate), 0);
}

static void delete_key(struct fixture *f)
{
	assert_int_equal(unlink(f->key), 0);
}

static void delete_directory(struct fixture *f)
{
	directory_remove(&f->directory);
}

static void expire(struct fixture *f)
{
	struct kg_pem_pair expired;

	forge_pem(&(struct forgery){SERVER, .end = NOW - 1}, &expired);
	directory_put_pair(&f->directory, &expired);
	kg_pem_pair_release(&expired);
}

static void make_unreadable(struct fixture *f)
{
	assert_int_equal(unlink(f->key), 0);
	assert_int_equal(mkdir(f->key, 0700), 0);
}

static const struct {
	void (*act)(struct fixture *f);
	int code;
	enum kg_pair_fault fault;
	const char *part;
} mishaps[] = {
        {mix, KG_EINVAL, KG_PAIR_FAULT_KEY, "tls.crt: the private key does not match the certificate"},
        {empty_certificate, KG_EINVAL, KG_PAIR_FAULT_MALFORMED, "tls.crt: the file is empty"},
        {empty_key, KG_EINVAL, KG_PAIR_FAULT_MALFORMED, "tls.key: the file is empty"},
        {half_write_certificate, KG_EINVAL, KG_PAIR_FAULT_MALFORMED, "tls.crt: the PEM text is cut off or damaged"},
        {half_write_key, KG_EINVAL, KG_PAIR_FAULT_MALFORMED, "tls.key: the PEM text is cut off or damaged"},
        {delete_certificate, KG_ENOTFOUND, KG_PAIR_FAULT_UNREADABLE, "tls.crt"},
        {delete_key, KG_ENOTFOUND, KG_PAIR_FAULT_UNREADABLE, "tls.key"},
        {delete_directory, KG_ENOTFOUND, KG_PAIR_FAULT_UNREADABLE, "No such file or directory"},
        {expire, KG_EINVAL, KG_PAIR_FAULT_DATES, "tls.crt: certificate expired on 2027-01-15T07:59:59Z"},
        {make_unreadable, KG_EIO, KG_PAIR_FAULT_UNREADABLE, "tls.key"},
};

/* Whatever the last mishap left. */
static void mend(struct fixture *f)
{
	(void)mkdir(f->directory.path, 0700);
	(void)rmdir(f->key);
	directory_put_pair(&f->directory, &f->a);
	(void)!reload(f);
	assert_serves(f, &f->a);
	assert_int_equal(kg_certstore_fault(f->store), KG_PAIR_FAULT_NONE);
}

/* One mishap after the other, each from a good start; `examine` looks at what came of it. */
static void after_each_mishap(struct fixture *f, void (*examine)(struct fixture *f, int code))
{
	for (size_t i = 0; i < KG_ARRAY_LEN(mishaps); i++) {
		int status;

		mend(f);
		mishaps[i].act(f);
		status = reload(f);
		if (status != mishaps[i].code)
			fail_msg("mishap %zu: %d %s", i, status, f->err.message);
		assert_message(&f->err, mishaps[i].part);
		assert_int_equal(f->err.code, status);
		assert_int_equal(kg_certstore_fault(f->store), mishaps[i].fault);
		examine(f, status);
	}
	mend(f);
}

static void examine_served(struct fixture *f, int code)
{
	(void)code;
	assert_serves(f, &f->a);
}

static void the_current_pair_stays_after_every_mishap(void **state)
{
	after_each_mishap(*state, examine_served);
}

static void examine_repeated(struct fixture *f, int code)
{
	const struct kg_err first = f->err;

	(void)code;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(reload(f), KG_EUNCHANGED);
		assert_int_equal(f->err.code, KG_EUNCHANGED);
		assert_string_equal(f->err.message, first.message);
	}
	assert_serves(f, &f->a);
}

static void each_mishap_is_told_once(void **state)
{
	after_each_mishap(*state, examine_repeated);
}

static void examine_mended(struct fixture *f, int code)
{
	(void)code;
	mend(f);
	assert_int_equal(f->err.code, KG_EUNCHANGED);
	assert_string_equal(f->err.message, "");
}

static void files_that_are_mended_are_unchanged_without_a_message(void **state)
{
	after_each_mishap(*state, examine_mended);
}

static void a_mishap_that_comes_back_is_told_again(void **state)
{
	struct fixture *f = *state;

	serve_a(f);
	mix(f);
	assert_int_equal(reload(f), KG_EINVAL);
	mend(f);
	mix(f);
	assert_int_equal(reload(f), KG_EINVAL);
}

static void other_content_with_the_same_fault_is_told_anew(void **state)
{
	struct fixture *f = *state;

	serve_a(f);
	directory_put_text(&f->directory, "tls.crt", "one");
	assert_int_equal(reload(f), KG_EINVAL);
	directory_put_text(&f->directory, "tls.crt", "two");
	assert_int_equal(reload(f), KG_EINVAL);
	assert_int_equal(reload(f), KG_EUNCHANGED);
}

static void nothing_is_served_when_the_first_pair_is_bad(void **state)
{
	struct fixture *f = *state;

	directory_put_pair(&f->directory, &f->a);
	mix(f);
	assert_int_equal(reload(f), KG_EINVAL);
	assert_null(kg_certstore_get(f->store));
	assert_int_equal(reload(f), KG_EUNCHANGED);
	directory_put_pair(&f->directory, &f->b);
	assert_int_equal(reload(f), 0);
	assert_serves(f, &f->b);
}

static void a_pair_that_came_too_early_is_served_in_its_time(void **state)
{
	struct fixture *f = *state;
	struct kg_pem_pair early;

	serve_a(f);
	forge_pem(&(struct forgery){SERVER, .begin = NOW + 100}, &early);
	directory_put_pair(&f->directory, &early);
	assert_int_equal(reload_at(f, NOW), KG_EINVAL);
	assert_int_equal(reload_at(f, NOW + 99), KG_EUNCHANGED);
	assert_message(&f->err, "is not valid before");
	assert_serves(f, &f->a);
	assert_int_equal(reload_at(f, NOW + 100), 0);
	kg_pem_pair_release(&early);
}

/* The same bytes, another reason. */
static void a_refused_pair_that_expires_is_told_again(void **state)
{
	struct fixture *f = *state;
	struct kg_pem_pair early;

	forge_pem(&(struct forgery){SERVER, .begin = NOW + 100}, &early);
	directory_put_pair(&f->directory, &early);
	assert_int_equal(reload_at(f, NOW), KG_EINVAL);
	assert_int_equal(reload_at(f, NOW + 2 * DAY), KG_EINVAL);
	assert_message(&f->err, "expired on");
	kg_pem_pair_release(&early);
}

static void a_pair_that_expires_while_served_stays(void **state)
{
	struct fixture *f = *state;
	struct kg_pair_facts facts;

	serve_a(f);
	assert_int_equal(reload_at(f, NOW + 2 * DAY), KG_EUNCHANGED);
	assert_string_equal(f->err.message, "");
	assert_true(kg_certstore_facts(f->store, &facts));
	assert_true(facts.not_after < NOW + 2 * DAY);
}

/* Self-signed leaf, then the same leaf with its issuer behind. */
static void a_chain_that_changes_is_a_change(void **state)
{
	struct fixture *f = *state;
	struct forged_pair authority;
	struct forged_pair leaf;
	struct kg_pem_pair alone;
	struct kg_pem_pair whole;
	struct kg_served_pair *pair;

	forge(&(struct forgery){AUTHORITY, .common_name = "CA"}, &authority);
	forge(&(struct forgery){SERVER, .issuer = &authority}, &leaf);
	forged_pem((const struct forged_pair *[]){&leaf, NULL}, &leaf, &alone);
	forged_pem((const struct forged_pair *[]){&leaf, &authority, NULL}, &leaf, &whole);
	directory_put_pair(&f->directory, &alone);
	assert_int_equal(reload(f), 0);
	directory_put_pair(&f->directory, &whole);
	assert_int_equal(reload(f), 0);
	pair = kg_certstore_get(f->store);
	assert_int_equal(pair->chain_length, 2);
	kg_served_pair_unref(pair);
	directory_put_pair(&f->directory, &alone);
	assert_int_equal(reload(f), 0);
	kg_pem_pair_release(&alone);
	kg_pem_pair_release(&whole);
	forged_release(&authority);
	forged_release(&leaf);
}

/* Two authorities, and a pair of the first. */
struct authorities {
	struct forged_pair first, second, leaf;
	struct kg_pem_pair pem;
};

static void make_authorities(struct authorities *out)
{
	forge(&(struct forgery){AUTHORITY, .common_name = "first"}, &out->first);
	forge(&(struct forgery){AUTHORITY, .common_name = "second"}, &out->second);
	forge(&(struct forgery){SERVER, .issuer = &out->first}, &out->leaf);
	forged_pem((const struct forged_pair *[]){&out->leaf, NULL}, &out->leaf, &out->pem);
}

static void release_authorities(struct authorities *it)
{
	forged_release(&it->first);
	forged_release(&it->second);
	forged_release(&it->leaf);
	kg_pem_pair_release(&it->pem);
}

/* NULL ends the list; none at all makes an empty file. */
static void put_ca_crt(struct fixture *f, const struct forged_pair *const *certificates)
{
	struct kg_buf text;

	kg_buf_init(&text, 1 << 20);
	for (; *certificates != NULL; certificates++)
		assert_int_equal(kg_pem_write_certificate((*certificates)->certificate, &text, &f->err), 0);
	directory_put(&f->directory, "ca.crt", text.data, text.length);
	kg_buf_release(&text);
}

static enum kg_pair_trust served_trust(struct fixture *f)
{
	struct kg_pair_facts facts;

	assert_true(kg_certstore_facts(f->store, &facts));
	return facts.trust;
}

static void a_pair_that_its_ca_crt_does_not_lead_to_is_refused(void **state)
{
	struct fixture *f = *state;
	struct authorities it;

	make_authorities(&it);
	serve_a(f);
	directory_put_pair(&f->directory, &it.pem);
	put_ca_crt(f, (const struct forged_pair *[]){&it.second, NULL});
	assert_int_equal(reload(f), KG_EINVAL);
	assert_message(&f->err, "its issuer, CN=first, is not therein");
	assert_serves(f, &f->a);
	assert_int_equal(reload(f), KG_EUNCHANGED);
	put_ca_crt(f, (const struct forged_pair *[]){&it.second, &it.first, NULL});
	assert_int_equal(reload(f), 0);
	assert_serves(f, &it.pem);
	assert_int_equal(served_trust(f), KG_PAIR_TRUST_VERIFIED);
	release_authorities(&it);
}

static void a_ca_crt_that_changes_alone_is_noticed_and_judged(void **state)
{
	struct fixture *f = *state;
	struct authorities it;

	make_authorities(&it);
	directory_put_pair(&f->directory, &it.pem);
	assert_int_equal(reload(f), 0);
	assert_int_equal(served_trust(f), KG_PAIR_TRUST_UNKNOWN);
	put_ca_crt(f, (const struct forged_pair *[]){&it.first, NULL});
	assert_int_equal(reload(f), 0);
	assert_int_equal(served_trust(f), KG_PAIR_TRUST_VERIFIED);
	put_ca_crt(f, (const struct forged_pair *[]){&it.first, &it.second, NULL});
	assert_int_equal(reload(f), 0);
	assert_int_equal(reload(f), KG_EUNCHANGED);
	assert_string_equal(f->err.message, "");
	release_authorities(&it);
}

static void a_served_pair_that_a_new_ca_crt_disowns_is_told_and_stays(void **state)
{
	struct fixture *f = *state;
	struct authorities it;

	make_authorities(&it);
	directory_put_pair(&f->directory, &it.pem);
	put_ca_crt(f, (const struct forged_pair *[]){&it.first, NULL});
	assert_int_equal(reload(f), 0);
	put_ca_crt(f, (const struct forged_pair *[]){&it.second, NULL});
	assert_int_equal(reload(f), KG_EINVAL);
	assert_message(&f->err, "the pair in use would be refused now: ");
	assert_int_equal(kg_certstore_fault(f->store), KG_PAIR_FAULT_AUTHORITY);
	assert_message(&f->err, "its issuer, CN=first, is not therein");
	assert_serves(f, &it.pem);
	assert_int_equal(reload(f), KG_EUNCHANGED);
	put_ca_crt(f, (const struct forged_pair *[]){&it.first, NULL});
	assert_int_equal(reload(f), KG_EUNCHANGED);
	assert_string_equal(f->err.message, "");
	release_authorities(&it);
}

static void an_empty_ca_crt_is_none(void **state)
{
	struct fixture *f = *state;

	put_ca_crt(f, (const struct forged_pair *[]){NULL});
	serve_a(f);
	assert_int_equal(served_trust(f), KG_PAIR_TRUST_UNKNOWN);
}

static void a_broken_ca_crt_costs_no_good_pair_and_is_told(void **state)
{
	struct fixture *f = *state;
	struct kg_pair_facts facts;

	directory_put_text(&f->directory, "ca.crt", "no PEM");
	serve_a(f);
	assert_true(kg_certstore_facts(f->store, &facts));
	assert_int_equal(facts.trust, KG_PAIR_TRUST_DOUBTFUL);
	assert_non_null(strstr(facts.doubt, "ca.crt: holds no certificate"));
	/* Another fault is news. */
	assert_int_equal(unlink(directory_path(&f->directory, "ca.crt")), 0);
	assert_int_equal(mkdir(directory_path(&f->directory, "ca.crt"), 0700), 0);
	assert_int_equal(reload(f), 0);
	assert_true(kg_certstore_facts(f->store, &facts));
	assert_int_equal(facts.trust, KG_PAIR_TRUST_DOUBTFUL);
	assert_non_null(strstr(facts.doubt, "cannot read ca.crt"));
	assert_int_equal(reload(f), KG_EUNCHANGED);
	/* So is its end: what was read is empty as before, but nothing is in doubt. */
	assert_int_equal(rmdir(directory_path(&f->directory, "ca.crt")), 0);
	assert_int_equal(reload(f), 0);
	assert_int_equal(served_trust(f), KG_PAIR_TRUST_UNKNOWN);
}

static void a_pair_without_the_required_names_is_refused(void **state)
{
	struct fixture *f = *state;
	struct kg_pem_pair other;

	assert_int_equal(kg_certstore_require_names(f->store, "hook.example", &f->err), 0);
	serve_a(f);
	forge_pem(&(struct forgery){SERVER_NAMED("other.example")}, &other);
	directory_put_pair(&f->directory, &other);
	assert_int_equal(reload(f), KG_EINVAL);
	assert_message(&f->err, "does not name \"hook.example\"");
	assert_message(&f->err, "it has other.example");
	assert_int_equal(kg_certstore_fault(f->store), KG_PAIR_FAULT_NAMES);
	assert_serves(f, &f->a);
	kg_pem_pair_release(&other);
}

static void names_that_are_none_cannot_be_required(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(kg_certstore_require_names(f->store, "a b", &f->err), KG_EINVAL);
	assert_int_equal(kg_certstore_require_names(f->store, NULL, &f->err), 0);
	serve_a(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_STORE(a_new_store_serves_nothing),
	        WITH_STORE(a_good_pair_is_served),
	        WITH_STORE(another_good_pair_takes_its_place),
	        WITH_STORE(a_swapped_generation_takes_its_place),
	        WITH_STORE(the_same_bytes_are_unchanged_and_without_a_message),
	        WITH_STORE(the_error_may_be_null),
	        WITH_STORE(the_current_pair_stays_after_every_mishap),
	        WITH_STORE(each_mishap_is_told_once),
	        WITH_STORE(files_that_are_mended_are_unchanged_without_a_message),
	        WITH_STORE(a_mishap_that_comes_back_is_told_again),
	        WITH_STORE(other_content_with_the_same_fault_is_told_anew),
	        WITH_STORE(nothing_is_served_when_the_first_pair_is_bad),
	        WITH_STORE(a_pair_that_came_too_early_is_served_in_its_time),
	        WITH_STORE(a_refused_pair_that_expires_is_told_again),
	        WITH_STORE(a_pair_that_expires_while_served_stays),
	        WITH_STORE(a_chain_that_changes_is_a_change),
	        WITH_STORE(a_pair_that_its_ca_crt_does_not_lead_to_is_refused),
	        WITH_STORE(a_ca_crt_that_changes_alone_is_noticed_and_judged),
	        WITH_STORE(a_served_pair_that_a_new_ca_crt_disowns_is_told_and_stays),
	        WITH_STORE(an_empty_ca_crt_is_none),
	        WITH_STORE(a_broken_ca_crt_costs_no_good_pair_and_is_told),
	        WITH_STORE(a_pair_without_the_required_names_is_refused),
	        WITH_STORE(names_that_are_none_cannot_be_required),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
