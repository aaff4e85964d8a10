#include "server/review.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/log.h"
#include "kedagate/base/utf8.h"

enum { NANOSECONDS_PER_MICROSECOND = 1000 };
#define NANOSECONDS_PER_SECOND 1e9

/* What would have come of it in mode enforce; NULL when that is what came of it. */
static const char *enforced_verdict(const struct kg_judgement *judgement)
{
	return judgement != NULL && judgement->enforced != judgement->verdict ? kg_verdict_name(judgement->enforced) : NULL;
}

/* Room for a text of the request that is too long to be logged whole. */
struct cut_text {
	char bytes[KG_MAX_LOGGED_BYTES + sizeof("...")];
};

static const char *bounded(const char *text, struct cut_text *room)
{
	size_t length = text != NULL ? strnlen(text, KG_MAX_LOGGED_BYTES + 1) : 0;

	if (length <= KG_MAX_LOGGED_BYTES)
		return text;
	snprintf(room->bytes, sizeof(room->bytes), "%.*s...", (int)kg_utf8_cut(text, length, KG_MAX_LOGGED_BYTES), text);
	return room->bytes;
}

/* Of an object that was judged, the list shows even when it is empty. */
static const char *const *rules_of(const struct kg_admission_summary *summary)
{
	static const char *const none[] = {NULL};

	return summary->judgement != NULL && summary->rules.names == NULL ? none : summary->rules.names;
}

static void log_review(const struct kg_admission_summary *summary, const char *caller, int64_t nanoseconds)
{
	struct cut_text uid, kind, namespace, name, user;

	kg_log(KG_LOG_INFO, "review", KG_LOG_STR("uid", bounded(summary->uid, &uid)), KG_LOG_STR("operation", summary->operation),
	       KG_LOG_STR("kind", bounded(summary->kind, &kind)), KG_LOG_STR("namespace", bounded(summary->namespace, &namespace)),
	       KG_LOG_STR("name", bounded(summary->name, &name)), KG_LOG_STR("user", bounded(summary->user, &user)),
	       KG_LOG_STR("caller", caller), KG_LOG_BOOL("dryRun", summary->dry_run), KG_LOG_STR("verdict", summary->verdict),
	       KG_LOG_STR("enforcedVerdict", enforced_verdict(summary->judgement)), KG_LOG_STR("skipReason", summary->skip_reason),
	       KG_LOG_LIST("rules", rules_of(summary), summary->rules.count),
	       KG_LOG_LIST("stored", summary->stored.names, summary->stored.count),
	       KG_LOG_LIST("excused", summary->excused.names, summary->excused.count),
	       KG_LOG_INT("duration_us", nanoseconds / NANOSECONDS_PER_MICROSECOND));
}

static unsigned review_in(const struct kg_admission_env *env, struct kg_metrics *metrics, struct kg_arena *arena,
                          const struct kg_review_request *request, struct kg_buf *out)
{
	struct kg_admission_summary summary = {0};
	int64_t started = kg_clock_monotonic();
	int status = kg_admission_review(env, request->body, arena, out, &summary);
	int64_t taken = kg_clock_monotonic() - started;

	kg_admission_count(metrics, &summary, (double)taken / NANOSECONDS_PER_SECOND);
	if (status == 200)
		log_review(&summary, request->caller, taken);
	return (unsigned)status;
}

unsigned kg_review(const struct kg_server_state *state, struct kg_arena_pool *arenas, const struct kg_review_request *request,
                   struct kg_buf *out)
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
