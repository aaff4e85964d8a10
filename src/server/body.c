#include "server/body.h"

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"

void kg_body_init(struct kg_body *body, struct kg_body_budget *budget)
{
	*body = (struct kg_body){.budget = budget};
	kg_buf_init(&body->bytes, KG_MAX_BODY_BYTES);
}

void kg_body_release(struct kg_body *body)
{
	atomic_fetch_sub(&body->budget->used, body->bytes.length);
	kg_buf_release(&body->bytes);
}

void kg_body_refuse(struct kg_body *body, enum kg_body_status status)
{
	kg_body_release(body);
	body->status = status;
}

static bool charge(struct kg_body_budget *budget, size_t length)
{
	if (atomic_fetch_add(&budget->used, length) + length <= KG_MAX_RECEIVED_BYTES)
		return true;
	atomic_fetch_sub(&budget->used, length);
	return false;
}

static void keep(struct kg_body *body, const char *bytes, size_t length)
{
	if (length > KG_MAX_BODY_BYTES - body->bytes.length) {
		kg_body_refuse(body, KG_BODY_TOO_LARGE);
		return;
	}
	if (!charge(body->budget, length)) {
		kg_body_refuse(body, KG_BODY_OVERLOADED);
		return;
	}
	kg_buf_append(&body->bytes, bytes, length);
	if (kg_buf_status(&body->bytes) == 0)
		return;
	/* What was charged is not in the buffer. */
	atomic_fetch_sub(&body->budget->used, length);
	kg_body_refuse(body, KG_BODY_OVERLOADED);
}

bool kg_body_receive(struct kg_body *body, const char *bytes, size_t length)
{
	body->received += length;
	if (body->status == KG_BODY_WHOLE)
		keep(body, bytes, length);
	return body->status == KG_BODY_WHOLE || body->received <= KG_MAX_DISCARDED_BYTES;
}
