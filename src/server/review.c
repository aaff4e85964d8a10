#include "server/review.h"

#include <stdint.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/log.h"

enum { NANOSECONDS_PER_MICROSECOND = 1000 };
#define NANOSECONDS_PER_SECOND 1e9

/* What would have come of it in mode enforce; NULL when that is what came of it. */
static const char *enforced_verdict(const struct kg_judgement *judgement)
{
	return judgement != NULL && judgement->enforced != judgement->verdict ? kg_verdict_name(judgement->enforced) : NULL;
}

static void log_review(const struct kg_admission_summary *summary, int64_t nanoseconds)
{
	kg_log(KG_LOG_INFO, "review", KG_LOG_STR("uid", summary->uid), KG_LOG_STR("operation", summary->operation),
	       KG_LOG_STR("kind", summary->kind), KG_LOG_STR("namespace", summary->namespace), KG_LOG_STR("name", summary->name),
	       KG_LOG_STR("user", summary->user), KG_LOG_BOOL("dryRun", summary->dry_run), KG_LOG_STR("verdict", summary->verdict),
	       KG_LOG_STR("enforcedVerdict", enforced_verdict(summary->judgement)), KG_LOG_STR("skipReason", summary->skip_reason),
	       KG_LOG_LIST("rules", summary->rules, summary->rule_count),
	       KG_LOG_INT("duration_us", nanoseconds / NANOSECONDS_PER_MICROSECOND));
}

static unsigned review_in(const struct kg_admission_env *env, struct kg_metrics *metrics, struct kg_arena *arena, struct kg_buf *request,
                          struct kg_buf *out)
{
	struct kg_admission_summary summary = {0};
	int64_t started = kg_clock_monotonic();
	int status = kg_admission_review(env, request, arena, out, &summary);
	int64_t taken = kg_clock_monotonic() - started;

	kg_admission_count(metrics, &summary, (double)taken / NANOSECONDS_PER_SECOND);
	if (status == 200)
		log_review(&summary, taken);
	return (unsigned)status;
}

unsigned kg_review(const struct kg_server_state *state, struct kg_arena_pool *arenas, struct kg_buf *request, struct kg_buf *out)
{
	struct kg_snapshot *snapshot = kg_snapshot_slot_get(state->policy);
	struct kg_pooled_arena *pooled = kg_arena_pool_take(arenas);
	unsigned status = 500;

	if (snapshot != NULL && pooled != NULL) {
		const struct kg_admission_env env = {
		        .policy = KG_CONTAINER_OF(snapshot, struct kg_policy, snapshot),
		        .world = state->world,
		        .now = kg_clock_wall(),
		};

		status = review_in(&env, state->metrics, &pooled->arena, request, out);
		/* Out of memory, but not for good. */
		if (status == 500 && pooled->account.refused)
			status = 503;
	}
	if (pooled != NULL)
		kg_arena_pool_give_back(arenas, pooled);
	kg_snapshot_unref(snapshot);
	return status;
}
