#include "server/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/log.h"
#include "server/answer.h"
#include "server/body.h"
#include "server/displace.h"
#include "server/handshake.h"
#include "server/review.h"
#include "server/share.h"

#define REVIEW_PATH            "/validate"
#define REVIEW_METHOD          "POST"
#define NANOSECONDS_PER_SECOND INT64_C(1000000000)

/* A request that is answered without a look at its body. */
struct refusal {
	unsigned status;
	const char *reason; /* a line */
	const char *text;   /* the same, as it is sent */
	const char *header, *value;
};

#define LINE(words) words, words "\n"

/* clang-format off */
static const struct refusal no_certificate = {403, LINE("a client certificate is asked for (--client-ca-file): give the API server one by --admission-control-config-file"), NULL, NULL};
static const struct refusal distrusted = {403, LINE("the client certificate is not trusted any more: --client-ca-file has changed"), NULL, NULL};
static const struct refusal wrong_name = {403, LINE("the client certificate has none of the names in --client-names"), NULL, NULL};
static const struct refusal no_such_path = {404, LINE("no such path: reviews go to " REVIEW_PATH), NULL, NULL};
static const struct refusal wrong_method = {405, LINE("wrong method: reviews are sent by " REVIEW_METHOD), MHD_HTTP_HEADER_ALLOW, REVIEW_METHOD};
static const struct refusal wrong_type = {415, LINE("wrong Content-Type: reviews are " KG_TYPE_JSON), NULL, NULL};
static const struct refusal empty = {400, LINE("the body is empty: an AdmissionReview was expected"), NULL, NULL};
static const struct refusal too_large = {413, LINE("the body is over the limit of 32 MiB"), NULL, NULL};
static const struct refusal too_large_here = {413, LINE("the body is over the share of one request in --max-inflight-bytes"), NULL, NULL};
static const struct refusal failed = {500, LINE("the review could not be finished: out of memory"), NULL, NULL};
static const struct refusal overloaded = {503, LINE("too many large requests at once: try again"), MHD_HTTP_HEADER_RETRY_AFTER, "1"};
/* clang-format on */

_Static_assert(KG_MAX_BODY_BYTES == 32u << 20, "the text of 413 names the limit");

struct request {
	struct kg_connection *connection;
	const struct refusal *refusal; /* NULL while the request is fit for review */
	struct kg_body body;
	struct kg_account answer_account;
	struct kg_buf answer; /* charged to it */
	int64_t started;      /* when the head was there */
};

static const char *header_of(struct MHD_Connection *mhd, const char *name)
{
	return MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, name);
}

/* What the head announces; 0 when it says nothing. libmicrohttpd has refused what is no number. */
static unsigned long long announced_length(struct MHD_Connection *mhd)
{
	const char *length = header_of(mhd, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return length != NULL ? strtoull(length, NULL, 10) : 0;
}

/* An answer may take the last of the budget: it ends what is in flight. */
static void init_memory(struct request *request, struct kg_inflight *inflight, uint64_t announced)
{
	kg_body_init(&request->body, inflight, announced);
	kg_account_init(&request->answer_account, &inflight->budget, inflight->budget.max);
	kg_buf_init(&request->answer, KG_MAX_RESPONSE_BYTES);
	kg_buf_charge_to(&request->answer, &request->answer_account);
}

static struct request *new_request(struct kg_https *https, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *context = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct request *request = context != NULL && context->socket_context != NULL ? calloc(1, sizeof(*request)) : NULL;

	if (request == NULL)
		return NULL;
	request->connection = context->socket_context;
	init_memory(request, &https->inflight, announced_length(mhd));
	request->started = kg_clock_monotonic();
	kg_connection_begin(request->connection);
	kg_connection_expects(request->connection, announced_length(mhd));
	kg_metrics_add(https->state.metrics, KG_SERVER_METRIC_INFLIGHT_REQUESTS, NULL, 1);
	atomic_store(&request->connection->kept, true);
	/* Until the body is there; also when none of it ever comes. */
	(void)MHD_set_connection_option(mhd, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)KG_BODY_PAUSE_SECONDS);
	return request;
}

void kg_request_completed(void *listener, struct MHD_Connection *mhd, void **client, enum MHD_RequestTerminationCode how)
{
	struct kg_https *https = listener;
	struct request *request = *client;

	(void)mhd;
	(void)how;
	if (request == NULL)
		return;
	kg_metrics_add(https->state.metrics, KG_SERVER_METRIC_INFLIGHT_REQUESTS, NULL, -1);
	kg_connection_end(request->connection);
	kg_body_release(&request->body);
	kg_buf_release(&request->answer);
	kg_share_return(request->connection);
	free(request);
	*client = NULL;
}

/* RFC 9110 section 8.3.1: the type is case-insensitive, parameters may follow. */
static bool is_json(const char *type)
{
	size_t length = strlen(KG_TYPE_JSON);

	return type != NULL && strncasecmp(type, KG_TYPE_JSON, length) == 0 && strchr("; \t", type[length]) != NULL;
}

static const struct refusal *refuse_size(const struct kg_inflight *inflight)
{
	return inflight->max_body < KG_MAX_BODY_BYTES ? &too_large_here : &too_large;
}

static const struct refusal *verify_again(struct MHD_Connection *mhd, struct kg_connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	int status = info != NULL ? kg_handshake_verify_again(connection, info->tls_session) : KG_EINVAL;

	if (status == 0)
		return NULL;
	return status == KG_ENOMEM ? &failed : &distrusted;
}

/* Who may not call is told nothing else. A connection may be older than what is trusted now. */
static const struct refusal *judge_caller(const struct kg_https *https, struct MHD_Connection *mhd, struct kg_connection *connection)
{
	const struct kg_caller *caller = &connection->caller;
	const struct refusal *refusal;

	if (https->state.clients == NULL)
		return NULL;
	if (!caller->verified)
		return &no_certificate;
	refusal = verify_again(mhd, connection);
	if (refusal != NULL)
		return refusal;
	return caller->named ? NULL : &wrong_name;
}

static const struct refusal *judge_head(const struct kg_https *https, struct MHD_Connection *mhd, const char *url, const char *method)
{
	if (strcmp(url, REVIEW_PATH) != 0)
		return &no_such_path;
	if (strcmp(method, REVIEW_METHOD) != 0)
		return &wrong_method;
	if (!is_json(header_of(mhd, MHD_HTTP_HEADER_CONTENT_TYPE)))
		return &wrong_type;
	return announced_length(mhd) > https->inflight.max_body ? refuse_size(&https->inflight) : NULL;
}

/* Half of what all may have: room for another client, be the rest one client's. */
static size_t share_of_client(const struct kg_https *https)
{
	return https->inflight.body_share / 2;
}

/* A small body needs none. One of unknown length may become as large as any. */
static bool claim_share(struct kg_https *https, struct MHD_Connection *mhd, struct request *request)
{
	size_t bytes = (size_t)announced_length(mhd);

	if (header_of(mhd, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL)
		bytes = https->inflight.max_body;
	return bytes <= KG_SMALL_HOLDING || kg_share_claim(request->connection, bytes, share_of_client(https));
}

/* `reason`: what had no room. */
static void note_shed(struct kg_https *https, struct kg_connection *connection, const char *reason)
{
	static const char *const memory = "memory";
	bool defended = kg_share_defend(connection, share_of_client(https));

	if (kg_connections_cut_slow(&https->connections) || defended)
		kg_metrics_add(https->state.metrics, KG_SERVER_METRIC_CONNECTIONS_DISPLACED, &memory, 1);
	kg_metrics_add(https->state.metrics, KG_SERVER_METRIC_REQUESTS_SHED, &reason, 1);
}

static const struct refusal *judge_body(struct kg_https *https, const struct request *request)
{
	const struct kg_body *body = &request->body;

	switch (body->status) {
	case KG_BODY_WHOLE:
		return body->received == 0 ? &empty : NULL;
	case KG_BODY_TOO_LARGE:
		return refuse_size(&https->inflight);
	case KG_BODY_OVERLOADED:
	case KG_BODY_UNWANTED:
		break;
	}
	note_shed(https, request->connection, "body");
	return &overloaded;
}

/* The client is not verified against those who are trusted now: that is for its next connection. */
static bool is_outdated(const struct kg_https *https, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *context;

	if (https->state.clients == NULL)
		return false;
	context = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return ((const struct kg_connection *)context->socket_context)->caller.generation !=
	       kg_client_trust_generation(https->state.clients);
}

static enum MHD_Result send_answer(struct kg_https *https, struct MHD_Connection *mhd, struct kg_answer *answer)
{
	answer->close = atomic_load(&https->draining) || is_outdated(https, mhd);
	kg_answer_count(https->state.metrics, answer->status);
	return kg_answer_queue(mhd, answer);
}

/* Whoever called by a certificate; NULL where that is not known. */
static const char *caller_of(const struct kg_https *https, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *context;
	const struct kg_caller *caller;

	if (https->state.clients == NULL)
		return NULL;
	context = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	caller = &((const struct kg_connection *)context->socket_context)->caller;
	return caller->verified ? caller->name : NULL;
}

static void log_refusal(struct kg_https *https, struct MHD_Connection *mhd, const struct refusal *refusal)
{
	const struct kg_log_field fields[] = {KG_LOG_INT("status", refusal->status), KG_LOG_STR("caller", caller_of(https, mhd))};
	const struct kg_fault fault = {KG_LOG_WARN, "request refused", KG_LOG_STR("reason", refusal->reason), fields, KG_ARRAY_LEN(fields)};

	kg_faults_note(&https->faults, &fault, kg_clock_monotonic());
}

/* `text` is one line, of what is wrong with this review. */
static void log_failed_review(struct kg_https *https, struct MHD_Connection *mhd, unsigned status, const char *text)
{
	char line[KG_ERR_MESSAGE_MAX];
	const struct kg_log_field fields[] = {KG_LOG_STR("reason", line), KG_LOG_STR("caller", caller_of(https, mhd))};
	const struct kg_fault fault = {KG_LOG_WARN, "request refused", KG_LOG_INT("status", status), fields, KG_ARRAY_LEN(fields)};

	snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
	kg_faults_note(&https->faults, &fault, kg_clock_monotonic());
}

static enum MHD_Result send_refusal(struct kg_https *https, struct MHD_Connection *mhd, const struct refusal *refusal)
{
	struct kg_answer answer = kg_answer_text(refusal->status, refusal->text);

	answer.header = refusal->header;
	answer.value = refusal->value;
	log_refusal(https, mhd, refusal);
	return send_answer(https, mhd, &answer);
}

static enum MHD_Result send_review(struct kg_https *https, struct MHD_Connection *mhd, struct request *request)
{
	const struct kg_review_request review = {
	        .body = &request->body.bytes,
	        .caller = https->state.clients != NULL ? request->connection->caller.name : NULL,
	};
	struct kg_answer answer = {.status = kg_review(&https->state, &https->arenas, &review, &request->answer)};

	kg_body_release(&request->body);
	if (answer.status == 503 || (answer.status == 500 && request->answer_account.refused)) {
		note_shed(https, request->connection, "review");
		return send_refusal(https, mhd, &overloaded);
	}
	if (kg_buf_status(&request->answer) != 0 || request->answer.length == 0)
		return send_refusal(https, mhd, &failed);
	answer.type = answer.status == 200 ? KG_TYPE_JSON : KG_TYPE_TEXT;
	answer.bytes = kg_buf_text(&request->answer);
	answer.length = request->answer.length;
	if (answer.status != 200)
		log_failed_review(https, mhd, answer.status, answer.bytes);
	return send_answer(https, mhd, &answer);
}

/* The head is there. What is refused is answered after its body, or the client may never see the answer; but not after any length of it. */
static enum MHD_Result begin(struct kg_https *https, struct MHD_Connection *mhd, struct request *request, const struct refusal *refusal)
{
	request->refusal = refusal;
	if (refusal == NULL && !claim_share(https, mhd, request))
		kg_body_refuse(&request->body, KG_BODY_OVERLOADED);
	if (refusal == NULL)
		return MHD_YES;
	kg_body_refuse(&request->body, KG_BODY_UNWANTED);
	return announced_length(mhd) <= KG_MAX_DISCARDED_BYTES ? MHD_YES : send_refusal(https, mhd, refusal);
}

static enum MHD_Result receive(struct request *request, const char *upload, size_t *upload_size)
{
	int64_t now = kg_clock_monotonic();
	bool in_time = now - request->started < KG_BODY_SECONDS * NANOSECONDS_PER_SECOND;
	bool goes_on = in_time && kg_body_receive(&request->body, upload, *upload_size);

	if (request->body.status == KG_BODY_WHOLE)
		kg_connection_receives(request->connection, *upload_size, now);
	else
		kg_connection_has_received(request->connection);
	*upload_size = 0;
	return goes_on ? MHD_YES : MHD_NO;
}

/* The body has come; others may be trusted than when its head did. */
static enum MHD_Result finish(struct kg_https *https, struct MHD_Connection *mhd, struct request *request)
{
	const struct refusal *refusal = request->refusal;
	enum MHD_Result result;

	kg_connection_has_received(request->connection);
	if (refusal == NULL)
		refusal = judge_caller(https, mhd, request->connection);
	if (refusal == NULL)
		refusal = judge_body(https, request);
	(void)MHD_set_connection_option(mhd, MHD_CONNECTION_OPTION_TIMEOUT, https->idle_seconds);
	result = refusal != NULL ? send_refusal(https, mhd, refusal) : send_review(https, mhd, request);
	/* Who has an answer may send the next body at once: it must not count beside the one that was answered. */
	kg_body_release(&request->body);
	kg_share_return(request->connection);
	return result;
}

enum MHD_Result kg_request_handle(void *listener, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **client)
{
	struct kg_https *https = listener;
	struct request *request = *client;
	const struct refusal *refusal;

	(void)version;
	if (request != NULL)
		return *upload_size > 0 ? receive(request, upload, upload_size) : finish(https, mhd, request);
	request = new_request(https, mhd);
	*client = request;
	if (request == NULL)
		return MHD_NO;
	refusal = judge_caller(https, mhd, request->connection);
	return begin(https, mhd, request, refusal != NULL ? refusal : judge_head(https, mhd, url, method));
}
