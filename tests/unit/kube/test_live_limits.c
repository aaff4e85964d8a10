/*
 * What others may make large or many: a look-up takes little memory for it, and concludes nothing from what it leaves out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/buf.h"
#include "kedagate/model/facts.h"
#include "kedagate/syntax/version.h"
#include "live_fixture.h"

#define MEBIBYTE ((size_t)1 << 20)

/* An object with `count` times `item` in a list; the rest stands around the items, the name first. */
struct large {
	const char *name, *before, *item;
	size_t count;
	const char *after;
};

static void put_list(struct fixture *f, enum kg_resource resource, const struct large *large)
{
	struct kg_buf text;
	struct kg_arena arena;
	struct kg_json_facts facts;
	cJSON *tree = NULL;

	kg_buf_init(&text, KG_MAX_CLUSTER_OBJECT_BYTES);
	kg_buf_printf(&text, "{\"metadata\":{\"name\":\"%s\",\"namespace\":\"ns\"%s", large->name, large->before);
	for (size_t i = 0; i < large->count; i++)
		kg_buf_printf(&text, "%s%s", i > 0 ? "," : "", large->item);
	kg_buf_puts(&text, large->after);
	assert_int_equal(kg_buf_status(&text), 0);
	kg_arena_init(&arena, KG_MAX_CLUSTER_ARENA_BYTES);
	assert_int_equal(kg_json_parse(text.data, text.length, &arena, &tree, &facts, NULL), 0);
	assert_int_equal(kg_cache_put(f->live.resources[resource].cache, tree), 0);
	kg_arena_release(&arena);
	kg_buf_release(&text);
}

#define LIMITS_OF_PODS "{\"type\":\"Pod\",\"default\":{\"cpu\":\"1\"}}"

static struct kg_container_defaults defaults_of(struct fixture *f)
{
	struct kg_container_defaults defaults;

	f->world->operations->container_defaults(f->world, "ns", &f->arena, &defaults);
	return defaults;
}

/* Each takes more than a megabyte when it is read; together more than an object of a cluster may. */
static void limit_ranges_are_read_one_at_a_time(void **state)
{
	struct fixture *f = *state;
	char name[16];

	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		put_list(f, KG_RESOURCE_LIMIT_RANGES, &(struct large){name, "},\"spec\":{\"limits\":[", LIMITS_OF_PODS, 6000, "]}}"});
	}
	see_all(f);
	assert_true(defaults_of(f).complete);
	assert_false(defaults_of(f).given.cpu);
	assert_in_range(f->arena.used, 0, MEBIBYTE);
}

static void a_huge_limit_range_may_give_anything(void **state)
{
	struct fixture *f = *state;

	put_list(f, KG_RESOURCE_LIMIT_RANGES, &(struct large){"l", "},\"spec\":{\"limits\":[", LIMITS_OF_PODS, 40000, "]}}"});
	see_all(f);
	assert_false(defaults_of(f).complete);
}

static void of_very_many_limit_ranges_some_may_give_anything(void **state)
{
	struct fixture *f = *state;
	char name[16];

	for (int i = 0; i <= KG_MAX_NEIGHBOURS; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		put_list(f, KG_RESOURCE_LIMIT_RANGES, &(struct large){name, "},\"spec\":{\"limits\":[", LIMITS_OF_PODS, 1, "]}}"});
		see_all(f);
		assert_int_equal(defaults_of(f).complete, i < KG_MAX_NEIGHBOURS);
	}
}

static void what_is_given_is_given_whatever_else_there_is(void **state)
{
	struct fixture *f = *state;

	put(f, KG_RESOURCE_LIMIT_RANGES,
	    "{" META("a") ",\"spec\":{\"limits\":[{\"type\":\"Container\",\"default\":{\"cpu\":\"1\",\"memory\":\"1Mi\"}}]}}");
	see_all(f);
	assert_true(defaults_of(f).given.cpu && defaults_of(f).given.memory && defaults_of(f).complete);
}

static struct kg_scaled_list by_target(struct fixture *f, struct kg_arena *arena)
{
	const struct kg_world_name target = {.namespace = "ns", .name = "web"};
	struct kg_scaled_list list;

	f->world->operations->scaled_by_target(f->world, &target, arena, &list);
	return list;
}

static void put_large_scaled(struct fixture *f, const char *name, size_t triggers)
{
	put_list(f, KG_RESOURCE_SCALED_OBJECTS,
	         &(struct large){name, "},\"spec\":{\"scaleTargetRef\":{\"name\":\"web\"},\"triggers\":[",
	                         "{\"type\":\"cron\",\"metadata\":{\"start\":\"0 0 * * *\"}}", triggers, "]}}"});
}

static void a_huge_scaled_object_leaves_a_list_incomplete(void **state)
{
	struct fixture *f = *state;

	put_large_scaled(f, "a", 1000);
	see_all(f);
	assert_true(by_target(f, &f->arena).complete);
	put_large_scaled(f, "b", 30000);
	assert_false(by_target(f, &f->arena).complete);
}

/* What is read beside the review's arena is taken from the review's budget. */
static void what_is_read_counts_in_the_budget_of_the_review(void **state)
{
	struct fixture *f = *state;
	struct kg_budget budget;
	struct kg_account account;
	struct kg_arena review;

	put_large_scaled(f, "a", 5000);
	see_all(f);
	kg_arena_init(&review, MEBIBYTE);
	kg_arena_charge_to(&review, &account);
	for (size_t room = MEBIBYTE / 2; room <= 8 * MEBIBYTE; room *= 16) {
		struct kg_scaled_list list;

		kg_budget_init(&budget, room);
		kg_account_init(&account, &budget, room);
		list = by_target(f, &review);
		assert_int_equal(list.count, room > MEBIBYTE);
		assert_int_equal(list.complete, room > MEBIBYTE);
		kg_arena_release(&review);
		assert_int_equal(kg_budget_used(&budget), 0);
	}
}

static struct kg_hpa_list hpas(struct fixture *f)
{
	const struct kg_world_name target = {.namespace = "ns", .name = "web"};
	struct kg_hpa_list list;

	f->world->operations->hpas_by_target(f->world, &target, &f->arena, &list);
	return list;
}

static void put_hpa(struct fixture *f, const char *name, const char *kind, size_t owners)
{
	char item[128];

	snprintf(item, sizeof(item), "{\"kind\":\"%s\",\"name\":\"a\",\"uid\":\"u\"}", kind);
	put_list(
	        f, KG_RESOURCE_AUTOSCALERS,
	        &(struct large){name, ",\"ownerReferences\":[", item, owners,
	                        "]},\"spec\":{\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"web\"}}}"});
}

static void owners_of_other_kinds_take_no_memory_of_the_review(void **state)
{
	struct fixture *f = *state;
	char name[16];

	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "h%d", i);
		put_hpa(f, name, "Other", 5000);
	}
	see_all(f);
	assert_int_equal(hpas(f).count, 50);
	assert_true(hpas(f).complete);
	assert_in_range(f->arena.used, 0, MEBIBYTE);
}

static void an_autoscaler_of_very_many_owners_leaves_a_list_incomplete(void **state)
{
	struct fixture *f = *state;
	struct kg_hpa_list list;

	put_hpa(f, "h", "ScaledObject", KG_MAX_NEIGHBOURS);
	see_all(f);
	list = hpas(f);
	assert_true(list.complete);
	assert_int_equal(list.items[0].owners.count, KG_MAX_NEIGHBOURS);
	assert_string_equal(list.items[0].owners.items[KG_MAX_NEIGHBOURS - 1], "a");
	put_hpa(f, "h", "ScaledObject", KG_MAX_NEIGHBOURS + 1);
	assert_false(hpas(f).complete);
}

static void one_with_too_many_triggers_may_be_a_user(void **state)
{
	const struct kg_object_key keys[] = {{KG_KIND_TRIGGER_AUTHENTICATION, "ns", "t"},
	                                     {KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION, NULL, "t"},
	                                     {KG_KIND_TRIGGER_AUTHENTICATION, "other", "t"}};
	struct fixture *f = *state;

	put_large_scaled(f, "a", KG_MAX_TRIGGERS);
	see_all(f);
	for (size_t round = 0; round < 2; round++) {
		for (size_t i = 0; i < KG_ARRAY_LEN(keys); i++) {
			struct kg_user_list list;

			f->world->operations->users(f->world, &keys[i], &f->arena, &list);
			assert_true(list.complete);
			assert_int_equal(list.left_out, round == 1 && i < 2);
		}
		put_large_scaled(f, "a", KG_MAX_TRIGGERS + 1);
	}
}

/* Somebody's Deployments that look like KEDA's operator, very many, elsewhere. */
static void pretenders_do_not_hide_the_operator(void **state)
{
	struct fixture *f = *state;
	struct kg_operator_facts facts;
	char text[512];

	for (int i = 0; i < 2 * KG_MAX_NEIGHBOURS; i++) {
		snprintf(text, sizeof(text), "{\"metadata\":{\"name\":\"keda-operator\",\"namespace\":\"ns%d\"},\"spec\":{}}", i);
		put(f, KG_RESOURCE_DEPLOYMENTS, text);
	}
	see_all(f);
	assert_int_equal(f->world->operations->keda_operator(f->world, &f->arena, &facts), KG_LOOKUP_UNSEEN);
	put(f, KG_RESOURCE_DEPLOYMENTS,
	    "{\"metadata\":{\"name\":\"keda-operator\",\"namespace\":\"keda\"},\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":"
	    "\"keda-operator\",\"image\":\"ghcr.io/kedacore/keda:2.19.0\"}]}}}}");
	assert_int_equal(f->world->operations->keda_operator(f->world, &f->arena, &facts), KG_LOOKUP_FOUND);
	assert_int_equal(facts.keda_version, KG_VERSION(2, 19, 0));
}

/* An object under review that says neither where it is nor what it is called. */
static void of_what_has_no_name_nothing_is_concluded(void **state)
{
	const struct kg_world_name names[] = {{NULL, "web"}, {"ns", NULL}};
	const struct kg_object_key key = {KG_KIND_SCALED_OBJECT, NULL, "a"};
	struct fixture *f = *state;
	const struct kg_world_operations *operations = f->world->operations;
	struct kg_container_defaults defaults;
	const struct kg_object *object;
	struct kg_user_list users;

	see_all(f);
	for (size_t i = 0; i < KG_ARRAY_LEN(names); i++) {
		struct kg_scaled_list scaled;
		struct kg_hpa_list autoscalers;

		operations->scaled_by_target(f->world, &names[i], &f->arena, &scaled);
		assert_false(scaled.complete);
		operations->scaled_by_hpa(f->world, &names[i], &f->arena, &scaled);
		assert_false(scaled.complete);
		operations->hpas_by_target(f->world, &names[i], &f->arena, &autoscalers);
		assert_false(autoscalers.complete);
	}
	operations->users(f->world, &(struct kg_object_key){KG_KIND_TRIGGER_AUTHENTICATION, NULL, "t"}, &f->arena, &users);
	assert_false(users.complete);
	operations->container_defaults(f->world, NULL, &f->arena, &defaults);
	assert_false(defaults.complete);
	assert_int_equal(operations->scaled(f->world, &key, &f->arena, &object), KG_LOOKUP_UNSEEN);
}

#define TEST(name_) cmocka_unit_test_setup_teardown(name_, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(limit_ranges_are_read_one_at_a_time),
	        TEST(a_huge_limit_range_may_give_anything),
	        TEST(of_very_many_limit_ranges_some_may_give_anything),
	        TEST(what_is_given_is_given_whatever_else_there_is),
	        TEST(a_huge_scaled_object_leaves_a_list_incomplete),
	        TEST(what_is_read_counts_in_the_budget_of_the_review),
	        TEST(owners_of_other_kinds_take_no_memory_of_the_review),
	        TEST(an_autoscaler_of_very_many_owners_leaves_a_list_incomplete),
	        TEST(one_with_too_many_triggers_may_be_a_user),
	        TEST(pretenders_do_not_hide_the_operator),
	        TEST(of_what_has_no_name_nothing_is_concluded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
