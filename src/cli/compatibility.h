/*
 * Which releases of Kubernetes a release of KEDA goes with.
 */
#pragma once

#include <stdint.h>

#include "kedagate/base/err.h"

/* Say that KEDA's `version` was not tested with the API server's ("v1.34.1"): in `out`, which is returned. NULL when it was, or when nobody knows. */
const char *kg_compatibility_doubt(uint32_t version, const char *server_version, char out[KG_ERR_MESSAGE_MAX]);
