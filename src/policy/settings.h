/*
 * What a policy file says, before profile, overrides and rules are put together.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/policy/policy.h"

struct kg_policy_settings {
	enum kg_keda_version_source keda_version_source;
	uint32_t keda_version;
	enum kg_profile profile;
	enum kg_mode mode;
	bool ratchet;
	bool rule_set[KG_RULE_COUNT];
	enum kg_action rule_action[KG_RULE_COUNT];
};

/* The settings of an empty policy file: profile baseline, mode enforce, no version named. */
void kg_policy_settings_init(struct kg_policy_settings *settings);

/* Read the text of a policy file over the defaults. Errors as kg_policy_new. */
KG_MUST_CHECK int kg_policy_settings_read(const char *text, size_t length, struct kg_policy_settings *settings, struct kg_err *err);

/* "2.20.2" or "auto". */
KG_MUST_CHECK int kg_policy_settings_version(struct kg_policy_settings *settings, const char *text, struct kg_err *err);

/* The index of `word` in the NULL-terminated `words`; KG_EINVAL lists what is allowed. */
KG_MUST_CHECK int kg_policy_word(const char *const *words, const char *word, int *ret_index, struct kg_err *err);
