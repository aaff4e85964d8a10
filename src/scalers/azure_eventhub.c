/*
 * azure-eventhub: events that no checkpoint covers yet. KEDA asks the event hub over AMQP with TLS, and a storage account for the checkpoints.
 *
 * Read at 2.18.0 to 2.20.2 and main. Up to 2.17 code of its own reads the parameters.
 */
#include <string.h>

#include "kedagate/syntax/connection_string.h"
#include "kedagate/syntax/scalar.h"
#include "scalers/azure_authorization.h"
#include "scalers/azure_cloud.h"
#include "scalers/azure_namespace.h"
#include "scalers/azure_storage.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/scalers.h"

#define TYPED_SINCE      KG_VERSION(2, 18, 0)
#define NAME_WORKS_SINCE KG_VERSION(2, 21, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("unprocessedEventThreshold",           KG_FROM_METADATA,     KG_TYPE_INT,    KG_OPTIONAL, .def = "64", .bound = KG_BOUND_POSITIVE, .bound_since = KG_VERSION(2, 20, 0)),
	PARAM("activationUnprocessedEventThreshold", KG_FROM_METADATA,     KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
	PARAM("stalePartitionInfoThreshold",         KG_FROM_METADATA,     KG_TYPE_INT,    KG_OPTIONAL, .def = "10000", .since = KG_VERSION(2, 13, 0)),
	PARAM("connection",                          KG_FROM_AUTH_ENV,     KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .secret_inside = true, .ignored_with_identity = true, .target = KG_TARGET_ADDRESS, .hosts_in = kg_azure_namespace_hosts),
	PARAM("consumerGroup",                       KG_FROM_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .def = "$Default"),
	PARAM("storageConnection",                   KG_FROM_AUTH_ENV,     KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .secret_inside = true, .ignored_with_identity = true, .target = KG_TARGET_ADDRESS, .hosts_in = kg_azure_blob_hosts),
	PARAM("storageAccountName",                  KG_FROM_METADATA,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("blobContainer",                       KG_FROM_METADATA,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("eventHubNamespace",                   KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED_WITH_IDENTITY),
	PARAM("eventHubName",                        KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED_WITH_IDENTITY),
	PARAM("checkpointStrategy",                  KG_FROM_METADATA,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("cloud",                               KG_FROM_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("endpointSuffix",                      KG_FROM_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("storageEndpointSuffix",               KG_FROM_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("activeDirectoryEndpoint",             KG_FROM_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_VERSION(2, 15, 0)),
};
/* clang-format on */

static const struct kg_azure_storage storage = {"storageConnection", KG_AZURE_BLOB_ENDPOINT};

/* The connection string of the event hub, when it is known and certainly used. */
static const char *connection_of(const struct kg_params *params)
{
	return kg_params_identity_possible(params) ? NULL : kg_params_text(params, "connection");
}

/* UseDevelopmentEmulator turns TLS off. */
static bool is_emulator(const char *connection)
{
	struct kg_slice value;
	bool emulator = false;

	return kg_connection_string_get(connection, "UseDevelopmentEmulator", &value) && kg_go_bool_parse(value, &emulator) && emulator;
}

/* One channel stands for both ways: the one that is worse. */
static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *connection = connection_of(params);

	kg_azure_storage_decide(params, &storage, out);
	if (out->encryption == KG_ENCRYPTION_OFF || kg_params_identity_in_effect(params))
		return;
	if (!connection) {
		out->encryption = KG_ENCRYPTION_UNKNOWN;
	} else if (is_emulator(connection)) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->parameter = "connection";
		out->because = "the connection string has UseDevelopmentEmulator=true";
		out->fix = "remove UseDevelopmentEmulator from the connection string";
	}
}

static bool credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const char *connection = connection_of(params);
	struct kg_channel channel = {.encryption = KG_ENCRYPTION_UNKNOWN};

	kg_azure_storage_decide(params, &storage, &channel);
	if (!connection || channel.encryption == KG_ENCRYPTION_OFF)
		return kg_azure_storage_credential(params, &storage, ret_use);
	*ret_use = (struct kg_credential_use){
	        .parameter = "connection", .what = "the shared access signature", .key = kg_params_get(params, "connection")->key};
	return true;
}

/* Go takes a host from behind "//" only. */
static bool has_host(struct kg_slice endpoint)
{
	for (size_t i = 0; i + 2 < endpoint.length; i++) {
		if (endpoint.start[i] == '/' && endpoint.start[i + 1] == '/')
			return endpoint.start[i + 2] != '/';
	}
	return false;
}

/* azeventhubs, ParseConnectionString */
static const char *fault_of(const char *connection)
{
	struct kg_list parts = kg_list_of(kg_slice_of(connection), ';');
	struct kg_slice value;
	struct kg_slice part;
	bool signature = kg_connection_string_get(connection, "SharedAccessSignature", &value);
	bool emulator;

	while (kg_list_next(&parts, &part)) {
		if (part.length > 0 && !memchr(part.start, '=', part.length))
			return "must be an Event Hubs connection string: Key=Value pairs, separated by semicolons";
	}
	if (!kg_connection_string_get(connection, "Endpoint", &value) || !has_host(value))
		return "must be a connection string with Endpoint=sb://<namespace>.servicebus.windows.net/";
	if (!signature && (!kg_connection_string_get(connection, "SharedAccessKeyName", &value) ||
	                   !kg_connection_string_get(connection, "SharedAccessKey", &value)))
		return "must be a connection string with SharedAccessKeyName and SharedAccessKey, or with SharedAccessSignature";
	if (kg_connection_string_get(connection, "UseDevelopmentEmulator", &value) && !kg_go_bool_parse(value, &emulator))
		return "must be a connection string whose UseDevelopmentEmulator is true or false";
	return NULL;
}

/* Up to 2.20 KEDA puts eventHubName into the connection string and passes it besides, which the client refuses: only EntityPath works. The client
 * does not mind the case of the key, KEDA does. */
static int check_name(const struct kg_params *params, const char *connection, struct kg_complaints *out)
{
	struct kg_slice value;
	bool works = params->keda_version >= NAME_WORKS_SINCE;
	bool path = kg_connection_string_get(connection, "EntityPath", &value);
	bool seen = works ? path : strstr(connection, "EntityPath") != NULL;

	if (kg_params_missing(params, "eventHubName"))
		return seen ? 0
		            : kg_complain_invalid(params, "connection",
		                                  works ? "must have EntityPath=<event hub> unless eventHubName is given"
		                                        : "must have EntityPath=<event hub>",
		                                  out);
	if (works || !kg_params_given(params, "eventHubName") || (seen && !path))
		return 0;
	return kg_complain_conflict(params, "eventHubName",
	                            "must not be given together with a connection string: write EntityPath=<event hub> in there instead",
	                            out);
}

static int check_connections(const struct kg_params *params, struct kg_complaints *out)
{
	const char *connection = connection_of(params);
	const char *fault = connection ? fault_of(connection) : NULL;
	int status = kg_azure_storage_check(params, &storage, out);

	if (status || !connection)
		return status;
	return fault ? kg_complain_invalid(params, "connection", fault, out) : check_name(params, connection, out);
}

static int check_identity(const struct kg_params *params, struct kg_complaints *out)
{
	const char *namespace = kg_params_text(params, "eventHubNamespace");
	int status = 0;

	if (namespace && strchr(namespace, '.'))
		status = kg_complain_doubtful(params, "eventHubNamespace", "must be the short name: KEDA puts the cloud's suffix behind it",
		                              out);
	if (status)
		return status;
	if (kg_params_given(params, "storageAccountName"))
		return kg_azure_cloud_of(params) == KG_AZURE_PRIVATE && kg_params_missing(params, "storageEndpointSuffix")
		               ? kg_complain_missing(params, "storageEndpointSuffix", "KEDA needs it for cloud Private", out)
		               : 0;
	if (kg_params_missing(params, "storageConnection"))
		return kg_complain_missing(params, "storageAccountName", "KEDA needs it when a pod identity is used", out);
	return kg_complain_lacking(params, "storageAccountName", "with a pod identity KEDA does not use storageConnection", out);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_azure_cloud_check(params, "endpointSuffix", out);

	if (status == 0 && params->keda_version < KG_VERSION(2, 20, 0) && kg_number_is_zero(params, "unprocessedEventThreshold"))
		status = kg_complain_doubtful(params, "unprocessedEventThreshold", "must not be 0: KEDA divides by it", out);
	if (status)
		return status;
	return kg_params_identity_in_effect(params) ? check_identity(params, out) : check_connections(params, out);
}

const struct kg_scaler kg_scaler_azure_eventhub = {
        .type = "azure-eventhub",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .identities = kg_azure_identities,
        .other_identities = KG_IDENTITY_REFUSED,
        .transport = {.kind = KG_TRANSPORT_DECIDED,
                      .decide = decide,
                      .how = "always, but for UseDevelopmentEmulator=true in connection, or http in storageConnection"},
        .check = check,
        .credential = credential,
        .source = "pkg/scalers/azure_eventhub_scaler.go",
};
