/*
 * azure-queue: the length of a storage queue.
 *
 * Up to 2.15 code of its own reads the parameters: a connection in the metadata has no effect, and the case of queueLengthStrategy does not matter.
 */
#include "scalers/azure_authorization.h"
#include "scalers/azure_cloud.h"
#include "scalers/azure_storage.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("activationQueueLength", KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("queueName",             KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("queueLength",           KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "5"),
	PARAM("connection",            KG_FROM_AUTH_ENV,          KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .secret_inside = true, .ignored_with_identity = true, .target = KG_TARGET_ADDRESS, .hosts_in = kg_azure_queue_hosts, .removed = TYPED_SINCE),
	PARAM("connection",            KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .secret_inside = true, .ignored_with_identity = true, .target = KG_TARGET_ADDRESS, .hosts_in = kg_azure_queue_hosts, .since = TYPED_SINCE),
	PARAM("accountName",           KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED_WITH_IDENTITY),
	PARAM("endpointSuffix",        KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("queueLengthStrategy",   KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 15, 0), .values = KG_NAMES("all", "visibleonly"), .def = "all"),
	PARAM("cloud",                 KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("useAAdPodIdentity",     KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .removed = KG_VERSION(2, 15, 0), .instead = "a TriggerAuthentication with podIdentity"),
};
/* clang-format on */

static const struct kg_azure_storage storage = {"connection", KG_AZURE_QUEUE_ENDPOINT};

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
	int status = kg_azure_cloud_check(params, "endpointSuffix", out);

	return status ? status : kg_azure_storage_check(params, &storage, out);
}

const struct kg_scaler kg_scaler_azure_queue = {
        .type = "azure-queue",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .identities = kg_azure_identities,
        .other_identities = KG_IDENTITY_REFUSED,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "always, but for http in connection"},
        .check = check,
        .credential = credential,
        .source = "pkg/scalers/azure_queue_scaler.go",
};
