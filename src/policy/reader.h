/*
 * Reading a policy document by the table of its format.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/policy/format.h"
#include "policy/settings.h"

/* The value of a rule under `rules` that is a map. */
struct kg_rule_setting {
	enum kg_action action;
	bool exemptible;
};

/* A key, or with `key` NULL a place in a list. */
struct kg_policy_step {
	const char *key;
	size_t index;
};

/* The format is at most five levels deep: exemptions, [0], expires; scopes, [0], namespaces, [0]; rules, id, action. */
enum { KG_POLICY_DEPTH_MAX = 8 };

struct kg_policy_reader {
	const struct kg_policy_source *source;
	struct kg_policy_step steps[KG_POLICY_DEPTH_MAX]; /* from the document to what is being read */
	unsigned depth;
	struct kg_err *err;
};

void kg_policy_enter(struct kg_policy_reader *reader, const char *key, size_t index);
void kg_policy_leave(struct kg_policy_reader *reader);

/* Put path and position of `node`, which is being read, to the error `code` that is in reader->err. Returns `code`; 0 is passed through. */
KG_MUST_CHECK int kg_policy_at(const struct kg_policy_reader *reader, const cJSON *node, int code);

struct kg_position kg_policy_position(const struct kg_policy_reader *reader, const cJSON *node);

/* "a string", "a list", …: what `value` is. */
const char *kg_policy_json_type(const cJSON *value);

/* Read the map `tree` into the structure at `out`, which holds the defaults. */
KG_MUST_CHECK int kg_policy_read_map(struct kg_policy_reader *reader, const struct kg_policy_map *map, const cJSON *tree, void *out);

/* Read a value that is not null into the member at `out`. */
KG_MUST_CHECK int kg_policy_read_value(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out);
