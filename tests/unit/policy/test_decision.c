#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "kedagate/base/arena.h"
#include "kedagate/model/json.h"
#include "kedagate/policy/decision.h"
#include "kedagate/syntax/date.h"

#define HEAD "apiVersion: kedagate.io/v1\nkind: Policy\n"

/* A rule that the baseline denies, and one that it warns of. */
#define DENIED KG_RULE_IDENTITY_ID_MISSING
#define WARNED KG_RULE_PARAMETER_UNKNOWN

struct fixture {
	struct kg_arena arena;
	struct kg_policy *policy;
	struct kg_object object;
	struct kg_policy_subject subject;
	struct kg_decision decision;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){
	        .object = {.kind = KG_KIND_SCALED_OBJECT, .metadata = {.name = "orders"}},
	        .subject = {.object = &fixture.object, .namespace = "shop"},
	};
	kg_arena_init(&fixture.arena, 1u << 20);
	assert_int_equal(kg_date_parse_end("2026-11-22T10:00:00Z", &fixture.subject.now, NULL), 0);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	kg_policy_unref(f->policy);
	kg_arena_release(&f->arena);
	return 0;
}

static void use(struct fixture *f, const char *text)
{
	struct kg_err err = {0};

	kg_policy_unref(f->policy);
	f->policy = NULL;
	if (kg_policy_new(text, strlen(text), NULL, &f->policy, &err))
		fail_msg("%u:%u %s", err.line, err.column, err.message);
}

static enum kg_action decide(struct fixture *f, enum kg_rule_id rule)
{
	assert_int_equal(kg_policy_decide(f->policy, &f->subject, rule, &f->arena, &f->decision), 0);
	return f->decision.action;
}

static void at(struct fixture *f, const char *time)
{
	assert_int_equal(kg_date_parse_end(time, &f->subject.now, NULL), 0);
}

/* ---- scopes ---- */

struct selection {
	const char *selectors;
	bool matches;
};

static void every_selector_that_is_given_must_match(void **state)
{
	static const struct selection rows[] = {
	        {"{rules: {identity-id-missing: audit}}", true},
	        {"{namespaces: [shop], rules: {identity-id-missing: audit}}", true},
	        {"{namespaces: [a, 's*p'], rules: {identity-id-missing: audit}}", true},
	        {"{namespaces: ['sho'], rules: {identity-id-missing: audit}}", false},
	        {"{names: ['order?'], rules: {identity-id-missing: audit}}", true},
	        {"{names: ['order?s'], rules: {identity-id-missing: audit}}", false},
	        {"{kinds: [ScaledJob], rules: {identity-id-missing: audit}}", false},
	        {"{kinds: [ScaledJob, ScaledObject], rules: {identity-id-missing: audit}}", true},
	        {"{kinds: ['Scaled*'], rules: {identity-id-missing: audit}}", true},
	        {"{kinds: ['*Authentication'], rules: {identity-id-missing: audit}}", false},
	        {"{labels: {team: 'pay*'}, rules: {identity-id-missing: audit}}", true},
	        {"{labels: {team: shop}, rules: {identity-id-missing: audit}}", false},
	        {"{labels: {stage: '*'}, rules: {identity-id-missing: audit}}", false},
	        {"{labels: {team: 'pay*', tier: ''}, rules: {identity-id-missing: audit}}", true},
	        {"{namespaces: [shop], names: [other], rules: {identity-id-missing: audit}}", false},
	        {"{namespaces: [shop], names: [orders], kinds: [ScaledObject], labels: {team: payments}, rules: {identity-id-missing: "
	         "audit}}",
	         true},
	};
	static const struct kg_pair labels[] = {{"team", "payments"}, {"tier", ""}};
	struct fixture *f = *state;

	f->object.metadata.labels = (struct kg_pairs){labels, KG_ARRAY_LEN(labels)};
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		char text[512];

		(void)snprintf(text, sizeof(text), HEAD "scopes:\n  - %s\n", rows[i].selectors);
		use(f, text);
		if (decide(f, DENIED) != (rows[i].matches ? KG_ACTION_AUDIT : KG_ACTION_DENY))
			fail_msg("%s", rows[i].selectors);
		assert_int_equal(f->decision.scope != NULL, rows[i].matches);
	}
}

static void a_cluster_wide_kind_has_no_namespace_to_match(void **state)
{
	struct fixture *f = *state;

	f->object.kind = KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;
	use(f, HEAD "scopes: [{namespaces: ['*'], rules: {identity-id-missing: off}}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
	use(f, HEAD "exemptions: [{rule: identity-id-missing, namespace: '*', reason: r}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
	use(f, HEAD "exemptions: [{rule: identity-id-missing, name: '*', reason: r}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_AUDIT);
}

static void the_last_scope_that_matches_wins_for_each_rule(void **state)
{
	struct fixture *f = *state;

	use(f, HEAD "scopes:\n"
	            "  - rules: {identity-id-missing: audit, parameter-unknown: deny}\n"
	            "  - namespaces: [shop]\n"
	            "    rules: {identity-id-missing: warn}\n"
	            "  - namespaces: [other]\n"
	            "    rules: {identity-id-missing: off}\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_WARN);
	assert_int_equal(f->decision.scope->place.line, 5);
	assert_int_equal(f->decision.scope->rules.places[DENIED].line, 6);
	assert_int_equal(decide(f, WARNED), KG_ACTION_DENY);
	assert_int_equal(f->decision.starting, KG_ACTION_WARN);
}

static void the_mode_of_the_last_scope_that_has_one_takes_the_place_of_the_files(void **state)
{
	struct fixture *f = *state;

	use(f, HEAD "mode: audit\nscopes:\n  - {namespaces: [shop], mode: enforce}\n  - {namespaces: [other], mode: warn}\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
	f->subject.namespace = "other";
	assert_int_equal(decide(f, DENIED), KG_ACTION_WARN);
	assert_int_equal(f->decision.enforced, KG_ACTION_DENY);
	f->subject.namespace = "third";
	assert_int_equal(decide(f, DENIED), KG_ACTION_AUDIT);
}

static void a_mode_on_the_command_line_goes_over_those_of_scopes(void **state)
{
	const struct kg_policy_overrides overrides = {.mode = "warn"};
	static const char text[] = HEAD "scopes: [{namespaces: [shop], mode: enforce}]\n";
	struct fixture *f = *state;

	assert_int_equal(kg_policy_new(text, strlen(text), &overrides, &f->policy, NULL), 0);
	assert_int_equal(decide(f, DENIED), KG_ACTION_WARN);
}

/* ---- lock-outs ---- */

static void the_mode_of_a_scope_does_not_lower_a_locked_rule(void **state)
{
	struct fixture *f = *state;

	use(f, HEAD "rules: {identity-id-missing: {action: deny, exemptible: false}}\nscopes: [{mode: audit}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
	assert_int_equal(decide(f, WARNED), KG_ACTION_AUDIT);
	use(f, HEAD "mode: audit\nrules: {identity-id-missing: {action: deny, exemptible: false}}\nscopes: [{mode: enforce}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
}

static void a_scope_may_repeat_or_raise_a_locked_rule(void **state)
{
	struct fixture *f = *state;

	use(f, HEAD "rules: {identity-id-missing: {action: warn, exemptible: false}}\nscopes: [{rules: {identity-id-missing: warn}}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_WARN);
	use(f, HEAD "rules: {identity-id-missing: {action: warn, exemptible: false}}\nscopes: [{rules: {identity-id-missing: deny}}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
}

/* ---- exemptions ---- */

#define EXEMPTION                                                                                                                          \
	HEAD "exemptions:\n  - {rule: identity-id-missing, namespace: shop, name: orders, reason: moves in Q1, expires: 2027-01-31}\n"

static void an_exemption_is_active_then_expiring_then_expired(void **state)
{
	struct fixture *f = *state;

	use(f, EXEMPTION);
	at(f, "2027-01-17T23:59:59Z");
	assert_int_equal(decide(f, DENIED), KG_ACTION_AUDIT);
	assert_int_equal(f->decision.state, KG_EXEMPTION_ACTIVE);
	assert_true(kg_decision_excuses(&f->decision));
	at(f, "2027-01-18T00:00:00Z");
	assert_int_equal(decide(f, DENIED), KG_ACTION_WARN);
	assert_int_equal(f->decision.state, KG_EXEMPTION_EXPIRING);
	at(f, "2027-01-31T23:59:59Z");
	assert_true(kg_decision_excuses(&f->decision));
	assert_int_equal(decide(f, DENIED), KG_ACTION_WARN);
	at(f, "2027-02-01T00:00:00Z");
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
	assert_int_equal(f->decision.state, KG_EXEMPTION_EXPIRED);
	assert_false(kg_decision_excuses(&f->decision));
}

static void an_exemption_is_for_its_rule_and_its_objects_only(void **state)
{
	struct fixture *f = *state;

	use(f, EXEMPTION);
	assert_int_equal(decide(f, KG_RULE_SECRET_INLINE), KG_ACTION_DENY);
	f->object.metadata.name = "orders-2";
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
	f->object.metadata.name = "orders";
	f->subject.namespace = "bar";
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
}

static void of_exemptions_that_match_the_one_that_lasts_longest_counts(void **state)
{
	struct fixture *f = *state;

	use(f, HEAD "exemptions:\n"
	            "  - {rule: identity-id-missing, namespace: shop, reason: a, expires: 2026-11-30}\n"
	            "  - {rule: identity-id-missing, name: orders, reason: b, expires: 2027-06-30}\n"
	            "  - {rule: identity-id-missing, name: orders, reason: c, expires: 2020-06-30}\n"
	            "  - {rule: secret-inline, name: orders, reason: d}\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_AUDIT);
	assert_string_equal(f->decision.exemption->reason, "b");
	assert_int_equal(decide(f, KG_RULE_SECRET_INLINE), KG_ACTION_AUDIT);
	assert_int_equal(f->decision.state, KG_EXEMPTION_ACTIVE);
}

static void a_generated_name_matches_what_ends_in_a_star_only(void **state)
{
	struct fixture *f = *state;

	f->object.metadata = (struct kg_metadata){.generate_name = "orders-"};
	use(f, HEAD "exemptions: [{rule: identity-id-missing, name: 'orders-*', reason: r}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_AUDIT);
	use(f, HEAD "exemptions: [{rule: identity-id-missing, name: 'orders-', reason: r}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
	use(f, HEAD "exemptions: [{rule: identity-id-missing, name: 'orders-?', reason: r}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
	use(f, HEAD "exemptions: [{rule: identity-id-missing, name: 'orders-a*', reason: r}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_DENY);
}

static void what_is_off_needs_no_excuse(void **state)
{
	struct fixture *f = *state;

	use(f, HEAD "rules: {identity-id-missing: off}\nexemptions: [{rule: identity-id-missing, name: orders, reason: r}]\n");
	assert_int_equal(decide(f, DENIED), KG_ACTION_OFF);
	assert_false(kg_decision_excuses(&f->decision));
}

static void exemptions_are_counted_by_state(void **state)
{
	struct fixture *f = *state;
	size_t counts[KG_EXEMPTION_STATE_COUNT] = {9, 9, 9};

	use(f, HEAD "exemptions:\n"
	            "  - {rule: identity-id-missing, name: a, reason: a, expires: 2026-11-21}\n"
	            "  - {rule: identity-id-missing, name: b, reason: a, expires: 2026-11-22}\n"
	            "  - {rule: identity-id-missing, name: c, reason: a, expires: 2026-12-22}\n"
	            "  - {rule: identity-id-missing, name: d, reason: a}\n");
	kg_policy_exemption_counts(f->policy, f->subject.now, counts);
	assert_int_equal(counts[KG_EXEMPTION_ACTIVE], 2);
	assert_int_equal(counts[KG_EXEMPTION_EXPIRING], 1);
	assert_int_equal(counts[KG_EXEMPTION_EXPIRED], 1);
}

/* ---- judging ---- */

static const struct kg_judged_finding *judge(struct fixture *f, struct kg_judgement *judgement)
{
	struct kg_finding *finding = kg_arena_calloc(&f->arena, 1, sizeof(*finding));
	const struct kg_findings findings = {.items = finding, .count = 1};

	assert_non_null(finding);
	*finding = (struct kg_finding){.rule = DENIED, .path = "spec", .detail = "text", .ceiling = KG_ACTION_DENY};
	assert_int_equal(kg_policy_judge(f->policy, &f->subject, &findings, &f->arena, judgement), 0);
	assert_int_equal(judgement->count, 1);
	return &judgement->items[0];
}

static void assert_note(struct fixture *f, const struct kg_judged_finding *judged, const char *note)
{
	bool failed = false;

	assert_string_equal(kg_judged_note(judged, &f->arena, &failed), note);
	assert_false(failed);
}

static void what_is_excused_is_still_in_the_judgement(void **state)
{
	struct fixture *f = *state;
	struct kg_judgement judgement;
	const struct kg_judged_finding *judged;

	use(f, EXEMPTION);
	judged = judge(f, &judgement);
	assert_int_equal(judgement.verdict, KG_VERDICT_ALLOW);
	assert_int_equal(judgement.enforced, KG_VERDICT_ALLOW);
	assert_int_equal(judgement.excused, 1);
	assert_string_equal(kg_judged_action_name(judged), "excused");
	assert_note(f, judged, "exempted until 2027-01-31 (moves in Q1)");
	at(f, "2027-01-20");
	judged = judge(f, &judgement);
	assert_int_equal(judgement.verdict, KG_VERDICT_WARN);
	assert_string_equal(kg_judged_action_name(judged), "excused");
}

static void what_is_no_longer_excused_says_so(void **state)
{
	struct fixture *f = *state;
	struct kg_judgement judgement;
	const struct kg_judged_finding *judged;

	use(f, EXEMPTION);
	at(f, "2027-02-01");
	judged = judge(f, &judgement);
	assert_int_equal(judgement.verdict, KG_VERDICT_DENY);
	assert_int_equal(judgement.excused, 0);
	assert_string_equal(kg_judged_action_name(judged), "deny");
	assert_note(f, judged, "its exemption expired on 2027-01-31");
}

static void the_finding_s_own_ceiling_holds_whatever_a_scope_says(void **state)
{
	struct fixture *f = *state;
	struct kg_finding item = {.rule = WARNED, .path = "spec", .detail = "text", .ceiling = KG_ACTION_WARN};
	const struct kg_findings findings = {.items = &item, .count = 1};
	struct kg_judgement judgement;

	use(f, HEAD "scopes: [{rules: {parameter-unknown: deny}}]\n");
	assert_int_equal(kg_policy_judge(f->policy, &f->subject, &findings, &f->arena, &judgement), 0);
	assert_int_equal(judgement.verdict, KG_VERDICT_WARN);
	assert_int_equal(judgement.items[0].scope->place.line, 3);
}

#define TEST(function_) cmocka_unit_test_setup_teardown(function_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(every_selector_that_is_given_must_match),
	        TEST(a_cluster_wide_kind_has_no_namespace_to_match),
	        TEST(the_last_scope_that_matches_wins_for_each_rule),
	        TEST(the_mode_of_the_last_scope_that_has_one_takes_the_place_of_the_files),
	        TEST(a_mode_on_the_command_line_goes_over_those_of_scopes),
	        TEST(the_mode_of_a_scope_does_not_lower_a_locked_rule),
	        TEST(a_scope_may_repeat_or_raise_a_locked_rule),
	        TEST(an_exemption_is_active_then_expiring_then_expired),
	        TEST(an_exemption_is_for_its_rule_and_its_objects_only),
	        TEST(of_exemptions_that_match_the_one_that_lasts_longest_counts),
	        TEST(a_generated_name_matches_what_ends_in_a_star_only),
	        TEST(what_is_off_needs_no_excuse),
	        TEST(exemptions_are_counted_by_state),
	        TEST(what_is_excused_is_still_in_the_judgement),
	        TEST(what_is_no_longer_excused_says_so),
	        TEST(the_finding_s_own_ceiling_holds_whatever_a_scope_says),
	};

	kg_json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
