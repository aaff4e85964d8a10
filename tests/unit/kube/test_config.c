#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kedagate/kube/config.h"
#include "kedagate/model/json.h"
#include "support/tempdir.h"

#define SECRET "c2VjcmV0LW9mLXRoZS10ZXN0"

/* One cluster, one user and the context of both; the lists are left open. */
#define CLUSTER(lines_) "clusters:\n- name: c\n  cluster:\n    server: https://10.0.0.1:6443/\n" lines_
#define SERVER(url_)    "clusters: [{name: c, cluster: {server: '" url_ "'}}]\n" USER(TOKEN) CONTEXT
#define USER(lines_)    "users:\n- name: u\n  user:\n" lines_
#define CONTEXT         "contexts:\n- name: x\n  context: {cluster: c, user: u}\ncurrent-context: x\n"
#define TOKEN           "    token: " SECRET "\n"

static const char *const proxy_variables[] = {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"};

struct fixture {
	struct tempdir directory;
	struct kg_kube_config config;
	struct kg_err err;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	kg_json_setup();
	fixture = (struct fixture){0};
	tempdir_init(&fixture.directory);
	unsetenv("KUBECONFIG");
	unsetenv("KUBERNETES_SERVICE_HOST");
	unsetenv("KUBERNETES_SERVICE_PORT");
	for (size_t i = 0; i < KG_ARRAY_LEN(proxy_variables); i++)
		unsetenv(proxy_variables[i]);
	setenv("HOME", fixture.directory.path, 1);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	kg_kube_config_release(&fixture->config);
	tempdir_release(&fixture->directory);
	return 0;
}

static int load(struct fixture *fixture, const char *text, const char *context)
{
	char path[PATH_MAX];
	struct kg_kube_choice choice = {.path = tempdir_path(&fixture->directory, "config", path), .context = context};

	tempdir_write(&fixture->directory, "config", text);
	return kg_kube_config_load(&choice, &fixture->config, &fixture->err);
}

static void expect_path(const struct fixture *fixture, const char *path, const char *name)
{
	char wanted[PATH_MAX];

	assert_non_null(path);
	assert_string_equal(path, tempdir_path(&fixture->directory, name, wanted));
}

static void a_context_is_read(void **state)
{
	struct fixture *fixture = *state;
	const struct kg_kube_config *config = &fixture->config;

	assert_int_equal(load(fixture, CLUSTER("    tls-server-name: api.example\n") USER(TOKEN) CONTEXT, NULL), 0);
	assert_string_equal(config->server, "https://10.0.0.1:6443");
	assert_string_equal(config->context, "x");
	assert_string_equal(config->namespace, "default");
	assert_string_equal(config->tls_server_name, "api.example");
	assert_string_equal(config->token.text.data, SECRET);
	assert_true(config->token.text.secret);
	assert_null(config->authority.file);
	assert_false(config->insecure);
	assert_null(config->proxy_url);
	expect_path(fixture, config->origin, "config");
}

static void a_kubeconfig_may_be_json(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
	        load(fixture,
	             "{\"clusters\":[{\"name\":\"c\",\"cluster\":{\"server\":\"https://[::1]:6443\"}}],\"users\":[{\"name\":\"u\"}],"
	             "\"contexts\":[{\"name\":\"x\",\"context\":{\"cluster\":\"c\",\"user\":\"u\",\"namespace\":\"n\"}}],"
	             "\"current-context\":\"x\"}",
	             NULL),
	        0);
	assert_string_equal(fixture->config.server, "https://[::1]:6443");
	assert_string_equal(fixture->config.namespace, "n");
}

static void paths_are_relative_to_their_file(void **state)
{
	struct fixture *fixture = *state;
	const struct kg_kube_config *config = &fixture->config;

	assert_int_equal(load(fixture,
	                      CLUSTER("    certificate-authority: pki/ca.crt\n")
	                              USER("    client-certificate: u.crt\n    client-key: /keys/u.key\n    tokenFile: token\n") CONTEXT,
	                      NULL),
	                 0);
	expect_path(fixture, config->authority.file, "pki/ca.crt");
	expect_path(fixture, config->certificate.file, "u.crt");
	expect_path(fixture, config->token.file, "token");
	assert_string_equal(config->key.file, "/keys/u.key");
}

static void data_goes_over_a_file(void **state)
{
	struct fixture *fixture = *state;
	const struct kg_kube_config *config = &fixture->config;

	assert_int_equal(load(fixture,
	                      CLUSTER("    certificate-authority: ca.crt\n    certificate-authority-data: UEVN\n")
	                              USER("    client-certificate-data: UEVN\n    client-key-data: S0VZ\n") CONTEXT,
	                      NULL),
	                 0);
	assert_null(config->authority.file);
	assert_string_equal(config->authority.text.data, "PEM");
	assert_string_equal(config->key.text.data, "KEY");
	assert_true(config->key.text.secret);
}

static void a_token_file_goes_over_a_token(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(load(fixture, CLUSTER("") USER(TOKEN "    tokenFile: /t\n") CONTEXT, NULL), 0);
	assert_string_equal(fixture->config.token.file, "/t");
	assert_int_equal(fixture->config.token.text.length, 0);
}

static void a_proxy_goes_over_the_environment(void **state)
{
	struct fixture *fixture = *state;

	setenv("HTTPS_PROXY", "http://other:3128", 1);
	setenv("NO_PROXY", "*", 1);
	assert_int_equal(load(fixture, CLUSTER("    proxy-url: http://proxy:3128\n") USER(TOKEN) CONTEXT, NULL), 0);
	assert_string_equal(fixture->config.proxy_url, "http://proxy:3128");
}

#define PROXY "http://proxy:3128"

/* Whether the proxy of the environment leads to a server, by what NO_PROXY says. */
static const struct {
	const char *server, *excepted;
	bool proxied;
} ways[] = {
        {"https://api.example:6443", "", true},
        {"https://api.example:6443", "*", false},
        {"https://api.example:6443", "other, api.example", false},
        {"https://API.example:6443", "api.EXAMPLE", false},
        {"https://api.example:6443", "example", false},
        {"https://api.example:6443", ".example", false},
        {"https://api.example:6443", "*.example", false},
        {"https://api.example:6443", ".api.example", true},
        {"https://api.example:6443", "*.api.example", true},
        {"https://api.example:6443", "i.example", true},
        {"https://api.example:6443", "api.example:6443", false},
        {"https://api.example:6443", "api.example:443", true},
        {"https://api.example", "api.example:443", false},
        {"https://api.example:6443", "other other2,:6443,.,*.", true},
        {"https://10.1.2.3:6443", "10.1.2.3", false},
        {"https://10.1.2.3:6443", "10.1.2.3:6443", false},
        {"https://10.1.2.3:6443", "10.1.2.3:443", true},
        {"https://10.1.2.3:6443", "10.1.0.0/16", false},
        {"https://10.1.2.3:6443", "10.1.2.0/31", true},
        {"https://10.1.2.3:6443", "10.1.2.2/31", false},
        {"https://10.1.2.3:6443", "0.0.0.0/0", false},
        {"https://10.1.2.3:6443", "10.1.0.0/33,10.1.0.0/,10.1.0.0/x,/8,::/200", true},
        {"https://10.1.2.3:6443", "2.3", false},
        {"https://[fd00::1]:6443", "fd00::1", false},
        {"https://[fd00::1]:6443", "[fd00::1]:6443", false},
        {"https://[fd00::1]:6443", "[fd00::1]:443", true},
        {"https://[fd00::1]:6443", "fd00::/8", false},
        {"https://[fd00::1]:6443", "10.0.0.0/8", true},
        {"https://[::ffff:10.1.2.3]:6443", "10.1.2.3", false},
        {"https://127.0.0.1:6443", "", false},
        {"https://[::1]:6443", "", false},
        {"https://localhost:6443", "", false},
};

static void the_proxy_of_the_environment_leads_where_kubectl_has_it(void **state)
{
	struct fixture *fixture = *state;
	char text[512];

	setenv("https_proxy", PROXY, 1);
	for (size_t i = 0; i < KG_ARRAY_LEN(ways); i++) {
		setenv("no_proxy", ways[i].excepted, 1);
		(void)snprintf(text, sizeof(text), "clusters: [{name: c, cluster: {server: '%s'}}]\n" USER(TOKEN) CONTEXT, ways[i].server);
		assert_int_equal(load(fixture, text, NULL), 0);
		if ((fixture->config.proxy_url != NULL) != ways[i].proxied)
			fail_msg("%s with NO_PROXY=%s", ways[i].server, ways[i].excepted);
		kg_kube_config_release(&fixture->config);
	}
}

/* The name that the certificate is for says nothing of the way. */
static void exceptions_are_of_the_servers_host_not_of_its_other_name(void **state)
{
	struct fixture *fixture = *state;

	setenv("HTTPS_PROXY", PROXY, 1);
	setenv("NO_PROXY", "10.0.0.1", 1);
	assert_int_equal(load(fixture, CLUSTER("    tls-server-name: api.example\n") USER(TOKEN) CONTEXT, NULL), 0);
	assert_null(fixture->config.proxy_url);
	kg_kube_config_release(&fixture->config);
	setenv("NO_PROXY", "api.example", 1);
	assert_int_equal(load(fixture, CLUSTER("    tls-server-name: api.example\n") USER(TOKEN) CONTEXT, NULL), 0);
	assert_string_equal(fixture->config.proxy_url, PROXY);
}

static void a_variable_that_holds_no_proxy_is_named_and_not_quoted(void **state)
{
	struct fixture *fixture = *state;

	setenv("HTTPS_PROXY", "ftp://user:" SECRET "@proxy:3128", 1);
	assert_int_equal(load(fixture, CLUSTER("") USER(TOKEN) CONTEXT, NULL), KG_EINVAL);
	assert_non_null(strstr(fixture->err.message, "HTTPS_PROXY"));
	assert_null(strstr(fixture->err.message, SECRET));
	setenv("HTTPS_PROXY", "proxy:3128", 1);
	assert_int_equal(load(fixture, CLUSTER("") USER(TOKEN) CONTEXT, NULL), 0);
	assert_string_equal(fixture->config.proxy_url, "proxy:3128");
}

static void another_context_can_be_chosen(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(load(fixture,
	                      CLUSTER("- name: d\n  cluster: {server: 'https://d', insecure-skip-tls-verify: true}\n") USER(TOKEN) CONTEXT
	                      "contexts:\n",
	                      NULL),
	                 KG_EINVAL); /* the same key twice */
	assert_int_equal(load(fixture,
	                      CLUSTER("- name: d\n  cluster: {server: 'https://d', insecure-skip-tls-verify: true}\n") USER(
	                              TOKEN) "contexts:\n- {name: x, context: {cluster: c, user: u}}\n- {name: other, context: {cluster: "
	                                     "d, user: u, namespace: "
	                                     "team}}\n",
	                      "other"),
	                 0);
	assert_string_equal(fixture->config.server, "https://d");
	assert_string_equal(fixture->config.namespace, "team");
	assert_true(fixture->config.insecure);
}

/* What is wrong, and what of it must be said. Never the secret. */
static const struct {
	const char *text, *context, *message;
	int code;
} wrong[] = {
        {"- a\n", NULL, "no mapping", KG_EINVAL},
        {"clusters: [\n", NULL, "config: ", KG_EINVAL},
        {"", NULL, "current-context", KG_EINVAL},
        {CLUSTER("") USER(TOKEN) CONTEXT, "z", "there is no context \"z\"", KG_ENOTFOUND},
        {CLUSTER("") "users: []\n" CONTEXT, NULL, "there is no user \"u\"", KG_ENOTFOUND},
        {"clusters: {}\n" USER(TOKEN) CONTEXT, NULL, "clusters: this must be a list", KG_EINVAL},
        {"clusters: [{name: c, cluster: {}}]\n" USER(TOKEN) CONTEXT, NULL, "clusters[0].cluster.server: this is missing", KG_EINVAL},
        {"clusters: [{name: c, cluster: {server: 10.0.0.1}}]\n" USER(TOKEN) CONTEXT, NULL, "server: this is no URL", KG_EINVAL},
        {"clusters: [{name: c, cluster: {server: 'http://10.0.0.1'}}]\n" USER(TOKEN) CONTEXT, NULL, "unencrypted", KG_EINVAL},
        {SERVER("https://10.0.0.1:6443#a"), NULL, "clusters[0].cluster.server: this must end with the host", KG_EINVAL},
        {SERVER("https://10.0.0.1:6443/a?b"), NULL, "clusters[0].cluster.server: this must end with the host", KG_EINVAL},
        {SERVER("https://10.0.0.1:6443?"), NULL, "clusters[0].cluster.server: this must end with the host", KG_EINVAL},
        {SERVER("https://admin:" SECRET "@10.0.0.1:6443"), NULL, "clusters[0].cluster.server: a user or a password", KG_EINVAL},
        {SERVER("https://admin:" SECRET "@10.0.0.1:6443/#"), NULL, "clusters[0].cluster.server: a user or a password", KG_EINVAL},
        {CLUSTER("    insecure-skip-tls-verify: yes please\n") USER(TOKEN) CONTEXT, NULL, "true or false", KG_EINVAL},
        {CLUSTER("    insecure-skip-tls-verify: true\n    certificate-authority: a\n") USER(TOKEN) CONTEXT, NULL, "contradiction",
         KG_EINVAL},
        {CLUSTER("    certificate-authority-data: '***'\n") USER(TOKEN) CONTEXT, NULL, "certificate-authority-data: this is no base64",
         KG_EINVAL},
        {CLUSTER("    proxy-url: x\n") USER(TOKEN) CONTEXT, NULL, "proxy-url", KG_EINVAL},
        {CLUSTER("") USER("    token: [" SECRET "]\n") CONTEXT, NULL, "users[0].user.token: this must be a string", KG_EINVAL},
        {CLUSTER("") USER("    client-certificate: a\n") CONTEXT, NULL, "client-key: this is missing", KG_EINVAL},
        {CLUSTER("") USER("    client-key-data: " SECRET "\n") CONTEXT, NULL, "client-certificate: this is missing", KG_EINVAL},
        {CLUSTER("") USER("    client-key-data: '!" SECRET "'\n") CONTEXT, NULL, "client-key-data: this is no base64", KG_EINVAL},
        {CLUSTER("") USER("    exec: {command: aws, args: [" SECRET "]}\n") CONTEXT, NULL, "kubectl create token", KG_EINVAL},
        {CLUSTER("") USER("    auth-provider: {name: gcp}\n") CONTEXT, NULL, "users[0].user.auth-provider", KG_EINVAL},
        {CLUSTER("") USER("    username: admin\n    password: " SECRET "\n") CONTEXT, NULL, "users[0].user.username", KG_EINVAL},
        {CLUSTER("") USER(TOKEN "    as: admin\n") CONTEXT, NULL, "users[0].user.as:", KG_EINVAL},
};

static void what_is_wrong_is_said_without_secrets(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(wrong); i++) {
		fixture->err = (struct kg_err){0};
		assert_int_equal(load(fixture, wrong[i].text, wrong[i].context), wrong[i].code);
		if (strstr(fixture->err.message, wrong[i].message) == NULL)
			fail_msg("%zu: \"%s\" is not in \"%s\"", i, wrong[i].message, fixture->err.message);
		assert_null(strstr(fixture->err.message, SECRET));
		assert_non_null(strstr(fixture->err.message, "config"));
	}
}

static void set_list(const struct fixture *fixture, const char *first, const char *second)
{
	char list[4 * PATH_MAX];

	(void)snprintf(list, sizeof(list), ":%s/%s::%s/not-there:%s/%s", fixture->directory.path, first, fixture->directory.path,
	               fixture->directory.path, second);
	setenv("KUBECONFIG", list, 1);
}

static void of_several_files_the_first_counts(void **state)
{
	struct fixture *fixture = *state;
	const struct kg_kube_choice choice = {0};

	tempdir_write(&fixture->directory, "one", "clusters: [{name: c, cluster: {server: 'https://one'}}]\ncurrent-context: x\n");
	tempdir_write(&fixture->directory, "two", CLUSTER("    certificate-authority: ca\n") USER("    tokenFile: t\n") CONTEXT);
	set_list(fixture, "one", "two");
	assert_int_equal(kg_kube_config_load(&choice, &fixture->config, &fixture->err), 0);
	assert_string_equal(fixture->config.server, "https://one");
	assert_null(fixture->config.authority.file); /* nothing of the second cluster of that name */
	expect_path(fixture, fixture->config.token.file, "t");
}

static void without_any_file_that_is_said(void **state)
{
	struct fixture *fixture = *state;
	const struct kg_kube_choice choice = {0};

	assert_int_equal(kg_kube_config_load(&choice, &fixture->config, &fixture->err), KG_ENOTFOUND);
	assert_non_null(strstr(fixture->err.message, "~/.kube/config"));
}

static void a_chosen_file_must_be_there(void **state)
{
	struct fixture *fixture = *state;
	const struct kg_kube_choice choice = {.path = "/nowhere/config"};

	assert_int_equal(kg_kube_config_load(&choice, &fixture->config, &fixture->err), KG_ENOTFOUND);
	assert_non_null(strstr(fixture->err.message, "/nowhere/config"));
}

static void write_account(const struct fixture *fixture)
{
	tempdir_write(&fixture->directory, "token", "t\n");
	tempdir_write(&fixture->directory, "ca.crt", "PEM\n");
	tempdir_write(&fixture->directory, "namespace", "keda\n");
}

static void a_pod_is_configured_by_its_service_account(void **state)
{
	struct fixture *fixture = *state;
	const struct kg_kube_config *config = &fixture->config;

	write_account(fixture);
	setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	assert_int_equal(kg_kube_config_in_cluster(fixture->directory.path, &fixture->config, &fixture->err), 0);
	assert_string_equal(config->server, "https://[fd00::1]:443");
	assert_string_equal(config->namespace, "keda");
	expect_path(fixture, config->token.file, "token");
	expect_path(fixture, config->authority.file, "ca.crt");
	assert_null(config->proxy_url);
}

static void a_pod_without_a_token_is_told_why(void **state)
{
	struct fixture *fixture = *state;

	setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	assert_int_equal(kg_kube_config_in_cluster(fixture->directory.path, &fixture->config, &fixture->err), KG_ENOTFOUND);
	assert_non_null(strstr(fixture->err.message, "automountServiceAccountToken"));
}

static void outside_of_a_pod_there_is_no_service_account(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(kg_kube_config_in_cluster(fixture->directory.path, &fixture->config, &fixture->err), KG_ENOTFOUND);
}

static void a_kubeconfig_goes_before_the_pod(void **state)
{
	struct fixture *fixture = *state;
	struct kg_kube_choice choice = {0};
	char path[PATH_MAX];

	setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	assert_int_equal(kg_kube_config_find(&choice, &fixture->config, &fixture->err), KG_ENOTFOUND); /* of the Pod's token */
	assert_non_null(strstr(fixture->err.message, "serviceaccount"));
	tempdir_write(&fixture->directory, "config", CLUSTER("") USER(TOKEN) CONTEXT);
	choice.path = tempdir_path(&fixture->directory, "config", path);
	assert_int_equal(kg_kube_config_find(&choice, &fixture->config, &fixture->err), 0);
	assert_string_equal(fixture->config.context, "x");
}

#define TEST(name_) cmocka_unit_test_setup_teardown(name_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(a_context_is_read),
	        TEST(a_kubeconfig_may_be_json),
	        TEST(paths_are_relative_to_their_file),
	        TEST(data_goes_over_a_file),
	        TEST(a_token_file_goes_over_a_token),
	        TEST(a_proxy_goes_over_the_environment),
	        TEST(the_proxy_of_the_environment_leads_where_kubectl_has_it),
	        TEST(exceptions_are_of_the_servers_host_not_of_its_other_name),
	        TEST(a_variable_that_holds_no_proxy_is_named_and_not_quoted),
	        TEST(another_context_can_be_chosen),
	        TEST(what_is_wrong_is_said_without_secrets),
	        TEST(of_several_files_the_first_counts),
	        TEST(without_any_file_that_is_said),
	        TEST(a_chosen_file_must_be_there),
	        TEST(a_pod_is_configured_by_its_service_account),
	        TEST(a_pod_without_a_token_is_told_why),
	        TEST(outside_of_a_pod_there_is_no_service_account),
	        TEST(a_kubeconfig_goes_before_the_pod),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
