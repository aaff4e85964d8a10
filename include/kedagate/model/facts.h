/*
 * What rules need to know of other objects, and how it is read from them: small enough to be kept for a whole cluster.
 *
 * Strings are borrowed from the trees, lists live in the arena; a string that is absent or no string is NULL.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/model/object.h"

/* What an autoscaler scales, as written. */
struct kg_scale_target {
	const char *api_version, *kind, *name;
};

/* KEDA's defaults for what is NULL or "" (ParseGVKR in apis/keda/v1alpha1/gvkr.go): "apps/v1" and "Deployment". */
const char *kg_scale_target_api_version(const struct kg_scale_target *target);
const char *kg_scale_target_kind(const struct kg_scale_target *target);

/* The same workload, as KEDA's webhook compares: group, version, kind and name. Other versions of one kind are other targets; without names there is none. */
bool kg_scale_target_equal(const struct kg_scale_target *one, const struct kg_scale_target *other);

/* A ScaledObject, as others in its namespace see it. */
struct kg_scaled_facts {
	const char *name;
	struct kg_scale_target target;
	const char *hpa_name; /* advanced.horizontalPodAutoscalerConfig.name; NULL or "": see kg_hpa_name */
};

/* The name of the HPA that KEDA makes of a ScaledObject: `given`, or "keda-hpa-<name>" when that is NULL or "". NULL without memory. */
KG_MUST_CHECK const char *kg_hpa_name(const char *given, const char *name, struct kg_arena *arena);

/* A HorizontalPodAutoscaler. */
struct kg_hpa_facts {
	const char *name;
	struct kg_scale_target target;
	struct kg_strings owners; /* the names of its owners of kind ScaledObject */
	bool left_alone;          /* annotated validations.keda.sh/hpa-ownership: "false", by which KEDA's webhook passes over it */
};

/* What there is to know about KEDA's operator. */
struct kg_operator_facts {
	uint32_t keda_version; /* as KG_VERSION; 0: not known */
	const char *namespace;
	const char *service_account; /* of its pods; NULL: "default" */
	bool has_azure_label;        /* its pods have the label azure.workload.identity/use: "true" */
	bool has_azure_environment;  /* AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE are set without the label's help */
	bool service_account_seen;   /* false: `client_id` says nothing */
	const char *azure_client_id; /* annotation azure.workload.identity/client-id of the service account; NULL or "": none */
};

/* `tree` is an object of that kind; what is missing or of a wrong type is left out. 0 or KG_ENOMEM. */
void kg_scaled_facts_read(const cJSON *tree, struct kg_scaled_facts *out);
KG_MUST_CHECK int kg_hpa_facts_read(const cJSON *tree, struct kg_arena *arena, struct kg_hpa_facts *out);

/* The defaults that a LimitRange gives containers, as KEDA's webhook reads them: added to `defaults`. */
void kg_limit_range_read(const cJSON *tree, struct kg_resources *defaults);

/* Is the Deployment KEDA's operator? By its name or label app.kubernetes.io/name, "keda-operator". */
bool kg_is_operator(const cJSON *tree);

/* All but what only the service account says. */
void kg_operator_facts_read(const cJSON *tree, struct kg_operator_facts *out);

/* What the operator's service account says, `tree` being that ServiceAccount. */
void kg_operator_account_read(const cJSON *tree, struct kg_operator_facts *facts);

/* The kind that an authenticationRef means; NULL and "" are TriggerAuthentication. KG_KIND_OTHER for what is neither. */
enum kg_kind kg_authentication_kind(const char *text);
