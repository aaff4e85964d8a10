/*
 * Users of an authentication, in a world that says how it is asked.
 */
#include "fixture.h"

#include "kedagate/base/budget.h"

/* The manifests as a world that sees all users, or says that it does not. */
struct watched_world {
	struct kg_world world; /* first */
	struct kg_world_operations operations;
	const struct kg_world *under;
	struct kg_budget budget;
	bool complete;
	size_t asked, uncharged; /* for an object; into memory that is not charged to the budget */
};

static struct watched_world watched;

static void list_users(const struct kg_world *world, const struct kg_object_key *authentication, struct kg_arena *arena,
                       struct kg_user_list *ret_list)
{
	(void)world;
	watched.under->operations->users(watched.under, authentication, arena, ret_list);
	ret_list->complete = watched.complete;
}

static enum kg_lookup find_scaled(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                  const struct kg_object **ret_object)
{
	(void)world;
	watched.asked++;
	watched.uncharged += arena->account == NULL || arena->account->budget != &watched.budget;
	return watched.under->operations->scaled(watched.under, key, arena, ret_object);
}

static enum kg_lookup find_template(const struct kg_world *world, const char *namespace, const struct kg_scale_target *target,
                                    struct kg_arena *arena, const struct kg_pod_template **ret_template)
{
	(void)world;
	return watched.under->operations->pod_template(watched.under, namespace, target, arena, ret_template);
}

#define AUTHENTICATION                                                                                                                     \
	"apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: a}\n"                                                 \
	"spec: {env: [{parameter: unheardOf, name: X}]}\n"
#define USER                                                                                                                               \
	"---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: so}\nspec:\n  scaleTargetRef: {name: web}\n"              \
	"  triggers: [{type: kafka, metadata: {topic: t}, authenticationRef: {name: a}}]\n"

/* The findings on the authentication, in memory that is charged to the watched world's budget. */
static void judge_watched(struct fixture *f, struct kg_arena *arena, bool complete)
{
	struct kg_rules_context context = {.object = &f->object,
	                                   .namespace = "default",
	                                   .world = &watched.world,
	                                   .keda_version = f->keda_version,
	                                   .keda_version_known = true};

	watched = (struct watched_world){
	        .operations = *kg_world_blind()->operations, .under = kg_file_world_as_world(f->world.files), .complete = complete};
	watched.operations.users = list_users;
	watched.operations.scaled = find_scaled;
	watched.operations.pod_template = find_template;
	watched.world = (struct kg_world){.operations = &watched.operations, .cluster = true};
	kg_budget_init(&watched.budget, (size_t)64 << 20);
	assert_int_equal(kg_rules_run(&context, arena, &f->findings), 0);
}

static void users_are_judged_in_memory_of_the_budget(void **state)
{
	struct fixture *f = *state;
	struct kg_account account;
	struct kg_arena arena;

	judge(f, AUTHENTICATION USER);
	kg_arena_init(&arena, (size_t)16 << 20);
	kg_account_init(&account, &watched.budget, (size_t)64 << 20);
	kg_arena_charge_to(&arena, &account);
	judge_watched(f, &arena, true);
	assert_in_range(watched.asked, 3, 10); /* by each rule on users */
	assert_int_equal(watched.uncharged, 0);
	kg_arena_release(&arena);
	assert_int_equal(kg_budget_used(&watched.budget), 0);
}

static void a_user_that_is_not_seen_may_read_every_parameter(void **state)
{
	struct fixture *f = *state;

	judge(f, AUTHENTICATION USER);
	judge_watched(f, &f->world.arena, true);
	assert_non_null(finding_of(f, KG_RULE_AUTHENTICATION_PARAMETER_UNKNOWN));
	judge_watched(f, &f->world.arena, false);
	assert_null(finding_of(f, KG_RULE_AUTHENTICATION_PARAMETER_UNKNOWN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(users_are_judged_in_memory_of_the_budget, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_user_that_is_not_seen_may_read_every_parameter, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
