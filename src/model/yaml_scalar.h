/*
 * What a YAML scalar stands for.
 *
 * Resolution is that of sigs.k8s.io/yaml v1.6.0, which is YAML 1.1 as go.yaml.in/yaml/v2 v2.4.2 reads it (resolve.go): yes, no, on, off, y and n
 * are booleans, 0777 is octal, 1_000 a number, timestamps are strings (also those with a tag that are none).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

enum kg_yaml_scalar_type {
	KG_YAML_NULL,
	KG_YAML_BOOL,
	KG_YAML_INTEGER,
	KG_YAML_BIG_INTEGER, /* no int64: only `number` is set */
	KG_YAML_FLOAT,       /* also not finite, which no JSON text can hold but as a name */
	KG_YAML_STRING,
};

struct kg_yaml_scalar {
	enum kg_yaml_scalar_type type;
	bool boolean;
	int64_t integer;
	double number; /* of an integer, too */
};

/* Resolve `text`, a scalar without NUL. `tag` is its tag, NULL when it has none; then `plain` says that it is not quoted. The text of a
 * KG_YAML_STRING is `text` itself, but with the tag !!binary its base64 decoded. 0, or KG_EINVAL when the tag does not suit the text. */
KG_MUST_CHECK int kg_yaml_resolve(const char *text, const char *tag, bool plain, struct kg_yaml_scalar *out, struct kg_err *err);

/* A member name as sigs.k8s.io/yaml makes one of a scalar that is no string: "1", "true", "1.5". NULL without memory, or for a scalar
 * that cannot be a name: null, an integer that no int64 holds. */
const char *kg_yaml_name(const struct kg_yaml_scalar *scalar, struct kg_arena *arena);

/* Tags, long form. */
#define KG_YAML_TAG(name_) "tag:yaml.org,2002:" name_
