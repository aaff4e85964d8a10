/*
 * What each KEDA scaler accepts: rows of facts, by KEDA version.
 *
 * A scaler is one constant structure in one small file a family; `scalers.def` is the sorted index. Facts come from KEDA's source at the
 * tagged versions; `source` names the file. A version in a fact follows KG_VERSION: `since` 0 is "in every version from 2.10 on", `deprecated` and
 * `removed` 0 are "never".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/text.h"
#include "kedagate/syntax/version.h"

struct kg_params;
struct kg_complaints;
struct kg_credential_use;

/* Where a value may come from. KEDA tries the sources of a parameter in order, and in each source all its names. */
enum kg_source {
	KG_SOURCE_NONE,
	KG_SOURCE_METADATA, /* triggers[].metadata.<name> */
	KG_SOURCE_AUTH,     /* a parameter of the TriggerAuthentication */
	KG_SOURCE_ENV,      /* triggers[].metadata.<name>FromEnv names a variable of the scale target's container */
};

enum { KG_SOURCES_MAX = 3, KG_PARAM_NAMES_MAX = 4 };

/* How KEDA's parser reads a value (pkg/scalers/scalersconfig/typed_config.go). */
enum kg_param_type {
	KG_TYPE_STRING,
	KG_TYPE_BOOL,     /* Go's strconv.ParseBool */
	KG_TYPE_INT,      /* JSON integer */
	KG_TYPE_NATURAL,  /* JSON integer, not negative */
	KG_TYPE_FLOAT,    /* JSON number */
	KG_TYPE_DURATION, /* Go duration, or an integer of milliseconds */
	KG_TYPE_LIST,     /* list of strings */
	KG_TYPE_RANGES,   /* list of JSON integers and of ranges such as 1-4 */
	KG_TYPE_MAP,      /* list of key=value */
	KG_TYPE_QUERY,    /* URL query */
};

/* When a parameter must be given. */
enum kg_need {
	KG_OPTIONAL,
	KG_REQUIRED,
	KG_REQUIRED_WITH_IDENTITY,    /* only when a pod identity that has an effect is set */
	KG_REQUIRED_WITHOUT_IDENTITY, /* only when no pod identity is set */
	KG_REQUIRED_WITHOUT_FORMULA,  /* only when the ScaledObject uses no scalingModifiers */
};

/* What KEDA's code demands of a number besides its type. */
enum kg_bound {
	KG_BOUND_NONE,
	KG_BOUND_NATURAL,                  /* not negative */
	KG_BOUND_POSITIVE,                 /* more than 0 */
	KG_BOUND_POSITIVE_BUT_FOR_FORMULA, /* more than 0, unless the ScaledObject uses scalingModifiers */
	KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA, /* not 0, unless it does */
};

/* Does a value name hosts that KEDA connects to? */
enum kg_target {
	KG_TARGET_NONE,      /* no, or only as part of a longer name */
	KG_TARGET_ADDRESS,   /* a URL, a host, or a host and a port */
	KG_TARGET_ADDRESSES, /* a list of them */
};

/*
 * One parameter. Rows of one scaler may share a name when their versions do not overlap: the parameter is then read differently in each.
 * In any one version a name belongs to one row.
 */
struct kg_param {
	const char *name;
	const char *also[KG_PARAM_NAMES_MAX]; /* other names, tried after `name` within one source; NULL ends */
	enum kg_source from[KG_SOURCES_MAX];  /* in KEDA's order; KG_SOURCE_NONE ends */
	enum kg_param_type type;
	char separator; /* of a list or map; 0: a comma */
	enum kg_bound bound;
	enum kg_target target;
	/* Of a target that may be a connection string: the hosts in it, a comma list, each perhaps with a port; empty when there is none for certain.
	 * False: read it as an address. NULL: it is no connection string. */
	bool (*hosts_in)(const char *text, struct kg_slice *ret_hosts);
	enum kg_need need;
	unsigned auth_mode; /* kg_auth_mode bits that switch it on; 0: in effect whenever it is given */
	/* Lists of words, NULL-terminated; NULL: no such limit. For a list they count for each element. */
	const char *const *values;       /* the only ones allowed (KEDA's `enum`) */
	const char *const *exclusive;    /* at most one of these may stand in the list (KEDA's `exclusiveSet`) */
	const char *const *known_values; /* the only ones that work, though KEDA does not check */
	bool one_word;                   /* of `values`: KEDA refuses a comma list of them, which its parser lets pass */
	bool known_by_check;             /* the scaler's check function says what comes of others than `known_values` */
	const char *def;                 /* the default, as text; NULL: none */
	const char *const *excludes;     /* parameters that must not be given besides, NULL-terminated */
	const char *const *needs;        /* parameters that must be given besides, NULL-terminated */
	const char *overridden_by;       /* the parameter that has its effect instead, when that is given; NULL: none */
	const char *sent_as;   /* the secret that KEDA sends of it to the event source ("the API key"); NULL: none, or the scaler decides */
	const char *receives;  /* of a URL: the secret that KEDA sends to it ("the client secret"); NULL: none, or the transport says it */
	bool nullable;         /* of a number: KEDA takes the word null for none */
	bool prefix;           /* the row is every metadata key that begins with the name and goes on; its value is one of theirs */
	const char *chosen_by; /* of a prefix: the parameter that names what goes on, of the one whose value counts; NULL: none does */
	bool untrimmed;        /* KEDA reads it outside its parser and takes white space alone for a value */
	bool key_counts;       /* of metadata alone: KEDA takes the mere key for a value, even for an empty one */
	bool one_place;        /* KEDA looks whether it is given in the metadata and in the authentication both */
	bool credential;       /* the value is a secret */
	bool secret_inside;    /* the value may hold a secret: a connection string, a URL with userinfo */
	bool ignored_with_identity; /* has no effect when a pod identity that has an effect is set */
	uint32_t since;             /* before, KEDA does not read it */
	uint32_t bound_since;       /* before, KEDA does not check the bound */
	uint32_t checked_since;     /* before, KEDA takes a value of the wrong type or not among `values`, and goes on without it */
	uint32_t announced;         /* from then on KEDA announces that it will go; it is still read */
	uint32_t deprecated;        /* from then on its presence is an error */
	uint32_t removed;           /* from then on KEDA does not read it */
	const char *instead;        /* for an announced, deprecated or removed one: what to write */
};

/* Pod identity providers, as bits. */
enum kg_provider {
	KG_PROVIDER_NONE = 0,
	KG_PROVIDER_AZURE_WORKLOAD = 1 << 0,
	KG_PROVIDER_AWS = 1 << 1,
	KG_PROVIDER_AWS_EKS = 1 << 2,
	KG_PROVIDER_GCP = 1 << 3,
	KG_PROVIDER_AZURE = 1 << 4,    /* removed in 2.15.0 */
	KG_PROVIDER_AWS_KIAM = 1 << 5, /* removed in 2.15.0 */
	KG_PROVIDER_OTHER = 1 << 6,    /* a text that is none of KEDA's */
};

/* The provider of a text as in spec.podIdentity.provider; NULL, "" and "none" are KG_PROVIDER_NONE. */
enum kg_provider kg_provider_parse(const char *text);
/* "azure-workload", …; "none"; "" for KG_PROVIDER_OTHER. */
const char *kg_provider_name(enum kg_provider provider);
/* Does this version of KEDA know the provider? KG_PROVIDER_NONE always, KG_PROVIDER_OTHER never. */
bool kg_provider_exists(enum kg_provider provider, uint32_t version);

/* A provider that has an effect in a scaler, and from which version. */
struct kg_identity_support {
	enum kg_provider provider;
	uint32_t since;
};

/* What comes of a provider that has no effect in a scaler. */
enum kg_other_identities {
	KG_IDENTITY_UNDESCRIBED, /* not known here: nothing may be concluded */
	KG_IDENTITY_IGNORED,     /* KEDA never looks: the request goes out without it */
	KG_IDENTITY_REFUSED,     /* KEDA refuses to build the scaler */
	KG_IDENTITY_BREAKS,      /* KEDA accepts, and what it builds cannot work */
};

/* Modes of KEDA's authModes block (pkg/scalers/authentication), as bits. */
enum kg_auth_mode {
	KG_AUTH_API_KEY = 1 << 0,
	KG_AUTH_BASIC = 1 << 1,
	KG_AUTH_TLS = 1 << 2,
	KG_AUTH_BEARER = 1 << 3,
	KG_AUTH_CUSTOM = 1 << 4,
	KG_AUTH_OAUTH = 1 << 5,
};

/* How the way to the event source is protected. */
enum kg_encryption {
	KG_ENCRYPTION_UNKNOWN, /* depends on what cannot be seen, or was not determined */
	KG_ENCRYPTION_ON,
	KG_ENCRYPTION_OFF,
	KG_ENCRYPTION_OPTIONAL, /* may fall back to clear text (sslmode prefer) */
};

/* The answer for one trigger. Text members are NULL or live as long as the params. */
struct kg_channel {
	enum kg_encryption encryption;
	const char *parameter; /* what decides; NULL when nothing given does (a default, a missing credential) */
	const char *because;   /* for OFF and OPTIONAL: "the url scheme is http" — never a value that may be secret */
	const char *fix;       /* what to write instead, with the version when an upgrade mends it */
	uint32_t mended_in;    /* the first KEDA version in which the same configuration is encrypted, or 0 */
	bool uncertain;        /* rests on a default that the operator's own environment may change: never more than a warning */
};

enum kg_transport_kind {
	KG_TRANSPORT_UNKNOWN,
	KG_TRANSPORT_NONE, /* KEDA asks nobody besides its own API server */
	KG_TRANSPORT_ALWAYS_TLS,
	KG_TRANSPORT_NEVER_TLS,
	KG_TRANSPORT_URL,     /* the scheme of the URL in `parameter` */
	KG_TRANSPORT_SWITCH,  /* TLS when the boolean in `parameter` is true */
	KG_TRANSPORT_DECIDED, /* `decide` says */
};

struct kg_transport {
	enum kg_transport_kind kind;
	const char *parameter;
	const char *fix;                                                        /* of SWITCH: "write tls: enable" */
	void (*decide)(const struct kg_params *params, struct kg_channel *out); /* `out` starts as UNKNOWN */
	const char *how;                                                        /* of DECIDED, in words: "tls: enable turns TLS on" */
};

/* Which hosts a cloud provider's token may be sent to. */
struct kg_token_audience {
	unsigned providers;          /* kg_provider bits whose token it is */
	const char *parameter;       /* the URL that receives the token */
	const char *const *suffixes; /* ".prometheus.monitor.azure.com", …; "dev.azure.com" is that host alone. NULL-terminated */
	const char *what;            /* "an Azure access token for Managed Prometheus" */
	bool (*applies)(const struct kg_params *params); /* false: which hosts are right cannot be known. NULL: always applies */
	bool (*sent)(const struct kg_params *params);    /* Is the token certainly sent? NULL: when the pod identity is in effect */
};

/* An endpoint that is the trigger's own word when it names a cloud of its own (cloud: Private). */
struct kg_private_endpoint {
	const char *parameter;    /* the URL */
	const char *const *hosts; /* the provider's own: as kg_token_audience.suffixes */
	const char *receives;     /* what KEDA sends there: "an Azure access token", "the client secret" */
	bool with_identity;       /* with a pod identity in effect */
	bool without_identity;    /* with none */
	uint32_t removed;         /* from then on the parameter has no effect; 0: never */
	uint32_t shared_since;    /* from then on KEDA writes it over the public cloud's own, for every trigger of the operator; 0: never */
};

struct kg_scaler {
	const char *type;
	uint32_t since;
	uint32_t deprecated; /* from then on KEDA announces that it will go */
	uint32_t removed;
	const char *instead;           /* of a removed or deprecated type */
	const struct kg_param *params; /* as KEDA reads them, blocks it shares with others last; NULL: a known type, not described yet */
	size_t param_count;
	uint32_t typed_since; /* from then on KEDA's declarative parser reads the parameters; before, code of the scaler's own */
	uint32_t
	        read_since; /* the facts were read in KEDA's source from then on; what they say of older versions is never more than a warning */
	const struct kg_identity_support *identities; /* ends with KG_PROVIDER_NONE; NULL: none has an effect */
	enum kg_other_identities other_identities;
	const char *other_identity_effect; /* for BREAKS: what happens, in words */
	unsigned auth_modes;               /* kg_auth_mode bits that have an effect; 0: the scaler has no authModes block */
	bool single_auth_mode;             /* before 2.18 it reads one authMode instead of a list of authModes */
	struct kg_transport transport;
	const char *verification_switch;           /* the parameter that, when true, turns certificate verification off; NULL: none */
	const char *unverified;                    /* what else leaves certificates unverified, in words; NULL: nothing in the trigger */
	const struct kg_token_audience *audiences; /* ends with .providers 0; NULL: not restricted */
	const struct kg_private_endpoint *private_endpoints; /* ends with .parameter NULL; NULL: none */
	bool forwards_all_keys;                              /* external scalers: any metadata key is legal */
	bool no_cached_metrics;                              /* useCachedMetrics is refused (cpu, memory, cron) */
	bool resource_metric;                                /* cpu, memory */
	bool metric_type_unread;                             /* KEDA looks at no metricType of the trigger: any of the words will do */
	/* What rows cannot say. Reads the params, adds complaints; 0 or KG_ENOMEM. NULL: nothing. */
	int (*check)(const struct kg_params *params, struct kg_complaints *out);
	/* A secret that is sent besides those the rows tell of: true when there is one for certain. NULL: none. */
	bool (*credential)(const struct kg_params *params, struct kg_credential_use *ret_use);
	/* Where the trigger's parameters change what comes of a provider that has no effect. NULL: always `other_identities`. */
	enum kg_other_identities (*other_identity)(const struct kg_params *params);
	/* Does the verification switch certainly do nothing here, though the channel may be encrypted? NULL: it always has its effect. */
	bool (*verification_kept)(const struct kg_params *params);
	/* Would a `ca` given besides be used? NULL: no. */
	bool (*uses_ca)(const struct kg_params *params);
	/* Does KEDA certainly open the file that credentialsFromEnvFile leads to, when no other key counts? NULL: it never opens it. */
	bool (*opens_key_file)(const struct kg_params *params);
	const char *source; /* file in KEDA's repository */
};

/* The scaler of a trigger type, NULL when no version of KEDA has it. `type` may be NULL. */
const struct kg_scaler *kg_scaler_find(const char *type);

/* All scalers, sorted by type. */
const struct kg_scaler *const *kg_scalers(size_t *ret_count);

/* The nearest known trigger type, NULL when none is near. Only types that exist in `version`. */
const char *kg_scaler_nearest(const char *type, uint32_t version);

/* Does the version at hand have the type / read the parameter? */
bool kg_scaler_exists(const struct kg_scaler *scaler, uint32_t version);
static inline bool kg_param_exists(const struct kg_param *param, uint32_t version)
{
	return param->since <= version && (param->removed == 0 || version < param->removed);
}

/* Whether `provider` has an effect in this version; *ret_since (optional) is the version it came with, 0 when it never has one or was always
 * there. */
bool kg_scaler_supports(const struct kg_scaler *scaler, enum kg_provider provider, uint32_t version, uint32_t *ret_since);

/* The row that reads the metadata key `key` (its name, another name, or either with FromEnv where the row allows the environment): the one
 * of this version; else, so that it can be told since or until when, one of another; NULL when none ever does. *ret_from_env (optional)
 * tells which form; a name that ends in FromEnv itself is taken for the form where it is both. */
const struct kg_param *kg_scaler_param(const struct kg_scaler *scaler, const char *key, uint32_t version, bool *ret_from_env);

/* The row of that name (its name or another name), wherever it is read from, chosen as kg_scaler_param does. */
const struct kg_param *kg_scaler_row(const struct kg_scaler *scaler, const char *name, uint32_t version);

/* May the row's value come from `source`? */
bool kg_param_reads(const struct kg_param *param, enum kg_source source);
