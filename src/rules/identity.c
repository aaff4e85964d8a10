/*
 * Pod identities, on the authentication that names one and on whoever refers to it: identity-id-missing, identity-id-invalid, identity-unsupported,
 * identity-ignored, provider-removed.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/guid.h"
#include "kedagate/syntax/text.h"
#include "rules/checks.h"
#include "rules/findings.h"

/* The places of an authentication that hold a pod identity. */
struct identity_place {
	const char *path;
	size_t offset; /* in struct kg_authentication */
};

#define PLACE(path_, member_)                                                                                                              \
	{                                                                                                                                  \
		(path_), offsetof(struct kg_authentication, member_)                                                                       \
	}

static const struct identity_place identity_places[] = {
        PLACE("spec.podIdentity", pod_identity),
        PLACE("spec.azureKeyVault.podIdentity", azure_key_vault_identity),
        PLACE("spec.awsSecretManager.podIdentity", aws_secret_manager_identity),
        PLACE("spec.gcpSecretManager.podIdentity", gcp_secret_manager_identity),
};

typedef int identity_check(const struct kg_rule_context *context, const char *path, const struct kg_pod_identity *identity,
                           struct kg_findings *out);

/* Run `check` on every pod identity of the authentication under review. */
static int each_identity(const struct kg_rule_context *context, struct kg_findings *out, identity_check *check)
{
	const char *authentication = (const char *)&context->object->authentication;
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(identity_places) && status == 0; i++) {
		const struct kg_pod_identity *identity = (const void *)(authentication + identity_places[i].offset);

		if (identity->set)
			status = check(context, identity_places[i].path, identity, out);
	}
	return status;
}

static bool is_azure_workload(const struct kg_pod_identity *identity)
{
	return kg_provider_parse(identity->provider) == KG_PROVIDER_AZURE_WORKLOAD;
}

static const char missing_effect[] = "without it KEDA signs in as its own operator, an identity that every tenant shares";
static const char invalid_fix[] = "write the client id (a GUID) of the user-assigned managed identity";
static const char missing_fix[] = "write identityId: the client id of a user-assigned managed identity";

/* What is wrong with an identityId that is given; NULL when it is a client id. */
static const char *invalid_because(const char *id)
{
	if (kg_guid_valid(id))
		return NULL;
	if (*id == '\0')
		return "is empty, which KEDA refuses; must be the client id (a GUID) of a user-assigned managed identity";
	if (*id == '/')
		return "is a resource path; must be the client id (a GUID) of the managed identity";
	return "must be the client id (a GUID) of a user-assigned managed identity";
}

/* ---- on the authentication ---- */

static int check_missing(const struct kg_rule_context *context, const char *path, const struct kg_pod_identity *identity,
                         struct kg_findings *out)
{
	if (!is_azure_workload(identity) || identity->identity_id)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_IDENTITY_ID_MISSING,
	                                    .path = kg_path_key(context->arena, path, "identityId"),
	                                    .type = KG_FIELD_REQUIRED,
	                                    .detail = missing_effect,
	                                    .fix = missing_fix,
	                            });
}

static int check_invalid(const struct kg_rule_context *context, const char *path, const struct kg_pod_identity *identity,
                         struct kg_findings *out)
{
	const char *because = NULL;

	if (is_azure_workload(identity) && identity->identity_id)
		because = invalid_because(identity->identity_id);
	if (!because)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_IDENTITY_ID_INVALID,
	                                    .path = kg_path_key(context->arena, path, "identityId"),
	                                    .type = KG_FIELD_INVALID,
	                                    .value = identity->identity_id,
	                                    .detail = because,
	                                    .fix = invalid_fix,
	                            });
}

/* The provider went with an older version: it is none that a later one brings. */
static bool is_removed(const struct kg_rule_context *context, enum kg_provider provider)
{
	return provider != KG_PROVIDER_OTHER && !kg_provider_exists(provider, context->keda_version) &&
	       !kg_provider_exists(provider, KG_VERSION_NEWEST);
}

static const char *removed_fix(enum kg_provider provider)
{
	if (provider == KG_PROVIDER_AZURE)
		return "write provider: azure-workload, with an identityId";
	return "write provider: aws, with a roleArn";
}

static int check_removed(const struct kg_rule_context *context, const char *path, const struct kg_pod_identity *identity,
                         struct kg_findings *out)
{
	enum kg_provider provider = kg_provider_parse(identity->provider);

	if (!is_removed(context, provider))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_PROVIDER_REMOVED,
	                                    .path = kg_path_key(context->arena, path, "provider"),
	                                    .type = KG_FIELD_NOT_SUPPORTED,
	                                    .value = identity->provider,
	                                    .detail = "KEDA has no such provider since 2.15.0",
	                                    .fix = removed_fix(provider),
	                                    .ceiling = kg_rule_version_ceiling(context),
	                            });
}

/* ---- on the trigger that refers to it ---- */

/* A finding about the authentication that the trigger refers to; `detail` NULL means that memory ran out. */
static int add_at_reference(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_finding *finding,
                            struct kg_findings *out)
{
	struct kg_finding placed = *finding;

	placed.path = kg_rule_trigger_path(context, trigger, "authenticationRef.name");
	if (placed.type == KG_FIELD_INVALID)
		placed.value = trigger->resolved.trigger->authentication_ref.name;
	return kg_findings_add(out, &placed);
}

/* An azure-workload identity is certainly set, and the scaler is not known to leave it aside. */
static bool signs_in_to_azure(const struct kg_rule_trigger *trigger)
{
	const struct kg_params *params = &trigger->resolved.params;

	return params->scaler && params->identity.state == KG_IDENTITY_STATE_KNOWN &&
	       params->identity.provider == KG_PROVIDER_AZURE_WORKLOAD && kg_params_useless_identity(params) == KG_IDENTITY_UNDESCRIBED;
}

static int check_missing_at(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	if (!signs_in_to_azure(trigger) || trigger->resolved.params.identity.identity_id)
		return 0;
	return add_at_reference(context, trigger,
	                        &(struct kg_finding){
	                                .rule = KG_RULE_IDENTITY_ID_MISSING,
	                                .type = KG_FIELD_INVALID,
	                                .detail = kg_arena_printf(context->arena, "names no identityId: %s", missing_effect),
	                                .fix = "give the authentication an identityId: the client id of a user-assigned managed identity",
	                        },
	                        out);
}

static int check_invalid_at(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const char *id = trigger->resolved.params.identity.identity_id;
	const char *because = id && signs_in_to_azure(trigger) ? invalid_because(id) : NULL;

	if (!because)
		return 0;
	return add_at_reference(context, trigger,
	                        &(struct kg_finding){
	                                .rule = KG_RULE_IDENTITY_ID_INVALID,
	                                .type = KG_FIELD_INVALID,
	                                .detail = kg_arena_printf(context->arena, "its identityId %s", because),
	                                .fix = invalid_fix,
	                        },
	                        out);
}

static int check_removed_at(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_identity *identity = &trigger->resolved.params.identity;

	if (identity->state != KG_IDENTITY_STATE_KNOWN || !is_removed(context, identity->provider))
		return 0;
	return add_at_reference(
	        context, trigger,
	        &(struct kg_finding){
	                .rule = KG_RULE_PROVIDER_REMOVED,
	                .type = KG_FIELD_INVALID,
	                .detail = kg_arena_printf(context->arena, "names the provider %s, which KEDA has no more since 2.15.0",
	                                          identity->provider_text),
	                .fix = removed_fix(identity->provider),
	                .ceiling = kg_rule_version_ceiling(context),
	        },
	        out);
}

/* What comes of the provider, unless another version of KEDA would do otherwise: that is keda-too-old or provider-removed. */
static enum kg_other_identities useless_in_every_version(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger)
{
	const struct kg_params *params = &trigger->resolved.params;
	enum kg_provider provider = params->identity.provider;
	uint32_t since = 0;

	if (!trigger->described || provider == KG_PROVIDER_OTHER || !kg_provider_exists(provider, context->keda_version))
		return KG_IDENTITY_UNDESCRIBED;
	(void)kg_scaler_supports(params->scaler, provider, context->keda_version, &since);
	return since > context->keda_version ? KG_IDENTITY_UNDESCRIBED : kg_params_useless_identity(params);
}

static bool cannot_work(enum kg_other_identities effect)
{
	return effect == KG_IDENTITY_REFUSED || effect == KG_IDENTITY_BREAKS;
}

/* Older versions may have gone on without the identity. */
static enum kg_action unsupported_ceiling(const struct kg_rule_trigger *trigger)
{
	return trigger->oldest && !cannot_work(kg_params_useless_identity(trigger->oldest)) ? KG_ACTION_WARN : KG_ACTION_DENY;
}

static int check_unsupported_at(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;
	enum kg_other_identities effect = useless_in_every_version(context, trigger);
	const char *words = "KEDA refuses to build the scaler";

	if (!cannot_work(effect))
		return 0;
	if (effect == KG_IDENTITY_BREAKS)
		words = scaler->other_identity_effect ? scaler->other_identity_effect : "what KEDA builds cannot work";
	return add_at_reference(
	        context, trigger,
	        &(struct kg_finding){
	                .rule = KG_RULE_IDENTITY_UNSUPPORTED,
	                .type = KG_FIELD_INVALID,
	                .detail = kg_arena_printf(context->arena, "the %s scaler does not support the pod identity provider %s: %s",
	                                          scaler->type, trigger->resolved.params.identity.provider_text, words),
	                .ceiling = unsupported_ceiling(trigger),
	        },
	        out);
}

static int check_ignored_at(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	if (useless_in_every_version(context, trigger) != KG_IDENTITY_IGNORED)
		return 0;
	return add_at_reference(
	        context, trigger,
	        &(struct kg_finding){
	                .rule = KG_RULE_IDENTITY_IGNORED,
	                .type = KG_FIELD_NO_EFFECT,
	                .detail = kg_arena_printf(context->arena,
	                                          "the %s scaler never looks at a pod identity: requests go out without the %s one",
	                                          trigger->resolved.scaler->type, trigger->resolved.params.identity.provider_text),
	        },
	        out);
}

/* ---- the rules ---- */

static bool is_authentication(const struct kg_rule_context *context)
{
	return (context->object->kind & KG_KINDS_AUTHENTICATION) != 0;
}

int kg_check_identity_id_missing(const struct kg_rule_context *context, struct kg_findings *out)
{
	return is_authentication(context) ? each_identity(context, out, check_missing)
	                                  : kg_rule_each_trigger(context, out, check_missing_at);
}

int kg_check_identity_id_invalid(const struct kg_rule_context *context, struct kg_findings *out)
{
	return is_authentication(context) ? each_identity(context, out, check_invalid)
	                                  : kg_rule_each_trigger(context, out, check_invalid_at);
}

int kg_check_provider_removed(const struct kg_rule_context *context, struct kg_findings *out)
{
	return is_authentication(context) ? each_identity(context, out, check_removed)
	                                  : kg_rule_each_trigger(context, out, check_removed_at);
}

int kg_check_identity_unsupported(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_unsupported_at);
}

int kg_check_identity_ignored(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_ignored_at);
}
