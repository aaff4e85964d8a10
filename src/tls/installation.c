#include "tls/installation.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"

/* RFC 1123 labels and subdomains, as Kubernetes limits them. */
enum { LABEL_MAX = 63, SUBDOMAIN_MAX = 253 };

/* Three files of PEM in base64, and what stands around them. */
enum { FILE_MAX = 2 * KG_MAX_PEM_BYTES * 2 + KG_MAX_KEY_BYTES * 2 };

/* What the files are made from. */
struct source {
	const struct kg_certs_init *request;
	const struct kg_pem_pair *authority;
	const struct kg_pem_pair *serving;
};

/* One of the files. */
struct file {
	const char *name;
	mode_t mode;
	bool (*is_wanted)(const struct kg_certs_init *request);
	void (*write)(const struct source *source, struct kg_buf *out);
};

/* "key: base64" on a line. A failure shows in the status of `out`. */
static void write_encoded(const char *key, const struct kg_buf *text, struct kg_buf *out)
{
	size_t room = (text->length + 2) / 3 * 4 + 1;
	unsigned char *encoded = OPENSSL_malloc(room);

	if (encoded == NULL) {
		out->status = KG_ENOMEM;
		return;
	}
	(void)EVP_EncodeBlock(encoded, (const unsigned char *)kg_buf_text(text), (int)text->length);
	kg_buf_printf(out, "  %s: ", key);
	kg_buf_append(out, encoded, room - 1);
	kg_buf_putc(out, '\n');
	OPENSSL_clear_free(encoded, room);
}

/* Names are quoted: YAML reads some, such as 1e3 or no, as something else. */
static void write_secret(const struct source *source, struct kg_buf *out)
{
	kg_buf_printf(out,
	              "# Made by kedagate certs init. It holds a private key: do not commit it.\n"
	              "apiVersion: v1\n"
	              "kind: Secret\n"
	              "metadata:\n"
	              "  name: \"%s\"\n"
	              "  namespace: \"%s\"\n"
	              "type: kubernetes.io/tls\n"
	              "data:\n",
	              source->request->secret, source->request->namespace);
	write_encoded("ca.crt", &source->authority->certificate, out);
	write_encoded("tls.crt", &source->serving->certificate, out);
	write_encoded("tls.key", &source->serving->key, out);
}

/* RFC 6902: `add` replaces what is there. */
static void write_patch(const struct source *source, struct kg_buf *out)
{
	kg_buf_puts(out, "# Made by kedagate certs init: whom API servers trust when they call the webhook.\n"
	                 "- op: add\n"
	                 "  path: /webhooks/0/clientConfig/caBundle\n");
	write_encoded("value", &source->authority->certificate, out);
}

static void write_component(const struct source *source, struct kg_buf *out)
{
	kg_buf_puts(out, "# Made by kedagate certs init. Name this directory under \"components\" of a kustomization.\n"
	                 "apiVersion: kustomize.config.k8s.io/v1alpha1\n"
	                 "kind: Component\n");
	if (source->request->secret != NULL)
		kg_buf_puts(out, "resources:\n  - secret.yaml\n");
	if (source->request->webhook_configuration != NULL)
		kg_buf_printf(out,
		              "patches:\n"
		              "  - path: ca-bundle.yaml\n"
		              "    target:\n"
		              "      group: admissionregistration.k8s.io\n"
		              "      kind: ValidatingWebhookConfiguration\n"
		              "      name: \"%s\"\n",
		              source->request->webhook_configuration);
}

static bool wants_secret(const struct kg_certs_init *request)
{
	return request->secret != NULL;
}

static bool wants_patch(const struct kg_certs_init *request)
{
	return request->webhook_configuration != NULL;
}

static bool wants_any(const struct kg_certs_init *request)
{
	return wants_secret(request) || wants_patch(request);
}

/* What the others name comes first. */
static const struct file files[] = {
        {"secret.yaml", S_IRUSR | S_IWUSR, wants_secret, write_secret},
        {"ca-bundle.yaml", S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, wants_patch, write_patch},
        {"kustomization.yaml", S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, wants_any, write_component},
};

static bool is_lower_or_digit(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

/* Labels between dots; none is empty, begins or ends with a hyphen. */
static bool is_name(const char *name, size_t longest, bool dots)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < length; i++) {
		bool at_edge = i == 0 || i + 1 == length || name[i - 1] == '.' || name[i + 1] == '.';

		if (!is_lower_or_digit(name[i]) && (at_edge || (name[i] != '-' && (name[i] != '.' || !dots))))
			return false;
	}
	return length > 0 && length <= longest;
}

static int check_name(const char *what, const char *name, bool is_subdomain, struct kg_err *err)
{
	if (name == NULL || is_name(name, is_subdomain ? SUBDOMAIN_MAX : LABEL_MAX, is_subdomain))
		return 0;
	return kg_err_set(err, KG_EINVAL, "\"%.260s\" cannot be the name of a %s: use small letters, digits and hyphens", name, what);
}

static int check_file(const char *directory, const char *name, struct kg_err *err)
{
	struct stat status;
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (lstat(path, &status) != 0)
		return 0;
	return kg_err_set(err, KG_EINVAL, "%s exists already; give --replace to overwrite it", path);
}

int kg_installation_check(const struct kg_certs_init *request, struct kg_err *err)
{
	int status = check_name("Secret", request->secret, true, err);

	if (status == 0)
		status = check_name("namespace", request->namespace, false, err);
	if (status == 0)
		status = check_name("ValidatingWebhookConfiguration", request->webhook_configuration, true, err);
	for (size_t i = 0; status == 0 && i < KG_ARRAY_LEN(files) && !request->replace; i++) {
		if (files[i].is_wanted(request))
			status = check_file(request->directory, files[i].name, err);
	}
	return status;
}

/* All at once, so that it never moves and leaves no copy of the key behind. */
static int reserve(struct kg_buf *out)
{
	char *nothing = calloc(1, FILE_MAX);
	int status;

	kg_buf_init(out, FILE_MAX);
	if (nothing != NULL)
		kg_buf_append(out, nothing, FILE_MAX);
	free(nothing);
	status = nothing != NULL ? kg_buf_status(out) : KG_ENOMEM;
	kg_buf_clear(out);
	return status;
}

static int write_to(const char *path, const struct file *file, const struct source *source, struct kg_err *err)
{
	struct kg_buf text;
	int status = reserve(&text);

	if (status == 0) {
		file->write(source, &text);
		status = kg_buf_status(&text);
	}
	if (status != 0)
		status = kg_err_set(err, status, "cannot write %s: %s", path, status == KG_ELIMIT ? "too large" : "out of memory");
	else
		status = kg_file_write(path, text.data, text.length, file->mode, source->request->replace, err);
	if (text.data != NULL)
		OPENSSL_cleanse(text.data, text.capacity);
	kg_buf_release(&text);
	return status;
}

int kg_installation_write(const struct kg_certs_init *request, const struct kg_pem_pair *authority, const struct kg_pem_pair *serving,
                          struct kg_err *err)
{
	const struct source source = {request, authority, serving};
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(files) && status == 0; i++) {
		char path[PATH_MAX];

		(void)snprintf(path, sizeof(path), "%s/%s", request->directory, files[i].name);
		if (files[i].is_wanted(request))
			status = write_to(path, &files[i], &source, err);
	}
	return status;
}
