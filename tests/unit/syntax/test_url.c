#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/url.h"

static void assert_slice(struct kg_slice slice, const char *expected)
{
	if (!kg_slice_equal(slice, expected))
		fail_msg("\"%.*s\" is not \"%s\"", (int)slice.length, slice.start, expected);
}

static void a_url_comes_apart(void **state)
{
	static const struct {
		const char *text, *scheme, *user, *password, *host, *port, *path, *query;
	} rows[] = {
	        {"https://a.example", "https", "", "", "a.example", "", "", ""},
	        {"HTTP://a:9090/p/q?x=1&y=2#f", "HTTP", "", "", "a", "9090", "/p/q", "x=1&y=2"},
	        {"amqp://u:p%40w@h:5672/v", "amqp", "u", "p%40w", "h", "5672", "/v", ""},
	        {"http://u@h", "http", "u", "", "h", "", "", ""},
	        {"http://u:p@w@h", "http", "u", "p@w", "h", "", "", ""},
	        {"http://[::1]:80/", "http", "", "", "::1", "80", "/", ""},
	        {"http://[fe80::1%25en0]", "http", "", "", "fe80::1%25en0", "", "", ""},
	        {"http://h?q", "http", "", "", "h", "", "", "q"},
	        {"http://h#f?q", "http", "", "", "h", "", "", ""},
	        {"http://h:/", "http", "", "", "h", "", "/", ""},
	        {"postgres://h1:1,h2:2/db", "postgres", "", "", "h1:1,h2", "2", "/db", ""},
	        {"file:///etc", "file", "", "", "", "", "/etc", ""},
	};
	struct kg_url url;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		assert_true(kg_url_parse(rows[i].text, &url));
		assert_slice(url.scheme, rows[i].scheme);
		assert_slice(url.user, rows[i].user);
		assert_slice(url.password, rows[i].password);
		assert_slice(url.host, rows[i].host);
		assert_slice(url.port, rows[i].port);
		assert_slice(url.path, rows[i].path);
		assert_slice(url.query, rows[i].query);
	}
}

static void an_empty_password_is_still_one(void **state)
{
	struct kg_url url;

	(void)state;
	assert_true(kg_url_parse("http://u:@h", &url));
	assert_true(url.has_password);
	assert_true(kg_url_parse("http://u@h", &url));
	assert_true(url.has_user);
	assert_false(url.has_password);
}

static void what_is_no_absolute_url_is_refused(void **state)
{
	static const char *const rows[] = {"",           "a.example",     "a:9090",       "//a",          "://a",
	                                   "1http://a",  "ht tp://a",     "http://a:b",   "http://[::1",  "http://a b",
	                                   "http://a\n", "http://[::1]x", "http://u p@h", "http://u\"@h", "http://{{.Host}}/a",
	                                   "http://a|b", "http://a\\b",   "http://a^b",   "http://a`b"};
	struct kg_url url;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_url_parse(rows[i], &url))
			fail_msg("%s", rows[i]);
	}
}

static void an_endpoint_needs_no_scheme(void **state)
{
	static const struct {
		const char *text, *host, *port;
	} rows[] = {
	        {"ns.acct.tmprl.cloud:7233", "ns.acct.tmprl.cloud", "7233"},
	        {"ns.acct.tmprl.cloud", "ns.acct.tmprl.cloud", ""},
	        {"[::1]:7233", "::1", "7233"},
	        {"dns:///h.example:7233", "h.example", "7233"},
	        {"dns://8.8.8.8/h.example:7233", "h.example", "7233"},
	        {"https://h.example:443/x", "h.example", "443"},
	        {"h.example/path", "h.example", ""},
	};
	struct kg_url url;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		assert_true(kg_endpoint_parse(rows[i].text, &url));
		assert_slice(url.host, rows[i].host);
		assert_slice(url.port, rows[i].port);
	}
	assert_false(kg_endpoint_parse("h:port", &url));
	assert_false(kg_endpoint_parse("dns:///h:port", &url));
}

static void a_domain_holds_its_hosts_only(void **state)
{
	static const struct {
		const char *host;
		bool under;
	} rows[] = {
	        {"a.tmprl.cloud", true},
	        {"a.b.tmprl.cloud", true},
	        {"A.TMPRL.CLOUD", true},
	        {"a.tmprl.cloud.", true},
	        {"tmprl.cloud", false},
	        {".tmprl.cloud", false},
	        {"atmprl.cloud", false},
	        {"a.tmprl.cloud.evil.example", false},
	        {"a.tmprl.cloud..", false},
	        {"", false},
	        {".", false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_host_under(kg_slice_of(rows[i].host), ".tmprl.cloud") != rows[i].under)
			fail_msg("%s", rows[i].host);
	}
}

static void any_of_several_domains_will_do(void **state)
{
	static const char *const domains[] = {".a.example", ".b.example", NULL};

	(void)state;
	assert_true(kg_host_under_any(kg_slice_of("x.b.example"), domains));
	assert_false(kg_host_under_any(kg_slice_of("x.c.example"), domains));
}

static void the_first_value_of_a_key_counts(void **state)
{
	struct kg_slice query = kg_slice_of("a=1&b=&a=2&c&d=x=y");
	struct kg_slice value;

	(void)state;
	assert_true(kg_query_get(query, "a", &value));
	assert_slice(value, "1");
	assert_true(kg_query_get(query, "b", &value));
	assert_slice(value, "");
	assert_true(kg_query_get(query, "c", &value));
	assert_slice(value, "");
	assert_true(kg_query_get(query, "d", &value));
	assert_slice(value, "x=y");
	assert_false(kg_query_get(query, "e", &value));
	assert_false(kg_query_get(kg_slice_of(""), "a", &value));
}

static void queries_are_those_that_go_parses(void **state)
{
	(void)state;
	assert_true(kg_query_valid(kg_slice_of("a=b&c=%41+d")));
	assert_true(kg_query_valid(kg_slice_of("")));
	assert_false(kg_query_valid(kg_slice_of("a=b;c=d")));
	assert_false(kg_query_valid(kg_slice_of("a=%4")));
	assert_false(kg_query_valid(kg_slice_of("a=%zz")));
}

static void escapes_are_decoded(void **state)
{
	char out[8];

	(void)state;
	assert_true(kg_percent_decode(kg_slice_of("a%2Fb+c"), true, out, sizeof(out)));
	assert_string_equal(out, "a/b c");
	assert_true(kg_percent_decode(kg_slice_of("a+b"), false, out, sizeof(out)));
	assert_string_equal(out, "a+b");
	assert_false(kg_percent_decode(kg_slice_of("a%2"), true, out, sizeof(out)));
	assert_true(kg_percent_decode(kg_slice_of("1234567"), true, out, sizeof(out)));
	assert_false(kg_percent_decode(kg_slice_of("12345678"), true, out, sizeof(out)));
}

static void request_uris_are_what_go_takes(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} rows[] = {
	        {"https://host:8089/x", true},
	        {"/path", true},
	        {"host:8089", true},
	        {"my.host:8089", true},
	        {"mailto:a", true},
	        {"http:/x", true},
	        {"", false},
	        {"host", false},
	        {"host/path", false},
	        {"10.0.0.1:80", false},
	        {":80", false},
	        {"my_host:80", false},
	        {"http://host:port", false},
	        {"http://[::1", false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_request_uri_valid(rows[i].text) != rows[i].valid)
			fail_msg("%s", rows[i].text);
	}
}

static void the_authority_ends_before_path_query_and_fragment(void **state)
{
	static const struct {
		const char *text;
		const char *authority;
	} rows[] = {
	        {"sb://host/path//x", "host"},
	        {"http://u@host:80?a=//b", "u@host:80"},
	        {"//host#/x", "host"},
	        {"sb://host", "host"},
	        {"http:///path", ""},
	        {"host:80", ""},
	        {"/host", ""},
	        {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++)
		assert_true(kg_slice_equal(kg_url_authority(kg_slice_of(rows[i].text)), rows[i].authority));
}

static void a_host_has_escapes_of_other_bytes_than_ascii_alone(void **state)
{
	static const struct {
		bool valid;
		const char *text;
	} rows[] = {
	        {true, "http://%E4%BD%A0.example"},
	        {true, "http://[fe80::1%25en0]:80"},
	        {false, "http://%zz"},
	        {false, "http://a%"},
	        {false, "http://a%4"},
	        {false, "http://%41.example"},
	        {true, "http://a/%zz"},
	};
	struct kg_url url;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_url_parse(rows[i].text, &url) != rows[i].valid)
			fail_msg("%s", rows[i].text);
	}
}

static void a_colon_in_a_host_is_stray_without_brackets(void **state)
{
	static const struct {
		bool stray;
		const char *text;
	} rows[] = {
	        {true, "http://a:80,b:80"},       {true, "http://a:80,http://b:80"},
	        {true, "http://u:p@a:80,b:80/p"}, {false, "postgres://a:80,b:80"},
	        {false, "http://a:80"},           {false, "http://[::1]:80"},
	        {false, "http://u:p@a"},          {false, "http://[::1]/a:b"},
	        {false, "file:///a:b:c"},
	};
	struct kg_url url;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		assert_true(kg_url_parse(rows[i].text, &url));
		if (kg_url_has_stray_colon(&url) != rows[i].stray)
			fail_msg("%s", rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(request_uris_are_what_go_takes),
	        cmocka_unit_test(a_url_comes_apart),
	        cmocka_unit_test(an_empty_password_is_still_one),
	        cmocka_unit_test(what_is_no_absolute_url_is_refused),
	        cmocka_unit_test(an_endpoint_needs_no_scheme),
	        cmocka_unit_test(a_domain_holds_its_hosts_only),
	        cmocka_unit_test(any_of_several_domains_will_do),
	        cmocka_unit_test(the_first_value_of_a_key_counts),
	        cmocka_unit_test(queries_are_those_that_go_parses),
	        cmocka_unit_test(escapes_are_decoded),
	        cmocka_unit_test(the_authority_ends_before_path_query_and_fragment),
	        cmocka_unit_test(a_host_has_escapes_of_other_bytes_than_ascii_alone),
	        cmocka_unit_test(a_colon_in_a_host_is_stray_without_brackets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
