#include "kube/resource.h"

#include <string.h>

#include "kedagate/base/limits.h"
#include "kedagate/model/facts.h"
#include "kedagate/model/json.h"

const char *const kg_resource_names[] = {
        [KG_RESOURCE_SCALED_OBJECTS] = "scaledobjects",
        [KG_RESOURCE_SCALED_JOBS] = "scaledjobs",
        [KG_RESOURCE_TRIGGER_AUTHENTICATIONS] = "triggerauthentications",
        [KG_RESOURCE_CLUSTER_TRIGGER_AUTHENTICATIONS] = "clustertriggerauthentications",
        [KG_RESOURCE_AUTOSCALERS] = "horizontalpodautoscalers",
        [KG_RESOURCE_DEPLOYMENTS] = "deployments",
        [KG_RESOURCE_STATEFUL_SETS] = "statefulsets",
        [KG_RESOURCE_LIMIT_RANGES] = "limitranges",
        [KG_RESOURCE_SERVICE_ACCOUNTS] = "serviceaccounts",
        [KG_RESOURCE_COUNT] = NULL,
};

bool kg_resource_is_of_keda(enum kg_resource resource)
{
	return resource <= KG_RESOURCE_CLUSTER_TRIGGER_AUTHENTICATIONS;
}

/* ---- what is kept ---- */

/* clang-format off */
static const struct kg_keep names_only[] = {{.name = "name"}, {.name = "namespace"}, {0}};

static const struct kg_keep reference[] = {{.name = "name"}, {.name = "key"}, {.name = "optional"}, {0}};
static const struct kg_keep value_from[] = {{"secretKeyRef", reference}, {"configMapKeyRef", reference}, {0}};
static const struct kg_keep env[] = {{.name = "name"}, {.name = "value"}, {"valueFrom", value_from}, {0}};
static const struct kg_keep amounts[] = {{.name = "cpu"}, {.name = "memory"}, {0}};
static const struct kg_keep resources[] = {{"limits", amounts}, {"requests", amounts}, {0}};
static const struct kg_keep init_container[] = {{.name = "name"}, {.name = "restartPolicy"}, {0}};
#define CONTAINER_ROWS {.name = "name"}, {"env", env}, {.name = "envFrom"}, {"resources", resources}
#define POD_ROWS       {"initContainers", init_container}, {.name = "serviceAccountName"}, {"resources", resources}
static const struct kg_keep container[] = {CONTAINER_ROWS, {0}};
static const struct kg_keep pod[] = {POD_ROWS, {"containers", container}, {0}};
static const struct kg_keep template[] = {{"spec", pod}, {0}};

static const struct kg_keep workload_spec[] = {{"template", template}, {0}};
static const struct kg_keep workload[] = {{"metadata", names_only}, {"spec", workload_spec}, {0}};

/* Of what looks like KEDA's operator also which image runs, with which labels: it may be a scale target none the less. */
static const struct kg_keep operator_container[] = {CONTAINER_ROWS, {.name = "image"}, {0}};
static const struct kg_keep operator_pod[] = {POD_ROWS, {"containers", operator_container}, {0}};
static const struct kg_keep pod_label[] = {{.name = "azure.workload.identity/use"}, {0}};
static const struct kg_keep labels[] = {{"labels", pod_label}, {0}};
static const struct kg_keep own_labels[] = {{.name = "app.kubernetes.io/name"}, {.name = "app.kubernetes.io/version"}, {0}};
static const struct kg_keep operator_template[] = {{"metadata", labels}, {"spec", operator_pod}, {0}};
static const struct kg_keep operator_spec[] = {{"template", operator_template}, {0}};
static const struct kg_keep operator_metadata[] = {{.name = "name"}, {.name = "namespace"}, {"labels", own_labels}, {0}};
static const struct kg_keep keda_operator[] = {{"metadata", operator_metadata}, {"spec", operator_spec}, {0}};

/* The annotation of kubectl apply is the whole object once more. */
static const struct kg_keep scaled_annotations[] = {
	{.name = "autoscaling.keda.sh/paused"}, {.name = "autoscaling.keda.sh/paused-replicas"},
	{.name = "scaledobject.keda.sh/transfer-hpa-ownership"}, {0},
};
static const struct kg_keep scaled_metadata[] = {
	{.name = "name"}, {.name = "namespace"}, {.name = "deletionTimestamp"}, {"annotations", scaled_annotations}, {0},
};
static const struct kg_keep scaled_object[] = {{.name = "apiVersion"}, {.name = "kind"}, {"metadata", scaled_metadata}, {.name = "spec"}, {0}};

static const struct kg_keep job[] = {{"template", template}, {0}};
static const struct kg_keep scaled_job_spec[] = {
	{.name = "triggers"}, {.name = "envSourceContainerName"}, {"jobTargetRef", job},
	{.name = "pollingInterval"}, {.name = "minReplicaCount"}, {.name = "maxReplicaCount"}, {.name = "scalingStrategy"}, {0},
};
static const struct kg_keep scaled_job[] = {
	{.name = "apiVersion"}, {.name = "kind"}, {"metadata", scaled_metadata}, {"spec", scaled_job_spec}, {0},
};

static const struct kg_keep authentication[] = {{.name = "apiVersion"}, {.name = "kind"}, {"metadata", names_only}, {.name = "spec"}, {0}};

static const struct kg_keep hpa_annotations[] = {{.name = "validations.keda.sh/hpa-ownership"}, {0}};
static const struct kg_keep owner[] = {{.name = "kind"}, {.name = "name"}, {0}};
static const struct kg_keep hpa_metadata[] = {
	{.name = "name"}, {.name = "namespace"}, {"annotations", hpa_annotations}, {"ownerReferences", owner}, {0},
};
static const struct kg_keep hpa_spec[] = {{.name = "scaleTargetRef"}, {0}};
static const struct kg_keep hpa[] = {{"metadata", hpa_metadata}, {"spec", hpa_spec}, {0}};

static const struct kg_keep limit[] = {{.name = "type"}, {"default", amounts}, {"defaultRequest", amounts}, {0}};
static const struct kg_keep limit_spec[] = {{"limits", limit}, {0}};
static const struct kg_keep limit_range[] = {{"metadata", names_only}, {"spec", limit_spec}, {0}};

static const struct kg_keep account_annotations[] = {{.name = "azure.workload.identity/client-id"}, {0}};
static const struct kg_keep account_metadata[] = {{.name = "name"}, {.name = "namespace"}, {"annotations", account_annotations}, {0}};
static const struct kg_keep account[] = {{"metadata", account_metadata}, {0}};
/* clang-format on */

#define KEEP_FUNCTION(name_)                                                                                                               \
	static const struct kg_keep *keep_##name_(const cJSON *object)                                                                     \
	{                                                                                                                                  \
		(void)object;                                                                                                              \
		return name_;                                                                                                              \
	}

KEEP_FUNCTION(scaled_object)
KEEP_FUNCTION(scaled_job)
KEEP_FUNCTION(authentication)
KEEP_FUNCTION(hpa)
KEEP_FUNCTION(workload)
KEEP_FUNCTION(limit_range)
KEEP_FUNCTION(account)

static const struct kg_keep *keep_deployment(const cJSON *object)
{
	return kg_is_operator(object) ? keda_operator : workload;
}

/* ---- what is found by what ---- */

static const char *namespace_of(const cJSON *object)
{
	const char *namespace = kg_json_text(kg_json_get(object, "metadata"), "namespace");

	return namespace != NULL ? namespace : "";
}

/* As many triggers as are judged. */
static void add_authentications(const cJSON *object, struct kg_cache_keys *keys)
{
	const cJSON *triggers = kg_json_get(kg_json_get(object, "spec"), "triggers");
	size_t count = 0;

	for (const cJSON *trigger = triggers != NULL ? triggers->child : NULL; trigger != NULL; trigger = trigger->next) {
		const cJSON *authentication_ref = kg_json_get(trigger, "authenticationRef");
		const char *name = kg_json_text(authentication_ref, "name");
		enum kg_kind kind = kg_authentication_kind(kg_json_text(authentication_ref, "kind"));

		if (++count > KG_MAX_TRIGGERS) {
			kg_cache_add_key(keys, KG_INDEX_CROWDED, namespace_of(object), "");
			kg_cache_add_key(keys, KG_INDEX_CROWDED, "", "");
			return;
		}
		if (name != NULL && kind == KG_KIND_TRIGGER_AUTHENTICATION)
			kg_cache_add_key(keys, KG_INDEX_AUTHENTICATION, namespace_of(object), name);
		if (name != NULL && kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION)
			kg_cache_add_key(keys, KG_INDEX_CLUSTER_AUTHENTICATION, "", name);
	}
}

static void add_scaled_object(const cJSON *object, struct kg_cache_keys *keys)
{
	struct kg_scaled_facts facts;

	kg_scaled_facts_read(object, &facts);
	if (facts.target.name != NULL)
		kg_cache_add_key(keys, KG_INDEX_TARGET, namespace_of(object), facts.target.name);
	if (facts.hpa_name != NULL && *facts.hpa_name != '\0')
		kg_cache_add_key(keys, KG_INDEX_HPA, namespace_of(object), facts.hpa_name);
	add_authentications(object, keys);
}

static void add_target(const cJSON *object, struct kg_cache_keys *keys)
{
	struct kg_scaled_facts facts;

	/* An HPA names its target as a ScaledObject does. */
	kg_scaled_facts_read(object, &facts);
	if (facts.target.name != NULL)
		kg_cache_add_key(keys, KG_INDEX_TARGET, namespace_of(object), facts.target.name);
}

static void add_operator(const cJSON *object, struct kg_cache_keys *keys)
{
	if (!kg_is_operator(object))
		return;
	kg_cache_add_key(keys, KG_INDEX_OPERATOR, namespace_of(object), "");
	kg_cache_add_key(keys, KG_INDEX_OPERATOR, "", "");
}

static void add_namespace(const cJSON *object, struct kg_cache_keys *keys)
{
	kg_cache_add_key(keys, KG_INDEX_NAMESPACE, namespace_of(object), "");
}

/* clang-format off */
const struct kg_resource_facts kg_resources[KG_RESOURCE_COUNT] = {
	[KG_RESOURCE_SCALED_OBJECTS]          = {"/apis/keda.sh/v1alpha1/scaledobjects", {keep_scaled_object, add_scaled_object}},
	[KG_RESOURCE_SCALED_JOBS]             = {"/apis/keda.sh/v1alpha1/scaledjobs", {keep_scaled_job, add_authentications}},
	[KG_RESOURCE_TRIGGER_AUTHENTICATIONS] = {"/apis/keda.sh/v1alpha1/triggerauthentications", {keep_authentication, NULL}},
	[KG_RESOURCE_CLUSTER_TRIGGER_AUTHENTICATIONS] =
		{"/apis/keda.sh/v1alpha1/clustertriggerauthentications", {keep_authentication, NULL}},
	[KG_RESOURCE_AUTOSCALERS]             = {"/apis/autoscaling/v2/horizontalpodautoscalers", {keep_hpa, add_target}},
	[KG_RESOURCE_DEPLOYMENTS]             = {"/apis/apps/v1/deployments", {keep_deployment, add_operator}},
	[KG_RESOURCE_STATEFUL_SETS]           = {"/apis/apps/v1/statefulsets", {keep_workload, NULL}},
	[KG_RESOURCE_LIMIT_RANGES]            = {"/api/v1/limitranges", {keep_limit_range, add_namespace}},
	[KG_RESOURCE_SERVICE_ACCOUNTS]        = {"/api/v1/serviceaccounts", {keep_account, NULL}},
};
/* clang-format on */
