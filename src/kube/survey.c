#include "kedagate/kube/survey.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/list.h"
#include "kedagate/model/json.h"
#include "kube/live_world.h"
#include "kube/resource.h"

#define NANOSECONDS INT64_C(1000000000)

/* How often the progress is told, and how much of a refusal is read. */
enum { PROGRESS_OBJECTS = 100, REFUSAL_MAX = 16 << 10, STATUS_OK = 200 };

/* Of KEDA's kinds: all that is judged. */
/* clang-format off */
static const struct kg_keep judged_metadata[] = {
	{.name = "name"}, {.name = "namespace"}, {.name = "generateName"}, {.name = "uid"}, {.name = "annotations"}, {.name = "labels"},
	{.name = "finalizers"}, {.name = "deletionTimestamp"}, {0},
};
static const struct kg_keep judged[] = {{.name = "apiVersion"}, {.name = "kind"}, {"metadata", judged_metadata}, {.name = "spec"}, {0}};
/* clang-format on */

/* 0: it is no kind that is judged. */
static const enum kg_kind kinds[KG_RESOURCE_COUNT] = {
        [KG_RESOURCE_SCALED_OBJECTS] = KG_KIND_SCALED_OBJECT,
        [KG_RESOURCE_SCALED_JOBS] = KG_KIND_SCALED_JOB,
        [KG_RESOURCE_TRIGGER_AUTHENTICATIONS] = KG_KIND_TRIGGER_AUTHENTICATION,
        [KG_RESOURCE_CLUSTER_TRIGGER_AUTHENTICATIONS] = KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION,
};

struct kept {
	enum kg_kind kind;
	const char *packed;
};

struct kg_survey {
	struct kg_kube_client *client;
	struct kg_survey_options options;
	struct kg_arena memory;  /* of what is kept */
	struct kg_arena scratch; /* of one object */
	struct kg_budget budget; /* of the world's caches */
	struct kg_live_world world;
	struct kg_survey_state states[KG_RESOURCE_COUNT];
	struct kept *objects;
	size_t object_count;
	const char *server_version;
	struct kg_buf packed; /* one object */
	bool reached;         /* the API server has answered */
};

/* One list under way. */
struct listing {
	struct kg_survey *survey;
	enum kg_resource resource;
	struct kg_machine machine;
	size_t count;        /* of its objects so far */
	size_t objects_then; /* kept before it began */
	size_t page_then;    /* of its objects, and kept, before the request at hand */
	size_t page_kept;
	struct kg_buf refusal;
	int status;         /* of HTTP, of the request at hand */
	unsigned failures;  /* of the page at hand */
	bool expired;       /* it was begun anew */
	bool over;          /* complete, or given up */
	struct kg_err *err; /* of the last request */
};

/* ---- objects ---- */

static int keep_object(struct listing *listing, const cJSON *object)
{
	struct kg_survey *survey = listing->survey;
	struct kept *objects = kg_list_room(&survey->memory, survey->objects, survey->object_count, sizeof(*objects));
	char *packed;

	if (objects == NULL)
		return KG_ENOMEM;
	survey->objects = objects;
	kg_buf_clear(&survey->packed);
	kg_pack(object, judged, &survey->packed);
	if (kg_buf_status(&survey->packed) != 0)
		return kg_buf_status(&survey->packed);
	packed = kg_arena_alloc(&survey->memory, survey->packed.length);
	if (packed == NULL)
		return KG_ENOMEM;
	memcpy(packed, survey->packed.data, survey->packed.length);
	objects[survey->object_count++] = (struct kept){.kind = kinds[listing->resource], .packed = packed};
	return 0;
}

static void tell_progress(const struct listing *listing)
{
	const struct kg_survey_options *options = &listing->survey->options;

	if (options->progress != NULL)
		options->progress(options->context, listing->resource, listing->count);
}

static int put(void *context, const cJSON *object)
{
	struct listing *listing = context;
	int status = kg_cache_put(listing->survey->world.resources[listing->resource].cache, object);

	if (status == 0 && kinds[listing->resource] != 0)
		status = keep_object(listing, object);
	if (++listing->count % PROGRESS_OBJECTS == 0)
		tell_progress(listing);
	return status;
}

static void begin(void *context)
{
	struct listing *listing = context;

	listing->count = 0;
	listing->survey->object_count = listing->objects_then;
	kg_cache_begin(listing->survey->world.resources[listing->resource].cache);
}

static void complete(void *context)
{
	struct listing *listing = context;

	kg_cache_complete(listing->survey->world.resources[listing->resource].cache);
	listing->over = true;
}

/* A list drops nothing; what was put by one that is given up is cleared below. */
static void ignore_object(void *context, const cJSON *object)
{
	(void)context;
	(void)object;
}

static void ignore(void *context)
{
	(void)context;
}

static void ignore_view(void *context, enum kg_view view)
{
	(void)context;
	(void)view;
}

/* ---- failures ---- */

/* Is it worth another try? */
static bool may_pass(struct listing *listing, enum kg_machine_failure failure)
{
	bool expired_before = listing->expired;

	switch (failure) {
	case KG_MACHINE_FAILURE_EXPIRED:
		listing->expired = true;
		return !expired_before;
	case KG_MACHINE_FAILURE_CONNECTION:
	case KG_MACHINE_FAILURE_TIMEOUT:
	case KG_MACHINE_FAILURE_THROTTLED:
	case KG_MACHINE_FAILURE_SERVER:
		return listing->survey->reached && listing->failures < KG_SURVEY_ATTEMPTS;
	case KG_MACHINE_FAILURE_NONE:
	case KG_MACHINE_FAILURE_UNAUTHORIZED:
	case KG_MACHINE_FAILURE_FORBIDDEN:
	case KG_MACHINE_FAILURE_NOT_INSTALLED:
	case KG_MACHINE_FAILURE_STATUS:
	case KG_MACHINE_FAILURE_GARBAGE:
	case KG_MACHINE_FAILURE_MEMORY:
	case KG_MACHINE_FAILURE_COUNT:
		break;
	}
	return false;
}

static void failed(void *context, enum kg_machine_failure failure, unsigned status)
{
	struct listing *listing = context;

	(void)status;
	/* The page comes again from its beginning. */
	listing->count = listing->page_then;
	listing->survey->object_count = listing->page_kept;
	listing->failures++;
	if (may_pass(listing, failure))
		return;
	listing->over = true;
	listing->survey->states[listing->resource].failure = failure;
}

/* What a refused request brought: a Status, whose message is for people. */
static const char *server_message(struct listing *listing)
{
	struct kg_survey *survey = listing->survey;
	struct kg_json_facts facts;
	const char *message = NULL;
	cJSON *tree = NULL;

	kg_arena_reset(&survey->scratch, KG_KEEP_ARENA_BYTES);
	if (listing->refusal.length > 0 &&
	    kg_json_parse(listing->refusal.data, listing->refusal.length, &survey->scratch, &tree, &facts, NULL) == 0)
		message = kg_json_text(tree, "message");
	return message != NULL && *message != '\0' ? kg_arena_printf(&survey->memory, "%d: %s", listing->status, message)
	                                           : kg_arena_printf(&survey->memory, "HTTP status %d", listing->status);
}

/* NULL without memory. */
static const char *message_of(struct listing *listing)
{
	if (listing->status != 0 && listing->status != STATUS_OK)
		return server_message(listing);
	if (listing->err->code != 0)
		return kg_arena_strdup(&listing->survey->memory, listing->err->message);
	return kg_arena_strdup(&listing->survey->memory, "the answer is not that of a Kubernetes API server");
}

/* ---- requests ---- */

static int take_begin(void *context, const struct kg_kube_response *response)
{
	struct listing *listing = context;
	bool is_long = response->retry_after > KG_SURVEY_RETRY_AFTER_SECONDS;

	listing->survey->reached = true;
	listing->status = response->status;
	kg_machine_answered(&listing->machine, (unsigned)response->status, is_long ? KG_SURVEY_RETRY_AFTER_SECONDS : response->retry_after,
	                    kg_clock_monotonic());
	return 0;
}

static int take_bytes(void *context, const char *bytes, size_t length)
{
	struct listing *listing = context;

	if (listing->status != STATUS_OK)
		kg_buf_append(&listing->refusal, bytes, length);
	return kg_machine_bytes(&listing->machine, bytes, length, kg_clock_monotonic()) ? 0 : KG_EUNCHANGED;
}

static void request(struct listing *listing, const char *target)
{
	static const struct kg_kube_limits limits = {.idle_seconds = KG_CLUSTER_SILENCE_SECONDS, .total_seconds = KG_CLUSTER_PAGE_SECONDS};
	const struct kg_kube_sink sink = {listing, take_begin, take_bytes, NULL};
	unsigned failures;
	int status;

	listing->status = 0;
	listing->page_then = listing->count;
	listing->page_kept = listing->survey->object_count;
	*listing->err = (struct kg_err){0};
	kg_buf_clear(&listing->refusal);
	status = kg_kube_client_get(listing->survey->client, target, &sink, &limits, listing->err);
	failures = listing->failures;
	kg_machine_ended(&listing->machine, status == 0, kg_clock_monotonic());
	if (listing->failures == failures)
		listing->failures = 0;
}

static void sleep_until(int64_t when)
{
	int64_t span = when - kg_clock_monotonic();
	const struct timespec pause = {.tv_sec = span > 0 ? (time_t)(span / NANOSECONDS) : 0,
	                               .tv_nsec = span > 0 ? (long)(span % NANOSECONDS) : 0};

	(void)nanosleep(&pause, NULL);
}

/* Long enough for somebody to ask why nothing happens. */
static void tell_waiting(const struct listing *listing, int64_t until)
{
	const struct kg_survey_options *options = &listing->survey->options;
	int64_t seconds = (until - kg_clock_monotonic() + NANOSECONDS - 1) / NANOSECONDS;

	if (options->waiting != NULL && seconds > KG_SURVEY_SILENT_SECONDS)
		options->waiting(options->context, listing->resource, (unsigned)seconds);
}

static void run(struct listing *listing)
{
	while (!listing->over) {
		const char *target = NULL;
		int64_t wake = 0;

		if (kg_machine_next(&listing->machine, kg_clock_monotonic(), &target, &wake) == KG_MACHINE_SEND) {
			request(listing, target);
			continue;
		}
		tell_waiting(listing, wake);
		sleep_until(wake);
	}
}

/* ---- one resource after the other ---- */

/* "/apis/apps/v1/deployments" within a namespace; NULL without memory. */
static const char *path_within(struct kg_survey *survey, const char *path)
{
	const char *last = strrchr(path, '/');

	return kg_arena_printf(&survey->memory, "%.*s/namespaces/%s%s", (int)(last - path), path, survey->options.namespace, last);
}

/* 0, KG_ENOMEM, or why nothing was ever reached. */
static int list(struct kg_survey *survey, enum kg_resource resource, const char *path, struct kg_err *err)
{
	static const struct kg_machine_sink sink = {begin, put, ignore_object, complete, ignore, ignore_view, failed};
	struct kg_survey_state *state = &survey->states[resource];
	struct listing listing = {.survey = survey, .resource = resource, .objects_then = survey->object_count, .err = err};
	const struct kg_machine_config config = {
	        .path = path, .seed = (uint64_t)kg_clock_monotonic(), .scratch = &survey->scratch, .sink = &sink, .context = &listing};

	*state = (struct kg_survey_state){.view = KG_VIEW_WHOLE};
	kg_buf_init(&listing.refusal, REFUSAL_MAX);
	kg_machine_init(&listing.machine, &config);
	run(&listing);
	state->unread = kg_machine_unread(&listing.machine);
	if (state->failure != KG_MACHINE_FAILURE_NONE) {
		begin(&listing);
		kg_cache_clear(survey->world.resources[resource].cache);
		state->view = KG_VIEW_BLIND;
		state->message = message_of(&listing);
	} else if (state->unread > 0) {
		state->view = KG_VIEW_PARTIAL;
	}
	tell_progress(&listing);
	kg_machine_release(&listing.machine);
	kg_buf_release(&listing.refusal);
	if (state->view == KG_VIEW_BLIND && !survey->reached)
		return err->code != 0 ? err->code : kg_err_set(err, KG_EIO, "the API server cannot be reached");
	return state->view != KG_VIEW_BLIND || state->message != NULL ? 0 : kg_err_set(err, KG_ENOMEM, "out of memory");
}

/* What of it lies outside of the namespace counts as well: KEDA's operator is a Deployment with a ServiceAccount. */
static bool counts_everywhere(enum kg_resource resource)
{
	return resource == KG_RESOURCE_DEPLOYMENTS || resource == KG_RESOURCE_SERVICE_ACCOUNTS;
}

/* Where only the namespace may be read, what is not seen may be elsewhere. */
static int list_resource(struct kg_survey *survey, enum kg_resource resource, struct kg_err *err)
{
	const char *path = kg_resources[resource].path;
	const struct kg_survey_state *state = &survey->states[resource];
	bool is_narrow = survey->options.namespace != NULL && resource != KG_RESOURCE_CLUSTER_TRIGGER_AUTHENTICATIONS;
	int status = 0;

	if (is_narrow) {
		path = path_within(survey, path);
		if (path == NULL)
			return kg_err_set(err, KG_ENOMEM, "out of memory");
	}
	if (!is_narrow || counts_everywhere(resource))
		status = list(survey, resource, kg_resources[resource].path, err);
	else
		return list(survey, resource, path, err);
	if (status != 0 || !is_narrow || state->failure != KG_MACHINE_FAILURE_FORBIDDEN)
		return status;
	status = list(survey, resource, path, err);
	if (status == 0 && state->view == KG_VIEW_WHOLE)
		survey->states[resource].view = KG_VIEW_PARTIAL;
	return status;
}

static int list_all(struct kg_survey *survey, struct kg_err *err)
{
	int status = 0;

	for (unsigned i = 0; i < KG_RESOURCE_COUNT && status == 0; i++) {
		status = list_resource(survey, (enum kg_resource)i, err);
		kg_live_world_set_view(&survey->world, (enum kg_resource)i, survey->states[i].view);
	}
	return status;
}

/* ---- the API server's version ---- */

static int append(void *context, const char *bytes, size_t length)
{
	kg_buf_append(context, bytes, length);
	return 0;
}

/* That it is not told is no failure. */
static void ask_version(struct kg_survey *survey)
{
	static const struct kg_kube_limits limits = {.total_seconds = KG_CLUSTER_SILENCE_SECONDS, .bytes = REFUSAL_MAX};
	struct kg_buf text KG_CLEANUP(kg_buf_release);
	const struct kg_kube_sink sink = {&text, NULL, append, NULL};
	struct kg_json_facts facts;
	const char *version = NULL;
	cJSON *tree = NULL;

	kg_buf_init(&text, REFUSAL_MAX);
	kg_arena_reset(&survey->scratch, KG_KEEP_ARENA_BYTES);
	if (kg_kube_client_get(survey->client, "/version", &sink, &limits, NULL) == 0 && text.length > 0 &&
	    kg_json_parse(text.data, text.length, &survey->scratch, &tree, &facts, NULL) == 0)
		version = kg_json_text(tree, "gitVersion");
	if (version != NULL)
		survey->server_version = kg_arena_strdup(&survey->memory, version);
}

/* ---- lifecycle ---- */

int kg_survey_take(struct kg_kube_client *client, const struct kg_survey_options *options, struct kg_survey **ret_survey,
                   struct kg_err *err)
{
	struct kg_survey *survey = calloc(1, sizeof(*survey));
	int status;

	if (survey == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	survey->client = client;
	survey->options = *options;
	kg_arena_init(&survey->memory, KG_MAX_CHECK_ARENA_BYTES);
	kg_arena_init(&survey->scratch, KG_MAX_CLUSTER_ARENA_BYTES);
	kg_buf_init(&survey->packed, KG_MAX_CLUSTER_OBJECT_BYTES);
	kg_budget_init(&survey->budget, KG_MAX_CHECK_ARENA_BYTES);
	status = kg_live_world_init(&survey->world, (uint64_t)kg_clock_monotonic(), &survey->budget);
	if (status != 0)
		(void)kg_err_set(err, status, "out of memory");
	survey->world.keda_namespace = options->keda_namespace;
	if (status == 0)
		status = list_all(survey, err);
	if (status != 0) {
		kg_survey_free(survey);
		return status;
	}
	ask_version(survey);
	*ret_survey = survey;
	return 0;
}

void kg_survey_free(struct kg_survey *survey)
{
	if (survey == NULL)
		return;
	kg_live_world_release(&survey->world);
	kg_buf_release(&survey->packed);
	kg_arena_release(&survey->scratch);
	kg_arena_release(&survey->memory);
	free(survey);
}

/* ---- what was seen ---- */

const struct kg_survey_state *kg_survey_state(const struct kg_survey *survey, enum kg_resource resource)
{
	return &survey->states[resource];
}

const struct kg_world *kg_survey_world(const struct kg_survey *survey)
{
	return &survey->world.world;
}

const char *kg_survey_server_version(const struct kg_survey *survey)
{
	return survey->server_version;
}

size_t kg_survey_object_count(const struct kg_survey *survey)
{
	return survey->object_count;
}

int kg_survey_object(const struct kg_survey *survey, size_t index, struct kg_arena *arena, struct kg_survey_object *out)
{
	const struct kept *kept = &survey->objects[index];
	const cJSON *tree = kg_unpack(kept->packed, arena);

	if (tree == NULL)
		return KG_ENOMEM;
	*out = (struct kg_survey_object){.kind = kept->kind, .tree = tree};
	return 0;
}
