/*
 * The release of KEDA that is judged for, and those that nobody here knows well.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kedagate/base/err.h"
#include "kedagate/policy/policy.h"
#include "kedagate/syntax/version.h"

/* Say what is doubtful about judging for `version`: that it is newer than every release whose facts are known, or older. NULL when it is neither;
 * else `out`. */
const char *kg_keda_version_doubt(uint32_t version, char out[KG_ERR_MESSAGE_MAX]);

/* For the log: "auto" when it is read from a cluster for each review anew, "unknown" when there is none to read it from, else the release. */
const char *kg_keda_version_text(const struct kg_policy *policy, bool looks_at_cluster, char out[KG_VERSION_TEXT_MAX]);

/* Log what is doubtful about the release that a policy judges for, if anything is. */
void kg_keda_version_log(const struct kg_policy *policy, bool looks_at_cluster);
