/*
 * How KEDA's AWS scalers sign in (pkg/scalers/aws/aws_common.go, GetAwsAuthorization).
 *
 * With the pod identity aws nothing else counts. Otherwise identityOwner: operator leaves it to the operator's own role; pod, which is the
 * default, wants a role or an access key from the authentication, or else an access key whose secret half comes from the environment.
 * The row `awsSecretAccessKeyFromEnv` tells whether that half is written even where the authentication has another.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "scalers/scalers.h"

/* clang-format off */
#define KG_AWS_ROWS \
	PARAM("identityOwner",      KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .known_values = KG_NAMES("pod", "operator"), .known_by_check = true, .untrimmed = true), \
	PARAM("awsRoleArn",         KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true), \
	PARAM("awsAccessKeyID",     KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true), \
	PARAM("awsAccessKeyId",     KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true), \
	PARAM("awsSecretAccessKey", KG_FROM_AUTH_ENV,          KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .untrimmed = true), \
	PARAM("awsSecretAccessKeyFromEnv", KG_FROM_METADATA,   KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true), \
	PARAM("awsSessionToken",    KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .untrimmed = true)
/* clang-format on */

/* Complain about what GetAwsAuthorization refuses. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_aws_check(const struct kg_params *params, struct kg_complaints *out);

/* The providers that have an effect wherever GetAwsAuthorization is used. aws-eks sets awsRoleArn from the workload's ServiceAccount. */
extern const struct kg_identity_support kg_aws_identities[];
