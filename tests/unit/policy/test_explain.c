#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/buf.h"
#include "kedagate/model/json.h"
#include "kedagate/policy/decision.h"
#include "kedagate/syntax/date.h"

#define HEAD "apiVersion: kedagate.io/v1\nkind: Policy\n"

/* A policy, and its steps of identity-id-missing for ScaledObject shop/orders on 2026-11-22. */
struct explained {
	struct kg_arena arena;
	struct kg_policy *policy;
	struct kg_decision_steps steps;
};

static void explain(const char *policy_text, struct explained *out)
{
	const struct kg_object object = {.kind = KG_KIND_SCALED_OBJECT, .metadata = {.name = "orders"}};
	struct kg_policy_subject subject = {.object = &object, .namespace = "shop"};

	kg_arena_init(&out->arena, 1u << 20);
	assert_int_equal(kg_date_parse_end("2026-11-22T10:00:00Z", &subject.now, NULL), 0);
	assert_int_equal(kg_policy_new(policy_text, strlen(policy_text), NULL, &out->policy, NULL), 0);
	assert_int_equal(kg_policy_explain(out->policy, &subject, KG_RULE_IDENTITY_ID_MISSING, &out->arena, &out->steps), 0);
}

static void explained_release(struct explained *explained)
{
	kg_policy_unref(explained->policy);
	kg_arena_release(&explained->arena);
}

/* Each step as "<source>:<line> <action>", the deciding one with a star. */
static void assert_steps(const char *policy_text, const char *expected)
{
	struct kg_buf text KG_CLEANUP(kg_buf_release);
	struct explained explained;
	const struct kg_decision_steps *steps = &explained.steps;

	kg_buf_init(&text, 4096);
	explain(policy_text, &explained);
	for (size_t i = 0; i < steps->count; i++)
		kg_buf_printf(&text, "%s%s%s:%u %s", i > 0 ? ", " : "", steps->items[i].decides ? "*" : "",
		              kg_decision_source_name(steps->items[i].source), steps->items[i].place.line, steps->items[i].action);
	assert_string_equal(kg_buf_text(&text), expected);
	explained_release(&explained);
}

static void without_a_word_in_the_file_the_profile_decides(void **state)
{
	(void)state;
	assert_steps(HEAD, "*profile:0 deny, mode:0 deny");
	assert_steps(HEAD "profile: permissive\n", "*profile:3 warn, mode:0 warn");
}

static void the_last_to_speak_decides(void **state)
{
	(void)state;
	assert_steps(HEAD "rules: {identity-id-missing: warn}\n", "profile:0 deny, *rules:3 warn, mode:0 warn");
	assert_steps(HEAD "scopes:\n  - {names: ['*'], rules: {identity-id-missing: warn}}\n  - rules: {identity-id-missing: audit}\n"
	                  "  - {names: [x], rules: {identity-id-missing: off}}\n",
	             "profile:0 deny, scope:4 warn, *scope:5 audit, mode:0 audit");
}

static void a_mode_decides_only_when_it_lowers(void **state)
{
	(void)state;
	assert_steps(HEAD "mode: audit\n", "profile:0 deny, *mode:3 audit");
	assert_steps(HEAD "mode: audit\nscopes: [{mode: warn}]\n", "profile:0 deny, *mode:4 warn");
	assert_steps(HEAD "mode: warn\nrules: {identity-id-missing: audit}\n", "profile:0 deny, *rules:4 audit, mode:3 audit");
}

static void a_mode_that_a_lock_passes_over_is_told(void **state)
{
	static const char text[] = HEAD "rules: {identity-id-missing: {action: deny, exemptible: false}}\nscopes:\n  - mode: warn\n";
	struct explained explained;

	(void)state;
	assert_steps(text, "profile:0 deny, *rules:3 deny, mode:0 deny");
	explain(text, &explained);
	assert_string_equal(explained.steps.items[explained.steps.count - 1].text, "enforce; the mode in line 5 lowers no locked rule");
	explained_release(&explained);
}

static void an_exemption_decides_while_it_counts(void **state)
{
	(void)state;
	assert_steps(HEAD "exemptions:\n  - {rule: identity-id-missing, name: orders, reason: r, expires: 2027-01-31}\n",
	             "profile:0 deny, *exemption:4 excused, mode:0 excused");
	assert_steps(HEAD "exemptions:\n  - {rule: identity-id-missing, name: orders, reason: r, expires: 2026-11-21}\n",
	             "*profile:0 deny, exemption:4 deny, mode:0 deny");
	assert_steps(HEAD "exemptions:\n  - {rule: identity-id-missing, name: other, reason: r}\n", "*profile:0 deny, mode:0 deny");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(without_a_word_in_the_file_the_profile_decides),
	        cmocka_unit_test(the_last_to_speak_decides),
	        cmocka_unit_test(a_mode_decides_only_when_it_lowers),
	        cmocka_unit_test(a_mode_that_a_lock_passes_over_is_told),
	        cmocka_unit_test(an_exemption_decides_while_it_counts),
	};

	kg_json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
