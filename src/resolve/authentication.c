#include "resolve/authentication.h"

#include <string.h>

#include "kedagate/base/err.h"

/* From KEDA's CRDs at the tagged versions. */
static const uint32_t block_since[] = {
        [KG_AUTH_BLOCK_ENV] = 0,
        [KG_AUTH_BLOCK_CONFIG_MAP] = KG_VERSION(2, 13, 0),
        [KG_AUTH_BLOCK_SECRET] = 0,
        [KG_AUTH_BLOCK_VAULT] = 0,
        [KG_AUTH_BLOCK_AZURE_KEY_VAULT] = 0,
        [KG_AUTH_BLOCK_GCP_SECRET_MANAGER] = KG_VERSION(2, 13, 0),
        [KG_AUTH_BLOCK_AWS_SECRET_MANAGER] = KG_VERSION(2, 13, 0),
        [KG_AUTH_BLOCK_SERVICE_ACCOUNT_TOKEN] = KG_VERSION(2, 17, 0),
        [KG_AUTH_BLOCK_OAUTH2] = KG_VERSION(2, 20, 0),
};

uint32_t kg_auth_block_since(enum kg_auth_block block)
{
	return block_since[block];
}

static bool is_same(const char *one, const char *other)
{
	return one == other || (one && other && strcmp(one, other) == 0);
}

/* Reading a large one anew for each trigger would fill the review's arena. */
static struct kg_resolved_reference look_up(const struct kg_resolve_context *context, const struct kg_authentication_ref *to)
{
	const struct kg_world *world = context->world;
	const struct kg_object_key key = {kg_authentication_kind(to->kind), context->namespace, to->name};
	struct kg_resolved_reference found = {.to = to};

	if (context->last && context->last->to && is_same(to->name, context->last->to->name) && is_same(to->kind, context->last->to->kind))
		return *context->last;
	found.lookup = world->operations->authentication(world, &key, context->arena, &found.authentication);
	if (found.lookup != KG_LOOKUP_FOUND)
		found.authentication = NULL;
	if (context->last)
		*context->last = found;
	return found;
}

void kg_auth_source_init(struct kg_auth_source *source, const struct kg_environment *environment, const struct kg_resolve_context *context,
                         const struct kg_trigger *trigger)
{
	static const enum kg_reference_state states[] = {
	        [KG_LOOKUP_FOUND] = KG_REFERENCE_FOUND,
	        [KG_LOOKUP_ABSENT] = KG_REFERENCE_ABSENT,
	        [KG_LOOKUP_UNSEEN] = KG_REFERENCE_UNRESOLVED,
	};
	const struct kg_authentication_ref *reference = &trigger->authentication_ref;
	enum kg_kind kind = kg_authentication_kind(reference->kind);
	struct kg_resolved_reference found;

	*source = (struct kg_auth_source){.context = context, .environment = environment, .reference = KG_REFERENCE_NONE};
	if (!reference->set || !reference->name || *reference->name == '\0')
		return;
	source->reference = KG_REFERENCE_UNRESOLVED;
	if (kind == KG_KIND_OTHER)
		return;
	source->cluster_wide = kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;
	found = look_up(context, reference);
	source->reference = states[found.lookup];
	source->authentication = found.authentication;
}

bool kg_auth_source_unseen(const struct kg_auth_source *source)
{
	return source->reference == KG_REFERENCE_UNRESOLVED || (source->reference == KG_REFERENCE_ABSENT && source->context->world->live);
}

bool kg_auth_source_unresolved(const struct kg_auth_source *source)
{
	if (kg_auth_source_unseen(source))
		return true;
	/* A file in the operator's pod gives the values, and KEDA looks at no other block. */
	return source->authentication && source->authentication->file_path && source->context->keda_version >= KG_VERSION(2, 19, 0);
}

static int from_key(const struct kg_auth_source *source, const struct kg_auth_entry *entry, bool secret, struct kg_given *ret_given)
{
	const struct kg_resolve_context *context = source->context;
	const struct kg_world *world = context->world;
	const struct kg_value_source place = {.secret = secret, .namespace = context->namespace, .name = entry->name};
	const char *value = NULL;

	/* A cluster-wide authentication reads from KEDA's own namespace, whose name is not known. */
	if (source->cluster_wide || !entry->name || !entry->key)
		return 0;
	switch (world->operations->value(world, &place, entry->key, context->arena, &value)) {
	case KG_LOOKUP_FOUND:
		return kg_given_text(context->arena, value, ret_given);
	case KG_LOOKUP_ABSENT:
		*ret_given = (struct kg_given){.state = KG_PARAM_ABSENT};
		return 0;
	case KG_LOOKUP_UNSEEN:
		break;
	}
	return 0;
}

static int from_oauth2(const struct kg_auth_source *source, const struct kg_auth_entry *entry, struct kg_given *ret_given)
{
	const struct kg_oauth2 *oauth2 = &source->authentication->oauth2;

	if (strcmp(entry->parameter, "oauthTokenURI") == 0)
		return kg_given_text(source->context->arena, oauth2->token_url, ret_given);
	if (strcmp(entry->parameter, "clientID") == 0)
		return kg_given_text(source->context->arena, oauth2->client_id, ret_given);
	if (strcmp(entry->parameter, "clientSecret") != 0)
		return 0;
	if (entry->name)
		return from_key(source, entry, true, ret_given);
	*ret_given = (struct kg_given){.state = KG_PARAM_ABSENT};
	return 0;
}

static int from_entry(const struct kg_auth_source *source, const struct kg_auth_entry *entry, struct kg_given *ret_given)
{
	const struct kg_environment *environment = source->environment;

	*ret_given = (struct kg_given){.state = KG_PARAM_PRESENT};
	switch (entry->block) {
	case KG_AUTH_BLOCK_ENV:
		if (!entry->name)
			return 0;
		return kg_environment_given(environment, kg_environment_container(environment, entry->container), entry->name, ret_given);
	case KG_AUTH_BLOCK_CONFIG_MAP:
		return from_key(source, entry, false, ret_given);
	case KG_AUTH_BLOCK_SECRET:
		return from_key(source, entry, true, ret_given);
	case KG_AUTH_BLOCK_OAUTH2:
		return from_oauth2(source, entry, ret_given);
	case KG_AUTH_BLOCK_VAULT:
	case KG_AUTH_BLOCK_AZURE_KEY_VAULT:
	case KG_AUTH_BLOCK_GCP_SECRET_MANAGER:
	case KG_AUTH_BLOCK_AWS_SECRET_MANAGER:
	case KG_AUTH_BLOCK_SERVICE_ACCOUNT_TOKEN:
		break;
	}
	return 0;
}

int kg_auth_source_parameter(const struct kg_auth_source *source, const char *name, struct kg_given *ret_given)
{
	const struct kg_authentication *authentication = source->authentication;

	*ret_given = (struct kg_given){.state = KG_PARAM_ABSENT};
	if (kg_auth_source_unresolved(source)) {
		ret_given->state = KG_PARAM_UNRESOLVED;
		return 0;
	}
	for (size_t i = authentication ? authentication->entry_count : 0; i > 0; i--) {
		const struct kg_auth_entry *entry = &authentication->entries[i - 1];

		/* The entries stand in the order KEDA applies them: the last one of a name counts, even when it gives nothing. */
		if (block_since[entry->block] <= source->context->keda_version && entry->parameter && strcmp(entry->parameter, name) == 0)
			return from_entry(source, entry, ret_given);
	}
	return 0;
}
