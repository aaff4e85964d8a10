#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "rules/secret_text.h"

struct row {
	const char *text;
	const char *what; /* part of the answer; NULL: no secret */
};

static void assert_rows(const char *(*find)(const char *), const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *what = find(rows[i].text);

		if ((what != NULL) != (rows[i].what != NULL) || (what != NULL && strstr(what, rows[i].what) == NULL))
			fail_msg("%s: %s", rows[i].text, what != NULL ? what : "nothing");
	}
}

static void passwords_in_urls_are_seen(void **state)
{
	static const struct row rows[] = {
	        {"amqp://user:secret@host:5672/vhost", "URL"},
	        {"https://a.example, https://user:secret@b.example", "URL"},
	        {"mongodb+srv://user:p%40ss@cluster.example/db", "URL"},
	        {"redis://:secret@host:6379", "URL"},
	        {"https://user:a@b@host/", "URL"},
	        {"amqp://user@host", NULL},
	        {"amqp://user:@host", NULL},
	        {"amqp://host:5672/path@home", NULL},
	        {"https://host/?next=http://a:80/@b", NULL},
	        {"https://host/?api_key=k3f9a0c", "API key"},
	        {"https://host/?page=1&sig=abc%3D", "shared access signature"},
	        {"https://host/?page=1&token=", NULL},
	        {"https://host/?tokens=5", NULL},
	        {"user:secret@host", NULL},
	};

	(void)state;
	assert_rows(kg_secret_in_text, rows, sizeof(rows) / sizeof(rows[0]));
}

static void secrets_in_connection_strings_are_seen(void **state)
{
	static const struct row rows[] = {
	        {"DefaultEndpointsProtocol=https;AccountName=a;AccountKey=bm90YWtleQ==", "account key"},
	        {"Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=bm90YWtleQ==", "shared access key"},
	        {"BlobEndpoint=https://a;SharedAccessSignature=sv=1&sig=x", "shared access signature"},
	        {"Server=tcp:db,1433;User ID=u;password=p4ss", "password"},
	        {"Server=db;Uid=u;PWD=p4ss;", "password"},
	        {"Server=db;Uid=u;Pwd=;", NULL},
	        {"Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=n", NULL},
	        {"host=h user=u password=p4ss dbname=d", "password"},
	        {"host=h user=u password='p 4' dbname=d", "password"},
	        {"host=h user=u dbname=d", NULL},
	        {"user:p4ss@tcp(db:3306)/orders", "password"},
	        {"user@tcp(db:3306)/orders", NULL},
	        {"-----BEGIN RSA PRIVATE KEY-----\nabc", "private key"},
	        {"{\"private_key\": \"-----BEGIN PRIVATE KEY-----\\nabc\"}", "private key"},
	        {"-----BEGIN CERTIFICATE-----\nabc", NULL},
	};

	(void)state;
	assert_rows(kg_secret_in_text, rows, sizeof(rows) / sizeof(rows[0]));
}

static void tokens_that_their_issuers_mark_are_seen(void **state)
{
	static const struct row rows[] = {
	        {"https://ghp_16C7e42F292c6912E7710c838347Ae178B4a@github.com", "GitHub token"},
	        {"x=glpat-Zq7kT2mB9xYp4Lr8sWdE", "GitLab token"},
	        {"https://maps.example/?key=AIzaSyD4u8kQ2mB9xYp4Lr8sWdEzX1cVbNm", "Google API key"},
	        {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", "JSON web token"},
	        {"ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL},
	        {"myghp_16C7e42F292c6912E7710c838347Ae178B4a", NULL},
	        {"eyJhbGciOiJIUzI1NiJ9", NULL},
	};

	(void)state;
	assert_rows(kg_secret_in_text, rows, sizeof(rows) / sizeof(rows[0]));
}

static void users_and_keys_that_look_random_are_suspected(void **state)
{
	static const struct row rows[] = {
	        {"https://Zq7kT2mB9xYp4Lr8@host.example/path", "token"},
	        {"https://host.example/path?page=1&key=Zq7kT2mB9xYp4Lr8", "key"},
	        {"https://host.example/path?code=0a1b2c3d4e5f60718293", "key"},
	        {"https://keda@host.example/path?key=orders", NULL},
	        {"https://host.example/Zq7kT2mB9xYp4Lr8?key=", NULL},
	        {"https://host.example/?key=6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a11", NULL},
	        {"Zq7kT2mB9xYp4Lr8", NULL},
	};

	(void)state;
	assert_rows(kg_secret_suspected_in_text, rows, sizeof(rows) / sizeof(rows[0]));
}

static void queries_and_formulas_are_no_secrets(void **state)
{
	static const struct row rows[] = {
	        {"sum(rate(http_requests_total{password=\"x\"}[5m])) > 0", NULL},
	        {"SELECT count(*) FROM users WHERE password = 'x'", NULL},
	        {"SELECT count(*) FROM users WHERE password='x' AND host='h'", NULL},
	        {"avg:requests{token:abc}.rollup(avg, 60)", NULL},
	        {"0 8 * * *", NULL},
	        {"", NULL},
	};

	(void)state;
	assert_rows(kg_secret_in_text, rows, sizeof(rows) / sizeof(rows[0]));
}

static void headers_that_authenticate_are_seen(void **state)
{
	static const struct row rows[] = {
	        {"Authorization=Bearer abc", "header"},
	        {"X-Scope-OrgID=shop, x-api-key = abc", "header"},
	        {"X-Scope-OrgID=shop", NULL},
	        {"Authorization=", NULL},
	        {"Authorization=Bearer ${TOKEN}", NULL},
	        {"Authorization", NULL},
	};

	(void)state;
	assert_rows(kg_secret_in_headers, rows, sizeof(rows) / sizeof(rows[0]));
}

static void placeholders_stand_for_a_secret_and_are_none(void **state)
{
	static const char *const placeholders[] = {
	        "",
	        " ",
	        "<password>",
	        "Endpoint=<endpoint>",
	        "${PASSWORD}",
	        "$(PASSWORD)",
	        "$PASSWORD",
	        "{{ .Values.password }}",
	        "{password}",
	        "****",
	        "xxxxxxxx",
	        "...",
	        "REDIS_PASSWORD",
	        "DB_1_PASSWORD",
	        "A_09_Z",
	        "/var/run/secrets/db/password",
	        "vault:secret/data/db#password",
	        "ref+awsssm://db/password",
	        "op://shop/db/password",
	};
	static const char *const secrets[] = {
	        "/Zq7kT2mB9x/Yp4Lr8", "/hunter2", "vault:", "hunter2", "PASSWORD", "abc_DEF", "Abc_DEF", "1_DEF", "_DEF", "A-B_C", "a$b",
	        "pass{word",          "{word",    "word}",  "1234",    "xy"};

	(void)state;
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
		if (!kg_secret_is_placeholder(kg_slice_of(placeholders[i])))
			fail_msg("%s", placeholders[i]);
	}
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		if (kg_secret_is_placeholder(kg_slice_of(secrets[i])))
			fail_msg("%s", secrets[i]);
	}
}

static void keys_are_known_by_their_names(void **state)
{
	(void)state;
	assert_string_equal(kg_secret_by_key("password"), "a password");
	assert_string_equal(kg_secret_by_key("personalAccessToken"), "an access token");
	assert_null(kg_secret_by_key("passwordFromEnv"));
	assert_string_equal(kg_secret_by_key("SecretKey"), "a secret key");
	assert_string_equal(kg_secret_by_key("PASSWORD"), "a password");
	assert_string_equal(kg_secret_by_key("clientKey"), "a private key");
	assert_null(kg_secret_by_key("Passwords"));
	assert_null(kg_secret_by_key("keyParamName"));
	assert_null(kg_secret_by_key("key"));
	assert_null(kg_secret_by_key("username"));
	assert_null(kg_secret_by_key("awsAccessKeyID"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(passwords_in_urls_are_seen),
	        cmocka_unit_test(secrets_in_connection_strings_are_seen),
	        cmocka_unit_test(tokens_that_their_issuers_mark_are_seen),
	        cmocka_unit_test(users_and_keys_that_look_random_are_suspected),
	        cmocka_unit_test(queries_and_formulas_are_no_secrets),
	        cmocka_unit_test(headers_that_authenticate_are_seen),
	        cmocka_unit_test(placeholders_stand_for_a_secret_and_are_none),
	        cmocka_unit_test(keys_are_known_by_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
