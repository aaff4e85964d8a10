/*
 * azure-pipelines: jobs that wait in an agent pool. A personalAccessToken wins over a pod identity. KEDA asks for the pool before it accepts the
 * trigger.
 *
 * Read at 2.17.0 to 2.20.2 and main. Up to 2.16 code of its own reads the parameters.
 */
#include <string.h>

#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 17, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("organizationURL",                      KG_FROM_ENV_AUTH,          KG_TYPE_STRING, KG_REQUIRED, .removed = KG_VERSION(2, 18, 1), .target = KG_TARGET_ADDRESS),
	PARAM("organizationURL",                      KG_FROM_ENV_AUTH_METADATA, KG_TYPE_STRING, KG_REQUIRED, .since = KG_VERSION(2, 18, 1), .target = KG_TARGET_ADDRESS),
	PARAM("personalAccessToken",                  KG_FROM_AUTH_ENV,          KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .sent_as = "the personal access token"),
	PARAM("parent",                               KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("demands",                              KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("poolName",                             KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("poolID",                               KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL),
	PARAM("targetPipelinesQueueLength",           KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "1"),
	PARAM("activationTargetPipelinesQueueLength", KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("jobsToFetch",                          KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "250", .untrimmed = true),
	PARAM("fetchUnfinishedJobsOnly",              KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false", .since = KG_VERSION(2, 18, 0)),
	PARAM("requireAllDemands",                    KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("requireAllDemandsAndIgnoreOthers",     KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false", .since = KG_VERSION(2, 17, 0)),
	PARAM("caseInsensitiveDemandsProcessing",     KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false", .since = KG_VERSION(2, 18, 0)),
};
/* clang-format on */

static enum kg_other_identities other_identity(const struct kg_params *params)
{
	if (kg_params_given(params, "personalAccessToken"))
		return KG_IDENTITY_IGNORED;
	if (params->identity.provider == KG_PROVIDER_AZURE_WORKLOAD || !kg_params_missing(params, "personalAccessToken"))
		return KG_IDENTITY_UNDESCRIBED;
	return KG_IDENTITY_REFUSED;
}

static bool asks_for_token(const struct kg_params *params)
{
	return params->identity.state == KG_IDENTITY_STATE_KNOWN && params->identity.provider == KG_PROVIDER_AZURE_WORKLOAD &&
	       kg_params_missing(params, "personalAccessToken");
}

/* KEDA attaches the token to whatever host the URL names. Only Azure DevOps in the cloud takes it. */
static const struct kg_token_audience audiences[] = {
        {
                .providers = KG_PROVIDER_AZURE_WORKLOAD,
                .parameter = "organizationURL",
                .suffixes = KG_NAMES("dev.azure.com", ".visualstudio.com"),
                .what = "an Azure access token for Azure DevOps",
                .sent = asks_for_token,
        },
        {.providers = 0},
};

static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	if (!asks_for_token(params))
		return false;
	*ret_use = (struct kg_credential_use){.what = "the access token"};
	return true;
}

/* KEDA takes what is behind the last "/" for the organization. */
static int check_url(const struct kg_params *params, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, "organizationURL");
	struct kg_url url;

	if (!text)
		return 0;
	if (text[strlen(text) - 1] == '/')
		return kg_complain_invalid(params, "organizationURL", "must not end with /: KEDA looks for the organization behind it",
		                           out);
	if (!kg_url_parse(text, &url) || !(kg_slice_equal_nocase(url.scheme, "https") || kg_slice_equal_nocase(url.scheme, "http")) ||
	    (kg_params_strict_urls(params) && kg_url_has_stray_colon(&url)))
		return kg_complain_invalid(params, "organizationURL", "must be a URL such as https://dev.azure.com/<organization>", out);
	return 0;
}

static int check_pool(const struct kg_params *params, struct kg_complaints *out)
{
	if (!kg_params_missing(params, "poolName"))
		return 0;
	if (kg_params_missing(params, "poolID"))
		return kg_complain_missing(params, "poolName", "KEDA needs poolName or poolID", out);
	return kg_number_is_zero(params, "poolID") ? kg_complain_invalid(params, "poolID", "must not be 0 without poolName", out) : 0;
}

static int check_jobs(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const others[] = {"fetchUnfinishedJobsOnly", "parent"};
	int status = 0;

	if (params->keda_version < KG_VERSION(2, 18, 0) || !kg_params_given(params, "jobsToFetch"))
		return 0;
	for (size_t i = 0; i < KG_ARRAY_LEN(others) && status == 0; i++) {
		if (kg_params_given(params, others[i]))
			status = kg_complain_conflict(params, "jobsToFetch",
			                              kg_arena_printf(out->arena, "must not be given together with %s", others[i]), out);
	}
	return status;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = check_url(params, out);

	if (status == 0)
		status = check_pool(params, out);
	return status ? status : check_jobs(params, out);
}

const struct kg_scaler kg_scaler_azure_pipelines = {
        .type = "azure-pipelines",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_REFUSED,
        .other_identity = other_identity,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "organizationURL"},
        .check = check,
        .credential = credential,
        .audiences = audiences,
        .source = "pkg/scalers/azure_pipelines_scaler.go",
};
