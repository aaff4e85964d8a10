/*
 * What the CRDs say, as tables: the fields of each structure, where their values go, and what they may be.
 *
 * Facts are those of KEDA's CRDs (config/crd/bases and config/crd/patches) of v2.10.0 to v2.20.2; a version stands where they differ.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/model/object.h"

enum kg_schema_type {
	KG_SCHEMA_STRING,  /* const char * */
	KG_SCHEMA_INT32,   /* struct kg_optional_int */
	KG_SCHEMA_BOOL,    /* struct kg_optional_bool */
	KG_SCHEMA_FLAG,    /* bool, false when absent */
	KG_SCHEMA_PRESENT, /* bool, true for a value of any type */
	KG_SCHEMA_AMOUNT,  /* bool, true for a quantity over 0 and for what is no quantity; otherwise left as it is */
	KG_SCHEMA_OBJECT,  /* a structure as `nested` says */
	KG_SCHEMA_TREE,    /* const cJSON *, an object that is checked against `nested` */
	KG_SCHEMA_LIST, /* pointer to an array of structures as `nested` says, never NULL when the list is there, and their number at `mark` */
	KG_SCHEMA_STRINGS, /* struct kg_strings */
	KG_SCHEMA_PAIRS,   /* struct kg_pairs */
};

/* The least and the most of a number; of the length of a string or list only the least counts. */
struct kg_schema_range {
	int64_t minimum, maximum;
	uint32_t since;
};

struct kg_schema_choice {
	const char *value;
	uint32_t refused_since, refused_until; /* the CRDs of these versions lack it; both 0: all have it */
	bool former;                           /* no CRD of today has it: not to be recommended */
};

struct kg_schema_choices {
	const struct kg_schema_choice *items;
	size_t count;
	uint32_t since; /* before, any text was accepted */
};

#define KG_SCHEMA_NOWHERE UINT16_MAX

struct kg_schema_field {
	const char *name;
	enum kg_schema_type type;
	bool required;
	uint16_t offset; /* in the structure; KG_SCHEMA_NOWHERE: the value is checked, not kept */
	uint16_t mark;   /* of an object: where it is noted that the object is there; of a list: of the count. KG_SCHEMA_NOWHERE: nowhere */
	unsigned mark_value; /* what is noted there: 0 stands for the bool true, all else for an enum */
	const struct kg_schema *nested;
	const struct kg_schema_range *range;
	const struct kg_schema_choices *choices;
};

struct kg_schema {
	const struct kg_schema_field *fields;
	size_t count;
	size_t size; /* of the structure, where it is an item of a list; 0 when items are only checked */
};

/* Whether a field is required, the fifth word in the rows below. */
#define KG_OPTIONAL false
#define KG_NEEDED   true

#define KG_SCHEMA_PLACE(owner_, member_) .offset = offsetof(owner_, member_), .mark = KG_SCHEMA_NOWHERE

/* A row: name, type, structure, member, whether required, then what else there is to say. */
#define KG_FIELD(name_, type_, owner_, member_, ...)                                                                                       \
	{                                                                                                                                  \
		.name = (name_), .type = KG_SCHEMA_##type_, KG_SCHEMA_PLACE(owner_, member_), .required = __VA_ARGS__                      \
	}

/* A row whose value is checked and not kept. */
#define KG_CHECKED(name_, type_, ...)                                                                                                      \
	{                                                                                                                                  \
		.name = (name_), .type = KG_SCHEMA_##type_, .offset = KG_SCHEMA_NOWHERE, .mark = KG_SCHEMA_NOWHERE,                        \
		.required = __VA_ARGS__                                                                                                    \
	}

/* An object in a member that has a member `set`. */
#define KG_OBJECT(name_, owner_, member_, ...)                                                                                             \
	{                                                                                                                                  \
		.name = (name_), .type = KG_SCHEMA_OBJECT, .offset = offsetof(owner_, member_), .mark = offsetof(owner_, member_.set),     \
		.required = __VA_ARGS__                                                                                                    \
	}

/* An object whose fields are members of the owner itself, which notes at `mark_` that the object is there. */
#define KG_INLINE(name_, owner_, mark_, ...)                                                                                               \
	{                                                                                                                                  \
		.name = (name_), .type = KG_SCHEMA_OBJECT, .offset = 0, .mark = offsetof(owner_, mark_), .required = __VA_ARGS__           \
	}

#define KG_LIST(name_, owner_, items_, count_, ...)                                                                                        \
	{                                                                                                                                  \
		.name = (name_), .type = KG_SCHEMA_LIST, .offset = offsetof(owner_, items_), .mark = offsetof(owner_, count_),             \
		.required = __VA_ARGS__                                                                                                    \
	}

#define KG_SCHEMA(fields_, size_)                                                                                                          \
	{                                                                                                                                  \
		.fields = (fields_), .count = KG_ARRAY_LEN(fields_), .size = (size_)                                                       \
	}
#define KG_CHOICES(items_, since_)                                                                                                         \
	{                                                                                                                                  \
		.items = (items_), .count = KG_ARRAY_LEN(items_), .since = (since_)                                                        \
	}

/* What KEDA's authentication lists, block by block. */
struct kg_entry_list {
	struct kg_auth_entry *items;
	size_t count;
};

/* An object while it is decoded: besides the object, what is put together from several places. */
struct kg_decoded {
	struct kg_object object;
	struct kg_entry_list entries[KG_AUTH_BLOCK_OAUTH2]; /* of each block that is a list */
	struct kg_auth_entry oauth2_secret;                 /* name and key */
	struct kg_strings oauth2_scopes;
};

/* Over struct kg_decoded: whole objects. */
extern const struct kg_schema kg_schema_scaled_object;
extern const struct kg_schema kg_schema_scaled_job;
extern const struct kg_schema kg_schema_authentication;
extern const struct kg_schema kg_schema_any_object; /* without spec */

/* Over struct kg_scaled. */
extern const struct kg_schema kg_schema_scaled_object_spec;
extern const struct kg_schema kg_schema_scaled_job_spec;

/* Over struct kg_decoded. */
extern const struct kg_schema kg_schema_authentication_spec;

/* Over struct kg_pod_template: a PodTemplateSpec. */
extern const struct kg_schema kg_schema_pod_template;
