/*
 * What a policy file says, before profile, overrides and rules are put together.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/policy/policy.h"

struct kg_keda_version {
	enum kg_keda_version_source source;
	uint32_t number;
};

/* A list as it is read: structures one behind the other. */
struct kg_policy_items {
	void *items;
	size_t count;
};

struct kg_policy_settings {
	struct kg_keda_version keda_version;
	struct kg_policy_choice profile, mode;
	bool ratchet;
	struct kg_policy_hosts trusted_hosts;
	struct kg_policy_rules rules;
	struct kg_policy_items scopes;     /* of struct kg_scope */
	struct kg_policy_items exemptions; /* of struct kg_exemption, unlinked */
};

/* One policy document that is to be read. */
struct kg_policy_source {
	const struct kg_manifest *manifest;
	const struct kg_lines *lines;
	struct kg_arena *memory; /* for everything that the settings hold */
};

/* The settings of an empty policy file: profile baseline, mode enforce, no version named. */
void kg_policy_settings_init(struct kg_policy_settings *settings);

/* Read a document over the defaults. Errors as kg_policy_new. */
KG_MUST_CHECK int kg_policy_settings_read(const struct kg_policy_source *source, struct kg_policy_settings *settings, struct kg_err *err);

/* "2.20.2" or "auto". */
KG_MUST_CHECK int kg_keda_version_read(const char *text, struct kg_keda_version *ret_version, struct kg_err *err);

/* The index of `word` in the NULL-terminated `words`; KG_EINVAL names the nearest, or lists what is allowed. */
KG_MUST_CHECK int kg_policy_word(const char *const *words, const char *word, int *ret_index, struct kg_err *err);
