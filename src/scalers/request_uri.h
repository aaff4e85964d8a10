/*
 * Addresses that KEDA checks with Go's url.ParseRequestURI, which takes more than requests can be sent to.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"

/* Complain about a known value of the row `parameter` that KEDA refuses, and, never more than as a warning, about one that is no URL all the same.
 * `detail` says what it must be. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_request_uri_check(const struct kg_params *params, const char *parameter, const char *detail,
                                       struct kg_complaints *out);

/* Complain about the known comma list in the row `parameter` when one with a scheme among its addresses is no URL to Go, so that KEDA's client refuses
 * them all. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_request_uri_check_list(const struct kg_params *params, const char *parameter, struct kg_complaints *out);
