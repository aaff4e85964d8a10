#include "rules/context.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/glob.h"
#include "rules/secret_text.h"

/* The same trigger as a version of KEDA would see it that is as old as the scaler allows. */
static int resolve_in_oldest(const struct kg_resolve_context *resolve, struct kg_rule_trigger *trigger)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;
	struct kg_resolve_context oldest = *resolve;
	struct kg_resolved_trigger *resolved = kg_arena_calloc(resolve->arena, 1, sizeof(*resolved));
	int status = 0;

	if (!resolved)
		return KG_ENOMEM;
	oldest.keda_version = scaler->since > KG_VERSION_OLDEST ? scaler->since : KG_VERSION_OLDEST;
	status = kg_resolve_trigger(&oldest, trigger->resolved.index, resolved);
	if (status == 0)
		trigger->oldest = &resolved->params;
	return status;
}

static bool has_like(const struct kg_complaints *complaints, const struct kg_complaint *wanted)
{
	for (size_t i = 0; i < complaints->count; i++) {
		const struct kg_complaint *complaint = &complaints->items[i];
		bool same_parameter = complaint->parameter && wanted->parameter ? strcmp(complaint->parameter, wanted->parameter) == 0
		                                                                : complaint->parameter == wanted->parameter;

		if (complaint->kind == wanted->kind && same_parameter)
			return true;
	}
	return false;
}

/* While the version is not known, a complaint is certain only if the oldest version would make it too. */
static int doubt_complaints(struct kg_rule_trigger *trigger)
{
	struct kg_complaints oldest = {.arena = trigger->complaints.arena};
	int status = kg_params_check(trigger->oldest, &oldest);

	if (status)
		return status;
	for (size_t i = 0; i < trigger->complaints.count; i++) {
		struct kg_complaint *complaint = &trigger->complaints.items[i];

		complaint->uncertain = complaint->uncertain || !has_like(&oldest, complaint);
	}
	return 0;
}

/* The row that reads the parameter from elsewhere than from this key; NULL without one. */
static int find_elsewhere(const struct kg_params *params, const char *key, struct kg_arena *arena, const struct kg_param **ret_row)
{
	static const char suffix[] = "FromEnv";
	size_t length = strlen(key);
	size_t suffix_length = sizeof(suffix) - 1;
	const struct kg_param *row = NULL;

	if (length > suffix_length && strcmp(key + length - suffix_length, suffix) == 0)
		key = kg_arena_strndup(arena, key, length - suffix_length);
	if (!key)
		return KG_ENOMEM;
	row = kg_scaler_row(params->scaler, key, params->keda_version);
	*ret_row = row && kg_param_exists(row, params->keda_version) ? row : NULL;
	return 0;
}

static int init_key(const struct kg_params *params, const char *name, struct kg_arena *arena, struct kg_rule_key *key)
{
	bool variable = false;
	const struct kg_param *row = kg_scaler_param(params->scaler, name, params->keda_version, &variable);
	int status = 0;

	*key = (struct kg_rule_key){.name = name, .use = KG_KEY_READ, .row = row, .variable = variable};
	if (row && !kg_param_exists(row, params->keda_version))
		key->use = row->since > params->keda_version ? KG_KEY_NOT_YET : KG_KEY_REMOVED;
	if (row || params->scaler->forwards_all_keys)
		return 0;
	status = find_elsewhere(params, name, arena, &key->row);
	key->use = key->row ? KG_KEY_ELSEWHERE : KG_KEY_UNKNOWN;
	return status;
}

static int init_keys(struct kg_rule_trigger *trigger, struct kg_arena *arena)
{
	const struct kg_pairs *metadata = &trigger->resolved.trigger->metadata;
	struct kg_rule_key *keys = kg_arena_calloc(arena, metadata->count, sizeof(*keys));
	int status = 0;

	if (!keys)
		return KG_ENOMEM;
	for (size_t i = 0; i < metadata->count && status == 0; i++)
		status = init_key(&trigger->resolved.params, metadata->items[i].key, arena, &keys[i]);
	trigger->keys = keys;
	trigger->key_count = metadata->count;
	return status;
}

static int init_trigger(const struct kg_resolve_context *resolve, size_t index, bool version_known, struct kg_rule_trigger *trigger)
{
	int status = kg_resolve_trigger(resolve, index, &trigger->resolved);
	const struct kg_scaler *scaler = trigger->resolved.scaler;

	trigger->complaints.arena = resolve->arena;
	trigger->described = scaler && scaler->params && kg_scaler_exists(scaler, resolve->keda_version);
	if (status || !trigger->described)
		return status;
	status = init_keys(trigger, resolve->arena);
	if (status == 0)
		status = kg_params_check(&trigger->resolved.params, &trigger->complaints);
	if (status == 0)
		status = kg_rule_targets_find(trigger, resolve->arena);
	if (status || version_known)
		return status;
	status = resolve_in_oldest(resolve, trigger);
	return status || trigger->complaints.count == 0 ? status : doubt_complaints(trigger);
}

struct kg_resolve_context kg_rule_resolve_context(const struct kg_rule_context *context)
{
	const struct kg_rules_context *judged = context->judged;

	return (struct kg_resolve_context){judged->object, judged->namespace, judged->world, judged->keda_version,
	                                   context->arena, &context->target,  NULL};
}

int kg_rule_context_init(struct kg_rule_context *context, const struct kg_rules_context *judged, struct kg_arena *arena)
{
	const struct kg_object *object = judged->object;
	struct kg_resolved_reference last = {0};
	struct kg_resolve_context resolve = {object, judged->namespace, judged->world, judged->keda_version, arena, NULL, &last};
	struct kg_rule_trigger *triggers = NULL;
	int status = 0;

	*context = (struct kg_rule_context){.judged = judged, .object = object, .keda_version = judged->keda_version, .arena = arena};
	if (!(object->kind & KG_KINDS_SCALED))
		return 0;
	kg_resolve_target(&resolve, &context->target);
	resolve.target = &context->target;
	triggers = kg_arena_calloc(arena, object->scaled.trigger_count, sizeof(*triggers));
	if (!triggers)
		return KG_ENOMEM;
	for (size_t i = 0; i < object->scaled.trigger_count && status == 0; i++)
		status = init_trigger(&resolve, i, judged->keda_version_known, &triggers[i]);
	context->triggers = triggers;
	context->trigger_count = object->scaled.trigger_count;
	return status;
}

static int compare_names(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

const char *kg_rule_join_names(const struct kg_rule_context *context, const char **names, size_t count)
{
	enum { SHOWN_MAX = 3 };
	const char *joined = "";

	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; i < count && i < SHOWN_MAX && joined; i++)
		joined = kg_arena_printf(context->arena, "%s%s%s", joined, i > 0 ? ", " : "", names[i]);
	if (joined && count > SHOWN_MAX)
		joined = kg_arena_printf(context->arena, "%s and %zu more", joined, count - SHOWN_MAX);
	return joined;
}

enum kg_action kg_rule_version_ceiling(const struct kg_rule_context *context)
{
	return context->judged->keda_version_known ? KG_ACTION_DENY : KG_ACTION_WARN;
}

/* The longest name in DNS. */
enum { HOST_LENGTH_MAX = 253 };

bool kg_rule_host_trusted(const struct kg_rule_context *context, struct kg_slice host)
{
	const struct kg_strings *globs = &context->judged->trusted_hosts;
	char name[HOST_LENGTH_MAX + 1];

	if (host.length > 0 && host.start[host.length - 1] == '.')
		host.length--;
	if (host.length == 0 || host.length > HOST_LENGTH_MAX)
		return false;
	for (size_t i = 0; i < host.length; i++)
		name[i] = (char)tolower((unsigned char)host.start[i]);
	name[host.length] = '\0';
	for (size_t i = 0; i < globs->count; i++) {
		if (kg_glob_match(globs->items[i], name))
			return true;
	}
	return false;
}

int kg_rule_each_trigger(const struct kg_rule_context *context, struct kg_findings *out, kg_rule_trigger_check *check)
{
	int status = 0;

	for (size_t i = 0; i < context->trigger_count && status == 0; i++)
		status = check(context, &context->triggers[i], out);
	return status;
}

/* There are fewer keys than rows, and no authentication in most triggers. */
int kg_rule_each_given_row(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out,
                           kg_rule_row_check *check)
{
	const struct kg_params *params = &trigger->resolved.params;
	size_t row_count = trigger->described && trigger->resolved.authentication ? params->scaler->param_count : 0;
	int status = 0;

	for (size_t i = 0; i < trigger->key_count && status == 0; i++) {
		if (trigger->keys[i].row)
			status = check(context, trigger, trigger->keys[i].row, out);
	}
	for (size_t i = 0; i < row_count && status == 0; i++) {
		if (params->values[i].source == KG_SOURCE_AUTH)
			status = check(context, trigger, &params->scaler->params[i], out);
	}
	return status;
}

const char *kg_rule_trigger_path(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const char *field)
{
	return kg_arena_printf(context->arena, "%s.%s", trigger->resolved.path, field);
}

const char *kg_rule_metadata_path(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const char *key)
{
	const char *metadata = kg_rule_trigger_path(context, trigger, "metadata");

	return metadata ? kg_path_key(context->arena, metadata, key) : NULL;
}

const char *kg_rule_parameter_path(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const char *parameter)
{
	const struct kg_param_value *value = parameter ? kg_params_get(&trigger->resolved.params, parameter) : NULL;

	if (!value || !value->key || value->default_used)
		return kg_rule_trigger_path(context, trigger, "metadata");
	if (value->source == KG_SOURCE_AUTH)
		return kg_rule_trigger_path(context, trigger, "authenticationRef.name");
	return kg_rule_metadata_path(context, trigger, value->key);
}

const char *kg_rule_shown_value(const struct kg_rule_trigger *trigger, const char *parameter)
{
	const struct kg_params *params = &trigger->resolved.params;
	const struct kg_param_value *value = kg_params_get(params, parameter);
	const struct kg_param *row = kg_scaler_row(params->scaler, parameter, params->keda_version);

	if (!row || row->credential || value->state != KG_PARAM_KNOWN || value->source != KG_SOURCE_METADATA || value->default_used)
		return NULL;
	return kg_secret_in_text(value->text) ? NULL : value->text;
}

bool kg_rule_is_empty(const char *text)
{
	return !text || *text == '\0';
}
