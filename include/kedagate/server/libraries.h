/*
 * The versions of libmicrohttpd.
 */
#pragma once

#include "kedagate/base/library.h"

enum { KG_SERVER_LIBRARIES = 1 };

/* Fill all of `out`. */
void kg_server_libraries(struct kg_library out[KG_SERVER_LIBRARIES]);
