/*
 * Periods of Azure Monitor's scalers: whole numbers with colons between them.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"

/* Complain about a known value of the row `parameter` that has not `parts` parts, and, never more than as a warning, about parts that are no whole numbers,
 * which KEDA finds out with each query. `detail` says what it must be. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_azure_period_check(const struct kg_params *params, const char *parameter, unsigned parts, const char *detail,
                                        struct kg_complaints *out);
