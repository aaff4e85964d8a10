#include "cli/exemptions.h"

#include "kedagate/base/log.h"
#include "kedagate/policy/exemption.h"
#include "kedagate/server/server.h"

/* A policy may have thousands, all of one date; the metric has the number. */
enum { LINES_A_LOOK = 20 };

void kg_exemption_watch_reset(struct kg_exemption_watch *watch)
{
	*watch = (struct kg_exemption_watch){0};
}

static void count_states(const struct kg_policy *policy, struct kg_metrics *metrics, time_t now)
{
	size_t counts[KG_EXEMPTION_STATE_COUNT];

	kg_policy_exemption_counts(policy, now, counts);
	for (unsigned state = 0; state < KG_EXEMPTION_STATE_COUNT; state++)
		kg_metrics_set(metrics, KG_SERVER_METRIC_EXEMPTIONS,
		               (const char *const[]){kg_exemption_state_name((enum kg_exemption_state)state)}, (double)counts[state]);
}

static void tell(const struct kg_exemption *exemption, enum kg_exemption_state state)
{
	const char *message = state == KG_EXEMPTION_EXPIRED ? "an exemption has expired: it no longer counts"
	                                                    : "an exemption is about to expire: what it excuses is a warning from now on";

	kg_log(KG_LOG_WARN, message, KG_LOG_STR("rule", kg_rule_get(exemption->rule)->name), KG_LOG_STR("namespace", exemption->namespace),
	       KG_LOG_STR("name", exemption->name), KG_LOG_STR("expires", exemption->expires.text), KG_LOG_STR("reason", exemption->reason),
	       KG_LOG_INT("line", exemption->place.line));
}

void kg_exemption_watch_look(struct kg_exemption_watch *watch, const struct kg_policy *policy, struct kg_metrics *metrics, time_t now)
{
	size_t changed = 0;

	count_states(policy, metrics, now);
	for (size_t i = 0; i < policy->exemption_count; i++) {
		const struct kg_exemption *exemption = &policy->exemptions[i];
		enum kg_exemption_state state = kg_exemption_state_at(exemption, now);

		if (state > kg_exemption_state_at(exemption, watch->seen_at) && changed++ < LINES_A_LOOK)
			tell(exemption, state);
	}
	if (changed > LINES_A_LOOK)
		kg_log(KG_LOG_WARN, "more exemptions have expired or are about to", KG_LOG_INT("count", (int64_t)(changed - LINES_A_LOOK)));
	if (now > watch->seen_at)
		watch->seen_at = now;
}
