/*
 * The exemptions of the policy in use, as time passes: counted in the metrics, told once each when they come near their end and when they reach it.
 */
#pragma once

#include <time.h>

#include "kedagate/metrics/metrics.h"
#include "kedagate/policy/policy.h"

struct kg_exemption_watch {
	time_t seen_at; /* what was so by then has been told; 0: nothing has */
};

/* Another policy is in use: tell of all its exemptions anew. */
void kg_exemption_watch_reset(struct kg_exemption_watch *watch);

/* Set KG_SERVER_METRIC_EXEMPTIONS, and log what changed since the last look. A clock that is set back tells nothing twice. */
void kg_exemption_watch_look(struct kg_exemption_watch *watch, const struct kg_policy *policy, struct kg_metrics *metrics, time_t now);
