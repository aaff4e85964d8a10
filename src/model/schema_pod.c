/*
 * PodTemplateSpec, as far as the environment of a container goes (k8s.io/api/core/v1).
 */
#include "model/schema.h"

/* The field "resources" of a structure with a member of that name. */
#define KG_RESOURCES(owner_)                                                                                                               \
	{                                                                                                                                  \
		.name = "resources", .type = KG_SCHEMA_OBJECT, .offset = offsetof(owner_, resources), .mark = KG_SCHEMA_NOWHERE,           \
		.nested = &resources                                                                                                       \
	}

/* clang-format off */

static const struct kg_schema_field secret_key_fields[] = {
	KG_FIELD("name",     STRING, struct kg_env_variable, reference, KG_OPTIONAL),
	KG_FIELD("key",      STRING, struct kg_env_variable, key,       KG_NEEDED),
	KG_FIELD("optional", FLAG,   struct kg_env_variable, optional,  KG_OPTIONAL),
};
static const struct kg_schema key_reference = KG_SCHEMA(secret_key_fields, 0);

static const struct kg_schema_field value_from_fields[] = {
	KG_INLINE("secretKeyRef",    struct kg_env_variable, from, KG_OPTIONAL, .mark_value = KG_ENV_SECRET_KEY, .nested = &key_reference),
	KG_INLINE("configMapKeyRef", struct kg_env_variable, from, KG_OPTIONAL, .mark_value = KG_ENV_CONFIG_MAP_KEY, .nested = &key_reference),
};
static const struct kg_schema value_from = KG_SCHEMA(value_from_fields, 0);

static const struct kg_schema_field env_fields[] = {
	KG_FIELD("name",  STRING, struct kg_env_variable, name,  KG_NEEDED),
	KG_FIELD("value", STRING, struct kg_env_variable, value, KG_OPTIONAL),
	KG_INLINE("valueFrom",    struct kg_env_variable, from,  KG_OPTIONAL, .mark_value = KG_ENV_OTHER, .nested = &value_from),
};
static const struct kg_schema env = KG_SCHEMA(env_fields, sizeof(struct kg_env_variable));

static const struct kg_schema_field source_reference_fields[] = {
	KG_FIELD("name",     STRING, struct kg_env_source, name,     KG_OPTIONAL),
	KG_FIELD("optional", FLAG,   struct kg_env_source, optional, KG_OPTIONAL),
};
static const struct kg_schema source_reference = KG_SCHEMA(source_reference_fields, 0);

static const struct kg_schema_field env_from_fields[] = {
	KG_FIELD("prefix", STRING,      struct kg_env_source, prefix, KG_OPTIONAL),
	KG_INLINE("secretRef",          struct kg_env_source, secret, KG_OPTIONAL, .nested = &source_reference),
	{.name = "configMapRef", .type = KG_SCHEMA_OBJECT, .mark = KG_SCHEMA_NOWHERE, .nested = &source_reference},
};
static const struct kg_schema env_from = KG_SCHEMA(env_from_fields, sizeof(struct kg_env_source));

static const struct kg_schema_field amount_fields[] = {
	KG_FIELD("cpu",    AMOUNT, struct kg_resources, cpu,    KG_OPTIONAL),
	KG_FIELD("memory", AMOUNT, struct kg_resources, memory, KG_OPTIONAL),
};
static const struct kg_schema amounts = KG_SCHEMA(amount_fields, 0);

static const struct kg_schema_field resource_fields[] = {
	{.name = "requests", .type = KG_SCHEMA_OBJECT, .mark = KG_SCHEMA_NOWHERE, .nested = &amounts},
	{.name = "limits",   .type = KG_SCHEMA_OBJECT, .mark = KG_SCHEMA_NOWHERE, .nested = &amounts},
};
static const struct kg_schema resources = KG_SCHEMA(resource_fields, 0);

static const struct kg_schema_field container_fields[] = {
	KG_FIELD("name", STRING, struct kg_container, name,                    KG_NEEDED),
	KG_LIST("env",           struct kg_container, env, env_count,           KG_OPTIONAL, .nested = &env),
	KG_LIST("envFrom",       struct kg_container, env_from, env_from_count, KG_OPTIONAL, .nested = &env_from),
	KG_RESOURCES(struct kg_container),
};
static const struct kg_schema container = KG_SCHEMA(container_fields, sizeof(struct kg_container));

static const struct kg_schema_field init_container_fields[] = {
	KG_FIELD("name",          STRING, struct kg_init_container, name,           KG_NEEDED),
	KG_FIELD("restartPolicy", STRING, struct kg_init_container, restart_policy, KG_OPTIONAL),
};
static const struct kg_schema init_container = KG_SCHEMA(init_container_fields, sizeof(struct kg_init_container));

static const struct kg_schema_field pod_spec_fields[] = {
	KG_LIST("containers",              struct kg_pod_template, containers, container_count, KG_NEEDED, .nested = &container),
	KG_LIST("initContainers",          struct kg_pod_template, init_containers, init_container_count, KG_OPTIONAL, .nested = &init_container),
	KG_FIELD("serviceAccountName", STRING, struct kg_pod_template, service_account_name,    KG_OPTIONAL),
	KG_RESOURCES(struct kg_pod_template),
};
static const struct kg_schema pod_spec = KG_SCHEMA(pod_spec_fields, 0);

static const struct kg_schema_field pod_template_fields[] = {
	{.name = "spec", .type = KG_SCHEMA_OBJECT, .mark = KG_SCHEMA_NOWHERE, .nested = &pod_spec},
};

/* clang-format on */

const struct kg_schema kg_schema_pod_template = KG_SCHEMA(pod_template_fields, 0);
