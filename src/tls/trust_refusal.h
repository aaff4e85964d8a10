/*
 * Why a chain is not trusted, in words, and what to do.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "tls/trust.h"

/* What messages call the two. */
struct kg_trust_names {
	const char *certificate;
	const char *authorities;
};

/* `answer`, which is no success, as a message. It depends on the certificates alone, never on the time, so that the same fault reads the same
 * later. Returns KG_EINVAL. */
int kg_trust_refuse(const struct kg_trust_question *question, const struct kg_trust_answer *answer, const struct kg_trust_names *names,
                    struct kg_err *err);
