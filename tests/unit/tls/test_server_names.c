/*
 * The names that an operator asks for, and whether a certificate has them.
 */
#include "tls/server_names.h"

#include "kedagate/tls/server_names.h"
#include "unit/tls/fixture.h"

/* Taken when `part` is NULL. */
static const struct {
	const char *text;
	const char *part;
} lists[] = {
        {"hook.keda.svc", NULL},
        {"hook.keda.svc,hook.keda.svc.cluster.local,10.0.0.1,2001:db8::1", NULL},
        {"", "\"\" is neither a DNS name nor an IP address"},
        {"a.example,", "\"\" is neither"},
        {"a.example, b.example", "\" b.example\" is neither"},
        {"a.example,b_c", "\"b_c\" is neither"},
        {"a.example.", "\"a.example.\" is neither"},
        {"*.example.org", "\"*.example.org\" has a wildcard: name the server as its clients do"},
        {"10.0.0.256", "\"10.0.0.256\" is neither"},
};

static void lists_are_taken_or_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(lists); i++) {
		struct kg_err err = {0};
		int status = kg_server_names_check(lists[i].text, &err);

		if (status != (lists[i].part == NULL ? 0 : KG_EINVAL))
			fail_msg("%s: %d %s", lists[i].text, status, err.message);
		if (lists[i].part != NULL)
			assert_message(&err, lists[i].part);
	}
}

static void too_many_names_are_refused(void **state)
{
	char text[2 * (KG_MAX_SERVER_NAMES + 1)];
	struct kg_err err;

	(void)state;
	memset(text, ',', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i += 2)
		text[i] = 'a';
	text[sizeof(text) - 3] = '\0';
	assert_int_equal(kg_server_names_check(text, &err), 0);
	text[sizeof(text) - 3] = ',';
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(kg_server_names_check(text, &err), KG_ELIMIT);
}

/* What the certificate has, in OpenSSL's notation; what is asked for; the one that is missing, or NULL. */
static const struct {
	const char *held;
	const char *asked;
	const char *missing;
} certificates[] = {
        {"DNS:a.example", NULL, NULL},
        {"DNS:a.example", "a.example", NULL},
        {"DNS:a.example", "A.Example", NULL},
        {"DNS:a.example,DNS:b.example", "b.example,a.example", NULL},
        {"DNS:*.keda.svc", "hook.keda.svc", NULL},
        {"IP:10.0.0.1,IP:2001:db8::1", "10.0.0.1,2001:db8:0:0::1", NULL},
        {"DNS:a.example", "b.example", "b.example"},
        {"DNS:a.example", "a.example,b.example,c.example", "b.example"},
        {"DNS:*.keda.svc", "keda.svc", "keda.svc"},
        {"DNS:*.keda.svc", "a.b.keda.svc", "a.b.keda.svc"},
        {"DNS:h*.keda.svc", "hook.keda.svc", "hook.keda.svc"},
        {"DNS:hook.*.svc", "hook.keda.svc", "hook.keda.svc"},
        {"DNS:10.0.0.1", "10.0.0.1", "10.0.0.1"},
        {"IP:10.0.0.1", "10.0.0.2", "10.0.0.2"},
        {"DNS:sub.a.example", "a.example", "a.example"},
        /* Clients ignore CN. */
        {"DNS:a.example", "forged", "forged"},
};

static void certificates_are_taken_or_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(certificates); i++) {
		struct kg_server_names names;
		struct forged_pair forged;
		struct kg_err err = {0};
		char part[100];
		int status;

		forge(&(struct forgery){.other_name = certificates[i].held}, &forged);
		assert_int_equal(kg_server_names_init(&names, certificates[i].asked, &err), 0);
		status = kg_server_names_judge(&names, forged.certificate, "/x/tls.crt", &err);
		if (status != (certificates[i].missing == NULL ? 0 : KG_EINVAL))
			fail_msg("%s of %s: %d %s", certificates[i].asked, certificates[i].held, status, err.message);
		if (certificates[i].missing != NULL) {
			(void)snprintf(part, sizeof(part), "does not name \"%s\"", certificates[i].missing);
			assert_message(&err, part);
		}
		kg_server_names_release(&names);
		forged_release(&forged);
	}
}

static void refuse(const char *held, struct kg_err *err)
{
	struct kg_server_names names;
	struct forged_pair forged;

	forge(&(struct forgery){.other_name = held}, &forged);
	assert_int_equal(kg_server_names_init(&names, "missing.example", err), 0);
	assert_int_equal(kg_server_names_judge(&names, forged.certificate, "/x/tls.crt", err), KG_EINVAL);
	kg_server_names_release(&names);
	forged_release(&forged);
}

static void the_message_lists_what_the_certificate_has(void **state)
{
	struct kg_err err;

	(void)state;
	refuse("DNS:a.example,email:a@b.example,IP:10.0.0.1,IP:2001:db8::1,DNS:*.b.example", &err);
	assert_message(&err, "/x/tls.crt: the certificate does not name \"missing.example\", which --tls-server-names asks for; "
	                     "it has a.example, 10.0.0.1, 2001:db8::1, *.b.example: issue it for that name too");
}

static void a_long_list_is_cut_and_counted(void **state)
{
	char held[4096] = "DNS:a.example";
	struct kg_err err;

	(void)state;
	for (int i = 0; i < 99; i++)
		(void)snprintf(held + strlen(held), sizeof(held) - strlen(held), ",DNS:number%d.example", i);
	refuse(held, &err);
	assert_message(&err, " and ");
	assert_message(&err, " more: issue it for that name too");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lists_are_taken_or_refused_by_name),
	        cmocka_unit_test(too_many_names_are_refused),
	        cmocka_unit_test(certificates_are_taken_or_refused_by_name),
	        cmocka_unit_test(the_message_lists_what_the_certificate_has),
	        cmocka_unit_test(a_long_list_is_cut_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
