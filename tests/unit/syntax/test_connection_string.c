#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/connection_string.h"

static void azure_keys_are_found_in_any_case(void **state)
{
	static const char text[] = "Endpoint=sb://ns.servicebus.windows.net/; sharedaccesskey = c29t=ZQ== ;EntityPath=q";
	struct kg_slice value;

	(void)state;
	assert_true(kg_connection_string_get(text, "SharedAccessKey", &value));
	assert_true(kg_slice_equal(value, "c29t=ZQ=="));
	assert_true(kg_connection_string_get(text, "endpoint", &value));
	assert_true(kg_slice_equal(value, "sb://ns.servicebus.windows.net/"));
	assert_false(kg_connection_string_get(text, "SharedAccess", &value));
	assert_false(kg_connection_string_get("none", "none", &value));
}

struct dsn_row {
	const char *text;
	const char *sslmode;
	bool password;
};

static void keyword_value_pairs_are_read_as_pgx_does(void **state)
{
	static const struct dsn_row rows[] = {
	        {"host=h port=5432 user=u dbname=d sslmode=require password=p", "require", true},
	        {"host=h sslmode=disable password=", "disable", false},
	        {"host=h sslmode = 'verify-full' password='a b'", "verify-full", true},
	        {"host=h password='it\\'s sslmode=disable'", "", true},
	        {"host=h password=a\\ b sslmode=prefer", "prefer", true},
	        {"host=h sslmode=disable sslmode=require", "require", false},
	        {"sslmode=disable\thost=h\nuser=u", "disable", false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_dsn dsn;

		assert_null(kg_dsn_parse(rows[i].text, &dsn));
		assert_string_equal(dsn.sslmode, rows[i].sslmode);
		assert_int_equal(dsn.password, rows[i].password);
		assert_int_equal(dsn.local, strstr(rows[i].text, "host=") == NULL);
	}
}

static void urls_are_read_as_pgx_does(void **state)
{
	static const struct dsn_row rows[] = {
	        {"postgres://u:p@h:5432/d?sslmode=disable", "disable", true},
	        {"postgresql://u@h/d?sslmode=verify-full&sslmode=disable", "verify-full", false},
	        {"postgres://h1:1,h2:2/d?sslmode=%61llow", "allow", false},
	        {"postgres://h/d?password=p", "", true},
	        {"postgresql://localhost:5432", "", false},
	        {"postgres://[::1]:5432/d", "", false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_dsn dsn;

		assert_null(kg_dsn_parse(rows[i].text, &dsn));
		assert_string_equal(dsn.sslmode, rows[i].sslmode);
		assert_int_equal(dsn.password, rows[i].password);
		assert_false(dsn.local);
	}
}

static void what_the_driver_refuses_is_said_without_a_secret(void **state)
{
	static const char *const rows[] = {
	        "test_conn_str",
	        "host=h s3cret",
	        "=s3cret",
	        "password='s3cret",
	        "password=s3cret\\",
	        "host=h password=s3cret sslmode=required",
	        "host=h password=s3cret port=http",
	        "host=h password=s3cret port=0",
	        "host=a,b password=s3cret port=1,70000",
	        "postgres://u:s3/cret@h/d",
	        "postgres://u:s3cret@h:0/d",
	        "postgres://u:s3cret@h:99999/d",
	        "postgres://u:s3cret@h/d?sslmode=on",
	        "postgres://u:s3cret@h/d?port=x",
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_dsn dsn;
		const char *fault = kg_dsn_parse(rows[i], &dsn);

		if (!fault)
			fail_msg("%s", rows[i]);
		assert_null(strstr(fault, "s3"));
	}
}

static void without_a_remote_host_the_mode_does_not_count(void **state)
{
	static const char *const rows[] = {"host=/var/run sslmode=nonsense", "sslmode=nonsense", "postgres:///d?sslmode=nonsense",
	                                   "postgres://h/d?host=/var/run&sslmode=nonsense",
	                                   "postgres://h/d?host=%2Fvar%2frun,%2fx&sslmode=nonsense"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_dsn dsn;

		assert_null(kg_dsn_parse(rows[i], &dsn));
		assert_true(dsn.local);
	}
}

static void what_else_decides_encryption_is_read(void **state)
{
	struct kg_dsn dsn;

	(void)state;
	assert_null(kg_dsn_parse("host=h sslrootcert=system sslnegotiation=direct", &dsn));
	assert_true(dsn.system_roots);
	assert_string_equal(dsn.sslnegotiation, "direct");
	assert_null(kg_dsn_parse("host=h sslrootcert=/ca.pem", &dsn));
	assert_false(dsn.system_roots);
}

static void an_overlong_word_is_none(void **state)
{
	struct kg_dsn dsn;

	(void)state;
	assert_non_null(kg_dsn_parse("host=h sslmode=disabledisabledisabledisabledisable", &dsn));
}

static void ports_stand_beside_their_hosts(void **state)
{
	static const struct {
		const char *hosts, *ports;
		bool valid;
	} rows[] = {
	        {"h", "5432", true},   {"h", "test_port", false}, {"h", "", false},     {"h", "0", false},
	        {"h", "65536", false}, {"a,b", "1", true},        {"a,b", "1,2", true}, {"a,b", "1,x", false},
	        {"a", "1,x", true},    {"a,b,c", "1,2", true},    {"h", "+1", false},   {"h", " 1", false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_dsn_ports_valid(rows[i].hosts, rows[i].ports) != rows[i].valid)
			fail_msg("%s %s", rows[i].hosts, rows[i].ports);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(azure_keys_are_found_in_any_case),
	        cmocka_unit_test(keyword_value_pairs_are_read_as_pgx_does),
	        cmocka_unit_test(urls_are_read_as_pgx_does),
	        cmocka_unit_test(what_the_driver_refuses_is_said_without_a_secret),
	        cmocka_unit_test(without_a_remote_host_the_mode_does_not_count),
	        cmocka_unit_test(what_else_decides_encryption_is_read),
	        cmocka_unit_test(an_overlong_word_is_none),
	        cmocka_unit_test(ports_stand_beside_their_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
