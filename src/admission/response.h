/*
 * The response to an AdmissionReview, as text.
 */
#pragma once

#include "admission/request.h"
#include "kedagate/admission/admission.h"
#include "kedagate/base/arena.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/policy/policy.h"

/* Write the AdmissionReview that answers `request`. `judgement` is NULL when the object was not judged, then `skip_reason` says why. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_admission_response_write(const struct kg_admission_request *request, const struct kg_judgement *judgement,
                                              const char *skip_reason, struct kg_arena *arena, struct kg_buf *out);

/* The text of a denial: a first line that stands alone, then each denied finding with its fix. NULL without memory. */
KG_MUST_CHECK const char *kg_admission_message(const struct kg_admission_request *request, const struct kg_judgement *judgement,
                                               struct kg_arena *arena);

/*
 * The texts of `warnings`, most important first: what would be denied in mode enforce, or were it not stored already, before the rest, security
 * before correctness, compatibility and hygiene. Each is one line of at most KG_MAX_WARNING_BYTES, shortened towards KG_GOOD_WARNING_BYTES by leaving out the value;
 * all together stay within KG_MAX_WARNINGS_BYTES, and the last one says how many more there are.
 */
struct kg_warnings {
	const char **items;
	size_t count;
};

KG_MUST_CHECK int kg_admission_warnings(const struct kg_judgement *judgement, struct kg_arena *arena, struct kg_warnings *out);
