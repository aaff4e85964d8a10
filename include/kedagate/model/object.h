/*
 * KEDA's four kinds as typed structures.
 *
 * Decoding is total: what the CRD forbids is recorded as malformed and the rest is still decoded. A field of the wrong type, or a number that no
 * int32 holds, is left absent as well; a value that only the CRDs of some KEDA versions forbid is kept, because decoding knows no version.
 * Strings are borrowed from the JSON tree, arrays live in the arena. An absent string is NULL, an absent optional number has `set` false; an
 * explicit null is absent. Fields follow KEDA's Go types (apis/keda/v1alpha1, v2.20.2); names in paths are the JSON names.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* Bits, so that a rule can name a set. */
enum kg_kind {
	KG_KIND_OTHER = 0,
	KG_KIND_SCALED_OBJECT = 1 << 0,
	KG_KIND_SCALED_JOB = 1 << 1,
	KG_KIND_TRIGGER_AUTHENTICATION = 1 << 2,
	KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION = 1 << 3,
};

#define KG_KINDS_SCALED         (KG_KIND_SCALED_OBJECT | KG_KIND_SCALED_JOB)
#define KG_KINDS_AUTHENTICATION (KG_KIND_TRIGGER_AUTHENTICATION | KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION)
#define KG_KINDS_ALL            (KG_KINDS_SCALED | KG_KINDS_AUTHENTICATION)

/* By group keda.sh (any version) and kind; KG_KIND_OTHER for all else. */
enum kg_kind kg_kind_parse(const char *api_version, const char *kind);
/* "ScaledObject", …; "" for KG_KIND_OTHER. */
const char *kg_kind_name(enum kg_kind kind);

struct kg_optional_int {
	bool set;
	int64_t value;
};

struct kg_optional_bool {
	bool set;
	bool value;
};

/* A string-to-string map in document order. `value` is NULL when it was no string (then malformed says so). */
struct kg_pair {
	const char *key;
	const char *value;
};

struct kg_pairs {
	const struct kg_pair *items;
	size_t count;
};

/* The value of `key`; NULL when absent. */
const char *kg_pairs_get(const struct kg_pairs *pairs, const char *key);

struct kg_strings {
	const char **items;
	size_t count;
};

/* ---- containers, as far as the environment of a scaler and the cpu and memory triggers need them ---- */

enum kg_env_from { KG_ENV_LITERAL, KG_ENV_SECRET_KEY, KG_ENV_CONFIG_MAP_KEY, KG_ENV_OTHER };

struct kg_env_variable {
	const char *name;
	enum kg_env_from from;
	const char *value;     /* of a literal; may hold $(OTHER) */
	const char *reference; /* name of the Secret or ConfigMap */
	const char *key;
	bool optional;
};

struct kg_env_source {
	bool secret; /* else a ConfigMap */
	const char *name;
	const char *prefix; /* NULL: none */
	bool optional;
};

/* Of each resource: there is a request or a limit over 0 (or something that is no quantity, which the API server refuses). */
struct kg_resources {
	bool cpu, memory;
};

struct kg_container {
	const char *name;
	struct kg_env_variable *env;
	size_t env_count;
	struct kg_env_source *env_from;
	size_t env_from_count;
	struct kg_resources resources;
};

struct kg_init_container {
	const char *name;
	const char *restart_policy; /* "Always": a sidecar that goes on beside the containers */
};

struct kg_pod_template {
	struct kg_container *containers;
	size_t container_count;
	struct kg_init_container *init_containers;
	size_t init_container_count;
	const char *service_account_name;
	struct kg_resources resources; /* of the pod as a whole */
};

/* ---- ScaledObject and ScaledJob ---- */

struct kg_authentication_ref {
	bool set;
	const char *name; /* may be "" */
	const char *kind; /* NULL: TriggerAuthentication */
};

struct kg_trigger {
	const char *type;
	const char *name;
	const char *metric_type;
	struct kg_pairs metadata;
	struct kg_optional_bool use_cached_metrics;
	struct kg_authentication_ref authentication_ref;
};

struct kg_scale_target_ref {
	bool set;
	const char *api_version, *kind, *name, *env_source_container_name;
};

struct kg_fallback {
	bool set;
	struct kg_optional_int failure_threshold, replicas;
	const char *behavior;
};

struct kg_scaling_modifiers {
	bool set;
	const char *formula, *target, *activation_target, *metric_type;
};

struct kg_advanced {
	bool set;
	struct kg_optional_bool restore_to_original_replica_count;
	const char *hpa_name;
	const cJSON *hpa_behavior; /* autoscaling/v2 behavior, undecoded */
	struct kg_scaling_modifiers scaling_modifiers;
};

struct kg_scaling_strategy {
	bool set;
	const char *strategy, *custom_scaling_running_job_percentage, *multiple_scalers_calculation;
	struct kg_optional_int custom_scaling_queue_length_deduction;
	struct kg_strings pending_pod_conditions;
};

struct kg_rollout {
	bool set;
	const char *strategy, *propagation_policy;
};

/* Both kinds; members that only one has are absent in the other. */
struct kg_scaled {
	struct kg_scale_target_ref scale_target_ref; /* ScaledObject */
	bool job_target_ref_set;                     /* ScaledJob */
	struct kg_pod_template job_template;         /* ScaledJob */
	const char *env_source_container_name;       /* ScaledJob; of a ScaledObject it is in scale_target_ref */
	struct kg_optional_int polling_interval, cooldown_period, initial_cooldown_period;
	struct kg_optional_int idle_replica_count, min_replica_count, max_replica_count;
	struct kg_optional_int successful_jobs_history_limit, failed_jobs_history_limit;
	const char *rollout_strategy;
	struct kg_rollout rollout;
	struct kg_scaling_strategy scaling_strategy;
	struct kg_fallback fallback;
	struct kg_advanced advanced;
	bool triggers_set;
	struct kg_trigger *triggers;
	size_t trigger_count;     /* at most KG_MAX_TRIGGERS */
	size_t triggers_left_out; /* those over it */
};

/* ---- TriggerAuthentication and ClusterTriggerAuthentication ---- */

struct kg_pod_identity {
	bool set;
	const char *provider, *identity_id, *identity_tenant_id, *identity_authority_host, *role_arn, *external_id, *identity_owner;
};

/* One parameter that an authentication gives, whatever the block it stands in, in the order KEDA applies the blocks (a later one of the
 * same name wins). */
enum kg_auth_block {
	KG_AUTH_BLOCK_ENV,
	KG_AUTH_BLOCK_CONFIG_MAP,
	KG_AUTH_BLOCK_SECRET,
	KG_AUTH_BLOCK_VAULT,
	KG_AUTH_BLOCK_AZURE_KEY_VAULT,
	KG_AUTH_BLOCK_GCP_SECRET_MANAGER,
	KG_AUTH_BLOCK_AWS_SECRET_MANAGER,
	KG_AUTH_BLOCK_SERVICE_ACCOUNT_TOKEN,
	KG_AUTH_BLOCK_OAUTH2, /* three parameters when the block is set, two more when scopes and tokenUrlParams are */
};

struct kg_auth_entry {
	enum kg_auth_block block;
	size_t index; /* in its list */
	const char *parameter;
	const char *name;      /* Secret, ConfigMap, variable or service account */
	const char *key;       /* of a Secret or ConfigMap */
	const char *container; /* env: containerName */
};

struct kg_vault {
	bool set;
	const char *address, *authentication, *namespace, *role, *mount;
	bool credential_set;
	const char *token, *service_account, *service_account_name;
};

struct kg_oauth2 {
	bool set;
	const char *type, *client_id, *token_url;
	struct kg_pairs token_url_params;
};

struct kg_authentication {
	struct kg_pod_identity pod_identity;
	struct kg_pod_identity azure_key_vault_identity, aws_secret_manager_identity, gcp_secret_manager_identity;
	const char *file_path; /* when set, KEDA ignores every other source */
	struct kg_vault vault;
	bool azure_key_vault_set, aws_secret_manager_set, gcp_secret_manager_set;
	bool azure_key_vault_credentials_set, aws_secret_manager_credentials_set, gcp_secret_manager_credentials_set;
	const char *azure_key_vault_uri;
	struct kg_oauth2 oauth2;
	struct kg_auth_entry *entries;
	size_t entry_count;
};

/* ---- any object ---- */

/* Not recorded, because rules of their own say it better: a list of triggers that is empty, pod identity providers that KEDA once had. */
enum kg_malformed_kind {
	KG_MALFORMED_TYPE,     /* wrong JSON type */
	KG_MALFORMED_REQUIRED, /* the CRD requires it */
	KG_MALFORMED_VALUE,    /* not among the CRD's values */
	KG_MALFORMED_RANGE,    /* under the CRD's minimum (of a number, a length, a count), or over an int32 */
	KG_MALFORMED_NUL,      /* holds \u0000; once an object, the path is that of the first such text */
};

struct kg_malformed {
	enum kg_malformed_kind kind;
	const char *path;
	const char *expected; /* "a string", "one of \"a\", \"b\"", "at least 1" */
	const char *actual;   /* "a number", "a list"; NULL when absent. Never the value */
	uint32_t since;       /* the CRD has this constraint from that KEDA version on; 0: always (wrong types) */
	uint32_t until;       /* and no longer from that version on; 0: it still has it. Ask kg_malformed_applies */
};

/* True when the CRD of that KEDA version has the constraint: since <= keda_version < until. */
bool kg_malformed_applies(const struct kg_malformed *malformed, uint32_t keda_version);

struct kg_metadata {
	const char *name, *generate_name, *namespace, *uid;
	struct kg_pairs annotations, labels;
	struct kg_strings finalizers;
	bool deleting; /* a deletionTimestamp is set */
};

struct kg_object {
	enum kg_kind kind;
	const char *api_version, *kind_text;
	struct kg_metadata metadata;
	bool spec_set;
	struct kg_scaled scaled;                 /* of the scaled kinds */
	struct kg_authentication authentication; /* of the authentication kinds */
	struct kg_malformed *malformed;          /* in document order; what is missing comes after what its parent holds */
	size_t malformed_count;                  /* at most KG_MAX_FINDINGS */
	size_t malformed_left_out;               /* those over it */
	const cJSON *tree;
};

/* Decode `tree` (an object of one of KEDA's kinds; `kind` as found by kg_kind_parse). Wrong content never fails; 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_object_decode(const cJSON *tree, enum kg_kind kind, struct kg_arena *arena, struct kg_object *out);

/* Only apiVersion, kind and metadata, whatever the kind: for deletions and for objects that are no KEDA kind. Nothing is recorded as malformed. */
KG_MUST_CHECK int kg_object_decode_head(const cJSON *tree, struct kg_arena *arena, struct kg_object *out);

/* Decode a pod template (a PodTemplateSpec) as far as struct kg_pod_template goes; wrongly typed parts are left out. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_pod_template_decode(const cJSON *tree, struct kg_arena *arena, struct kg_pod_template *out);

/* "spec.triggers[0].metadata" + "sslmode" -> "spec.triggers[0].metadata.sslmode"; a key that is no plain word becomes "[key]". NULL without memory. */
KG_MUST_CHECK const char *kg_path_key(struct kg_arena *arena, const char *parent, const char *key);

/* What stands at such a path in `tree`, NULL when nothing does; "" is the tree itself. */
const cJSON *kg_path_find(const cJSON *tree, const char *path);
