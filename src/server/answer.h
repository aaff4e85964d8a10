/*
 * An HTTP answer, and its hand-over to libmicrohttpd.
 */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/metrics/metrics.h"

#define KG_TYPE_JSON    "application/json"
#define KG_TYPE_TEXT    "text/plain; charset=utf-8"
#define KG_TYPE_METRICS "text/plain; version=0.0.4; charset=utf-8"

struct kg_answer {
	unsigned status;
	const char *type; /* Content-Type */
	const char *bytes;
	size_t length;
	bool copied;                /* libmicrohttpd copies the bytes; otherwise they stay valid until the request is completed */
	bool close;                 /* the connection, after the answer */
	const char *header, *value; /* one header more; NULL for none */
};

/* A text that lives forever. */
struct kg_answer kg_answer_text(unsigned status, const char *text);

/* Count an answer of the HTTPS listener. */
void kg_answer_count(struct kg_metrics *metrics, unsigned status);

/* Queue the answer. MHD_NO, which closes the connection, without memory. */
enum MHD_Result kg_answer_queue(struct MHD_Connection *connection, const struct kg_answer *answer);
