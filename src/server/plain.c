#include "server/plain.h"

#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/log.h"
#include "server/answer.h"
#include "server/health.h"

/* A page of metrics is some tens of kilobytes; each family bounds its series. */
enum { PAGE_MAX_BYTES = 16 << 20 };

/* A probe or a scrape is over in a moment; Prometheus keeps its connection for the next one, every minute or less often. Who connects asks at
 * once. */
enum { PLAIN_IDLE_SECONDS = 120, PLAIN_HEAD_SECONDS = 10 };

struct page {
	const char *path;
	bool of_metrics; /* the others are of health */
	enum kg_probe probe;
};

/* clang-format off */
static const struct page pages[] = {
	{"/livez",   false, KG_PROBE_LIVEZ},
	{"/readyz",  false, KG_PROBE_READYZ},
	{"/healthz", false, KG_PROBE_HEALTHZ},
	{.path = "/metrics", .of_metrics = true},
};
/* clang-format on */

/* NULL when this listener has no such page. */
static const struct page *find_page(const struct kg_plain *plain, const char *path)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(pages); i++) {
		bool offered = pages[i].of_metrics ? plain->metrics : plain->health;

		if (offered && strcmp(pages[i].path, path) == 0)
			return &pages[i];
	}
	return NULL;
}

static bool is_verbose(struct MHD_Connection *mhd)
{
	static const char name[] = "verbose";

	return MHD_lookup_connection_value_n(mhd, MHD_GET_ARGUMENT_KIND, name, sizeof(name) - 1, NULL, NULL) == MHD_YES;
}

/* What is counted elsewhere. One thread serves this page. */
static void refresh_metrics(const struct kg_https *https)
{
	struct kg_metrics *metrics = https->state.metrics;
	double lost = (double)kg_log_lost();

	kg_metrics_set(metrics, KG_SERVER_METRIC_INFLIGHT_BYTES, NULL, (double)kg_budget_used(&https->inflight.budget));
	kg_metrics_add(metrics, KG_SERVER_METRIC_LOG_LINES_LOST, NULL,
	               lost - kg_metrics_value(metrics, KG_SERVER_METRIC_LOG_LINES_LOST, NULL));
}

static enum MHD_Result send_page(const struct kg_plain *plain, struct MHD_Connection *mhd, const struct page *page)
{
	struct kg_answer answer = {.status = 200, .type = KG_TYPE_TEXT, .copied = true};
	struct kg_buf text;
	enum MHD_Result result;

	kg_buf_init(&text, PAGE_MAX_BYTES);
	if (page->of_metrics) {
		answer.type = KG_TYPE_METRICS;
		refresh_metrics(plain->https);
		kg_metrics_expose(plain->https->state.metrics, &text);
	} else if (!kg_health_write(plain->https, page->probe, is_verbose(mhd), &text)) {
		answer.status = 503;
	}
	answer.bytes = kg_buf_text(&text);
	answer.length = text.length;
	result = kg_buf_status(&text) == 0 ? kg_answer_queue(mhd, &answer) : MHD_NO;
	kg_buf_release(&text);
	return result;
}

static enum MHD_Result handle(void *argument, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
                              const char *upload, size_t *upload_size, void **context)
{
	const struct kg_plain *plain = argument;
	const struct page *page = find_page(plain, url);
	struct kg_answer refusal = kg_answer_text(404, "no such page\n");

	(void)version;
	(void)upload;
	(void)upload_size;
	(void)context;
	(void)MHD_set_connection_option(mhd, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)PLAIN_IDLE_SECONDS);
	if (page != NULL && (strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0))
		return send_page(plain, mhd, page);
	if (page != NULL) {
		refusal = kg_answer_text(405, "wrong method: GET or HEAD was expected\n");
		refusal.header = MHD_HTTP_HEADER_ALLOW;
		refusal.value = "GET, HEAD";
	}
	return kg_answer_queue(mhd, &refusal);
}

static void on_connection(void *plain, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
	(void)plain;
	(void)context;
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		(void)MHD_set_connection_option(mhd, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)PLAIN_HEAD_SECONDS);
}

void kg_plain_init(struct kg_plain *plain)
{
	*plain = (struct kg_plain){.daemon = NULL};
	kg_listener_init(&plain->listener);
}

int kg_plain_start(struct kg_plain *plain, const struct kg_listen_address *address, struct kg_err *err)
{
	int code = kg_listener_open(&plain->listener, address, err);

	if (code != 0)
		return code;
	plain->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, handle, plain,
	                                 MHD_OPTION_LISTEN_SOCKET, plain->listener.fd, MHD_OPTION_CONNECTION_LIMIT,
	                                 (unsigned)KG_MAX_PLAIN_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	                                 (unsigned)KG_MAX_PLAIN_CONNECTIONS_OF_CLIENT, MHD_OPTION_NOTIFY_CONNECTION, on_connection, plain,
	                                 MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)PLAIN_IDLE_SECONDS, MHD_OPTION_END);
	if (plain->daemon == NULL) {
		kg_listener_close(&plain->listener);
		return kg_err_set(err, KG_ENOMEM, "cannot start the thread for %s", plain->listener.address);
	}
	/* libmicrohttpd closes it. */
	(void)kg_listener_take_fd(&plain->listener);
	return 0;
}

void kg_plain_stop(struct kg_plain *plain)
{
	if (plain->daemon != NULL)
		MHD_stop_daemon(plain->daemon);
	plain->daemon = NULL;
}
