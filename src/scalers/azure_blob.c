/*
 * azure-blob: how many blobs a container has.
 *
 * Up to 2.18 code of its own reads the parameters, and a connection in the metadata has no effect.
 */
#include "kedagate/syntax/go_glob.h"
#include "scalers/azure_authorization.h"
#include "scalers/azure_cloud.h"
#include "scalers/azure_storage.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 19, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("blobContainerName",   KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("blobCount",           KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "5"),
	PARAM("activationBlobCount", KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("blobDelimiter",       KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .def = "/"),
	PARAM("blobPrefix",          KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("recursive",           KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("globPattern",         KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("endpointSuffix",      KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("connection",          KG_FROM_AUTH_ENV,          KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .secret_inside = true, .ignored_with_identity = true, .target = KG_TARGET_ADDRESS, .hosts_in = kg_azure_blob_hosts, .removed = TYPED_SINCE),
	PARAM("connection",          KG_FROM_AUTH_ENV_METADATA, KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .also = {"connectionFromEnv"}, .credential = true, .secret_inside = true, .ignored_with_identity = true, .target = KG_TARGET_ADDRESS, .hosts_in = kg_azure_blob_hosts, .since = TYPED_SINCE),
	PARAM("accountName",         KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED_WITH_IDENTITY),
	PARAM("cloud",               KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("useAAdPodIdentity",   KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .removed = KG_VERSION(2, 15, 0), .instead = "a TriggerAuthentication with podIdentity"),
	PARAM("metricName",          KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_VERSION(2, 12, 0)),
};
/* clang-format on */

static const struct kg_azure_storage storage = {"connection", KG_AZURE_BLOB_ENDPOINT};

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	kg_azure_storage_decide(params, &storage, out);
}

static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	return kg_azure_storage_credential(params, &storage, ret_use);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	const char *pattern = kg_params_text(params, "globPattern");
	int status = 0;

	if (pattern && !kg_go_glob_valid(pattern))
		status = kg_complain_invalid(params, "globPattern",
		                             "must be a glob in which each [ begins a set such as [abc] or [a-z], or is written \\[", out);
	if (status == 0)
		status = kg_azure_cloud_check(params, "endpointSuffix", out);
	return status ? status : kg_azure_storage_check(params, &storage, out);
}

const struct kg_scaler kg_scaler_azure_blob = {
        .type = "azure-blob",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .identities = kg_azure_identities,
        .other_identities = KG_IDENTITY_REFUSED,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "always, but for http in connection"},
        .check = check,
        .credential = credential,
        .source = "pkg/scalers/azure_blob_scaler.go",
};
