#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "kedagate/base/arena.h"
#include "kedagate/model/json.h"
#include "kedagate/policy/lint.h"
#include "kedagate/syntax/date.h"

#define HEAD "apiVersion: kedagate.io/v1\nkind: Policy\n"

struct row {
	const char *text;
	const char *remark; /* "<line>: <part of the only message>"; NULL: there is none */
};

/* It is 2026-11-22, 10 o'clock. */
static void lint(const char *text, struct kg_arena *arena, struct kg_policy_remarks *out)
{
	struct kg_policy *policy = NULL;
	struct kg_err err = {0};
	time_t now = 0;

	assert_int_equal(kg_date_parse_end("2026-11-22T10:00:00Z", &now, NULL), 0);
	if (kg_policy_new(text, strlen(text), NULL, &policy, &err))
		fail_msg("%s: %u:%u %s", text, err.line, err.column, err.message);
	assert_int_equal(kg_policy_lint(policy, now, arena, out), 0);
	kg_policy_unref(policy);
}

static void assert_remarks(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct kg_policy_remarks remarks;
		struct kg_arena arena;
		char first[512] = "";

		kg_arena_init(&arena, 1u << 20);
		lint(rows[i].text, &arena, &remarks);
		if (remarks.count)
			(void)snprintf(first, sizeof(first), "%u: %s", remarks.items[0].place.line, remarks.items[0].message);
		if (remarks.count != (rows[i].remark != NULL) || (rows[i].remark && !strstr(first, rows[i].remark)))
			fail_msg("%zu: %zu remarks, the first \"%s\"", i, remarks.count, first);
		kg_arena_release(&arena);
	}
}

#define EXEMPT(rest_) HEAD "exemptions:\n  - {rule: identity-id-missing, reason: r, " rest_ "}\n"

static void exemptions_are_doubtful_near_their_end_and_when_they_reach_too_far_or_nowhere(void **state)
{
	static const struct row rows[] = {
	        {EXEMPT("name: a, expires: 2027-06-30"), NULL},
	        {EXEMPT("name: a"), "4: exemption from identity-id-missing never ends"},
	        {EXEMPT("name: a, expires: 2026-11-21"), "expired on 2026-11-21 and no longer counts"},
	        {EXEMPT("name: a, expires: 2026-12-01"), "ends on 2026-12-01, in 9 days"},
	        {EXEMPT("name: '*', expires: 2027-06-30"), "excuses every object; write rules: {identity-id-missing: audit}"},
	        {EXEMPT("namespace: '**', name: '*', kind: '*', expires: 2027-06-30"), "excuses every object"},
	        {EXEMPT("namespace: 'a*', name: '*', expires: 2027-06-30"), NULL},
	        {EXEMPT("name: '*', kind: ScaledObject, expires: 2027-06-30"), NULL},
	        {EXEMPT("namespace: a, kind: 'Cluster*', expires: 2027-06-30"), "matches nothing"},
	        {HEAD "exemptions: [{rule: triggers-empty, kind: TriggerAuthentication, reason: r, expires: 2027-06-30}]\n",
	         "triggers-empty is not about this kind"},
	        {HEAD "exemptions: [{rule: triggers-empty, kind: 'Scaled*', reason: r, expires: 2027-06-30}]\n", "excuses every object"},
	};

	(void)state;
	assert_remarks(rows, KG_ARRAY_LEN(rows));
}

static void a_trusted_host_is_doubtful_when_it_reaches_other_domains(void **state)
{
	static const struct row rows[] = {
	        {HEAD "trustedHosts: [prometheus.shop, '*.example.com', 'prom-?.shop', '*.*.example.com']\n", NULL},
	        {HEAD "trustedHosts: ['*']\n", "3: trustedHosts: \"*\" trusts every host"},
	        {HEAD "trustedHosts: [a.example, '**']\n", "\"**\" trusts every host"},
	        {HEAD "trustedHosts: ['*example.com']\n", "trusts other domains as well; write \"*.example.com\""},
	        {HEAD "trustedHosts: ['prometheus.*']\n", "trusts hosts of anybody, such as prometheus.example.org"},
	};

	(void)state;
	assert_remarks(rows, KG_ARRAY_LEN(rows));
}

#define SCOPES(first_, second_)                                                                                                            \
	HEAD "scopes:\n  - {" first_ ", rules: {secret-inline: warn}}\n  - {" second_ ", rules: {secret-inline: audit}}\n"

static void a_scope_never_wins_when_a_later_one_covers_it(void **state)
{
	static const struct row rows[] = {
	        {SCOPES("namespaces: [a]", "namespaces: [b]"), NULL},
	        {SCOPES("namespaces: [a]", "namespaces: [b, a]"), "4: secret-inline never wins here: the scope in line 5"},
	        {SCOPES("namespaces: [a, c]", "namespaces: [b, a]"), NULL},
	        {SCOPES("namespaces: ['team-a*']", "namespaces: ['team-*']"), "never wins"},
	        {SCOPES("namespaces: ['team-*']", "namespaces: ['team-a*']"), NULL},
	        {SCOPES("namespaces: ['a?']", "namespaces: ['?b', '?*', 'a?']"), "never wins"},
	        {SCOPES("namespaces: ['*']", "namespaces: ['?']"), NULL},
	        {SCOPES("namespaces: ['a*']", "namespaces: ['?*']"), NULL},
	        {SCOPES("names: [a]", "namespaces: [a]"), NULL},
	        {SCOPES("names: [a], namespaces: [a]", "namespaces: [a]"), "never wins"},
	        {SCOPES("kinds: [ScaledJob]", "kinds: ['Scaled*']"), "never wins"},
	        {SCOPES("kinds: ['Scaled*']", "kinds: [ScaledJob]"), NULL},
	        {SCOPES("labels: {a: b}", "labels: {a: '*'}"), "never wins"},
	        {SCOPES("labels: {a: b}", "labels: {a: '*', c: d}"), NULL},
	        {HEAD "scopes:\n  - {namespaces: [a], mode: warn}\n  - {rules: {secret-inline: warn}}\n", NULL},
	        {HEAD "scopes:\n  - {namespaces: [a], mode: warn}\n  - {mode: audit}\n", "mode never wins here"},
	        {HEAD "scopes: [{namespaces: [a], kinds: [ClusterTriggerAuthentication], mode: warn}]\n", "scope matches nothing"},
	};

	(void)state;
	assert_remarks(rows, KG_ARRAY_LEN(rows));
}

static void lack_of_memory_is_told(void **state)
{
	static const char text[] = EXEMPT("name: a");
	struct kg_policy *policy = NULL;
	struct kg_policy_remarks remarks;
	struct kg_arena tiny;

	(void)state;
	kg_arena_init(&tiny, 1);
	assert_int_equal(kg_policy_new(text, strlen(text), NULL, &policy, NULL), 0);
	assert_int_equal(kg_policy_lint(policy, 0, &tiny, &remarks), KG_ENOMEM);
	kg_policy_unref(policy);
	kg_arena_release(&tiny);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(exemptions_are_doubtful_near_their_end_and_when_they_reach_too_far_or_nowhere),
	        cmocka_unit_test(a_trusted_host_is_doubtful_when_it_reaches_other_domains),
	        cmocka_unit_test(a_scope_never_wins_when_a_later_one_covers_it),
	        cmocka_unit_test(lack_of_memory_is_told),
	};

	kg_json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
