/*
 * The policies among the files of `check`.
 */
#pragma once

#include <time.h>

#include "cli/bundle.h"
#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/report/report.h"

/*
 * Read every policy of the bundle. A wrong one becomes an error of the bundle; of the others the number and the remarks on them go to
 * `report`. All memory is the arena's. 0 or KG_ENOMEM.
 */
KG_MUST_CHECK int kg_policies_look_over(struct kg_bundle *bundle, time_t now, struct kg_arena *arena, struct kg_report *report);
