/*
 * Storage accounts, as the connection strings of KEDA's Azure scalers name them (azblob and azqueue, internal/shared/shared.go).
 *
 * Everything with a struct kg_azure_storage looks at the row `parameter` and means one service: `endpoint` is the key of its endpoint.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"

struct kg_azure_storage {
	const char *parameter; /* the row with the connection string */
	const char *endpoint;
};

#define KG_AZURE_BLOB_ENDPOINT  "BlobEndpoint"
#define KG_AZURE_QUEUE_ENDPOINT "QueueEndpoint"

/* As kg_param.hosts_in: the host of the endpoint that a connection string gives for a service. It is read as nothing else. */
bool kg_azure_blob_hosts(const char *text, struct kg_slice *ret_hosts);
bool kg_azure_queue_hosts(const char *text, struct kg_slice *ret_hosts);

/* The way to the account: with a pod identity in effect always https, else what the connection string says. */
void kg_azure_storage_decide(const struct kg_params *params, const struct kg_azure_storage *storage, struct kg_channel *out);

/* What KEDA sends of a connection string that is known: a shared access signature, or requests signed with the account key. False with a pod
 * identity that may be in effect. */
bool kg_azure_storage_credential(const struct kg_params *params, const struct kg_azure_storage *storage, struct kg_credential_use *ret_use);

/* Complain about a known connection string that the client refuses, unless a pod identity may be in effect. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_azure_storage_check(const struct kg_params *params, const struct kg_azure_storage *storage, struct kg_complaints *out);
