/*
 * How KEDA's scalers for Google Cloud sign in (pkg/scalers/gcp/gcp_common.go, GetGCPAuthorization).
 *
 * With the pod identity gcp nothing else counts. Otherwise the first of these that is written: GoogleApplicationCredentials from the authentication,
 * credentialsFromEnv, credentialsFromEnvFile. The latter two name a variable of the scale target's container; what it holds is not checked. A
 * scaler that does not open the file (kg_scaler.opens_key_file) goes on without a key, and fails.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "scalers/scalers.h"

#define KG_GCP_CREDENTIALS_SINCE KG_VERSION(2, 18, 0) /* the parser takes `credentials` in the metadata, which nothing uses */

/* clang-format off */

/* `credentials` from the environment before the metadata: what counts is what credentialsFromEnv names. The row `credentialsFromEnv` itself tells
 * whether it is written, even if the variable is empty. */
#define KG_GCP_ROWS \
	PARAM("GoogleApplicationCredentials", KG_FROM_AUTH,         KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .ignored_with_identity = true, .untrimmed = true), \
	PARAM("credentials",                  KG_FROM_ENV,          KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_GCP_CREDENTIALS_SINCE, .credential = true, .ignored_with_identity = true, .untrimmed = true), \
	PARAM("credentials",                  KG_FROM_ENV_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_GCP_CREDENTIALS_SINCE, .credential = true, .ignored_with_identity = true, .untrimmed = true), \
	PARAM("credentialsFromEnv",           KG_FROM_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true), \
	PARAM("credentialsFromEnvFile",       KG_FROM_METADATA,     KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_GCP_CREDENTIALS_SINCE, .ignored_with_identity = true, .untrimmed = true), \
	PARAM("credentialsFromEnvFile",       KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_GCP_CREDENTIALS_SINCE, .ignored_with_identity = true, .untrimmed = true)
/* clang-format on */

/* How a scaler makes its client. */
struct kg_gcp_client {
	bool built_at_once; /* with the scaler, so that KEDA refuses a key that cannot be read; otherwise when it first asks */
	bool empty_allowed; /* without a key it looks for the operator's own */
};

/* Complain about what GetGCPAuthorization and the client refuse. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_gcp_check(const struct kg_params *params, const struct kg_gcp_client *client, struct kg_complaints *out);

/* The provider that has an effect wherever GetGCPAuthorization is used. */
extern const struct kg_identity_support kg_gcp_identities[];
