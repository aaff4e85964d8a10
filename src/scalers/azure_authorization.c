#include "scalers/azure_authorization.h"

#include <string.h>

#include "scalers/complaints.h"

const struct kg_identity_support kg_azure_identities[] = {
        {KG_PROVIDER_AZURE_WORKLOAD, 0},
        {KG_PROVIDER_AZURE, 0},
        {KG_PROVIDER_NONE, 0},
};

/* azidentity, validTenantID */
static bool is_tenant(const char *text)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";

	return text[strspn(text, allowed)] == '\0';
}

int kg_azure_authorization_check_tenant(const struct kg_params *params, bool at_once, struct kg_complaints *out)
{
	static const char detail[] = "must be the tenant's GUID or domain: letters, digits, dots and hyphens only";
	const struct kg_param_value *tenant = kg_params_get(params, "tenantId");
	bool certain = at_once && params->keda_version >= KG_VERSION(2, 20, 0) && tenant->source != KG_SOURCE_AUTH;

	if (!tenant->text || kg_params_identity_possible(params) || is_tenant(tenant->text))
		return 0;
	return certain ? kg_complain_invalid(params, "tenantId", detail, out) : kg_complain_doubtful(params, "tenantId", detail, out);
}
