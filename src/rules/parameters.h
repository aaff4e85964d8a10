/*
 * Complaints of a scaler as findings.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "rules/context.h"

/* Add a finding for every complaint of that kind, over all triggers. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_parameters_complain(const struct kg_rule_context *context, enum kg_complaint_kind kind, struct kg_findings *out);
