/*
 * Environment variables of the scale target that are not there: variable-not-found.
 *
 * Source: pkg/scaling/resolver/scale_resolvers.go (ResolveContainerEnv, resolveAuthRef).
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "rules/checks.h"
#include "rules/findings.h"
#include "rules/users.h"

/* ---- of a trigger ---- */

static int check_variable(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_pair *pair,
                          struct kg_findings *out)
{
	const struct kg_resolve_context resolve = kg_rule_resolve_context(context);
	enum kg_param_state state = KG_PARAM_PRESENT;
	const char *text = NULL;
	int status = kg_resolve_variable(&resolve, pair->value, &state, &text);

	if (status || state != KG_PARAM_ABSENT)
		return status;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_VARIABLE_NOT_FOUND,
	                                    .path = kg_rule_metadata_path(context, trigger, pair->key),
	                                    .type = KG_FIELD_NOT_FOUND,
	                                    .value = pair->value,
	                                    .detail = "the container that KEDA looks in has no such variable, or an empty one",
	                                    .ceiling = KG_ACTION_WARN,
	                            });
}

static int check_variables(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_pairs *metadata = &trigger->resolved.trigger->metadata;
	int status = 0;

	for (size_t i = 0; i < trigger->key_count && status == 0; i++) {
		if (trigger->keys[i].variable && trigger->keys[i].use == KG_KEY_READ && !kg_rule_is_empty(metadata->items[i].value))
			status = check_variable(context, trigger, &metadata->items[i], out);
	}
	return status;
}

/* ---- of an authentication ---- */

/* How many entries to look at: those of variables come first. KEDA looks at no other block when there is a file. */
static size_t count_variables(const struct kg_authentication *authentication)
{
	size_t count = 0;

	if (authentication->file_path)
		return 0;
	while (count < authentication->entry_count && count < KG_MAX_AUTHENTICATION_VARIABLES &&
	       authentication->entries[count].block == KG_AUTH_BLOCK_ENV)
		count++;
	return count;
}

static bool is_named(const struct kg_auth_entry *entry)
{
	return entry->parameter && !kg_rule_is_empty(entry->name);
}

/* Does a later entry give the same parameter, so that this one does not count? */
static bool is_overridden(const struct kg_authentication *authentication, size_t index)
{
	for (size_t i = index + 1; i < authentication->entry_count; i++) {
		const char *other = authentication->entries[i].parameter;

		if (other && strcmp(other, authentication->entries[index].parameter) == 0)
			return true;
	}
	return false;
}

/* Is the variable of the entry certainly not in the target? 0 or KG_ENOMEM. */
static int is_lacking(const struct kg_resolve_context *resolve, const struct kg_auth_entry *entry, bool *ret_lacking)
{
	enum kg_param_state state = KG_PARAM_PRESENT;
	int status = kg_resolve_variable_of(resolve, entry->container, entry->name, &state);

	*ret_lacking = status == 0 && state == KG_PARAM_ABSENT;
	return status;
}

/* An empty text is what KEDA takes in either case. */
static const char *describe_lack(const struct kg_rule_context *context, const struct kg_auth_entry *entry)
{
	bool found = kg_resolve_container(context->target.template, entry->container) != NULL;

	return kg_arena_printf(context->arena, "the container that spec.env[%zu] of the authentication names %s", entry->index,
	                       found ? "has no such variable, or an empty one"
	                             : "is none of the target's containers; initContainers do not count");
}

static int check_entry(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_auth_entry *entry,
                       struct kg_findings *out)
{
	const struct kg_resolve_context resolve = kg_rule_resolve_context(context);
	bool lacking = false;
	int status = is_lacking(&resolve, entry, &lacking);

	if (status || !lacking)
		return status;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_VARIABLE_NOT_FOUND,
	                                    .path = kg_rule_trigger_path(context, trigger, "authenticationRef.name"),
	                                    .type = KG_FIELD_NOT_FOUND,
	                                    .value = entry->name,
	                                    .detail = describe_lack(context, entry),
	                                    .ceiling = KG_ACTION_WARN,
	                            });
}

/* What the authentication takes from the target for this trigger. */
static int check_referred(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_authentication *authentication = trigger->resolved.authentication;
	size_t count = authentication ? count_variables(authentication) : 0;
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++) {
		const struct kg_auth_entry *entry = &authentication->entries[i];

		if (is_named(entry) && kg_users_may_read(trigger->resolved.trigger, entry->parameter) && !is_overridden(authentication, i))
			status = check_entry(context, trigger, entry, out);
	}
	return status;
}

static int check_trigger(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	int status = check_variables(context, trigger, out);

	return status ? status : check_referred(context, trigger, out);
}

/* An entry, and whose target lacks its variable. */
struct lack {
	const struct kg_auth_entry *entry; /* NULL: it does not count */
	size_t users;
	const char *first; /* "namespace/name" of the one that comes first by name */
};

struct lacks {
	struct lack items[KG_MAX_AUTHENTICATION_VARIABLES];
	size_t count;
};

static void init_lacks(const struct kg_authentication *authentication, struct lacks *lacks)
{
	*lacks = (struct lacks){.count = count_variables(authentication)};
	for (size_t i = 0; i < lacks->count; i++) {
		if (is_named(&authentication->entries[i]) && !is_overridden(authentication, i))
			lacks->items[i].entry = &authentication->entries[i];
	}
}

static int note_lack(const struct kg_rule_context *context, const struct kg_object_key *user, struct lack *lack)
{
	const char *name = kg_arena_printf(context->arena, "%s/%s", user->namespace, user->name);

	if (!name)
		return KG_ENOMEM;
	if (lack->users++ == 0 || strcmp(name, lack->first) < 0)
		lack->first = name;
	return 0;
}

/* Note which variables the user's target lacks. 0 or KG_ENOMEM, also when the user is too large for the arena. */
static int note_user(const struct kg_rule_context *context, const struct kg_object_key *key, struct kg_arena *arena, struct lacks *lacks)
{
	const struct kg_object_key own = {context->object->kind, context->judged->namespace, context->object->metadata.name};
	const struct kg_world *world = context->judged->world;
	struct kg_resolve_context resolve = {
	        .namespace = key->namespace, .world = world, .keda_version = context->keda_version, .arena = arena};
	struct kg_resolved_target target;
	int status = 0;

	if (world->operations->scaled(world, key, arena, &resolve.object) != KG_LOOKUP_FOUND)
		return 0;
	kg_resolve_target(&resolve, &target);
	resolve.target = &target;
	for (size_t i = 0; target.template && i < lacks->count && status == 0; i++) {
		const struct kg_auth_entry *entry = lacks->items[i].entry;
		bool lacking = false;

		if (entry && kg_users_user_may_read(resolve.object, key->namespace, &own, entry->parameter))
			status = is_lacking(&resolve, entry, &lacking);
		if (lacking)
			status = note_lack(context, key, &lacks->items[i]);
	}
	return status;
}

static int add_lack(const struct kg_rule_context *context, const struct lack *lack, struct kg_findings *out)
{
	const char *others = lack->users > 1 ? kg_arena_printf(context->arena, " and of %zu more", lack->users - 1) : "";

	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_VARIABLE_NOT_FOUND,
	                     .path = kg_arena_printf(context->arena, "spec.env[%zu].name", lack->entry->index),
	                     .type = KG_FIELD_NOT_FOUND,
	                     .value = lack->entry->name,
	                     .detail = others ? kg_arena_printf(context->arena,
	                                                        "the container of the target of %s%s has no such variable, or an empty one",
	                                                        lack->first, others)
	                                      : NULL,
	                     .ceiling = KG_ACTION_WARN,
	             });
}

static int check_users(const struct kg_rule_context *context, const struct kg_user_list *users, struct kg_findings *out)
{
	struct kg_account account;
	struct kg_arena scratch;
	struct lacks lacks;
	int status = 0;

	init_lacks(&context->object->authentication, &lacks);
	kg_arena_init_beside(&scratch, KG_MAX_USER_ARENA_BYTES, &account, context->arena);
	for (size_t i = 0; i < users->count; i++) {
		/* One that is too large to be judged here is left out. */
		(void)note_user(context, &users->items[i], &scratch, &lacks);
		kg_arena_reset(&scratch, KG_KEEP_ARENA_BYTES);
	}
	kg_arena_release(&scratch);
	for (size_t i = 0; i < lacks.count && status == 0; i++) {
		if (lacks.items[i].users > 0)
			status = add_lack(context, &lacks.items[i], out);
	}
	return status;
}

static int check_authentication(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_object_key key = {context->object->kind, context->judged->namespace, context->object->metadata.name};
	const struct kg_world *world = context->judged->world;
	struct kg_user_list users;

	if (kg_rule_is_empty(key.name) || count_variables(&context->object->authentication) == 0)
		return 0;
	world->operations->users(world, &key, context->arena, &users);
	/* Where the users are all judged for themselves, as files are, they say it. */
	return users.complete && users.count > 0 ? check_users(context, &users, out) : 0;
}

int kg_check_variable_not_found(const struct kg_rule_context *context, struct kg_findings *out)
{
	if (context->object->kind & KG_KINDS_AUTHENTICATION)
		return check_authentication(context, out);
	return context->target.template ? kg_rule_each_trigger(context, out, check_trigger) : 0;
}
