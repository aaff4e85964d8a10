#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/policy/policy.h"
#include "kedagate/syntax/version.h"
#include "support/world.h"

/* The newest release known is upgraded to. */
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

static void read_object(struct fixture *f, const char *text)
{
	int status = 0;

	f->open = true;
	assert_int_equal(test_world_init(&f->world, text, true, NULL), 0);
	assert_true(test_world_object(&f->world, 0, &f->object, &status));
	assert_int_equal(status, 0);
}

static int upgrade(struct fixture *f, uint32_t from, struct kg_arena *arena)
{
	struct kg_policy_subject subject = {.object = &f->object, .namespace = "shop"};
	int status = kg_policy_review(f->policy, &subject, kg_world_blind(), arena, &f->judgement);

	subject.keda_version = from;
	return status ? status : kg_policy_upgrade(f->policy, &subject, kg_world_blind(), arena, &f->judgement);
}

#define SCALED(trigger_)                                                                                                                   \
	"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: orders, namespace: shop}\n"                                    \
	"spec: {scaleTargetRef: {name: orders}, triggers: [" trigger_ "]}\n"
#define UNKNOWN  "{type: no-such, metadata: {}}"
#define OUTDATED "{type: cpu, metricType: Utilization, metadata: {type: Utilization, value: '50'}}"
#define UNREAD   "{type: aws-sqs-queue, metadata: {queueURL: q, awsRegion: a, identityOwner: operator, queueLength: a}}"
#define REWORDED "{type: beanstalkd, metadata: {server: 'h:11300', tube: t, value: '1', timeout: '-1'}}"

struct row {
	const char *what, *object;
	uint32_t from;
	size_t denied, stored;
};

/* clang-format off */
static const struct row rows[] = {
	{"what both refuse", SCALED(UNKNOWN), KG_VERSION(2, 16, 0), 0, 0},
	{"what is refused anew", SCALED(OUTDATED), KG_VERSION(2, 16, 0), 1, 0},
	{"beside what both refuse", SCALED(UNKNOWN ", " OUTDATED), KG_VERSION(2, 16, 0), 1, 0},
	{"what was announced", SCALED(OUTDATED), KG_VERSION(2, 17, 0), 1, 0},
	{"what was refused since", SCALED(OUTDATED), KG_VERSION(2, 18, 0), 0, 0},
	{"what was a warning", SCALED(UNREAD), KG_VERSION(2, 16, 0), 1, 1},
	{"what is refused in other words", SCALED(REWORDED), KG_VERSION(2, 16, 0), 0, 0},
	{"no upgrade", SCALED(OUTDATED ", " UNREAD), KG_VERSION_NEWEST, 0, 0},
};
/* clang-format on */

static void an_upgrade_keeps_what_the_older_release_did_not_deny(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		size_t stored = 0;

		if (f->open)
			test_world_release(&f->world);
		read_object(f, rows[i].object);
		assert_int_equal(upgrade(f, rows[i].from, &f->world.arena), 0);
		for (size_t k = 0; k < f->judgement.count; k++)
			stored += f->judgement.items[k].action == KG_ACTION_DENY && f->judgement.items[k].stored;
		if (f->judgement.denied != rows[i].denied || stored != rows[i].stored)
			fail_msg("%s: %zu denied, %zu of them found before", rows[i].what, f->judgement.denied, stored);
		assert_int_equal(f->judgement.verdict == KG_VERDICT_DENY, rows[i].denied > 0);
	}
}

static void without_memory_there_is_no_verdict(void **state)
{
	struct fixture *f = *state;
	int status = KG_ENOMEM;

	read_object(f, SCALED(OUTDATED));
	for (size_t cap = 1; status == KG_ENOMEM && cap < (1u << 22); cap += 1024) {
		struct kg_arena arena;

		kg_arena_init(&arena, cap);
		status = upgrade(f, KG_VERSION(2, 16, 0), &arena);
		if (status == 0)
			assert_int_equal(f->judgement.denied, 1);
		kg_arena_release(&arena);
	}
	assert_int_equal(status, 0);
}

#define TEST(function_) cmocka_unit_test_setup_teardown(function_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(an_upgrade_keeps_what_the_older_release_did_not_deny),
	        TEST(without_memory_there_is_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
