/*
 * One review: judged with what is current, logged, counted.
 */
#pragma once

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/server/server.h"
#include "server/arena_pool.h"

struct kg_review_request {
	struct kg_buf *body;
	const char *caller; /* the name in the client's certificate; NULL when none is asked for */
};

/*
 * Review the body of `request` (changed in place) and write the answer to `out`. Returns the HTTP status: 200 with JSON; 503, when what
 * is in flight leaves no room for it, with anything in `out`; otherwise a line of plain text.
 * Thread-safe.
 */
unsigned kg_review(const struct kg_server_state *state, struct kg_arena_pool *arenas, const struct kg_review_request *request,
                   struct kg_buf *out);
