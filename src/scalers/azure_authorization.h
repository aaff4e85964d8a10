/*
 * How KEDA's Azure scalers log in: with a pod identity, or with the client secret of an application.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"

/* The pod identities of most Azure scalers. */
extern const struct kg_identity_support kg_azure_identities[];

/* Complain about a known `tenantId` from which no login with a client secret can be made. Of what is only looked at without a pod identity. 0 or
 * KG_ENOMEM. */
KG_MUST_CHECK int kg_azure_authorization_check_tenant(const struct kg_params *params, struct kg_complaints *out);
