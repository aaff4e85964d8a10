#include "scalers/azure_cloud.h"

#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"

static const struct cloud {
	const char *name;
	enum kg_azure_cloud cloud;
} clouds[] = {
        {"AzureCloud", KG_AZURE_PUBLIC},
        {"AzurePublicCloud", KG_AZURE_PUBLIC},
        {"AzureUSGovernment", KG_AZURE_US_GOVERNMENT},
        {"AzureUSGovernmentCloud", KG_AZURE_US_GOVERNMENT},
        {"AzureChinaCloud", KG_AZURE_CHINA},
        {"AzureGermanCloud", KG_AZURE_GERMANY},
        {"Private", KG_AZURE_PRIVATE},
        {"AzureStackCloud", KG_AZURE_STACK},
};

enum kg_azure_cloud kg_azure_cloud_of(const struct kg_params *params)
{
	const char *text = kg_params_text(params, "cloud");

	if (!text)
		return KG_AZURE_PUBLIC;
	for (size_t i = 0; i < KG_ARRAY_LEN(clouds); i++) {
		if (kg_slice_equal_nocase(kg_slice_of(text), clouds[i].name))
			return clouds[i].cloud;
	}
	return KG_AZURE_UNKNOWN;
}

int kg_azure_cloud_check(const struct kg_params *params, const char *endpoint, struct kg_complaints *out)
{
	enum kg_azure_cloud cloud = kg_azure_cloud_of(params);

	if (cloud == KG_AZURE_UNKNOWN)
		return kg_complain_invalid(
		        params, "cloud",
		        "must be one of AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud and Private", out);
	if (cloud == KG_AZURE_PRIVATE && kg_params_missing(params, endpoint))
		return kg_complain_missing(params, endpoint, "KEDA needs it for cloud Private", out);
	return 0;
}
