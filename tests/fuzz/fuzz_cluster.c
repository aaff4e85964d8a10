/*
 * What an API server sends, and what users keep in it, up to the rules that look at it: a script drives the machines of all resources, which
 * fill caches, and reviews look into them. Each line of an input begins with what is done:
 *
 *   0 to 8  choose the resource             E  the answer ends in order
 *   H       the head of an answer: status   X  it breaks off
 *   B       a line of its body              T  so many seconds pass
 *   C       a part of a line of its body
 *
 * Beside faults of memory, this looks for caches that hold other names than those that the machine brought, and for a view that is whole without a list.
 * Targets: kube's machine, pages, caches and live world; the rules about other objects, which the corpus must reach.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "kedagate/admission/admission.h"
#include "kedagate/base/limits.h"
#include "kedagate/kube/machine.h"
#include "kedagate/model/json.h"
#include "kube/live_world.h"
#include "kube/resource.h"

#define NANOSECONDS INT64_C(1000000000)

enum { ARENA_BYTES = 256 << 20, CACHE_BYTES = 64 << 20, NAMES_MAX = 64 };

enum { KEPT, NOT_KEPT, GONE, LISTED, CLEARED, WHOLE, PARTIAL, FAILED, ALLOWED, WARNED, DENIED, RULES };

/* From RULES on by the names of rules. */
static struct fuzz_reach reaches[] = {
        [KEPT] = {"object kept", 0},
        [NOT_KEPT] = {"object not kept", 0},
        [GONE] = {"object gone", 0},
        [LISTED] = {"list complete", 0},
        [CLEARED] = {"all forgotten", 0},
        [WHOLE] = {"view whole", 0},
        [PARTIAL] = {"view partial", 0},
        [FAILED] = {"request failed", 0},
        [ALLOWED] = {"review allowed", 0},
        [WARNED] = {"review warned", 0},
        [DENIED] = {"review denied", 0},
        [RULES] = {"authentication-not-found", 0},
        {"authentication-breaks-users", 0},
        {"container-not-found", 0},
        {"hpa-name-shared", 0},
        {"operator-identity-missing", 0},
        {"requests-missing", 0},
        {"scale-target-not-found", 0},
        {"variable-not-found", 0},
        {"workload-has-hpa", 0},
        {"workload-shared", 0},
};
FUZZ_REACHES(reaches)

/* ---- what there should be ---- */

struct name {
	char *namespace, *name;
	bool fresh; /* brought since the list began */
};

struct resource {
	struct driver *driver;
	enum kg_resource resource;
	struct kg_machine machine;
	bool busy, answered; /* the request */
	bool listed;         /* since all was forgotten */
	struct name names[NAMES_MAX];
	size_t count;
};

struct driver {
	struct kg_arena scratch;
	struct kg_budget budget;
	struct kg_live_world live;
	struct resource resources[KG_RESOURCE_COUNT];
	int64_t now;
	bool crowded; /* more names than are followed */
};

static struct kg_cache *cache_of(const struct resource *resource)
{
	return resource->driver->live.resources[resource->resource].cache;
}

static void remove_name(struct resource *resource, size_t i)
{
	free(resource->names[i].namespace);
	free(resource->names[i].name);
	resource->names[i] = resource->names[--resource->count];
}

static void remove_named(struct resource *resource, const char *namespace, const char *name)
{
	for (size_t i = 0; i < resource->count; i++) {
		if (strcmp(resource->names[i].name, name) == 0 && strcmp(resource->names[i].namespace, namespace) == 0) {
			remove_name(resource, i);
			return;
		}
	}
}

static void add_name(struct resource *resource, const char *namespace, const char *name)
{
	if (resource->count == NAMES_MAX) {
		resource->driver->crowded = true;
		return;
	}
	resource->names[resource->count] = (struct name){strdup(namespace), strdup(name), true};
	require(resource->names[resource->count].namespace != NULL && resource->names[resource->count].name != NULL);
	resource->count++;
}

static void require_same_names(struct resource *resource)
{
	struct kg_cache *cache = cache_of(resource);
	const cJSON *object;

	require(resource->driver->crowded || kg_cache_count(cache) == resource->count);
	for (size_t i = 0; i < resource->count; i++) {
		kg_arena_reset(&resource->driver->scratch, KG_KEEP_ARENA_BYTES);
		require(kg_cache_find(cache, resource->names[i].namespace, resource->names[i].name, &resource->driver->scratch, &object) ==
		        0);
	}
}

/* ---- what a machine brings ---- */

static void take_begin(void *context)
{
	struct resource *resource = context;

	kg_cache_begin(cache_of(resource));
	for (size_t i = 0; i < resource->count; i++)
		resource->names[i].fresh = false;
}

static void forget(struct resource *resource, const cJSON *object)
{
	const cJSON *metadata = kg_json_get(object, "metadata");
	const char *namespace = kg_json_text(metadata, "namespace");
	const char *name = kg_json_text(metadata, "name");

	if (name != NULL)
		remove_named(resource, namespace != NULL ? namespace : "", name);
}

static int take_put(void *context, const cJSON *object)
{
	struct resource *resource = context;
	const cJSON *metadata = kg_json_get(object, "metadata");
	const char *namespace = kg_json_text(metadata, "namespace");
	int status = kg_cache_put(cache_of(resource), object);

	forget(resource, object);
	if (status == 0)
		add_name(resource, namespace != NULL ? namespace : "", kg_json_text(metadata, "name"));
	else
		kg_cache_drop(cache_of(resource), object);
	reaches[status == 0 ? KEPT : NOT_KEPT].count++;
	return status;
}

static void take_drop(void *context, const cJSON *object)
{
	kg_cache_drop(cache_of(context), object);
	forget(context, object);
	reaches[GONE].count++;
}

static void take_complete(void *context)
{
	struct resource *resource = context;

	kg_cache_complete(cache_of(resource));
	for (size_t i = resource->count; i > 0; i--)
		if (!resource->names[i - 1].fresh)
			remove_name(resource, i - 1);
	resource->listed = true;
	reaches[LISTED].count++;
}

static void take_clear(void *context)
{
	struct resource *resource = context;

	require(kg_live_world_view(&resource->driver->live, resource->resource) == KG_VIEW_BLIND);
	kg_cache_clear(cache_of(resource));
	while (resource->count > 0)
		remove_name(resource, resource->count - 1);
	resource->listed = false;
	reaches[CLEARED].count++;
}

static void take_view(void *context, enum kg_view view)
{
	struct resource *resource = context;

	require(view == KG_VIEW_BLIND || resource->listed);
	kg_live_world_set_view(&resource->driver->live, resource->resource, view);
	reaches[WHOLE].count += view == KG_VIEW_WHOLE;
	reaches[PARTIAL].count += view == KG_VIEW_PARTIAL;
}

static void take_failed(void *context, enum kg_machine_failure failure, unsigned status)
{
	(void)context;
	require(failure > KG_MACHINE_FAILURE_NONE && failure < KG_MACHINE_FAILURE_COUNT && status <= 999);
	reaches[FAILED].count++;
}

static const struct kg_machine_sink sink = {
        .begin = take_begin,
        .put = take_put,
        .drop = take_drop,
        .complete = take_complete,
        .clear = take_clear,
        .view = take_view,
        .failed = take_failed,
};

/* ---- the script ---- */

static void finish(struct resource *resource, bool whole)
{
	kg_machine_ended(&resource->machine, whole && resource->answered, resource->driver->now);
	resource->busy = resource->answered = false;
}

/* Ask the machine what to do until its request is under way. */
static void begin_request(struct resource *resource)
{
	const char *target = NULL;
	int64_t wake = 0;

	while (!resource->busy) {
		switch (kg_machine_next(&resource->machine, resource->driver->now, &target, &wake)) {
		case KG_MACHINE_SEND:
			require(target != NULL && target[0] == '/');
			resource->busy = true;
			break;
		case KG_MACHINE_WAIT:
			require(wake > resource->driver->now);
			resource->driver->now = wake;
			break;
		case KG_MACHINE_CANCEL: /* there is nothing to give up */
			require(false);
			break;
		}
	}
}

static void answer(struct resource *resource, unsigned status)
{
	if (!resource->answered)
		kg_machine_answered(&resource->machine, status, -1, resource->driver->now);
	resource->answered = true;
}

static void take_body(struct resource *resource, const char *bytes, size_t length)
{
	answer(resource, 200);
	if (!kg_machine_bytes(&resource->machine, bytes, length, resource->driver->now))
		finish(resource, false);
}

/* Time passes for all; each may then see less than before. */
static void pass(struct driver *driver, unsigned seconds)
{
	driver->now += seconds * NANOSECONDS;
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++) {
		const char *target = NULL;
		int64_t wake = 0;

		if (driver->resources[i].busy &&
		    kg_machine_next(&driver->resources[i].machine, driver->now, &target, &wake) == KG_MACHINE_CANCEL)
			finish(&driver->resources[i], false);
	}
}

/* A line that ends with a newline, or the last one. */
static void play(struct driver *driver, struct resource **chosen, const char *line, size_t length)
{
	struct resource *resource = *chosen;
	unsigned number = (unsigned)strtoul(line + 1, NULL, 10) % 1000;

	if (line[0] >= '0' && line[0] < '0' + KG_RESOURCE_COUNT)
		*chosen = &driver->resources[line[0] - '0'];
	if (line[0] == 'T')
		pass(driver, number);
	if (strchr("HBCEX", line[0]) != NULL)
		begin_request(resource);
	if (line[0] == 'H')
		answer(resource, number);
	if (line[0] == 'B' || line[0] == 'C')
		take_body(resource, line + 1, length - 1 - (line[0] == 'C' && line[length - 1] == '\n'));
	if (line[0] == 'E' || line[0] == 'X')
		finish(resource, line[0] == 'E');
}

/* ---- reviews ---- */

#define OBJECT(kind_, name_, spec_)                                                                                                        \
	"{\"apiVersion\":\"keda.sh/v1alpha1\",\"kind\":\"" kind_ "\",\"metadata\":{\"name\":\"" name_                                      \
	"\",\"namespace\":\"ns\"},\"spec\":" spec_ "}"
#define REVIEW(operation_, kind_, objects_)                                                                                                \
	"{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u\",\"kind\":{\"group\":\"keda.sh\"," \
	"\"version\":\"v1alpha1\",\"kind\":\"" kind_ "\"},\"namespace\":\"ns\",\"operation\":\"" operation_ "\"," objects_ "}}"
#define CREATE(kind_, name_, spec_) REVIEW("CREATE", kind_, "\"object\":" OBJECT(kind_, name_, spec_))
#define UPDATE(kind_, name_, from_, to_)                                                                                                   \
	REVIEW("UPDATE", kind_, "\"object\":" OBJECT(kind_, name_, to_) ",\"oldObject\":" OBJECT(kind_, name_, from_))
#define SECRET_FOR(parameter_) "{\"parameter\":\"" parameter_ "\",\"name\":\"s\",\"key\":\"k\"}"
#define TRIGGERS                                                                                                                           \
	"\"triggers\":[{\"type\":\"cpu\",\"metricType\":\"Utilization\",\"metadata\":{\"value\":\"50\"}},{\"type\":\"kafka\","             \
	"\"metadata\":{\"bootstrapServersFromEnv\":\"SERVERS\",\"topic\":\"t\",\"consumerGroup\":\"g\",\"sasl\":\"plaintext\"},"           \
	"\"authenticationRef\":{\"name\":\"auth\"}},{\"type\":\"azure-queue\",\"metadata\":{\"queueName\":\"q\",\"accountName\":\"a\"},"   \
	"\"authenticationRef\":{\"name\":\"azure\",\"kind\":\"ClusterTriggerAuthentication\"}}]"

static const char *const reviews[] = {
        CREATE("ScaledObject", "so", "{\"scaleTargetRef\":{\"name\":\"app\"}," TRIGGERS "}"),
        CREATE("ScaledObject", "other",
               "{\"scaleTargetRef\":{\"name\":\"set\",\"kind\":\"StatefulSet\",\"envSourceContainerName\":\"c\"},\"advanced\":{"
               "\"horizontalPodAutoscalerConfig\":{\"name\":\"hpa\"}}," TRIGGERS "}"),
        CREATE("ScaledJob", "job", "{\"jobTargetRef\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\"}]}}}," TRIGGERS "}"),
        UPDATE("TriggerAuthentication", "auth", "{\"secretTargetRef\":[" SECRET_FOR("username") "," SECRET_FOR("password") "]}",
               "{\"secretTargetRef\":[" SECRET_FOR("username") "]}"),
        UPDATE("ClusterTriggerAuthentication", "azure", "{\"podIdentity\":{\"provider\":\"azure-workload\",\"identityId\":\"i\"}}",
               "{\"secretTargetRef\":[" SECRET_FOR("other") "]}"),
        CREATE("ClusterTriggerAuthentication", "azure", "{\"podIdentity\":{\"provider\":\"azure-workload\",\"identityId\":\"i\"}}"),
};

static void count_rules(const struct kg_rule_names *fired)
{
	for (size_t i = 0; i < fired->count; i++) {
		for (size_t row = RULES; row < KG_ARRAY_LEN(reaches); row++)
			reaches[row].count += strcmp(fired->names[i], reaches[row].name) == 0;
	}
}

static void review(const struct kg_policy *policy, const struct kg_world *world, const char *text)
{
	const struct kg_admission_env env = {.policy = policy, .world = world, .now = 1800000000};
	struct kg_admission_summary summary;
	struct kg_buf body, out;
	struct kg_arena arena;

	kg_buf_init(&body, KG_MAX_BODY_BYTES);
	kg_buf_init(&out, KG_MAX_BODY_BYTES);
	kg_arena_init(&arena, ARENA_BYTES);
	kg_buf_puts(&body, text);
	require(kg_admission_review(&env, &body, &arena, &out, &summary) == 200 && summary.judgement != NULL);
	reaches[ALLOWED].count += summary.judgement->verdict == KG_VERDICT_ALLOW;
	reaches[WARNED].count += summary.judgement->verdict == KG_VERDICT_WARN;
	reaches[DENIED].count += summary.judgement->verdict == KG_VERDICT_DENY;
	count_rules(&summary.rules);
	kg_buf_release(&body);
	kg_buf_release(&out);
	kg_arena_release(&arena);
}

static void review_all(const struct kg_world *world)
{
	struct kg_policy *policy = NULL;

	require(kg_policy_new(NULL, 0, NULL, &policy, NULL) == 0);
	for (size_t i = 0; i < KG_ARRAY_LEN(reviews); i++)
		review(policy, world, reviews[i]);
	kg_policy_unref(policy);
}

/* ---- one input ---- */

static void begin(struct driver *driver)
{
	*driver = (struct driver){.now = 1000 * NANOSECONDS};
	kg_json_setup();
	kg_arena_init(&driver->scratch, KG_MAX_CLUSTER_ARENA_BYTES);
	kg_budget_init(&driver->budget, CACHE_BYTES);
	require(kg_live_world_init(&driver->live, 7, &driver->budget) == 0);
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++) {
		struct resource *resource = &driver->resources[i];
		const struct kg_machine_config config = {
		        .path = kg_resources[i].path, .seed = i, .scratch = &driver->scratch, .sink = &sink, .context = resource};

		*resource = (struct resource){.driver = driver, .resource = (enum kg_resource)i};
		kg_machine_init(&resource->machine, &config);
	}
}

static void end(struct driver *driver)
{
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++) {
		struct resource *resource = &driver->resources[i];

		kg_machine_release(&resource->machine);
		while (resource->count > 0)
			remove_name(resource, resource->count - 1);
	}
	kg_live_world_release(&driver->live);
	kg_arena_release(&driver->scratch);
	require(kg_budget_used(&driver->budget) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static struct driver driver;
	struct resource *chosen = &driver.resources[0];
	char *text = copy_text((const char *)bytes, length);

	begin(&driver);
	for (const char *line = text; *line != '\0';) {
		size_t line_length = strcspn(line, "\n");

		line_length += line[line_length] == '\n';
		play(&driver, &chosen, line, line_length);
		line += line_length;
	}
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++)
		require_same_names(&driver.resources[i]);
	review_all(&driver.live.world);
	end(&driver);
	free(text);
	return 0;
}
