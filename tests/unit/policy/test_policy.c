#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kedagate/policy/policy.h"
#include "kedagate/syntax/version.h"

#define HEAD "apiVersion: kedagate.io/v1\nkind: Policy\n"

static int build(const char *text, const struct kg_policy_overrides *overrides, struct kg_policy **ret_policy, struct kg_err *err)
{
	*ret_policy = NULL;
	*err = (struct kg_err){0};
	return kg_policy_new(text, text ? strlen(text) : 0, overrides, ret_policy, err);
}

static enum kg_action action_of(const struct kg_policy *policy, const char *rule)
{
	assert_non_null(kg_rule_find(rule));
	return policy->actions[kg_rule_find(rule)->id];
}

static void without_a_file_the_baseline_is_enforced(void **state)
{
	struct kg_policy *policy = NULL;
	struct kg_err err;

	(void)state;
	assert_int_equal(build(NULL, NULL, &policy, &err), 0);
	assert_int_equal(policy->profile, KG_PROFILE_BASELINE);
	assert_int_equal(policy->mode, KG_MODE_ENFORCE);
	assert_int_equal(policy->keda_version_source, KG_KEDA_VERSION_DEFAULT);
	assert_int_equal(policy->keda_version, KG_VERSION_NEWEST);
	for (unsigned i = 0; i < KG_RULE_COUNT; i++)
		assert_int_equal(policy->actions[i], kg_rule_get((enum kg_rule_id)i)->action);
	kg_policy_unref(policy);
}

static void every_key_of_a_file_is_read(void **state)
{
	struct kg_policy *policy = NULL;
	struct kg_err err;

	(void)state;
	assert_int_equal(build(HEAD "kedaVersion: 2.17.1\nprofile: restricted\nmode: warn\nrules:\n  identity-id-missing: audit\n"
	                            "trustedHosts: ['*.monitoring.example.com', prometheus.shop]\n",
	                       NULL, &policy, &err),
	                 0);
	assert_int_equal(policy->keda_version, KG_VERSION(2, 17, 1));
	assert_int_equal(policy->keda_version_source, KG_KEDA_VERSION_GIVEN);
	assert_int_equal(policy->profile, KG_PROFILE_RESTRICTED);
	assert_int_equal(policy->mode, KG_MODE_WARN);
	assert_int_equal(action_of(policy, "identity-id-missing"), KG_ACTION_AUDIT);
	assert_int_equal(policy->trusted_hosts.globs.count, 2);
	assert_string_equal(policy->trusted_hosts.globs.items[0], "*.monitoring.example.com");
	assert_string_equal(policy->trusted_hosts.globs.items[1], "prometheus.shop");
	assert_int_equal(policy->trusted_hosts.place.line, 8);
	kg_policy_unref(policy);
}

static void a_bare_off_is_the_action_although_yaml_reads_a_boolean(void **state)
{
	struct kg_policy *policy = NULL;
	struct kg_err err;

	(void)state;
	assert_int_equal(build(HEAD "rules: {parameter-unknown: off, identity-ignored: \"off\"}\n", NULL, &policy, &err), 0);
	assert_int_equal(action_of(policy, "parameter-unknown"), KG_ACTION_OFF);
	assert_int_equal(action_of(policy, "identity-ignored"), KG_ACTION_OFF);
	kg_policy_unref(policy);
}

static void keys_without_a_value_at_the_top_are_as_if_they_were_not_there(void **state)
{
	struct kg_policy *policy = NULL;
	struct kg_err err;

	(void)state;
	assert_int_equal(build(HEAD "mode:\nrules:\nscopes:\nexemptions:\nratchet: false\n", NULL, &policy, &err), 0);
	assert_int_equal(policy->scope_count, 0);
	assert_int_equal(policy->exemption_count, 0);
	assert_false(policy->ratchet);
	kg_policy_unref(policy);
}

static void positions_in_the_file_are_kept(void **state)
{
	struct kg_policy *policy = NULL;
	struct kg_err err;

	(void)state;
	assert_int_equal(
	        build(HEAD
	              "mode: warn\nprofile: baseline\nrules:\n  secret-inline: warn\nexemptions:\n  - rule: secret-inline\n    name: a\n"
	              "    reason: r\n    expires: 2027-01-31\n",
	              NULL, &policy, &err),
	        0);
	assert_int_equal(policy->mode_place.line, 3);
	assert_int_equal(policy->profile_place.line, 4);
	assert_int_equal(policy->rules.places[KG_RULE_SECRET_INLINE].line, 6);
	assert_int_equal(policy->exemptions[0].place.line, 8);
	assert_int_equal(policy->exemptions[0].place.column, 5);
	assert_string_equal(policy->exemptions[0].expires.text, "2027-01-31");
	kg_policy_unref(policy);
}

static void permissive_denies_nothing(void **state)
{
	struct kg_policy *policy = NULL;
	struct kg_err err;

	(void)state;
	assert_int_equal(build(HEAD "profile: permissive\n", NULL, &policy, &err), 0);
	for (unsigned i = 0; i < KG_RULE_COUNT; i++)
		assert_true(policy->actions[i] <= KG_ACTION_WARN);
	kg_policy_unref(policy);
}

static void restricted_denies_what_baseline_warns_of_for_security(void **state)
{
	struct kg_policy *policy = NULL;
	struct kg_err err;
	size_t raised = 0;

	(void)state;
	assert_int_equal(build(HEAD "profile: restricted\n", NULL, &policy, &err), 0);
	for (unsigned i = 0; i < KG_RULE_COUNT; i++) {
		const struct kg_rule *rule = kg_rule_get((enum kg_rule_id)i);
		bool raise = rule->category == KG_CATEGORY_SECURITY && rule->action == KG_ACTION_WARN;

		assert_int_equal(policy->actions[i], raise ? KG_ACTION_DENY : rule->action);
		raised += raise;
	}
	assert_true(raised > 0);
	kg_policy_unref(policy);
}

static void a_rule_in_the_file_goes_over_the_profile(void **state)
{
	struct kg_policy *policy = NULL;
	struct kg_err err;

	(void)state;
	assert_int_equal(build(HEAD "profile: permissive\nrules: {identity-id-missing: deny}\n", NULL, &policy, &err), 0);
	assert_int_equal(action_of(policy, "identity-id-missing"), KG_ACTION_DENY);
	kg_policy_unref(policy);
}

static void overrides_go_over_the_file(void **state)
{
	const struct kg_policy_overrides overrides = {.keda_version = "auto", .mode = "audit", .profile = "permissive"};
	struct kg_policy *policy = NULL;
	struct kg_err err;

	(void)state;
	assert_int_equal(build(HEAD "kedaVersion: 2.17.1\nprofile: restricted\nmode: warn\n", &overrides, &policy, &err), 0);
	assert_int_equal(policy->keda_version_source, KG_KEDA_VERSION_AUTO);
	assert_int_equal(policy->mode, KG_MODE_AUDIT);
	assert_int_equal(policy->profile, KG_PROFILE_PERMISSIVE);
	kg_policy_unref(policy);
}

struct bad_override {
	struct kg_policy_overrides overrides;
	const char *message;
};

static void a_bad_override_names_its_flag(void **state)
{
	static const struct bad_override cases[] = {
	        {{.keda_version = "two"}, "--keda-version"},
	        {{.mode = "deny"}, "--mode: \"deny\" is not allowed; must be one of enforce, warn, audit"},
	        {{.profile = "strict"}, "--profile: \"strict\" is not allowed; must be one of permissive, baseline, restricted"},
	};
	struct kg_policy *policy = NULL;
	struct kg_err err;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(cases); i++) {
		assert_int_equal(build(NULL, &cases[i].overrides, &policy, &err), KG_EINVAL);
		assert_non_null(strstr(err.message, cases[i].message));
		assert_null(policy);
	}
}

struct bad_text {
	const char *text;
	unsigned line, column;
	const char *message;
};

static const struct bad_text bad_texts[] = {
        {"", 1, 1, "one document"},
        {"- a\n", 1, 1, "must be a map"},
        {"kind: Policy\n", 1, 1, "apiVersion: missing"},
        {"apiVersion: kedagate.io/v1\nkind: Policies\n", 2, 1, "kind: must be Policy"},
        {"apiVersion: v1\nkind: Policy\n", 1, 1, "apiVersion: must be kedagate.io/v1"},
        {HEAD "modes: warn\n", 3, 1, "modes: unknown key, did you mean \"mode\"?"},
        {HEAD "zzz: 1\n", 3, 1, "zzz: unknown key; known are"},
        {HEAD "mode: deny\n", 3, 1, "mode: \"deny\" is not allowed"},
        {HEAD "profile: 3\n", 3, 1, "profile: must be a string, is a number"},
        {HEAD "kedaVersion: 2.20\n", 3, 1, "kedaVersion: must be a version of three numbers"},
        {HEAD "kedaVersion: latest\n", 3, 1, "kedaVersion"},
        {HEAD "rules: []\n", 3, 1, "rules: must be a map from rule to action, is a list"},
        {HEAD "rules:\n  identity-id-mising: deny\n", 4, 3, "did you mean \"identity-id-missing\"?"},
        {HEAD "rules:\n  identity-id-missing: block\n", 4, 3, "rules.identity-id-missing"},
        {HEAD "rules:\n  identity-id-missing: on\n", 4, 3, "must be one of deny, warn, audit, off"},
        {HEAD "mode: warn\nmode: audit\n", 4, 1, "duplicate"},
        {HEAD "mode: [\n", 0, 0, ""},
        {HEAD "mode: enforse\n", 3, 1, "did you mean \"enforce\"?"},
        {HEAD "profile: restrictive\n", 3, 1, "did you mean \"restricted\"?"},
        {HEAD "ratchet: maybe\n", 3, 1, "ratchet: must be true or false, is a string"},
        {HEAD "rules: {secret-inline: {action: deney}}\n", 3, 25,
         "rules.secret-inline.action: \"deney\" is not allowed, did you mean \"deny\"?"},
        {HEAD "rules: {secret-inline: {exemptible: false}}\n", 3, 9, "rules.secret-inline: action: missing in this rule"},
        {HEAD "rules: {secret-inline: {action: deny, exemptable: false}}\n", 3, 39, "did you mean \"exemptible\"?"},
        {HEAD "rules: {secret-inline: }\n", 3, 9, "must be one of deny, warn, audit, off, is empty"},
        {HEAD "scope:\n", 3, 1, "did you mean \"scopes\"?"},
        {HEAD "scopes: {}\n", 3, 1, "scopes: must be a list, is a map"},
        {HEAD "trustedHosts: prometheus.shop\n", 3, 1, "trustedHosts: must be a list of globs, is a string"},
        {HEAD "trustedHosts: []\n", 3, 1, "trustedHosts: is empty"},
        {HEAD "trustedHosts: [a, '']\n", 3, 19, "trustedHosts[1]: must not be empty"},
        {HEAD "trustedHosts: ['https://a.example']\n", 3, 16, "\":\" stands in no name"},
        {HEAD "trustedHosts: [a.Example]\n", 3, 16, "\"E\" stands in no name"},
        {HEAD "trustedHost: [a]\n", 3, 1, "trustedHost: unknown key, did you mean \"trustedHosts\"?"},
        {HEAD "scopes:\n  - namespaces: [a]\n", 4, 5, "scopes[0]: this scope needs rules or mode"},
        {HEAD "scopes:\n  - namespace: [a]\n", 4, 5, "scopes[0].namespace: unknown key, did you mean \"namespaces\"?"},
        {HEAD "scopes:\n  - namespaces: []\n", 4, 5, "scopes[0].namespaces: is empty"},
        {HEAD "scopes:\n  - namespaces:\n    mode: warn\n", 4, 5, "scopes[0].namespaces: has no value"},
        {HEAD "scopes:\n  - namespaces: a\n", 4, 5, "must be a list of globs, is a string"},
        {HEAD "scopes:\n  - namespaces: [a, [b]]\n", 4, 21, "scopes[0].namespaces[1]: must be a string, is a list"},
        {HEAD "scopes:\n  - names: ['team-[ab]']\n", 4, 13, "\"[\" stands in no name; wildcards are * and ?"},
        {HEAD "scopes:\n  - names: ['t\xC3\xA4\x61m']\n", 4, 13, "no name has other letters than those of ASCII"},
        {HEAD "scopes:\n  - kinds: [ScaleObject]\n", 4, 13, "unknown kind, did you mean \"ScaledObject\"?"},
        {HEAD "scopes:\n  - kinds: ['X*']\n", 4, 13, "matches none of ScaledObject"},
        {HEAD "scopes:\n  - labels: {a: 5}\n", 4, 14, "scopes[0].labels.a: must be a string, is a number"},
        {HEAD "scopes:\n  - rules: {}\n", 4, 5, "scopes[0].rules: is empty"},
        {HEAD "scopes:\n  - rules: {secret-inline: {action: deny}}\n", 4, 13, "must be one of deny, warn, audit, off, is a map"},
        {HEAD "scopes:\n  - rules: {secret-inlin: deny}\n", 4, 13, "did you mean \"secret-inline\"?"},
        {HEAD "scopes:\n  - 5\n", 4, 5, "scopes[0]: a scope must be a map, is a number"},
        {HEAD "exemptions:\n  - {rule: secret-inlin, name: a, reason: r}\n", 4, 6, "did you mean \"secret-inline\"?"},
        {HEAD "exemptions:\n  - {rule: secret-inline, reason: r}\n", 4, 5, "this exemption needs kind, namespace or name"},
        {HEAD "exemptions:\n  - {rule: secret-inline, name: a}\n", 4, 5, "exemptions[0]: reason: missing in this exemption"},
        {HEAD "exemptions:\n  - {name: a, reason: r}\n", 4, 5, "exemptions[0]: rule: missing in this exemption"},
        {HEAD "exemptions:\n  - {rule: secret-inline, name: a, reason: ' '}\n", 4, 36, "exemptions[0].reason: must not be blank"},
        {HEAD "exemptions:\n  - {rule: secret-inline, name: '', reason: r}\n", 4, 27, "exemptions[0].name: must not be empty"},
        {HEAD "exemptions:\n  - {rule: secret-inline, name: a, reason: r, expires: soon}\n", 4, 47,
         "\"soon\" is no date; write a day such as 2027-01-31"},
        {HEAD "exemptions:\n  - {rule: secret-inline, name: a, reason: r, expires: 2027}\n", 4, 47,
         "must be a date such as 2027-01-31, is a number"},
        {HEAD "exemptions:\n  - {rule: '*', name: a, reason: r}\n", 4, 6, "exemptions[0].rule: unknown rule"},
        {HEAD "exemptions:\n  - {rule: secret-inline, name: a, reason: r}\nrules:\n  secret-inline: {action: deny, exemptible: false}\n", 4,
         6, "exemptions[0].rule: secret-inline is locked by exemptible: false in line 6"},
        {HEAD "scopes:\n  - {mode: warn}\n  - rules: {secret-inline: warn}\nrules:\n  secret-inline: {action: deny, exemptible: false}\n",
         5, 13, "scopes[1].rules.secret-inline: locked by exemptible: false in line 7; no scope may lower it below deny"},
        {HEAD "---\n" HEAD, 1, 1, "holds one document"},
};

static void an_error_says_where_and_what(void **state)
{
	struct kg_policy *policy = NULL;
	struct kg_err err;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(bad_texts); i++) {
		const struct bad_text *bad = &bad_texts[i];

		assert_int_equal(build(bad->text, NULL, &policy, &err), KG_EINVAL);
		if (!strstr(err.message, bad->message) || (bad->line && (err.line != bad->line || err.column != bad->column)))
			fail_msg("%zu: %u:%u %s", i, err.line, err.column, err.message);
		assert_true(err.line > 0);
	}
}

static int build_with_scopes(size_t count, struct kg_err *err)
{
	struct kg_buf text KG_CLEANUP(kg_buf_release);
	struct kg_policy *policy = NULL;
	int code = 0;

	kg_buf_init(&text, KG_MAX_POLICY_BYTES);
	kg_buf_puts(&text, HEAD "scopes:\n");
	for (size_t i = 0; i < count; i++)
		kg_buf_puts(&text, "  - mode: warn\n");
	assert_int_equal(kg_buf_status(&text), 0);
	code = build(kg_buf_text(&text), NULL, &policy, err);
	kg_policy_unref(policy);
	return code;
}

static void there_are_no_more_scopes_than_each_review_can_be_matched_against(void **state)
{
	struct kg_err err;

	(void)state;
	assert_int_equal(build_with_scopes(KG_MAX_SCOPES, &err), 0);
	assert_int_equal(build_with_scopes(KG_MAX_SCOPES + 1, &err), KG_EINVAL);
	assert_non_null(strstr(err.message, "scopes: at most 1000, here are 1001"));
	assert_int_equal(err.line, 3);
}

static void loading_names_the_file(void **state)
{
	struct kg_policy *policy = NULL;
	struct kg_err err = {0};
	char path[] = "/tmp/kg-policy-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(dprintf(fd, "%s", HEAD "mode: warn\n"), (int)strlen(HEAD "mode: warn\n"));
	assert_int_equal(close(fd), 0);
	assert_int_equal(kg_policy_load(path, NULL, &policy, &err), 0);
	assert_int_equal(policy->mode, KG_MODE_WARN);
	kg_policy_unref(policy);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(kg_policy_load(path, NULL, &policy, &err), KG_ENOTFOUND);
	assert_non_null(strstr(err.message, path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(without_a_file_the_baseline_is_enforced),
	        cmocka_unit_test(every_key_of_a_file_is_read),
	        cmocka_unit_test(a_bare_off_is_the_action_although_yaml_reads_a_boolean),
	        cmocka_unit_test(keys_without_a_value_at_the_top_are_as_if_they_were_not_there),
	        cmocka_unit_test(positions_in_the_file_are_kept),
	        cmocka_unit_test(permissive_denies_nothing),
	        cmocka_unit_test(restricted_denies_what_baseline_warns_of_for_security),
	        cmocka_unit_test(a_rule_in_the_file_goes_over_the_profile),
	        cmocka_unit_test(overrides_go_over_the_file),
	        cmocka_unit_test(a_bad_override_names_its_flag),
	        cmocka_unit_test(an_error_says_where_and_what),
	        cmocka_unit_test(there_are_no_more_scopes_than_each_review_can_be_matched_against),
	        cmocka_unit_test(loading_names_the_file),
	};

	kg_json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
