/*
 * KEDA versions that nobody here knows well.
 */
#pragma once

#include <stdint.h>

#include "kedagate/base/err.h"

/* Say what is doubtful about judging for `version`: that it is newer than every release whose facts are known, or older. NULL when it is neither;
 * else `out`. */
const char *kg_keda_version_doubt(uint32_t version, char out[KG_ERR_MESSAGE_MAX]);

/* Log a doubt, if there is one. */
void kg_keda_version_log(uint32_t version);
