/*
 * What the probes ask: does the process live, is it ready for reviews.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "server/https.h"

enum kg_probe { KG_PROBE_LIVEZ, KG_PROBE_READYZ, KG_PROBE_HEALTHZ };

/*
 * Run the checks of `probe` and write the page: "ok"; a line for each check that failed; or, when `verbose`, a line for every check, as
 * Kubernetes' components do. True when all passed.
 */
bool kg_health_write(const struct kg_https *https, enum kg_probe probe, bool verbose, struct kg_buf *out);
