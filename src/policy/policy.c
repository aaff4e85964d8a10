#include "kedagate/policy/policy.h"

#include <stdlib.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "policy/settings.h"

static void free_policy(struct kg_snapshot *snapshot)
{
	free(KG_CONTAINER_OF(snapshot, struct kg_policy, snapshot));
}

/* The action that a profile gives a rule before the file's own word on it. */
static enum kg_action starting_action(enum kg_profile profile, const struct kg_rule *rule)
{
	if (profile == KG_PROFILE_PERMISSIVE && rule->action > KG_ACTION_WARN)
		return KG_ACTION_WARN;
	if (profile == KG_PROFILE_RESTRICTED && rule->category == KG_CATEGORY_SECURITY && rule->action == KG_ACTION_WARN)
		return KG_ACTION_DENY;
	return rule->action;
}

static int apply_overrides(struct kg_policy_settings *settings, const struct kg_policy_overrides *overrides, struct kg_err *err)
{
	int index = 0;

	if (overrides->keda_version && kg_policy_settings_version(settings, overrides->keda_version, err))
		return kg_err_wrap(err, "--keda-version");
	if (overrides->mode) {
		if (kg_policy_word(kg_mode_names, overrides->mode, &index, err))
			return kg_err_wrap(err, "--mode");
		settings->mode = (enum kg_mode)index;
	}
	if (overrides->profile) {
		if (kg_policy_word(kg_profile_names, overrides->profile, &index, err))
			return kg_err_wrap(err, "--profile");
		settings->profile = (enum kg_profile)index;
	}
	return 0;
}

static struct kg_policy *build(const struct kg_policy_settings *settings)
{
	struct kg_policy *policy = calloc(1, sizeof(*policy));

	if (!policy)
		return NULL;
	kg_snapshot_init(&policy->snapshot, free_policy);
	policy->keda_version_source = settings->keda_version_source;
	policy->keda_version = settings->keda_version;
	policy->profile = settings->profile;
	policy->mode = settings->mode;
	policy->ratchet = settings->ratchet;
	for (unsigned i = 0; i < KG_RULE_COUNT; i++)
		policy->actions[i] = settings->rule_set[i] ? settings->rule_action[i]
		                                           : starting_action(settings->profile, kg_rule_get((enum kg_rule_id)i));
	return policy;
}

int kg_policy_new(const char *text, size_t length, const struct kg_policy_overrides *overrides, struct kg_policy **ret_policy,
                  struct kg_err *err)
{
	struct kg_policy_settings settings;
	struct kg_policy *policy = NULL;
	int status = 0;

	kg_policy_settings_init(&settings);
	if (text)
		status = kg_policy_settings_read(text, length, &settings, err);
	if (status == 0 && overrides)
		status = apply_overrides(&settings, overrides, err);
	if (status)
		return status;
	policy = build(&settings);
	if (!policy)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	*ret_policy = policy;
	return 0;
}

struct kg_policy *kg_policy_ref(struct kg_policy *policy)
{
	(void)kg_snapshot_ref(&policy->snapshot);
	return policy;
}

void kg_policy_unref(struct kg_policy *policy)
{
	if (policy)
		kg_snapshot_unref(&policy->snapshot);
}

int kg_policy_load(const char *path, const struct kg_policy_overrides *overrides, struct kg_policy **ret_policy, struct kg_err *err)
{
	struct kg_buf text KG_CLEANUP(kg_buf_release);
	int status = 0;

	kg_buf_init(&text, KG_MAX_POLICY_BYTES);
	if (!path)
		return kg_policy_new(NULL, 0, overrides, ret_policy, err);
	status = kg_file_read(path, &text, err);
	if (status)
		return status;
	status = kg_policy_new(kg_buf_text(&text), text.length, overrides, ret_policy, err);
	return status ? kg_err_wrap(err, "%s", path) : 0;
}
