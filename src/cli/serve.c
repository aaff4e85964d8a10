#include <malloc.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/bundle.h"
#include "cli/cluster_view.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/keda_version.h"
#include "cli/reload.h"
#include "cli/sandbox.h"
#include "cli/serve_options.h"
#include "cli/supervisor.h"
#include "cli/version.h"
#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/log.h"
#include "kedagate/server/server.h"
#include "kedagate/syntax/version.h"
#include "kedagate/tls/key_memory.h"

/* How long what is in flight may take after the shutdown delay: with the default delay it ends within a kubelet's 30 s. */
enum { GRACE_SECONDS = 20 };

enum { EXIT_NOT_STARTED = 1 };

/* Allocations from here on have a mapping of their own, so that a large review gives its memory back to the system. */
enum { LARGE_ALLOCATION = 256 << 10 };

/* Everything that a serving process has. Parts that were not made yet are as after zeroing. */
struct serve {
	struct kg_serve_options options;
	unsigned max_connections;
	struct kg_metric_family families[KG_SERVER_METRIC_COUNT + KG_CLUSTER_METRIC_COUNT];
	struct kg_metrics *metrics;
	struct kg_certstore *certstore;
	struct kg_client_trust *clients; /* NULL: any client */
	struct kg_arena objects;         /* of the world */
	const struct kg_world *world;
	struct kg_cluster_view view;
	struct kg_reload reload;
	struct kg_supervisor supervisor;
	bool supervised;
	struct kg_server *server;
};

/* Two heaps for all threads, and no threshold that grows with what was once freed: the process stays small. There are no threads yet. */
static void bound_memory(void)
{
	/* NOLINTBEGIN(concurrency-mt-unsafe) */
	(void)mallopt(M_ARENA_MAX, 2);
	(void)mallopt(M_MMAP_THRESHOLD, LARGE_ALLOCATION);
	(void)mallopt(M_TRIM_THRESHOLD, LARGE_ALLOCATION);
	/* NOLINTEND(concurrency-mt-unsafe) */
}

/* The usual soft limit, 1024, is below the connections that are promised. Returns what may be open of them. */
static rlim_t raise_descriptor_limit(rlim_t wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return wanted;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	/* A soft limit cannot be refused that is no higher than the hard one. */
	return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

/* The connections of the HTTPS listener that the limit on open files allows, with room left for probes and for reading files anew. */
static unsigned allowed_connections(void)
{
	const rlim_t others = 2 * KG_MAX_PLAIN_CONNECTIONS + KG_OTHER_DESCRIPTORS;
	const rlim_t wanted = kg_server_descriptors(KG_MAX_CONNECTIONS) + others;
	const rlim_t limit = raise_descriptor_limit(wanted);
	unsigned connections = KG_MAX_CONNECTIONS;

	if (limit >= wanted)
		return connections;
	while (connections > 1 && kg_server_descriptors(connections) > (limit > 2 * others ? limit - others : limit / 2))
		connections--;
	kg_log(KG_LOG_WARN, "few connections: the limit on open files is low", KG_LOG_INT("limit", (int64_t)limit),
	       KG_LOG_INT("connections", connections));
	return connections;
}

static void protect_keys(void)
{
	if (kg_key_memory_init() != KG_KEY_MEMORY_LOCKED)
		kg_log(KG_LOG_WARN, "private keys lie in memory that is not locked: it may be written to swap",
		       KG_LOG_STR("advice",
		                  "let the process lock 2 MiB (RLIMIT_MEMLOCK, or the capability IPC_LOCK), or run it without swap"));
}

static int make_stores(struct serve *serve, struct kg_err *err)
{
	kg_server_metric_families(serve->families);
	memcpy(serve->families + KG_SERVER_METRIC_COUNT, kg_cluster_metric_families, sizeof(kg_cluster_metric_families));
	serve->metrics = kg_metrics_new(serve->families, KG_ARRAY_LEN(serve->families));
	serve->certstore = kg_certstore_new();
	if (serve->metrics == NULL || serve->certstore == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	serve->reload.metrics = serve->metrics;
	serve->reload.certstore = serve->certstore;
	kg_metrics_set(serve->metrics, KG_SERVER_METRIC_BUILD_INFO, (const char *const[]){kg_version()}, 1);
	return 0;
}

static int refuse_objects(const struct kg_bundle *bundle, struct kg_err *err)
{
	const struct kg_report_error *first = &bundle->errors.items[0];

	bool named = strstr(first->message, first->file) != NULL;

	return kg_err_set_at(err, KG_EINVAL, first->line, first->column, "%s%s%s", named ? "" : first->file, named ? "" : ": ",
	                     first->message);
}

static bool looks_at_cluster(const struct kg_serve_options *options)
{
	return options->cluster || options->kubeconfig != NULL || options->context != NULL;
}

static int read_objects(struct serve *serve, struct kg_err *err)
{
	char *path;
	struct kg_inputs inputs;
	struct kg_bundle bundle;

	serve->world = kg_world_blind();
	if (serve->options.objects == NULL)
		return 0;
	if (looks_at_cluster(&serve->options))
		return kg_err_set(err, KG_EINVAL, "--objects stands in for a cluster, and one is named");
	path = kg_arena_strdup(&serve->objects, serve->options.objects);
	if (path == NULL || kg_inputs_find(&path, 1, true, &serve->objects, &inputs) != 0 ||
	    kg_bundle_read(&inputs, "default", false, &serve->objects, &bundle) != 0)
		return kg_err_set(err, KG_ENOMEM, "%s is larger than memory can hold", serve->options.objects);
	if (bundle.errors.count > 0)
		return refuse_objects(&bundle, err);
	serve->world = kg_file_world_as_world(bundle.world);
	return 0;
}

static int look_at_cluster(struct serve *serve, struct kg_err *err)
{
	const struct kg_serve_options *options = &serve->options;
	const struct kg_cluster_place place = {.in_cluster = options->cluster,
	                                       .kubeconfig = options->kubeconfig,
	                                       .context = options->context,
	                                       .keda_namespace = options->keda_namespace};
	int status;

	if (!looks_at_cluster(options))
		return options->keda_namespace == NULL ? 0
		                                       : kg_err_set(err, KG_EINVAL, "--keda-namespace is of a cluster, and none is named");
	if (options->cluster && (options->kubeconfig != NULL || options->context != NULL))
		return kg_err_set(err, KG_EINVAL, "--cluster is the cluster of the Pod, --kubeconfig and --context name another");
	status = kg_cluster_view_open(&serve->view, &place, serve->metrics, KG_SERVER_METRIC_COUNT, err);
	if (status == 0)
		serve->world = kg_cluster_world(serve->view.cluster);
	return status;
}

static int load_pair(struct serve *serve, struct kg_err *err)
{
	int code = kg_certstore_require_names(serve->certstore, serve->options.server_names, err);

	return code == 0 ? kg_reload_load_pair(&serve->reload, err) : code;
}

static int load_client_ca(struct serve *serve, struct kg_err *err)
{
	const struct kg_serve_options *options = &serve->options;

	if (options->client_ca == NULL)
		return options->client_names == NULL ? 0 : kg_err_set(err, KG_EINVAL, "--client-names needs --client-ca-file");
	serve->clients = kg_client_trust_new(options->client_names);
	if (serve->clients == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	serve->reload.clients = serve->clients;
	return kg_reload_load_client_ca(&serve->reload, err);
}

static int load_policy(struct serve *serve, struct kg_err *err)
{
	return kg_reload_load_policy(&serve->reload, err);
}

static int supervise(struct serve *serve, struct kg_err *err)
{
	int code = kg_supervisor_init(&serve->supervisor, &serve->reload, serve->options.shutdown_delay, err);

	serve->supervised = code == 0;
	serve->supervisor.view = &serve->view;
	return code;
}

static int listen_everywhere(struct serve *serve, struct kg_err *err)
{
	const struct kg_serve_options *options = &serve->options;
	const struct kg_server_state state = {.policy = &serve->reload.policy,
	                                      .world = serve->world,
	                                      .certstore = serve->certstore,
	                                      .clients = serve->clients,
	                                      .metrics = serve->metrics,
	                                      .is_world_ready = serve->view.cluster != NULL ? kg_cluster_view_is_ready : NULL,
	                                      .world_context = &serve->view};
	struct kg_server_config config = {.health = options->health,
	                                  .metrics = options->metrics,
	                                  .minimum_tls = (enum kg_tls_version)options->minimum_tls,
	                                  .max_connections = serve->max_connections,
	                                  .max_inflight_bytes = (size_t)options->max_inflight_bytes};
	int code = kg_listen_address_from_ip(options->bind_address, (uint16_t)options->secure_port, &config.secure, err);

	return code == 0 ? kg_server_start(&config, &state, &serve->server, err) : code;
}

/* What starting takes, in order, and what to do when a step fails. */
static const struct step {
	int (*run)(struct serve *serve, struct kg_err *err);
	const char *advice;
} steps[] = {
        {make_stores, "give the process more memory"},
        {read_objects,
         "--objects takes manifests that can be read, in YAML or JSON, and goes without --cluster, --kubeconfig and --context"},
        {load_pair, "name a valid pair by --tls-cert-file and --tls-private-key-file; \"kedagate certs init\" makes one"},
        {load_client_ca, "name by --client-ca-file the authority that signs the API server's client certificate, in PEM"},
        {load_policy, "mend the policy file; without --policy the built-in policy holds"},
        {look_at_cluster, "name the cluster by --cluster, in a Pod with a ServiceAccount, or by --kubeconfig"},
        {supervise, "raise the limits of the process"},
        {listen_everywhere, "choose another address or port, or end the process that has it"},
};

static bool start(struct serve *serve)
{
	struct kg_err err = {0};

	for (size_t i = 0; i < KG_ARRAY_LEN(steps); i++) {
		if (steps[i].run(serve, &err) == 0)
			continue;
		kg_log(KG_LOG_ERROR, "cannot start", KG_LOG_STR("reason", err.message), KG_LOG_INT(err.line > 0 ? "line" : NULL, err.line),
		       KG_LOG_INT(err.column > 0 ? "column" : NULL, err.column), KG_LOG_STR("advice", steps[i].advice));
		return false;
	}
	return true;
}

/* The server is worth more than the filter: where there is none to be had, it serves without. */
static void confine(const struct serve *serve)
{
	struct kg_err err = {0};

	if (kg_sandbox_filter((enum kg_sandbox_mode)serve->options.seccomp, serve->view.cluster != NULL, &err) != 0)
		kg_log(KG_LOG_WARN, "serving without a filter of system calls", KG_LOG_STR("reason", err.message),
		       KG_LOG_STR("advice", "allow seccomp(2) in the container's seccomp profile, or say --seccomp off"));
}

/* Accepts one that was not started, or not to the end. */
static void release(struct serve *serve)
{
	if (serve->supervised)
		kg_supervisor_release(&serve->supervisor);
	kg_cluster_view_close(&serve->view);
	kg_reload_release(&serve->reload);
	kg_arena_release(&serve->objects);
	kg_client_trust_free(serve->clients);
	kg_certstore_free(serve->certstore);
	kg_metrics_free(serve->metrics);
}

static void log_version(const struct kg_policy *policy, bool looks_at_cluster)
{
	char version[KG_VERSION_TEXT_MAX];

	if (policy->keda_version_source == KG_KEDA_VERSION_DEFAULT)
		kg_log(KG_LOG_INFO, "no KEDA version is named: reviews are judged for the newest release known",
		       KG_LOG_STR("kedaVersion", kg_version_text(policy->keda_version, version)));
	kg_keda_version_log(policy, looks_at_cluster);
}

static void log_serving(struct serve *serve)
{
	struct kg_snapshot *snapshot = kg_snapshot_slot_get(&serve->reload.policy);
	const struct kg_policy *policy = KG_CONTAINER_OF(snapshot, struct kg_policy, snapshot);
	char version[KG_VERSION_TEXT_MAX];
	char not_after[KG_TIME_TEXT_MAX];
	struct kg_pair_facts facts = {0};

	log_version(policy, serve->view.cluster != NULL);
	(void)kg_certstore_facts(serve->certstore, &facts);
	kg_clock_format(facts.not_after, not_after);
	kg_log(KG_LOG_INFO, "serving", KG_LOG_STR("address", kg_server_address(serve->server)),
	       KG_LOG_STR("health", kg_server_health_address(serve->server)),
	       KG_LOG_STR("metrics", kg_server_metrics_address(serve->server)), KG_LOG_STR("mode", kg_mode_names[policy->mode]),
	       KG_LOG_STR("profile", kg_profile_names[policy->profile]),
	       KG_LOG_STR("kedaVersion", kg_keda_version_text(policy, serve->view.cluster != NULL, version)),
	       KG_LOG_STR("certificateSerial", facts.serial), KG_LOG_STR("certificateNotAfter", not_after),
	       KG_LOG_STR("version", kg_version()));
	kg_snapshot_unref(snapshot);
}

static void stop(struct serve *serve)
{
	unsigned cut = kg_server_stop(serve->server, GRACE_SECONDS);

	kg_log(cut == 0 ? KG_LOG_INFO : KG_LOG_WARN, "stopped", KG_LOG_INT("requestsCut", cut));
}

static const char *choice(const char *const *names, int index)
{
	return index != KG_SERVE_NOT_GIVEN ? names[index] : NULL;
}

static void init(struct serve *serve)
{
	const struct kg_serve_options *options = &serve->options;

	kg_arena_init(&serve->objects, KG_MAX_CHECK_ARENA_BYTES);
	serve->reload.pair = (struct kg_pair_paths){.certificate = options->certificate, .key = options->key};
	serve->reload.client_ca_path = options->client_ca;
	serve->reload.policy_path = options->policy;
	serve->reload.looks_at_cluster = looks_at_cluster(options);
	serve->reload.overrides = (struct kg_policy_overrides){.keda_version = options->keda_version,
	                                                       .mode = choice(kg_mode_names, options->mode),
	                                                       .profile = choice(kg_profile_names, options->profile)};
	kg_reload_init(&serve->reload);
}

int kg_command_serve(int argc, char **argv)
{
	struct serve serve = {0};
	int operands = 0;
	int status = 0;

	(void)argc;
	kg_serve_options_init(&serve.options);
	if (!kg_command_parse(&kg_serve_usage, &serve.options, argv, &operands, &status))
		return status;
	kg_log_configure((enum kg_log_level)serve.options.log_level, (enum kg_log_format)serve.options.log_format, 2);
	kg_supervisor_block_signals();
	bound_memory();
	protect_keys();
	serve.max_connections = allowed_connections();
	init(&serve);
	if (start(&serve)) {
		confine(&serve);
		log_serving(&serve);
		kg_supervisor_run(&serve.supervisor, serve.server);
		stop(&serve);
	} else {
		status = EXIT_NOT_STARTED;
	}
	release(&serve);
	return status;
}
