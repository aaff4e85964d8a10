#include "cli/certs_manifest.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <string.h>

#include "kedagate/model/base64.h"
#include "kedagate/model/json.h"
#include "kedagate/model/lines.h"
#include "kedagate/model/manifest.h"
#include "kedagate/syntax/url.h"

/* One object while it is read. */
struct object {
	struct kg_certs_sources *sources;
	const char *file;
	const struct kg_lines *lines;
	const struct kg_manifest *manifest;
	const char *title; /* "Secret keda/kedaorg-certs" */
};

/* ---- what an object gives ---- */

static int put(const struct object *object, const char *path, const char *key, struct kg_material material)
{
	struct kg_position position = kg_lines_position(object->lines, kg_manifest_offset(object->manifest, path));
	const struct kg_certs_place place = {
	        .file = object->file, .line = position.line, .column = position.column, .object = object->title, .key = key};

	material.place = kg_arena_printf(object->sources->arena, "%s: %s: %s", object->file, object->title, key);
	return material.place != NULL ? kg_certs_sources_put(object->sources, &material, &place) : KG_ENOMEM;
}

static int put_base64(const struct object *object, const char *path, const char *key, const char *base64, struct kg_material material)
{
	int status = kg_base64_decode(base64, object->sources->arena, &material.text, &material.length);

	if (status == KG_ENOMEM)
		return status;
	if (status != 0)
		material = (struct kg_material){
		        .role = material.role, .state = KG_MATERIAL_NO_BASE64, .set = material.set, .name = material.name};
	return put(object, path, key, material);
}

/* ---- Secrets ---- */

/* stringData goes over data, as when the object is applied. */
static int add_key(const struct object *object, const struct kg_certs_key *key, size_t set)
{
	const cJSON *tree = object->manifest->tree;
	const char *name = key->name;
	const char *plain = kg_json_text(kg_json_get(tree, "stringData"), name);
	const char *encoded = kg_json_text(kg_json_get(tree, "data"), name);
	const char *type = kg_json_text(tree, "type");
	struct kg_material material = {.role = key->role, .set = set};
	const char *path = kg_arena_printf(object->sources->arena, "%s[%s]", plain != NULL ? "stringData" : "data", name);

	if (path == NULL)
		return KG_ENOMEM;
	if (plain != NULL) {
		material.text = plain;
		material.length = strlen(plain);
		return put(object, path, name, material);
	}
	if (encoded != NULL)
		return put_base64(object, path, name, encoded, material);
	if (!key->needed || type == NULL || strcmp(type, "kubernetes.io/tls") != 0)
		return 0;
	material.state = KG_MATERIAL_ABSENT;
	return put(object, "data", name, material);
}

static int add_secret(const struct object *object)
{
	size_t set = object->sources->sets++;
	int status = 0;

	for (size_t i = 0; i < KG_CERTS_KEYS && status == 0; i++)
		status = add_key(object, &kg_certs_keys[i], set);
	return status;
}

/* ---- clients ---- */

/* The name that the API server asks for: <service>.<namespace>.svc, or the host of a URL. *ret_name is NULL when there is none. */
static int name_of(const struct object *object, const cJSON *client, const char **ret_name)
{
	const cJSON *service = kg_json_get(client, "service");
	const char *name = kg_json_text(service, "name");
	const char *namespace = kg_json_text(service, "namespace");
	const char *text = kg_json_text(client, "url");
	struct kg_url url;

	*ret_name = NULL;
	if (name != NULL && namespace != NULL)
		*ret_name = kg_arena_printf(object->sources->arena, "%s.%s.svc", name, namespace);
	else if (text != NULL && kg_url_parse(text, &url) && url.host.length > 0)
		*ret_name = kg_arena_strndup(object->sources->arena, url.host.start, url.host.length);
	else
		return 0;
	return *ret_name != NULL ? 0 : KG_ENOMEM;
}

/* `path` is that of `client`, "" never. One that names no server makes nobody a client. */
static int add_client(const struct object *object, const cJSON *client, const char *path)
{
	struct kg_material material = {.role = KG_MATERIAL_AUTHORITY, .set = object->sources->sets};
	const char *key = kg_arena_printf(object->sources->arena, "%s.caBundle", path);
	const char *bundle = kg_json_text(client, "caBundle");

	if (key == NULL || name_of(object, client, &material.name) != 0)
		return KG_ENOMEM;
	if (bundle == NULL && material.name == NULL)
		return 0;
	object->sources->sets++;
	if (bundle != NULL)
		return put_base64(object, key, key, bundle, material);
	material.state = KG_MATERIAL_ABSENT;
	if (cJSON_IsTrue(kg_json_get(client, "insecureSkipTLSVerify"))) {
		material.state = KG_MATERIAL_UNVERIFIED;
		material.name = NULL;
	}
	return put(object, path, key, material);
}

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* One before it asks for the same server with the same bundle: what is wrong is told once. */
static bool is_told(const cJSON *webhooks, const cJSON *webhook)
{
	const cJSON *client = kg_json_get(webhook, "clientConfig");
	const cJSON *service = kg_json_get(client, "service");

	for (const cJSON *other = webhooks->child; other != webhook; other = other->next) {
		const cJSON *others = kg_json_get(other, "clientConfig");

		if (is_same_text(kg_json_text(client, "caBundle"), kg_json_text(others, "caBundle")) &&
		    is_same_text(kg_json_text(client, "url"), kg_json_text(others, "url")) &&
		    is_same_text(kg_json_text(service, "name"), kg_json_text(kg_json_get(others, "service"), "name")) &&
		    is_same_text(kg_json_text(service, "namespace"), kg_json_text(kg_json_get(others, "service"), "namespace")))
			return true;
	}
	return false;
}

static int add_webhooks(const struct object *object)
{
	const cJSON *webhooks = kg_json_get(object->manifest->tree, "webhooks");
	unsigned index = 0;

	if (!cJSON_IsArray(webhooks))
		return 0;
	for (const cJSON *webhook = webhooks->child; webhook != NULL; webhook = webhook->next, index++) {
		const char *path = kg_arena_printf(object->sources->arena, "webhooks[%u].clientConfig", index);

		if (path == NULL || (!is_told(webhooks, webhook) && add_client(object, kg_json_get(webhook, "clientConfig"), path) != 0))
			return KG_ENOMEM;
	}
	return 0;
}

static int add_api_service(const struct object *object)
{
	return add_client(object, kg_json_get(object->manifest->tree, "spec"), "spec");
}

static int add_conversion(const struct object *object)
{
	const cJSON *conversion = kg_json_get(kg_json_get(object->manifest->tree, "spec"), "conversion");

	return add_client(object, kg_json_get(kg_json_get(conversion, "webhook"), "clientConfig"), "spec.conversion.webhook.clientConfig");
}

/* ---- objects ---- */

static const struct {
	const char *group; /* how apiVersion begins */
	const char *kind;
	int (*add)(const struct object *object);
} kinds[] = {
        {"v1", "Secret", add_secret},
        {"admissionregistration.k8s.io/", "ValidatingWebhookConfiguration", add_webhooks},
        {"admissionregistration.k8s.io/", "MutatingWebhookConfiguration", add_webhooks},
        {"apiregistration.k8s.io/", "APIService", add_api_service},
        {"apiextensions.k8s.io/", "CustomResourceDefinition", add_conversion},
};

static const char *title_of(struct kg_arena *arena, const cJSON *tree, const char *kind)
{
	const cJSON *metadata = kg_json_get(tree, "metadata");
	const char *name = kg_json_text(metadata, "name");
	const char *namespace = kg_json_text(metadata, "namespace");

	return kg_arena_printf(arena, "%s %s%s%s", kind, namespace != NULL ? namespace : "", namespace != NULL ? "/" : "",
	                       name != NULL ? name : "without a name");
}

static int add_object(struct object *object)
{
	const cJSON *tree = object->manifest->tree;
	const char *api_version = kg_json_text(tree, "apiVersion");
	const char *kind = kg_json_text(tree, "kind");

	for (size_t i = 0; i < KG_ARRAY_LEN(kinds) && api_version != NULL && kind != NULL; i++) {
		if (strcmp(kind, kinds[i].kind) != 0 || strncmp(api_version, kinds[i].group, strlen(kinds[i].group)) != 0)
			continue;
		object->title = title_of(object->sources->arena, tree, kind);
		return object->title != NULL ? kinds[i].add(object) : KG_ENOMEM;
	}
	return 0;
}

int kg_certs_manifest_add(struct kg_certs_sources *sources, const char *file, char *bytes, size_t length, struct kg_err *err)
{
	struct object object = {.sources = sources, .file = file};
	struct kg_manifests manifests;
	struct kg_lines lines;
	int status = kg_manifests_read(bytes, length, file, sources->arena, &manifests, err);

	object.lines = &lines;
	if (status == KG_ENOMEM || kg_lines_find(bytes, length, sources->arena, &lines) != 0)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	for (size_t i = 0; i < manifests.count; i++) {
		object.manifest = &manifests.items[i];
		if (add_object(&object) != 0)
			return kg_err_set(err, KG_ENOMEM, "out of memory");
	}
	return status;
}
