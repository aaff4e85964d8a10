#include "kedagate/kube/cluster.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/kube/client.h"
#include "kube/live_world.h"
#include "kube/resource.h"

#define NANOSECONDS_PER_MILLISECOND INT64_C(1000000)

/* How long the thread sleeps at most, and after its transfers could not be moved on. */
enum { LONGEST_MILLISECONDS = 60000, TROUBLED_MILLISECONDS = 1000 };

/* One resource, and the machine that watches it. */
struct watched {
	struct kg_cluster *cluster;
	enum kg_resource resource;
	struct kg_machine machine;
	struct kg_cluster_resource state, told; /* the reasons' texts are: */
	char reason[KG_ERR_MESSAGE_MAX];        /* why the last transfer broke off; "" when it did not */
	char told_reason[KG_ERR_MESSAGE_MAX];
	time_t last_event;
	bool changed; /* since metrics were set last */
	atomic_bool settled;
};

struct kg_cluster {
	struct kg_live_world live;
	struct kg_budget budget;
	struct kg_arena scratch;
	struct kg_cluster_options options;
	struct kg_kube_client *client;
	struct kg_kube_transfers *transfers;
	struct watched watched[KG_RESOURCE_COUNT];
	pthread_t thread;
	bool runs;
	atomic_bool stopping;
};

static struct kg_cache *cache_of(const struct watched *watched)
{
	return watched->cluster->live.resources[watched->resource].cache;
}

/* ---- what others are told ---- */

static void add(const struct watched *watched, enum kg_cluster_metric metric, const char *reason, double amount)
{
	const struct kg_cluster_options *options = &watched->cluster->options;

	kg_metrics_add(options->metrics, options->first_family + metric,
	               (const char *const[]){kg_resource_names[watched->resource], reason}, amount);
}

static void count(const struct watched *watched, enum kg_cluster_metric metric, const char *reason)
{
	add(watched, metric, reason, 1);
}

/* A rate() over a counter that first shows with its first failure misses that failure. */
static void count_from_zero(const struct watched *watched)
{
	add(watched, KG_CLUSTER_METRIC_LISTS, NULL, 0);
	for (size_t i = KG_MACHINE_FAILURE_NONE + 1; i < KG_MACHINE_FAILURE_COUNT; i++)
		add(watched, KG_CLUSTER_METRIC_FAILURES, kg_machine_failure_names[i], 0);
}

static void gauge(const struct watched *watched, enum kg_cluster_metric metric, double value)
{
	const struct kg_cluster_options *options = &watched->cluster->options;

	kg_metrics_set(options->metrics, options->first_family + metric, (const char *const[]){kg_resource_names[watched->resource]},
	               value);
}

static void set_gauges(struct watched *watched)
{
	watched->changed = false;
	gauge(watched, KG_CLUSTER_METRIC_SYNCED, watched->state.view == KG_VIEW_WHOLE);
	gauge(watched, KG_CLUSTER_METRIC_OBJECTS, (double)kg_cache_count(cache_of(watched)));
	gauge(watched, KG_CLUSTER_METRIC_UNREAD, (double)kg_machine_unread(&watched->machine));
	if (watched->last_event != 0)
		gauge(watched, KG_CLUSTER_METRIC_LAST_EVENT, (double)watched->last_event);
}

static void set_metrics(struct kg_cluster *cluster)
{
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++)
		if (cluster->watched[i].changed)
			set_gauges(&cluster->watched[i]);
	kg_metrics_set(cluster->options.metrics, cluster->options.first_family + KG_CLUSTER_METRIC_CACHE_BYTES, NULL,
	               (double)kg_budget_used(&cluster->budget));
}

static void tell(struct watched *watched)
{
	const struct kg_cluster_observer *observer = &watched->cluster->options.observer;
	struct kg_cluster_resource *state = &watched->state;

	watched->changed = true;
	if (state->view == watched->told.view && state->synced == watched->told.synced && state->failure == watched->told.failure &&
	    state->status == watched->told.status && strcmp(watched->reason, watched->told_reason) == 0)
		return;
	watched->told = *state;
	memcpy(watched->told_reason, watched->reason, sizeof(watched->reason));
	state->reason = *watched->reason != '\0' ? watched->reason : NULL;
	if (observer->changed != NULL)
		observer->changed(observer->context, watched->cluster, watched->resource, state);
}

/* ---- what a machine brings ---- */

static void note_begin(void *context)
{
	kg_cache_begin(cache_of(context));
}

/* An object that cannot be kept must not seem absent, nor be taken for what it was. */
static void give_up_object(struct watched *watched, const cJSON *object)
{
	struct kg_live_world *live = &watched->cluster->live;

	if (kg_live_world_view(live, watched->resource) == KG_VIEW_WHOLE)
		kg_live_world_set_view(live, watched->resource, KG_VIEW_PARTIAL);
	kg_cache_drop(cache_of(watched), object);
}

static void note_event(struct watched *watched)
{
	watched->changed = true;
	watched->last_event = kg_clock_wall();
}

static int note_put(void *context, const cJSON *object)
{
	struct watched *watched = context;
	int status = kg_cache_put(cache_of(watched), object);

	note_event(watched);
	if (status != 0)
		give_up_object(watched, object);
	return status;
}

static void note_drop(void *context, const cJSON *object)
{
	kg_cache_drop(cache_of(context), object);
	note_event(context);
}

static void note_complete(void *context)
{
	kg_cache_complete(cache_of(context));
	count(context, KG_CLUSTER_METRIC_LISTS, NULL);
	note_event(context);
}

static void note_clear(void *context)
{
	kg_cache_clear(cache_of(context));
	((struct watched *)context)->changed = true;
}

static void note_view(void *context, enum kg_view view)
{
	struct watched *watched = context;
	bool as_whole_as_can_be = view == KG_VIEW_WHOLE || (view == KG_VIEW_PARTIAL && kg_machine_unread(&watched->machine) > 0);

	kg_live_world_set_view(&watched->cluster->live, watched->resource, view);
	watched->state.view = view;
	if (as_whole_as_can_be) {
		watched->state.synced = true;
		watched->state.failure = KG_MACHINE_FAILURE_NONE;
		watched->state.status = 0;
		*watched->reason = '\0';
		atomic_store(&watched->settled, true);
	}
	tell(watched);
}

static void note_failed(void *context, enum kg_machine_failure failure, unsigned status)
{
	struct watched *watched = context;

	count(watched, KG_CLUSTER_METRIC_FAILURES, kg_machine_failure_names[failure]);
	watched->state.failure = failure;
	watched->state.status = status;
	if (failure == KG_MACHINE_FAILURE_FORBIDDEN || failure == KG_MACHINE_FAILURE_NOT_INSTALLED)
		atomic_store(&watched->settled, true);
	tell(watched);
}

static const struct kg_machine_sink machine_sink = {
        .begin = note_begin,
        .put = note_put,
        .drop = note_drop,
        .complete = note_complete,
        .clear = note_clear,
        .view = note_view,
        .failed = note_failed,
};

/* ---- transfers ---- */

static int take_head(void *context, const struct kg_kube_response *response)
{
	struct watched *watched = context;

	kg_machine_answered(&watched->machine, (unsigned)response->status, response->retry_after, kg_clock_monotonic());
	return 0;
}

static int take_bytes(void *context, const char *bytes, size_t length)
{
	struct watched *watched = context;

	return kg_machine_bytes(&watched->machine, bytes, length, kg_clock_monotonic()) ? 0 : KG_EINVAL;
}

static void set_reason(struct watched *watched, int status, const struct kg_err *err)
{
	*watched->reason = '\0';
	if (status != 0 && err != NULL)
		memcpy(watched->reason, err->message, sizeof(watched->reason));
}

static void take_end(void *context, uint64_t id, int status, const struct kg_err *err)
{
	struct watched *watched = context;

	(void)id;
	set_reason(watched, status, err);
	kg_machine_ended(&watched->machine, status == 0, kg_clock_monotonic());
}

static void send(struct watched *watched, const char *target)
{
	const struct kg_kube_sink sink = {.context = watched, .begin = take_head, .bytes = take_bytes, .end = take_end};
	const struct kg_kube_limits none = {0}; /* the machine's are narrower */
	struct kg_err err = {0};
	int status = kg_kube_transfers_start(watched->cluster->transfers, watched->resource, target, &sink, &none, &err);

	if (status == 0)
		return;
	set_reason(watched, status, &err);
	kg_machine_ended(&watched->machine, false, kg_clock_monotonic());
}

/* Do what there is to do. Returns when to look again. */
static int64_t drive(struct watched *watched)
{
	const char *target = NULL;
	int64_t wake = 0;

	for (;;) {
		switch (kg_machine_next(&watched->machine, kg_clock_monotonic(), &target, &wake)) {
		case KG_MACHINE_SEND:
			send(watched, target);
			break;
		case KG_MACHINE_CANCEL:
			kg_kube_transfers_cancel(watched->cluster->transfers, watched->resource);
			*watched->reason = '\0';
			kg_machine_ended(&watched->machine, false, kg_clock_monotonic());
			break;
		case KG_MACHINE_WAIT:
			return wake;
		}
	}
}

/* ---- the thread ---- */

static int milliseconds_until(int64_t wake)
{
	int64_t left = (wake - kg_clock_monotonic()) / NANOSECONDS_PER_MILLISECOND + 1;

	if (left < 0)
		return 0;
	return left < LONGEST_MILLISECONDS ? (int)left : LONGEST_MILLISECONDS;
}

static void sleep_a_little(void)
{
	const struct timespec pause = {.tv_sec = TROUBLED_MILLISECONDS / 1000};

	(void)nanosleep(&pause, NULL);
}

static void *run(void *context)
{
	struct kg_cluster *cluster = context;

	while (!atomic_load(&cluster->stopping)) {
		int64_t earliest = INT64_MAX;

		for (size_t i = 0; i < KG_RESOURCE_COUNT; i++) {
			int64_t wake = drive(&cluster->watched[i]);

			earliest = wake < earliest ? wake : earliest;
		}
		set_metrics(cluster);
		if (kg_kube_transfers_poll(cluster->transfers, milliseconds_until(earliest), NULL) != 0)
			sleep_a_little();
	}
	return NULL;
}

static void init_watched(struct kg_cluster *cluster, enum kg_resource resource, uint64_t seed)
{
	struct watched *watched = &cluster->watched[resource];
	const struct kg_machine_config config = {.path = kg_resources[resource].path,
	                                         .seed = seed + 2 * (uint64_t)resource,
	                                         .scratch = &cluster->scratch,
	                                         .sink = &machine_sink,
	                                         .context = watched};

	watched->cluster = cluster;
	watched->resource = resource;
	watched->changed = true;
	kg_machine_init(&watched->machine, &config);
	count_from_zero(watched);
}

static int make_parts(struct kg_cluster *cluster, const struct kg_kube_config *config, struct kg_err *err)
{
	uint64_t seeds[2];
	int status;

	if (getrandom(seeds, sizeof(seeds), 0) != (ssize_t)sizeof(seeds))
		return kg_err_set_errno(err, "cannot get random numbers");
	kg_budget_init(&cluster->budget, KG_MAX_CLUSTER_CACHE_BYTES);
	kg_arena_init(&cluster->scratch, KG_MAX_CLUSTER_ARENA_BYTES);
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++)
		init_watched(cluster, (enum kg_resource)i, seeds[0]);
	if (kg_live_world_init(&cluster->live, seeds[1], &cluster->budget) != 0)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	cluster->live.world.live = true;
	cluster->live.keda_namespace = cluster->options.keda_namespace;
	status = kg_kube_client_new(config, &cluster->client, err);
	return status == 0 ? kg_kube_transfers_new(cluster->client, &cluster->transfers, err) : status;
}

static int start_thread(struct kg_cluster *cluster, struct kg_err *err)
{
	if (pthread_create(&cluster->thread, NULL, run, cluster) != 0)
		return kg_err_set(err, KG_EIO, "cannot start a thread");
	cluster->runs = true;
	return 0;
}

int kg_cluster_start(const struct kg_kube_config *config, const struct kg_cluster_options *options, struct kg_cluster **ret_cluster,
                     struct kg_err *err)
{
	struct kg_cluster *cluster = calloc(1, sizeof(*cluster));
	int status;

	if (cluster == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	cluster->options = *options;
	status = make_parts(cluster, config, err);
	if (status == 0)
		status = start_thread(cluster, err);
	if (status != 0) {
		kg_cluster_stop(cluster);
		return status;
	}
	*ret_cluster = cluster;
	return 0;
}

void kg_cluster_stop(struct kg_cluster *cluster)
{
	if (cluster == NULL)
		return;
	atomic_store(&cluster->stopping, true);
	if (cluster->runs) {
		kg_kube_transfers_wake(cluster->transfers);
		(void)pthread_join(cluster->thread, NULL);
	}
	kg_kube_transfers_free(cluster->transfers);
	kg_kube_client_free(cluster->client);
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++)
		kg_machine_release(&cluster->watched[i].machine);
	kg_live_world_release(&cluster->live);
	kg_arena_release(&cluster->scratch);
	free(cluster);
}

/* ---- for other threads ---- */

const struct kg_world *kg_cluster_world(const struct kg_cluster *cluster)
{
	return &cluster->live.world;
}

bool kg_cluster_is_settled(const struct kg_cluster *cluster)
{
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++)
		if (!atomic_load(&cluster->watched[i].settled))
			return false;
	return true;
}

enum kg_view kg_cluster_view(const struct kg_cluster *cluster, enum kg_resource resource)
{
	return kg_live_world_view(&cluster->live, resource);
}
