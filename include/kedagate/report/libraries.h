/*
 * The versions of jansson.
 */
#pragma once

#include "kedagate/base/library.h"

enum { KG_REPORT_LIBRARIES = 1 };

/* Fill all of `out`. */
void kg_report_libraries(struct kg_library out[KG_REPORT_LIBRARIES]);
