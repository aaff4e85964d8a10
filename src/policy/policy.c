#include "kedagate/policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "policy/settings.h"

#define POLICY_GROUP "kedagate.io/"
#define POLICY_KIND  "Policy"

/* A tree is at most about ten times its text, and so is what is kept of it: a scope of twenty bytes becomes some 700. */
#define MEMORY_MAX ((size_t)16 * KG_MAX_POLICY_BYTES)

/* What stands for the end of an exemption that has none. */
#define NEVER ((time_t)INT64_MAX)

static void free_policy(struct kg_snapshot *snapshot)
{
	struct kg_policy *policy = KG_CONTAINER_OF(snapshot, struct kg_policy, snapshot);

	kg_arena_release(&policy->memory);
	free(policy);
}

enum kg_action kg_profile_action(enum kg_profile profile, const struct kg_rule *rule)
{
	if (profile == KG_PROFILE_PERMISSIVE && rule->action > KG_ACTION_WARN)
		return KG_ACTION_WARN;
	if (profile == KG_PROFILE_RESTRICTED && rule->category == KG_CATEGORY_SECURITY && rule->action == KG_ACTION_WARN)
		return KG_ACTION_DENY;
	return rule->action;
}

bool kg_policy_is_kind(const char *api_version, const char *kind)
{
	return strncmp(api_version, POLICY_GROUP, strlen(POLICY_GROUP)) == 0 && strcmp(kind, POLICY_KIND) == 0;
}

/* What the command line says goes over every mode of the file: whoever types --mode audit in a hurry means all of it. */
static void override_mode(struct kg_policy_settings *settings, int index)
{
	struct kg_scope *scopes = settings->scopes.items;

	settings->mode = (struct kg_policy_choice){.index = index};
	for (size_t i = 0; i < settings->scopes.count; i++)
		scopes[i].mode = (struct kg_policy_choice){0};
}

static int apply_overrides(struct kg_policy_settings *settings, const struct kg_policy_overrides *overrides, struct kg_err *err)
{
	int index = 0;

	if (overrides->keda_version && kg_keda_version_read(overrides->keda_version, &settings->keda_version, err))
		return kg_err_wrap(err, "--keda-version");
	if (overrides->mode) {
		if (kg_policy_word(kg_mode_names, overrides->mode, &index, err))
			return kg_err_wrap(err, "--mode");
		override_mode(settings, index);
	}
	if (overrides->profile) {
		if (kg_policy_word(kg_profile_names, overrides->profile, &index, err))
			return kg_err_wrap(err, "--profile");
		settings->profile = (struct kg_policy_choice){.index = index};
	}
	return 0;
}

/* Chain the exemptions of each rule, in the order of the file. */
static void link_exemptions(struct kg_policy *policy, struct kg_exemption *exemptions, size_t count)
{
	for (size_t i = count; i > 0; i--) {
		struct kg_exemption *exemption = &exemptions[i - 1];

		if (!exemption->expires.text)
			exemption->expires.end = NEVER;
		exemption->next = policy->exemptions_of[exemption->rule];
		policy->exemptions_of[exemption->rule] = exemption;
	}
	policy->exemptions = exemptions;
	policy->exemption_count = count;
}

static void fill(struct kg_policy *policy, const struct kg_policy_settings *settings)
{
	policy->keda_version_source = settings->keda_version.source;
	policy->keda_version = settings->keda_version.number;
	policy->profile = (enum kg_profile)settings->profile.index;
	policy->profile_place = settings->profile.place;
	policy->mode = (enum kg_mode)settings->mode.index;
	policy->mode_place = settings->mode.place;
	policy->ratchet = settings->ratchet;
	policy->trusted_hosts = settings->trusted_hosts;
	policy->rules = settings->rules;
	for (unsigned i = 0; i < KG_RULE_COUNT; i++)
		policy->actions[i] = settings->rules.places[i].line ? settings->rules.actions[i]
		                                                    : kg_profile_action(policy->profile, kg_rule_get((enum kg_rule_id)i));
	policy->scopes = settings->scopes.items;
	policy->scope_count = settings->scopes.count;
	link_exemptions(policy, settings->exemptions.items, settings->exemptions.count);
}

static int build(struct kg_policy *policy, const struct kg_manifest *manifest, const struct kg_lines *lines,
                 const struct kg_policy_overrides *overrides, struct kg_err *err)
{
	const struct kg_policy_source source = {manifest, lines, &policy->memory};
	struct kg_policy_settings settings;
	int code = 0;

	kg_policy_settings_init(&settings);
	if (manifest)
		code = kg_policy_settings_read(&source, &settings, err);
	if (code == 0 && overrides)
		code = apply_overrides(&settings, overrides, err);
	if (code == 0)
		fill(policy, &settings);
	return code;
}

int kg_policy_new_from_manifest(const struct kg_manifest *manifest, const struct kg_lines *lines,
                                const struct kg_policy_overrides *overrides, struct kg_policy **ret_policy, struct kg_err *err)
{
	struct kg_policy *policy = calloc(1, sizeof(*policy));
	int code = KG_ENOMEM;

	if (policy) {
		kg_snapshot_init(&policy->snapshot, free_policy);
		kg_arena_init(&policy->memory, MEMORY_MAX);
		code = build(policy, manifest, lines, overrides, err);
	}
	if (code == 0) {
		*ret_policy = policy;
		return 0;
	}
	kg_policy_unref(policy);
	return code == KG_ENOMEM ? kg_err_set(err, code, "out of memory") : code;
}

/* The one document of a text, which is changed as kg_manifests_read does. */
static int read_document(char *text, size_t length, struct kg_arena *arena, struct kg_manifests *out, struct kg_err *err)
{
	int code = kg_manifests_read(text, length, "policy.yaml", arena, out, err);

	if (code == 0 && out->count != 1)
		return kg_err_set_at(err, KG_EINVAL, 1, 1, "a policy file holds one document, this one holds %zu", out->count);
	return code;
}

static int new_from_text(const char *text, size_t length, const struct kg_policy_overrides *overrides, struct kg_arena *arena,
                         struct kg_policy **ret_policy, struct kg_err *err)
{
	struct kg_manifests manifests = {0};
	struct kg_lines lines;
	char *copy = kg_arena_strndup(arena, text, length);
	int code = 0;

	if (!copy || kg_lines_find(text, length, arena, &lines))
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	code = read_document(copy, length, arena, &manifests, err);
	return code ? code : kg_policy_new_from_manifest(&manifests.items[0], &lines, overrides, ret_policy, err);
}

int kg_policy_new(const char *text, size_t length, const struct kg_policy_overrides *overrides, struct kg_policy **ret_policy,
                  struct kg_err *err)
{
	struct kg_arena arena;
	int code = 0;

	if (!text)
		return kg_policy_new_from_manifest(NULL, NULL, overrides, ret_policy, err);
	kg_arena_init(&arena, MEMORY_MAX);
	code = new_from_text(text, length, overrides, &arena, ret_policy, err);
	kg_arena_release(&arena);
	return code;
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
