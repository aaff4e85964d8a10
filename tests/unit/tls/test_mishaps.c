#include <dirent.h>

#include "kedagate/tls/certs_init.h"
#include "support/faults/faults.h"
#include "tls/signing_key.h"
#include "unit/tls/client_fixture.h"
#include "unit/tls/store_fixture.h"

/* A file that holds no pair, told apart from one that is not there. */
static const char no_pair[] = "no pair\n";

static size_t open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count;
}

/* A store that serves pair a, while the files hold something else. */
static void serve_a_then_put(struct fixture *f, const char *certificate, const char *key)
{
	kg_certstore_free(f->store);
	f->store = kg_certstore_new();
	assert_non_null(f->store);
	serve_a(f);
	directory_put_text(&f->directory, "tls.crt", certificate);
	directory_put_text(&f->directory, "tls.key", key);
}

static int disturbed_reload(struct fixture *f, const struct fault *fault, bool *ret_met)
{
	size_t before = open_descriptors();
	int status;

	f->err = (struct kg_err){0};
	fault_arm(fault);
	status = kg_certstore_reload(f->store, &f->paths, NOW, &f->err);
	*ret_met = fault_disarm();
	assert_int_equal(open_descriptors(), before);
	if (status != 0 && status != KG_EUNCHANGED)
		assert_string_not_equal(f->err.message, "");
	return status;
}

static void explain(const struct fault *fault, int status, const struct kg_err *err)
{
	fail_msg("%s, number %lu: %d %s", fault_name(fault->kind), fault->number, status, err->message);
}

/* Without a fault the files come to be served. `served` ones may be taken once more, when their ca.crt could not be read. */
static void assert_reloads(struct fixture *f, bool served)
{
	int status = reload(f);

	assert_true(status == 0 || (served && status == KG_EUNCHANGED));
	assert_int_equal(reload(f), KG_EUNCHANGED);
	assert_string_equal(f->err.message, "");
}

/* Another pair is served, or the first still and the reason is told; the next reload serves the other. */
static bool reload_new_pair(const struct fault *fault, void *context)
{
	struct fixture *f = context;
	bool met;
	int status;

	serve_a_then_put(f, kg_buf_text(&f->b.certificate), kg_buf_text(&f->b.key));
	status = disturbed_reload(f, fault, &met);
	if (status != 0 && !met)
		explain(fault, status, &f->err);
	assert_serves(f, status == 0 ? &f->b : &f->a);
	assert_reloads(f, status == 0);
	assert_serves(f, &f->b);
	return met;
}

/* Without a fault the files are refused, which is not told twice; but once more when their ca.crt could not be read before. */
static void assert_refused(struct fixture *f, bool told)
{
	int status = reload(f);

	assert_true(status == KG_EINVAL || (told && status == KG_EUNCHANGED));
	assert_message(&f->err, "does not match");
	assert_int_equal(reload(f), KG_EUNCHANGED);
}

/* The first is served whatever happens, and the next reload says of the files what is wrong with them, unless that was told. */
static bool reload_refused_pair(const struct fault *fault, void *context)
{
	struct fixture *f = context;
	bool met;
	int status;

	serve_a_then_put(f, kg_buf_text(&f->b.certificate), kg_buf_text(&f->a.key));
	status = disturbed_reload(f, fault, &met);
	if (status == KG_EINVAL ? strstr(f->err.message, "does not match") == NULL : !met || (status != KG_ENOMEM && status != KG_EIO))
		explain(fault, status, &f->err);
	assert_serves(f, &f->a);
	assert_refused(f, status == KG_EINVAL);
	assert_serves(f, &f->a);
	return met;
}

/* A reload that cannot read says nothing of what the files hold: the next one serves what they held all the time. */
static bool reload_same_pair(const struct fault *fault, void *context)
{
	struct fixture *f = context;
	bool met;
	int status;

	serve_a_then_put(f, kg_buf_text(&f->a.certificate), kg_buf_text(&f->a.key));
	status = disturbed_reload(f, fault, &met);
	if (status != KG_EUNCHANGED && !met)
		explain(fault, status, &f->err);
	assert_serves(f, &f->a);
	assert_reloads(f, true);
	return met;
}

static void disturb_reloads(struct fixture *f, enum fault_kind kind)
{
	assert_true(fault_each(kind, reload_new_pair, f) > 0);
	assert_true(fault_each(kind, reload_refused_pair, f) > 0);
	assert_true(fault_each(kind, reload_same_pair, f) > 0);
}

static void a_reload_without_one_allocation_keeps_the_old_pair_or_serves_the_new(void **state)
{
	disturb_reloads(*state, FAULT_ALLOCATION);
}

static void a_reload_without_memory_from_some_point_on_does_so_too(void **state)
{
	disturb_reloads(*state, FAULT_ALLOCATIONS);
}

static void a_reload_that_cannot_read_keeps_the_old_pair(void **state)
{
	disturb_reloads(*state, FAULT_CALL);
}

static bool reload_in_pieces(const struct fault *fault, void *context)
{
	struct fixture *f = context;
	bool met;

	serve_a_then_put(f, kg_buf_text(&f->b.certificate), kg_buf_text(&f->b.key));
	if (disturbed_reload(f, fault, &met) != 0)
		explain(fault, f->err.code, &f->err);
	assert_serves(f, &f->b);
	return met;
}

static void a_reload_that_is_interrupted_or_reads_byte_by_byte_serves_the_new_pair(void **state)
{
	assert_true(fault_each(FAULT_INTERRUPT, reload_in_pieces, *state) > 0);
	assert_true(fault_each(FAULT_SHORT, reload_in_pieces, *state) > 0);
}

/* As kubelet mounts a Secret: through ..data. */
static bool reload_generation(const struct fault *fault, void *context)
{
	struct fixture *f = context;
	int generation = generation_make(&f->directory);
	bool met;
	int status;

	generation_put(&f->directory, generation, "tls.crt", kg_buf_text(generation % 2 ? &f->b.certificate : &f->a.certificate));
	generation_put(&f->directory, generation, "tls.key", kg_buf_text(generation % 2 ? &f->b.key : &f->a.key));
	generation_publish(&f->directory, generation);
	status = disturbed_reload(f, fault, &met);
	if (status != 0 && !met)
		explain(fault, status, &f->err);
	assert_reloads(f, status == 0);
	assert_serves(f, generation % 2 ? &f->b : &f->a);
	generation_remove(&f->directory, generation);
	return met;
}

static void a_mounted_pair_is_served_after_a_fault_too(void **state)
{
	struct fixture *f = *state;

	assert_true(fault_each(FAULT_CALL, reload_generation, f) > 0);
	assert_true(fault_each(FAULT_ALLOCATION, reload_generation, f) > 0);
}

/* Of a pair that is refused for what it holds, the first load says why or that memory is missing; never anything else. */
static bool first_load(const struct fault *fault, void *context)
{
	struct fixture *f = context;
	struct kg_pair_facts facts;
	bool met;
	int status;

	kg_certstore_free(f->store);
	f->store = kg_certstore_new();
	assert_non_null(f->store);
	directory_put_text(&f->directory, "tls.crt", no_pair);
	directory_put_text(&f->directory, "tls.key", no_pair);
	status = disturbed_reload(f, fault, &met);
	if (status != KG_EINVAL && !(met && status == KG_ENOMEM))
		explain(fault, status, &f->err);
	assert_false(kg_certstore_facts(f->store, &facts));
	assert_null(kg_certstore_get(f->store));
	return met;
}

static void what_is_no_pair_is_refused_as_such_or_for_memory(void **state)
{
	assert_true(fault_each(FAULT_ALLOCATION, first_load, *state) > 0);
	assert_true(fault_each(FAULT_ALLOCATIONS, first_load, *state) > 0);
}

/* Whole files or none: what is there after a failure can be loaded once the command is through. */
static bool make_certificates(const struct fault *fault, void *context)
{
	static const char *const names[] = {"hook.example"};
	struct fixture *f = context;
	char path[128];
	const struct kg_certs_init request = {.directory = path, .names = names, .name_count = 1, .replace = true, .now = NOW};
	struct kg_err err = {0};
	int status;
	bool met;

	(void)snprintf(path, sizeof(path), "%s/made", f->directory.path);
	fault_arm(fault);
	status = kg_certs_init(&request, &err);
	met = fault_disarm();
	if (status != 0 && !met)
		explain(fault, status, &err);
	if (status != 0)
		assert_string_not_equal(err.message, "");
	assert_int_equal(nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS) == 0 || status != 0, true);
	return met;
}

static void making_certificates_fails_with_a_reason(void **state)
{
	assert_true(fault_each(FAULT_ALLOCATION, make_certificates, *state) > 0);
	assert_true(fault_each(FAULT_CALL, make_certificates, *state) > 0);
	assert_true(fault_each(FAULT_SHORT, make_certificates, *state) > 0);
	assert_true(fault_each(FAULT_INTERRUPT, make_certificates, *state) > 0);
}

/* A signature is whole or none: GnuTLS copies as much as it is told. */
static bool sign(const struct fault *fault, void *context)
{
	static unsigned char bytes[] = "what is signed";
	const gnutls_datum_t data = {bytes, sizeof(bytes)};
	gnutls_datum_t signature = {0};
	gnutls_privkey_t view;
	int result;
	bool met;

	assert_int_equal(kg_signing_key_new(context, &view), GNUTLS_E_SUCCESS);
	fault_arm(fault);
	result = gnutls_privkey_sign_data2(view, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 0, &data, &signature);
	met = fault_disarm();
	assert_true(result == GNUTLS_E_SUCCESS ? signature.size > 0 && signature.size <= 128 : met);
	gnutls_free(signature.data);
	gnutls_privkey_deinit(view);
	return met;
}

static void a_signature_is_whole_or_none(void **state)
{
	EVP_PKEY *key = forge_key(NULL);

	(void)state;
	assert_true(fault_each(FAULT_ALLOCATION, sign, key) > 0);
	assert_true(fault_each(FAULT_ALLOCATIONS, sign, key) > 0);
	EVP_PKEY_free(key);
}

/* The file in use stays, or the new one is in use; the next reload takes it. */
static bool reload_authorities(const struct fault *fault, void *context)
{
	struct client_fixture *f = context;
	const struct forgery forgery = {.common_name = "successor", AUTHORITY};
	struct forged_pair successor;
	unsigned before;
	int status;
	bool met;

	client_put_authorities(f, (const struct forged_pair *[]){&f->authority, NULL});
	status = client_reload(f);
	assert_true(status == 0 || status == KG_EUNCHANGED);
	before = kg_client_trust_generation(f->trust);
	forge(&forgery, &successor);
	client_put_authorities(f, (const struct forged_pair *[]){&successor, NULL});
	forged_release(&successor);
	fault_arm(fault);
	status = client_reload(f);
	met = fault_disarm();
	if (status != 0 && !met)
		explain(fault, status, &f->err);
	assert_int_equal(kg_client_trust_generation(f->trust), before + (status == 0 ? 1 : 0));
	if (status != 0)
		assert_int_equal(client_reload(f), 0);
	return met;
}

/* Whom memory is missing to judge is not trusted. */
static bool judge_client(const struct fault *fault, void *context)
{
	struct client_fixture *f = context;
	const struct forgery forgery = {.common_name = "kube-apiserver", .issuer = &f->authority, CLIENT};
	struct forged_pair client;
	struct kg_caller caller = {0};
	gnutls_datum_t der;
	int status;
	bool met;

	forge(&forgery, &client);
	der = client_encode(client.certificate);
	fault_arm(fault);
	status = client_judge(f, &der, &caller);
	met = fault_disarm();
	OPENSSL_free(der.data);
	if (status != 0 && !met)
		explain(fault, status, &f->err);
	assert_int_equal(caller.verified, status == 0);
	forged_release(&client);
	return met;
}

static void authorities_of_clients_are_replaced_whole_or_not_at_all(void **state)
{
	assert_true(fault_each(FAULT_ALLOCATION, reload_authorities, *state) > 0);
	assert_true(fault_each(FAULT_CALL, reload_authorities, *state) > 0);
}

static void a_client_is_trusted_only_when_it_was_judged(void **state)
{
	assert_int_equal(client_reload(*state), 0);
	assert_true(fault_each(FAULT_ALLOCATION, judge_client, *state) > 0);
	assert_true(fault_each(FAULT_ALLOCATIONS, judge_client, *state) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_STORE(a_signature_is_whole_or_none),
	        WITH_STORE(a_reload_without_one_allocation_keeps_the_old_pair_or_serves_the_new),
	        WITH_STORE(a_reload_without_memory_from_some_point_on_does_so_too),
	        WITH_STORE(a_reload_that_cannot_read_keeps_the_old_pair),
	        WITH_STORE(a_reload_that_is_interrupted_or_reads_byte_by_byte_serves_the_new_pair),
	        WITH_STORE(a_mounted_pair_is_served_after_a_fault_too),
	        WITH_STORE(what_is_no_pair_is_refused_as_such_or_for_memory),
	        WITH_STORE(making_certificates_fails_with_a_reason),
	        WITH_CLIENTS(authorities_of_clients_are_replaced_whole_or_not_at_all),
	        WITH_CLIENTS(a_client_is_trusted_only_when_it_was_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
