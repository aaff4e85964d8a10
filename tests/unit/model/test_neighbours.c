/*
 * What the world over files lists, and what is read of the objects in it.
 */
#include "fixture.h"

#include "kedagate/base/limits.h"
#include "kedagate/model/world.h"
#include "kedagate/syntax/version.h"

/* A world over the objects of a YAML text. */
static const struct kg_world *world_of(struct fixture *f, const char *text)
{
	struct kg_file_world *world = kg_file_world_new(&f->arena, "ns", true);

	assert_non_null(world);
	if (read_manifests(f, "a.yaml", text) != 0)
		fail_msg("%u:%u: %s", f->err.line, f->err.column, f->err.message);
	for (size_t i = 0; i < f->manifests.count; i++)
		assert_int_equal(kg_file_world_add(world, f->manifests.items[i].tree), 0);
	return kg_file_world_as_world(world);
}

/* The names in a list, "a b". */
static const char *names_of(struct fixture *f, const struct kg_scaled_list *list)
{
	const char *names = "";

	assert_false(list->complete);
	for (size_t i = 0; i < list->count; i++)
		names = kg_arena_printf(&f->arena, "%s%s%s", names, i > 0 ? " " : "", list->items[i].name);
	return names;
}

static const char *by_target(struct fixture *f, const struct kg_world *world, const char *namespace, const char *target)
{
	struct kg_scaled_list list;

	world->operations->scaled_by_target(world, &(struct kg_world_name){namespace, target}, &f->arena, &list);
	return names_of(f, &list);
}

static const char *by_hpa(struct fixture *f, const struct kg_world *world, const char *hpa)
{
	struct kg_scaled_list list;

	world->operations->scaled_by_hpa(world, &(struct kg_world_name){"ns", hpa}, &f->arena, &list);
	return names_of(f, &list);
}

static const char *users_of(struct fixture *f, const struct kg_world *world, enum kg_kind kind, const char *namespace)
{
	const struct kg_object_key key = {kind, namespace, "auth"};
	struct kg_user_list list;
	const char *names = "";

	world->operations->users(world, &key, &f->arena, &list);
	assert_false(list.complete);
	for (size_t i = 0; i < list.count; i++)
		names = kg_arena_printf(&f->arena, "%s%s%s %s/%s", names, i > 0 ? ", " : "", kg_kind_name(list.items[i].kind),
		                        list.items[i].namespace, list.items[i].name);
	return names;
}

#define SCALED(kind_, metadata_, spec_) "---\napiVersion: keda.sh/v1alpha1\nkind: " kind_ "\nmetadata: {" metadata_ "}\nspec: {" spec_ "}\n"

static void scaled_objects_are_listed_by_the_name_of_their_target(void **state)
{
	const struct kg_world *world =
	        world_of(*state, SCALED("ScaledObject", "name: a", "scaleTargetRef: {name: t}")
	                                 SCALED("ScaledObject", "name: b", "scaleTargetRef: {name: t, kind: Rollout}")
	                                         SCALED("ScaledObject", "name: c", "scaleTargetRef: {name: u}")
	                                                 SCALED("ScaledObject", "name: d, namespace: m", "scaleTargetRef: {name: t}")
	                                                         SCALED("ScaledObject", "name: e", ""));

	assert_string_equal(by_target(*state, world, "ns", "t"), "a b");
	assert_string_equal(by_target(*state, world, "m", "t"), "d");
	assert_string_equal(by_target(*state, world, "ns", "none"), "");
	assert_string_equal(by_target(*state, world, "ns", NULL), "");
}

static void of_two_objects_of_one_name_the_later_is_listed(void **state)
{
	const struct kg_world *world = world_of(*state, SCALED("ScaledObject", "name: a", "scaleTargetRef: {name: t}")
	                                                        SCALED("ScaledObject", "name: b", "scaleTargetRef: {name: t}")
	                                                                SCALED("ScaledObject", "name: a", "scaleTargetRef: {name: u}"));

	assert_string_equal(by_target(*state, world, "ns", "t"), "b");
	assert_string_equal(by_target(*state, world, "ns", "u"), "a");
	assert_string_equal(by_hpa(*state, world, "keda-hpa-a"), "a");
}

static void scaled_objects_are_listed_by_the_name_of_their_hpa(void **state)
{
	const struct kg_world *world =
	        world_of(*state, SCALED("ScaledObject", "name: a", "advanced: {horizontalPodAutoscalerConfig: {name: keda-hpa-b}}")
	                                 SCALED("ScaledObject", "name: b", "advanced: {horizontalPodAutoscalerConfig: {name: \"\"}}")
	                                         SCALED("ScaledJob", "name: b", ""));

	assert_string_equal(by_hpa(*state, world, "keda-hpa-b"), "a b");
	assert_string_equal(by_hpa(*state, world, "keda-hpa-a"), "");
}

#define TRIGGER(reference_) "{type: cron, authenticationRef: {" reference_ "}}"

static void users_of_an_authentication_are_listed_once_each(void **state)
{
	const struct kg_world *world = world_of(
	        *state, SCALED("ScaledObject", "name: a", "triggers: [" TRIGGER("name: auth") ", " TRIGGER("name: auth") "]")
	                        SCALED("ScaledJob", "name: b", "triggers: [" TRIGGER("name: auth, kind: TriggerAuthentication") "]")
	                                SCALED("ScaledJob", "name: c, namespace: m",
	                                       "triggers: [" TRIGGER("name: auth, kind: ClusterTriggerAuthentication") "]")
	                                        SCALED("ScaledObject", "name: d",
	                                               "triggers: [{type: cron}, " TRIGGER("kind: Odd, name: auth") "]"));

	assert_string_equal(users_of(*state, world, KG_KIND_TRIGGER_AUTHENTICATION, "ns"), "ScaledObject ns/a, ScaledJob ns/b");
	assert_string_equal(users_of(*state, world, KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION, NULL), "ScaledJob m/c");
	assert_string_equal(users_of(*state, world, KG_KIND_TRIGGER_AUTHENTICATION, "m"), "");
}

static void users_over_the_limit_are_counted(void **state)
{
	struct fixture *f = *state;
	const struct kg_object_key key = {KG_KIND_TRIGGER_AUTHENTICATION, "ns", "auth"};
	const struct kg_world *world;
	struct kg_user_list list;
	const char *text = "";

	for (unsigned i = 0; i < KG_MAX_USERS + 3; i++)
		text = kg_arena_printf(&f->arena, "%s" SCALED("ScaledJob", "name: job%u", "triggers: [" TRIGGER("name: auth") "]"), text,
		                       i);
	world = world_of(f, text);
	world->operations->users(world, &key, &f->arena, &list);
	assert_int_equal(list.count, KG_MAX_USERS);
	assert_int_equal(list.left_out, 3);
}

static void a_scaled_object_is_decoded(void **state)
{
	struct fixture *f = *state;
	const struct kg_world *world = world_of(f, SCALED("ScaledObject", "name: a", "triggers: [{type: cron}]"));
	const struct kg_object *found = NULL;
	struct kg_object_key key = {KG_KIND_SCALED_OBJECT, "ns", "a"};

	assert_int_equal(world->operations->scaled(world, &key, &f->arena, &found), KG_LOOKUP_FOUND);
	assert_string_equal(found->scaled.triggers[0].type, "cron");
	key.kind = KG_KIND_SCALED_JOB;
	assert_int_equal(world->operations->scaled(world, &key, &f->arena, &found), KG_LOOKUP_UNSEEN);
}

#define HPA(metadata_, spec_)                                                                                                              \
	"---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {" metadata_ "}\nspec: {" spec_ "}\n"

static void autoscalers_are_listed_with_owners_and_annotation(void **state)
{
	struct fixture *f = *state;
	const struct kg_world *world = world_of(
	        f, HPA("name: first, ownerReferences: [{kind: ScaledObject, name: a}, {kind: Deployment, name: b}, {kind: ScaledObject}]",
	               "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: t}")
	                   HPA("name: second, annotations: {validations.keda.sh/hpa-ownership: \"false\"}", "scaleTargetRef: {name: t}")
	                           HPA("name: third", "scaleTargetRef: {name: other}"));
	struct kg_hpa_list list;

	world->operations->hpas_by_target(world, &(struct kg_world_name){"ns", "t"}, &f->arena, &list);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0].name, "first");
	assert_string_equal(list.items[0].target.kind, "Deployment");
	assert_int_equal(list.items[0].owners.count, 1);
	assert_string_equal(list.items[0].owners.items[0], "a");
	assert_false(list.items[0].left_alone);
	assert_true(list.items[1].left_alone);
}

static void targets_are_compared_with_their_defaults(void **state)
{
	const struct kg_scale_target plain = {.name = "t"};

	(void)state;
	assert_true(kg_scale_target_equal(&plain, &(struct kg_scale_target){"apps/v1", "Deployment", "t"}));
	assert_false(kg_scale_target_equal(&plain, &(struct kg_scale_target){"apps/v1beta1", "Deployment", "t"}));
	assert_false(kg_scale_target_equal(&plain, &(struct kg_scale_target){"apps/v1", "StatefulSet", "t"}));
	assert_false(kg_scale_target_equal(&plain, &(struct kg_scale_target){"", "", "u"}));
	assert_false(kg_scale_target_equal(&(struct kg_scale_target){0}, &(struct kg_scale_target){0}));
}

#define LIMIT_RANGE(name_, limits_) "---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: " name_ "}\nspec: {limits: [" limits_ "]}\n"

static struct kg_resources defaults_of(struct fixture *f, const char *text)
{
	const struct kg_world *world = world_of(f, text);
	struct kg_container_defaults defaults;

	world->operations->container_defaults(world, "ns", &f->arena, &defaults);
	assert_false(defaults.complete);
	return defaults.given;
}

static void limit_ranges_give_containers_defaults(void **state)
{
	struct kg_resources defaults =
	        defaults_of(*state, LIMIT_RANGE("a", "{type: Container, default: {cpu: 500m}}, {type: Pod, default: {memory: 1Gi}}"));

	assert_true(defaults.cpu);
	assert_false(defaults.memory);
	defaults =
	        defaults_of(*state, LIMIT_RANGE("a", "{type: Container, default: {cpu: 0}, defaultRequest: {memory: 1Gi, cpu: \"0m\"}}"));
	assert_false(defaults.cpu);
	assert_true(defaults.memory);
	defaults = defaults_of(*state, LIMIT_RANGE("a", "{type: Container, default: {cpu: 1}}") LIMIT_RANGE("a", "{type: Container}"));
	assert_false(defaults.cpu);
}

static void resources_of_containers_and_pods_are_read(void **state)
{
	struct fixture *f = *state;
	const struct kg_world *world = world_of(
	        f, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {resources: {limits: {cpu: 1}}, "
	           "containers: [{name: a, resources: {requests: {cpu: 100m}, limits: {cpu: \"0\", memory: \"0\"}}}, {name: b, "
	           "resources: {requests: {memory: 1Gi, cpu: nonsense}}}]}}}\n");
	const struct kg_pod_template *found = NULL;

	assert_int_equal(world->operations->pod_template(world, "ns", &(struct kg_scale_target){.name = "a"}, &f->arena, &found),
	                 KG_LOOKUP_FOUND);
	assert_true(found->resources.cpu);
	assert_false(found->resources.memory);
	assert_true(found->containers[0].resources.cpu);
	assert_false(found->containers[0].resources.memory);
	assert_true(found->containers[1].resources.cpu);
	assert_true(found->containers[1].resources.memory);
}

#define OPERATOR(labels_, pod_labels_, image_, env_)                                                                                       \
	"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: keda-operator, namespace: keda, labels: {" labels_                   \
	"}}\nspec: {template: {metadata: {labels: {" pod_labels_                                                                           \
	"}}, spec: {serviceAccountName: op, containers: [{name: other}, {name: keda-operator, image: \"" image_ "\", env: [" env_          \
	"]}]}}}\n"

static struct kg_operator_facts operator_of(struct fixture *f, const char *text)
{
	const struct kg_world *world = world_of(f, text);
	struct kg_operator_facts facts;

	assert_int_equal(world->operations->keda_operator(world, &f->arena, &facts), KG_LOOKUP_FOUND);
	return facts;
}

static void the_version_of_the_operator_is_that_of_its_image(void **state)
{
	static const struct {
		const char *text;
		uint32_t version;
	} rows[] = {
	        {OPERATOR("", "", "ghcr.io/kedacore/keda:2.17.1", ""), KG_VERSION(2, 17, 1)},
	        {OPERATOR("", "", "host:5000/keda:v2.17.1-arm64@sha256:00", ""), KG_VERSION(2, 17, 1)},
	        {OPERATOR("app.kubernetes.io/version: 2.16.0", "", "keda:main", ""), 0},
	        {OPERATOR("app.kubernetes.io/version: 2.16.0", "", "host:5000/keda@sha256:00", ""), KG_VERSION(2, 16, 0)},
	        {OPERATOR("app.kubernetes.io/version: latest", "", "keda", ""), 0},
	};

	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++)
		assert_int_equal(operator_of(*state, rows[i].text).keda_version, rows[i].version);
}

static void what_azure_needs_of_the_operator_is_read(void **state)
{
	struct kg_operator_facts facts = operator_of(*state, OPERATOR("", "azure.workload.identity/use: \"true\"", "keda", ""));

	assert_string_equal(facts.namespace, "keda");
	assert_string_equal(facts.service_account, "op");
	assert_true(facts.has_azure_label);
	assert_false(facts.has_azure_environment);
	assert_false(facts.service_account_seen);
	facts = operator_of(
	        *state,
	        OPERATOR("", "", "keda",
	                 "{name: AZURE_CLIENT_ID}, {name: AZURE_TENANT_ID}, {name: AZURE_FEDERATED_TOKEN_FILE}") "---\napiVersion: "
	                                                                                                         "v1\nkind: "
	                                                                                                         "ServiceAccount\nmetadata:"
	                                                                                                         " {name: op, namespace: "
	                                                                                                         "keda, annotations: "
	                                                                                                         "{azure.workload.identity/"
	                                                                                                         "client-id: id}}\n");
	assert_false(facts.has_azure_label);
	assert_true(facts.has_azure_environment);
	assert_true(facts.service_account_seen);
	assert_string_equal(facts.azure_client_id, "id");
}

static void a_world_that_sees_nothing_lists_nothing(void **state)
{
	struct fixture *f = *state;
	const struct kg_world *worlds[] = {kg_world_blind(), world_of(f, "")};

	for (size_t i = 0; i < KG_ARRAY_LEN(worlds); i++) {
		const struct kg_world *world = worlds[i];
		struct kg_container_defaults defaults = {.complete = true};
		struct kg_hpa_list hpas = {.count = 1};
		struct kg_operator_facts facts;
		const struct kg_object *object;

		assert_string_equal(by_target(f, world, "ns", "t"), "");
		assert_string_equal(by_hpa(f, world, "h"), "");
		assert_string_equal(users_of(f, world, KG_KIND_TRIGGER_AUTHENTICATION, "ns"), "");
		world->operations->hpas_by_target(world, &(struct kg_world_name){"ns", "t"}, &f->arena, &hpas);
		assert_int_equal(hpas.count, 0);
		world->operations->container_defaults(world, "ns", &f->arena, &defaults);
		assert_false(defaults.complete || defaults.given.cpu || defaults.given.memory);
		assert_int_equal(world->operations->keda_operator(world, &f->arena, &facts), KG_LOOKUP_UNSEEN);
		assert_int_equal(
		        world->operations->scaled(world, &(struct kg_object_key){KG_KIND_SCALED_JOB, "ns", "a"}, &f->arena, &object),
		        KG_LOOKUP_UNSEEN);
	}
}

static void every_allocation_may_fail(void **state)
{
	struct fixture *f = *state;
	size_t cap = 64;
	int status;

	assert_int_equal(
	        read_manifests(f, "a.yaml",
	                       SCALED("ScaledObject", "name: a", "scaleTargetRef: {name: t}, triggers: [" TRIGGER("name: auth") "]")),
	        0);
	do {
		struct kg_arena small;
		struct kg_file_world *world;

		kg_arena_init(&small, cap);
		world = kg_file_world_new(&small, "ns", true);
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
	        MODEL_TEST(scaled_objects_are_listed_by_the_name_of_their_target),
	        MODEL_TEST(of_two_objects_of_one_name_the_later_is_listed),
	        MODEL_TEST(scaled_objects_are_listed_by_the_name_of_their_hpa),
	        MODEL_TEST(users_of_an_authentication_are_listed_once_each),
	        MODEL_TEST(users_over_the_limit_are_counted),
	        MODEL_TEST(a_scaled_object_is_decoded),
	        MODEL_TEST(autoscalers_are_listed_with_owners_and_annotation),
	        MODEL_TEST(targets_are_compared_with_their_defaults),
	        MODEL_TEST(limit_ranges_give_containers_defaults),
	        MODEL_TEST(resources_of_containers_and_pods_are_read),
	        MODEL_TEST(the_version_of_the_operator_is_that_of_its_image),
	        MODEL_TEST(what_azure_needs_of_the_operator_is_read),
	        MODEL_TEST(a_world_that_sees_nothing_lists_nothing),
	        MODEL_TEST(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("neighbours", tests, NULL, NULL);
}
