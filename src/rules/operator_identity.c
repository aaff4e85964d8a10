/*
 * Whether KEDA's operator is set up for the identity that an authentication wants: operator-identity-missing.
 *
 * Source: azure-workload-identity's mutating webhook: it gives a token, and the AZURE_ variables, to pods with the label, for the client id that
 * the annotation of their service account names.
 */
#include "kedagate/base/err.h"
#include "rules/checks.h"
#include "rules/findings.h"

/* What the operator lacks to sign in with the identity; NULL when nothing, or when it cannot be told. */
static const char *find_lack(const struct kg_operator_facts *facts, const struct kg_pod_identity *identity)
{
	if (facts->has_azure_environment)
		return NULL;
	if (!facts->has_azure_label)
		return "the pods of KEDA's operator lack the label azure.workload.identity/use: \"true\", so that they get no token to "
		       "sign in with";
	if (facts->service_account_seen && kg_rule_is_empty(facts->azure_client_id) && kg_rule_is_empty(identity->identity_id))
		return "neither is there an identityId, nor has the service account of KEDA's operator the annotation "
		       "azure.workload.identity/client-id";
	return NULL;
}

static int check_identity(const struct kg_rule_context *context, const char *path, const struct kg_pod_identity *identity,
                          struct kg_findings *out)
{
	const struct kg_world *world = context->judged->world;
	struct kg_operator_facts facts;
	const char *lack = NULL;

	if (!identity->set || kg_provider_parse(identity->provider) != KG_PROVIDER_AZURE_WORKLOAD)
		return 0;
	if (world->operations->keda_operator(world, context->arena, &facts) == KG_LOOKUP_FOUND)
		lack = find_lack(&facts, identity);
	if (!lack)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_OPERATOR_IDENTITY_MISSING,
	                                    .path = path,
	                                    .type = KG_FIELD_INVALID,
	                                    .value = identity->provider,
	                                    .detail = lack,
	                                    .fix = "install KEDA with podIdentity.azureWorkload.enabled: true",
	                                    .ceiling = KG_ACTION_WARN,
	                            });
}

int kg_check_operator_identity_missing(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_authentication *authentication = &context->object->authentication;
	int status = check_identity(context, "spec.podIdentity.provider", &authentication->pod_identity, out);

	return status ? status
	              : check_identity(context, "spec.azureKeyVault.podIdentity.provider", &authentication->azure_key_vault_identity, out);
}
