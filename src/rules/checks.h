/*
 * The check functions of all rules, as rules.def names them.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "rules/context.h"

/* Add what is found to `out`. 0 or KG_ENOMEM. */
#define RULE(symbol_, name_, category_, action_, kinds_, check_, title_)                                                                   \
	KG_MUST_CHECK int check_(const struct kg_rule_context *context, struct kg_findings *out);
#include "kedagate/rules/rules.def"
#undef RULE
