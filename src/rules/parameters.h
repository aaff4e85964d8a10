/*
 * Complaints of a scaler as findings.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "rules/context.h"

/* Add a finding for every complaint of that kind, over all triggers. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_parameters_complain(const struct kg_rule_context *context, enum kg_complaint_kind kind, struct kg_findings *out);

/* Does KEDA's scaler, in this version or any other, read a metadata key? */
enum kg_key_use {
	KG_KEY_READ,
	KG_KEY_NOT_YET,   /* a later version does */
	KG_KEY_REMOVED,   /* an earlier version did */
	KG_KEY_ELSEWHERE, /* the parameter exists and is read, but not from this key */
	KG_KEY_UNKNOWN,
};

/* What becomes of the metadata key `key` of a described trigger; *ret_row is the row it is about, NULL for an unknown one. */
enum kg_key_use kg_key_use_of(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const char *key,
                              const struct kg_param **ret_row);
