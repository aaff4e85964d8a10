#include "fixture.h"

static struct kg_pod_template decode(struct fixture *f, const char *text)
{
	struct kg_pod_template template;

	assert_int_equal(kg_pod_template_decode(read_tree(f, text), &f->arena, &template), 0);
	return template;
}

static void containers_are_decoded_in_order(void **state)
{
	struct fixture *f = *state;
	struct kg_pod_template template = decode(f, "spec:\n"
	                                            "  serviceAccountName: sa\n"
	                                            "  initContainers: [{name: i}]\n"
	                                            "  containers: [{name: a, image: x, ports: []}, {name: b}]\n");

	assert_string_equal(template.service_account_name, "sa");
	assert_int_equal(template.container_count, 2);
	assert_string_equal(template.containers[0].name, "a");
	assert_string_equal(template.containers[1].name, "b");
	assert_int_equal(template.containers[0].env_count, 0);
}

static const char with_env[] = "spec:\n"
                               "  containers:\n"
                               "  - name: a\n"
                               "    env:\n"
                               "    - {name: LITERAL, value: $(X)}\n"
                               "    - {name: EMPTY}\n"
                               "    - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}\n"
                               "    - {name: CONFIG, valueFrom: {configMapKeyRef: {name: m, key: k}}}\n"
                               "    - {name: FIELD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n"
                               "    - {name: WRONG, value: 5}\n"
                               "    envFrom:\n"
                               "    - {secretRef: {name: s, optional: true}, prefix: P_}\n"
                               "    - {configMapRef: {name: m}}\n";

static void variables_know_where_their_value_comes_from(void **state)
{
	struct fixture *f = *state;
	struct kg_pod_template template = decode(f, with_env);
	const struct kg_env_variable *env = template.containers[0].env;

	assert_int_equal(template.containers[0].env_count, 6);
	assert_int_equal(env[0].from, KG_ENV_LITERAL);
	assert_string_equal(env[0].name, "LITERAL");
	assert_string_equal(env[0].value, "$(X)");
	assert_int_equal(env[1].from, KG_ENV_LITERAL);
	assert_null(env[1].value);
	assert_int_equal(env[2].from, KG_ENV_SECRET_KEY);
	assert_string_equal(env[2].reference, "s");
	assert_string_equal(env[2].key, "k");
	assert_true(env[2].optional);
	assert_int_equal(env[3].from, KG_ENV_CONFIG_MAP_KEY);
	assert_string_equal(env[3].reference, "m");
	assert_false(env[3].optional);
	assert_int_equal(env[4].from, KG_ENV_OTHER);
	assert_null(env[4].reference);
	assert_int_equal(env[5].from, KG_ENV_LITERAL);
	assert_null(env[5].value);
}

static void sources_know_their_prefix(void **state)
{
	struct fixture *f = *state;
	struct kg_pod_template template = decode(f, with_env);
	const struct kg_env_source *sources = template.containers[0].env_from;

	assert_int_equal(template.containers[0].env_from_count, 2);
	assert_true(sources[0].secret);
	assert_string_equal(sources[0].name, "s");
	assert_string_equal(sources[0].prefix, "P_");
	assert_true(sources[0].optional);
	assert_false(sources[1].secret);
	assert_string_equal(sources[1].name, "m");
	assert_null(sources[1].prefix);
	assert_false(sources[1].optional);
}

static void what_is_of_the_wrong_type_is_left_out(void **state)
{
	static const char *const texts[] = {
	        "[]\n", "5\n", "{}\n", "spec: 5\n", "spec: {containers: {name: a}}\n", "spec: {containers: []}\n"};
	struct fixture *f = *state;
	struct kg_pod_template template;

	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++)
		assert_int_equal(decode(f, texts[i]).container_count, 0);
	template = decode(f, "spec: {containers: [5, {name: [], env: {}, envFrom: [5, {secretRef: 5}]}]}\n");
	assert_int_equal(template.container_count, 2);
	assert_null(template.containers[0].name);
	assert_null(template.containers[1].name);
	assert_int_equal(template.containers[1].env_count, 0);
	assert_int_equal(template.containers[1].env_from_count, 2);
	assert_null(template.containers[1].env_from[1].name);
	assert_false(template.containers[1].env_from[1].secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(containers_are_decoded_in_order),
	        MODEL_TEST(variables_know_where_their_value_comes_from),
	        MODEL_TEST(sources_know_their_prefix),
	        MODEL_TEST(what_is_of_the_wrong_type_is_left_out),
	};

	return cmocka_run_group_tests_name("pod_template", tests, NULL, NULL);
}
