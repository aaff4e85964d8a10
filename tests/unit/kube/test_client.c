/* The client against a server that says what it is told to, word for word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kedagate/base/limits.h"
#include "kedagate/kube/client.h"
#include "support/tempdir.h"

enum { REQUEST_MAX = 8192, CONNECTIONS_MAX = 8, PATIENCE_MILLISECONDS = 60000, PATIENCE_SECONDS = 60 };

#define OK_HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n"
#define SECRET  "c2VjcmV0LW9mLXRoZS10ZXN0"

/* One answer a connection, in their order; NULL: no answer, the connection stays open. `hold`: it stays open behind the answer. */
struct script {
	const char *answers[CONNECTIONS_MAX];
	bool hold;
};

struct server {
	const struct script *script;
	pthread_t thread;
	int listener, stop[2];
	int connections[CONNECTIONS_MAX];
	size_t count;
	char requests[CONNECTIONS_MAX][REQUEST_MAX];
	char url[64];
};

/* What a sink has seen. */
struct seen {
	int begun, ended;
	struct kg_kube_response response;
	char bytes[REQUEST_MAX];
	size_t length;
	int status;   /* as given to `end` */
	int returned; /* what `bytes` is to return */
	struct kg_err err;
	struct kg_kube_transfers *transfers;
};

struct fixture {
	struct tempdir directory;
	struct server server;
	struct kg_kube_config config;
	struct kg_kube_client *client;
	struct kg_kube_transfers *transfers;
	struct kg_err err;
};

static bool has_request(const char *text)
{
	return strstr(text, "\r\n\r\n") != NULL;
}

/* False when the test is over. */
static bool wait_for(struct server *server, int descriptor)
{
	struct pollfd polled[] = {{.fd = server->stop[0], .events = POLLIN}, {.fd = descriptor, .events = POLLIN}};

	return poll(polled, 2, PATIENCE_MILLISECONDS) > 0 && polled[0].revents == 0;
}

static void answer(struct server *server, size_t number)
{
	const char *text = server->script->answers[number];
	char *request = server->requests[number];
	size_t length = 0;

	while (!has_request(request) && wait_for(server, server->connections[number])) {
		ssize_t received = recv(server->connections[number], request + length, REQUEST_MAX - 1 - length, 0);

		if (received <= 0)
			return;
		length += (size_t)received;
	}
	if (text != NULL)
		(void)send(server->connections[number], text, strlen(text), MSG_NOSIGNAL);
	if (text != NULL && !server->script->hold)
		(void)shutdown(server->connections[number], SHUT_WR);
}

static void *serve(void *context)
{
	struct server *server = context;

	while (server->count < CONNECTIONS_MAX && wait_for(server, server->listener)) {
		server->connections[server->count] = accept(server->listener, NULL, NULL);
		answer(server, server->count++);
	}
	return NULL;
}

static void start(struct server *server, const struct script *script)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);

	*server = (struct server){.script = script};
	assert_int_equal(pipe(server->stop), 0);
	server->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)(void *)&address, size), 0);
	assert_int_equal(listen(server->listener, CONNECTIONS_MAX), 0);
	assert_int_equal(getsockname(server->listener, (struct sockaddr *)(void *)&address, &size), 0);
	(void)snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u", ntohs(address.sin_port));
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

/* The requests can be read from then on. */
static void stop(struct server *server)
{
	if (server->listener == 0)
		return;
	assert_int_equal(write(server->stop[1], "", 1), 1);
	assert_int_equal(pthread_join(server->thread, NULL), 0);
	for (size_t i = 0; i < server->count; i++)
		close(server->connections[i]);
	close(server->listener);
	close(server->stop[0]);
	close(server->stop[1]);
	server->listener = 0;
}

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){0};
	tempdir_init(&fixture.directory);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	kg_kube_transfers_free(fixture->transfers);
	kg_kube_client_free(fixture->client);
	stop(&fixture->server);
	kg_kube_config_release(&fixture->config);
	tempdir_release(&fixture->directory);
	return 0;
}

static void connect_to(struct fixture *fixture, const struct script *script)
{
	start(&fixture->server, script);
	fixture->config.server = fixture->server.url;
	fixture->config.origin = "test";
	assert_int_equal(kg_kube_client_new(&fixture->config, &fixture->client, &fixture->err), 0);
	assert_int_equal(kg_kube_transfers_new(fixture->client, &fixture->transfers, &fixture->err), 0);
}

static int note_begin(void *context, const struct kg_kube_response *response)
{
	struct seen *seen = context;

	seen->begun++;
	seen->response = *response;
	return 0;
}

static int note_bytes(void *context, const char *bytes, size_t length)
{
	struct seen *seen = context;

	assert_true(seen->length + length < sizeof(seen->bytes));
	memcpy(seen->bytes + seen->length, bytes, length);
	seen->length += length;
	return seen->returned;
}

static void note_end(void *context, uint64_t id, int status, const struct kg_err *err)
{
	struct seen *seen = context;

	(void)id;
	seen->ended++;
	seen->status = status;
	seen->err = *err;
}

static struct kg_kube_sink sink_of(struct seen *seen)
{
	return (struct kg_kube_sink){seen, note_begin, note_bytes, note_end};
}

static int get(struct fixture *fixture, struct seen *seen, const struct kg_kube_limits *limits)
{
	static const struct kg_kube_limits usual = {.total_seconds = PATIENCE_SECONDS};
	const struct kg_kube_sink sink = sink_of(seen);

	return kg_kube_client_get(fixture->client, "/apis?x=1", &sink, limits != NULL ? limits : &usual, &fixture->err);
}

static void an_answer_is_passed_on(void **state)
{
	static const struct script script = {.answers = {OK_HEAD "Content-Length: 5\r\n\r\nhello"}};
	struct fixture *fixture = *state;
	struct seen seen = {0};

	connect_to(fixture, &script);
	assert_int_equal(get(fixture, &seen, NULL), 0);
	assert_int_equal(seen.begun, 1);
	assert_int_equal(seen.response.status, 200);
	assert_int_equal(seen.response.retry_after, -1);
	assert_string_equal(seen.bytes, "hello");
	stop(&fixture->server);
	assert_non_null(strstr(fixture->server.requests[0], "GET /apis?x=1 HTTP/1.1\r\n"));
	assert_non_null(strstr(fixture->server.requests[0], "Accept: application/json\r\n"));
	assert_null(strstr(fixture->server.requests[0], "Authorization"));
}

static void a_refusal_says_when_to_come_again(void **state)
{
	static const struct script script = {
	        .answers = {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 Too Many Requests\r\nConnection: close\r\n"
	                    "Retry-After: 7\r\nContent-Length: 4\r\n\r\nslow"}};
	struct fixture *fixture = *state;
	struct seen seen = {0};

	connect_to(fixture, &script);
	assert_int_equal(get(fixture, &seen, NULL), 0);
	assert_int_equal(seen.begun, 1);
	assert_int_equal(seen.response.status, 429);
	assert_int_equal(seen.response.retry_after, 7);
	assert_string_equal(seen.bytes, "slow");
}

static void what_the_environment_says_of_proxies_is_settled_before(void **state)
{
	static const struct script script = {.answers = {OK_HEAD "Content-Length: 0\r\n\r\n"}};
	struct fixture *fixture = *state;
	struct seen seen = {0};

	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("no_proxy", "*", 1);
	start(&fixture->server, &script);
	fixture->config.server = "http://api.invalid:8080";
	fixture->config.proxy_url = fixture->server.url;
	fixture->config.origin = "test";
	assert_int_equal(kg_kube_client_new(&fixture->config, &fixture->client, &fixture->err), 0);
	assert_int_equal(get(fixture, &seen, NULL), 0);
	kg_kube_client_free(fixture->client);
	fixture->client = NULL;
	stop(&fixture->server);
	assert_non_null(strstr(fixture->server.requests[0], "GET http://api.invalid:8080/apis?x=1 HTTP/1.1\r\n"));

	unsetenv("no_proxy");
	start(&fixture->server, &script);
	fixture->config.server = fixture->server.url;
	fixture->config.proxy_url = NULL;
	assert_int_equal(kg_kube_client_new(&fixture->config, &fixture->client, &fixture->err), 0);
	assert_int_equal(get(fixture, &seen, NULL), 0);
	unsetenv("http_proxy");
}

static void a_redirect_is_not_followed(void **state)
{
	static const struct script script = {
	        .answers = {"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
	                    OK_HEAD "\r\n"}};
	struct fixture *fixture = *state;
	struct seen seen = {0};

	connect_to(fixture, &script);
	assert_int_equal(get(fixture, &seen, NULL), 0);
	assert_int_equal(seen.response.status, 302);
	stop(&fixture->server);
	assert_int_equal(fixture->server.count, 1);
}

static void an_answer_that_is_cut_short_is_an_error(void **state)
{
	static const struct script script = {.answers = {OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}};
	struct fixture *fixture = *state;
	struct seen seen = {0};

	connect_to(fixture, &script);
	assert_int_equal(get(fixture, &seen, NULL), KG_EIO);
	assert_string_equal(seen.bytes, "hello");
	assert_non_null(strstr(fixture->err.message, fixture->config.server));
}

static void an_answer_over_its_limit_is_ended(void **state)
{
	static const struct script script = {.answers = {OK_HEAD "Content-Length: 5\r\n\r\nhello"}};
	const struct kg_kube_limits limits = {.total_seconds = PATIENCE_SECONDS, .bytes = 4};
	struct fixture *fixture = *state;
	struct seen seen = {0};

	connect_to(fixture, &script);
	assert_int_equal(get(fixture, &seen, &limits), KG_ELIMIT);
	assert_int_equal(seen.length, 0);
}

static void a_sink_can_end_its_transfer(void **state)
{
	static const struct script script = {.answers = {OK_HEAD "Content-Length: 5\r\n\r\nhello"}};
	struct fixture *fixture = *state;
	struct seen seen = {.returned = KG_EUNCHANGED};

	connect_to(fixture, &script);
	assert_int_equal(get(fixture, &seen, NULL), KG_EUNCHANGED);
}

static void a_silent_server_is_given_up(void **state)
{
	static const struct script script = {.hold = true};
	const struct kg_kube_limits limits = {.total_seconds = 1};
	struct fixture *fixture = *state;
	struct seen seen = {0};

	connect_to(fixture, &script);
	assert_int_equal(get(fixture, &seen, &limits), KG_EIO);
	assert_int_equal(seen.begun, 0);
}

static void a_stream_that_falls_silent_is_given_up(void **state)
{
	static const struct script script = {.answers = {OK_HEAD "\r\nhello"}, .hold = true};
	const struct kg_kube_limits limits = {.idle_seconds = 5, .total_seconds = PATIENCE_SECONDS};
	struct fixture *fixture = *state;
	struct seen seen = {0};

	connect_to(fixture, &script);
	assert_int_equal(get(fixture, &seen, &limits), KG_EIO);
	assert_non_null(strstr(fixture->err.message, "too slow")); /* and not: timed out in all */
	assert_string_equal(seen.bytes, "hello");
}

static void a_server_that_is_away_is_an_error(void **state)
{
	static const struct script script = {0};
	struct fixture *fixture = *state;
	struct seen seen = {0};

	connect_to(fixture, &script);
	stop(&fixture->server);
	assert_int_equal(get(fixture, &seen, NULL), KG_EIO);
	assert_int_equal(seen.begun, 0);
}

static void a_token_file_is_read_for_each_request(void **state)
{
	static const struct script script = {.answers = {OK_HEAD "Content-Length: 0\r\n\r\n", OK_HEAD "Content-Length: 0\r\n\r\n"}};
	struct fixture *fixture = *state;
	struct seen seen = {0};
	char path[PATH_MAX];

	fixture->config.token.file = tempdir_path(&fixture->directory, "token", path);
	tempdir_write(&fixture->directory, "token", "first\n");
	connect_to(fixture, &script);
	assert_int_equal(get(fixture, &seen, NULL), 0);
	tempdir_write(&fixture->directory, "token", "second");
	assert_int_equal(get(fixture, &seen, NULL), 0);
	stop(&fixture->server);
	assert_non_null(strstr(fixture->server.requests[0], "\r\nAuthorization: Bearer first\r\n"));
	assert_non_null(strstr(fixture->server.requests[1], "\r\nAuthorization: Bearer second\r\n"));
}

static void a_token_of_two_lines_is_refused_unsaid(void **state)
{
	static const struct script script = {0};
	struct fixture *fixture = *state;
	struct seen seen = {0};
	char path[PATH_MAX];

	fixture->config.token.file = tempdir_path(&fixture->directory, "token", path);
	tempdir_write(&fixture->directory, "token", SECRET "\r\nX-Injected: 1");
	connect_to(fixture, &script);
	assert_int_equal(get(fixture, &seen, NULL), KG_EINVAL);
	assert_non_null(strstr(fixture->err.message, path));
	assert_null(strstr(fixture->err.message, SECRET));
}

static void poll_until(struct fixture *fixture, const int *count)
{
	for (int i = 0; i < PATIENCE_SECONDS && *count == 0; i++)
		assert_int_equal(kg_kube_transfers_poll(fixture->transfers, 1000, &fixture->err), 0);
	assert_int_not_equal(*count, 0);
}

static void several_transfers_run_in_one_thread(void **state)
{
	static const struct script script = {.answers = {OK_HEAD "\r\n1", OK_HEAD "\r\n22"}, .hold = true};
	static const struct kg_kube_limits limits = {0};
	struct fixture *fixture = *state;
	struct seen one = {0};
	struct seen two = {0};
	struct kg_kube_sink sink = sink_of(&one);

	connect_to(fixture, &script);
	assert_int_equal(kg_kube_transfers_start(fixture->transfers, 1, "/one", &sink, &limits, &fixture->err), 0);
	poll_until(fixture, &one.begun);
	sink = sink_of(&two);
	assert_int_equal(kg_kube_transfers_start(fixture->transfers, 2, "/two", &sink, &limits, &fixture->err), 0);
	poll_until(fixture, &two.begun);
	assert_int_equal(one.ended + two.ended, 0);
	kg_kube_transfers_cancel(fixture->transfers, 1);
	kg_kube_transfers_cancel(fixture->transfers, 1);
	stop(&fixture->server);
	poll_until(fixture, &two.ended);
	assert_int_equal(one.ended, 0);
	assert_string_equal(two.bytes, "22");
}

/* Starts the next one, under the same id. */
static void start_another(void *context, uint64_t id, int status, const struct kg_err *err)
{
	static const struct kg_kube_limits limits = {.total_seconds = PATIENCE_SECONDS};
	struct seen *seen = context;
	const struct kg_kube_sink sink = sink_of(seen);

	(void)err;
	assert_int_equal(status, 0);
	assert_int_equal(kg_kube_transfers_start(seen->transfers, id, "/again", &sink, &limits, NULL), 0);
}

static void an_end_can_start_the_next(void **state)
{
	static const struct script script = {.answers = {OK_HEAD "Content-Length: 1\r\n\r\n1", OK_HEAD "Content-Length: 1\r\n\r\n2"}};
	static const struct kg_kube_limits limits = {.total_seconds = PATIENCE_SECONDS};
	struct fixture *fixture = *state;
	struct seen seen = {0};
	struct kg_kube_sink sink = sink_of(&seen);

	connect_to(fixture, &script);
	seen.transfers = fixture->transfers;
	sink.end = start_another;
	assert_int_equal(kg_kube_transfers_start(fixture->transfers, 9, "/first", &sink, &limits, &fixture->err), 0);
	poll_until(fixture, &seen.ended);
	assert_int_equal(seen.status, 0);
	assert_string_equal(seen.bytes, "12");
}

static void *wake(void *context)
{
	kg_kube_transfers_wake(context);
	return NULL;
}

static void another_thread_can_end_the_wait(void **state)
{
	static const struct script script = {0};
	struct fixture *fixture = *state;
	pthread_t thread;

	connect_to(fixture, &script);
	assert_int_equal(pthread_create(&thread, NULL, wake, fixture->transfers), 0);
	/* A wait that nobody ends is as long as the test may take. */
	assert_int_equal(kg_kube_transfers_poll(fixture->transfers, INT32_MAX, &fixture->err), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

#define TEST(name_) cmocka_unit_test_setup_teardown(name_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(an_answer_is_passed_on),
	        TEST(a_refusal_says_when_to_come_again),
	        TEST(what_the_environment_says_of_proxies_is_settled_before),
	        TEST(a_redirect_is_not_followed),
	        TEST(an_answer_that_is_cut_short_is_an_error),
	        TEST(an_answer_over_its_limit_is_ended),
	        TEST(a_sink_can_end_its_transfer),
	        TEST(a_silent_server_is_given_up),
	        TEST(a_stream_that_falls_silent_is_given_up),
	        TEST(a_server_that_is_away_is_an_error),
	        TEST(a_token_file_is_read_for_each_request),
	        TEST(a_token_of_two_lines_is_refused_unsaid),
	        TEST(several_transfers_run_in_one_thread),
	        TEST(an_end_can_start_the_next),
	        TEST(another_thread_can_end_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
