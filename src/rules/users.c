/*
 * An authentication and the ScaledObjects and ScaledJobs that refer to it: authentication-breaks-users, authentication-parameter-unknown.
 */
#include "rules/users.h"

#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "rules/checks.h"
#include "rules/findings.h"

static struct kg_object_key key_of(const struct kg_rule_context *context)
{
	return (struct kg_object_key){context->object->kind, context->judged->namespace, context->object->metadata.name};
}

struct kg_object_key kg_users_referred_key(const struct kg_trigger *trigger, const char *namespace)
{
	const struct kg_authentication_ref *reference = &trigger->authentication_ref;

	if (!reference->set || kg_rule_is_empty(reference->name))
		return (struct kg_object_key){.kind = KG_KIND_OTHER};
	return (struct kg_object_key){kg_authentication_kind(reference->kind), namespace, reference->name};
}

bool kg_users_same_key(const struct kg_object_key *one, const struct kg_object_key *other)
{
	if (one->kind == KG_KIND_OTHER || one->kind != other->kind || !one->name || !other->name || strcmp(one->name, other->name) != 0)
		return false;
	return one->kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION ||
	       (one->namespace && other->namespace && strcmp(one->namespace, other->namespace) == 0);
}

/* ---- the world as it would be ---- */

/* A world in which one authentication is another, or cannot be seen. */
struct changed_world {
	struct kg_world world;
	struct kg_world_operations operations;
	const struct kg_world *under;
	struct kg_object_key key;
	const struct kg_authentication *authentication; /* NULL: cannot be seen */
};

static const struct changed_world *changed_world_of(const struct kg_world *world)
{
	return (const struct changed_world *)(const void *)world;
}

static enum kg_lookup find_authentication(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                          const struct kg_authentication **ret_authentication)
{
	const struct changed_world *changed = changed_world_of(world);

	if (!kg_users_same_key(key, &changed->key))
		return changed->under->operations->authentication(changed->under, key, arena, ret_authentication);
	if (!changed->authentication)
		return KG_LOOKUP_UNSEEN;
	*ret_authentication = changed->authentication;
	return KG_LOOKUP_FOUND;
}

static enum kg_lookup find_template(const struct kg_world *world, const char *namespace, const struct kg_scale_target *target,
                                    struct kg_arena *arena, const struct kg_pod_template **ret_template)
{
	const struct kg_world *under = changed_world_of(world)->under;

	return under->operations->pod_template(under, namespace, target, arena, ret_template);
}

static enum kg_lookup find_value(const struct kg_world *world, const struct kg_value_source *source, const char *key,
                                 struct kg_arena *arena, const char **ret_value)
{
	const struct kg_world *under = changed_world_of(world)->under;

	return under->operations->value(under, source, key, arena, ret_value);
}

static enum kg_lookup find_values(const struct kg_world *world, const struct kg_value_source *source, struct kg_arena *arena,
                                  struct kg_pairs *ret_values)
{
	const struct kg_world *under = changed_world_of(world)->under;

	return under->operations->values(under, source, arena, ret_values);
}

static void changed_world_init(struct changed_world *changed, const struct kg_rule_context *context,
                               const struct kg_authentication *authentication)
{
	*changed = (struct changed_world){.operations = *kg_world_blind()->operations,
	                                  .under = context->judged->world,
	                                  .key = key_of(context),
	                                  .authentication = authentication};
	changed->operations.authentication = find_authentication;
	changed->operations.pod_template = find_template;
	changed->operations.value = find_value;
	changed->operations.values = find_values;
	changed->world.operations = &changed->operations;
	changed->world.live = context->judged->world->live;
}

/* ---- authentication-breaks-users ---- */

static bool is_certain_lack(const struct kg_complaint *complaint)
{
	return !complaint->uncertain && (complaint->kind == KG_COMPLAINT_MISSING || complaint->kind == KG_COMPLAINT_CREDENTIALS_MISSING);
}

/* How much the triggers that refer to the authentication certainly lack, `authentication` being what it is. 0 or KG_ENOMEM. */
static int count_lacks(const struct kg_rule_context *context, const struct kg_rules_context *user,
                       const struct kg_authentication *authentication, struct kg_arena *arena, size_t *ret_count)
{
	struct changed_world changed;
	struct kg_rules_context judged = *user;
	struct kg_rule_context triggers;
	int status;

	changed_world_init(&changed, context, authentication);
	judged.world = &changed.world;
	*ret_count = 0;
	status = kg_rule_context_init(&triggers, &judged, arena);
	for (size_t i = 0; i < triggers.trigger_count && status == 0; i++) {
		const struct kg_rule_trigger *trigger = &triggers.triggers[i];
		struct kg_object_key key = kg_users_referred_key(trigger->resolved.trigger, judged.namespace);

		for (size_t j = 0; kg_users_same_key(&key, &changed.key) && j < trigger->complaints.count; j++)
			*ret_count += is_certain_lack(&trigger->complaints.items[j]) ? 1 : 0;
	}
	return status;
}

/* Does the user lack something because of what the authentication says? 0 or KG_ENOMEM. */
static int judge_user(const struct kg_rule_context *context, const struct kg_object_key *key, struct kg_arena *arena, bool *ret_broken)
{
	const struct kg_world *world = context->judged->world;
	struct kg_rules_context user = *context->judged;
	size_t lacks = 0, other_lacks = 0;
	int status;

	*ret_broken = false;
	if (world->operations->scaled(world, key, arena, &user.object) != KG_LOOKUP_FOUND)
		return 0;
	if (user.object->metadata.deleting)
		return 0;
	user.namespace = key->namespace;
	status = count_lacks(context, &user, &context->object->authentication, arena, &lacks);
	if (status == 0 && lacks > 0)
		status = count_lacks(context, &user, NULL, arena, &other_lacks);
	*ret_broken = status == 0 && lacks > other_lacks;
	return status;
}

/* The names of the users that it breaks. 0 or KG_ENOMEM. */
static int find_broken(const struct kg_rule_context *context, const struct kg_user_list *users, struct kg_strings *out)
{
	struct kg_account account;
	struct kg_arena scratch;
	int status = 0;

	*out = (struct kg_strings){.items = kg_arena_calloc(context->arena, users->count, sizeof(*out->items))};
	if (!out->items)
		return KG_ENOMEM;
	kg_arena_init_beside(&scratch, KG_MAX_USER_ARENA_BYTES, &account, context->arena);
	for (size_t i = 0; i < users->count && status == 0; i++) {
		const struct kg_object_key *key = &users->items[i];
		bool broken = false;

		/* One that is too large to be judged here is left out. */
		if (judge_user(context, key, &scratch, &broken) == 0 && broken) {
			out->items[out->count] = kg_arena_printf(context->arena, "%s/%s", key->namespace, key->name);
			status = out->items[out->count++] ? 0 : KG_ENOMEM;
		}
		kg_arena_reset(&scratch, KG_KEEP_ARENA_BYTES);
	}
	kg_arena_release(&scratch);
	return status;
}

int kg_check_authentication_breaks_users(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_world *world = context->judged->world;
	const struct kg_object_key key = key_of(context);
	struct kg_user_list users;
	struct kg_strings broken;
	const char *names = NULL;
	int status;

	if (kg_rule_is_empty(key.name))
		return 0;
	world->operations->users(world, &key, context->arena, &users);
	/* Where the users are all judged for themselves, as files are, they say it better. */
	if (!users.complete || users.count == 0)
		return 0;
	status = find_broken(context, &users, &broken);
	if (status || broken.count == 0)
		return status;
	names = kg_rule_join_names(context, broken.items, broken.count);
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_AUTHENTICATION_BREAKS_USERS,
	                     .path = "spec",
	                     .type = KG_FIELD_INVALID,
	                     .detail = names ? kg_arena_printf(context->arena,
	                                                       "this would leave %zu scaled object%s without credentials or parameters: %s",
	                                                       broken.count, broken.count > 1 ? "s" : "", names)
	                                     : NULL,
	                     .fix = "keep what they read beside what is new until they are changed, or change them first",
	             });
}

/* ---- authentication-parameter-unknown ---- */

/* Where the parameters of each block stand. */
static const char *const parameter_paths[] = {
        [KG_AUTH_BLOCK_ENV] = "spec.env",
        [KG_AUTH_BLOCK_CONFIG_MAP] = "spec.configMapTargetRef",
        [KG_AUTH_BLOCK_SECRET] = "spec.secretTargetRef",
        [KG_AUTH_BLOCK_VAULT] = "spec.hashiCorpVault.secrets",
        [KG_AUTH_BLOCK_AZURE_KEY_VAULT] = "spec.azureKeyVault.secrets",
        [KG_AUTH_BLOCK_GCP_SECRET_MANAGER] = "spec.gcpSecretManager.secrets",
        [KG_AUTH_BLOCK_AWS_SECRET_MANAGER] = "spec.awsSecretManager.secrets",
        [KG_AUTH_BLOCK_SERVICE_ACCOUNT_TOKEN] = "spec.boundServiceAccountToken",
        [KG_AUTH_BLOCK_OAUTH2] = NULL,
};

static bool has_name(const struct kg_param *row, const char *name)
{
	const char *own = row->name;

	for (size_t i = 0; own; own = i < KG_PARAM_NAMES_MAX ? row->also[i] : NULL, i++) {
		if (strcmp(own, name) == 0)
			return true;
	}
	return false;
}

bool kg_users_may_read(const struct kg_trigger *trigger, const char *name)
{
	const struct kg_scaler *scaler = kg_scaler_find(trigger->type);

	if (!scaler || scaler->param_count == 0 || scaler->forwards_all_keys)
		return true;
	for (size_t i = 0; i < scaler->param_count; i++) {
		if (kg_param_reads(&scaler->params[i], KG_SOURCE_AUTH) && has_name(&scaler->params[i], name))
			return true;
	}
	return false;
}

bool kg_users_user_may_read(const struct kg_object *user, const char *namespace, const struct kg_object_key *key, const char *name)
{
	for (size_t i = 0; i < user->scaled.trigger_count; i++) {
		struct kg_object_key referred = kg_users_referred_key(&user->scaled.triggers[i], namespace);

		if (kg_users_same_key(&referred, key) && kg_users_may_read(&user->scaled.triggers[i], name))
			return true;
	}
	return false;
}

/* Note which entries the user may read. */
static void note_reads(const struct kg_rule_context *context, const struct kg_object_key *user, struct kg_arena *arena, bool *read)
{
	const struct kg_world *world = context->judged->world;
	const struct kg_authentication *authentication = &context->object->authentication;
	const struct kg_object_key key = key_of(context);
	const struct kg_object *object = NULL;
	bool seen = world->operations->scaled(world, user, arena, &object) == KG_LOOKUP_FOUND;

	for (size_t i = 0; i < authentication->entry_count; i++) {
		const char *name = authentication->entries[i].parameter;

		read[i] = read[i] || !seen || !name || kg_users_user_may_read(object, user->namespace, &key, name);
	}
}

static int add_unknown(const struct kg_rule_context *context, const struct kg_auth_entry *entry, size_t users, struct kg_findings *out)
{
	const char *path = parameter_paths[entry->block];

	if (!path)
		return 0;
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_AUTHENTICATION_PARAMETER_UNKNOWN,
	                     .path = kg_arena_printf(context->arena, "%s[%zu].parameter", path, entry->index),
	                     .type = KG_FIELD_NO_EFFECT,
	                     .detail = kg_arena_printf(context->arena, "no trigger of the %zu object%s that refer%s here reads %s", users,
	                                               users > 1 ? "s" : "", users > 1 ? "" : "s", entry->parameter),
	                     .ceiling = KG_ACTION_WARN,
	             });
}

/* Which parameters of the authentication no user reads. */
static int check_entries(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_authentication *authentication = &context->object->authentication;
	const struct kg_world *world = context->judged->world;
	const struct kg_object_key key = key_of(context);
	struct kg_user_list users;
	struct kg_account account;
	struct kg_arena scratch;
	bool *read = NULL;
	int status = 0;

	if (kg_rule_is_empty(key.name) || authentication->entry_count == 0)
		return 0;
	world->operations->users(world, &key, context->arena, &users);
	/* Files are judged as they are; of a cluster there may be a user that reads it. */
	if (users.count == 0 || users.left_out > 0 || (world->cluster && !users.complete))
		return 0;
	read = kg_arena_calloc(context->arena, authentication->entry_count, sizeof(*read));
	if (!read)
		return KG_ENOMEM;
	kg_arena_init_beside(&scratch, KG_MAX_USER_ARENA_BYTES, &account, context->arena);
	for (size_t i = 0; i < users.count; i++) {
		note_reads(context, &users.items[i], &scratch, read);
		kg_arena_reset(&scratch, KG_KEEP_ARENA_BYTES);
	}
	kg_arena_release(&scratch);
	for (size_t i = 0; i < authentication->entry_count && status == 0; i++) {
		if (!read[i])
			status = add_unknown(context, &authentication->entries[i], users.count, out);
	}
	return status;
}

/* May the trigger have a use for the authentication? One that gives an identity, or takes its values from a file, says nothing by its parameters. */
static bool may_use(const struct kg_trigger *trigger, const struct kg_authentication *authentication)
{
	if (authentication->entry_count == 0 || authentication->pod_identity.set || authentication->file_path)
		return true;
	for (size_t i = 0; i < authentication->entry_count; i++) {
		const char *name = authentication->entries[i].parameter;

		if (!name || kg_users_may_read(trigger, name))
			return true;
	}
	return false;
}

/* An authentication may serve several scalers, so that a part which this one does not read says nothing. */
static int check_referred(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_resolved_trigger *resolved = &trigger->resolved;

	if (!resolved->authentication || may_use(resolved->trigger, resolved->authentication))
		return 0;
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_AUTHENTICATION_PARAMETER_UNKNOWN,
	                     .path = kg_rule_trigger_path(context, trigger, "authenticationRef.name"),
	                     .type = KG_FIELD_NO_EFFECT,
	                     .detail = kg_arena_printf(context->arena,
	                                               "the %s scaler reads none of the parameters that this authentication gives",
	                                               resolved->trigger->type),
	                     .fix = "refer to the one that is meant for it, or name its parameters as the scaler does",
	                     .ceiling = KG_ACTION_WARN,
	             });
}

int kg_check_authentication_parameter_unknown(const struct kg_rule_context *context, struct kg_findings *out)
{
	return context->object->kind & KG_KINDS_SCALED ? kg_rule_each_trigger(context, out, check_referred) : check_entries(context, out);
}
