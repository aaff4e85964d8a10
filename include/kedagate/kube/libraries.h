/*
 * The version of libcurl.
 */
#pragma once

#include "kedagate/base/library.h"

enum { KG_KUBE_LIBRARIES = 1 };

/* Fill all of `out`. Loads libcurl; without it, the version is "not found". Not thread-safe. */
void kg_kube_libraries(struct kg_library out[KG_KUBE_LIBRARIES]);
