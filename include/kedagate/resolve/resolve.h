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

/* What a ScaledObject scales, or what a ScaledJob makes jobs of. */
struct kg_resolved_target {
	enum kg_lookup lookup;
	const struct kg_pod_template *template; /* NULL unless found */
};

/* What was found of an authenticationRef. Zeroed: nothing was looked for yet. */
struct kg_resolved_reference {
	const struct kg_authentication_ref *to;
	enum kg_lookup lookup;
	const struct kg_authentication *authentication; /* NULL unless found */
};

/* What resolving needs besides the trigger. */
struct kg_resolve_context {
	const struct kg_object *object; /* a ScaledObject or ScaledJob */
	const char *namespace;          /* where the object goes */
	const struct kg_world *world;
	uint32_t keda_version;
	struct kg_arena *arena;
	const struct kg_resolved_target *target; /* of kg_resolve_target, to look but once for all triggers; NULL: look */
	struct kg_resolved_reference *last;      /* of the trigger before, to look but once for those that share one; NULL: look */
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

/* Find the target. */
void kg_resolve_target(const struct kg_resolve_context *context, struct kg_resolved_target *out);

/* The container of that name, the first for NULL and ""; NULL when the template has none such. */
const struct kg_container *kg_resolve_container(const struct kg_pod_template *template, const char *name);

/* The environment variable `name` of the container that KEDA takes variables from: ABSENT for certain (also when it is empty), KNOWN with its text,
 * or PRESENT when it cannot be told. *ret_text is NULL unless known. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_resolve_variable(const struct kg_resolve_context *context, const char *name, enum kg_param_state *ret_state,
                                      const char **ret_text);

/* The same of the container of that name (NULL or "": the first), as the env of an authentication names it. ABSENT too where a template that has containers
 * has none such. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_resolve_variable_of(const struct kg_resolve_context *context, const char *container, const char *name,
                                         enum kg_param_state *ret_state);

/* Resolve the trigger at `index`. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_resolve_trigger(const struct kg_resolve_context *context, size_t index, struct kg_resolved_trigger *out);

/* The first version of KEDA that reads a block of an authentication; before, the API server drops it. 0: every version. */
uint32_t kg_auth_block_since(enum kg_auth_block block);
