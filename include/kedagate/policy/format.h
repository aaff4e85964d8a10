/*
 * The format of a policy file as data: every key at every level. Files are read, errors worded and the JSON schema for editors made from it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum kg_policy_type {
	KG_POLICY_CONSTANT,      /* the one word in `words` */
	KG_POLICY_WORD,          /* one of `words` */
	KG_POLICY_BOOLEAN,       /* true or false */
	KG_POLICY_VERSION,       /* a version of KEDA, or "auto" */
	KG_POLICY_TEXT,          /* a text that is not blank */
	KG_POLICY_DATE,          /* kedagate/syntax/date.h */
	KG_POLICY_RULE,          /* the id of a rule */
	KG_POLICY_ACTION,        /* one of `words`; false stands for "off", which YAML reads as a boolean */
	KG_POLICY_NAME,          /* a glob over names of objects or namespaces */
	KG_POLICY_KIND,          /* one of KEDA's four kinds, or a glob over them */
	KG_POLICY_NAMES,         /* a list of such globs, not empty */
	KG_POLICY_KINDS,         /* a list of such kinds, not empty */
	KG_POLICY_LABELS,        /* a map from label to a glob over its value, not empty */
	KG_POLICY_ACTIONS,       /* a map from rule to action, not empty */
	KG_POLICY_RULE_SETTINGS, /* a map from rule to action, or to the map `of` */
	KG_POLICY_LIST,          /* a list of the maps `of` */
	KG_POLICY_TYPE_COUNT
};

struct kg_policy_map;

struct kg_policy_key {
	const char *name;
	enum kg_policy_type type;
	bool required;
	const char *const *words;       /* NULL-terminated */
	const struct kg_policy_map *of; /* for the types that say so */
	size_t offset;                  /* of the member that takes the value, for the reader */
	const char *doc;                /* one sentence */
};

struct kg_policy_map {
	const char *name; /* "policy", "scope", …: what an error calls it */
	const char *doc;
	const struct kg_policy_key *keys;
	size_t key_count;
	const char *const *any_of; /* NULL-terminated names of keys, at least one of which must be there; NULL: no such demand */
	bool null_is_absent;       /* a key without a value is as if it were not there; else it is an error */
	size_t maximum;            /* how many may stand in a list */
	size_t size;               /* of the structure that is filled, for the reader */
	size_t place_offset;       /* of its struct kg_position; SIZE_MAX: it has none */
};

/* The map that a policy file is. Constant. */
extern const struct kg_policy_map kg_policy_format;

/* The words of an action, as the format lists them: the gravest first. */
extern const char *const kg_policy_action_words[];
