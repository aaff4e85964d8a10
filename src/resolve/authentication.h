/*
 * What a TriggerAuthentication gives (pkg/scaling/resolver/scale_resolvers.go, resolveAuthRef).
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/resolve/resolve.h"
#include "resolve/environment.h"
#include "resolve/given.h"

/* An authentication as one trigger sees it. */
struct kg_auth_source {
	const struct kg_resolve_context *context;
	const struct kg_environment *environment;
	enum kg_reference_state reference;
	const struct kg_authentication *authentication; /* NULL unless found */
	bool cluster_wide;
};

/* Find the authentication that `trigger` refers to. */
void kg_auth_source_init(struct kg_auth_source *source, const struct kg_environment *environment, const struct kg_resolve_context *context,
                         const struct kg_trigger *trigger);

/* It cannot be seen, or is not there yet in a live cluster: nothing is known of it. */
bool kg_auth_source_unseen(const struct kg_auth_source *source);

/* Its values cannot be seen. */
bool kg_auth_source_unresolved(const struct kg_auth_source *source);

/* The parameter `name`. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_auth_source_parameter(const struct kg_auth_source *source, const char *name, struct kg_given *ret_given);
