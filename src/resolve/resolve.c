#include "kedagate/resolve/resolve.h"

#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/text.h"
#include "resolve/authentication.h"
#include "resolve/environment.h"
#include "resolve/given.h"

/* Everything that the parameters of one trigger may come from. */
struct sources {
	const struct kg_trigger *trigger;
	struct kg_environment environment;
	struct kg_auth_source authentication;
	bool nothing_in[KG_SOURCE_ENV + 1]; /* by source: it gives nothing to any parameter of this trigger, so no row need look there */
	struct kg_arena *arena;
};

/* The metadata entry whose key is `name` followed by `suffix`; NULL when there is none. */
static const struct kg_pair *find_key(const struct kg_pairs *metadata, const char *name, const char *suffix)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < metadata->count; i++) {
		const char *key = metadata->items[i].key;

		/* Most differ within two letters; no name is empty, and a name of one letter ends with the NUL. */
		if (key[0] == name[0] && (key[1] == name[1] || length == 1) && strncmp(key, name, length) == 0 &&
		    strcmp(key + length, suffix) == 0)
			return &metadata->items[i];
	}
	return NULL;
}

static int from_metadata(const struct sources *sources, const char *name, struct kg_given *ret_given, const char **ret_key)
{
	const struct kg_pair *pair = find_key(&sources->trigger->metadata, name, "");

	*ret_given = (struct kg_given){.state = KG_PARAM_ABSENT};
	if (!pair)
		return 0;
	*ret_key = pair->key;
	if (pair->value)
		return kg_given_text(sources->arena, pair->value, ret_given);
	ret_given->state = KG_PARAM_PRESENT; /* something that is no string: the API server refuses it, so it is not missing */
	return 0;
}

static int from_environment(const struct sources *sources, const char *name, struct kg_given *ret_given, const char **ret_key)
{
	const struct kg_environment *environment = &sources->environment;
	const struct kg_pair *pair = find_key(&sources->trigger->metadata, name, "FromEnv");

	*ret_given = (struct kg_given){.state = KG_PARAM_ABSENT};
	if (!pair)
		return 0;
	*ret_key = pair->key;
	if (!pair->value) {
		ret_given->state = KG_PARAM_PRESENT;
		return 0;
	}
	if (*pair->value == '\0')
		return 0;
	/* KEDA does not trim the name of a variable. */
	return kg_environment_given(environment, kg_environment_container(environment, environment->source_container), pair->value,
	                            ret_given);
}

static int from_source(const struct sources *sources, enum kg_source source, const char *name, struct kg_given *ret_given,
                       const char **ret_key)
{
	switch (source) {
	case KG_SOURCE_METADATA:
		return from_metadata(sources, name, ret_given, ret_key);
	case KG_SOURCE_ENV:
		return from_environment(sources, name, ret_given, ret_key);
	case KG_SOURCE_AUTH:
		*ret_key = name;
		return kg_auth_source_parameter(&sources->authentication, name, ret_given);
	case KG_SOURCE_NONE:
		break;
	}
	*ret_given = (struct kg_given){.state = KG_PARAM_ABSENT};
	return 0;
}

/* All names in one source, until one is given. UNRESOLVED when none is for certain and one may be. */
static int try_source(const struct sources *sources, const struct kg_param *row, enum kg_source source, struct kg_param_value *value)
{
	const char *name = row->name;
	bool unresolved = false;

	for (size_t i = 0; name; name = i < KG_PARAM_NAMES_MAX ? row->also[i] : NULL, i++) {
		struct kg_given given;
		const char *key = NULL;
		int status = from_source(sources, source, name, &given, &key);

		if (status)
			return status;
		if (given.state == KG_PARAM_ABSENT && ((row->untrimmed && given.spaced) || (row->key_counts && key)))
			given.state = KG_PARAM_PRESENT;
		unresolved = unresolved || given.state == KG_PARAM_UNRESOLVED;
		if (given.state != KG_PARAM_KNOWN && given.state != KG_PARAM_PRESENT)
			continue;
		*value = (struct kg_param_value){
		        .state = given.state, .source = source, .text = given.text, .spaced = given.spaced, .key = key};
		return 0;
	}
	*value = (struct kg_param_value){.state = unresolved ? KG_PARAM_UNRESOLVED : KG_PARAM_ABSENT};
	return 0;
}

/* What is left when no source gives a value for certain. */
static struct kg_param_value not_given(const struct kg_param *row, bool overridable)
{
	if (overridable)
		return (struct kg_param_value){.state = KG_PARAM_UNRESOLVED};
	if (row->def)
		return (struct kg_param_value){.state = KG_PARAM_KNOWN, .text = row->def, .key = row->name, .default_used = true};
	return (struct kg_param_value){.state = KG_PARAM_ABSENT};
}

static int look_in_authentication(const struct sources *sources, const struct kg_param *row, struct kg_param_value *value)
{
	struct kg_param_value other;
	int status = try_source(sources, row, KG_SOURCE_AUTH, &other);

	if (status == 0)
		value->in_both = value->source == KG_SOURCE_METADATA && (other.state == KG_PARAM_KNOWN || other.state == KG_PARAM_PRESENT);
	return status;
}

/* One key that begins with the row's name stands for all: one that KEDA refuses, else the chosen one, else the first. */
static int resolve_prefix(const struct sources *sources, const struct kg_param *row, struct kg_param_value *value)
{
	const struct kg_pairs *metadata = &sources->trigger->metadata;
	const struct kg_pair *choice = row->chosen_by ? find_key(metadata, row->chosen_by, "") : NULL;
	struct kg_slice chosen = kg_slice_trim(kg_slice_of(choice ? choice->value : NULL));
	size_t length = strlen(row->name);

	*value = (struct kg_param_value){.state = KG_PARAM_ABSENT};
	for (size_t i = 0; i < metadata->count && !value->empty; i++) {
		const struct kg_pair *pair = &metadata->items[i];
		bool empty = false;

		if (strncmp(pair->key, row->name, length) != 0)
			continue;
		empty = pair->key[length] == '\0' || (pair->value && *pair->value == '\0');
		if (empty || value->state == KG_PARAM_ABSENT || kg_slice_equal(chosen, pair->key + length))
			*value = (struct kg_param_value){
			        .state = KG_PARAM_PRESENT, .source = KG_SOURCE_METADATA, .key = pair->key, .empty = empty};
	}
	return 0;
}

static int resolve_row(const struct sources *sources, const struct kg_param *row, struct kg_param_value *value)
{
	bool overridable = false; /* a source of higher precedence cannot be seen */

	if (row->prefix)
		return resolve_prefix(sources, row, value);
	for (size_t i = 0; i < KG_SOURCES_MAX && row->from[i] != KG_SOURCE_NONE; i++) {
		int status = 0;

		if (sources->nothing_in[row->from[i]])
			continue;
		status = try_source(sources, row, row->from[i], value);
		if (status)
			return status;
		if (value->state == KG_PARAM_UNRESOLVED)
			overridable = true;
		if (value->state != KG_PARAM_KNOWN && value->state != KG_PARAM_PRESENT)
			continue;
		if (overridable) {
			value->state = KG_PARAM_PRESENT;
			value->text = NULL;
		}
		return row->one_place ? look_in_authentication(sources, row, value) : 0;
	}
	*value = not_given(row, overridable);
	return 0;
}

static int resolve_rows(const struct sources *sources, const struct kg_scaler *scaler, uint32_t keda_version, struct kg_params *params)
{
	struct kg_param_value *values = kg_arena_calloc(sources->arena, scaler->param_count, sizeof(*values));

	if (!values)
		return KG_ENOMEM;
	for (size_t i = 0; i < scaler->param_count; i++) {
		int status = 0;

		if (kg_param_exists(&scaler->params[i], keda_version))
			status = resolve_row(sources, &scaler->params[i], &values[i]);
		if (status)
			return status;
	}
	params->values = values;
	return kg_params_index(params, sources->arena);
}

static bool has_env_key(const struct kg_pairs *metadata)
{
	for (size_t i = 0; i < metadata->count; i++) {
		if (strstr(metadata->items[i].key, "FromEnv"))
			return true;
	}
	return false;
}

static struct kg_identity identity_of(const struct kg_auth_source *source)
{
	struct kg_identity identity = {.state = KG_IDENTITY_STATE_KNOWN, .provider = KG_PROVIDER_NONE};
	const struct kg_pod_identity *given = NULL;

	if (kg_auth_source_unseen(source))
		identity.state = KG_IDENTITY_STATE_UNRESOLVED;
	if (!source->authentication || !source->authentication->pod_identity.set)
		return identity;
	given = &source->authentication->pod_identity;
	identity.provider = kg_provider_parse(given->provider);
	identity.provider_text = given->provider;
	identity.identity_id = given->identity_id;
	identity.role_arn = given->role_arn;
	return identity;
}

static bool is_text(const char *text)
{
	return text && *text != '\0';
}

/* KEDA's IsUsingModifiers: anything at all in scalingModifiers. */
static bool uses_modifiers(const struct kg_object *object)
{
	const struct kg_scaling_modifiers *modifiers = &object->scaled.advanced.scaling_modifiers;

	return object->kind == KG_KIND_SCALED_OBJECT && (is_text(modifiers->formula) || is_text(modifiers->target) ||
	                                                 is_text(modifiers->activation_target) || is_text(modifiers->metric_type));
}

int kg_resolve_trigger(const struct kg_resolve_context *context, size_t index, struct kg_resolved_trigger *out)
{
	const struct kg_trigger *trigger = &context->object->scaled.triggers[index];
	struct sources sources = {.trigger = trigger, .arena = context->arena};

	kg_environment_init(&sources.environment, context);
	kg_auth_source_init(&sources.authentication, &sources.environment, context, trigger);
	sources.nothing_in[KG_SOURCE_ENV] = !has_env_key(&trigger->metadata);
	sources.nothing_in[KG_SOURCE_AUTH] = !sources.authentication.authentication && !kg_auth_source_unresolved(&sources.authentication);
	*out = (struct kg_resolved_trigger){
	        .trigger = trigger,
	        .index = index,
	        .path = kg_arena_printf(context->arena, "spec.triggers[%zu]", index),
	        .scaler = kg_scaler_find(trigger->type),
	        .reference = sources.authentication.reference,
	        .authentication = sources.authentication.authentication,
	};
	if (!out->path)
		return KG_ENOMEM;
	out->params = (struct kg_params){
	        .scaler = out->scaler,
	        .keda_version = context->keda_version,
	        .metric_type = trigger->metric_type,
	        .metric_source = uses_modifiers(context->object),
	        .identity = identity_of(&sources.authentication),
	        .authentication_unresolved = kg_auth_source_unresolved(&sources.authentication),
	};
	if (!out->scaler || out->scaler->param_count == 0)
		return 0;
	return resolve_rows(&sources, out->scaler, context->keda_version, &out->params);
}
