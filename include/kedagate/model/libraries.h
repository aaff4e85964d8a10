/*
 * The versions of cJSON and libyaml.
 */
#pragma once

#include "kedagate/base/library.h"

enum { KG_MODEL_LIBRARIES = 2 };

/* Fill all of `out`. */
void kg_model_libraries(struct kg_library out[KG_MODEL_LIBRARIES]);
