#include "server/answer.h"

#include <stdio.h>

#include "kedagate/server/server.h"

#include <string.h>

struct kg_answer kg_answer_text(unsigned status, const char *text)
{
	return (struct kg_answer){.status = status, .type = KG_TYPE_TEXT, .bytes = text, .length = strlen(text)};
}

/* libmicrohttpd takes the bytes by a pointer to non-const and does not write to them. */
static struct MHD_Response *new_response(const struct kg_answer *answer)
{
	union {
		const char *given;
		void *taken;
	} bytes = {.given = answer->bytes};

	return MHD_create_response_from_buffer(answer->length, bytes.taken,
	                                       answer->copied ? MHD_RESPMEM_MUST_COPY : MHD_RESPMEM_PERSISTENT);
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
	return name == NULL || MHD_add_response_header(response, name, value) == MHD_YES;
}

enum MHD_Result kg_answer_queue(struct MHD_Connection *connection, const struct kg_answer *answer)
{
	struct MHD_Response *response = new_response(answer);
	enum MHD_Result queued = MHD_NO;

	if (response == NULL)
		return MHD_NO;
	if (add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type) && add_header(response, answer->header, answer->value) &&
	    add_header(response, answer->close ? MHD_HTTP_HEADER_CONNECTION : NULL, "close"))
		queued = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return queued;
}

void kg_answer_count(struct kg_metrics *metrics, unsigned status)
{
	char code[8];

	snprintf(code, sizeof(code), "%u", status);
	kg_metrics_add(metrics, KG_SERVER_METRIC_HTTP_RESPONSES, (const char *const[]){code}, 1);
}
