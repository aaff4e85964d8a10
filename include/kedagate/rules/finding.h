/*
 * Findings: what is wrong with an object, as data.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/model/world.h"
#include "kedagate/rules/rule.h"

/* Kubernetes' field-error types (apimachinery pkg/util/validation/field), and one for which it has no word. */
enum kg_field_error {
	KG_FIELD_REQUIRED,
	KG_FIELD_INVALID,
	KG_FIELD_NOT_SUPPORTED,
	KG_FIELD_DUPLICATE,
	KG_FIELD_NOT_FOUND,
	KG_FIELD_FORBIDDEN,
	KG_FIELD_TOO_LONG,
	KG_FIELD_TOO_MANY,
	KG_FIELD_TYPE_INVALID,
	KG_FIELD_NO_EFFECT, /* what is written there does nothing: an unknown parameter, a connection that is ignored */
};

/* "Required value", … / "FieldValueRequired", …; of NO_EFFECT "No effect" and "FieldValueInvalid". */
const char *kg_field_error_text(enum kg_field_error type);
const char *kg_field_error_cause(enum kg_field_error type);

struct kg_finding {
	enum kg_rule_id rule;
	const char *
	        path; /* "spec.triggers[0].metadata.sslmode"; "" is the object as a whole. May hold a key that is a secret: see kg_finding_place */
	const char *shown; /* kg_findings_add: the part of the path that may be shown when not all of it may, else NULL */
	enum kg_field_error type;
	const char *value;  /* quoted in the text when not NULL; never a secret. Only for INVALID, NOT_SUPPORTED, DUPLICATE, NOT_FOUND */
	const char *detail; /* what is wrong and what is right, no rule id, no full stop; one line */
	const char *fix;    /* what to write: "write sslmode: require"; NULL when the detail says it all */
	enum kg_action ceiling; /* the most that may come of it: WARN when it rests on what was not seen, or when KEDA lives with it */
};

/* In document order once kg_rules_run returns. */
struct kg_findings {
	struct kg_arena *arena;
	struct kg_finding *items;
	size_t count;
	size_t capacity;
	size_t dropped; /* over KG_MAX_FINDINGS */
};

/* The path, as far as it may be shown: it ends before a key that may hold a secret. Whatever leaves the process takes it from here. */
const char *kg_finding_place(const struct kg_finding *finding);

/* `<path>: <type text>[: <value>][: <detail>]`, the value quoted as Go's %q does, control characters escaped, a long one cut. NO_EFFECT has no
 * type text: the detail stands alone; an empty path is left out. NULL without memory. */
KG_MUST_CHECK const char *kg_finding_message(const struct kg_finding *finding, struct kg_arena *arena);

/* The message without "<path>: ", for what names the path beside it. NULL without memory. */
KG_MUST_CHECK const char *kg_finding_body(const struct kg_finding *finding, struct kg_arena *arena);

/* What an object is judged against. */
struct kg_rules_context {
	const struct kg_object *object;
	const char *namespace; /* where it goes; NULL or "" for a cluster-wide kind */
	const struct kg_world *world;
	uint32_t keda_version;
	bool keda_version_known; /* false: denials that depend on the version are warnings */
	struct kg_strings
	        trusted_hosts; /* globs over hosts in lower case that may be sent tokens of cloud providers, or be those of a private cloud */
};

/*
 * Run every rule of the object's kind; all findings, in document order: by the place of their path in the object; a field that is absent, and
 * what is required below a field, at that parent's end. Of findings that agree in rule, path and detail one is kept. 0 or KG_ENOMEM.
 */
KG_MUST_CHECK int kg_rules_run(const struct kg_rules_context *context, struct kg_arena *arena, struct kg_findings *out);
