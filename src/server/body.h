/*
 * The body of a request as it arrives: kept while it is wanted and within the limits, otherwise read and thrown away.
 *
 * All bodies that are being received share one budget. Memory grows with the bytes that arrive, never with what a header announces.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"

/* Bytes held by all bodies together, at most KG_MAX_RECEIVED_BYTES. Starts as zero. */
struct kg_body_budget {
	atomic_size_t used;
};

enum kg_body_status {
	KG_BODY_WHOLE, /* so far: every byte is kept */
	KG_BODY_UNWANTED,
	KG_BODY_TOO_LARGE,  /* over KG_MAX_BODY_BYTES */
	KG_BODY_OVERLOADED, /* the budget or memory is exhausted */
};

struct kg_body {
	struct kg_body_budget *budget;
	struct kg_buf bytes; /* charged to the budget */
	uint64_t received;
	enum kg_body_status status;
};

void kg_body_init(struct kg_body *body, struct kg_body_budget *budget);
/* Free the bytes and give back what they took of the budget; the status stays. */
void kg_body_release(struct kg_body *body);

/* Keep nothing, from now on. */
void kg_body_refuse(struct kg_body *body, enum kg_body_status status);

/* The next bytes. False when so many were thrown away that the client is to be cut off (KG_MAX_DISCARDED_BYTES). */
KG_MUST_CHECK bool kg_body_receive(struct kg_body *body, const char *bytes, size_t length);
