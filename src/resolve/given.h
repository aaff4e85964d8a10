/*
 * What one source says about a value.
 */
#pragma once

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"

struct kg_given {
	enum kg_param_state state;
	const char *text; /* of a known value: trimmed, never empty */
	bool spaced;      /* there was something to trim; of an absent one: and nothing else */
};

/* The known value `text`, trimmed as KEDA does; a blank one is absent. `text` may be NULL. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_given_text(struct kg_arena *arena, const char *text, struct kg_given *ret_given);
