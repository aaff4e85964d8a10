/*
 * The parameters of one trigger as far as they can be known, and what a scaler has to complain about them.
 *
 * `resolve` builds a kg_params from a trigger, its authentication and the environment; scalers and rules read it. Everything is borrowed
 * from the review's arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/scalers/scaler.h"
#include "kedagate/syntax/url.h"

/* What a rule may conclude: of a known value everything; of a present one that it is given; of an absent one that it is missing; of an
 * unresolved one nothing. */
enum kg_param_state { KG_PARAM_ABSENT, KG_PARAM_KNOWN, KG_PARAM_PRESENT, KG_PARAM_UNRESOLVED };

struct kg_param_value {
	enum kg_param_state state;
	enum kg_source source; /* of a known or present value */
	const char *text;      /* of a known value: trimmed, never empty. NULL otherwise */
	bool spaced; /* there was white space around it, for what KEDA reads outside its parser and does not trim; of a present one: nothing else */
	const char *
	        key; /* the metadata key that gives it ("sslmode", "passwordFromEnv"); the parameter's name when it comes from the authentication */
	bool empty;        /* of a prefix, which is present: its value is empty, or its key goes no further. KEDA refuses both */
	bool in_both;      /* of a row with `one_place`: from the metadata, and in the authentication as well */
	bool default_used; /* state is KNOWN and `text` is the row's default */
};

enum kg_identity_state {
	KG_IDENTITY_STATE_KNOWN,      /* `provider` is what counts, KG_PROVIDER_NONE included */
	KG_IDENTITY_STATE_UNRESOLVED, /* the authentication that might set one cannot be seen */
};

struct kg_identity {
	enum kg_identity_state state;
	enum kg_provider provider;
	const char *provider_text; /* as written */
	const char *identity_id;   /* NULL when absent; may be "" */
	const char *role_arn;      /* NULL when absent */
};

enum { KG_ROW_BUCKETS = 64, KG_INDEXED_ROWS_MAX = UINT8_MAX };

/* The rows that one version of KEDA reads, found by the first letters of their names: the order of the rows themselves is KEDA's. Numbers of rows
 * count from 1; 0 ends. */
struct kg_row_index {
	uint8_t first[KG_ROW_BUCKETS];
	uint8_t next[]; /* one a row: the next one of the same bucket */
};

struct kg_params {
	const struct kg_scaler *scaler;
	uint32_t keda_version;
	const char *metric_type; /* the trigger's metricType; NULL or "" when it has none */
	bool metric_source;      /* the ScaledObject uses scalingModifiers: KEDA relaxes checks of targets */
	struct kg_identity identity;
	bool authentication_unresolved; /* some authentication source cannot be seen: what is absent elsewhere is unresolved */
	const struct kg_param_value
	        *values;                  /* one a row of scaler->params, in that order; a row that the version does not read is absent */
	const struct kg_row_index *index; /* NULL: look at every row */
};

/* Make the index of the scaler and version, of which a trigger's parameters are asked for often. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_params_index(struct kg_params *params, struct kg_arena *arena);

/* The value of the row `name` (of the one that this version reads). A name that is none of the scaler's yields an absent value. Never NULL. */
const struct kg_param_value *kg_params_get(const struct kg_params *params, const char *name);

/* The same two questions about a value at hand: is it given, is it certainly not given? */
bool kg_param_value_given(const struct kg_param_value *value);
bool kg_param_value_missing(const struct kg_param_value *value);

/* Is it given (known, not by default, or present)? */
bool kg_params_given(const struct kg_params *params, const char *name);

/* Is it certainly not given? False for an unresolved one. A value that is only the default counts as not given. */
bool kg_params_missing(const struct kg_params *params, const char *name);

/* The known text (default included) or NULL. */
const char *kg_params_text(const struct kg_params *params, const char *name);

/* Is the known value (default included) exactly `word`? */
bool kg_params_is(const struct kg_params *params, const char *name, const char *word);

/* The known value as a boolean by Go's rules; `otherwise` when it is not known or no boolean. */
bool kg_params_true(const struct kg_params *params, const char *name, bool otherwise);

/* A pod identity that has an effect in this scaler and version is certainly set. */
bool kg_params_identity_in_effect(const struct kg_params *params);

/* A pod identity may be in effect: it is, or it cannot be seen. */
bool kg_params_identity_possible(const struct kg_params *params);

/* What comes of the pod identity that is certainly set and has no effect in this scaler and version; KG_IDENTITY_UNDESCRIBED when there is none
 * such, or the scaler is not described. */
enum kg_other_identities kg_params_useless_identity(const struct kg_params *params);

/* How the trigger reaches its event source, by the scaler's facts. */
void kg_params_channel(const struct kg_params *params, struct kg_channel *ret_channel);

/* The modes that authModes certainly lists (kg_auth_mode bits), whether or not the scaler implements them. 0 while they are not known or not all of
 * them are KEDA's. */
unsigned kg_params_auth_modes(const struct kg_params *params);

/* Name of the row that lists them in this version: "authModes" or "authMode". */
const char *kg_params_auth_modes_name(const struct kg_params *params);

/* The audience that a pod identity's token is certainly sent past: a host that is none of its suffixes. NULL when there is none for certain. */
const struct kg_token_audience *kg_params_foreign_audience(const struct kg_params *params);

/* Is the endpoint certainly the trigger's own, one of params->scaler->private_endpoints, and a host that is not the provider's? *ret_url is taken from its
 * value. */
bool kg_params_private_endpoint(const struct kg_params *params, const struct kg_private_endpoint *endpoint, struct kg_url *ret_url);

/* Is it a host of Azure's that issues tokens? Case does not matter. */
bool kg_azure_login_host(struct kg_slice host);

/* A secret that KEDA certainly sends to the event source. */
struct kg_credential_use {
	const char *parameter; /* the row, or NULL for a pod identity */
	const char *what;      /* "the API key", "the access token" */
	const char *key;       /* as kg_param_value.key; NULL for a pod identity */
};

/* The first such secret: credential rows that are given and in effect (authModes switch theirs on; with a pod identity, rows that it
 * replaces do not count), or the pod identity's token. False when there is none for certain. */
bool kg_params_credential(const struct kg_params *params, struct kg_credential_use *ret_use);

/* ---- complaints ---- */

enum kg_complaint_kind {
	KG_COMPLAINT_MISSING,             /* parameter-missing */
	KG_COMPLAINT_INVALID,             /* parameter-invalid */
	KG_COMPLAINT_CONFLICT,            /* parameters-conflict */
	KG_COMPLAINT_NO_EFFECT,           /* credentials-ignored */
	KG_COMPLAINT_CREDENTIALS_MISSING, /* credentials-missing: KEDA accepts it, the event source will not */
	KG_COMPLAINT_TOO_OLD,             /* keda-too-old */
	KG_COMPLAINT_RANGE,               /* range-too-large */
	KG_COMPLAINT_IDENTITY_OWNER,      /* identity-owner-unknown */
};

/* All texts are constants or arena memory; none holds a secret. */
struct kg_complaint {
	enum kg_complaint_kind kind;
	const char *parameter; /* name of the row it is about; NULL: the trigger's metadata as a whole */
	const char *detail;    /* "must be …", "KEDA needs it because …" */
	const char *fix;       /* what to write, or NULL */
	bool show_value;       /* INVALID, RANGE and IDENTITY_OWNER: the value is no secret and may be quoted */
	bool uncertain;        /* rests on something that was not seen or not read in KEDA's source: never more than a warning */
};

struct kg_complaints {
	struct kg_arena *arena;
	struct kg_complaint *items;
	size_t count;
};

/* Copies *complaint. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_complaints_add(struct kg_complaints *complaints, const struct kg_complaint *complaint);

/*
 * Everything that KEDA's parser and the scaler's check function have against these parameters: required ones missing, values of the wrong type, not
 * among the allowed ones, excluded or needed companions. Unknown, deprecated and removed keys are not complaints: rules find those from the
 * metadata. In row order, the check function's last. 0 or KG_ENOMEM.
 */
KG_MUST_CHECK int kg_params_check(const struct kg_params *params, struct kg_complaints *out);
