#include "unit/tls/client_fixture.h"

#include "kedagate/base/limits.h"

/* A client of the fixture's authority, or of another; 0, or the alert. */
static int judge(struct client_fixture *f, struct forgery forgery, struct kg_caller *ret_caller)
{
	struct forged_pair client;
	gnutls_datum_t der;
	int result;

	if (forgery.issuer == NULL)
		forgery.issuer = &f->authority;
	forge(&forgery, &client);
	der = client_encode(client.certificate);
	result = client_judge(f, &der, ret_caller);
	OPENSSL_free(der.data);
	forged_release(&client);
	return result;
}

static void use_names(struct client_fixture *f, const char *names)
{
	kg_client_trust_free(f->trust);
	f->trust = kg_client_trust_new(names);
	assert_non_null(f->trust);
	assert_int_equal(client_reload(f), 0);
}

static void nobody_is_trusted_before_a_file_is_loaded(void **state)
{
	struct kg_caller caller;

	assert_int_equal(judge(*state, (struct forgery){CLIENT}, &caller), GNUTLS_A_BAD_CERTIFICATE);
	assert_int_equal(kg_client_trust_generation(((struct client_fixture *)*state)->trust), 0);
}

static void a_client_is_called_by_its_common_name(void **state)
{
	struct client_fixture *f = *state;
	struct kg_caller caller;

	assert_int_equal(client_reload(f), 0);
	assert_int_equal(judge(f, (struct forgery){.common_name = "kube-apiserver", .name = "other.example", CLIENT}, &caller), 0);
	assert_true(caller.verified && caller.named);
	assert_string_equal(caller.name, "kube-apiserver");
	assert_int_equal(caller.generation, kg_client_trust_generation(f->trust));
}

static void what_is_no_printable_ascii_does_not_reach_the_log(void **state)
{
	struct client_fixture *f = *state;
	struct kg_caller caller;

	assert_int_equal(client_reload(f), 0);
	assert_int_equal(judge(f, (struct forgery){.common_name = "a\n\"b\x7f", CLIENT}, &caller), 0);
	assert_string_equal(caller.name, "a?\"b?");
}

static const struct {
	const char *names, *common_name, *dns_names;
	bool named;
} name_rows[] = {
        {"kube-apiserver", "kube-apiserver", NULL, true},
        {"a,kube-apiserver", "kube-apiserver", NULL, true},
        {"a,kube-apiserver,b", "other", "DNS:another,DNS:kube-apiserver", true},
        {"kube-apiserver", "kube-apiserve", NULL, false},
        {"kube-apiserver", "kube-apiservers", NULL, false},
        {"kube-apiserver", "Kube-apiserver", NULL, false},
        {"a,b", "a,b", NULL, false},
        {"*", "kube-apiserver", NULL, false},
        {"kube.example", "other", "DNS:*.example", false},
};

static void a_name_counts_when_it_is_listed(void **state)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(name_rows); i++) {
		struct kg_caller caller;

		use_names(*state, name_rows[i].names);
		assert_int_equal(
		        judge(*state,
		              (struct forgery){.common_name = name_rows[i].common_name, .other_name = name_rows[i].dns_names, CLIENT},
		              &caller),
		        0);
		if (caller.named != name_rows[i].named)
			fail_msg("row %zu: %s", i, name_rows[i].names);
	}
}

static void a_list_has_no_empty_name(void **state)
{
	static const char *const bad[] = {"", ",", "a,", ",a", "a,,b"};
	struct kg_err err;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(bad); i++)
		assert_int_equal(kg_client_names_check(bad[i], &err), KG_EINVAL);
	assert_int_equal(kg_client_names_check("kube apiserver,b", &err), 0);
}

static void who_is_not_trusted_gets_the_alert_that_says_why(void **state)
{
	struct client_fixture *f = *state;
	struct forged_pair stranger;
	struct kg_caller caller;

	assert_int_equal(client_reload(f), 0);
	forge(&(struct forgery){.common_name = "stranger", AUTHORITY}, &stranger);
	assert_int_equal(judge(f, (struct forgery){.issuer = &stranger, CLIENT}, &caller), GNUTLS_A_UNKNOWN_CA);
	assert_message(&f->err, "CN=stranger, is not therein");
	assert_int_equal(judge(f, (struct forgery){CLIENT, .end = NOW - 1}, &caller), GNUTLS_A_CERTIFICATE_EXPIRED);
	assert_int_equal(judge(f, (struct forgery){SERVER}, &caller), GNUTLS_A_BAD_CERTIFICATE);
	assert_message(&f->err, "lacks clientAuth");
	forged_release(&stranger);
}

static void a_file_is_taken_once_and_a_fault_told_once(void **state)
{
	struct client_fixture *f = *state;
	struct kg_caller caller;

	assert_int_equal(client_reload(f), 0);
	assert_int_equal(client_reload(f), KG_EUNCHANGED);
	assert_string_equal(f->err.message, "");
	directory_put_text(&f->directory, "ca.crt", "nothing\n");
	assert_int_equal(client_reload(f), KG_EINVAL);
	assert_int_equal(client_reload(f), KG_EUNCHANGED);
	assert_string_not_equal(f->err.message, "");
	assert_int_equal(judge(f, (struct forgery){CLIENT}, &caller), 0);
	assert_int_equal(kg_client_trust_generation(f->trust), 1);
	assert_int_equal(remove(directory_path(&f->directory, "ca.crt")), 0);
	assert_int_equal(client_reload(f), KG_ENOTFOUND);
	client_put_authorities(f, (const struct forged_pair *[]){&f->authority, NULL});
	assert_int_equal(client_reload(f), 0);
	assert_int_equal(client_reload(f), KG_EUNCHANGED);
}

static void a_file_holds_no_more_than_can_be_tried(void **state)
{
	const struct forged_pair *authorities[KG_MAX_CLIENT_AUTHORITIES + 2] = {0};
	struct client_fixture *f = *state;

	for (size_t i = 0; i < KG_MAX_CLIENT_AUTHORITIES; i++)
		authorities[i] = &f->authority;
	client_put_authorities(f, authorities);
	assert_int_equal(client_reload(f), 0);
	authorities[KG_MAX_CLIENT_AUTHORITIES] = &f->authority;
	client_put_authorities(f, authorities);
	assert_int_equal(client_reload(f), KG_ELIMIT);
}

static void a_chain_is_bounded_and_must_be_readable(void **state)
{
	gnutls_datum_t items[KG_CHAIN_MAX + 1] = {{(unsigned char *)(uintptr_t) "no certificate", 14}};
	struct client_fixture *f = *state;
	gnutls_alert_description_t alert;
	struct kg_caller caller;

	assert_int_equal(client_reload(f), 0);
	for (unsigned length = 0; length <= KG_CHAIN_MAX + 1; length += KG_CHAIN_MAX + 1) {
		assert_int_equal(kg_client_trust_judge(f->trust, &(struct kg_client_chain){items, length}, NOW, &caller, &alert, &f->err),
		                 KG_EINVAL);
		assert_message(&f->err, "at most 16 are read");
	}
	assert_int_equal(kg_client_trust_judge(f->trust, &(struct kg_client_chain){items, 1}, NOW, &caller, &alert, &f->err), KG_EINVAL);
	assert_message(&f->err, "cannot be read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_CLIENTS(nobody_is_trusted_before_a_file_is_loaded),
	        WITH_CLIENTS(a_client_is_called_by_its_common_name),
	        WITH_CLIENTS(what_is_no_printable_ascii_does_not_reach_the_log),
	        WITH_CLIENTS(a_name_counts_when_it_is_listed),
	        WITH_CLIENTS(a_list_has_no_empty_name),
	        WITH_CLIENTS(who_is_not_trusted_gets_the_alert_that_says_why),
	        WITH_CLIENTS(a_file_is_taken_once_and_a_fault_told_once),
	        WITH_CLIENTS(a_file_holds_no_more_than_can_be_tried),
	        WITH_CLIENTS(a_chain_is_bounded_and_must_be_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
