/*
 * A directory with a certificate authority of one's own and a serving pair signed by it: what `kedagate certs init` makes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

enum { KG_AUTHORITY_DAYS = 3650, KG_SERVING_DAYS = 365, KG_VALIDITY_DAYS_MAX = 36500 };

struct kg_certs_init {
	const char *directory;    /* made when missing, parents too, mode 0700 */
	const char *const *names; /* DNS names and IP addresses of the server, at least one */
	size_t name_count;
	int authority_days; /* 1 to KG_VALIDITY_DAYS_MAX; 0 is KG_AUTHORITY_DAYS */
	int serving_days;   /* 1 to KG_VALIDITY_DAYS_MAX; 0 is KG_SERVING_DAYS */
	bool replace;       /* an existing serving pair, and the files of the installation, may be overwritten */
	time_t now;         /* the wall clock; certificates begin five minutes earlier, for clients whose clock is late */

	/* To install the pair with kustomize. */
	const char *secret;                /* name of the Secret to write; NULL: none */
	const char *namespace;             /* of that Secret; given when `secret` is */
	const char *webhook_configuration; /* name of the ValidatingWebhookConfiguration whose caBundle to set; NULL: none */
};

/*
 * Write ca.crt, ca.key, tls.crt and tls.key into the directory: certificates with mode 0644, keys with 0600, each file whole or not at all.
 *
 * When a Secret or a webhook configuration is named, write also secret.yaml (type kubernetes.io/tls with ca.crt, tls.crt and tls.key; mode
 * 0600), ca-bundle.yaml (a JSON patch that sets caBundle of the first webhook to all of ca.crt) and kustomization.yaml, a kustomize Component
 * that applies them. The authority's key is in none of them.
 *
 * An authority that is there (ca.crt and ca.key) is used again and never overwritten, so that clients which trust it go on doing so; to
 * get a new one, remove both files. One of the two alone is KG_EINVAL. An existing tls.crt, tls.key or one of
 * the files of the installation is KG_EINVAL unless `replace`; so is a name that Kubernetes does not take. Everything
 * is made before the first file is written. A server that watches the directory may see the new key before the new certificate, refuses
 * that, and takes the pair a moment later. Errors else as kg_certificate_make_serving, kg_file_read and kg_file_write.
 */
KG_MUST_CHECK int kg_certs_init(const struct kg_certs_init *request, struct kg_err *err);
