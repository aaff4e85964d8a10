/*
 * The `cloud` of KEDA's Azure scalers (pkg/scalers/azure/azure_cloud_environment.go).
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"

enum kg_azure_cloud {
	KG_AZURE_PUBLIC,
	KG_AZURE_US_GOVERNMENT,
	KG_AZURE_CHINA,
	KG_AZURE_GERMANY,
	KG_AZURE_PRIVATE, /* endpoints come from a parameter */
	KG_AZURE_STACK,   /* endpoints come from a file of the operator */
	KG_AZURE_UNKNOWN,
};

/* Where Azure's clouds issue tokens: the hosts that Microsoft's library trusts (MSAL for Go, as of KEDA 2.20.2). */
extern const char *const kg_azure_login_hosts[];

/* The cloud that the trigger names; the public one when it names none. */
enum kg_azure_cloud kg_azure_cloud_of(const struct kg_params *params);

/* Complain about a cloud that KEDA does not know, or a private one without the parameter `endpoint`. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_azure_cloud_check(const struct kg_params *params, const char *endpoint, struct kg_complaints *out);

/* As kg_azure_cloud_check, for Azure Monitor's APIs of logs and metrics, which know fewer clouds. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_azure_cloud_check_monitor(const struct kg_params *params, const char *endpoint, struct kg_complaints *out);
