#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/server/address.h"

static void an_address_is_host_and_port(void **state)
{
	/* clang-format off */
	static const struct { const char *text, *host; uint16_t port; } rows[] = {
		{":8081", "", 8081},
		{"0.0.0.0:9443", "0.0.0.0", 9443},
		{"localhost:0", "localhost", 0},
		{"[::1]:65535", "::1", 65535},
		{"[::]:80", "::", 80},
		{"a.b.example:00080", "a.b.example", 80},
		{"[localhost]:1", "localhost", 1},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_listen_address address = {0};

		assert_int_equal(kg_listen_address_parse(rows[i].text, &address, NULL), 0);
		assert_true(address.enabled);
		assert_string_equal(address.host, rows[i].host);
		assert_int_equal(address.port, rows[i].port);
	}
}

static void zero_is_no_listener(void **state)
{
	struct kg_listen_address address = {.enabled = true, .port = 1};

	(void)state;
	assert_int_equal(kg_listen_address_parse("0", &address, NULL), 0);
	assert_false(address.enabled);
}

static void what_is_no_address_is_refused_and_changes_nothing(void **state)
{
	static const char *const rows[] = {"",     "8081", "localhost", "localhost:", "localhost:http", ":65536",  ":123456",
	                                   ":+80", ": 80", ":80 ",      ":-1",        "::1:80",         "[::1]80", "[::1:80",
	                                   "00",   "0x0",  "[::1]:80:", "a:b:80"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		struct kg_listen_address address = {.enabled = true, .host = "before", .port = 7};
		struct kg_err err = {0};

		assert_int_equal(kg_listen_address_parse(rows[i], &address, &err), KG_EINVAL);
		assert_non_null(strstr(err.message, "HOST:PORT"));
		assert_string_equal(address.host, "before");
	}
}

static void a_host_has_a_longest_length(void **state)
{
	char text[KG_HOST_TEXT_MAX + 8];
	struct kg_listen_address address;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + KG_HOST_TEXT_MAX - 1, ":1", 3);
	assert_int_equal(kg_listen_address_parse(text, &address, NULL), 0);
	assert_int_equal(strlen(address.host), KG_HOST_TEXT_MAX - 1);
	text[KG_HOST_TEXT_MAX - 1] = 'a';
	memcpy(text + KG_HOST_TEXT_MAX, ":1", 3);
	assert_int_equal(kg_listen_address_parse(text, &address, NULL), KG_EINVAL);
}

static void an_ip_address_is_taken_with_a_port(void **state)
{
	struct kg_listen_address address;

	(void)state;
	assert_int_equal(kg_listen_address_from_ip("2001:db8::1", 9443, &address, NULL), 0);
	assert_true(address.enabled);
	assert_string_equal(address.host, "2001:db8::1");
	assert_int_equal(address.port, 9443);
	assert_int_equal(kg_listen_address_from_ip("127.0.0.1", 0, &address, NULL), 0);
}

static void a_name_is_no_ip_address(void **state)
{
	static const char *const rows[] = {"", "localhost", "127.0.0.1:80", "[::1]", "127.1", "::g"};
	struct kg_listen_address address;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++)
		assert_int_equal(kg_listen_address_from_ip(rows[i], 80, &address, NULL), KG_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_address_is_host_and_port),
	        cmocka_unit_test(zero_is_no_listener),
	        cmocka_unit_test(what_is_no_address_is_refused_and_changes_nothing),
	        cmocka_unit_test(a_host_has_a_longest_length),
	        cmocka_unit_test(an_ip_address_is_taken_with_a_port),
	        cmocka_unit_test(a_name_is_no_ip_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
