#include "cli/profiles.h"

#include <string.h>

int kg_profile_actions_get(struct kg_profile_actions *ret_actions, struct kg_err *err)
{
	for (unsigned profile = 0; profile < KG_PROFILE_COUNT; profile++) {
		const struct kg_policy_overrides overrides = {.profile = kg_profile_names[profile]};
		struct kg_policy *policy = NULL;
		int status = kg_policy_new(NULL, 0, &overrides, &policy, err);

		if (status != 0)
			return status;
		memcpy(ret_actions->of[profile], policy->actions, sizeof(policy->actions));
		kg_policy_unref(policy);
	}
	return 0;
}
