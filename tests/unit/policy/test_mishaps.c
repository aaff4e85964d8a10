#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kedagate/policy/decision.h"
#include "kedagate/policy/lint.h"
#include "kedagate/policy/policy.h"
#include "support/faults/faults.h"

#define CORPUS "tests/fuzz/corpus/policy"

/* A policy file, and what comes of it without a fault. */
struct subject {
	char path[512];
	struct kg_policy *expected; /* NULL: refused */
	struct kg_err err;
};

static bool same_policy(const struct kg_policy *a, const struct kg_policy *b)
{
	return a->keda_version == b->keda_version && a->profile == b->profile && a->mode == b->mode && a->ratchet == b->ratchet &&
	       memcmp(a->actions, b->actions, sizeof(a->actions)) == 0 && a->scope_count == b->scope_count &&
	       a->exemption_count == b->exemption_count;
}

static bool is_expected(const struct subject *subject, int status, const struct kg_policy *policy, const struct kg_err *err)
{
	if (subject->expected != NULL)
		return status == 0 && same_policy(policy, subject->expected);
	return status == subject->err.code && strcmp(err->message, subject->err.message) == 0 && err->line == subject->err.line;
}

static bool attempt(const struct fault *fault, void *context)
{
	const struct subject *subject = context;
	bool by_call = fault->kind == FAULT_CALL;
	struct kg_policy *policy = NULL;
	struct kg_err err = {0};
	int status;
	bool met;

	fault_arm(fault);
	status = kg_policy_load(subject->path, NULL, &policy, &err);
	met = fault_disarm();
	if (!is_expected(subject, status, policy, &err) && !(met && status == (by_call ? KG_EIO : KG_ENOMEM) && err.message[0] != '\0'))
		fail_msg("%s: %s, number %lu: %d %s", subject->path, fault_name(fault->kind), fault->number, status, err.message);
	assert_true((status == 0) == (policy != NULL));
	kg_policy_unref(policy);
	return met;
}

static void disturb_corpus(enum fault_kind kind)
{
	DIR *folder = opendir(CORPUS);
	const struct dirent *entry;
	struct subject subject;
	unsigned long files = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		subject = (struct subject){.expected = NULL};
		(void)snprintf(subject.path, sizeof(subject.path), CORPUS "/%s", entry->d_name);
		if (kg_policy_load(subject.path, NULL, &subject.expected, &subject.err) != 0)
			subject.expected = NULL;
		files += fault_each(kind, attempt, &subject) > 0;
		kg_policy_unref(subject.expected);
	}
	(void)closedir(folder);
	assert_true(files > 20);
}

static void a_policy_without_one_allocation_is_refused_for_memory_or_right(void **state)
{
	(void)state;
	disturb_corpus(FAULT_ALLOCATION);
}

static void a_policy_without_memory_from_some_point_on_is_refused_for_memory_or_right(void **state)
{
	(void)state;
	disturb_corpus(FAULT_ALLOCATIONS);
}

static void a_policy_whose_arenas_end_is_refused_for_memory_or_right(void **state)
{
	(void)state;
	disturb_corpus(FAULT_ARENA);
}

/* What is said of a policy, in numbers. */
struct account {
	const struct kg_policy *policy;
	size_t remarks, steps;
};

static int give_account(struct account *account)
{
	const struct kg_object object = {.kind = KG_KIND_SCALED_OBJECT, .metadata = {.name = "orders"}};
	const struct kg_policy_subject subject = {.object = &object, .namespace = "legacy", .now = 1800000000};
	struct kg_policy_remarks remarks = {0};
	struct kg_decision_steps steps = {0};
	struct kg_arena arena;
	int status;

	kg_arena_init(&arena, 1u << 20);
	status = kg_policy_lint(account->policy, subject.now, &arena, &remarks);
	if (status == 0)
		status = kg_policy_explain(account->policy, &subject, KG_RULE_REPLICA_BOUNDS, &arena, &steps);
	account->remarks = remarks.count;
	account->steps = steps.count;
	kg_arena_release(&arena);
	return status;
}

static bool attempt_account(const struct fault *fault, void *context)
{
	const struct account *expected = context;
	struct account account = {.policy = expected->policy};
	int status;
	bool met;

	fault_arm(fault);
	status = give_account(&account);
	met = fault_disarm();
	if (!(met && status == KG_ENOMEM) && (status != 0 || account.remarks != expected->remarks || account.steps != expected->steps))
		fail_msg("%s, number %lu: %d", fault_name(fault->kind), fault->number, status);
	return met;
}

static void what_is_said_of_a_policy_fails_for_memory_or_is_right(void **state)
{
	static const char *const paths[] = {CORPUS "/exemptions.yaml", CORPUS "/scopes-last.yaml"};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(paths); i++) {
		struct kg_policy *policy = NULL;
		struct account expected = {0};

		assert_int_equal(kg_policy_load(paths[i], NULL, &policy, NULL), 0);
		expected.policy = policy;
		assert_int_equal(give_account(&expected), 0);
		assert_true(expected.steps > 2);
		assert_true(fault_each(FAULT_ALLOCATION, attempt_account, &expected) > 0);
		assert_true(fault_each(FAULT_ARENA, attempt_account, &expected) > 0);
		kg_policy_unref(policy);
	}
}

static void a_policy_that_cannot_be_read_is_refused_for_that(void **state)
{
	(void)state;
	disturb_corpus(FAULT_CALL);
}

static void a_policy_that_comes_in_pieces_is_read_whole(void **state)
{
	(void)state;
	disturb_corpus(FAULT_INTERRUPT);
	disturb_corpus(FAULT_SHORT);
}

static int set_up(void **state)
{
	(void)state;
	kg_json_setup();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_policy_without_one_allocation_is_refused_for_memory_or_right),
	        cmocka_unit_test(a_policy_without_memory_from_some_point_on_is_refused_for_memory_or_right),
	        cmocka_unit_test(a_policy_whose_arenas_end_is_refused_for_memory_or_right),
	        cmocka_unit_test(what_is_said_of_a_policy_fails_for_memory_or_is_right),
	        cmocka_unit_test(a_policy_that_cannot_be_read_is_refused_for_that),
	        cmocka_unit_test(a_policy_that_comes_in_pieces_is_read_whole),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
