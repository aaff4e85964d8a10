/*
 * How KEDA's Azure scalers log in: with a pod identity, or with the client secret of an application.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"

/* The pod identities of most Azure scalers. */
extern const struct kg_identity_support kg_azure_identities[];

/* Complain about a known `tenantId` with which nobody can log in, unless a pod identity may be in effect. `at_once`: KEDA 2.20 makes the client while it
 * builds the scaler, so that the trigger is refused. Of an older version, or from an authentication, where it is often a placeholder in a Secret that
 * is filled later, it is never more than a warning. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_azure_authorization_check_tenant(const struct kg_params *params, bool at_once, struct kg_complaints *out);
