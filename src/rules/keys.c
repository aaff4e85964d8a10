/*
 * The keys of a trigger's metadata against the rows of its scaler: parameter-unknown, parameter-removed, parameter-deprecated, connection-ignored.
 *
 * KEDA ignores a key that it does not read, so that none of these but a deprecated parameter, which it refuses, is more than a warning.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/nearest.h"
#include "rules/checks.h"
#include "rules/findings.h"
#include "rules/parameters.h"

static const char env_suffix[] = "FromEnv";

/* ---- parameter-unknown ---- */

/* What the same thing is called elsewhere, where the letters do not tell. */
struct foreign_name {
	const char *type;
	const char *name;
	const char *instead;
};

static const struct foreign_name foreign_names[] = {
        {"azure-servicebus", "queueLength", "messageCount"},
        {"azure-servicebus", "activationQueueLength", "activationMessageCount"},
        {"metrics-api", "threshold", "targetValue"},
        {"postgresql", "targetValue", "targetQueryValue"},
        {"postgresql", "threshold", "targetQueryValue"},
        {"prometheus", "targetValue", "threshold"},
        {"prometheus", "url", "serverAddress"},
        {"temporal", "queueLength", "targetQueueSize"},
        {"temporal", "queueName", "taskQueue"},
};

static const char *foreign_name(const char *type, const char *key)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(foreign_names); i++) {
		if (strcmp(foreign_names[i].type, type) == 0 && strcmp(foreign_names[i].name, key) == 0)
			return foreign_names[i].instead;
	}
	return NULL;
}

/* Offer `name` as what was meant, in the forms in which the row is read; not when the trigger has it already. */
static int try_name(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_param *row,
                    const char *name, struct kg_nearest *nearest)
{
	const struct kg_pairs *metadata = &trigger->resolved.trigger->metadata;
	const char *from_env = NULL;

	if (kg_param_reads(row, KG_SOURCE_METADATA) && !kg_pairs_get(metadata, name))
		kg_nearest_try(nearest, name);
	if (!kg_param_reads(row, KG_SOURCE_ENV))
		return 0;
	from_env = kg_arena_printf(context->arena, "%s%s", name, env_suffix);
	if (!from_env)
		return KG_ENOMEM;
	if (!kg_pairs_get(metadata, from_env))
		kg_nearest_try(nearest, from_env);
	return 0;
}

/* The nearest name of a key that the scaler reads; *ret_name is NULL when none is near. */
static int nearest_name(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const char *key,
                        const char **ret_name)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;
	struct kg_nearest nearest;
	int status = 0;

	kg_nearest_init(&nearest, key);
	for (size_t i = 0; i < scaler->param_count && status == 0; i++) {
		const struct kg_param *row = &scaler->params[i];

		if (!kg_param_exists(row, context->keda_version) || (row->deprecated && row->deprecated <= context->keda_version))
			continue;
		status = try_name(context, trigger, row, row->name, &nearest);
		for (size_t j = 0; j < KG_PARAM_NAMES_MAX && row->also[j] && status == 0; j++)
			status = try_name(context, trigger, row, row->also[j], &nearest);
	}
	*ret_name = nearest.best;
	return status;
}

static int describe_unknown(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const char *key,
                            const char **ret_detail)
{
	const char *type = trigger->resolved.scaler->type;
	const char *meant = foreign_name(type, key);
	int status = meant ? 0 : nearest_name(context, trigger, key, &meant);

	if (status)
		return status;
	*ret_detail = meant ? kg_arena_printf(context->arena, "unknown parameter, did you mean \"%s\"?", meant)
	                    : kg_arena_printf(context->arena, "unknown parameter: the %s scaler does not read it", type);
	return 0;
}

/* "the TriggerAuthentication or connectionFromEnv": where KEDA does read the row from. */
static const char *list_sources(struct kg_arena *arena, const struct kg_param *row)
{
	const char *text = "";

	for (size_t i = 0; i < KG_SOURCES_MAX && row->from[i] != KG_SOURCE_NONE && text; i++) {
		const char *separator = i > 0 ? " or " : "";

		if (row->from[i] == KG_SOURCE_METADATA)
			text = kg_arena_printf(arena, "%s%s%s in the metadata", text, separator, row->name);
		else if (row->from[i] == KG_SOURCE_AUTH)
			text = kg_arena_printf(arena, "%s%sthe TriggerAuthentication", text, separator);
		else
			text = kg_arena_printf(arena, "%s%s%s%s", text, separator, row->name, env_suffix);
	}
	return text;
}

static const char *describe_elsewhere(const struct kg_rule_context *context, const struct kg_param *row)
{
	const char *sources = list_sources(context->arena, row);

	return sources ? kg_arena_printf(context->arena, "not read from here: KEDA takes it from %s only", sources) : NULL;
}

static int check_unknown_key(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_rule_key *key,
                             struct kg_findings *out)
{
	const char *detail = NULL;
	int status = 0;

	if (key->use == KG_KEY_ELSEWHERE && key->row->ignored_with_identity && kg_params_identity_in_effect(&trigger->resolved.params))
		return 0; /* connection-ignored says more */
	if (key->use == KG_KEY_ELSEWHERE)
		detail = describe_elsewhere(context, key->row);
	else if (key->use == KG_KEY_UNKNOWN)
		status = describe_unknown(context, trigger, key->name, &detail);
	else
		return 0;
	if (status)
		return status;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_PARAMETER_UNKNOWN,
	                                    .path = kg_rule_metadata_path(context, trigger, key->name),
	                                    .type = KG_FIELD_NO_EFFECT,
	                                    .detail = detail,
	                            });
}

typedef int key_check(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_rule_key *key,
                      struct kg_findings *out);

/* Run `check` on every metadata key of every described trigger. */
static int each_key(const struct kg_rule_context *context, struct kg_findings *out, key_check *check)
{
	int status = 0;

	for (size_t i = 0; i < context->trigger_count; i++) {
		const struct kg_rule_trigger *trigger = &context->triggers[i];

		for (size_t j = 0; j < trigger->key_count && status == 0; j++)
			status = check(context, trigger, &trigger->keys[j], out);
	}
	return status;
}

int kg_check_parameter_unknown(const struct kg_rule_context *context, struct kg_findings *out)
{
	return each_key(context, out, check_unknown_key);
}

/* ---- parameter-removed, and the keys of keda-too-old ---- */

static const char *instead(const struct kg_rule_context *context, const struct kg_param *row)
{
	return row->instead ? kg_arena_printf(context->arena, "write %s instead", row->instead) : NULL;
}

static int check_removed_key(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_rule_key *key,
                             struct kg_findings *out)
{
	const struct kg_param *row = key->row;
	char version[KG_VERSION_TEXT_MAX];

	if (key->use != KG_KEY_REMOVED)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_PARAMETER_REMOVED,
	                                    .path = kg_rule_metadata_path(context, trigger, key->name),
	                                    .type = KG_FIELD_NO_EFFECT,
	                                    .detail = kg_arena_printf(context->arena, "KEDA does not read it any more since %s",
	                                                              kg_version_text(row->removed, version)),
	                                    .fix = row->instead ? instead(context, row) : "remove it",
	                                    .ceiling = kg_rule_version_ceiling(context),
	                            });
}

int kg_check_parameter_removed(const struct kg_rule_context *context, struct kg_findings *out)
{
	return each_key(context, out, check_removed_key);
}

/* ---- parameter-deprecated ---- */

static int check_deprecated_row(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_param *row,
                                struct kg_findings *out)
{
	bool refused = row->deprecated && row->deprecated <= context->keda_version;
	bool announced = row->announced && row->announced <= context->keda_version;
	const struct kg_params *params = &trigger->resolved.params;
	const struct kg_param_value *value = &params->values[row - params->scaler->params];
	char version[KG_VERSION_TEXT_MAX];

	if ((!refused && !announced) || !kg_param_exists(row, context->keda_version) || !kg_param_value_given(value))
		return 0;
	(void)kg_version_text(refused ? row->deprecated : row->announced, version);
	return kg_findings_add(out,
	                       &(struct kg_finding){
	                               .rule = KG_RULE_PARAMETER_DEPRECATED,
	                               .path = value->source == KG_SOURCE_METADATA ? kg_rule_metadata_path(context, trigger, value->key)
	                                                                           : kg_rule_parameter_path(context, trigger, row->name),
	                               .type = refused ? KG_FIELD_FORBIDDEN : KG_FIELD_NO_EFFECT,
	                               .detail = kg_arena_printf(context->arena,
	                                                         refused ? "%s is deprecated, and KEDA refuses it since %s"
	                                                                 : "%s is deprecated since KEDA %s: still read, to be removed",
	                                                         row->name, version),
	                               .fix = instead(context, row),
	                               .ceiling = refused ? kg_rule_version_ceiling(context) : KG_ACTION_WARN,
	                       });
}

static int check_deprecated(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	return kg_rule_each_given_row(context, trigger, out, check_deprecated_row);
}

int kg_check_parameter_deprecated(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_deprecated);
}

/* ---- connection-ignored ---- */

static int add_ignored(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const char *path, const char *name,
                       struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_CONNECTION_IGNORED,
	                                    .path = path,
	                                    .type = KG_FIELD_NO_EFFECT,
	                                    .detail = kg_arena_printf(context->arena, "%s has no effect: the %s identity takes its place",
	                                                              name, trigger->resolved.params.identity.provider_text),
	                                    .fix = "remove it, or the pod identity",
	                            });
}

/* A literal that KEDA would not read from the metadata even without the identity. */
static int check_ignored_key(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_rule_key *key,
                             struct kg_findings *out)
{
	if (key->use != KG_KEY_ELSEWHERE || !key->row->ignored_with_identity || !kg_params_identity_in_effect(&trigger->resolved.params))
		return 0;
	return add_ignored(context, trigger, kg_rule_metadata_path(context, trigger, key->name), key->row->name, out);
}

static int check_ignored_rows(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_resolved_trigger *resolved = &trigger->resolved;
	int status = 0;

	if (!trigger->described || !kg_params_identity_in_effect(&resolved->params))
		return 0;
	for (size_t i = 0; i < resolved->scaler->param_count && status == 0; i++) {
		const struct kg_param *row = &resolved->scaler->params[i];

		if (row->ignored_with_identity && kg_param_exists(row, context->keda_version) &&
		    kg_params_given(&resolved->params, row->name))
			status = add_ignored(context, trigger, kg_rule_parameter_path(context, trigger, row->name), row->name, out);
	}
	return status;
}

int kg_check_connection_ignored(const struct kg_rule_context *context, struct kg_findings *out)
{
	int status = kg_rule_each_trigger(context, out, check_ignored_rows);

	return status ? status : each_key(context, out, check_ignored_key);
}
