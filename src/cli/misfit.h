/*
 * Documents that are meant for KEDA, and that no KEDA takes: a misspelt kind, another version, KEDA 1's group. Likewise those that are meant
 * for a policy.
 */
#pragma once

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"

struct kg_misfit {
	const char *message; /* NULL: none, or a document of somebody else's */
	const char *field;   /* what is wrong: "apiVersion" or "kind" */
};

/* Look at the two names of a document; an apiVersion that is not there is "". The kind is named only when it is nearly one of KEDA's: else nobody knows what it is. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_misfit_find(const char *api_version, const char *kind, struct kg_arena *arena, struct kg_misfit *out);
