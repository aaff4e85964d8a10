/*
 * Storage accounts, as the connection strings of KEDA's Azure scalers name them (azblob and azqueue, internal/shared/shared.go).
 *
 * Everything here looks at the row `parameter` and means one service: `endpoint` is the key of its endpoint, "BlobEndpoint" or "QueueEndpoint".
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"

struct kg_azure_storage {
	const char *parameter; /* the row with the connection string */
	const char *endpoint;
};

/* The way to the account: with a pod identity in effect always https, else what the connection string says. */
void kg_azure_storage_decide(const struct kg_params *params, const struct kg_azure_storage *storage, struct kg_channel *out);

/* What KEDA sends of a connection string that is known: a shared access signature, or requests signed with the account key. False with a pod
 * identity that may be in effect. */
bool kg_azure_storage_credential(const struct kg_params *params, const struct kg_azure_storage *storage, struct kg_credential_use *ret_use);

/* Complain about a known connection string that the client refuses, unless a pod identity may be in effect. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_azure_storage_check(const struct kg_params *params, const struct kg_azure_storage *storage, struct kg_complaints *out);
