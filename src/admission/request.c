#include "admission/request.h"

#include <string.h>

#include "kedagate/model/json.h"

static const char *const operations[] = {"CREATE", "UPDATE", "DELETE", "CONNECT"};

static bool is_review_version(const char *api_version)
{
	return strcmp(api_version, "admission.k8s.io/v1") == 0 || strcmp(api_version, "admission.k8s.io/v1beta1") == 0;
}

static int read_envelope(const cJSON *tree, struct kg_admission_request *out, struct kg_err *err)
{
	const char *kind = kg_json_text(tree, "kind");

	if (!cJSON_IsObject(tree))
		return kg_err_set(err, KG_EINVAL, "not an AdmissionReview: the body must be a JSON object");
	if (!kind || strcmp(kind, "AdmissionReview") != 0)
		return kg_err_set(err, KG_EINVAL, "kind: must be \"AdmissionReview\"");
	out->api_version = kg_json_text(tree, "apiVersion");
	if (!out->api_version || !is_review_version(out->api_version))
		return kg_err_set(err, KG_EINVAL, "apiVersion: must be \"admission.k8s.io/v1\" or \"admission.k8s.io/v1beta1\"");
	if (!cJSON_IsObject(kg_json_get(tree, "request")))
		return kg_err_set(err, KG_EINVAL, "request: must be an object");
	return 0;
}

static bool is_operation(const char *text)
{
	for (size_t i = 0; text && i < KG_ARRAY_LEN(operations); i++)
		if (strcmp(operations[i], text) == 0)
			return true;
	return false;
}

static enum kg_kind known_kind(const struct kg_admission_request *request)
{
	return request->group && request->kind && strcmp(request->group, "keda.sh") == 0 ? kg_kind_parse("keda.sh/v1alpha1", request->kind)
	                                                                                 : KG_KIND_OTHER;
}

static const char *text_or_empty(const cJSON *object, const char *name)
{
	const char *text = kg_json_text(object, name);

	return text ? text : "";
}

static bool has_object(const struct kg_admission_request *request)
{
	return cJSON_IsObject(request->object);
}

int kg_admission_request_read(const cJSON *tree, struct kg_admission_request *out, struct kg_err *err)
{
	const cJSON *request = kg_json_get(tree, "request");
	const cJSON *kind = kg_json_get(request, "kind");
	int status = read_envelope(tree, out, err);

	if (status)
		return status;
	out->uid = kg_json_text(request, "uid");
	out->operation = kg_json_text(request, "operation");
	out->group = kg_json_text(kind, "group");
	out->version = kg_json_text(kind, "version");
	out->kind = kg_json_text(kind, "kind");
	out->subresource = text_or_empty(request, "subResource");
	out->namespace = text_or_empty(request, "namespace");
	out->name = text_or_empty(request, "name");
	out->user = text_or_empty(kg_json_get(request, "userInfo"), "username");
	out->dry_run = cJSON_IsTrue(kg_json_get(request, "dryRun"));
	out->object = kg_json_get(request, "object");
	out->old_object = kg_json_get(request, "oldObject");
	out->known_kind = known_kind(out);
	if (!out->uid || !*out->uid)
		return kg_err_set(err, KG_EINVAL, "request.uid: must be a string that is not empty");
	if (!is_operation(out->operation))
		return kg_err_set(err, KG_EINVAL, "request.operation: must be \"CREATE\", \"UPDATE\", \"DELETE\" or \"CONNECT\"");
	if (!out->kind)
		return kg_err_set(err, KG_EINVAL, "request.kind.kind: must be a string");
	if (!kg_admission_skip_reason(out) && !has_object(out))
		return kg_err_set(err, KG_EINVAL, "request.object: must be an object for %s", out->operation);
	return 0;
}

/*
 * The same value, members in the same order? kube-apiserver sorts them, so an order that differs is a difference worth judging. A text with U+0000
 * reads as one with U+FFFD: the parser's mark tells them apart. Numbers are doubles, so that integers over 2^53 may count as the same: no
 * field that a rule looks at holds one that is valid. Iterative over siblings and recursive over levels, which the parser has bounded.
 */
static bool same_json(const cJSON *a, const cJSON *b) /* NOLINT(misc-no-recursion): depth is at most KG_MAX_DEPTH */
{
	const cJSON *x = NULL;
	const cJSON *y = NULL;

	if (!a || !b)
		return a == b;
	if ((a->type & 0xFF) != (b->type & 0xFF) || kg_json_holds_nul(a) != kg_json_holds_nul(b))
		return false;
	if (cJSON_IsString(a))
		return strcmp(a->valuestring, b->valuestring) == 0;
	if (cJSON_IsNumber(a))
		return !(a->valuedouble < b->valuedouble || a->valuedouble > b->valuedouble);
	for (x = a->child, y = b->child; x && y; x = x->next, y = y->next) {
		if (cJSON_IsObject(a) && strcmp(x->string, y->string) != 0)
			return false;
		if (!same_json(x, y))
			return false;
	}
	return x == y;
}

static bool holds_text(const cJSON *list, const char *text)
{
	const cJSON *item = NULL;

	cJSON_ArrayForEach(item, list)
	{
		if (cJSON_IsString(item) && strcmp(item->valuestring, text) == 0)
			return true;
	}
	return false;
}

/* Fewer finalizers than before, and none that was not there. */
static bool only_loses_finalizers(const cJSON *metadata, const cJSON *old_metadata)
{
	const cJSON *finalizers = kg_json_get(metadata, "finalizers");
	const cJSON *old_finalizers = kg_json_get(old_metadata, "finalizers");
	const cJSON *item = NULL;

	if (cJSON_GetArraySize(finalizers) >= cJSON_GetArraySize(old_finalizers))
		return false;
	cJSON_ArrayForEach(item, finalizers)
	{
		if (!cJSON_IsString(item) || !holds_text(old_finalizers, item->valuestring))
			return false;
	}
	return true;
}

/* Everything that rules look at is as it was. */
static bool removes_finalizers(const struct kg_admission_request *request)
{
	const cJSON *metadata = kg_json_get(request->object, "metadata");
	const cJSON *old_metadata = kg_json_get(request->old_object, "metadata");

	return only_loses_finalizers(metadata, old_metadata) &&
	       same_json(kg_json_get(request->object, "spec"), kg_json_get(request->old_object, "spec")) &&
	       same_json(kg_json_get(metadata, "annotations"), kg_json_get(old_metadata, "annotations")) &&
	       same_json(kg_json_get(metadata, "labels"), kg_json_get(old_metadata, "labels"));
}

const char *kg_admission_skip_reason(const struct kg_admission_request *request)
{
	if (strcmp(request->operation, "DELETE") == 0)
		return "delete";
	if (strcmp(request->operation, "CONNECT") == 0)
		return "connect";
	if (*request->subresource)
		return "subresource";
	if (request->known_kind == KG_KIND_OTHER)
		return "kind";
	if (strcmp(request->operation, "UPDATE") != 0)
		return NULL;
	if (kg_json_get(kg_json_get(request->object, "metadata"), "deletionTimestamp"))
		return "deleting";
	return removes_finalizers(request) ? "finalizers" : NULL;
}
