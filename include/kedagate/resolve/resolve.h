/*
 * A trigger, its authentication and its environment to the parameters that KEDA's scaler would read: the only place that knows source
 * order and `FromEnv` (pkg/scaling/resolver, pkg/scalers/scalersconfig of KEDA).
 *
 * A value that a source of higher precedence might override, and that source cannot be seen, is present: given, but not known. What is
 * only named (a `secretTargetRef`, a `FromEnv` whose container cannot be seen) is present too. A variable, a key or a block that certainly
 * gives nothing, or only white space, counts as not there.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/model/object.h"
#include "kedagate/model/world.h"
#include "kedagate/scalers/params.h"

/* What resolving needs besides the trigger. */
struct kg_resolve_context {
	const struct kg_object *object; /* a ScaledObject or ScaledJob */
	const char *namespace;          /* where the object goes */
	const struct kg_world *world;
	uint32_t keda_version;
	struct kg_arena *arena;
};

/* The authentication a trigger refers to. */
enum kg_reference_state {
	KG_REFERENCE_NONE, /* no authenticationRef, or an empty name: KEDA goes on without */
	KG_REFERENCE_FOUND,
	KG_REFERENCE_ABSENT,     /* certain: there is none. KEDA only logs it and goes on without */
	KG_REFERENCE_UNRESOLVED, /* cannot be seen */
};

struct kg_resolved_trigger {
	const struct kg_trigger *trigger;
	size_t index;
	const char *path;               /* "spec.triggers[0]" */
	const struct kg_scaler *scaler; /* NULL: unknown type */
	enum kg_reference_state reference;
	const struct kg_authentication *authentication; /* of a found reference, else NULL */
	struct kg_params params;                        /* with a NULL scaler or one without rows: identity only */
};

/* Resolve the trigger at `index`. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_resolve_trigger(const struct kg_resolve_context *context, size_t index, struct kg_resolved_trigger *out);

/* The environment variable `name` of the container that KEDA takes variables from: its text, NULL when it cannot be seen or is not there. 0 or
 * KG_ENOMEM. */
KG_MUST_CHECK int kg_resolve_variable(const struct kg_resolve_context *context, const char *name, const char **ret_text);

/* The first version of KEDA that reads a block of an authentication; before, the API server drops it. 0: every version. */
uint32_t kg_auth_block_since(enum kg_auth_block block);
