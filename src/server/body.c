#include "server/body.h"

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"

void kg_body_init(struct kg_body *body, struct kg_inflight *inflight, uint64_t announced)
{
	bool is_known = announced > 0 && announced <= inflight->max_body;

	*body = (struct kg_body){.status = KG_BODY_WHOLE, .announced = is_known ? (size_t)announced : 0};
	kg_account_init(&body->account, &inflight->budget, inflight->body_share);
	kg_buf_init(&body->bytes, is_known ? (size_t)announced : inflight->max_body);
	kg_buf_charge_to(&body->bytes, &body->account);
}

void kg_body_release(struct kg_body *body)
{
	kg_buf_release(&body->bytes);
}

void kg_body_refuse(struct kg_body *body, enum kg_body_status status)
{
	kg_body_release(body);
	body->status = status;
}

static void keep(struct kg_body *body, const char *bytes, size_t length)
{
	int code;

	if (body->announced > 0 && body->received > KG_SMALL_HOLDING / 2)
		kg_buf_reserve(&body->bytes, body->announced - body->bytes.length);
	kg_buf_append(&body->bytes, bytes, length);
	code = kg_buf_status(&body->bytes);
	if (code != 0)
		kg_body_refuse(body, code == KG_ELIMIT ? KG_BODY_TOO_LARGE : KG_BODY_OVERLOADED);
}

bool kg_body_receive(struct kg_body *body, const char *bytes, size_t length)
{
	body->received += length;
	if (body->status == KG_BODY_WHOLE)
		keep(body, bytes, length);
	return body->status == KG_BODY_WHOLE || body->received <= KG_MAX_DISCARDED_BYTES;
}
