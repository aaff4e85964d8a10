/*
 * What a later version of KEDA brings: keda-too-old.
 */
#include <stddef.h>

#include "kedagate/base/err.h"
#include "rules/checks.h"
#include "rules/findings.h"
#include "rules/parameters.h"

/* ---- in an authentication ---- */

/* The blocks whose paths are not those of KEDA's first versions; kg_auth_block_since has the versions. */
static const char *const block_paths[] = {
        [KG_AUTH_BLOCK_CONFIG_MAP] = "spec.configMapTargetRef",
        [KG_AUTH_BLOCK_GCP_SECRET_MANAGER] = "spec.gcpSecretManager",
        [KG_AUTH_BLOCK_AWS_SECRET_MANAGER] = "spec.awsSecretManager",
        [KG_AUTH_BLOCK_SERVICE_ACCOUNT_TOKEN] = "spec.boundServiceAccountToken",
        [KG_AUTH_BLOCK_OAUTH2] = "spec.oauth2",
};

/* A text field of an authentication, and the first version whose CRD has it. */
struct text_field {
	const char *path;
	size_t offset;
	uint32_t since;
};

#define FIELD(path_, member_, major_, minor_)                                                                                              \
	{                                                                                                                                  \
		(path_), offsetof(struct kg_authentication, member_), KG_VERSION(major_, minor_, 0)                                        \
	}

static const struct text_field text_fields[] = {
        FIELD("spec.podIdentity.identityTenantId", pod_identity.identity_tenant_id, 2, 14),
        FIELD("spec.podIdentity.identityAuthorityHost", pod_identity.identity_authority_host, 2, 14),
        FIELD("spec.podIdentity.roleArn", pod_identity.role_arn, 2, 13),
        FIELD("spec.podIdentity.externalID", pod_identity.external_id, 2, 20),
        FIELD("spec.hashiCorpVault.credential.serviceAccountName", vault.service_account_name, 2, 18),
        FIELD("spec.filePath", file_path, 2, 19),
};

static int add_too_old(const struct kg_rule_context *context, const char *path, const char *what, uint32_t since, struct kg_findings *out)
{
	char text[KG_VERSION_TEXT_MAX];

	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_KEDA_TOO_OLD,
	                     .path = path,
	                     .type = KG_FIELD_FORBIDDEN,
	                     .detail = kg_arena_printf(context->arena, "%s needs KEDA %s or later", what, kg_version_text(since, text)),
	                     .ceiling = kg_rule_version_ceiling(context),
	             });
}

static int check_blocks(const struct kg_rule_context *context, const struct kg_authentication *authentication, struct kg_findings *out)
{
	int status = 0;

	for (size_t i = 0; i < authentication->entry_count && status == 0; i++) {
		enum kg_auth_block block = authentication->entries[i].block;

		if (kg_auth_block_since(block) > context->keda_version && block_paths[block])
			status = add_too_old(context, block_paths[block], "this source of parameters", kg_auth_block_since(block), out);
	}
	return status;
}

static int check_authentication(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_authentication *authentication = &context->object->authentication;
	enum kg_provider provider = kg_provider_parse(authentication->pod_identity.provider);
	int status = check_blocks(context, authentication, out);

	for (size_t i = 0; i < KG_ARRAY_LEN(text_fields) && status == 0; i++) {
		const char *const *text = (const void *)((const char *)authentication + text_fields[i].offset);

		if (*text && text_fields[i].since > context->keda_version)
			status = add_too_old(context, text_fields[i].path, "this field", text_fields[i].since, out);
	}
	if (status == 0 && provider == KG_PROVIDER_AWS && !kg_provider_exists(provider, context->keda_version))
		status = add_too_old(context, "spec.podIdentity.provider", "the provider aws", KG_VERSION(2, 13, 0), out);
	return status;
}

/* ---- in a trigger ---- */

static int check_type(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;
	const char *what = NULL;

	if (!scaler || scaler->since <= context->keda_version)
		return 0;
	what = kg_arena_printf(context->arena, "the trigger type %s", scaler->type);
	return what ? add_too_old(context, kg_rule_trigger_path(context, trigger, "type"), what, scaler->since, out) : KG_ENOMEM;
}

static int check_identity(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_identity *identity = &trigger->resolved.params.identity;
	const char *what = NULL;
	uint32_t since = 0;

	if (!trigger->described || identity->state != KG_IDENTITY_STATE_KNOWN)
		return 0;
	(void)kg_scaler_supports(trigger->resolved.scaler, identity->provider, context->keda_version, &since);
	if (since <= context->keda_version)
		return 0;
	what = kg_arena_printf(context->arena, "%s with the pod identity provider %s", trigger->resolved.scaler->type,
	                       identity->provider_text);
	return what ? add_too_old(context, kg_rule_trigger_path(context, trigger, "authenticationRef.name"), what, since, out) : KG_ENOMEM;
}

/* KEDA ignores a key that it does not know yet: a warning, whatever the policy makes of the rule. */
static int check_key(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_rule_key *key,
                     struct kg_findings *out)
{
	char text[KG_VERSION_TEXT_MAX];

	if (key->use != KG_KEY_NOT_YET)
		return 0;
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_KEDA_TOO_OLD,
	                     .path = kg_rule_metadata_path(context, trigger, key->name),
	                     .type = KG_FIELD_NO_EFFECT,
	                     .detail = kg_arena_printf(context->arena, "KEDA reads it from %s on", kg_version_text(key->row->since, text)),
	                     .ceiling = KG_ACTION_WARN,
	             });
}

static int check_trigger(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	int status = check_type(context, trigger, out);

	if (status == 0)
		status = check_identity(context, trigger, out);
	for (size_t i = 0; i < trigger->key_count && status == 0; i++)
		status = check_key(context, trigger, &trigger->keys[i], out);
	return status;
}

int kg_check_keda_too_old(const struct kg_rule_context *context, struct kg_findings *out)
{
	int status = 0;

	if (context->object->kind & KG_KINDS_AUTHENTICATION)
		return check_authentication(context, out);
	status = kg_rule_each_trigger(context, out, check_trigger);
	return status ? status : kg_parameters_complain(context, KG_COMPLAINT_TOO_OLD, out);
}
