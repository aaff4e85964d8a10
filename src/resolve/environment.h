/*
 * The environment of the scale target's containers, as KEDA reads it (pkg/scaling/resolver/scale_resolvers.go, resolveEnv).
 *
 * Variables are looked up one by one, never all together: a pod template may hold hundreds and a trigger names one or two.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/resolve/resolve.h"
#include "resolve/given.h"

struct kg_environment {
	const struct kg_world *world;
	const char *namespace;
	uint32_t keda_version;
	struct kg_arena *arena;
	const struct kg_pod_template *template; /* NULL: cannot be seen */
	bool changing;                          /* the template is an object of its own in a live cluster */
	const char *source_container;           /* envSourceContainerName; NULL: the first */
};

/* Find the pod template that the object scales or makes jobs of. */
void kg_environment_init(struct kg_environment *environment, const struct kg_resolve_context *context);

/* The container of that name (NULL or "": the first); NULL when it cannot be seen. */
const struct kg_container *kg_environment_container(const struct kg_environment *environment, const char *name);

/* As kg_environment_variable for what an object gives by the variable: one that is absent is present when the template may get it in the same apply. */
KG_MUST_CHECK int kg_environment_given(const struct kg_environment *environment, const struct kg_container *container, const char *name,
                                       struct kg_given *ret_given);

/* The variable `name` of `container`: known, absent for certain, or present when it cannot be seen. NULL `container`: present. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_environment_variable(const struct kg_environment *environment, const struct kg_container *container, const char *name,
                                          struct kg_given *ret_given);
