/*
 * A large cluster in the cache: `bench_cache COUNT` lists so many ScaledObjects, with as many Deployments, as an API server sends them, and prints as JSON
 * how long that took, what it took of memory, and what a review's look-ups take. `bench_cache COUNT REVIEWS` lists as many authentications too, then reviews
 * the first ScaledObject so many times, which is all that callgrind counts when it starts with --instr-atstart=no, and prints the answer.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <valgrind/callgrind.h>

#include "kedagate/admission/admission.h"
#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kube/live_world.h"
#include "kube/resource.h"

enum { LOOKUPS = 20000, NAMESPACES = 500, PAGE_MAX = 16 << 20 };

/* What an API server adds to each object, shortened: its bytes are read and thrown away. */
#define MANAGED                                                                                                                            \
	"\"managedFields\":[{\"manager\":\"kubectl\",\"operation\":\"Apply\",\"apiVersion\":\"x\",\"time\":\"2026-01-01T00:00:00Z\","      \
	"\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:metadata\":{\"f:labels\":{\"f:app\":{}}},\"f:spec\":{\"f:replicas\":{},"            \
	"\"f:template\":{\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"main\\\"}\":{\".\":{},\"f:image\":{},\"f:env\":{}}}}}}}}]"

#define VARIABLE(name_) "{\"name\":\"" name_ "\",\"value\":\"https://" name_ ".example.org:8443/path\"}"
#define FROM_SECRET(name_)                                                                                                                 \
	"{\"name\":\"" name_ "\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"credentials-of-the-service\",\"key\":\"" name_ "\"}}}"

static void write_deployment(struct kg_buf *out, size_t number)
{
	kg_buf_printf(out,
	              "{\"metadata\":{\"name\":\"service-%zu\",\"namespace\":\"team-%zu\",\"uid\":\"2f5d8a3e-7b61-4d0c-9f1a-%012zu\","
	              "\"resourceVersion\":\"%zu\",\"labels\":{\"app\":\"service\"}," MANAGED "},\"spec\":{\"replicas\":3,\"selector\":"
	              "{\"matchLabels\":{\"app\":\"service\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"service\"}},\"spec\":{"
	              "\"serviceAccountName\":\"service\",\"containers\":[{\"name\":\"main\",\"image\":\"registry.example.org/team/"
	              "service:1.2.3\","
	              "\"env\":[" VARIABLE("QUEUE_URL") "," VARIABLE("METRICS_URL") "," FROM_SECRET("PASSWORD") "," FROM_SECRET(
	                      "USERNAME") "],"
	                                  "\"resources\":{\"requests\":{\"cpu\":\"100m\",\"memory\":\"128Mi\"},\"limits\":{\"memory\":"
	                                  "\"256Mi\"}},"
	                                  "\"livenessProbe\":{\"httpGet\":{\"path\":\"/"
	                                  "livez\",\"port\":8080}}},{\"name\":\"proxy\",\"image\":\"proxy:1\",\"resources\":{\"requests\":{"
	                                  "\"cpu\":\"10m\"}}}]}}},"
	                                  "\"status\":{\"replicas\":3,\"conditions\":[{\"type\":\"Available\",\"status\":\"True\"}]}}",
	              number, number % NAMESPACES, number, number);
}

static void write_scaled_object(struct kg_buf *out, size_t number)
{
	kg_buf_printf(
	        out,
	        "{\"apiVersion\":\"keda.sh/v1alpha1\",\"kind\":\"ScaledObject\",\"metadata\":{\"name\":\"scaler-%zu\","
	        "\"namespace\":\"team-%zu\",\"resourceVersion\":\"%zu\"," MANAGED
	        "},\"spec\":{\"scaleTargetRef\":{\"name\":\"service-%zu\"},"
	        "\"minReplicaCount\":1,\"maxReplicaCount\":20,\"triggers\":[{\"type\":\"kafka\",\"metadata\":{"
	        "\"bootstrapServers\":\"kafka-0.example.org:9093,kafka-1.example.org:9093\",\"consumerGroup\":\"service-%zu\","
	        "\"topic\":\"orders\",\"lagThreshold\":\"50\"},\"authenticationRef\":{\"name\":\"kafka\",\"kind\":"
	        "\"ClusterTriggerAuthentication\"}},{\"type\":\"cpu\",\"metricType\":\"Utilization\",\"metadata\":{\"value\":\"80\"}}]},"
	        "\"status\":{\"hpaName\":\"keda-hpa-scaler-%zu\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}",
	        number, number % NAMESPACES, number, number, number, number);
}

/* The first is the one that every ScaledObject refers to. */
static void write_authentication(struct kg_buf *out, size_t number)
{
	kg_buf_puts(out, "{\"metadata\":{\"name\":\"kafka");
	if (number > 0)
		kg_buf_printf(out, "-%zu", number);
	kg_buf_printf(out,
	              "\",\"resourceVersion\":\"%zu\"," MANAGED "},\"spec\":{\"secretTargetRef\":["
	              "{\"parameter\":\"sasl\",\"name\":\"kafka\",\"key\":\"sasl\"},{\"parameter\":\"username\",\"name\":\"kafka\",\"key\":"
	              "\"username\"},"
	              "{\"parameter\":\"password\",\"name\":\"kafka\",\"key\":\"password\"},{\"parameter\":\"tls\",\"name\":\"kafka\","
	              "\"key\":\"tls\"}]}}",
	              number);
}

static int put(void *context, const cJSON *object)
{
	return kg_cache_put(context, object);
}

static void ignore(void *context)
{
	(void)context;
}

static void ignore_object(void *context, const cJSON *object)
{
	(void)context, (void)object;
}

static void ignore_view(void *context, enum kg_view view)
{
	(void)context, (void)view;
}

static void report_failure(void *context, enum kg_machine_failure failure, unsigned status)
{
	(void)context;
	(void)fprintf(stderr, "failed: %s %u\n", kg_machine_failure_names[failure], status);
	exit(1);
}

static const struct kg_machine_sink sink = {.begin = ignore,
                                            .put = put,
                                            .drop = ignore_object,
                                            .complete = ignore,
                                            .clear = ignore,
                                            .view = ignore_view,
                                            .failed = report_failure};

typedef void write_object(struct kg_buf *out, size_t number);

static void write_page(struct kg_buf *out, size_t first, size_t count, write_object *write)
{
	size_t end = first + KG_CLUSTER_PAGE_OBJECTS < count ? first + KG_CLUSTER_PAGE_OBJECTS : count;

	kg_buf_clear(out);
	kg_buf_puts(out, "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"");
	if (end < count)
		kg_buf_printf(out, ",\"continue\":\"%zu\"", end);
	kg_buf_puts(out, "},\"items\":[");
	for (size_t i = first; i < end; i++) {
		kg_buf_puts(out, i > first ? "," : "");
		write(out, i);
	}
	kg_buf_puts(out, "]}");
}

/* Returns the processor time that reading took, in nanoseconds; writing the pages is not counted. */
static int64_t list(struct kg_cache *cache, struct kg_arena *scratch, size_t count, write_object *write)
{
	const struct kg_machine_config config = {.path = "/", .seed = 1, .scratch = scratch, .sink = &sink, .context = cache};
	struct kg_machine machine;
	struct kg_buf page;
	int64_t taken = 0;

	kg_buf_init(&page, PAGE_MAX);
	kg_machine_init(&machine, &config);
	for (size_t first = 0; first < count; first += KG_CLUSTER_PAGE_OBJECTS) {
		const char *target;
		int64_t wake, began;

		write_page(&page, first, count, write);
		began = kg_clock_monotonic();
		if (kg_machine_next(&machine, 1, &target, &wake) != KG_MACHINE_SEND)
			exit(1);
		kg_machine_answered(&machine, 200, -1, 1);
		if (!kg_machine_bytes(&machine, page.data, page.length, 1))
			exit(1);
		kg_machine_ended(&machine, true, 1);
		taken += kg_clock_monotonic() - began;
	}
	kg_machine_release(&machine);
	kg_buf_release(&page);
	return taken;
}

static long resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long size, resident;

	if (file == NULL || fscanf(file, "%ld %ld", &size, &resident) != 2)
		exit(1);
	(void)fclose(file);
	return resident * 4;
}

/* What the rules of one ScaledObject look up. */
static int64_t look_up(const struct kg_world *world, size_t count, struct kg_arena *arena)
{
	int64_t began = kg_clock_monotonic();

	for (size_t i = 0; i < LOOKUPS; i++) {
		size_t number = i * 7919 % count;
		const char *namespace = kg_arena_printf(arena, "team-%zu", number % NAMESPACES);
		const char *name = kg_arena_printf(arena, "service-%zu", number);
		const struct kg_scale_target target = {.name = name};
		const struct kg_world_name neighbour = {.namespace = namespace, .name = name};
		const struct kg_pod_template *template;
		struct kg_scaled_list scaled;

		if (world->operations->pod_template(world, namespace, &target, arena, &template) != KG_LOOKUP_FOUND)
			exit(1);
		world->operations->scaled_by_target(world, &neighbour, arena, &scaled);
		if (scaled.count != 1)
			exit(1);
		kg_arena_reset(arena, KG_KEEP_ARENA_BYTES);
	}
	return (kg_clock_monotonic() - began) / LOOKUPS;
}

static void print_memory(const struct kg_live_world *live, const struct kg_budget *budget, size_t count, long resident, int64_t taken)
{
	struct kg_arena arena;

	kg_arena_init(&arena, KG_MAX_REVIEW_ARENA_BYTES);
	(void)printf("{\"objects\": %zu, \"cache_bytes\": %zu, \"resident_kib\": %ld, \"sync_ms\": %.1f, \"lookups_ns\": %lld}\n",
	             2 * count, kg_budget_used(budget), resident, (double)taken / 1e6, (long long)look_up(&live->world, count, &arena));
	kg_arena_release(&arena);
}

/* ---- reviews ---- */

static void write_review(struct kg_buf *out)
{
	kg_buf_puts(
	        out,
	        "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/"
	        "v1\",\"request\":{\"uid\":\"e5988d75-0bcc-4c49-9b42-2bd24a17477f\","
	        "\"kind\":{\"group\":\"keda.sh\",\"version\":\"v1alpha1\",\"kind\":\"ScaledObject\"},\"resource\":{\"group\":\"keda.sh\","
	        "\"version\":\"v1alpha1\",\"resource\":\"scaledobjects\"},\"name\":\"scaler-0\",\"namespace\":\"team-0\",\"operation\":"
	        "\"CREATE\","
	        "\"userInfo\":{\"username\":\"admin\"},\"object\":");
	write_scaled_object(out, 0);
	kg_buf_puts(out, "}}");
}

struct reviewing {
	struct kg_admission_env env;
	struct kg_arena arena;
	struct kg_buf review, copy, answer;
};

static void review_times(struct reviewing *reviewing, size_t times)
{
	struct kg_admission_summary summary;

	for (size_t i = 0; i < times; i++) {
		kg_buf_clear(&reviewing->copy);
		kg_buf_append(&reviewing->copy, reviewing->review.data, reviewing->review.length);
		if (kg_admission_review(&reviewing->env, &reviewing->copy, &reviewing->arena, &reviewing->answer, &summary) != 200)
			exit(1);
		kg_arena_reset(&reviewing->arena, KG_KEEP_ARENA_BYTES);
	}
}

/* What the first review alone pays for, such as the arena's blocks, is not counted. */
static void print_review(const struct kg_world *world, size_t times)
{
	struct reviewing reviewing = {.env = {.world = world}};
	struct kg_policy *policy = NULL;
	struct kg_err err = {0};

	if (kg_policy_new(NULL, 0, NULL, &policy, &err))
		exit(1);
	reviewing.env.policy = policy;
	kg_arena_init(&reviewing.arena, KG_MAX_REVIEW_ARENA_BYTES);
	kg_buf_init(&reviewing.review, KG_MAX_BODY_BYTES);
	kg_buf_init(&reviewing.copy, KG_MAX_BODY_BYTES);
	kg_buf_init(&reviewing.answer, KG_MAX_BODY_BYTES);
	write_review(&reviewing.review);
	review_times(&reviewing, 1);
	CALLGRIND_START_INSTRUMENTATION;
	review_times(&reviewing, times);
	CALLGRIND_STOP_INSTRUMENTATION;
	(void)puts(kg_buf_text(&reviewing.answer));
	kg_buf_release(&reviewing.answer);
	kg_buf_release(&reviewing.copy);
	kg_buf_release(&reviewing.review);
	kg_arena_release(&reviewing.arena);
	kg_policy_unref(policy);
}

static int bench(size_t count, size_t reviews)
{
	struct kg_live_world live;
	struct kg_budget budget;
	struct kg_arena arena;
	int64_t taken;
	long before;

	kg_budget_init(&budget, KG_MAX_CLUSTER_CACHE_BYTES);
	kg_arena_init(&arena, KG_MAX_CLUSTER_ARENA_BYTES);
	if (kg_live_world_init(&live, 4711, &budget) != 0)
		return 1;
	before = resident_kib();
	taken = list(live.resources[KG_RESOURCE_SCALED_OBJECTS].cache, &arena, count, write_scaled_object);
	taken += list(live.resources[KG_RESOURCE_DEPLOYMENTS].cache, &arena, count, write_deployment);
	if (reviews > 0)
		(void)list(live.resources[KG_RESOURCE_CLUSTER_TRIGGER_AUTHENTICATIONS].cache, &arena, count, write_authentication);
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++)
		kg_live_world_set_view(&live, (enum kg_resource)i, KG_VIEW_WHOLE);
	if (reviews > 0)
		print_review(&live.world, reviews);
	else
		print_memory(&live, &budget, count, resident_kib() - before, taken);
	kg_live_world_release(&live);
	kg_arena_release(&arena);
	return kg_budget_used(&budget) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	size_t reviews = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	if (count == 0) {
		(void)fprintf(stderr, "usage: bench_cache COUNT [REVIEWS]\n");
		return 2;
	}
	kg_json_setup();
	return bench(count, reviews);
}
