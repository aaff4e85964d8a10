/*
 * The versions of OpenSSL and GnuTLS.
 */
#pragma once

#include "kedagate/base/library.h"

enum { KG_TLS_LIBRARIES = 2 };

/* Fill all of `out`. */
void kg_tls_libraries(struct kg_library out[KG_TLS_LIBRARIES]);
