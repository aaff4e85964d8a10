#include "cli/cluster_view.h"

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/log.h"
#include "kedagate/syntax/version.h"

#define NANOSECONDS INT64_C(1000000000)

/* For the one Deployment that is read to tell its version. */
enum { OPERATOR_ARENA = 8 << 20 };

/* No release is called that. */
#define VERSION_UNTOLD UINT32_MAX

/* What to do about each failure; NULL where it goes away by itself or not at all. */
static const char *const advice[KG_MACHINE_FAILURE_COUNT] = {
        [KG_MACHINE_FAILURE_CONNECTION] = "look whether the API server runs and can be reached; a NetworkPolicy may be in the way",
        [KG_MACHINE_FAILURE_UNAUTHORIZED] = "look whether the ServiceAccount's token, or the kubeconfig's user, is still valid",
        [KG_MACHINE_FAILURE_FORBIDDEN] = "grant list and watch of the resource by a ClusterRole, as manifests/base does",
        [KG_MACHINE_FAILURE_NOT_INSTALLED] = "install KEDA's CRDs; until then look-ups of the resource conclude nothing",
        [KG_MACHINE_FAILURE_GARBAGE] = "look whether something other than an API server answers at this address",
        [KG_MACHINE_FAILURE_MEMORY] = "give the process more memory",
};

static const char *advise(enum kg_resource resource, enum kg_machine_failure failure)
{
	if (failure == KG_MACHINE_FAILURE_NOT_INSTALLED && !kg_resource_is_of_keda(resource))
		failure = KG_MACHINE_FAILURE_GARBAGE;
	return advice[failure];
}

static void log_failure(struct kg_cluster_told *told, enum kg_resource resource, const struct kg_cluster_resource *state)
{
	int64_t now = kg_clock_monotonic();
	int64_t *last = &told->failed_at[state->failure];

	if (*last != 0 && now - *last < KG_FAULT_SECONDS * NANOSECONDS)
		return;
	*last = now;
	told->of_failure = true;
	kg_log(KG_LOG_WARN, "cluster request failed", KG_LOG_STR("resource", kg_resource_names[resource]),
	       KG_LOG_STR("reason", kg_machine_failure_names[state->failure]),
	       KG_LOG_INT(state->status != 0 ? "status" : NULL, state->status), KG_LOG_STR("detail", state->reason),
	       KG_LOG_STR("advice", advise(resource, state->failure)));
}

static void log_view(struct kg_cluster_told *told, enum kg_resource resource, enum kg_view view)
{
	if (view == KG_VIEW_BLIND)
		kg_log(KG_LOG_WARN, "cluster objects are out of date: look-ups conclude nothing",
		       KG_LOG_STR("resource", kg_resource_names[resource]));
	if (view == KG_VIEW_WHOLE && told->of_failure) {
		kg_log(KG_LOG_INFO, "cluster objects are seen", KG_LOG_STR("resource", kg_resource_names[resource]));
		told->of_failure = false;
	}
}

/* The names of the resources that are not seen whole. Returns how many. */
static size_t find_unseen(const struct kg_cluster *cluster, const char *out[KG_RESOURCE_COUNT])
{
	size_t count = 0;

	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++)
		if (kg_cluster_view(cluster, (enum kg_resource)i) != KG_VIEW_WHOLE)
			out[count++] = kg_resource_names[i];
	return count;
}

/* keda_version is VERSION_UNTOLD where it cannot be told. */
static struct kg_operator_facts find_operator(const struct kg_cluster *cluster, struct kg_arena *arena)
{
	const struct kg_world *world = kg_cluster_world(cluster);
	struct kg_operator_facts facts = {0};

	if (world->operations->keda_operator(world, arena, &facts) != KG_LOOKUP_FOUND)
		facts = (struct kg_operator_facts){0};
	if (facts.keda_version == 0)
		facts.keda_version = VERSION_UNTOLD;
	return facts;
}

static const char *version_text(uint32_t version, char out[KG_VERSION_TEXT_MAX])
{
	return version != VERSION_UNTOLD ? kg_version_text(version, out) : "unknown";
}

/* Once, when all that can be seen is seen. */
static void log_settled(struct kg_cluster_view *view, const struct kg_cluster *cluster)
{
	struct kg_operator_facts facts;
	char version[KG_VERSION_TEXT_MAX];
	const char *unseen[KG_RESOURCE_COUNT];
	size_t unseen_count = find_unseen(cluster, unseen);
	struct kg_arena arena;

	kg_arena_init(&arena, OPERATOR_ARENA);
	facts = find_operator(cluster, &arena);
	kg_log(KG_LOG_INFO, "the cluster is seen", KG_LOG_STR("server", view->config.server),
	       KG_LOG_STR("kedaVersion", version_text(facts.keda_version, version)), KG_LOG_STR("kedaNamespace", facts.namespace),
	       KG_LOG_LIST(unseen_count > 0 ? "notSeen" : NULL, unseen, unseen_count),
	       KG_LOG_INT("duration_ms", (kg_clock_monotonic() - view->started) / (NANOSECONDS / 1000)));
	atomic_store(&view->told_version, facts.keda_version);
	kg_arena_release(&arena);
}

static void note_change(void *context, const struct kg_cluster *cluster, enum kg_resource resource, const struct kg_cluster_resource *state)
{
	struct kg_cluster_view *view = context;
	struct kg_cluster_told *told = &view->told[resource];

	if (state->failure != KG_MACHINE_FAILURE_NONE && state->view == told->view)
		log_failure(told, resource, state);
	if (state->view != told->view) {
		log_view(told, resource, state->view);
		told->view = state->view;
	}
	if (!view->told_settled && kg_cluster_is_settled(cluster)) {
		log_settled(view, cluster);
		view->told_settled = true;
	}
}

static int configure(const struct kg_cluster_place *place, struct kg_kube_config *out, struct kg_err *err)
{
	const struct kg_kube_choice choice = {.path = place->kubeconfig, .context = place->context};

	return place->in_cluster ? kg_kube_config_in_cluster(NULL, out, err) : kg_kube_config_load(&choice, out, err);
}

static void warn_of_insecurity(const struct kg_kube_config *config)
{
	if (config->insecure)
		kg_log(KG_LOG_WARN, "the API server's certificate is not verified", KG_LOG_STR("server", config->server),
		       KG_LOG_STR("kubeconfig", config->origin),
		       KG_LOG_STR("reason", "insecure-skip-tls-verify: whoever is on the way may read the token and forge what is seen"),
		       KG_LOG_STR("advice", "remove it and set certificate-authority"));
}

int kg_cluster_view_open(struct kg_cluster_view *view, const struct kg_cluster_place *place, struct kg_metrics *metrics,
                         size_t first_family, struct kg_err *err)
{
	const struct kg_cluster_options options = {.observer = {.context = view, .changed = note_change},
	                                           .metrics = metrics,
	                                           .first_family = first_family,
	                                           .keda_namespace = place->keda_namespace};
	int status = configure(place, &view->config, err);

	if (status != 0)
		return status;
	warn_of_insecurity(&view->config);
	view->started = kg_clock_monotonic();
	return kg_cluster_start(&view->config, &options, &view->cluster, err);
}

void kg_cluster_view_close(struct kg_cluster_view *view)
{
	kg_cluster_stop(view->cluster);
	kg_kube_config_release(&view->config);
}

void kg_cluster_view_note_version(struct kg_cluster_view *view)
{
	uint32_t told = atomic_load(&view->told_version);
	struct kg_operator_facts facts;
	char before[KG_VERSION_TEXT_MAX];
	char now[KG_VERSION_TEXT_MAX];
	struct kg_arena arena;

	if (told == 0)
		return;
	kg_arena_init(&arena, OPERATOR_ARENA);
	facts = find_operator(view->cluster, &arena);
	if (facts.keda_version != told)
		kg_log(KG_LOG_INFO, "KEDA's version has changed", KG_LOG_STR("kedaVersion", version_text(facts.keda_version, now)),
		       KG_LOG_STR("before", version_text(told, before)), KG_LOG_STR("kedaNamespace", facts.namespace));
	atomic_store(&view->told_version, facts.keda_version);
	kg_arena_release(&arena);
}

static void write_unseen(const struct kg_cluster *cluster, struct kg_buf *out)
{
	const char *unseen[KG_RESOURCE_COUNT];
	size_t count = find_unseen(cluster, unseen);

	for (size_t i = 0; i < count; i++)
		kg_buf_printf(out, "%s%s", i == 0 ? "not seen: " : ", ", unseen[i]);
}

bool kg_cluster_view_is_ready(void *context, struct kg_buf *why)
{
	const struct kg_cluster_view *view = context;

	write_unseen(view->cluster, why);
	return kg_cluster_is_settled(view->cluster) || kg_clock_monotonic() - view->started >= KG_CLUSTER_READY_SECONDS * NANOSECONDS;
}
