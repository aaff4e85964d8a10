#include "unit/resolve/fixture.h"

/* A trigger whose endpoint comes from the variable ENDPOINT. */
#define TRIGGER    "    - type: temporal\n      metadata: {endpointFromEnv: ENDPOINT}\n"
#define CONTAINER  "        - name: main\n"
#define CONFIG_MAP "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\ndata: {ENDPOINT: 'map:1', host: 'map:2'}\n"
#define SECRET     "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\nstringData: {host: 'secret:1'}\n"

struct row {
	const char *env; /* what follows the container's name */
	enum kg_param_state state;
	const char *text;
};

static void assert_rows(struct fixture *f, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char yaml[4096];

		(void)snprintf(yaml, sizeof(yaml), "%s%s%s%s%s", SCALED_OBJECT TRIGGER DEPLOYMENT CONTAINER, rows[i].env, CONFIG_MAP,
		               SECRET, "");
		resolve(f, yaml);
		if (rows[i].state == KG_PARAM_KNOWN)
			assert_known(f, "endpoint", rows[i].text);
		else
			assert_state(f, "endpoint", rows[i].state);
	}
}

static void a_literal_variable_is_known(void **state)
{
	static const struct row rows[] = {
	        {"          env: [{name: ENDPOINT, value: ' host:1 '}]\n", KG_PARAM_KNOWN, "host:1"},
	        {"          env: [{name: ENDPOINT, value: ''}]\n", KG_PARAM_ABSENT, NULL},
	        {"          env: [{name: OTHER, value: x}]\n", KG_PARAM_ABSENT, NULL},
	        {"          env: [{name: ENDPOINT, value: 'a:1'}, {name: ENDPOINT, value: 'b:1'}]\n", KG_PARAM_KNOWN, "b:1"},
	};

	assert_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void a_variable_from_elsewhere_is_read_where_it_can_be_seen(void **state)
{
	static const struct row rows[] = {
	        {"          env: [{name: ENDPOINT, valueFrom: {configMapKeyRef: {name: c, key: host}}}]\n", KG_PARAM_KNOWN, "map:2"},
	        {"          env: [{name: ENDPOINT, valueFrom: {secretKeyRef: {name: s, key: host}}}]\n", KG_PARAM_KNOWN, "secret:1"},
	        {"          env: [{name: ENDPOINT, valueFrom: {secretKeyRef: {name: hidden, key: host}}}]\n", KG_PARAM_PRESENT, NULL},
	        {"          env: [{name: ENDPOINT, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}]\n", KG_PARAM_PRESENT, NULL},
	};

	assert_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void env_from_gives_what_env_does_not(void **state)
{
	static const struct row rows[] = {
	        {"          envFrom: [{configMapRef: {name: c}}]\n", KG_PARAM_KNOWN, "map:1"},
	        {"          envFrom: [{configMapRef: {name: c}}]\n          env: [{name: ENDPOINT, value: 'host:1'}]\n", KG_PARAM_KNOWN,
	         "host:1"},
	        {"          envFrom: [{configMapRef: {name: c}}, {secretRef: {name: hidden}}]\n", KG_PARAM_PRESENT, NULL},
	        {"          envFrom: [{prefix: X_, configMapRef: {name: c}}]\n", KG_PARAM_ABSENT, NULL},
	        {"          envFrom: [{secretRef: {name: s}}]\n", KG_PARAM_ABSENT, NULL},
	};

	assert_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void prefixes_count_from_2_18_on(void **state)
{
	static const struct row prefixed[] = {
	        {"          envFrom: [{prefix: END, configMapRef: {name: p}}]\n"
	         "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: shop}\ndata: {POINT: 'prefixed:1', ENDPOINT: "
	         "'plain:1'}\n",
	         KG_PARAM_KNOWN, "prefixed:1"},
	};
	static const struct row plain[] = {
	        {"          envFrom: [{prefix: END, configMapRef: {name: p}}]\n"
	         "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: shop}\ndata: {POINT: 'prefixed:1', ENDPOINT: "
	         "'plain:1'}\n",
	         KG_PARAM_KNOWN, "plain:1"},
	};
	struct fixture *f = *state;

	assert_rows(f, prefixed, 1);
	f->keda_version = KG_VERSION(2, 17, 3);
	assert_rows(f, plain, 1);
}

static void references_to_earlier_variables_are_expanded(void **state)
{
	static const struct row rows[] = {
	        {"          env: [{name: HOST, value: h}, {name: ENDPOINT, value: '$(HOST):1'}]\n", KG_PARAM_KNOWN, "h:1"},
	        {"          env: [{name: ENDPOINT, value: '$(HOST):1'}, {name: HOST, value: h}]\n", KG_PARAM_KNOWN, "$(HOST):1"},
	        {"          env: [{name: HOST, value: h}, {name: ENDPOINT, value: '$$(HOST):1'}]\n", KG_PARAM_KNOWN, "$(HOST):1"},
	        {"          env: [{name: HOST, value: ''}, {name: ENDPOINT, value: '$(HOST):1'}]\n", KG_PARAM_KNOWN, ":1"},
	        {"          env: [{name: ENDPOINT, value: 'a$'}]\n", KG_PARAM_KNOWN, "a$"},
	        {"          env: [{name: ENDPOINT, value: 'a$b$(c'}]\n", KG_PARAM_KNOWN, "a$b$(c"},
	        {"          env: [{name: HOST, valueFrom: {secretKeyRef: {name: hidden, key: k}}}, {name: ENDPOINT, value: '$(HOST):1'}]\n",
	         KG_PARAM_PRESENT, NULL},
	};

	assert_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void expansion_is_bounded(void **state)
{
	static const struct row nested[] = {
	        {"          env: [{name: A, value: x}, {name: B, value: '$(A)'}, {name: ENDPOINT, value: '$(B):1'}]\n", KG_PARAM_PRESENT,
	         NULL},
	};
	struct fixture *f = *state;
	char yaml[8192];
	size_t length = (size_t)snprintf(yaml, sizeof(yaml),
	                                 "%s        - name: main\n          env: [{name: A, value: x}, {name: ENDPOINT, value: '",
	                                 SCALED_OBJECT TRIGGER DEPLOYMENT);

	assert_rows(f, nested, 1);
	for (int i = 0; i < 65; i++)
		length += (size_t)snprintf(yaml + length, sizeof(yaml) - length, "$(A)");
	(void)snprintf(yaml + length, sizeof(yaml) - length, "'}]\n");
	resolve(f, yaml);
	assert_state(f, "endpoint", KG_PARAM_PRESENT);
}

static void the_container_is_the_first_or_the_one_that_is_named(void **state)
{
	static const char containers[] = "        - {name: main, env: [{name: ENDPOINT, value: 'main:1'}]}\n"
	                                 "        - {name: side, env: [{name: ENDPOINT, value: 'side:1'}]}\n";
	static const char *const sources[] = {"", ", envSourceContainerName: side", ", envSourceContainerName: gone"};
	struct fixture *f = *state;

	for (size_t i = 0; i < 3; i++) {
		char yaml[4096];

		(void)snprintf(yaml, sizeof(yaml),
		               "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: orders, namespace: shop}\nspec:\n"
		               "  scaleTargetRef: {name: app%s}\n  triggers:\n%s%s%s",
		               sources[i], TRIGGER, DEPLOYMENT, containers);
		resolve(f, yaml);
		if (i < 2)
			assert_known(f, "endpoint", i == 0 ? "main:1" : "side:1");
		else
			assert_state(f, "endpoint", KG_PARAM_PRESENT);
	}
}

static void a_job_has_its_own_template(void **state)
{
	struct fixture *f = *state;

	resolve(f, "apiVersion: keda.sh/v1alpha1\n"
	           "kind: ScaledJob\n"
	           "metadata: {name: orders, namespace: shop}\n"
	           "spec:\n"
	           "  jobTargetRef:\n"
	           "    template:\n"
	           "      spec:\n"
	           "        containers: [{name: main, env: [{name: ENDPOINT, value: 'job:1'}]}]\n"
	           "  triggers:\n" TRIGGER);
	assert_known(f, "endpoint", "job:1");
}

static void a_target_that_is_not_seen_leaves_the_value_given(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT TRIGGER);
	assert_state(f, "endpoint", KG_PARAM_PRESENT);
	assert_string_equal(value_of(f, "endpoint")->key, "endpointFromEnv");
}

static void an_empty_variable_name_gives_nothing(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT "    - type: temporal\n      metadata: {endpointFromEnv: ''}\n");
	assert_state(f, "endpoint", KG_PARAM_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(a_literal_variable_is_known, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_variable_from_elsewhere_is_read_where_it_can_be_seen, setup, teardown),
	        cmocka_unit_test_setup_teardown(env_from_gives_what_env_does_not, setup, teardown),
	        cmocka_unit_test_setup_teardown(prefixes_count_from_2_18_on, setup, teardown),
	        cmocka_unit_test_setup_teardown(references_to_earlier_variables_are_expanded, setup, teardown),
	        cmocka_unit_test_setup_teardown(expansion_is_bounded, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_container_is_the_first_or_the_one_that_is_named, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_job_has_its_own_template, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_target_that_is_not_seen_leaves_the_value_given, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_empty_variable_name_gives_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
