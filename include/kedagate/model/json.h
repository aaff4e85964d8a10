/*
 * JSON bytes to a cJSON tree in an arena, refusing what cJSON would let through.
 *
 * cJSON is loose: it takes leading zeros, raw control bytes, invalid UTF-8, numbers past a double, and cuts strings at \u0000. A scan over the
 * bytes goes first. kg_json_setup must run once, before threads start: cJSON's allocation hooks are process-wide; they take from the
 * arena that is current on the calling thread, and then free nothing, else from malloc.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* Install the hooks. Idempotent; not thread-safe. */
void kg_json_setup(void);

/* What a parsed text was found to hold. */
struct kg_json_facts {
	bool has_nul_escape; /* a \u0000 was in a string; it reads as U+FFFD now */
};

/*
 * Parse one JSON document (RFC 8259; leading and trailing white space allowed) from `bytes`, which is changed in two places, each keeping its length:
 * \u0000 becomes \uFFFD, and the list managedFields is emptied (nothing reads it, and it may be the larger part of an object).
 * The tree and its strings live in `arena`; never pass it to cJSON_Delete outside of it.
 * KG_EINVAL with line and column: malformed, invalid UTF-8, unpaired surrogate, control byte in a string, number out of range, more than
 * KG_MAX_DEPTH levels, duplicate member name, something behind the document, empty input. KG_ENOMEM over the arena's cap. No message quotes the
 * text: it may hold secrets.
 */
KG_MUST_CHECK int kg_json_parse(char *bytes, size_t length, struct kg_arena *arena, cJSON **ret_tree, struct kg_json_facts *ret_facts,
                                struct kg_err *err);

/* True when this node, its key, or anything below it held a \u0000. */
bool kg_json_holds_nul(const cJSON *node);

/* Make `arena` the one that cJSON allocates from on this thread, and the way back: pass NULL. Returns the arena that was current. */
struct kg_arena *kg_json_use_arena(struct kg_arena *arena);

/* Member of an object, NULL when `object` is NULL, no object, has no such member, or the member is null (the API server prunes nulls, so an
 * explicit null means absent). */
const cJSON *kg_json_get(const cJSON *object, const char *name);

/* The string member, NULL when absent or no string. */
const char *kg_json_text(const cJSON *object, const char *name);
