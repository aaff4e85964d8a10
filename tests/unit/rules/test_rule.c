#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "kedagate/rules/rule.h"

static void every_rule_has_an_id_in_kebab_case_and_they_are_sorted(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KG_RULE_COUNT; i++) {
		const struct kg_rule *rule = kg_rule_get((enum kg_rule_id)i);

		assert_int_equal(rule->id, i);
		assert_int_equal(strspn(rule->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(rule->name));
		if (i > 0)
			assert_true(strcmp(kg_rule_get((enum kg_rule_id)(i - 1))->name, rule->name) < 0);
	}
}

/* KG_RULE_IDENTITY_ID_MISSING is "identity-id-missing". */
static void every_id_is_its_symbol(void **state)
{
	static const char *const symbols[] = {
#define RULE(symbol_, ...) #symbol_,
#include "kedagate/rules/rules.def"
#undef RULE
	};

	(void)state;
	for (unsigned i = 0; i < KG_RULE_COUNT; i++) {
		const char *name = kg_rule_get((enum kg_rule_id)i)->name;

		assert_int_equal(strlen(name), strlen(symbols[i]));
		for (size_t j = 0; name[j] != '\0'; j++)
			assert_int_equal(name[j] == '-' ? '_' : toupper(name[j]), symbols[i][j]);
	}
}

static void a_title_is_one_line_without_a_full_stop(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KG_RULE_COUNT; i++) {
		const char *title = kg_rule_get((enum kg_rule_id)i)->title;
		size_t length = strlen(title);

		assert_in_range(length, 10, 90);
		assert_null(strchr(title, '\n'));
		assert_int_not_equal(title[length - 1], '.');
	}
}

/* What KEDA refuses, what a version lacks and what is unsafe is denied; what is only useless is a warning. */
static void hygiene_only_warns(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KG_RULE_COUNT; i++) {
		const struct kg_rule *rule = kg_rule_get((enum kg_rule_id)i);

		assert_in_range(rule->action, KG_ACTION_WARN, KG_ACTION_DENY);
		if (rule->category == KG_CATEGORY_HYGIENE)
			assert_int_equal(rule->action, KG_ACTION_WARN);
		assert_int_not_equal(rule->kinds, 0);
		assert_int_equal(rule->kinds & ~(unsigned)KG_KINDS_ALL, 0);
	}
}

static void every_explanation_says_why_bad_good_which_versions_and_how_to_allow(void **state)
{
	static const char *const parts[] = {"\n\nWhy      ", "\nBad      ", "\nGood     ", "\nKEDA     ", "\nAllow    "};

	(void)state;
	for (unsigned i = 0; i < KG_RULE_COUNT; i++) {
		const char *text = kg_rule_explanation((enum kg_rule_id)i);
		char allow[128];

		(void)snprintf(allow, sizeof(allow), "rules: {%s: ", kg_rule_get((enum kg_rule_id)i)->name);
		assert_non_null(strstr(text, allow));
		for (size_t j = 0; j < sizeof(parts) / sizeof(parts[0]); j++) {
			text = strstr(text, parts[j]);
			if (text == NULL)
				fail_msg("%s: no %s", kg_rule_get((enum kg_rule_id)i)->name, parts[j]);
		}
	}
}

static void rules_are_found_by_name(void **state)
{
	(void)state;
	assert_int_equal(kg_rule_find("identity-id-missing")->id, KG_RULE_IDENTITY_ID_MISSING);
	assert_null(kg_rule_find("identity-id"));
	assert_null(kg_rule_find(""));
	assert_string_equal(kg_rule_nearest("identity-id-mising"), "identity-id-missing");
	assert_null(kg_rule_nearest("something-else-entirely"));
}

static void actions_are_read_and_written(void **state)
{
	enum kg_action action = KG_ACTION_OFF;
	struct kg_err err = {0};

	(void)state;
	assert_int_equal(kg_action_parse("deny", &action, &err), 0);
	assert_int_equal(action, KG_ACTION_DENY);
	assert_int_equal(kg_action_parse("Deny", &action, &err), KG_EINVAL);
	assert_non_null(strstr(err.message, "\"Deny\""));
	assert_int_equal(action, KG_ACTION_DENY);
	assert_string_equal(kg_action_name(KG_ACTION_AUDIT), "audit");
	assert_string_equal(kg_category_name(KG_CATEGORY_COMPATIBILITY), "compatibility");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_rule_has_an_id_in_kebab_case_and_they_are_sorted),
	        cmocka_unit_test(every_id_is_its_symbol),
	        cmocka_unit_test(a_title_is_one_line_without_a_full_stop),
	        cmocka_unit_test(hygiene_only_warns),
	        cmocka_unit_test(every_explanation_says_why_bad_good_which_versions_and_how_to_allow),
	        cmocka_unit_test(rules_are_found_by_name),
	        cmocka_unit_test(actions_are_read_and_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
