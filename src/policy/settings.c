#include "policy/settings.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/nearest.h"
#include "kedagate/model/manifest.h"
#include "kedagate/syntax/version.h"

#define POLICY_API_VERSION "kedagate.io/v1"
#define POLICY_KIND        "Policy"

/* One policy text while it is read. */
struct reader {
	struct kg_policy_settings *settings;
	const char *text;
	size_t length;
	const struct kg_manifest *manifest;
};

/* A top-level key of the file. `read` gets its value, which is not null. */
struct key {
	const char *name;
	bool required;
	int (*read)(struct reader *reader, const struct key *key, const cJSON *value, struct kg_err *err);
};

const char *const kg_profile_names[] = {"permissive", "baseline", "restricted", NULL};
const char *const kg_mode_names[] = {"enforce", "warn", "audit", NULL};

void kg_policy_settings_init(struct kg_policy_settings *settings)
{
	*settings = (struct kg_policy_settings){
	        .keda_version_source = KG_KEDA_VERSION_DEFAULT,
	        .keda_version = KG_VERSION_NEWEST,
	        .profile = KG_PROFILE_BASELINE,
	        .mode = KG_MODE_ENFORCE,
	        .ratchet = true,
	};
}

/* Give the error that is in `err` the position of `path`, and the path as prefix. */
static int error_at(const struct reader *reader, const char *path, struct kg_err *err)
{
	struct kg_position position = kg_manifest_position(reader->text, reader->length, "policy.yaml", reader->manifest, path);

	if (err) {
		err->line = position.line;
		err->column = position.column;
	}
	return kg_err_wrap(err, "%s", path);
}

static const char *json_type(const cJSON *value)
{
	if (cJSON_IsString(value))
		return "a string";
	if (cJSON_IsNumber(value))
		return "a number";
	if (cJSON_IsBool(value))
		return "a boolean";
	return cJSON_IsArray(value) ? "a list" : "a map";
}

/* A string value, or an error at its key. */
static int read_text(const struct reader *reader, const struct key *key, const cJSON *value, const char **ret_text, struct kg_err *err)
{
	if (!cJSON_IsString(value)) {
		(void)kg_err_set(err, KG_EINVAL, "must be a string, is %s", json_type(value));
		return error_at(reader, key->name, err);
	}
	*ret_text = value->valuestring;
	return 0;
}

static int read_constant(struct reader *reader, const struct key *key, const cJSON *value, struct kg_err *err)
{
	const char *wanted = strcmp(key->name, "kind") == 0 ? POLICY_KIND : POLICY_API_VERSION;
	const char *text = NULL;
	int status = read_text(reader, key, value, &text, err);

	if (status)
		return status;
	if (strcmp(text, wanted) == 0)
		return 0;
	(void)kg_err_set(err, KG_EINVAL, "must be %s", wanted);
	return error_at(reader, key->name, err);
}

int kg_policy_settings_version(struct kg_policy_settings *settings, const char *text, struct kg_err *err)
{
	uint32_t version = 0;
	int status = 0;

	if (strcmp(text, "auto") == 0) {
		settings->keda_version_source = KG_KEDA_VERSION_AUTO;
		settings->keda_version = KG_VERSION_NEWEST;
		return 0;
	}
	status = kg_version_parse(text, &version, err);
	if (status)
		return status;
	settings->keda_version_source = KG_KEDA_VERSION_GIVEN;
	settings->keda_version = version;
	return 0;
}

static int read_keda_version(struct reader *reader, const struct key *key, const cJSON *value, struct kg_err *err)
{
	const char *text = NULL;
	int status = 0;

	if (cJSON_IsNumber(value)) {
		/* YAML reads 2.20 as the number 2.2. */
		(void)kg_err_set(err, KG_EINVAL, "must be a version of three numbers such as 2.20.2, is a number");
		return error_at(reader, key->name, err);
	}
	status = read_text(reader, key, value, &text, err);
	if (status)
		return status;
	return kg_policy_settings_version(reader->settings, text, err) ? error_at(reader, key->name, err) : 0;
}

int kg_policy_word(const char *const *words, const char *word, int *ret_index, struct kg_err *err)
{
	char allowed[128] = "";
	size_t used = 0;

	for (int i = 0; words[i]; i++) {
		size_t length = strlen(words[i]);

		if (strcmp(words[i], word) == 0) {
			*ret_index = i;
			return 0;
		}
		if (used + length + 3 > sizeof(allowed))
			continue;
		if (used) {
			memcpy(allowed + used, ", ", 2);
			used += 2;
		}
		memcpy(allowed + used, words[i], length + 1);
		used += length;
	}
	return kg_err_set(err, KG_EINVAL, "\"%s\" is not allowed; must be one of %s", word, allowed);
}

/* A string that must be one of `words`. */
static int read_word(struct reader *reader, const struct key *key, const cJSON *value, const char *const *words, int *ret_index,
                     struct kg_err *err)
{
	const char *text = NULL;
	int status = read_text(reader, key, value, &text, err);

	if (status)
		return status;
	return kg_policy_word(words, text, ret_index, err) ? error_at(reader, key->name, err) : 0;
}

static int read_profile(struct reader *reader, const struct key *key, const cJSON *value, struct kg_err *err)
{
	int index = 0;
	int status = read_word(reader, key, value, kg_profile_names, &index, err);

	if (status == 0)
		reader->settings->profile = (enum kg_profile)index;
	return status;
}

static int read_mode(struct reader *reader, const struct key *key, const cJSON *value, struct kg_err *err)
{
	int index = 0;
	int status = read_word(reader, key, value, kg_mode_names, &index, err);

	if (status == 0)
		reader->settings->mode = (enum kg_mode)index;
	return status;
}

/* An action. YAML reads a bare off as the boolean false. */
static int read_action(const cJSON *value, enum kg_action *ret_action, struct kg_err *err)
{
	if (cJSON_IsFalse(value)) {
		*ret_action = KG_ACTION_OFF;
		return 0;
	}
	if (!cJSON_IsString(value))
		return kg_err_set(err, KG_EINVAL, "must be one of deny, warn, audit, off; is %s", json_type(value));
	return kg_action_parse(value->valuestring, ret_action, err);
}

static int read_rule(struct reader *reader, const cJSON *value, struct kg_err *err)
{
	const struct kg_rule *rule = kg_rule_find(value->string);
	const char *nearest = NULL;

	if (rule) {
		reader->settings->rule_set[rule->id] = true;
		return read_action(value, &reader->settings->rule_action[rule->id], err);
	}
	nearest = kg_rule_nearest(value->string);
	if (nearest)
		return kg_err_set(err, KG_EINVAL, "unknown rule, did you mean \"%s\"?", nearest);
	return kg_err_set(err, KG_EINVAL, "unknown rule; \"kedagate rules\" lists them");
}

static int read_rules(struct reader *reader, const struct key *key, const cJSON *value, struct kg_err *err)
{
	const cJSON *rule = NULL;
	char path[128];

	if (!cJSON_IsObject(value)) {
		(void)kg_err_set(err, KG_EINVAL, "must be a map from rule to action, is %s", json_type(value));
		return error_at(reader, key->name, err);
	}
	cJSON_ArrayForEach(rule, value)
	{
		if (read_rule(reader, rule, err) == 0)
			continue;
		(void)snprintf(path, sizeof(path), "rules.%s", rule->string);
		return error_at(reader, path, err);
	}
	return 0;
}

static const struct key keys[] = {
        {"apiVersion", true, read_constant}, {"kind", true, read_constant}, {"kedaVersion", false, read_keda_version},
        {"profile", false, read_profile},    {"mode", false, read_mode},    {"rules", false, read_rules},
};

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static int unknown_key(const struct reader *reader, const char *name, struct kg_err *err)
{
	struct kg_nearest nearest;

	kg_nearest_init(&nearest, name);
	for (size_t i = 0; i < KG_ARRAY_LEN(keys); i++)
		kg_nearest_try(&nearest, keys[i].name);
	if (nearest.best)
		(void)kg_err_set(err, KG_EINVAL, "unknown key, did you mean \"%s\"?", nearest.best);
	else
		(void)kg_err_set(err, KG_EINVAL, "unknown key; known are apiVersion, kind, kedaVersion, profile, mode and rules");
	return error_at(reader, name, err);
}

/* Every required key must be there, so that a file of another kind is not taken for an empty policy. */
static int check_required(const struct reader *reader, struct kg_err *err)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(keys); i++) {
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(reader->manifest->tree, keys[i].name);

		if (keys[i].required && (!value || cJSON_IsNull(value)))
			return kg_err_set_at(err, KG_EINVAL, 1, 1, "%s: missing; a policy begins with apiVersion: %s and kind: %s",
			                     keys[i].name, POLICY_API_VERSION, POLICY_KIND);
	}
	return 0;
}

static int read_document(struct reader *reader, struct kg_err *err)
{
	const cJSON *value = NULL;

	if (!cJSON_IsObject(reader->manifest->tree))
		return kg_err_set_at(err, KG_EINVAL, 1, 1, "a policy must be a map, is %s", json_type(reader->manifest->tree));
	cJSON_ArrayForEach(value, reader->manifest->tree)
	{
		const struct key *key = find_key(value->string);
		int status = 0;

		if (!key)
			return unknown_key(reader, value->string, err);
		if (!cJSON_IsNull(value))
			status = key->read(reader, key, value, err);
		if (status)
			return status;
	}
	return check_required(reader, err);
}

static int read_in_arena(const char *text, size_t length, struct kg_arena *arena, struct kg_policy_settings *settings, struct kg_err *err)
{
	struct kg_manifests manifests = {0};
	char *copy = kg_arena_strndup(arena, text, length);
	int status = 0;

	if (!copy)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	status = kg_manifests_read(copy, length, "policy.yaml", arena, &manifests, err);
	if (status)
		return status;
	if (manifests.count != 1)
		return kg_err_set_at(err, KG_EINVAL, 1, 1, "a policy file holds one document, this one holds %zu", manifests.count);
	return read_document(&(struct reader){settings, text, length, &manifests.items[0]}, err);
}

int kg_policy_settings_read(const char *text, size_t length, struct kg_policy_settings *settings, struct kg_err *err)
{
	struct kg_arena arena;
	int status = 0;

	/* A tree is at most about ten times its text. */
	kg_arena_init(&arena, (size_t)16 * KG_MAX_POLICY_BYTES);
	status = read_in_arena(text, length, &arena, settings, err);
	kg_arena_release(&arena);
	return status;
}
