#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "kedagate/base/limits.h"
#include "kedagate/policy/policy.h"
#include "policy/list_pairs.h"
#include "support/world.h"

struct fixture {
	struct kg_policy *policy;
	struct test_world world;
	bool open;
	struct kg_object object;
	struct kg_judgement judgement;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){0};
	*state = &fixture;
	return kg_policy_new(NULL, 0, NULL, &fixture.policy, NULL);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (f->open)
		test_world_release(&f->world);
	kg_policy_unref(f->policy);
	return 0;
}

/* Read a stream of two documents. */
static void read_both(struct fixture *f, const char *stored, const char *object)
{
	char text[8192];
	struct kg_err err = {0};

	assert_true(snprintf(text, sizeof(text), "%s---\n%s", stored, object) < (int)sizeof(text));
	if (f->open)
		test_world_release(&f->world);
	f->open = true;
	if (test_world_init(&f->world, text, true, &err) != 0)
		fail_msg("%u:%u: %s\n%s", err.line, err.column, err.message, text);
	assert_int_equal(f->world.manifests.count, 2);
}

/* The update of `stored` to `object`, in a world that holds neither. */
static void update(struct fixture *f, const char *stored, const char *object)
{
	struct kg_policy_subject subject = {.object = &f->object, .namespace = "shop"};
	int status = 0;

	read_both(f, stored, object);
	assert_true(test_world_object(&f->world, 1, &f->object, &status));
	assert_int_equal(status, 0);
	subject.stored = f->world.manifests.items[0].tree;
	assert_int_equal(kg_policy_review(f->policy, &subject, kg_world_blind(), &f->world.arena, &f->judgement), 0);
}

static size_t stored_count(const struct fixture *f)
{
	size_t count = 0;

	for (size_t i = 0; i < f->judgement.count; i++)
		count += f->judgement.items[i].stored ? 1 : 0;
	return count;
}

#define SCALED(spec_)                                                                                                                      \
	"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: orders, namespace: shop}\n"                                    \
	"spec: {scaleTargetRef: {name: orders}, " spec_ "}\n"
#define TRIGGERS(list_)       SCALED("triggers: [" list_ "]")
#define AUTHENTICATION(spec_) "apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: a}\nspec: {" spec_ "}\n"

/* Triggers: of an unknown type, with an invalid threshold, with nothing wrong. The metadata is what tells two of a type apart. */
#define UNKNOWN "{type: no-such, metadata: {}}"
#define NAMED(name_, threshold_)                                                                                                           \
	"{type: prometheus, name: " name_ ", metadata: {serverAddress: 'https://p', query: up, threshold: '" threshold_ "'}}"
#define QUERY(query_, threshold_)                                                                                                          \
	"{type: prometheus, metadata: {serverAddress: 'https://p', query: " query_ ", threshold: '" threshold_ "'}}"
#define CRON(start_)      "{type: cron, metadata: {timezone: UTC, start: '" start_ "', end: '0 18 * * *', desiredReplicas: '3'}}"
#define SECRET(password_) "{type: rabbitmq, metadata: {host: 'amqps://u:" password_ "@h', queueName: q}}"
#define POSTGRES(more_)   "{type: postgresql, metadata: {query: 'select 1', targetQueryValue: '1'" more_ "}}"

struct row {
	const char *what;
	const char *stored, *object;
	size_t denied, excused;
};

/* clang-format off */
static const struct row rows[] = {
	{"nothing changes", TRIGGERS(UNKNOWN), TRIGGERS(UNKNOWN), 0, 1},
	{"something else changes", TRIGGERS(UNKNOWN), SCALED("maxReplicaCount: 7, triggers: [" UNKNOWN "]"), 0, 1},
	{"it is mended", TRIGGERS(UNKNOWN), TRIGGERS(CRON("0 8 * * *")), 0, 0},
	{"it comes new", TRIGGERS(CRON("0 8 * * *")), TRIGGERS(UNKNOWN), 1, 0},
	{"another comes", TRIGGERS(QUERY("a", "x")), SCALED("minReplicaCount: 9, maxReplicaCount: 3, triggers: [" QUERY("a", "x") "]"), 1, 1},
	{"another wrong value", TRIGGERS(QUERY("a", "x")), TRIGGERS(QUERY("a", "y")), 1, 0},
	{"another wrong type", TRIGGERS(UNKNOWN), TRIGGERS("{type: nor-this, metadata: {}}"), 1, 0},

	{"a good trigger comes before it", TRIGGERS(UNKNOWN), TRIGGERS(CRON("0 8 * * *") ", " UNKNOWN), 0, 1},
	{"a good trigger before it goes", TRIGGERS(CRON("0 8 * * *") ", " UNKNOWN), TRIGGERS(UNKNOWN), 0, 1},
	{"triggers change places", TRIGGERS(QUERY("a", "x") ", " QUERY("b", "1")), TRIGGERS(QUERY("b", "1") ", " QUERY("a", "x")), 0, 1},
	{"named triggers change places and content", TRIGGERS(NAMED("a", "x") ", " NAMED("b", "1")), TRIGGERS(NAMED("b", "2") ", {type: prometheus, name: a, metadata: {serverAddress: 'https://p', query: down, threshold: x}}"), 0, 1},
	{"the trigger is copied", TRIGGERS(QUERY("a", "x")), TRIGGERS(QUERY("a", "x") ", " QUERY("a", "x")), 1, 1},
	{"the trigger is copied and goes by another name", TRIGGERS(NAMED("a", "x")), TRIGGERS(NAMED("b", "x") ", " NAMED("a", "x")), 1, 1},
	{"another named trigger has it", TRIGGERS(NAMED("a", "x") ", " NAMED("b", "1")), TRIGGERS(NAMED("a", "1") ", " NAMED("b", "x")), 1, 0},
	{"one named trigger makes way for another", TRIGGERS(NAMED("a", "x")), TRIGGERS(NAMED("b", "x")), 1, 0},
	{"the trigger is given a name", TRIGGERS(QUERY("up", "x")), TRIGGERS(NAMED("a", "x")), 0, 1},
	{"the nameless trigger is changed elsewhere", TRIGGERS(QUERY("a", "x")), TRIGGERS(QUERY("b", "x")), 0, 1},
	{"a nameless one before it goes, and it is changed elsewhere", TRIGGERS(CRON("0 8 * * *") ", {type: prometheus, metadata: {serverAddress: 'https://q', query: c, threshold: '1'}}, " QUERY("a", "x")),
		TRIGGERS(CRON("0 8 * * *") ", " QUERY("b", "x")), 0, 1},
	{"two have it, then three", TRIGGERS(QUERY("a", "x") ", " QUERY("b", "x")), TRIGGERS(QUERY("c", "x") ", " QUERY("b", "x") ", " QUERY("a", "x")), 1, 2},
	{"three have it, then two", TRIGGERS(QUERY("a", "x") ", " QUERY("b", "x") ", " QUERY("c", "x")), TRIGGERS(QUERY("c", "x") ", " QUERY("a", "x")), 0, 2},
	{"the type is another, the mistake the same", TRIGGERS("{type: cpu, metadata: {value: '5'}}"), TRIGGERS("{type: memory, metadata: {value: '5'}}"), 1, 0},
	{"so it is where the name is the same", TRIGGERS("{type: cpu, name: r, metadata: {value: '5'}}"), TRIGGERS("{type: memory, name: r, metadata: {value: '5'}}"), 1, 0},
	{"another trigger has the name now", TRIGGERS(NAMED("a", "1") ", {type: cron, name: a, metadata: {timezone: UTC, start: '0 8 * * *', end: '0 18 * * *', desiredReplicas: '3'}}"),
		TRIGGERS("{type: cpu, name: a, metricType: Utilization, metadata: {value: '5'}}, {type: cron, name: a, metadata: {timezone: UTC, start: '0 8 * * *', end: '0 18 * * *', desiredReplicas: '3'}}"), 1, 0},
	{"names the other trigger, which moved", TRIGGERS(NAMED("a", "1") ", " NAMED("a", "2")), TRIGGERS(CRON("0 8 * * *") ", " NAMED("a", "1") ", " NAMED("a", "2")), 0, 1},
	{"a third of the same name", TRIGGERS(NAMED("a", "1") ", " NAMED("a", "2")), TRIGGERS(NAMED("a", "1") ", " NAMED("a", "2") ", " NAMED("a", "3")), 1, 1},
	{"no trigger at all, as before", SCALED("triggers: []"), SCALED("maxReplicaCount: 3, triggers: []"), 0, 1},

	{"a parameter is missing still", TRIGGERS(POSTGRES(", host: h, userName: u, dbName: d")), TRIGGERS(POSTGRES(", host: i, userName: u, dbName: d")), 0, 2},
	{"one more is missing", TRIGGERS(POSTGRES(", host: h, userName: u, dbName: d")), TRIGGERS(POSTGRES(", host: h, userName: u")), 1, 2},
	{"a secret is kept", TRIGGERS(SECRET("hunter2")), SCALED("maxReplicaCount: 3, triggers: [" SECRET("hunter2") "]"), 0, 1},
	{"a secret is changed", TRIGGERS(SECRET("hunter2")), TRIGGERS(SECRET("hunter3")), 1, 0},

	{"the bounds stay wrong", SCALED("minReplicaCount: 9, maxReplicaCount: 3, triggers: [" CRON("0 8 * * *") "]"), SCALED("minReplicaCount: 9, maxReplicaCount: 3, triggers: [" CRON("0 9 * * *") "]"), 0, 1},
	{"the minimum grows", SCALED("minReplicaCount: 9, maxReplicaCount: 3, triggers: [" CRON("0 8 * * *") "]"), SCALED("minReplicaCount: 99, maxReplicaCount: 3, triggers: [" CRON("0 8 * * *") "]"), 1, 0},
	{"the maximum shrinks below the minimum further", SCALED("minReplicaCount: 9, maxReplicaCount: 3, triggers: [" CRON("0 8 * * *") "]"), SCALED("minReplicaCount: 9, maxReplicaCount: 2, triggers: [" CRON("0 8 * * *") "]"), 1, 0},

	{"an identity lacks its id still", AUTHENTICATION("podIdentity: {provider: azure-workload}"), AUTHENTICATION("podIdentity: {provider: azure-workload}, env: [{parameter: p, name: E}]"), 0, 1},
	{"another identity lacks its id", AUTHENTICATION("podIdentity: {provider: azure-workload}"), AUTHENTICATION("podIdentity: {provider: azure-workload}, azureKeyVault: {vaultUri: 'https://v', secrets: [{parameter: p, name: s}], podIdentity: {provider: azure-workload}}"), 1, 1},
	{"a wrong id is kept", AUTHENTICATION("podIdentity: {provider: azure-workload, identityId: x}"), AUTHENTICATION("podIdentity: {provider: azure-workload, identityId: x}, env: [{parameter: p, name: E}]"), 0, 1},
	{"a wrong id is changed", AUTHENTICATION("podIdentity: {provider: azure-workload, identityId: x}"), AUTHENTICATION("podIdentity: {provider: azure-workload, identityId: z}"), 1, 0},
	{"an entry of an authentication moves", AUTHENTICATION("secretTargetRef: [{parameter: p, name: 5, key: k}]"), AUTHENTICATION("secretTargetRef: [{parameter: o, name: s, key: k}, {parameter: p, name: 5, key: k}]"), 0, 1},
	{"a second entry has the mistake", AUTHENTICATION("secretTargetRef: [{parameter: p, name: 5, key: k}]"), AUTHENTICATION("secretTargetRef: [{parameter: o, name: 5, key: k}, {parameter: p, name: 5, key: k}]"), 1, 1},
	{"the address is another one in clear text", AUTHENTICATION("hashiCorpVault: {address: 'http://v', authentication: kubernetes, role: r, mount: m, secrets: [{parameter: p, key: k, path: a}]}"), AUTHENTICATION("hashiCorpVault: {address: 'http://w', authentication: kubernetes, role: r, mount: m, secrets: [{parameter: p, key: k, path: a}]}"), 1, 0},

	{"what is stored is of another shape", "[5]\n", TRIGGERS(UNKNOWN), 1, 0},
	{"what is stored has no spec", "{}\n", TRIGGERS(UNKNOWN), 1, 0},
	{"what is stored is malformed elsewhere", SCALED("minReplicaCount: many, triggers: [" UNKNOWN "]"), TRIGGERS(UNKNOWN), 0, 1},
	{"the triggers were no list", SCALED("triggers: {a: 1}"), TRIGGERS(UNKNOWN), 1, 0},
};
/* clang-format on */

static void an_update_is_denied_only_for_what_it_adds_or_worsens(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];

		update(f, row->stored, row->object);
		if (f->judgement.denied != row->denied || stored_count(f) != row->excused)
			fail_msg("%s: %zu denied, %zu stored", row->what, f->judgement.denied, stored_count(f));
		assert_int_equal(f->judgement.verdict == KG_VERDICT_DENY, row->denied > 0);
	}
}

static void what_is_stored_already_is_a_warning(void **state)
{
	struct fixture *f = *state;

	update(f, TRIGGERS(UNKNOWN), TRIGGERS(UNKNOWN));
	assert_int_equal(f->judgement.verdict, KG_VERDICT_WARN);
	assert_int_equal(f->judgement.enforced, KG_VERDICT_WARN);
	assert_int_equal(f->judgement.warned, 1);
	assert_int_equal(f->judgement.items[0].action, KG_ACTION_WARN);
	assert_int_equal(f->judgement.items[0].enforced, KG_ACTION_WARN);
}

static void without_the_ratchet_nothing_is_excused(void **state)
{
	struct fixture *f = *state;

	f->policy->ratchet = false;
	update(f, TRIGGERS(UNKNOWN), TRIGGERS(UNKNOWN));
	assert_int_equal(f->judgement.denied, 1);
	assert_int_equal(stored_count(f), 0);
}

static void a_milder_mode_tells_the_verdict_of_mode_enforce(void **state)
{
	struct fixture *f = *state;

	f->policy->mode = KG_MODE_AUDIT;
	update(f, TRIGGERS(UNKNOWN), TRIGGERS(UNKNOWN));
	assert_int_equal(f->judgement.verdict, KG_VERDICT_ALLOW);
	assert_int_equal(f->judgement.enforced, KG_VERDICT_WARN);
	assert_int_equal(f->judgement.items[0].action, KG_ACTION_AUDIT);
	assert_true(f->judgement.items[0].stored);
	update(f, TRIGGERS(CRON("0 8 * * *")), TRIGGERS(UNKNOWN));
	assert_int_equal(f->judgement.enforced, KG_VERDICT_DENY);
}

static void a_warning_is_no_matter_of_the_ratchet(void **state)
{
	struct fixture *f = *state;

	f->policy->actions[KG_RULE_TRIGGER_TYPE_UNKNOWN] = KG_ACTION_WARN;
	update(f, TRIGGERS(UNKNOWN), TRIGGERS(UNKNOWN));
	assert_int_equal(f->judgement.warned, 1);
	assert_int_equal(stored_count(f), 0);
}

/* Of findings that were left out nobody can say whether they are new. */
static void with_too_many_findings_nothing_is_excused(void **state)
{
	struct fixture *f = *state;
	struct kg_policy_subject subject = {.object = &f->object, .namespace = "shop"};

	update(f, TRIGGERS(UNKNOWN), TRIGGERS(UNKNOWN));
	subject.stored = f->world.manifests.items[0].tree;
	f->judgement.items[0] =
	        (struct kg_judged_finding){.finding = f->judgement.items[0].finding, .action = KG_ACTION_DENY, .enforced = KG_ACTION_DENY};
	f->judgement.dropped = 1;
	assert_int_equal(kg_policy_ratchet(f->policy, &subject, kg_world_blind(), &f->world.arena, &f->judgement), 0);
	assert_false(f->judgement.items[0].stored);
	f->judgement.dropped = 0;
	assert_int_equal(kg_policy_ratchet(f->policy, &subject, kg_world_blind(), &f->world.arena, &f->judgement), 0);
	assert_true(f->judgement.items[0].stored);
}

/* Of two that are alike, the one that is unchanged is the stored one. */
static void the_changed_copy_is_denied_and_not_the_original(void **state)
{
	struct fixture *f = *state;

	update(f, TRIGGERS(QUERY("a", "x")),
	       TRIGGERS("{type: prometheus, metadata: {serverAddress: 'https://p', query: a, threshold: 'x', namespace: sp}}, " QUERY(
	               "a", "x")));
	assert_int_equal(f->judgement.denied, 1);
	for (size_t i = 0; i < f->judgement.count; i++) {
		const struct kg_judged_finding *judged = &f->judgement.items[i];

		assert_int_equal(judged->stored, strncmp(judged->finding->path, "spec.triggers[1]", 16) == 0);
	}
}

static void what_the_policy_lets_pass_in_the_stored_object_excuses_nothing(void **state)
{
	struct fixture *f = *state;
	static const char policy[] = "apiVersion: kedagate.io/v1\nkind: Policy\nrules: {trigger-type-unknown: warn}\n"
	                             "scopes: [{labels: {tier: prod}, rules: {trigger-type-unknown: deny}}]\n";
	static const char prod[] = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\n"
	                           "metadata: {name: orders, namespace: shop, labels: {tier: prod}}\n"
	                           "spec: {scaleTargetRef: {name: orders}, triggers: [" UNKNOWN "]}\n";

	kg_policy_unref(f->policy);
	assert_int_equal(kg_policy_new(policy, strlen(policy), NULL, &f->policy, NULL), 0);
	update(f, TRIGGERS(UNKNOWN), prod);
	assert_int_equal(f->judgement.denied, 1);
	update(f, prod, prod);
	assert_int_equal(f->judgement.denied, 0);
}

static void without_memory_there_is_no_verdict(void **state)
{
	struct fixture *f = *state;
	struct kg_policy_subject subject = {.object = &f->object, .namespace = "shop"};
	int status = KG_ENOMEM;

	update(f, TRIGGERS(UNKNOWN), TRIGGERS(UNKNOWN));
	subject.stored = f->world.manifests.items[0].tree;
	for (size_t cap = 1; status == KG_ENOMEM && cap < (1u << 22); cap += 1024) {
		struct kg_arena arena;

		kg_arena_init(&arena, cap);
		status = kg_policy_review(f->policy, &subject, kg_world_blind(), &arena, &f->judgement);
		if (status == 0)
			assert_int_equal(f->judgement.verdict, KG_VERDICT_WARN);
		kg_arena_release(&arena);
	}
	assert_int_equal(status, 0);
}

static void items_behind_the_last_that_is_judged_have_no_partner(void **state)
{
	struct fixture *f = *state;
	struct kg_list_pairs pairs = {0};
	cJSON *list = cJSON_CreateArray();

	read_both(f, "{}\n", "{}\n");
	for (int i = 0; i <= KG_MAX_TRIGGERS; i++)
		assert_true(cJSON_AddItemToArray(list, cJSON_CreateNumber(i)));
	assert_int_equal(kg_list_pair(list, list, &f->world.arena, &pairs), 0);
	assert_int_equal(pairs.count, KG_MAX_TRIGGERS);
	for (size_t i = 0; i < pairs.count; i++)
		assert_int_equal(pairs.old_of[i], i);
	cJSON_Delete(list);
}

#define TEST(function_) cmocka_unit_test_setup_teardown(function_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(an_update_is_denied_only_for_what_it_adds_or_worsens),
	        TEST(what_is_stored_already_is_a_warning),
	        TEST(without_the_ratchet_nothing_is_excused),
	        TEST(a_milder_mode_tells_the_verdict_of_mode_enforce),
	        TEST(a_warning_is_no_matter_of_the_ratchet),
	        TEST(with_too_many_findings_nothing_is_excused),
	        TEST(the_changed_copy_is_denied_and_not_the_original),
	        TEST(what_the_policy_lets_pass_in_the_stored_object_excuses_nothing),
	        TEST(without_memory_there_is_no_verdict),
	        TEST(items_behind_the_last_that_is_judged_have_no_partner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
