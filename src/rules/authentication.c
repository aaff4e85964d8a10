/*
 * What KEDA's own webhook refuses about an authentication, and what cannot work at run time: authentication-invalid.
 *
 * Source: apis/keda/v1alpha1/triggerauthentication_webhook.go (validateSpec), pkg/scaling/resolver/scale_resolvers.go.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/url.h"
#include "rules/checks.h"
#include "rules/findings.h"

static int add_required(const struct kg_rule_context *context, const char *path, const char *detail, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_AUTHENTICATION_INVALID,
	                                    .path = path,
	                                    .type = KG_FIELD_REQUIRED,
	                                    .detail = detail,
	                                    .ceiling = kg_rule_version_ceiling(context),
	                            });
}

static int add_invalid(const struct kg_rule_context *context, const char *path, const char *detail, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_AUTHENTICATION_INVALID,
	                                    .path = path,
	                                    .type = KG_FIELD_INVALID,
	                                    .detail = detail,
	                                    .ceiling = kg_rule_version_ceiling(context),
	                            });
}

static int check_azure(const struct kg_rule_context *context, const struct kg_pod_identity *identity, struct kg_findings *out)
{
	const char *tenant = identity->identity_tenant_id;

	if (context->keda_version < KG_VERSION(2, 14, 0))
		return 0;
	if (!kg_rule_is_empty(identity->identity_authority_host) && kg_rule_is_empty(tenant))
		return add_required(context, "spec.podIdentity.identityTenantId", "KEDA refuses an identityAuthorityHost without it", out);
	if (tenant && *tenant == '\0')
		return add_invalid(context, "spec.podIdentity.identityTenantId", "KEDA refuses an empty one: remove it, or name the tenant",
		                   out);
	return 0;
}

static int check_aws(const struct kg_rule_context *context, const struct kg_pod_identity *identity, struct kg_findings *out)
{
	bool role = !kg_rule_is_empty(identity->role_arn);
	bool workload = identity->identity_owner && strcmp(identity->identity_owner, "workload") == 0;
	int status = 0;

	if (role && workload && context->keda_version >= KG_VERSION(2, 13, 0))
		status = add_invalid(
		        context, "spec.podIdentity.roleArn",
		        "must not be given with identityOwner: workload, which takes the role of the workload's service account", out);
	if (status == 0 && !role && !kg_rule_is_empty(identity->external_id) && context->keda_version >= KG_VERSION(2, 20, 0))
		status = add_required(context, "spec.podIdentity.roleArn", "KEDA refuses an externalID without it", out);
	return status;
}

static int check_identity(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_pod_identity *identity = &context->object->authentication.pod_identity;
	enum kg_provider provider = kg_provider_parse(identity->provider);

	if (provider == KG_PROVIDER_AZURE_WORKLOAD || provider == KG_PROVIDER_AZURE)
		return check_azure(context, identity, out);
	return provider == KG_PROVIDER_AWS ? check_aws(context, identity, out) : 0;
}

static bool is_http_url(const char *text)
{
	struct kg_url url;

	if (!kg_url_parse(text, &url) || url.host.length == 0)
		return false;
	return kg_slice_equal_nocase(url.scheme, "http") || kg_slice_equal_nocase(url.scheme, "https");
}

static int check_oauth2(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_oauth2 *oauth2 = &context->object->authentication.oauth2;
	int status = 0;

	if (!oauth2->set || context->keda_version < KG_VERSION(2, 20, 0))
		return 0;
	if (oauth2->client_id && *oauth2->client_id == '\0')
		status = add_required(context, "spec.oauth2.clientId", "KEDA refuses an empty one", out);
	if (status == 0 && oauth2->token_url && !is_http_url(oauth2->token_url))
		status = add_invalid(context, "spec.oauth2.tokenUrl", "must be an absolute https:// URL", out);
	return status;
}

static int check_vault(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_vault *vault = &context->object->authentication.vault;
	bool kubernetes = vault->set && vault->authentication && strcmp(vault->authentication, "kubernetes") == 0;
	int status = 0;

	if (kubernetes && kg_rule_is_empty(vault->role))
		status = add_required(context, "spec.hashiCorpVault.role", "authentication: kubernetes needs it", out);
	if (status == 0 && kubernetes && kg_rule_is_empty(vault->mount))
		status = add_required(context, "spec.hashiCorpVault.mount", "authentication: kubernetes needs it", out);
	return status;
}

static int check_file_path(const struct kg_rule_context *context, struct kg_findings *out)
{
	bool cluster_wide = context->object->kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;

	if (cluster_wide || kg_rule_is_empty(context->object->authentication.file_path) || context->keda_version < KG_VERSION(2, 19, 0))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_AUTHENTICATION_INVALID,
	                                    .path = "spec.filePath",
	                                    .type = KG_FIELD_FORBIDDEN,
	                                    .detail = "KEDA reads files for a ClusterTriggerAuthentication only",
	                                    .ceiling = kg_rule_version_ceiling(context),
	                            });
}

int kg_check_authentication_invalid(const struct kg_rule_context *context, struct kg_findings *out)
{
	int status = check_identity(context, out);

	if (status == 0)
		status = check_oauth2(context, out);
	if (status == 0)
		status = check_vault(context, out);
	return status ? status : check_file_path(context, out);
}
