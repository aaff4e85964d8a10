#include "kedagate/model/facts.h"

#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/model/json.h"
#include "kedagate/syntax/version.h"
#include "model/decode.h"

static const char *given_or(const char *text, const char *otherwise)
{
	return text != NULL && *text != '\0' ? text : otherwise;
}

static bool is_text(const cJSON *object, const char *name, const char *expected)
{
	const char *text = kg_json_text(object, name);

	return text != NULL && strcmp(text, expected) == 0;
}

/* ---- targets and autoscalers ---- */

const char *kg_scale_target_api_version(const struct kg_scale_target *target)
{
	return given_or(target->api_version, "apps/v1");
}

const char *kg_scale_target_kind(const struct kg_scale_target *target)
{
	return given_or(target->kind, "Deployment");
}

bool kg_scale_target_equal(const struct kg_scale_target *one, const struct kg_scale_target *other)
{
	return one->name != NULL && other->name != NULL && strcmp(one->name, other->name) == 0 &&
	       strcmp(kg_scale_target_kind(one), kg_scale_target_kind(other)) == 0 &&
	       strcmp(kg_scale_target_api_version(one), kg_scale_target_api_version(other)) == 0;
}

static struct kg_scale_target read_target(const cJSON *tree)
{
	const cJSON *reference = kg_json_get(kg_json_get(tree, "spec"), "scaleTargetRef");

	return (struct kg_scale_target){
	        .api_version = kg_json_text(reference, "apiVersion"),
	        .kind = kg_json_text(reference, "kind"),
	        .name = kg_json_text(reference, "name"),
	};
}

void kg_scaled_facts_read(const cJSON *tree, struct kg_scaled_facts *out)
{
	const cJSON *advanced = kg_json_get(kg_json_get(tree, "spec"), "advanced");

	*out = (struct kg_scaled_facts){
	        .name = kg_json_text(kg_json_get(tree, "metadata"), "name"),
	        .target = read_target(tree),
	        .hpa_name = kg_json_text(kg_json_get(advanced, "horizontalPodAutoscalerConfig"), "name"),
	};
}

/* Put together by hand: this runs in every review. */
const char *kg_hpa_name(const char *given, const char *name, struct kg_arena *arena)
{
	static const char prefix[] = "keda-hpa-";
	size_t prefix_length = sizeof(prefix) - 1;
	size_t length = name != NULL ? strlen(name) : 0;
	char *made;

	if (given != NULL && *given != '\0')
		return given;
	made = kg_arena_alloc(arena, prefix_length + length + 1);
	if (made == NULL)
		return NULL;
	memcpy(made, prefix, prefix_length);
	if (length > 0)
		memcpy(made + prefix_length, name, length);
	made[prefix_length + length] = '\0';
	return made;
}

static int read_owners(const cJSON *references, struct kg_arena *arena, struct kg_strings *out)
{
	int count = cJSON_GetArraySize(references);

	if (count == 0)
		return 0;
	out->items = kg_arena_calloc(arena, (size_t)count, sizeof(*out->items));
	if (out->items == NULL)
		return KG_ENOMEM;
	for (const cJSON *reference = references->child; reference != NULL; reference = reference->next)
		if (is_text(reference, "kind", "ScaledObject") && kg_json_text(reference, "name") != NULL)
			out->items[out->count++] = kg_json_text(reference, "name");
	return 0;
}

int kg_hpa_facts_read(const cJSON *tree, struct kg_arena *arena, struct kg_hpa_facts *out)
{
	const cJSON *metadata = kg_json_get(tree, "metadata");

	*out = (struct kg_hpa_facts){
	        .name = kg_json_text(metadata, "name"),
	        .target = read_target(tree),
	        .left_alone = is_text(kg_json_get(metadata, "annotations"), "validations.keda.sh/hpa-ownership", "false"),
	};
	return read_owners(kg_json_get(metadata, "ownerReferences"), arena, &out->owners);
}

/* ---- resources ---- */

static bool is_given(const cJSON *map, const char *name)
{
	const cJSON *amount = kg_json_get(map, name);

	return amount != NULL && kg_node_is_amount(amount);
}

void kg_limit_range_read(const cJSON *tree, struct kg_resources *defaults)
{
	const cJSON *limits = kg_json_get(kg_json_get(tree, "spec"), "limits");

	for (const cJSON *item = limits != NULL ? limits->child : NULL; item != NULL; item = item->next) {
		const cJSON *limit = kg_json_get(item, "default");
		const cJSON *request = kg_json_get(item, "defaultRequest");

		if (!is_text(item, "type", "Container"))
			continue;
		defaults->cpu = defaults->cpu || is_given(limit, "cpu") || is_given(request, "cpu");
		defaults->memory = defaults->memory || is_given(limit, "memory") || is_given(request, "memory");
	}
}

/* ---- KEDA's operator ---- */

#define OPERATOR "keda-operator"

bool kg_is_operator(const cJSON *tree)
{
	const cJSON *metadata = kg_json_get(tree, "metadata");

	return is_text(metadata, "name", OPERATOR) || is_text(kg_json_get(metadata, "labels"), "app.kubernetes.io/name", OPERATOR);
}

static const cJSON *operator_container(const cJSON *pod)
{
	const cJSON *containers = kg_json_get(pod, "containers");
	const cJSON *first = containers != NULL ? containers->child : NULL;

	for (const cJSON *container = first; container != NULL; container = container->next)
		if (is_text(container, "name", OPERATOR))
			return container;
	return first;
}

/* "2.17.1", and "2.17.1-arm64" alike; 0 for anything else. */
static uint32_t read_version(const char *text)
{
	char version[KG_VERSION_TEXT_MAX + 1];
	size_t length = text != NULL ? strcspn(text, "-@+") : 0;
	struct kg_err err;
	uint32_t found = 0;

	if (length == 0 || length >= sizeof(version))
		return 0;
	memcpy(version, text, length);
	version[length] = '\0';
	return kg_version_parse(version, &found, &err) == 0 ? found : 0;
}

/* By the image's tag. The label counts for an image without one only: who sets another tag seldom sets the label. */
static uint32_t operator_version(const cJSON *tree, const char *image)
{
	const char *slash = image != NULL ? strrchr(image, '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : image;
	const char *tag = name != NULL ? name + strcspn(name, ":@") : NULL;

	if (tag != NULL && *tag == ':')
		return read_version(tag + 1);
	return read_version(kg_json_text(kg_json_get(kg_json_get(tree, "metadata"), "labels"), "app.kubernetes.io/version"));
}

static bool has_variable(const cJSON *container, const char *name)
{
	const cJSON *env = kg_json_get(container, "env");

	for (const cJSON *variable = env != NULL ? env->child : NULL; variable != NULL; variable = variable->next)
		if (is_text(variable, "name", name))
			return true;
	return false;
}

void kg_operator_facts_read(const cJSON *tree, struct kg_operator_facts *out)
{
	const cJSON *template = kg_json_get(kg_json_get(tree, "spec"), "template");
	const cJSON *labels = kg_json_get(kg_json_get(template, "metadata"), "labels");
	const cJSON *pod = kg_json_get(template, "spec");
	const cJSON *container = operator_container(pod);

	*out = (struct kg_operator_facts){
	        .keda_version = operator_version(tree, kg_json_text(container, "image")),
	        .namespace = kg_json_text(kg_json_get(tree, "metadata"), "namespace"),
	        .service_account = given_or(kg_json_text(pod, "serviceAccountName"), "default"),
	        .has_azure_label = is_text(labels, "azure.workload.identity/use", "true"),
	        .has_azure_environment = has_variable(container, "AZURE_FEDERATED_TOKEN_FILE") &&
	                                 has_variable(container, "AZURE_CLIENT_ID") && has_variable(container, "AZURE_TENANT_ID"),
	};
}

void kg_operator_account_read(const cJSON *tree, struct kg_operator_facts *facts)
{
	const cJSON *annotations = kg_json_get(kg_json_get(tree, "metadata"), "annotations");

	facts->service_account_seen = true;
	facts->azure_client_id = kg_json_text(annotations, "azure.workload.identity/client-id");
}

enum kg_kind kg_authentication_kind(const char *text)
{
	static const enum kg_kind kinds[] = {KG_KIND_TRIGGER_AUTHENTICATION, KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION};

	if (text == NULL || *text == '\0')
		return KG_KIND_TRIGGER_AUTHENTICATION;
	for (size_t i = 0; i < KG_ARRAY_LEN(kinds); i++)
		if (strcmp(text, kg_kind_name(kinds[i])) == 0)
			return kinds[i];
	return KG_KIND_OTHER;
}
