#include "fixture.h"

#include "kedagate/model/world.h"

/* A world over the objects of a YAML text. */
static const struct kg_world *world_of(struct fixture *f, bool read_secrets, const char *text)
{
	struct kg_file_world *world = kg_file_world_new(&f->arena, "fallback", read_secrets);

	assert_non_null(world);
	if (read_manifests(f, "a.yaml", text) != 0)
		fail_msg("%u:%u: %s", f->err.line, f->err.column, f->err.message);
	for (size_t i = 0; i < f->manifests.count; i++)
		assert_int_equal(kg_file_world_add(world, f->manifests.items[i].tree), 0);
	return kg_file_world_as_world(world);
}

static const char *value_of(const struct kg_world *world, bool secret, const char *namespace, const char *name, const char *key)
{
	const struct kg_value_source source = {.secret = secret, .namespace = namespace, .name = name};
	const char *value = NULL;
	enum kg_lookup lookup = world->operations->value(world, &source, key, NULL, &value);

	if (lookup == KG_LOOKUP_UNSEEN)
		return "(unseen)";
	assert_int_equal(lookup, KG_LOOKUP_FOUND);
	return value;
}

static enum kg_lookup values_of(const struct kg_world *world, bool secret, const char *namespace, const char *name,
                                struct kg_pairs *ret_values)
{
	const struct kg_value_source source = {.secret = secret, .namespace = namespace, .name = name};

	return world->operations->values(world, &source, NULL, ret_values);
}

/* The provider of an authentication's identity. */
static const char *provider_of(const struct kg_world *world, enum kg_kind kind, const char *namespace, const char *name)
{
	const struct kg_authentication *found = NULL;
	const struct kg_object_key key = {kind, namespace, name};
	enum kg_lookup lookup = world->operations->authentication(world, &key, NULL, &found);

	if (lookup == KG_LOOKUP_UNSEEN)
		return "(unseen)";
	assert_int_equal(lookup, KG_LOOKUP_FOUND);
	return found->pod_identity.provider;
}

/* The name of the first container of a scale target. */
static const char *container_of(const struct kg_world *world, const char *api_version, const char *kind, const char *namespace,
                                const char *name)
{
	const struct kg_scale_target target = {.api_version = api_version, .kind = kind, .name = name};
	const struct kg_pod_template *found = NULL;
	enum kg_lookup lookup = world->operations->pod_template(world, namespace, &target, NULL, &found);

	if (lookup == KG_LOOKUP_UNSEEN)
		return "(unseen)";
	assert_int_equal(lookup, KG_LOOKUP_FOUND);
	return found->container_count > 0 ? found->containers[0].name : "(none)";
}

static void check_sees_nothing(const struct kg_world *world)
{
	struct kg_pairs values;

	assert_string_equal(value_of(world, true, "a", "b", "c"), "(unseen)");
	assert_string_equal(value_of(world, false, "a", "b", "c"), "(unseen)");
	assert_int_equal(values_of(world, true, "a", "b", &values), KG_LOOKUP_UNSEEN);
	assert_string_equal(provider_of(world, KG_KIND_TRIGGER_AUTHENTICATION, "a", "b"), "(unseen)");
	assert_string_equal(container_of(world, NULL, NULL, "a", "b"), "(unseen)");
}

static void the_blind_world_sees_nothing(void **state)
{
	(void)state;
	check_sees_nothing(kg_world_blind());
}

static void an_empty_world_sees_nothing(void **state)
{
	check_sees_nothing(world_of(*state, true, ""));
}

#define AUTHENTICATION(kind_, metadata_, provider_)                                                                                        \
	"---\napiVersion: keda.sh/v1alpha1\nkind: " kind_ "\nmetadata: {" metadata_ "}\nspec: {podIdentity: {provider: " provider_ "}}\n"

static void authentications_are_found_by_kind_namespace_and_name(void **state)
{
	const struct kg_world *world = world_of(*state, true,
	                                        AUTHENTICATION("TriggerAuthentication", "name: a, namespace: one", "aws")
	                                                AUTHENTICATION("TriggerAuthentication", "name: a, namespace: two",
	                                                               "gcp") AUTHENTICATION("TriggerAuthentication", "name: a", "none")
	                                                        AUTHENTICATION("ClusterTriggerAuthentication", "name: a", "aws-eks"));

	assert_string_equal(provider_of(world, KG_KIND_TRIGGER_AUTHENTICATION, "one", "a"), "aws");
	assert_string_equal(provider_of(world, KG_KIND_TRIGGER_AUTHENTICATION, "two", "a"), "gcp");
	assert_string_equal(provider_of(world, KG_KIND_TRIGGER_AUTHENTICATION, "fallback", "a"), "none");
	assert_string_equal(provider_of(world, KG_KIND_TRIGGER_AUTHENTICATION, "three", "a"), "(unseen)");
	assert_string_equal(provider_of(world, KG_KIND_TRIGGER_AUTHENTICATION, "one", "b"), "(unseen)");
	assert_string_equal(provider_of(world, KG_KIND_TRIGGER_AUTHENTICATION, NULL, "a"), "(unseen)");
	assert_string_equal(provider_of(world, KG_KIND_TRIGGER_AUTHENTICATION, "one", NULL), "(unseen)");
}

static void a_cluster_wide_authentication_is_in_no_namespace(void **state)
{
	const struct kg_world *world =
	        world_of(*state, true, AUTHENTICATION("ClusterTriggerAuthentication", "name: a, namespace: odd", "aws"));

	assert_string_equal(provider_of(world, KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION, "any", "a"), "aws");
	assert_string_equal(provider_of(world, KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION, NULL, "a"), "aws");
}

static void of_two_objects_of_one_name_the_later_counts(void **state)
{
	const struct kg_world *world = world_of(*state, true,
	                                        AUTHENTICATION("TriggerAuthentication", "name: a, namespace: ns", "aws")
	                                                AUTHENTICATION("TriggerAuthentication", "name: a, namespace: ns", "gcp"));

	assert_string_equal(provider_of(world, KG_KIND_TRIGGER_AUTHENTICATION, "ns", "a"), "gcp");
}

#define WORKLOAD(api_version_, kind_, name_, container_)                                                                                   \
	"---\napiVersion: " api_version_ "\nkind: " kind_ "\nmetadata: {name: " name_ ", namespace: ns}\n"                                 \
	"spec: {template: {spec: {containers: [{name: " container_ "}]}}}\n"

static void scale_targets_are_found_by_group_kind_and_name(void **state)
{
	const struct kg_world *world = world_of(
	        *state, true,
	        WORKLOAD("apps/v1", "Deployment", "a", "deployment") WORKLOAD("apps/v1", "StatefulSet", "a", "statefulset")
	                WORKLOAD("argoproj.io/v1alpha1", "Rollout", "a", "rollout") WORKLOAD("v1", "ReplicationController", "a", "core"));

	assert_string_equal(container_of(world, NULL, NULL, "ns", "a"), "deployment");
	assert_string_equal(container_of(world, "", "", "ns", "a"), "deployment");
	assert_string_equal(container_of(world, "apps/v1", "Deployment", "ns", "a"), "deployment");
	assert_string_equal(container_of(world, "apps/v1beta1", "Deployment", "ns", "a"), "deployment");
	assert_string_equal(container_of(world, NULL, "StatefulSet", "ns", "a"), "statefulset");
	assert_string_equal(container_of(world, "argoproj.io/v1alpha1", "Rollout", "ns", "a"), "rollout");
	assert_string_equal(container_of(world, "v1", "ReplicationController", "ns", "a"), "core");
	assert_string_equal(container_of(world, "apps/v1", "Rollout", "ns", "a"), "(unseen)");
	assert_string_equal(container_of(world, "apps/v1", "Deployment", "m", "a"), "(unseen)");
	assert_string_equal(container_of(world, "apps/v1", "Deployment", "ns", NULL), "(unseen)");
}

static void an_object_without_a_pod_template_is_no_scale_target(void **state)
{
	const struct kg_world *world =
	        world_of(*state, true,
	                 "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: ns}\nspec: {}\n---\n"
	                 "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b, namespace: ns}\nspec: {template: {}}\n");

	assert_string_equal(container_of(world, NULL, NULL, "ns", "a"), "(unseen)");
	assert_string_equal(container_of(world, NULL, NULL, "ns", "b"), "(none)");
}

static const char values_text[] = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ns}\n"
                                  "data: {a: aGVsbG8=, b: \"b2xk\", broken: \"%%\", empty: \"\", number: 5}\n"
                                  "stringData: {b: new, c: plain}\n"
                                  "---\n"
                                  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s, namespace: ns}\n"
                                  "data: {a: config, empty: \"\", number: 5}\nbinaryData: {bin: aGVsbG8=}\n";

static void values_of_secrets_are_decoded(void **state)
{
	const struct kg_world *world = world_of(*state, true, values_text);

	assert_string_equal(value_of(world, true, "ns", "s", "a"), "hello");
	assert_string_equal(value_of(world, true, "ns", "s", "b"), "new");
	assert_string_equal(value_of(world, true, "ns", "s", "c"), "plain");
	assert_string_equal(value_of(world, true, "ns", "s", "empty"), "");
	assert_string_equal(value_of(world, true, "ns", "s", "broken"), "(unseen)");
	assert_string_equal(value_of(world, true, "ns", "s", "number"), "(unseen)");
	assert_string_equal(value_of(world, true, "ns", "s", "none"), "(unseen)");
	assert_string_equal(value_of(world, true, "m", "s", "a"), "(unseen)");
}

static void values_of_config_maps_are_text(void **state)
{
	const struct kg_world *world = world_of(*state, true, values_text);

	assert_string_equal(value_of(world, false, "ns", "s", "a"), "config");
	assert_string_equal(value_of(world, false, "ns", "s", "empty"), "");
	assert_string_equal(value_of(world, false, "ns", "s", "number"), "(unseen)");
	assert_string_equal(value_of(world, false, "ns", "s", "bin"), "(unseen)");
}

static void all_values_are_given_each_once(void **state)
{
	const struct kg_world *world = world_of(*state, true, values_text);
	struct kg_pairs values;

	assert_int_equal(values_of(world, true, "ns", "s", &values), KG_LOOKUP_FOUND);
	assert_int_equal(values.count, 4);
	assert_string_equal(kg_pairs_get(&values, "b"), "new");
	assert_int_equal(values_of(world, false, "ns", "s", &values), KG_LOOKUP_FOUND);
	assert_int_equal(values.count, 2);
	assert_int_equal(values_of(world, false, "ns", "t", &values), KG_LOOKUP_UNSEEN);
}

static void secrets_are_left_out_when_told_so(void **state)
{
	const struct kg_world *world = world_of(*state, false, values_text);

	assert_string_equal(value_of(world, true, "ns", "s", "a"), "(unseen)");
	assert_string_equal(value_of(world, false, "ns", "s", "a"), "config");
}

static void objects_that_no_look_up_needs_are_ignored(void **state)
{
	const struct kg_world *world = world_of(*state, true,
	                                        "5\n---\n[]\n---\n{a: b}\n---\nkind: Secret\nmetadata: {name: a}\n---\n"
	                                        "apiVersion: v1\nkind: Secret\nmetadata: 5\n---\n"
	                                        "apiVersion: v1\nkind: Secret\nmetadata: {name: \"\"}\ndata: 5\n---\n"
	                                        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: 5}\n");

	assert_string_equal(value_of(world, true, "fallback", "a", "x"), "(unseen)");
}

static void a_name_that_no_cluster_could_hold_is_unseen(void **state)
{
	struct fixture *f = *state;
	const char *name = repeated(f, "n", 5000);
	const char *text = kg_arena_printf(&f->arena,
	                                   "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {a: b}\n---\napiVersion: "
	                                   "%s/v1\nkind: K\nmetadata: {name: a}\n"
	                                   "spec: {template: {}}\n",
	                                   name, name);
	const struct kg_world *world = world_of(f, true, text);

	assert_string_equal(value_of(world, false, "fallback", name, "a"), "(unseen)");
	assert_string_equal(container_of(world, kg_arena_printf(&f->arena, "%s/v1", name), "K", "fallback", "a"), "(unseen)");
}

static void every_allocation_may_fail(void **state)
{
	struct fixture *f = *state;
	size_t cap = 64;
	int status;

	assert_int_equal(read_manifests(f, "a.yaml", values_text), 0);
	do {
		struct kg_arena small;
		struct kg_file_world *world;

		kg_arena_init(&small, cap);
		world = kg_file_world_new(&small, "n", true);
		status = world != NULL ? kg_file_world_add(world, f->manifests.items[0].tree) : KG_ENOMEM;
		kg_arena_release(&small);
		assert_true(status == 0 || status == KG_ENOMEM);
		cap += 16;
	} while (status != 0);
	assert_true(cap > 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(the_blind_world_sees_nothing),
	        MODEL_TEST(an_empty_world_sees_nothing),
	        MODEL_TEST(authentications_are_found_by_kind_namespace_and_name),
	        MODEL_TEST(a_cluster_wide_authentication_is_in_no_namespace),
	        MODEL_TEST(of_two_objects_of_one_name_the_later_counts),
	        MODEL_TEST(scale_targets_are_found_by_group_kind_and_name),
	        MODEL_TEST(an_object_without_a_pod_template_is_no_scale_target),
	        MODEL_TEST(values_of_secrets_are_decoded),
	        MODEL_TEST(values_of_config_maps_are_text),
	        MODEL_TEST(all_values_are_given_each_once),
	        MODEL_TEST(secrets_are_left_out_when_told_so),
	        MODEL_TEST(objects_that_no_look_up_needs_are_ignored),
	        MODEL_TEST(a_name_that_no_cluster_could_hold_is_unseen),
	        MODEL_TEST(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
