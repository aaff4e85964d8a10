/*
 * HTTP in front of the review: requests on a few connections, cut into pieces at any byte, whole or broken, pipelined, and with wrong lengths.
 *
 * An input is a list of records: a byte with the connection and what to do, two bytes with a length, and as many bytes to send. A mutator of its own
 * changes the records and what they hold. libmicrohttpd runs without TLS over socket pairs and without threads; the handlers are those of the server.
 *
 * Targets: server (request, body, answer, review, connection), admission. The corpus must reach each status there is without lack of memory.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz/target.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/log.h"
#include "kedagate/model/json.h"
#include "server/https.h"
#include "server/request.h"

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t length, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t max, unsigned seed);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { CONNECTIONS = 3, RECORDS_MAX = 48, HEAD_BYTES = 3, RUNS = 3, RUNS_MAX = 60, OUTPUT_MAX = 4 << 20 };

static struct fuzz_reach reaches[] = {
        {"100", 0},       {"200", 0}, {"400", 0}, {"404", 0}, {"405", 0}, {"413", 0}, {"415", 0}, {"several answers on a connection", 0},
        {"no answer", 0},
};
enum { STATUSES = 7, SEVERAL = STATUSES, NONE };
FUZZ_REACHES(reaches)

/* Statuses of libmicrohttpd's own besides. */
static const char *const other_statuses[] = {"408", "411", "414", "417", "431", "500", "501", "503", "505"};

/* ---- records ---- */

enum action { SEND, END, CUT, RUN };

struct record {
	unsigned connection;
	enum action action;
	const uint8_t *bytes;
	size_t length;
};

struct records {
	struct record items[RECORDS_MAX];
	size_t count;
};

/* Any bytes are records: the last one ends with them. */
static void read_records(const uint8_t *bytes, size_t length, struct records *out)
{
	out->count = 0;
	while (length >= HEAD_BYTES && out->count < RECORDS_MAX) {
		struct record *record = &out->items[out->count++];
		size_t said = (size_t)bytes[1] << 8 | bytes[2];

		length -= HEAD_BYTES;
		*record = (struct record){bytes[0] % CONNECTIONS, (enum action)(bytes[0] >> 4 & 3), bytes + HEAD_BYTES,
		                          said < length ? said : length};
		bytes = record->bytes + record->length;
		length -= record->length;
	}
}

static size_t write_records(const struct records *records, uint8_t *out, size_t max)
{
	size_t length = 0;

	for (size_t i = 0; i < records->count; i++) {
		const struct record *record = &records->items[i];
		size_t taken = record->length < UINT16_MAX ? record->length : UINT16_MAX;

		if (max - length < HEAD_BYTES + taken)
			break;
		out[length] = (uint8_t)(record->connection | (unsigned)record->action << 4);
		out[length + 1] = (uint8_t)(taken >> 8);
		out[length + 2] = (uint8_t)taken;
		memcpy(out + length + HEAD_BYTES, record->bytes, taken);
		length += HEAD_BYTES + taken;
	}
	return length;
}

/* ---- the mutator ---- */

#define REVIEW "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u\",\"operation\":\"DELETE\"}}"
#define POST   "POST /validate HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"

/* REVIEW has 104 bytes. */
static const char *const pieces[] = {
        POST "Content-Length: 104\r\n\r\n" REVIEW,
        POST "Transfer-Encoding: chunked\r\n\r\n68\r\n" REVIEW "\r\n0\r\n\r\n",
        POST "Transfer-Encoding: chunked\r\n\r\n2e;x=\"y\"\r\n",
        POST "Expect: 100-continue\r\nContent-Length: 104\r\n\r\n",
        POST "Content-Length: 103\r\n\r\n" REVIEW,
        POST "Content-Length: 4294967400\r\n\r\n" REVIEW,
        POST "Content-Length: 104\r\nTransfer-Encoding: chunked\r\n\r\n" REVIEW,
        POST "Content-Length: 0\r\nConnection: close\r\n\r\n",
        REVIEW,
        "GET /validate?timeout=10s HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "POST /%76alidate HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx",
        "Cookie: a=b; c=\"d\r\n",
        "ffffffffffffffff\r\n",
        "0\r\nTrailer: x\r\n\r\n",
        "\r\n",
        "\r\n folded: x\r\n",
};

static size_t below(unsigned *seed, size_t limit)
{
	*seed = *seed * 1103515245u + 12345u;
	return limit > 0 ? (*seed >> 8) % limit : 0;
}

/* Room at `index`; what stands there is doubled. False when there is none. */
static bool insert(struct records *records, size_t index)
{
	if (records->count == RECORDS_MAX)
		return false;
	memmove(&records->items[index + 1], &records->items[index], (records->count - index) * sizeof(records->items[0]));
	records->count++;
	return true;
}

static void insert_piece(struct records *records, size_t index, unsigned *seed)
{
	const char *piece = pieces[below(seed, KG_ARRAY_LEN(pieces))];

	if (insert(records, index))
		records->items[index] = (struct record){(unsigned)below(seed, CONNECTIONS), SEND, (const uint8_t *)piece, strlen(piece)};
}

static void split(struct records *records, size_t index, unsigned *seed)
{
	struct record *record = &records->items[index];
	size_t at = below(seed, record->length + 1);

	if (!insert(records, index))
		return;
	record[0].length = at;
	record[1].bytes += at;
	record[1].length -= at;
}

static void drop(struct records *records, size_t index)
{
	records->count--;
	memmove(&records->items[index], &records->items[index + 1], (records->count - index) * sizeof(records->items[0]));
}

static void exchange(struct record *a, struct record *b)
{
	struct record kept = *a;

	*a = *b;
	*b = kept;
}

/* `room` has UINT16_MAX bytes. */
static void mutate_bytes(struct record *record, uint8_t *room, size_t max)
{
	size_t length = record->length < max ? record->length : max;

	memcpy(room, record->bytes, length);
	record->length = LLVMFuzzerMutate(room, length, max);
	record->bytes = room;
}

static void mutate(struct records *records, uint8_t *room, size_t max, unsigned *seed)
{
	size_t index = below(seed, records->count);
	struct record *record = &records->items[index];

	switch (below(seed, 8)) {
	case 0:
		insert_piece(records, below(seed, records->count + 1), seed);
		break;
	case 1:
		split(records, index, seed);
		break;
	case 2:
		drop(records, index);
		break;
	case 3:
		exchange(record, &records->items[below(seed, records->count)]);
		break;
	case 4:
		record->connection = (unsigned)below(seed, CONNECTIONS);
		break;
	case 5:
		record->action = below(seed, 3) > 0 ? SEND : (enum action)below(seed, 4);
		break;
	default:
		mutate_bytes(record, room, max);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t max, unsigned seed)
{
	static uint8_t room[UINT16_MAX];
	struct records records;
	uint8_t *out = malloc(max);

	if (out == NULL)
		return length;
	read_records(bytes, length, &records);
	if (records.count == 0)
		insert_piece(&records, 0, &seed);
	else
		mutate(&records, room, max < sizeof(room) ? max : sizeof(room), &seed);
	length = write_records(&records, out, max);
	memcpy(bytes, out, length);
	free(out);
	return length;
}

/* ---- the server ---- */

struct peer {
	int fd; /* -1 once it was cut */
	bool cut, closed;
	struct kg_buf output;
};

struct front {
	struct kg_https https;
	struct MHD_Daemon *daemon;
	struct peer peers[CONNECTIONS];
};

/* Constant once made. */
static struct {
	struct kg_metric_family families[KG_SERVER_METRIC_COUNT];
	struct kg_metrics *metrics;
	struct kg_snapshot_slot policy;
} world;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct kg_policy *policy = NULL;

	(void)argc;
	(void)argv;
	kg_json_setup();
	kg_log_configure(KG_LOG_DEBUG, KG_LOG_JSON, open("/dev/null", O_WRONLY | O_CLOEXEC));
	kg_server_metric_families(world.families);
	world.metrics = kg_metrics_new(world.families, KG_ARRAY_LEN(world.families));
	require(world.metrics != NULL && kg_policy_new(NULL, 0, NULL, &policy, NULL) == 0);
	kg_snapshot_slot_init(&world.policy);
	kg_snapshot_slot_swap(&world.policy, &policy->snapshot);
	return 0;
}

/* As the HTTPS listener does. */
static void on_connection(void *argument, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
	struct kg_https *https = argument;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = kg_connection_enter(&https->connections,
		                               MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
	} else {
		kg_connection_leave(&https->connections, *context);
		*context = NULL;
	}
}

static void connect_peer(struct front *front, struct peer *peer)
{
	const struct sockaddr address = {.sa_family = AF_UNIX};
	int fds[2];

	require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
	*peer = (struct peer){.fd = fds[0]};
	kg_buf_init(&peer->output, OUTPUT_MAX);
	require(kg_connections_admit(&front->https.connections));
	require(MHD_add_connection(front->daemon, fds[1], &address, sizeof(address)) == MHD_YES);
}

static void start(struct front *front)
{
	front->https = (struct kg_https){
	        .state = {.policy = &world.policy, .world = kg_world_blind(), .metrics = world.metrics},
	        .idle_seconds = KG_IDLE_SECONDS,
	};
	kg_connections_init(&front->https.connections, KG_MAX_CONNECTIONS, NULL);
	kg_inflight_init(&front->https.inflight, 0);
	kg_arena_pool_init(&front->https.arenas, &front->https.inflight);
	front->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, kg_request_handle, &front->https,
	                                 MHD_OPTION_NOTIFY_CONNECTION, on_connection, &front->https, MHD_OPTION_NOTIFY_COMPLETED,
	                                 kg_request_completed, &front->https, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(16 << 10),
	                                 MHD_OPTION_END);
	require(front->daemon != NULL);
	for (size_t i = 0; i < CONNECTIONS; i++)
		connect_peer(front, &front->peers[i]);
}

static void read_peer(struct peer *peer)
{
	char bytes[16 << 10];
	ssize_t count = 1;

	while (peer->fd >= 0 && !peer->closed && count > 0) {
		count = read(peer->fd, bytes, sizeof(bytes));
		if (count > 0)
			kg_buf_append(&peer->output, bytes, (size_t)count);
		peer->closed = count == 0;
	}
}

static void run(struct front *front, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		require(MHD_run(front->daemon) == MHD_YES);
		for (size_t peer = 0; peer < CONNECTIONS; peer++)
			read_peer(&front->peers[peer]);
	}
}

/* What does not fit into the socket even after the server has run is given up: the server reads no more. */
static void send_bytes(struct front *front, struct peer *peer, const uint8_t *bytes, size_t length)
{
	while (length > 0 && peer->fd >= 0) {
		ssize_t count = send(peer->fd, bytes, length, MSG_NOSIGNAL);

		run(front, RUNS);
		if (count < 0)
			return;
		bytes += count;
		length -= (size_t)count;
	}
}

static void cut(struct peer *peer)
{
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
	peer->cut = true;
}

static void play(struct front *front, const struct record *record)
{
	struct peer *peer = &front->peers[record->connection];

	switch (record->action) {
	case SEND:
		send_bytes(front, peer, record->bytes, record->length);
		break;
	case END:
		if (peer->fd >= 0)
			(void)shutdown(peer->fd, SHUT_WR);
		break;
	case CUT:
		cut(peer);
		break;
	case RUN:
		break;
	}
	run(front, RUNS);
}

/* ---- what came of it ---- */

static void check_status(const char *status)
{
	for (size_t i = 0; i < STATUSES; i++) {
		if (strncmp(status, reaches[i].name, 3) == 0) {
			reaches[i].count++;
			return;
		}
	}
	for (size_t i = 0; i < KG_ARRAY_LEN(other_statuses); i++) {
		if (strncmp(status, other_statuses[i], 3) == 0)
			return;
	}
	abort();
}

/* Behind the answer that `text` begins with: behind its head, when that is the answer to HEAD. NULL when it is cut short. */
static const char *skip_answer(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n");
	const char *header = strcasestr(text, "\r\nContent-Length: ");
	size_t length;

	require(strncmp(text, "HTTP/1.", strlen("HTTP/1.")) == 0);
	if (end == NULL)
		return NULL;
	check_status(text + strlen("HTTP/1.1 "));
	end += strlen("\r\n\r\n");
	length = header != NULL && header < end ? strtoul(header + strlen("\r\nContent-Length: "), NULL, 10) : 0;
	if (*end == '\0' || strncmp(end, "HTTP/1.", strlen("HTTP/1.")) == 0)
		return end;
	return strlen(end) >= length ? end + length : NULL;
}

/* Answers follow each other without a gap; the last may be cut when the peer left. */
static void check_output(const struct peer *peer)
{
	const char *at = kg_buf_text(&peer->output);
	size_t answers = 0;

	require(kg_buf_status(&peer->output) == 0 && strlen(at) == peer->output.length);
	for (; at != NULL && *at != '\0'; answers++)
		at = skip_answer(at);
	require(at != NULL || peer->cut);
	reaches[SEVERAL].count += answers > 1;
	reaches[NONE].count += answers == 0;
}

static void release_peer(struct peer *peer)
{
	bool ended = peer->closed;

	read_peer(peer);
	peer->cut |= !ended;
	check_output(peer);
	cut(peer);
	kg_buf_release(&peer->output);
}

/*
 * Whatever came: the server ends, and nothing is held any more. A connection that ends while libmicrohttpd has no room to read on is not closed
 * before its time-out; stopping closes it.
 */
static void finish(struct front *front)
{
	const struct kg_connections *connections = &front->https.connections;

	for (size_t i = 0; i < CONNECTIONS; i++)
		if (front->peers[i].fd >= 0)
			(void)shutdown(front->peers[i].fd, SHUT_WR);
	for (unsigned runs = 0; runs < RUNS_MAX && connections->gone < connections->entered; runs++)
		run(front, 1);
	MHD_stop_daemon(front->daemon);
	require(connections->gone == CONNECTIONS && connections->first == NULL);
	for (size_t i = 0; i < CONNECTIONS; i++)
		release_peer(&front->peers[i]);
	kg_connections_release(&front->https.connections);
	kg_arena_pool_release(&front->https.arenas);
	require(kg_budget_used(&front->https.inflight.budget) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static struct front front;
	struct records records;

	read_records(bytes, length, &records);
	start(&front);
	for (size_t i = 0; i < records.count; i++)
		play(&front, &records.items[i]);
	finish(&front);
	return 0;
}
