/*
 * Which objects scopes and exemptions are about.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/policy/policy.h"

/* An object as selectors see it. */
struct kg_target {
	enum kg_kind kind;
	const char *namespace; /* NULL: of a cluster-wide kind */
	const char *name;      /* or the prefix of one that is yet to be generated */
	bool generated;
	const struct kg_pairs *labels;
};

/* Borrows from the subject. */
struct kg_target kg_target_of(const struct kg_policy_subject *subject);

bool kg_scope_matches(const struct kg_scope *scope, const struct kg_target *target);
bool kg_exemption_matches(const struct kg_exemption *exemption, const struct kg_target *target);
