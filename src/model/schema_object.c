/*
 * Whole objects.
 */
#include "model/schema.h"

/* clang-format off */

static const struct kg_schema_field metadata_fields[] = {
	KG_FIELD("name",              STRING,  struct kg_metadata, name,          KG_OPTIONAL),
	KG_FIELD("namespace",         STRING,  struct kg_metadata, namespace,     KG_OPTIONAL),
	KG_FIELD("generateName",      STRING,  struct kg_metadata, generate_name, KG_OPTIONAL),
	KG_FIELD("uid",               STRING,  struct kg_metadata, uid,           KG_OPTIONAL),
	KG_FIELD("annotations",       PAIRS,   struct kg_metadata, annotations,   KG_OPTIONAL),
	KG_FIELD("labels",            PAIRS,   struct kg_metadata, labels,        KG_OPTIONAL),
	KG_FIELD("finalizers",        STRINGS, struct kg_metadata, finalizers,    KG_OPTIONAL),
	KG_FIELD("deletionTimestamp", PRESENT, struct kg_metadata, deleting,      KG_OPTIONAL),
};
static const struct kg_schema metadata = KG_SCHEMA(metadata_fields, 0);

#define COMMON_FIELDS \
	KG_FIELD("apiVersion", STRING, struct kg_decoded, object.api_version, KG_OPTIONAL), \
	KG_FIELD("kind",       STRING, struct kg_decoded, object.kind_text,   KG_OPTIONAL), \
	KG_FIELD("metadata",   OBJECT, struct kg_decoded, object.metadata,    KG_OPTIONAL, .nested = &metadata)

#define SPEC(offset_, ...) \
	{.name = "spec", .type = KG_SCHEMA_OBJECT, .offset = (offset_), .mark = offsetof(struct kg_decoded, object.spec_set), .required = __VA_ARGS__}

static const struct kg_schema_field any_object_fields[] = {
	COMMON_FIELDS,
};

static const struct kg_schema_field scaled_object_fields[] = {
	COMMON_FIELDS,
	SPEC(offsetof(struct kg_decoded, object.scaled), KG_NEEDED, .nested = &kg_schema_scaled_object_spec),
};

/* The CRD of ScaledJob does not require its spec. */
static const struct kg_schema_field scaled_job_fields[] = {
	COMMON_FIELDS,
	SPEC(offsetof(struct kg_decoded, object.scaled), KG_OPTIONAL, .nested = &kg_schema_scaled_job_spec),
};

static const struct kg_schema_field authentication_fields[] = {
	COMMON_FIELDS,
	SPEC(0, KG_NEEDED, .nested = &kg_schema_authentication_spec),
};

/* clang-format on */

const struct kg_schema kg_schema_any_object = KG_SCHEMA(any_object_fields, 0);
const struct kg_schema kg_schema_scaled_object = KG_SCHEMA(scaled_object_fields, 0);
const struct kg_schema kg_schema_scaled_job = KG_SCHEMA(scaled_job_fields, 0);
const struct kg_schema kg_schema_authentication = KG_SCHEMA(authentication_fields, 0);
