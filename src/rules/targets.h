/*
 * Addresses that KEDA would connect to and that are no event source's, as far as their text tells: a name of DNS may lead anywhere.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"
#include "kedagate/syntax/host.h"

/* A row whose value names such an address. */
struct kg_rule_target {
	const struct kg_param *row;
	enum kg_host_place place; /* the gravest of a list; never ELSEWHERE */
	bool single;              /* the value names no other host besides */
	bool certain;             /* whatever an authentication says that cannot be seen, KEDA connects to it */
};

struct kg_rule_targets {
	struct kg_rule_target *items;
	size_t count;
};

struct kg_rule_trigger;

/* Find those of a described trigger whose keys are known, and set trigger->targets. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_rule_targets_find(struct kg_rule_trigger *trigger, struct kg_arena *arena);

/* Does KEDA first connect to its own pod, and nowhere else, for this trigger? False when that is not certain. Where a server there sends it on cannot be
 * seen. */
bool kg_rule_targets_loopback_only(const struct kg_rule_trigger *trigger);

/* The place of a URL, a host, or a host and a port; `text` may be NULL. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_rule_target_place(const char *text, struct kg_arena *arena, enum kg_host_place *ret_place);
