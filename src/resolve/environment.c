#include "resolve/environment.h"

#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/err.h"

/* What expanding `$(NAME)` in one value may cost: the variables looked up, and the bytes it may grow to. A value that needs more, or that refers to
 * one that refers to others again, is taken as one that cannot be seen. */
enum { REFERENCES_MAX = 64, EXPANDED_BYTES_MAX = 64 << 10 };

/* Where a variable is looked up. */
struct search {
	const struct kg_environment *environment;
	const struct kg_container *container;
};

static const struct kg_given present = {.state = KG_PARAM_PRESENT};
static const struct kg_given absent = {.state = KG_PARAM_ABSENT};

void kg_resolve_target(const struct kg_resolve_context *context, struct kg_resolved_target *out)
{
	const struct kg_scaled *scaled = &context->object->scaled;
	const struct kg_scale_target_ref *reference = &scaled->scale_target_ref;
	const struct kg_scale_target target = {reference->api_version, reference->kind, reference->name};
	const struct kg_pod_template *template = NULL;

	*out = (struct kg_resolved_target){.lookup = KG_LOOKUP_UNSEEN};
	if (scaled->job_target_ref_set)
		*out = (struct kg_resolved_target){KG_LOOKUP_FOUND, &scaled->job_template};
	if (!reference->set || !reference->name)
		return;
	out->lookup = context->world->operations->pod_template(context->world, context->namespace, &target, context->arena, &template);
	if (out->lookup == KG_LOOKUP_FOUND)
		out->template = template;
}

void kg_environment_init(struct kg_environment *environment, const struct kg_resolve_context *context)
{
	const struct kg_scaled *scaled = &context->object->scaled;
	bool is_job = context->object->kind == KG_KIND_SCALED_JOB;
	struct kg_resolved_target target;

	if (context->target)
		target = *context->target;
	else
		kg_resolve_target(context, &target);
	*environment = (struct kg_environment){
	        .world = context->world,
	        .namespace = context->namespace,
	        .keda_version = context->keda_version,
	        .arena = context->arena,
	        .template = target.template,
	        .changing = context->world->live && target.template != &scaled->job_template,
	        .source_container = is_job ? scaled->env_source_container_name : scaled->scale_target_ref.env_source_container_name,
	};
}

const struct kg_container *kg_resolve_container(const struct kg_pod_template *template, const char *name)
{
	if (!template || template->container_count == 0)
		return NULL;
	if (!name || *name == '\0')
		return &template->containers[0];
	for (size_t i = 0; i < template->container_count; i++) {
		const struct kg_container *container = &template->containers[i];

		if (container->name && strcmp(container->name, name) == 0)
			return container;
	}
	return NULL;
}

const struct kg_container *kg_environment_container(const struct kg_environment *environment, const char *name)
{
	return kg_resolve_container(environment->template, name);
}

int kg_resolve_variable(const struct kg_resolve_context *context, const char *name, enum kg_param_state *ret_state, const char **ret_text)
{
	struct kg_environment environment;
	struct kg_given given;
	int status;

	kg_environment_init(&environment, context);
	status = kg_environment_variable(&environment, kg_environment_container(&environment, environment.source_container), name, &given);
	if (status)
		return status;
	*ret_state = given.state;
	*ret_text = given.state == KG_PARAM_KNOWN ? given.text : NULL;
	return 0;
}

int kg_resolve_variable_of(const struct kg_resolve_context *context, const char *container, const char *name,
                           enum kg_param_state *ret_state)
{
	struct kg_environment environment;
	const struct kg_container *found = NULL;
	struct kg_given given = absent;
	int status = 0;

	kg_environment_init(&environment, context);
	found = kg_environment_container(&environment, container);
	if (found || !environment.template || environment.template->container_count == 0)
		status = kg_environment_variable(&environment, found, name, &given);
	if (status == 0)
		*ret_state = given.state;
	return status;
}

/* ---- one variable ---- */

/* The last variable of that name among the first `before` of the container's; NULL when there is none. */
static const struct kg_env_variable *find_variable(const struct kg_container *container, const char *name, size_t before)
{
	for (size_t i = before; i > 0; i--) {
		const char *candidate = container->env[i - 1].name;

		if (candidate && strcmp(candidate, name) == 0)
			return &container->env[i - 1];
	}
	return NULL;
}

static bool refers_to_others(const struct kg_env_variable *variable)
{
	return variable->from == KG_ENV_LITERAL && variable->value && strchr(variable->value, '$');
}

static int from_key(const struct search *search, const struct kg_env_variable *variable, struct kg_given *ret_given)
{
	const struct kg_environment *environment = search->environment;
	const struct kg_world *world = environment->world;
	const char *value = NULL;
	const struct kg_value_source source = {
	        .secret = variable->from == KG_ENV_SECRET_KEY,
	        .namespace = environment->namespace,
	        .name = variable->reference,
	};

	if (!variable->reference || !variable->key)
		return 0;
	switch (world->operations->value(world, &source, variable->key, environment->arena, &value)) {
	case KG_LOOKUP_FOUND:
		return kg_given_text(environment->arena, value, ret_given);
	case KG_LOOKUP_ABSENT:
		/* Without `optional`, KEDA gives up on the whole object: nothing follows for one parameter. */
		if (variable->optional)
			*ret_given = absent;
		return 0;
	case KG_LOOKUP_UNSEEN:
		break;
	}
	return 0;
}

/* The value of a variable that refers to no other. */
static int from_variable(const struct search *search, const struct kg_env_variable *variable, struct kg_given *ret_given)
{
	*ret_given = present;
	switch (variable->from) {
	case KG_ENV_LITERAL:
		return kg_given_text(search->environment->arena, variable->value, ret_given);
	case KG_ENV_SECRET_KEY:
	case KG_ENV_CONFIG_MAP_KEY:
		return from_key(search, variable, ret_given);
	case KG_ENV_OTHER:
		break;
	}
	return 0;
}

/* ---- envFrom ---- */

/* The key that `name` would have in the Secret or ConfigMap; NULL when it cannot come from there. */
static const char *key_without_prefix(const struct kg_env_source *source, const char *name, uint32_t keda_version)
{
	size_t length = source->prefix ? strlen(source->prefix) : 0;

	if (length == 0 || keda_version < KG_VERSION(2, 18, 0))
		return name;
	return strncmp(name, source->prefix, length) == 0 ? name + length : NULL;
}

/* What one envFrom says: known, absent, or present when it cannot be seen. */
static int from_source(const struct search *search, const struct kg_env_source *source, const char *name, struct kg_given *ret_given)
{
	const struct kg_environment *environment = search->environment;
	const struct kg_world *world = environment->world;
	const char *key = key_without_prefix(source, name, environment->keda_version);
	const struct kg_value_source all = {.secret = source->secret, .namespace = environment->namespace, .name = source->name};
	struct kg_pairs values = {0};

	*ret_given = absent;
	if (!key)
		return 0;
	if (!source->name || world->operations->values(world, &all, environment->arena, &values) != KG_LOOKUP_FOUND) {
		*ret_given = present;
		return 0;
	}
	return kg_given_text(environment->arena, kg_pairs_get(&values, key), ret_given);
}

/* Of several sources the last one counts. */
static int from_sources(const struct search *search, const char *name, struct kg_given *ret_given)
{
	const struct kg_container *container = search->container;
	int status = 0;

	*ret_given = absent;
	for (size_t i = container->env_from_count; i > 0 && status == 0 && ret_given->state == KG_PARAM_ABSENT; i--)
		status = from_source(search, &container->env_from[i - 1], name, ret_given);
	return status;
}

/* ---- expansion ---- */

/* A literal value on its way through expansion. */
struct expansion {
	const struct search *search;
	size_t before;      /* the index of its variable: what it refers to must stand before it */
	const char *cursor; /* what is left of it */
	struct kg_buf out;
	unsigned references;
	bool seen; /* so far; false: it holds something that cannot be seen */
};

/* Append the value of the variable `name`; `$(name)` itself when there is none, as KEDA does. */
static int append_variable(struct expansion *expansion, const char *name)
{
	const struct kg_env_variable *variable = find_variable(expansion->search->container, name, expansion->before);
	struct kg_given given = present;
	int status = 0;

	if (variable && refers_to_others(variable))
		expansion->seen = false;
	else if (variable)
		status = from_variable(expansion->search, variable, &given);
	else
		status = from_sources(expansion->search, name, &given);
	if (status)
		return status;
	if (given.state == KG_PARAM_PRESENT)
		expansion->seen = false;
	else if (given.state == KG_PARAM_KNOWN)
		kg_buf_puts(&expansion->out, given.text);
	else if (!variable)
		kg_buf_printf(&expansion->out, "$(%s)", name);
	return 0;
}

/* Take the reference that the cursor stands at, a '$'. `$$` stands for `$`; what is no reference, for itself. */
static int append_reference(struct expansion *expansion)
{
	const char *start = expansion->cursor;
	const char *close = start[1] == '(' ? strchr(start, ')') : NULL;
	size_t length = start[1] == '\0' ? 1 : 2;
	const char *name = NULL;

	if (!close) {
		kg_buf_append(&expansion->out, start, start[1] == '$' ? 1 : length);
		expansion->cursor = start + length;
		return 0;
	}
	name = kg_arena_strndup(expansion->search->environment->arena, start + 2, (size_t)(close - start - 2));
	if (!name)
		return KG_ENOMEM;
	expansion->cursor = close + 1;
	return append_variable(expansion, name);
}

static int expand_all(struct expansion *expansion)
{
	int status = 0;

	while (expansion->seen && *expansion->cursor != '\0' && status == 0) {
		size_t plain = strcspn(expansion->cursor, "$");

		kg_buf_append(&expansion->out, expansion->cursor, plain);
		expansion->cursor += plain;
		if (*expansion->cursor == '\0')
			break;
		expansion->seen = expansion->references++ < REFERENCES_MAX;
		if (expansion->seen)
			status = append_reference(expansion);
	}
	if (kg_buf_status(&expansion->out) == KG_ELIMIT)
		expansion->seen = false;
	return status || !expansion->seen ? status : kg_buf_status(&expansion->out);
}

static int expand(const struct search *search, const struct kg_env_variable *variable, struct kg_given *ret_given)
{
	struct kg_arena *arena = search->environment->arena;
	struct expansion expansion = {
	        .search = search,
	        .before = (size_t)(variable - search->container->env),
	        .cursor = variable->value,
	        .seen = true,
	};
	const char *text = NULL;
	int status = 0;

	kg_buf_init(&expansion.out, EXPANDED_BYTES_MAX);
	status = expand_all(&expansion);
	if (status == 0 && expansion.seen)
		text = kg_arena_strndup(arena, kg_buf_text(&expansion.out), expansion.out.length);
	kg_buf_release(&expansion.out);
	if (status || !expansion.seen) {
		*ret_given = present;
		return status;
	}
	return text ? kg_given_text(arena, text, ret_given) : KG_ENOMEM;
}

int kg_environment_variable(const struct kg_environment *environment, const struct kg_container *container, const char *name,
                            struct kg_given *ret_given)
{
	const struct search search = {.environment = environment, .container = container};
	const struct kg_env_variable *variable = NULL;

	if (!container) {
		*ret_given = present;
		return 0;
	}
	variable = find_variable(container, name, container->env_count);
	if (!variable)
		return from_sources(&search, name, ret_given);
	return refers_to_others(variable) ? expand(&search, variable, ret_given) : from_variable(&search, variable, ret_given);
}

int kg_environment_given(const struct kg_environment *environment, const struct kg_container *container, const char *name,
                         struct kg_given *ret_given)
{
	int status = kg_environment_variable(environment, container, name, ret_given);

	if (status == 0 && ret_given->state == KG_PARAM_ABSENT && environment->changing)
		*ret_given = present;
	return status;
}
