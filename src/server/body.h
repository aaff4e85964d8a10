/*
 * The body of a request as it arrives: kept while it is wanted and within the limits, otherwise read and thrown away.
 *
 * Memory grows with the bytes that arrive and is charged to what is in flight. Once a body is large, all that its head announced is charged: so of
 * many that do not fit together some go through, and do not keep each other from their ends. (The system gives the memory as it is filled.)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/budget.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "server/inflight.h"

enum kg_body_status {
	KG_BODY_WHOLE, /* so far: every byte is kept */
	KG_BODY_UNWANTED,
	KG_BODY_TOO_LARGE,  /* over what one body may have */
	KG_BODY_OVERLOADED, /* the budget or memory is exhausted */
};

struct kg_body {
	struct kg_account account;
	struct kg_buf bytes; /* charged to `account`: a body does not move */
	size_t announced;    /* 0: not known */
	uint64_t received;
	enum kg_body_status status;
};

/* A body of which `announced` bytes are to come, 0 when that is not known: no more memory than for these is taken. */
void kg_body_init(struct kg_body *body, struct kg_inflight *inflight, uint64_t announced);
/* Free the bytes and give back what they took of the budget; the status stays. */
void kg_body_release(struct kg_body *body);

/* Keep nothing, from now on. */
void kg_body_refuse(struct kg_body *body, enum kg_body_status status);

/* The next bytes. False when so many were thrown away that the client is to be cut off (KG_MAX_DISCARDED_BYTES). */
KG_MUST_CHECK bool kg_body_receive(struct kg_body *body, const char *bytes, size_t length);
