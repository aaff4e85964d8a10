#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/model/facts.h"
#include "kedagate/syntax/version.h"
#include "live_fixture.h"

static enum kg_lookup authentication(struct fixture *f, enum kg_kind kind, const char *namespace, const char *name,
                                     const struct kg_authentication **ret)
{
	const struct kg_object_key key = {.kind = kind, .namespace = namespace, .name = name};

	return f->world->operations->authentication(f->world, &key, &f->arena, ret);
}

static void an_authentication_is_found_with_its_parameters(void **state)
{
	struct fixture *f = *state;
	const struct kg_authentication *found = NULL;

	put(f, KG_RESOURCE_TRIGGER_AUTHENTICATIONS,
	    "{" KEDA("TriggerAuthentication")
	            META("a") ",\"spec\":{\"secretTargetRef\":[{\"parameter\":\"password\",\"name\":\"s\",\"key\":\"k\"}]}}");
	see_all(f);
	assert_int_equal(authentication(f, KG_KIND_TRIGGER_AUTHENTICATION, "ns", "a", &found), KG_LOOKUP_FOUND);
	assert_int_equal(found->entry_count, 1);
	assert_string_equal(found->entries[0].parameter, "password");
	assert_int_equal(authentication(f, KG_KIND_TRIGGER_AUTHENTICATION, "other", "a", &found), KG_LOOKUP_ABSENT);
	assert_int_equal(authentication(f, KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION, "ns", "a", &found), KG_LOOKUP_ABSENT);
}

static void a_cluster_wide_authentication_has_no_namespace(void **state)
{
	struct fixture *f = *state;
	const struct kg_authentication *found = NULL;

	put(f, KG_RESOURCE_CLUSTER_TRIGGER_AUTHENTICATIONS,
	    "{" KEDA("ClusterTriggerAuthentication") "\"metadata\":{\"name\":\"a\"},\"spec\":{\"podIdentity\":{\"provider\":\"aws\"}}}");
	see_all(f);
	assert_int_equal(authentication(f, KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION, "whatever", "a", &found), KG_LOOKUP_FOUND);
	assert_string_equal(found->pod_identity.provider, "aws");
}

/* Of what is there, and of what is not, in each view. */
static void absence_is_concluded_from_a_whole_view_alone(void **state)
{
	static const struct {
		enum kg_view view;
		enum kg_lookup there, not_there;
	} rows[] = {
	        {KG_VIEW_BLIND, KG_LOOKUP_UNSEEN, KG_LOOKUP_UNSEEN},
	        {KG_VIEW_PARTIAL, KG_LOOKUP_FOUND, KG_LOOKUP_UNSEEN},
	        {KG_VIEW_WHOLE, KG_LOOKUP_FOUND, KG_LOOKUP_ABSENT},
	};
	struct fixture *f = *state;
	const struct kg_authentication *found;

	put(f, KG_RESOURCE_TRIGGER_AUTHENTICATIONS, "{" META("a") ",\"spec\":{}}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		see(f, KG_RESOURCE_TRIGGER_AUTHENTICATIONS, rows[i].view);
		assert_int_equal(kg_live_world_view(&f->live, KG_RESOURCE_TRIGGER_AUTHENTICATIONS), rows[i].view);
		assert_int_equal(authentication(f, KG_KIND_TRIGGER_AUTHENTICATION, "ns", "a", &found), rows[i].there);
		assert_int_equal(authentication(f, KG_KIND_TRIGGER_AUTHENTICATION, "ns", "b", &found), rows[i].not_there);
	}
}

/* What is found of a workload: the first variable of its first container. */
static const char *variable_of(struct fixture *f, const char *api_version, const char *kind, const char *name)
{
	const struct kg_scale_target target = {.api_version = api_version, .kind = kind, .name = name};
	const struct kg_pod_template *template = NULL;

	switch (f->world->operations->pod_template(f->world, "ns", &target, &f->arena, &template)) {
	case KG_LOOKUP_ABSENT:
		return "(absent)";
	case KG_LOOKUP_UNSEEN:
		return "(unseen)";
	case KG_LOOKUP_FOUND:
		break;
	}
	return template->container_count > 0 && template->containers[0].env_count > 0 ? template->containers[0].env[0].name : "(none)";
}

static void workloads_are_found_by_group_version_and_kind(void **state)
{
	struct fixture *f = *state;

	put(f, KG_RESOURCE_DEPLOYMENTS, "{" META("a") POD("OF_DEPLOYMENT"));
	put(f, KG_RESOURCE_STATEFUL_SETS, "{" META("a") POD("OF_SET"));
	see_all(f);
	assert_string_equal(variable_of(f, NULL, NULL, "a"), "OF_DEPLOYMENT");
	assert_string_equal(variable_of(f, "apps/v1", "Deployment", "a"), "OF_DEPLOYMENT");
	assert_string_equal(variable_of(f, "apps/v1", "StatefulSet", "a"), "OF_SET");
	assert_string_equal(variable_of(f, "", "", "b"), "(absent)");
	assert_string_equal(variable_of(f, "argoproj.io/v1alpha1", "Rollout", "a"), "(unseen)");
	assert_string_equal(variable_of(f, "apps/v1", "ReplicaSet", "a"), "(unseen)");
	assert_string_equal(variable_of(f, NULL, NULL, NULL), "(unseen)");
}

static void requests_of_containers_are_kept(void **state)
{
	struct fixture *f = *state;
	const struct kg_scale_target target = {.name = "a"};
	const struct kg_pod_template *template = NULL;

	put(f, KG_RESOURCE_DEPLOYMENTS, "{" META("a") POD("X"));
	see_all(f);
	assert_int_equal(f->world->operations->pod_template(f->world, "ns", &target, &f->arena, &template), KG_LOOKUP_FOUND);
	assert_true(template->containers[0].resources.cpu);
	assert_false(template->containers[0].resources.memory);
	assert_int_equal(template->containers[0].env[0].from, KG_ENV_SECRET_KEY);
}

static void init_containers_are_kept(void **state)
{
	struct fixture *f = *state;
	const struct kg_scale_target target = {.name = "a"};
	const struct kg_pod_template *template = NULL;

	put(f, KG_RESOURCE_DEPLOYMENTS,
	    "{" META("a") ",\"spec\":{\"template\":{\"spec\":{\"initContainers\":[{\"name\":\"proxy\",\"image\":\"i\",\"restartPolicy\":"
	                  "\"Always\"}],\"containers\":[{\"name\":\"c\"}]}}}}");
	see_all(f);
	assert_int_equal(f->world->operations->pod_template(f->world, "ns", &target, &f->arena, &template), KG_LOOKUP_FOUND);
	assert_int_equal(template->init_container_count, 1);
	assert_string_equal(template->init_containers[0].name, "proxy");
	assert_string_equal(template->init_containers[0].restart_policy, "Always");
}

static struct kg_scaled_list by_target(struct fixture *f, const char *namespace, const char *name)
{
	const struct kg_world_name target = {.namespace = namespace, .name = name};
	struct kg_scaled_list list;

	f->world->operations->scaled_by_target(f->world, &target, &f->arena, &list);
	return list;
}

static struct kg_scaled_list by_hpa(struct fixture *f, const char *name)
{
	const struct kg_world_name hpa = {.namespace = "ns", .name = name};
	struct kg_scaled_list list;

	f->world->operations->scaled_by_hpa(f->world, &hpa, &f->arena, &list);
	return list;
}

static void scaled_objects_are_found_by_their_target(void **state)
{
	struct fixture *f = *state;
	struct kg_scaled_list list;

	put(f, KG_RESOURCE_SCALED_OBJECTS, SCALED("a", "web", ""));
	put(f, KG_RESOURCE_SCALED_OBJECTS, SCALED("b", "web", HPA_NAMED("mine")));
	put(f, KG_RESOURCE_SCALED_OBJECTS, SCALED("c", "api", ""));
	see_all(f);
	list = by_target(f, "ns", "web");
	assert_true(list.complete);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0].target.name, "web");
	assert_int_equal(by_target(f, "other", "web").count, 0);
	see(f, KG_RESOURCE_SCALED_OBJECTS, KG_VIEW_PARTIAL);
	list = by_target(f, "ns", "web");
	assert_false(list.complete);
	assert_int_equal(list.count, 2);
	see(f, KG_RESOURCE_SCALED_OBJECTS, KG_VIEW_BLIND);
	list = by_target(f, "ns", "web");
	assert_false(list.complete);
	assert_int_equal(list.count, 0);
}

static void scaled_objects_are_found_by_the_hpa_they_name_or_make(void **state)
{
	struct fixture *f = *state;

	put(f, KG_RESOURCE_SCALED_OBJECTS, SCALED("a", "web", ""));
	put(f, KG_RESOURCE_SCALED_OBJECTS, SCALED("b", "web", HPA_NAMED("keda-hpa-a")));
	put(f, KG_RESOURCE_SCALED_OBJECTS, SCALED("c", "api", HPA_NAMED("mine")));
	see_all(f);
	assert_int_equal(by_hpa(f, "keda-hpa-a").count, 2);
	assert_int_equal(by_hpa(f, "keda-hpa-b").count, 0);
	assert_int_equal(by_hpa(f, "keda-hpa-c").count, 0);
	assert_int_equal(by_hpa(f, "mine").count, 1);
	assert_string_equal(by_hpa(f, "mine").items[0].name, "c");
	assert_true(by_hpa(f, "keda-hpa-").complete);
}

static void a_scaled_object_that_names_its_default_hpa_is_listed_once(void **state)
{
	struct fixture *f = *state;
	struct kg_scaled_list list;

	put(f, KG_RESOURCE_SCALED_OBJECTS, SCALED("a", "web", HPA_NAMED("keda-hpa-a")));
	see_all(f);
	list = by_hpa(f, "keda-hpa-a");
	assert_true(list.complete);
	assert_int_equal(list.count, 1);
}

static void of_very_many_neighbours_a_part_is_listed(void **state)
{
	struct fixture *f = *state;
	struct kg_scaled_list list;
	char text[1024];

	for (int i = 0; i < KG_MAX_NEIGHBOURS + 1; i++) {
		snprintf(text, sizeof(text),
		         "{\"metadata\":{\"name\":\"o%d\",\"namespace\":\"ns\"},\"spec\":{\"scaleTargetRef\":{\"name\":\"web\"}}}", i);
		put(f, KG_RESOURCE_SCALED_OBJECTS, text);
	}
	see_all(f);
	list = by_target(f, "ns", "web");
	assert_int_equal(list.count, KG_MAX_NEIGHBOURS);
	assert_false(list.complete);
}

static void autoscalers_are_found_by_their_target(void **state)
{
	struct fixture *f = *state;
	const struct kg_world_name target = {.namespace = "ns", .name = "web"};
	struct kg_hpa_list list;

	put(f, KG_RESOURCE_AUTOSCALERS,
	    "{\"metadata\":{\"name\":\"h\",\"namespace\":\"ns\",\"annotations\":{\"validations.keda.sh/"
	    "hpa-ownership\":\"false\",\"x\":\"y\"},"
	    "\"ownerReferences\":[{\"kind\":\"ScaledObject\",\"name\":\"a\",\"uid\":\"u\"}]},"
	    "\"spec\":{\"maxReplicas\":3,\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"web\"}}}");
	see_all(f);
	f->world->operations->hpas_by_target(f->world, &target, &f->arena, &list);
	assert_true(list.complete);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].owners.items[0], "a");
	assert_true(list.items[0].left_alone);
}

#define TRIGGER(reference_) "{\"type\":\"kafka\",\"metadata\":{},\"authenticationRef\":{" reference_ "}}"

static struct kg_user_list users_of(struct fixture *f, enum kg_kind kind, const char *namespace, const char *name)
{
	const struct kg_object_key key = {.kind = kind, .namespace = namespace, .name = name};
	struct kg_user_list list;

	f->world->operations->users(f->world, &key, &f->arena, &list);
	return list;
}

static void users_of_an_authentication_are_both_kinds(void **state)
{
	struct fixture *f = *state;
	struct kg_user_list list;

	put(f, KG_RESOURCE_SCALED_OBJECTS,
	    "{" META("a") ",\"spec\":{\"triggers\":[" TRIGGER("\"name\":\"t\"") "," TRIGGER("\"name\":\"t\"") "]}}");
	put(f, KG_RESOURCE_SCALED_OBJECTS,
	    "{" META("b") ",\"spec\":{\"triggers\":[" TRIGGER("\"name\":\"t\",\"kind\":\"ClusterTriggerAuthentication\"") "]}}");
	put(f, KG_RESOURCE_SCALED_JOBS, "{" META("c") ",\"spec\":{\"triggers\":[" TRIGGER("\"name\":\"t\"") "]}}");
	see_all(f);
	list = users_of(f, KG_KIND_TRIGGER_AUTHENTICATION, "ns", "t");
	assert_true(list.complete);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].kind, KG_KIND_SCALED_OBJECT);
	assert_string_equal(list.items[0].name, "a");
	assert_int_equal(list.items[1].kind, KG_KIND_SCALED_JOB);
	assert_string_equal(list.items[1].name, "c");
	assert_int_equal(users_of(f, KG_KIND_TRIGGER_AUTHENTICATION, "other", "t").count, 0);
	list = users_of(f, KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION, NULL, "t");
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].name, "b");
	see(f, KG_RESOURCE_SCALED_JOBS, KG_VIEW_PARTIAL);
	assert_false(users_of(f, KG_KIND_TRIGGER_AUTHENTICATION, "ns", "t").complete);
}

static void of_very_many_users_the_rest_is_counted(void **state)
{
	struct fixture *f = *state;
	struct kg_user_list list;
	char text[1024];

	for (int i = 0; i < KG_MAX_USERS + 7; i++) {
		snprintf(text, sizeof(text),
		         "{\"metadata\":{\"name\":\"o%d\",\"namespace\":\"ns\"},\"spec\":{\"triggers\":[" TRIGGER("\"name\":\"t\"") "]}}",
		         i);
		put(f, KG_RESOURCE_SCALED_OBJECTS, text);
	}
	see_all(f);
	list = users_of(f, KG_KIND_TRIGGER_AUTHENTICATION, "ns", "t");
	assert_int_equal(list.count, KG_MAX_USERS);
	assert_int_equal(list.left_out, 7);
	assert_true(list.complete);
}

static void a_scaled_object_is_decoded(void **state)
{
	struct fixture *f = *state;
	const struct kg_object_key key = {.kind = KG_KIND_SCALED_OBJECT, .namespace = "ns", .name = "a"};
	const struct kg_object_key none = {.kind = KG_KIND_SCALED_JOB, .namespace = "ns", .name = "a"};
	const struct kg_object *object = NULL;

	put(f, KG_RESOURCE_SCALED_OBJECTS, SCALED("a", "web", HPA_NAMED("mine")));
	see_all(f);
	assert_int_equal(f->world->operations->scaled(f->world, &key, &f->arena, &object), KG_LOOKUP_FOUND);
	assert_string_equal(object->metadata.namespace, "ns");
	assert_string_equal(object->scaled.scale_target_ref.name, "web");
	assert_int_equal(object->scaled.trigger_count, 1);
	assert_int_equal(object->malformed_count, 0);
	assert_int_equal(f->world->operations->scaled(f->world, &none, &f->arena, &object), KG_LOOKUP_ABSENT);
}

static void limit_ranges_of_a_namespace_add_up(void **state)
{
	struct fixture *f = *state;
	struct kg_container_defaults defaults;

	put(f, KG_RESOURCE_LIMIT_RANGES,
	    "{" META("a") ",\"spec\":{\"limits\":[{\"type\":\"Container\",\"defaultRequest\":{\"cpu\":\"1\"}}]}}");
	put(f, KG_RESOURCE_LIMIT_RANGES,
	    "{" META("b") ",\"spec\":{\"limits\":[{\"type\":\"Container\",\"default\":{\"memory\":\"1Mi\"}}]}}");
	see_all(f);
	f->world->operations->container_defaults(f->world, "ns", &f->arena, &defaults);
	assert_true(defaults.given.cpu && defaults.given.memory && defaults.complete);
	f->world->operations->container_defaults(f->world, "other", &f->arena, &defaults);
	assert_true(!defaults.given.cpu && !defaults.given.memory && defaults.complete);
	see(f, KG_RESOURCE_LIMIT_RANGES, KG_VIEW_PARTIAL);
	f->world->operations->container_defaults(f->world, "other", &f->arena, &defaults);
	assert_false(defaults.complete);
}

#define OPERATOR(namespace_, tag_)                                                                                                         \
	"{\"metadata\":{\"name\":\"keda-operator\",\"namespace\":\"" namespace_ "\"},\"spec\":{\"template\":{"                             \
	"\"metadata\":{\"labels\":{\"azure.workload.identity/use\":\"true\"}},\"spec\":{\"serviceAccountName\":\"sa\","                    \
	"\"containers\":[{\"name\":\"keda-operator\",\"image\":\"ghcr.io/kedacore/keda:" tag_ "\"}]}}}}"

static enum kg_lookup find_operator(struct fixture *f, struct kg_operator_facts *facts)
{
	return f->world->operations->keda_operator(f->world, &f->arena, facts);
}

static void the_operator_tells_its_version_and_account(void **state)
{
	struct fixture *f = *state;
	struct kg_operator_facts facts;

	see_all(f);
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_ABSENT);
	put(f, KG_RESOURCE_DEPLOYMENTS, OPERATOR("keda", "2.19.0"));
	put(f, KG_RESOURCE_DEPLOYMENTS, "{" META("a") POD("X"));
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_FOUND);
	assert_int_equal(facts.keda_version, KG_VERSION(2, 19, 0));
	assert_string_equal(facts.namespace, "keda");
	assert_true(facts.has_azure_label);
	assert_true(facts.service_account_seen);
	assert_null(facts.azure_client_id);
	put(f, KG_RESOURCE_SERVICE_ACCOUNTS,
	    "{\"metadata\":{\"name\":\"sa\",\"namespace\":\"keda\",\"annotations\":{\"azure.workload.identity/client-id\":\"id\"}}}");
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_FOUND);
	assert_string_equal(facts.azure_client_id, "id");
	see(f, KG_RESOURCE_SERVICE_ACCOUNTS, KG_VIEW_BLIND);
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_FOUND);
	assert_false(facts.service_account_seen);
	see(f, KG_RESOURCE_DEPLOYMENTS, KG_VIEW_BLIND);
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_UNSEEN);
}

static void two_operators_of_different_versions_tell_none(void **state)
{
	struct fixture *f = *state;
	struct kg_operator_facts facts;

	put(f, KG_RESOURCE_DEPLOYMENTS, OPERATOR("platform", "2.19.0"));
	put(f, KG_RESOURCE_DEPLOYMENTS, OPERATOR("tenant", "2.10.0"));
	see_all(f);
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_FOUND);
	assert_int_equal(facts.keda_version, 0);
}

static void the_operator_in_its_usual_namespace_goes_before_others(void **state)
{
	struct fixture *f = *state;
	struct kg_operator_facts facts;

	put(f, KG_RESOURCE_DEPLOYMENTS, OPERATOR("a", "2.10.0"));
	put(f, KG_RESOURCE_DEPLOYMENTS, OPERATOR("keda", "2.19.0"));
	put(f, KG_RESOURCE_DEPLOYMENTS, OPERATOR("z", "2.11.0"));
	see_all(f);
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_FOUND);
	assert_int_equal(facts.keda_version, KG_VERSION(2, 19, 0));
	assert_string_equal(facts.namespace, "keda");
}

/* Others may be there, and be the operator. */
static void an_operator_elsewhere_tells_its_version_when_all_is_seen(void **state)
{
	struct fixture *f = *state;
	struct kg_operator_facts facts;

	put(f, KG_RESOURCE_DEPLOYMENTS, OPERATOR("platform", "2.19.0"));
	see(f, KG_RESOURCE_DEPLOYMENTS, KG_VIEW_PARTIAL);
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_FOUND);
	assert_int_equal(facts.keda_version, 0);
	f->live.keda_namespace = "platform";
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_FOUND);
	assert_int_equal(facts.keda_version, KG_VERSION(2, 19, 0));
	f->live.keda_namespace = NULL;
	put(f, KG_RESOURCE_DEPLOYMENTS, OPERATOR("keda", "2.18.0"));
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_FOUND);
	assert_int_equal(facts.keda_version, KG_VERSION(2, 18, 0));
}

static void where_the_operator_is_said_to_be_it_alone_counts(void **state)
{
	struct fixture *f = *state;
	struct kg_operator_facts facts;

	f->live.keda_namespace = "platform";
	put(f, KG_RESOURCE_DEPLOYMENTS, OPERATOR("keda", "2.19.0"));
	put(f, KG_RESOURCE_DEPLOYMENTS, OPERATOR("tenant", "2.18.0"));
	see_all(f);
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_ABSENT);
	put(f, KG_RESOURCE_DEPLOYMENTS, OPERATOR("platform", "2.10.0"));
	assert_int_equal(find_operator(f, &facts), KG_LOOKUP_FOUND);
	assert_int_equal(facts.keda_version, KG_VERSION(2, 10, 0));
	assert_string_equal(facts.namespace, "platform");
}

/* A scale target that is called as KEDA's operator, and one that is labelled so. */
static void what_looks_like_the_operator_is_a_workload_too(void **state)
{
	static const char *const metadata[] = {
	        "\"name\":\"keda-operator\"",
	        "\"name\":\"web\",\"labels\":{\"app.kubernetes.io/name\":\"keda-operator\"}",
	};
	static const char *const names[] = {"keda-operator", "web"};
	struct fixture *f = *state;
	char text[1024];

	see_all(f);
	for (size_t i = 0; i < KG_ARRAY_LEN(names); i++) {
		const struct kg_scale_target target = {.name = names[i]};
		const struct kg_pod_template *template = NULL;

		snprintf(text, sizeof(text),
		         "{\"metadata\":{%s,\"namespace\":\"ns\"},\"spec\":{\"template\":{\"spec\":{\"initContainers\":[{\"name\":\"i\"}],"
		         "\"resources\":{\"limits\":{\"memory\":"
		         "1}},"
		         "\"containers\":[{\"name\":\"c\",\"image\":\"keda:2.19.0\",\"env\":[{\"name\":\"A\",\"value\":\"v\"}],"
		         "\"envFrom\":[{\"secretRef\":{\"name\":\"s\"}}],\"resources\":{\"requests\":{\"cpu\":\"1\"}}}]}}}}",
		         metadata[i]);
		put(f, KG_RESOURCE_DEPLOYMENTS, text);
		assert_int_equal(f->world->operations->pod_template(f->world, "ns", &target, &f->arena, &template), KG_LOOKUP_FOUND);
		assert_true(template->resources.memory);
		assert_int_equal(template->init_container_count, 1);
		assert_int_equal(template->container_count, 1);
		assert_true(template->containers[0].resources.cpu);
		assert_int_equal(template->containers[0].env_from_count, 1);
		assert_int_equal(template->containers[0].env_count, 1);
		assert_string_equal(template->containers[0].env[0].value, "v");
	}
}

static void no_value_is_ever_seen(void **state)
{
	struct fixture *f = *state;
	const struct kg_value_source source = {.secret = true, .namespace = "ns", .name = "s"};
	struct kg_pairs values;
	const char *value;

	see_all(f);
	assert_int_equal(f->world->operations->value(f->world, &source, "k", &f->arena, &value), KG_LOOKUP_UNSEEN);
	assert_int_equal(f->world->operations->values(f->world, &source, &f->arena, &values), KG_LOOKUP_UNSEEN);
}

/* Memory for a few objects only: nothing may be concluded. */
static void without_memory_nothing_is_seen(void **state)
{
	struct fixture *f = *state;
	struct kg_arena small;
	const struct kg_object_key key = {.kind = KG_KIND_TRIGGER_AUTHENTICATION, .namespace = "ns", .name = "a"};
	const struct kg_world_name target = {.namespace = "ns", .name = "web"};

	put(f, KG_RESOURCE_TRIGGER_AUTHENTICATIONS, "{" META("a") ",\"spec\":{\"podIdentity\":{\"provider\":\"aws\"}}}");
	put(f, KG_RESOURCE_SCALED_OBJECTS, SCALED("a", "web", ""));
	see_all(f);
	for (size_t cap = 1; cap < 4000; cap += 100) {
		const struct kg_authentication *found;
		struct kg_scaled_list list;
		enum kg_lookup lookup;

		kg_arena_init(&small, cap);
		lookup = f->world->operations->authentication(f->world, &key, &small, &found);
		assert_int_not_equal(lookup, KG_LOOKUP_ABSENT);
		kg_arena_release(&small);
		kg_arena_init(&small, cap);
		f->world->operations->scaled_by_target(f->world, &target, &small, &list);
		assert_true(list.count == 1 || !list.complete);
		kg_arena_release(&small);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(an_authentication_is_found_with_its_parameters, begin, end),
	        cmocka_unit_test_setup_teardown(a_cluster_wide_authentication_has_no_namespace, begin, end),
	        cmocka_unit_test_setup_teardown(absence_is_concluded_from_a_whole_view_alone, begin, end),
	        cmocka_unit_test_setup_teardown(workloads_are_found_by_group_version_and_kind, begin, end),
	        cmocka_unit_test_setup_teardown(requests_of_containers_are_kept, begin, end),
	        cmocka_unit_test_setup_teardown(init_containers_are_kept, begin, end),
	        cmocka_unit_test_setup_teardown(scaled_objects_are_found_by_their_target, begin, end),
	        cmocka_unit_test_setup_teardown(scaled_objects_are_found_by_the_hpa_they_name_or_make, begin, end),
	        cmocka_unit_test_setup_teardown(a_scaled_object_that_names_its_default_hpa_is_listed_once, begin, end),
	        cmocka_unit_test_setup_teardown(of_very_many_neighbours_a_part_is_listed, begin, end),
	        cmocka_unit_test_setup_teardown(autoscalers_are_found_by_their_target, begin, end),
	        cmocka_unit_test_setup_teardown(users_of_an_authentication_are_both_kinds, begin, end),
	        cmocka_unit_test_setup_teardown(of_very_many_users_the_rest_is_counted, begin, end),
	        cmocka_unit_test_setup_teardown(a_scaled_object_is_decoded, begin, end),
	        cmocka_unit_test_setup_teardown(limit_ranges_of_a_namespace_add_up, begin, end),
	        cmocka_unit_test_setup_teardown(the_operator_tells_its_version_and_account, begin, end),
	        cmocka_unit_test_setup_teardown(two_operators_of_different_versions_tell_none, begin, end),
	        cmocka_unit_test_setup_teardown(the_operator_in_its_usual_namespace_goes_before_others, begin, end),
	        cmocka_unit_test_setup_teardown(an_operator_elsewhere_tells_its_version_when_all_is_seen, begin, end),
	        cmocka_unit_test_setup_teardown(where_the_operator_is_said_to_be_it_alone_counts, begin, end),
	        cmocka_unit_test_setup_teardown(what_looks_like_the_operator_is_a_workload_too, begin, end),
	        cmocka_unit_test_setup_teardown(no_value_is_ever_seen, begin, end),
	        cmocka_unit_test_setup_teardown(without_memory_nothing_is_seen, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
