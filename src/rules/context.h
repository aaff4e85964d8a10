/*
 * What every check function sees, and the words they share.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/resolve/resolve.h"
#include "kedagate/rules/finding.h"
#include "kedagate/scalers/params.h"
#include "rules/targets.h"

/* Does KEDA's scaler, in this version or any other, read a metadata key? */
enum kg_key_use {
	KG_KEY_READ,
	KG_KEY_NOT_YET,   /* a later version does */
	KG_KEY_REMOVED,   /* an earlier version did */
	KG_KEY_ELSEWHERE, /* the parameter exists and is read, but not from this key */
	KG_KEY_UNKNOWN,
};

/* One metadata key of a described trigger, and what becomes of it. */
struct kg_rule_key {
	const char *name;
	enum kg_key_use use;
	const struct kg_param *row; /* that it is about; NULL for an unknown one, and for one that is handed on */
	bool variable;              /* its value names an environment variable */
};

/* One trigger, resolved. */
struct kg_rule_trigger {
	struct kg_resolved_trigger resolved;
	bool described;                 /* its scaler's parameters are known here, and this version of KEDA has it */
	const struct kg_rule_key *keys; /* of a described trigger, in the order of its metadata; else none */
	size_t key_count;
	struct kg_complaints complaints; /* of a described scaler */
	struct kg_rule_targets targets;  /* of a described scaler; nearly always none */
	/* Of a described scaler while the version is not known: the trigger as the oldest version that has it would see it. Else NULL. */
	const struct kg_params *oldest;
};

struct kg_rule_context {
	const struct kg_rules_context *judged;
	const struct kg_object *object;
	uint32_t keda_version;
	struct kg_arena *arena;
	const struct kg_rule_trigger *triggers; /* none for the authentication kinds */
	size_t trigger_count;
	struct kg_resolved_target target; /* of the scaled kinds */
};

/* Resolve the object's triggers. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_rule_context_init(struct kg_rule_context *context, const struct kg_rules_context *judged, struct kg_arena *arena);

/* The most that may come of a finding that another version of KEDA would not give: a warning while the version is not known for certain. */
enum kg_action kg_rule_version_ceiling(const struct kg_rule_context *context);

/* Does the policy trust the host with what is for a cloud provider? Case and one trailing dot do not matter. */
bool kg_rule_host_trusted(const struct kg_rule_context *context, struct kg_slice host);

typedef int kg_rule_trigger_check(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out);

/* Run `check` on every trigger of the object. */
KG_MUST_CHECK int kg_rule_each_trigger(const struct kg_rule_context *context, struct kg_findings *out, kg_rule_trigger_check *check);

typedef int kg_rule_row_check(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_param *row,
                              struct kg_findings *out);

/* Run `check` on every row of a described trigger to which its metadata or its authentication may give a value; on some twice. */
KG_MUST_CHECK int kg_rule_each_given_row(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger,
                                         struct kg_findings *out, kg_rule_row_check *check);

/* "spec.triggers[0].<field>"; NULL without memory, as all paths below. */
KG_MUST_CHECK const char *kg_rule_trigger_path(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger,
                                               const char *field);

/* "spec.triggers[0].metadata.<key>". */
KG_MUST_CHECK const char *kg_rule_metadata_path(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger,
                                                const char *key);

/* Where the value of the row `parameter` is written: its metadata key, the FromEnv key, or authenticationRef.name. The metadata as a whole when it is
 * written nowhere, or `parameter` is NULL. */
KG_MUST_CHECK const char *kg_rule_parameter_path(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger,
                                                 const char *parameter);

/* The value of the row `parameter` when it may be shown: literal metadata that is no secret and holds none. Else NULL. */
const char *kg_rule_shown_value(const struct kg_rule_trigger *trigger, const char *parameter);

/* What of resolve has to be told again. */
struct kg_resolve_context kg_rule_resolve_context(const struct kg_rule_context *context);

/* "a, b, c and 2 more" of names in any order, which are sorted. NULL without memory. */
KG_MUST_CHECK const char *kg_rule_join_names(const struct kg_rule_context *context, const char **names, size_t count);

/* Is it one of NULL or ""? */
bool kg_rule_is_empty(const char *text);
