/*
 * Certificates that are made: what they say, and that OpenSSL, in a client's place, trusts them.
 */
#include <arpa/inet.h>

#include "kedagate/tls/certificate.h"
#include "unit/tls/fixture.h"

static const char *const server_names[] = {"hook.keda.svc", "*.example.com", "127.0.0.1", "::1"};

struct fixture {
	struct kg_pem_pair authority;
	struct kg_pem_pair serving;
	X509 *authority_certificate;
	X509 *leaf;
	struct kg_err err;
};

static struct kg_certificate_request serving_request(void)
{
	return (struct kg_certificate_request){.common_name = "hook",
	                                       .names = server_names,
	                                       .name_count = KG_ARRAY_LEN(server_names),
	                                       .not_before = NOW,
	                                       .not_after = NOW + DAY};
}

static struct kg_certificate_request authority_request(void)
{
	return (struct kg_certificate_request){.common_name = "test CA", .not_before = NOW, .not_after = NOW + 10 * DAY};
}

static X509 *parse(const struct kg_pem_pair *pair)
{
	X509 *certificate = NULL;
	size_t count = 0;
	struct kg_err err;

	assert_int_equal(kg_pem_read_certificates(&pair->certificate, "pair", &certificate, 1, &count, &err), 0);
	return certificate;
}

static int set_up(void **state)
{
	static struct fixture fixture;
	const struct kg_certificate_request authority = authority_request();
	const struct kg_certificate_request serving = serving_request();

	fixture = (struct fixture){0};
	kg_pem_pair_init(&fixture.authority);
	kg_pem_pair_init(&fixture.serving);
	assert_int_equal(kg_certificate_make_authority(&authority, &fixture.authority, &fixture.err), 0);
	assert_int_equal(kg_certificate_make_serving(&serving, &fixture.authority, &fixture.serving, &fixture.err), 0);
	fixture.authority_certificate = parse(&fixture.authority);
	fixture.leaf = parse(&fixture.serving);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	X509_free(f->authority_certificate);
	X509_free(f->leaf);
	kg_pem_pair_release(&f->authority);
	kg_pem_pair_release(&f->serving);
	return 0;
}

static void the_authority_may_sign_and_nothing_else(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(X509_check_ca(f->authority_certificate), 1);
	assert_int_equal(X509_get_key_usage(f->authority_certificate), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
	assert_int_equal(X509_get_extended_key_usage(f->authority_certificate), UINT32_MAX);
	assert_non_null(X509_get0_subject_key_id(f->authority_certificate));
	assert_int_equal(X509_get_version(f->authority_certificate), 2);
}

static void the_serving_certificate_is_for_a_server_only(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(X509_check_ca(f->leaf), 0);
	assert_int_equal(X509_get_key_usage(f->leaf), KU_DIGITAL_SIGNATURE);
	assert_int_equal(X509_get_extended_key_usage(f->leaf), XKU_SSL_SERVER);
	assert_int_equal(ASN1_STRING_cmp(X509_get0_authority_key_id(f->leaf), X509_get0_subject_key_id(f->authority_certificate)), 0);
}

static void all_keys_are_p256(void **state)
{
	struct fixture *f = *state;
	X509 *certificates[] = {f->authority_certificate, f->leaf};

	for (size_t i = 0; i < KG_ARRAY_LEN(certificates); i++) {
		char name[32] = "";

		assert_int_equal(EVP_PKEY_get_group_name(X509_get0_pubkey(certificates[i]), name, sizeof(name), NULL), 1);
		assert_string_equal(name, "prime256v1");
	}
}

static void a_client_that_trusts_the_authority_trusts_the_server(void **state)
{
	struct fixture *f = *state;
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();

	assert_int_equal(X509_STORE_add_cert(store, f->authority_certificate), 1);
	assert_int_equal(X509_STORE_CTX_init(context, store, f->leaf, NULL), 1);
	X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT);
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), NOW + 1);
	X509_VERIFY_PARAM_set_purpose(X509_STORE_CTX_get0_param(context), X509_PURPOSE_SSL_SERVER);
	X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(context), "hook.keda.svc", 0);
	if (X509_verify_cert(context) != 1)
		fail_msg("%s", X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
}

static void every_name_is_in_the_certificate(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(X509_check_host(f->leaf, "hook.keda.svc", 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL), 1);
	assert_int_equal(X509_check_host(f->leaf, "any.example.com", 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL), 1);
	assert_int_equal(X509_check_ip_asc(f->leaf, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(f->leaf, "::1", 0), 1);
	assert_int_equal(X509_check_host(f->leaf, "hook", 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL), 0);
}

static void the_dates_are_those_asked_for(void **state)
{
	struct fixture *f = *state;
	struct tm begin;
	struct tm end;

	assert_int_equal(ASN1_TIME_to_tm(X509_get0_notBefore(f->leaf), &begin), 1);
	assert_int_equal(timegm(&begin), NOW);
	assert_int_equal(ASN1_TIME_to_tm(X509_get0_notAfter(f->leaf), &end), 1);
	assert_int_equal(timegm(&end), NOW + DAY);
}

static void serial_numbers_are_positive_and_differ(void **state)
{
	struct fixture *f = *state;
	const ASN1_INTEGER *a = X509_get0_serialNumber(f->authority_certificate);
	const ASN1_INTEGER *b = X509_get0_serialNumber(f->leaf);

	assert_int_equal(ASN1_STRING_type(a), V_ASN1_INTEGER);
	assert_int_equal(ASN1_STRING_length(a), 16);
	assert_true(ASN1_STRING_get0_data(a)[0] < 0x80);
	assert_int_not_equal(ASN1_INTEGER_cmp(a, b), 0);
}

static void the_pair_may_be_served(void **state)
{
	struct fixture *f = *state;
	const struct kg_pair_paths paths = {"tls.crt", "tls.key"};
	struct kg_pair_facts facts;

	assert_int_equal(kg_pair_verify(&f->serving, &paths, NOW, &facts, &f->err), 0);
	assert_int_equal(facts.not_after, NOW + DAY);
}

static int make_with(struct fixture *f, const struct kg_certificate_request *request)
{
	struct kg_pem_pair out;
	int status;

	kg_pem_pair_init(&out);
	status = kg_certificate_make_serving(request, &f->authority, &out, &f->err);
	if (status != 0)
		assert_null(out.key.data);
	kg_pem_pair_release(&out);
	return status;
}

static void names_that_are_none_are_refused_by_name(void **state)
{
	static const char *const bad[] = {"",
	                                  "a..b",
	                                  ".a",
	                                  "a.",
	                                  "-a.b",
	                                  "a-.b",
	                                  "a b",
	                                  "a_b.c",
	                                  "300.1.1.1",
	                                  "10.0.0",
	                                  "[::1]",
	                                  "1.2.3.4:443",
	                                  "*",
	                                  "*.com",
	                                  "a.*.com",
	                                  "x\ny",
	                                  "http://a",
	                                  "caf\xc3\xa9.fr",
	                                  "a23456789012345678901234567890123456789012345678901234567890abcd.x"};
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(bad); i++) {
		const char *names[] = {"good.example", bad[i]};
		struct kg_certificate_request request = serving_request();

		request.names = names;
		request.name_count = 2;
		assert_int_equal(make_with(f, &request), KG_EINVAL);
		assert_message(&f->err, "is neither a DNS name nor an IP address");
		if (strchr(bad[i], '\n') == NULL)
			assert_message(&f->err, bad[i]);
	}
}

static void names_that_are_good_are_taken(void **state)
{
	static const char *const good[] = {
	        "a",     "a.b",      "A-1.b2",  "1a.example",     "4.example",
	        "*.a.b", "10.0.0.1", "fe80::1", "::ffff:1.2.3.4", "a23456789012345678901234567890123456789012345678901234567890abc.x"};
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(good); i++) {
		struct kg_certificate_request request = serving_request();

		request.names = &good[i];
		request.name_count = 1;
		if (make_with(f, &request) != 0)
			fail_msg("%s: %s", good[i], f->err.message);
	}
}

static void a_serving_certificate_without_names_is_refused(void **state)
{
	struct fixture *f = *state;
	struct kg_certificate_request request = serving_request();

	request.name_count = 0;
	assert_int_equal(make_with(f, &request), KG_EINVAL);
	assert_message(&f->err, "at least one DNS name or IP address");
}

static void an_authority_with_names_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct kg_certificate_request request = serving_request();
	struct kg_pem_pair out;

	kg_pem_pair_init(&out);
	assert_int_equal(kg_certificate_make_authority(&request, &out, &f->err), KG_EINVAL);
	assert_message(&f->err, "takes no DNS names");
}

static void a_serving_certificate_does_not_outlive_its_authority(void **state)
{
	struct fixture *f = *state;
	struct kg_certificate_request request = serving_request();

	request.not_after = NOW + 10 * DAY;
	assert_int_equal(make_with(f, &request), 0);
	request.not_after++;
	assert_int_equal(make_with(f, &request), KG_EINVAL);
	assert_message(&f->err, "would outlive its authority, which ends on 2027-01-25T08:00:00Z");
}

static void a_certificate_that_ends_before_it_begins_is_refused(void **state)
{
	struct fixture *f = *state;
	struct kg_certificate_request request = serving_request();

	request.not_after = request.not_before - 1;
	assert_int_equal(make_with(f, &request), KG_EINVAL);
	assert_message(&f->err, "would end before it begins");
}

static void common_names_have_one_to_64_bytes(void **state)
{
	char name[66];
	struct fixture *f = *state;
	struct kg_certificate_request request = serving_request();

	memset(name, 'n', sizeof(name) - 1);
	name[65] = '\0';
	request.common_name = name;
	assert_int_equal(make_with(f, &request), KG_EINVAL);
	assert_message(&f->err, "this one has 65");
	name[64] = '\0';
	assert_int_equal(make_with(f, &request), 0);
	request.common_name = "";
	assert_int_equal(make_with(f, &request), KG_EINVAL);
	request.common_name = NULL;
	assert_int_equal(make_with(f, &request), KG_EINVAL);
}

/* Make a serving pair with an authority of this shape and another's key, if given. */
static int sign_with(struct fixture *f, const struct forgery *forgery, const struct kg_pem_pair *other_key)
{
	const struct kg_certificate_request request = serving_request();
	struct kg_pem_pair authority;
	struct kg_pem_pair out;
	int status;

	kg_pem_pair_init(&out);
	forge_pem(forgery, &authority);
	if (other_key != NULL) {
		kg_buf_clear(&authority.key);
		kg_buf_append(&authority.key, other_key->key.data, other_key->key.length);
	}
	status = kg_certificate_make_serving(&request, &authority, &out, &f->err);
	kg_pem_pair_release(&authority);
	kg_pem_pair_release(&out);
	return status;
}

static void an_authority_that_must_not_sign_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(sign_with(f, &(struct forgery){SERVER}, NULL), KG_EINVAL);
	assert_message(&f->err, "keyCertSign");
	assert_int_equal(sign_with(f, &(struct forgery){.constraints = "CA:FALSE"}, NULL), KG_EINVAL);
	assert_message(&f->err, "CA:TRUE is missing");
	assert_int_equal(sign_with(f, &(struct forgery){.constraints = "CA:TRUE", .usage = "cRLSign"}, NULL), KG_EINVAL);
	assert_message(&f->err, "keyCertSign");
	assert_int_equal(sign_with(f, &(struct forgery){AUTHORITY}, &f->authority), KG_EINVAL);
	assert_message(&f->err, "does not match its certificate");
}

static void authorities_of_every_key_kind_sign(void **state)
{
	static const char *const kinds[] = {"RSA:2048", "P-384", "ED25519"};
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(kinds); i++)
		assert_int_equal(sign_with(f, &(struct forgery){AUTHORITY, .key_kind = kinds[i]}, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_authority_may_sign_and_nothing_else),
	        cmocka_unit_test(the_serving_certificate_is_for_a_server_only),
	        cmocka_unit_test(all_keys_are_p256),
	        cmocka_unit_test(a_client_that_trusts_the_authority_trusts_the_server),
	        cmocka_unit_test(every_name_is_in_the_certificate),
	        cmocka_unit_test(the_dates_are_those_asked_for),
	        cmocka_unit_test(serial_numbers_are_positive_and_differ),
	        cmocka_unit_test(the_pair_may_be_served),
	        cmocka_unit_test(names_that_are_none_are_refused_by_name),
	        cmocka_unit_test(names_that_are_good_are_taken),
	        cmocka_unit_test(a_serving_certificate_without_names_is_refused),
	        cmocka_unit_test(an_authority_with_names_is_refused),
	        cmocka_unit_test(a_serving_certificate_does_not_outlive_its_authority),
	        cmocka_unit_test(a_certificate_that_ends_before_it_begins_is_refused),
	        cmocka_unit_test(common_names_have_one_to_64_bytes),
	        cmocka_unit_test(an_authority_that_must_not_sign_is_refused),
	        cmocka_unit_test(authorities_of_every_key_kind_sign),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
