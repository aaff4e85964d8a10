/*
 * JSON inside a parameter: is it well formed, and what is it?
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/text.h"

enum kg_json_kind { KG_JSON_INVALID, KG_JSON_OBJECT, KG_JSON_ARRAY, KG_JSON_STRING, KG_JSON_OTHER };

/* The kind of the one value in `text` (RFC 8259, white space around it allowed). INVALID for anything else, and for nesting over 64 levels, of
 * which nothing is concluded that is not true: no parameter of KEDA's is nested as deep. */
KG_PURE enum kg_json_kind kg_json_text_kind(const char *text);

/* Does `text` begin with an object that is not empty and whose values are strings or null? What follows it is not looked at, as in the reader of MongoDB's
 * BSON library for Go. */
KG_PURE bool kg_json_begins_with_names(const char *text);

/* One member of an object: parts of its text, the name without its quotes and with its escapes. */
struct kg_json_member {
	struct kg_slice name;
	struct kg_slice value;
};

/* The next member of a well-formed object. `*at` begins as the object's text, and is moved on. False at its end. */
bool kg_json_next_member(const char **at, struct kg_json_member *ret_member);
