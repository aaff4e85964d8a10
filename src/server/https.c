#include "server/https.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/log.h"
#include "server/answer.h"
#include "server/handshake.h"
#include "server/request.h"

/* A connection without a request for that long is not waited for: whoever sent one request and got `Connection: close` has closed it, and
 * whoever has just connected has sent one by then. */
#define QUIET_NANOSECONDS INT64_C(5000000000)

/* How long libmicrohttpd may take to take on what it was handed. */
#define SETTLE_NANOSECONDS INT64_C(1000000000)

#define NANOSECONDS_PER_SECOND INT64_C(1000000000)

/* Of each connection, for its head and the part of the body at hand; half the library's default, which it clears after each request. A TLS
 * record holds 16 KiB as well, and an API server's head a few hundred bytes. */
enum { CONNECTION_MEMORY = 16 << 10 };

/* Between two looks, and how many in a row must find nothing: a request may be on its way from the socket to its handler. */
enum { LOOK_MILLISECONDS = 10, QUIET_LOOKS = 5 };

/* With what libmicrohttpd says that it has answered a request by itself, as one whose head is broken or too long. The status follows. */
static const char answered_format[] = "Error processing request (HTTP response code is %u";

static void note_library_answer(struct kg_https *https, unsigned status)
{
	const struct kg_fault fault = {
	        .level = KG_LOG_WARN, .message = "request is no HTTP that is understood", .cause = KG_LOG_INT("status", status)};

	kg_answer_count(https->state.metrics, status);
	kg_faults_note(&https->faults, &fault, kg_clock_monotonic());
}

/* A format is a constant, so it tells causes apart. */
KG_PRINTF(2, 0) static void log_library(void *argument, const char *format, va_list arguments)
{
	struct kg_https *https = argument;
	char line[KG_ERR_MESSAGE_MAX];
	const struct kg_log_field text = KG_LOG_STR("text", line);
	const struct kg_fault fault = {KG_LOG_DEBUG, "libmicrohttpd", KG_LOG_STR("format", format), &text, 1};
	va_list copy;

	if (strncmp(format, answered_format, sizeof(answered_format) - 1) == 0) {
		va_copy(copy, arguments);
		note_library_answer(https, va_arg(copy, unsigned));
		va_end(copy);
	}
	vsnprintf(line, sizeof(line), format, arguments);
	kg_faults_note(&https->faults, &fault, kg_clock_monotonic());
}

static void watch_handshake(struct MHD_Connection *mhd, struct kg_connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	if (info != NULL && info->tls_session != NULL)
		kg_handshake_watch(&connection->handshake, info->tls_session, connection->fd);
}

static void log_handshake(struct kg_https *https, struct MHD_Connection *mhd, const struct kg_handshake_failure *failure,
                          const char *reason)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	char client[KG_ADDRESS_TEXT_MAX] = "";
	const struct kg_log_field fields[] = {KG_LOG_STR("meaning", failure->meaning), KG_LOG_STR("client", client),
	                                      KG_LOG_STR("reason", reason)};
	const struct kg_fault fault = {KG_LOG_WARN, "TLS handshake failed", KG_LOG_STR("alert", failure->alert), fields,
	                               KG_ARRAY_LEN(fields)};

	if (info != NULL && info->client_addr != NULL)
		kg_address_text(info->client_addr, client);
	kg_faults_note(&https->faults, &fault, kg_clock_monotonic());
}

/* A connection that had a request has no handshake that failed. */
static void end_handshake(struct kg_https *https, struct MHD_Connection *mhd, struct kg_connection *connection)
{
	struct kg_handshake_failure failure;

	kg_handshake_unwatch(&connection->handshake);
	if (connection->kept || !kg_handshake_failed(&connection->handshake, &failure))
		return;
	kg_metrics_add(https->state.metrics, KG_SERVER_METRIC_HANDSHAKE_FAILURES, &failure.alert, 1);
	log_handshake(https, mhd, &failure, connection->stranger);
}

/* A path is compared as it was sent: decoded, "/validate%00" would end where it must not. */
static size_t keep_escapes(void *https, struct MHD_Connection *mhd, char *text)
{
	(void)https;
	(void)mhd;
	return strlen(text);
}

static void on_connection(void *argument, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
	struct kg_https *https = argument;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

		kg_metrics_add(https->state.metrics, KG_SERVER_METRIC_CONNECTIONS, NULL, 1);
		*context = kg_connection_enter(&https->connections, info->connect_fd);
		if (*context != NULL)
			watch_handshake(mhd, *context);
		(void)MHD_set_connection_option(mhd, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)KG_HEAD_SECONDS);
	} else {
		kg_metrics_add(https->state.metrics, KG_SERVER_METRIC_CONNECTIONS, NULL, -1);
		if (*context != NULL)
			end_handshake(https, mhd, *context);
		kg_connection_leave(&https->connections, *context);
		*context = NULL;
	}
}

static unsigned thread_count(const struct kg_server_config *config)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (config->threads > 0)
		return config->threads;
	return cores > 2 ? (unsigned)cores : 2;
}

static unsigned or_default(unsigned value, unsigned fallback)
{
	return value > 0 ? value : fallback;
}

/*
 * libmicrohttpd divides its limit among its threads, but connections unevenly, and 0.9.75 locks up for ever when a thread meets its limit (it
 * keeps a mutex). So each thread's share is the whole limit, which the acceptor has kept before.
 */
static unsigned library_limit(const struct kg_https *https, unsigned threads)
{
	return (kg_connections_peak(https->connections.max) + 1) * threads;
}

static struct MHD_Daemon *start_daemon(struct kg_https *https, const struct kg_server_config *config)
{
	const unsigned threads = thread_count(config);
	const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC | MHD_USE_ERROR_LOG;

	return MHD_start_daemon(flags, 0, NULL, NULL, kg_request_handle, https, MHD_OPTION_EXTERNAL_LOGGER, log_library, https,
	                        MHD_OPTION_HTTPS_PRIORITIES, kg_handshake_priorities(config->minimum_tls), MHD_OPTION_HTTPS_CERT_CALLBACK2,
	                        kg_handshake_give_pair, MHD_OPTION_NOTIFY_CONNECTION, on_connection, https, MHD_OPTION_NOTIFY_COMPLETED,
	                        kg_request_completed, https, MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT,
	                        library_limit(https, threads), MHD_OPTION_CONNECTION_TIMEOUT, https->idle_seconds,
	                        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes,
	                        https, MHD_OPTION_END);
}

static void release(struct kg_https *https)
{
	if (https->daemon != NULL)
		MHD_stop_daemon(https->daemon);
	kg_listener_close(&https->listener);
	kg_connections_release(&https->connections);
	kg_arena_pool_release(&https->arenas);
	kg_faults_flush(&https->faults, INT64_MAX);
	kg_faults_release(&https->faults);
}

/* A rate() over a counter that first shows with its first event misses that event. */
static void count_from_zero(struct kg_metrics *metrics)
{
	static const struct {
		enum kg_server_metric family;
		const char *label;
	} series[] = {
	        {KG_SERVER_METRIC_REQUESTS_SHED, "body"},
	        {KG_SERVER_METRIC_REQUESTS_SHED, "review"},
	        {KG_SERVER_METRIC_CONNECTIONS_DISPLACED, "connection"},
	        {KG_SERVER_METRIC_CONNECTIONS_DISPLACED, "memory"},
	        {KG_SERVER_METRIC_CONNECTIONS_REFUSED, "limit"},
	        {KG_SERVER_METRIC_CONNECTIONS_REFUSED, "client"},
	        {KG_SERVER_METRIC_CONNECTIONS_REFUSED, "descriptors"},
	        {KG_SERVER_METRIC_CONNECTIONS_REFUSED, "memory"},
	        {KG_SERVER_METRIC_HTTP_RESPONSES, "200"},
	        {KG_SERVER_METRIC_HTTP_RESPONSES, "400"},
	        {KG_SERVER_METRIC_HTTP_RESPONSES, "403"},
	        {KG_SERVER_METRIC_HTTP_RESPONSES, "404"},
	        {KG_SERVER_METRIC_HTTP_RESPONSES, "405"},
	        {KG_SERVER_METRIC_HTTP_RESPONSES, "413"},
	        {KG_SERVER_METRIC_HTTP_RESPONSES, "414"},
	        {KG_SERVER_METRIC_HTTP_RESPONSES, "415"},
	        {KG_SERVER_METRIC_HTTP_RESPONSES, "431"},
	        {KG_SERVER_METRIC_HTTP_RESPONSES, "500"},
	        {KG_SERVER_METRIC_HTTP_RESPONSES, "503"},
	};

	kg_admission_count_from_zero(metrics);
	kg_handshake_count_from_zero(metrics);

	for (size_t i = 0; i < KG_ARRAY_LEN(series); i++)
		kg_metrics_add(metrics, series[i].family, &series[i].label, 0);
}

static int start(struct kg_https *https, const struct kg_server_config *config, struct kg_err *err)
{
	int code = kg_listener_open(&https->listener, &config->secure, err);

	if (code != 0)
		return code;
	https->daemon = start_daemon(https, config);
	if (https->daemon == NULL)
		return kg_err_set(err, KG_ENOMEM, "cannot start the threads of the HTTPS server");
	https->acceptor = (struct kg_acceptor){
	        .listen_fd = https->listener.fd,
	        .daemon = https->daemon,
	        .connections = &https->connections,
	        .metrics = https->state.metrics,
	        .faults = &https->faults,
	};
	return kg_acceptor_start(&https->acceptor, err);
}

int kg_https_start(struct kg_https *https, const struct kg_server_config *config, const struct kg_server_state *state, struct kg_err *err)
{
	int code;

	*https = (struct kg_https){.state = *state, .idle_seconds = or_default(config->idle_seconds, KG_IDLE_SECONDS)};
	kg_listener_init(&https->listener);
	kg_faults_init(&https->faults);
	kg_connections_init(&https->connections, or_default(config->max_connections, KG_MAX_CONNECTIONS), state->certstore);
	https->connections.trust = state->clients;
	kg_inflight_init(&https->inflight, config->max_inflight_bytes);
	kg_arena_pool_init(&https->arenas, &https->inflight);
	count_from_zero(state->metrics);
	kg_metrics_set(state->metrics, KG_SERVER_METRIC_INFLIGHT_BYTES_LIMIT, NULL, (double)https->inflight.budget.max);
	code = start(https, config, err);
	if (code != 0)
		release(https);
	return code;
}

static void look_later(void)
{
	const struct timespec pause = {.tv_nsec = LOOK_MILLISECONDS * 1000000L};

	nanosleep(&pause, NULL);
}

/* What was handed over shows among the connections only when its thread has taken it on. */
static void wait_until_settled(struct kg_connections *connections)
{
	int64_t deadline = kg_clock_monotonic() + SETTLE_NANOSECONDS;

	while (kg_connections_pending(connections) && kg_clock_monotonic() < deadline)
		look_later();
}

/* Returns the number of requests that were still not answered at the deadline. */
static unsigned wait_until_answered(struct kg_connections *connections, int64_t deadline)
{
	int quiet_looks = 0;

	for (;;) {
		struct kg_connections_census census = kg_connections_count(connections, QUIET_NANOSECONDS);

		quiet_looks = census.busy + census.waiting == 0 ? quiet_looks + 1 : 0;
		if (quiet_looks >= QUIET_LOOKS || census.busy + census.waiting + census.idle == 0)
			return 0;
		if (kg_clock_monotonic() >= deadline)
			return census.busy;
		look_later();
	}
}

unsigned kg_https_stop(struct kg_https *https, unsigned grace_seconds)
{
	int64_t deadline = kg_clock_monotonic() + grace_seconds * NANOSECONDS_PER_SECOND;
	unsigned cut;

	atomic_store(&https->draining, true);
	kg_acceptor_stop(&https->acceptor);
	kg_listener_close(&https->listener);
	wait_until_settled(&https->connections);
	cut = wait_until_answered(&https->connections, deadline);
	release(https);
	return cut;
}
