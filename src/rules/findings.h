/*
 * Collecting findings and putting them in order.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/rules/finding.h"

/*
 * Add a copy of *finding. A ceiling of KG_ACTION_OFF, the default of an initialiser, stands for none. A NULL path or detail means that memory ran out
 * when it was made. One that agrees with an earlier one in rule, path and detail is dropped. 0 or KG_ENOMEM.
 */
KG_MUST_CHECK int kg_findings_add(struct kg_findings *findings, const struct kg_finding *finding);

/* Put them in document order of `object`. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_findings_sort(struct kg_findings *findings, const struct kg_object *object);

/* May `text`, or a part of it, stand in a detail? Not what looks as if it held a secret. Values of findings are judged likewise when they are added. */
bool kg_finding_may_quote(const char *text);
