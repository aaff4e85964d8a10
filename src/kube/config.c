#include "kedagate/kube/config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/base64.h"
#include "kedagate/model/json.h"
#include "kedagate/syntax/url.h"
#include "kube/kubeconfig.h"
#include "kube/proxy.h"

/* Of what is kept, and of trees while a kubeconfig is read: nodes make text grow tenfold, and each file may be of the largest size. */
enum { MEMORY_MAX = 1 << 20, NAMESPACE_MAX = 4096 };
#define SCRATCH_MAX (16 * KG_MAX_KUBECONFIG_BYTES)

static int out_of_memory(struct kg_err *err)
{
	return kg_err_set(err, KG_ENOMEM, "out of memory");
}

static void init(struct kg_kube_config *config)
{
	*config = (struct kg_kube_config){0};
	kg_arena_init(&config->memory, MEMORY_MAX);
	kg_buf_init(&config->authority.text, KG_MAX_PEM_BYTES);
	kg_buf_init(&config->certificate.text, KG_MAX_PEM_BYTES);
	kg_buf_init(&config->key.text, KG_MAX_PEM_BYTES);
	kg_buf_init(&config->token.text, KG_MAX_TOKEN_BYTES);
	kg_buf_keep_secret(&config->key.text);
	kg_buf_keep_secret(&config->token.text);
}

void kg_kube_config_release(struct kg_kube_config *config)
{
	kg_buf_release(&config->authority.text);
	kg_buf_release(&config->certificate.text);
	kg_buf_release(&config->key.text);
	kg_buf_release(&config->token.text);
	kg_arena_release(&config->memory);
	*config = (struct kg_kube_config){0};
}

/* ---- in a Pod ---- */

static const char *variable(const char *name)
{
	const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): before threads start */

	return value != NULL && *value != '\0' ? value : NULL;
}

/* The Pod's namespace is good to know and nothing stands on it. */
static int read_namespace(const char *directory, struct kg_kube_config *out)
{
	const char *path = kg_arena_printf(&out->memory, "%s/namespace", directory);
	struct kg_buf text KG_CLEANUP(kg_buf_release);

	kg_buf_init(&text, NAMESPACE_MAX);
	if (path == NULL)
		return KG_ENOMEM;
	if (kg_file_read_at(AT_FDCWD, path, &text, NULL) != 0 || text.length == 0)
		out->namespace = "default";
	else
		out->namespace = kg_arena_strndup(&out->memory, text.data, strcspn(text.data, "\r\n"));
	return out->namespace != NULL ? 0 : KG_ENOMEM;
}

/* The files are read when they are needed; that they can be is better known at the start. */
static int check_file(const char *path, size_t max, const char *advice, struct kg_err *err)
{
	struct kg_buf text KG_CLEANUP(kg_buf_release);
	int status;

	kg_buf_init(&text, max);
	kg_buf_keep_secret(&text);
	status = kg_file_read_at(AT_FDCWD, path, &text, err);
	return status == 0 ? 0 : kg_err_wrap(err, "%s", advice);
}

static int find_pod(const char *host, const char *port, const char *directory, struct kg_kube_config *out, struct kg_err *err)
{
	bool is_ipv6 = strchr(host, ':') != NULL && host[0] != '[';
	int status;

	out->origin = "the Pod's ServiceAccount";
	out->server = kg_arena_printf(&out->memory, is_ipv6 ? "https://[%s]:%s" : "https://%s:%s", host, port);
	out->token.file = kg_arena_printf(&out->memory, "%s/token", directory);
	out->authority.file = kg_arena_printf(&out->memory, "%s/ca.crt", directory);
	if (out->server == NULL || out->token.file == NULL || out->authority.file == NULL || read_namespace(directory, out) != 0)
		return out_of_memory(err);
	status = check_file(out->token.file, KG_MAX_TOKEN_BYTES,
	                    "the Pod's ServiceAccount has no token (automountServiceAccountToken: false?)", err);
	return status == 0 ? check_file(out->authority.file, KG_MAX_PEM_BYTES, "the cluster's authority", err) : status;
}

int kg_kube_config_in_cluster(const char *directory, struct kg_kube_config *out, struct kg_err *err)
{
	const char *host = variable("KUBERNETES_SERVICE_HOST");
	const char *port = variable("KUBERNETES_SERVICE_PORT");
	int status;

	if (host == NULL || port == NULL)
		return kg_err_set(err, KG_ENOTFOUND,
		                  "this is no Pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; name a kubeconfig");
	init(out);
	status = find_pod(host, port, directory != NULL ? directory : KG_KUBE_SERVICE_ACCOUNT, out, err);
	if (status != 0)
		kg_kube_config_release(out);
	return status;
}

/* ---- from kubeconfig files ---- */

struct loading {
	struct kg_arena scratch;
	struct kg_kubeconfigs files;
	struct kg_kube_config *out;
	struct kg_err *err;
};

/* A copy that lives as long as the configuration; NULL stays NULL. */
static int keep(struct loading *loading, const char *text, const char **ret_text)
{
	*ret_text = text != NULL ? kg_arena_strdup(&loading->out->memory, text) : NULL;
	return text == NULL || *ret_text != NULL ? 0 : out_of_memory(loading->err);
}

static int keep_path(struct loading *loading, const struct kg_kubeconfig_entry *entry, const char *path, const char **ret_path)
{
	if (path == NULL || path[0] == '/')
		return keep(loading, path, ret_path);
	*ret_path = kg_arena_printf(&loading->out->memory, "%s/%s", entry->file->directory, path);
	return *ret_path != NULL ? 0 : out_of_memory(loading->err);
}

/* What is written in base64 goes over the file. */
static int read_data(struct loading *loading, const struct kg_kubeconfig_entry *entry, const char *key, struct kg_kube_material *out)
{
	const char *text = NULL;
	const char *bytes = NULL;
	char *copy; /* the same, to be wiped */
	size_t length = 0;
	int status = kg_kubeconfig_text(entry, key, &text, loading->err);

	if (status != 0 || text == NULL)
		return status;
	status = kg_base64_decode(text, &loading->scratch, &bytes, &length);
	if (status == KG_ENOMEM)
		return out_of_memory(loading->err);
	if (status != 0 || length == 0)
		return kg_kubeconfig_fail(entry, key, loading->err, KG_EINVAL, "this is no base64");
	kg_buf_append(&out->text, bytes, length);
	memcpy(&copy, &bytes, sizeof(copy));
	explicit_bzero(copy, length);
	if (kg_buf_status(&out->text) != 0)
		return kg_kubeconfig_fail(entry, key, loading->err, kg_buf_status(&out->text), "this is too long, or memory is out");
	out->file = NULL;
	return 0;
}

static int read_material(struct loading *loading, const struct kg_kubeconfig_entry *entry, const char *file_key, const char *data_key,
                         struct kg_kube_material *out)
{
	const char *path = NULL;
	int status = kg_kubeconfig_text(entry, file_key, &path, loading->err);

	if (status == 0)
		status = keep_path(loading, entry, path, &out->file);
	return status == 0 ? read_data(loading, entry, data_key, out) : status;
}

static bool is_there(const struct kg_kube_material *material)
{
	return material->file != NULL || material->text.length > 0;
}

static int read_bool(const struct kg_kubeconfig_entry *entry, const char *key, bool *ret_value, struct kg_err *err)
{
	const cJSON *node = kg_json_get(entry->node, key);

	if (node != NULL && !cJSON_IsBool(node))
		return kg_kubeconfig_fail(entry, key, err, KG_EINVAL, "this must be true or false");
	*ret_value = node != NULL && cJSON_IsTrue(node);
	return 0;
}

/* What is wrong with the URL of a server; NULL for a good one. Paths are put behind it. */
static const char *server_flaw(const char *text, struct kg_url *ret_url)
{
	if (!kg_url_parse(text, ret_url) || ret_url->host.length == 0 ||
	    (!kg_slice_equal(ret_url->scheme, "https") && !kg_slice_equal(ret_url->scheme, "http")))
		return "this is no URL such as https://10.0.0.1:6443";
	if (ret_url->has_user)
		return "a user or a password (\"…@\") in it is not used: remove it, and name a token or a client certificate";
	if (strpbrk(text, "?#") != NULL)
		return "this must end with the host, a port or a path: remove what begins with \"?\" or \"#\"";
	return NULL;
}

static int read_server(struct loading *loading, const struct kg_kubeconfig_entry *entry, struct kg_url *ret_url)
{
	const char *text = NULL;
	const char *flaw;
	size_t length;
	int status = kg_kubeconfig_text(entry, "server", &text, loading->err);

	if (status != 0)
		return status;
	flaw = text != NULL ? server_flaw(text, ret_url) : "this is missing";
	if (flaw != NULL)
		return kg_kubeconfig_fail(entry, "server", loading->err, KG_EINVAL, flaw);
	length = strlen(text);
	while (text[length - 1] == '/')
		length--;
	loading->out->server = kg_arena_strndup(&loading->out->memory, text, length);
	return loading->out->server != NULL ? 0 : out_of_memory(loading->err);
}

/* That of the kubeconfig goes over the environment's, exceptions and all. */
static int read_proxy(struct loading *loading, const struct kg_kubeconfig_entry *entry, const struct kg_url *server)
{
	const char *text = NULL;
	int status = kg_kubeconfig_text(entry, "proxy-url", &text, loading->err);

	if (status == 0 && text != NULL && !kg_proxy_is_url(text))
		return kg_kubeconfig_fail(entry, "proxy-url", loading->err, KG_EINVAL, "this is no URL such as http://proxy.example:3128");
	if (status == 0 && text == NULL)
		status = kg_proxy_of_environment(server, &text, loading->err);
	return status == 0 ? keep(loading, text, &loading->out->proxy_url) : status;
}

static int read_cluster(struct loading *loading, const struct kg_kubeconfig_entry *entry)
{
	struct kg_kube_config *out = loading->out;
	const char *name = NULL;
	struct kg_url server;
	int status = read_server(loading, entry, &server);

	if (status == 0)
		status = read_proxy(loading, entry, &server);
	if (status == 0)
		status = kg_kubeconfig_text(entry, "tls-server-name", &name, loading->err);
	if (status == 0)
		status = keep(loading, name, &out->tls_server_name);
	if (status == 0)
		status = read_bool(entry, "insecure-skip-tls-verify", &out->insecure, loading->err);
	if (status == 0)
		status = read_material(loading, entry, "certificate-authority", "certificate-authority-data", &out->authority);
	if (status == 0 && out->insecure && is_there(&out->authority))
		return kg_kubeconfig_fail(entry, "insecure-skip-tls-verify", loading->err, KG_EINVAL,
		                          "an authority beside it is a contradiction: remove one of them");
	return status;
}

/* What a user may sign in with elsewhere. */
static const struct {
	const char *key, *message;
} refused[] = {
        {"exec", "credential plugins are not run here. Write a token to a file and name that with tokenFile: kubectl create token NAME"},
        {"auth-provider", "such plugins are not run here. Write a token to a file and name that with tokenFile: kubectl create token NAME"},
        {"username", "API servers take no user names and passwords any more: use a token or a client certificate"},
        {"password", "API servers take no user names and passwords any more: use a token or a client certificate"},
        {"as", "acting as somebody else is not done here: use a token of that user"},
        {"as-uid", "acting as somebody else is not done here: use a token of that user"},
        {"as-groups", "acting as somebody else is not done here: use a token of that user"},
        {"as-user-extra", "acting as somebody else is not done here: use a token of that user"},
};

static int refuse(const struct kg_kubeconfig_entry *entry, struct kg_err *err)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(refused); i++) {
		const cJSON *node = kg_json_get(entry->node, refused[i].key);

		if (node != NULL && !(cJSON_IsString(node) && *node->valuestring == '\0'))
			return kg_kubeconfig_fail(entry, refused[i].key, err, KG_EINVAL, refused[i].message);
	}
	return 0;
}

/* Of a token and a file of one the file counts, as with kubectl. */
static int read_token(struct loading *loading, const struct kg_kubeconfig_entry *entry)
{
	struct kg_kube_material *out = &loading->out->token;
	const char *path = NULL;
	const char *text = NULL;
	int status = kg_kubeconfig_text(entry, "tokenFile", &path, loading->err);

	if (status == 0)
		status = kg_kubeconfig_text(entry, "token", &text, loading->err);
	if (status != 0 || path != NULL)
		return status == 0 ? keep_path(loading, entry, path, &out->file) : status;
	if (text != NULL)
		kg_buf_puts(&out->text, text);
	if (kg_buf_status(&out->text) != 0)
		return kg_kubeconfig_fail(entry, "token", loading->err, kg_buf_status(&out->text), "this is too long, or memory is out");
	return 0;
}

static int read_user(struct loading *loading, const struct kg_kubeconfig_entry *entry)
{
	struct kg_kube_config *out = loading->out;
	int status = refuse(entry, loading->err);

	if (status == 0)
		status = read_token(loading, entry);
	if (status == 0)
		status = read_material(loading, entry, "client-certificate", "client-certificate-data", &out->certificate);
	if (status == 0)
		status = read_material(loading, entry, "client-key", "client-key-data", &out->key);
	if (status == 0 && is_there(&out->certificate) != is_there(&out->key))
		return kg_kubeconfig_fail(entry, is_there(&out->key) ? "client-certificate" : "client-key", loading->err, KG_EINVAL,
		                          "this is missing beside the other");
	return status;
}

/* The name of the context: the one that was chosen, or that of the first file which names one. */
static const char *context_name(const struct loading *loading, const struct kg_kube_choice *choice)
{
	const char *name = choice->context;

	for (size_t i = 0; i < loading->files.count && (name == NULL || *name == '\0'); i++)
		name = kg_json_text(loading->files.items[i].tree, "current-context");
	return name != NULL && *name != '\0' ? name : NULL;
}

static int find_entry(struct loading *loading, const char *list, const char *field, const char *name, struct kg_kubeconfig_entry *out)
{
	int status = kg_kubeconfigs_find(&loading->files, list, field, name, out, loading->err);

	if (status == KG_ENOTFOUND)
		return kg_err_set(loading->err, status, "%s%s: there is no %s \"%s\"", loading->files.items[0].path,
		                  loading->files.count > 1 ? " and the other kubeconfig files" : "", field, name);
	return status;
}

/* The part of the context that `key` names. */
static int find_part(struct loading *loading, const struct kg_kubeconfig_entry *context, const char *list, const char *key,
                     struct kg_kubeconfig_entry *out)
{
	const char *name = NULL;
	int status = kg_kubeconfig_text(context, key, &name, loading->err);

	if (status == 0 && name == NULL)
		return kg_kubeconfig_fail(context, key, loading->err, KG_EINVAL, "this is missing");
	return status == 0 ? find_entry(loading, list, key, name, out) : status;
}

static int read_context(struct loading *loading, const struct kg_kube_choice *choice, const struct kg_kubeconfig_entry *context)
{
	struct kg_kube_config *out = loading->out;
	struct kg_kubeconfig_entry part;
	const char *own = NULL;
	const char *namespace;
	int status = kg_kubeconfig_text(context, "namespace", &own, loading->err);

	namespace = own != NULL ? own : "default";
	if (status == 0)
		status = keep(loading, choice->namespace != NULL ? choice->namespace : namespace, &out->namespace);
	if (status == 0)
		status = keep(loading, context->file->path, &out->origin);
	if (status == 0)
		status = find_part(loading, context, "clusters", "cluster", &part);
	if (status == 0)
		status = read_cluster(loading, &part);
	if (status == 0)
		status = find_part(loading, context, "users", "user", &part);
	return status == 0 ? read_user(loading, &part) : status;
}

/* A token must not go over the wire for everybody to read. */
static int check_scheme(const struct kg_kube_config *config, struct kg_err *err)
{
	if (strncmp(config->server, "https:", strlen("https:")) == 0 || !is_there(&config->token))
		return 0;
	return kg_err_set(err, KG_EINVAL, "%s: context \"%s\": the token would be sent unencrypted: the server must begin with https://",
	                  config->origin, config->context);
}

static int load(struct loading *loading, const struct kg_kube_choice *choice)
{
	struct kg_kubeconfig_entry context;
	const char *name;
	int status = kg_kubeconfigs_read(choice->path, &loading->scratch, &loading->files, loading->err);

	if (status != 0)
		return status;
	name = context_name(loading, choice);
	if (name == NULL)
		return kg_err_set(loading->err, KG_EINVAL, "%s: there is no current-context: choose one with --context",
		                  loading->files.items[0].path);
	status = find_entry(loading, "contexts", "context", name, &context);
	if (status == 0)
		status = keep(loading, name, &loading->out->context);
	if (status == 0)
		status = read_context(loading, choice, &context);
	return status == 0 ? check_scheme(loading->out, loading->err) : status;
}

int kg_kube_config_load(const struct kg_kube_choice *choice, struct kg_kube_config *out, struct kg_err *err)
{
	struct loading loading = {.out = out, .err = err};
	int status;

	init(out);
	kg_arena_init(&loading.scratch, SCRATCH_MAX);
	status = load(&loading, choice);
	kg_kubeconfigs_wipe(&loading.files);
	kg_arena_release(&loading.scratch);
	if (status != 0)
		kg_kube_config_release(out);
	return status;
}

/* kubectl does likewise: a kubeconfig goes first, and in a Pod there is none. */
int kg_kube_config_find(const struct kg_kube_choice *choice, struct kg_kube_config *out, struct kg_err *err)
{
	struct kg_arena scratch;
	struct kg_kubeconfigs files;
	int status;

	if (choice->path != NULL || choice->context != NULL || variable("KUBECONFIG") != NULL ||
	    variable("KUBERNETES_SERVICE_HOST") == NULL)
		return kg_kube_config_load(choice, out, err);
	kg_arena_init(&scratch, SCRATCH_MAX);
	status = kg_kubeconfigs_read(NULL, &scratch, &files, NULL);
	kg_kubeconfigs_wipe(&files);
	kg_arena_release(&scratch);
	return status == KG_ENOTFOUND ? kg_kube_config_in_cluster(NULL, out, err) : kg_kube_config_load(choice, out, err);
}
