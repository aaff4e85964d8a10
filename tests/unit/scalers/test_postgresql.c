#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/scalers/given.h"

static void postgresql(struct given *given, uint32_t version)
{
	given_trigger(given, "postgresql", version);
	given_known(given, "query", "SELECT 1");
	given_known(given, "targetQueryValue", "5");
}

static void with_parts(struct given *given, uint32_t version, const char *sslmode)
{
	postgresql(given, version);
	given_known(given, "host", "db.example");
	given_known(given, "port", "5432");
	given_known(given, "userName", "app");
	given_known(given, "dbName", "shop");
	given_known(given, "sslmode", sslmode);
}

static void with_string(struct given *given, const char *connection)
{
	postgresql(given, KG_VERSION_NEWEST);
	given_known(given, "connection", connection);
}

static void either_form_is_enough(void **state)
{
	struct given given;

	(void)state;
	with_parts(&given, KG_VERSION_NEWEST, "require");
	expect_nothing(&given);
	postgresql(&given, KG_VERSION_NEWEST);
	given_present(&given, "connection");
	expect_nothing(&given);
}

static void without_a_connection_every_part_is_missed(void **state)
{
	static const char *const parts[] = {"host", "port", "userName", "dbName", "sslmode"};
	struct given given;

	(void)state;
	postgresql(&given, KG_VERSION_NEWEST);
	given_check(&given);
	assert_int_equal(given.complaints.count, KG_ARRAY_LEN(parts));
	for (size_t i = 0; i < KG_ARRAY_LEN(parts); i++)
		assert_false(expect_complaint(&given, KG_COMPLAINT_MISSING, parts[i]).uncertain);
	kg_arena_release(&given.arena);
}

static void with_an_identity_the_connection_does_not_replace_the_parts(void **state)
{
	struct given given;

	(void)state;
	with_parts(&given, KG_VERSION_NEWEST, "require");
	*given_row(&given, "port") = (struct kg_param_value){.state = KG_PARAM_ABSENT};
	given_present(&given, "connection");
	expect_nothing(&given);
	given_identity(&given, "azure-workload");
	assert_non_null(strstr(expect_complaint(&given, KG_COMPLAINT_MISSING, "port").detail, "ignores connection"));
	expect_only(&given, KG_COMPLAINT_MISSING, "port");
}

static void before_2_15_an_identity_has_no_effect(void **state)
{
	struct given given;

	(void)state;
	postgresql(&given, KG_VERSION(2, 14, 1));
	given_present(&given, "connection");
	given_identity(&given, "azure-workload");
	assert_false(kg_params_identity_in_effect(&given.params));
	assert_int_equal(kg_params_useless_identity(&given.params), KG_IDENTITY_IGNORED);
	expect_nothing(&given);
}

static void parts_that_cannot_be_seen_are_not_missed(void **state)
{
	struct given given;

	(void)state;
	postgresql(&given, KG_VERSION_NEWEST);
	given_unresolved_authentication(&given);
	expect_nothing(&given);
}

static void the_sslmode_decides_encryption(void **state)
{
	static const struct {
		const char *mode;
		enum kg_encryption encryption;
	} rows[] = {
	        {"disable", KG_ENCRYPTION_OFF},      {"allow", KG_ENCRYPTION_OPTIONAL}, {"prefer", KG_ENCRYPTION_OPTIONAL},
	        {"require", KG_ENCRYPTION_ON},       {"verify-ca", KG_ENCRYPTION_ON},   {"verify-full", KG_ENCRYPTION_ON},
	        {"required", KG_ENCRYPTION_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_channel channel;
		struct given given;

		with_parts(&given, KG_VERSION_NEWEST, rows[i].mode);
		channel = channel_of(&given);
		assert_int_equal(channel.encryption, rows[i].encryption);
		assert_false(channel.uncertain);
		if (channel.encryption == KG_ENCRYPTION_OFF || channel.encryption == KG_ENCRYPTION_OPTIONAL)
			assert_string_equal(channel.parameter, "sslmode");
		else
			assert_null(channel.fix);
	}
}

static void a_socket_is_no_network(void **state)
{
	struct given given;

	(void)state;
	with_parts(&given, KG_VERSION_NEWEST, "disable");
	given_known(&given, "host", "/var/run/postgresql");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_UNKNOWN);
}

static void the_mode_inside_a_connection_counts(void **state)
{
	static const struct {
		const char *connection;
		enum kg_encryption encryption;
		bool uncertain;
	} rows[] = {
	        {"host=h password=p sslmode=disable", KG_ENCRYPTION_OFF, false},
	        {"postgres://u:p@h/d?sslmode=require", KG_ENCRYPTION_ON, false},
	        {"postgres://u:p@h/d?sslmode=prefer", KG_ENCRYPTION_OPTIONAL, false},
	        {"postgres://u:p@h/d", KG_ENCRYPTION_OPTIONAL, true}, /* the driver's default, which PGSSLMODE of the operator can change */
	        {"host=h sslrootcert=system", KG_ENCRYPTION_ON, false},
	        {"host=h sslnegotiation=direct", KG_ENCRYPTION_ON, false},
	        {"host=h sslnegotiation=direct sslmode=disable", KG_ENCRYPTION_OFF, false},
	        {"host=/run sslmode=disable", KG_ENCRYPTION_UNKNOWN, false},
	        {"nonsense", KG_ENCRYPTION_UNKNOWN, false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_channel channel;
		struct given given;

		with_string(&given, rows[i].connection);
		channel = channel_of(&given);
		assert_int_equal(channel.encryption, rows[i].encryption);
		assert_int_equal(channel.uncertain, rows[i].uncertain);
	}
}

static void lib_pq_defaults_to_require(void **state)
{
	struct given given;

	(void)state;
	postgresql(&given, KG_VERSION(2, 10, 1));
	given_known(&given, "connection", "postgres://u:p@h/d");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_ON);
}

static void an_unseen_connection_decides_nothing(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	with_parts(&given, KG_VERSION_NEWEST, "disable");
	given_present(&given, "connection");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_UNKNOWN);
	assert_false(kg_params_credential(&given.params, &use));
	given_unresolved(&given, "connection");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_UNKNOWN);
}

static void with_an_identity_the_parts_decide_whatever_the_connection(void **state)
{
	struct given given;

	(void)state;
	with_parts(&given, KG_VERSION_NEWEST, "disable");
	given_known(&given, "connection", "host=h sslmode=require");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_ON);
	given_identity(&given, "azure-workload");
	assert_int_equal(channel_of(&given).encryption, KG_ENCRYPTION_OFF);
}

static void the_credential_is_that_of_the_form_in_use(void **state)
{
	struct kg_credential_use use;
	struct given given;

	(void)state;
	with_parts(&given, KG_VERSION_NEWEST, "disable");
	assert_false(kg_params_credential(&given.params, &use));
	given_present(&given, "password");
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.parameter, "password");
	given_known(&given, "connection", "host=h password=s3cret");
	assert_true(kg_params_credential(&given.params, &use));
	assert_string_equal(use.parameter, "connection");
	given_known(&given, "connection", "host=h");
	assert_false(kg_params_credential(&given.params, &use));
	given_identity(&given, "azure-workload");
	assert_true(kg_params_credential(&given.params, &use));
	assert_null(use.parameter);
	assert_string_equal(use.what, "the access token");
}

static void the_driver_refuses_other_modes_and_ports(void **state)
{
	struct given given;

	(void)state;
	with_parts(&given, KG_VERSION_NEWEST, "required");
	expect_only(&given, KG_COMPLAINT_INVALID, "sslmode");
	with_parts(&given, KG_VERSION_NEWEST, "require");
	given_known(&given, "port", "test_port");
	expect_only(&given, KG_COMPLAINT_INVALID, "port");
	with_parts(&given, KG_VERSION_NEWEST, "require");
	given_known(&given, "host", "a,b");
	given_known(&given, "port", "1,2");
	expect_nothing(&given);
}

static void what_lib_pq_takes_for_a_port_is_not_judged(void **state)
{
	struct given given;

	(void)state;
	with_parts(&given, KG_VERSION(2, 10, 1), "require");
	given_known(&given, "port", "test_port");
	expect_nothing(&given);
}

static void with_an_identity_the_driver_comes_too_late_to_refuse(void **state)
{
	struct given given;

	(void)state;
	with_parts(&given, KG_VERSION_NEWEST, "required");
	given_identity(&given, "azure-workload");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "sslmode");
	with_parts(&given, KG_VERSION_NEWEST, "required");
	given_identity(&given, "gcp");
	expect_doubt(&given, KG_COMPLAINT_INVALID, "sslmode");
}

static void lib_pq_knows_fewer_modes(void **state)
{
	struct given given;

	(void)state;
	with_parts(&given, KG_VERSION(2, 10, 1), "prefer");
	expect_only(&given, KG_COMPLAINT_INVALID, "sslmode");
	with_parts(&given, KG_VERSION(2, 11, 0), "prefer");
	expect_nothing(&given);
}

static void an_unreadable_connection_is_named_without_its_text(void **state)
{
	struct kg_complaint complaint;
	struct given given;

	(void)state;
	with_string(&given, "postgres://u:s3/cret@h/d");
	complaint = expect_complaint(&given, KG_COMPLAINT_INVALID, "connection");
	assert_false(complaint.show_value);
	assert_null(strstr(complaint.detail, "s3"));
	expect_only(&given, KG_COMPLAINT_INVALID, "connection");
}

static void a_target_of_0_is_none_since_2_16(void **state)
{
	static const char *const zeros[] = {"0", "-0", "0.0", "0e7"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(zeros); i++) {
		struct given given;

		with_parts(&given, KG_VERSION_NEWEST, "require");
		given_known(&given, "targetQueryValue", zeros[i]);
		expect_only(&given, KG_COMPLAINT_INVALID, "targetQueryValue");
		with_parts(&given, KG_VERSION_NEWEST, "require");
		given_known(&given, "targetQueryValue", zeros[i]);
		given.params.metric_source = true;
		expect_nothing(&given);
		with_parts(&given, KG_VERSION(2, 15, 0), "require");
		given_known(&given, "targetQueryValue", zeros[i]);
		expect_nothing(&given);
	}
}

static void another_provider_breaks_what_is_built_from_parts(void **state)
{
	static const char *const providers[] = {"aws", "aws-eks", "gcp"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(providers); i++) {
		struct given given;

		with_parts(&given, KG_VERSION_NEWEST, "require");
		given_identity(&given, providers[i]);
		assert_int_equal(kg_params_useless_identity(&given.params), KG_IDENTITY_BREAKS);
		given_present(&given, "connection");
		assert_int_equal(kg_params_useless_identity(&given.params), KG_IDENTITY_IGNORED);
		given.params.keda_version = KG_VERSION(2, 15, 1);
		assert_int_equal(kg_params_useless_identity(&given.params), KG_IDENTITY_BREAKS);
		given.params.keda_version = KG_VERSION(2, 14, 1);
		assert_int_equal(kg_params_useless_identity(&given.params), KG_IDENTITY_IGNORED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(either_form_is_enough),
	        cmocka_unit_test(without_a_connection_every_part_is_missed),
	        cmocka_unit_test(with_an_identity_the_connection_does_not_replace_the_parts),
	        cmocka_unit_test(before_2_15_an_identity_has_no_effect),
	        cmocka_unit_test(parts_that_cannot_be_seen_are_not_missed),
	        cmocka_unit_test(the_sslmode_decides_encryption),
	        cmocka_unit_test(a_socket_is_no_network),
	        cmocka_unit_test(the_mode_inside_a_connection_counts),
	        cmocka_unit_test(lib_pq_defaults_to_require),
	        cmocka_unit_test(an_unseen_connection_decides_nothing),
	        cmocka_unit_test(with_an_identity_the_parts_decide_whatever_the_connection),
	        cmocka_unit_test(the_credential_is_that_of_the_form_in_use),
	        cmocka_unit_test(the_driver_refuses_other_modes_and_ports),
	        cmocka_unit_test(what_lib_pq_takes_for_a_port_is_not_judged),
	        cmocka_unit_test(with_an_identity_the_driver_comes_too_late_to_refuse),
	        cmocka_unit_test(lib_pq_knows_fewer_modes),
	        cmocka_unit_test(an_unreadable_connection_is_named_without_its_text),
	        cmocka_unit_test(a_target_of_0_is_none_since_2_16),
	        cmocka_unit_test(another_provider_breaks_what_is_built_from_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
