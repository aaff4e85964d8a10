#include "scalers/azure_authorization.h"

#include <string.h>

#include "scalers/complaints.h"

const struct kg_identity_support kg_azure_identities[] = {
        {KG_PROVIDER_AZURE_WORKLOAD, 0},
        {KG_PROVIDER_AZURE, 0},
        {KG_PROVIDER_NONE, 0},
};

/* azidentity, validTenantID */
int kg_azure_authorization_check_tenant(const struct kg_params *params, struct kg_complaints *out)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
	const char *tenant = kg_params_text(params, "tenantId");

	if (!tenant || kg_params_identity_possible(params) || tenant[strspn(tenant, allowed)] == '\0')
		return 0;
	return kg_complain_doubtful(params, "tenantId", "must be the tenant's GUID or domain: letters, digits, dots and hyphens only", out);
}
