#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/arena.h"
#include "kedagate/policy/policy.h"

/* A rule that the baseline denies, and one that it warns of. */
#define DENIED KG_RULE_IDENTITY_ID_MISSING
#define WARNED KG_RULE_PARAMETER_UNKNOWN

struct fixture {
	struct kg_arena arena;
	struct kg_policy *policy;
	struct kg_judgement judgement;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	kg_arena_init(&fixture.arena, 1u << 20);
	*state = &fixture;
	return kg_policy_new(NULL, 0, NULL, &fixture.policy, NULL);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	kg_policy_unref(f->policy);
	kg_arena_release(&f->arena);
	return 0;
}

static void judge(struct fixture *f, struct kg_finding *items, size_t count)
{
	const struct kg_findings findings = {.arena = &f->arena, .items = items, .count = count};
	const struct kg_policy_subject subject = {0};

	assert_int_equal(kg_policy_judge(f->policy, &subject, &findings, &f->arena, &f->judgement), 0);
}

static struct kg_finding finding(enum kg_rule_id rule, enum kg_action ceiling)
{
	return (struct kg_finding){.rule = rule, .path = "spec", .detail = "text", .ceiling = ceiling};
}

static void nothing_found_is_allowed(void **state)
{
	struct fixture *f = *state;

	judge(f, NULL, 0);
	assert_int_equal(f->judgement.verdict, KG_VERDICT_ALLOW);
	assert_int_equal(f->judgement.count, 0);
}

static void the_gravest_finding_decides(void **state)
{
	struct fixture *f = *state;
	struct kg_finding items[] = {finding(WARNED, KG_ACTION_DENY), finding(DENIED, KG_ACTION_DENY)};

	judge(f, items, 1);
	assert_int_equal(f->judgement.verdict, KG_VERDICT_WARN);
	judge(f, items, 2);
	assert_int_equal(f->judgement.verdict, KG_VERDICT_DENY);
	assert_int_equal(f->judgement.denied, 1);
	assert_int_equal(f->judgement.warned, 1);
}

static void what_rests_on_the_unseen_never_denies(void **state)
{
	struct fixture *f = *state;
	struct kg_finding items[] = {finding(DENIED, KG_ACTION_WARN)};

	judge(f, items, 1);
	assert_int_equal(f->judgement.verdict, KG_VERDICT_WARN);
}

static void an_audit_finding_leaves_the_verdict_at_allow(void **state)
{
	struct fixture *f = *state;
	struct kg_finding items[] = {finding(DENIED, KG_ACTION_DENY)};

	f->policy->actions[DENIED] = KG_ACTION_AUDIT;
	judge(f, items, 1);
	assert_int_equal(f->judgement.verdict, KG_VERDICT_ALLOW);
	assert_int_equal(f->judgement.audited, 1);
	assert_int_equal(f->judgement.items[0].action, KG_ACTION_AUDIT);
}

static void a_rule_that_is_off_leaves_no_trace(void **state)
{
	struct fixture *f = *state;
	struct kg_finding items[] = {finding(DENIED, KG_ACTION_DENY)};

	f->policy->actions[DENIED] = KG_ACTION_OFF;
	judge(f, items, 1);
	assert_int_equal(f->judgement.count, 0);
}

static void the_mode_is_a_ceiling_and_the_enforced_verdict_stays_known(void **state)
{
	struct fixture *f = *state;
	struct kg_finding items[] = {finding(DENIED, KG_ACTION_DENY)};

	f->policy->mode = KG_MODE_WARN;
	judge(f, items, 1);
	assert_int_equal(f->judgement.verdict, KG_VERDICT_WARN);
	assert_int_equal(f->judgement.enforced, KG_VERDICT_DENY);
	f->policy->mode = KG_MODE_AUDIT;
	judge(f, items, 1);
	assert_int_equal(f->judgement.verdict, KG_VERDICT_ALLOW);
	assert_int_equal(f->judgement.enforced, KG_VERDICT_DENY);
	assert_int_equal(f->judgement.items[0].enforced, KG_ACTION_DENY);
}

static void without_memory_there_is_no_judgement(void **state)
{
	struct fixture *f = *state;
	struct kg_finding items[] = {finding(DENIED, KG_ACTION_DENY)};
	const struct kg_findings findings = {.items = items, .count = 1};
	const struct kg_policy_subject subject = {0};
	struct kg_arena tiny;

	kg_arena_init(&tiny, 1);
	assert_int_equal(kg_policy_judge(f->policy, &subject, &findings, &tiny, &f->judgement), KG_ENOMEM);
	kg_arena_release(&tiny);
}

#define TEST(function_) cmocka_unit_test_setup_teardown(function_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(nothing_found_is_allowed),
	        TEST(the_gravest_finding_decides),
	        TEST(what_rests_on_the_unseen_never_denies),
	        TEST(an_audit_finding_leaves_the_verdict_at_allow),
	        TEST(a_rule_that_is_off_leaves_no_trace),
	        TEST(the_mode_is_a_ceiling_and_the_enforced_verdict_stays_known),
	        TEST(without_memory_there_is_no_judgement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
