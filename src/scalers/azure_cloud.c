#include "scalers/azure_cloud.h"

#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"

const char *const kg_azure_login_hosts[] = {
        "login.microsoftonline.com",
        "login.microsoft.com",
        "login.windows.net",
        "sts.windows.net",
        "login-us.microsoftonline.com",
        "login.microsoftonline.us",
        "login.usgovcloudapi.net",
        "login.partner.microsoftonline.cn",
        "login.chinacloudapi.cn",
        "login.microsoftonline.de",
        "login.sovcloud-identity.fr",
        "login.sovcloud-identity.de",
        "login.sovcloud-identity.sg",
        NULL,
};

static const struct cloud {
	const char *name;
	enum kg_azure_cloud cloud;
	bool monitor; /* Azure Monitor's APIs know it by this name */
} clouds[] = {
        {"AzurePublicCloud", KG_AZURE_PUBLIC, true},   {"AzureUSGovernmentCloud", KG_AZURE_US_GOVERNMENT, true},
        {"AzureChinaCloud", KG_AZURE_CHINA, true},     {"Private", KG_AZURE_PRIVATE, true},
        {"AzureCloud", KG_AZURE_PUBLIC, false},        {"AzureUSGovernment", KG_AZURE_US_GOVERNMENT, false},
        {"AzureGermanCloud", KG_AZURE_GERMANY, false}, {"AzureStackCloud", KG_AZURE_STACK, false},
};

/* NULL for a name that is none of them; the public cloud when the trigger names none. */
static const struct cloud *cloud_of(const struct kg_params *params)
{
	const char *text = kg_params_text(params, "cloud");

	if (!text)
		return &clouds[0];
	for (size_t i = 0; i < KG_ARRAY_LEN(clouds); i++) {
		if (kg_slice_equal_nocase(kg_slice_of(text), clouds[i].name))
			return &clouds[i];
	}
	return NULL;
}

enum kg_azure_cloud kg_azure_cloud_of(const struct kg_params *params)
{
	const struct cloud *cloud = cloud_of(params);

	return cloud ? cloud->cloud : KG_AZURE_UNKNOWN;
}

static int check_endpoint(const struct kg_params *params, const struct cloud *cloud, const char *endpoint, struct kg_complaints *out)
{
	if (cloud->cloud == KG_AZURE_PRIVATE && kg_params_missing(params, endpoint))
		return kg_complain_missing(params, endpoint, "KEDA needs it for cloud Private", out);
	return 0;
}

/* KEDA takes this one as it is written. */
static bool is_spaced(const struct kg_params *params)
{
	return kg_params_get(params, "cloud")->spaced;
}

int kg_azure_cloud_check(const struct kg_params *params, const char *endpoint, struct kg_complaints *out)
{
	const struct cloud *cloud = is_spaced(params) ? NULL : cloud_of(params);

	if (!cloud)
		return kg_complain_invalid(
		        params, "cloud",
		        "must be one of AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud and Private", out);
	return check_endpoint(params, cloud, endpoint, out);
}

int kg_azure_cloud_check_monitor(const struct kg_params *params, const char *endpoint, struct kg_complaints *out)
{
	const struct cloud *cloud = cloud_of(params);

	if (!cloud || !cloud->monitor)
		return kg_complain_invalid(params, "cloud", "must be AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud or Private",
		                           out);
	return check_endpoint(params, cloud, endpoint, out);
}
