/*
 * How to reach a cluster's API server, and as whom: from the ServiceAccount of the Pod that we run in, or from kubeconfig files.
 *
 * What is secret (tokens, private keys) is kept in secret memory. Messages name files and keys, never a value that could be secret.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* Something that a configuration holds, or names a file of. At most one of the two is there. */
struct kg_kube_material {
	const char *file;   /* an absolute path, or one relative to the working directory; NULL: none */
	struct kg_buf text; /* PEM or a token; of length 0: none */
};

/* Strings live in the configuration. */
struct kg_kube_config {
	const char *origin;          /* for messages: "the Pod's ServiceAccount", or the kubeconfig file that the context stands in */
	const char *context;         /* its name; NULL in a cluster */
	const char *server;          /* "https://host:port/prefix", no "/" at its end; http:// only from a kubeconfig */
	const char *tls_server_name; /* that the certificate must be for; NULL: the server's host */
	const char *proxy_url; /* of the kubeconfig, else of HTTPS_PROXY and NO_PROXY, as with kubectl; NULL: none. May hold a password */
	const char *namespace; /* "default" when none is given */
	bool insecure;         /* the server's certificate is not verified */
	struct kg_kube_material authority;   /* none: the system's authorities */
	struct kg_kube_material certificate; /* of the client; with `key` or neither */
	struct kg_kube_material key;         /* secret */
	struct kg_kube_material token;       /* secret; a file is read anew for each request */
	struct kg_arena memory;
};

/*
 * The configuration of a process in a Pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, and token, ca.crt and namespace below `directory`
 * (NULL: KG_KUBE_SERVICE_ACCOUNT). KG_ENOTFOUND when the variables are not set: this is no Pod. KG_EINVAL, KG_EIO, KG_ENOMEM.
 * To be released when it was made. Reads the environment: before threads start.
 */
KG_MUST_CHECK int kg_kube_config_in_cluster(const char *directory, struct kg_kube_config *out, struct kg_err *err);

#define KG_KUBE_SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

/* Which kubeconfig. What is NULL is as with kubectl. */
struct kg_kube_choice {
	const char *path;      /* --kubeconfig: this file alone; NULL: those of KUBECONFIG, else ~/.kube/config */
	const char *context;   /* NULL: current-context */
	const char *namespace; /* over that of the context */
};

/*
 * Read the kubeconfig files and take one context out of them. Several files (KUBECONFIG=a:b) are merged as by kubectl: the first that has a cluster, a user, a
 * context or current-context counts, files that are not there are passed over; relative paths are relative to the file they stand in.
 * KG_ENOTFOUND when there is no file, or no such context; KG_EINVAL for what is malformed, and for users that sign in by
 * means that are not done here (exec, auth-provider, username and password), with what to do instead; KG_EIO, KG_ELIMIT, KG_ENOMEM.
 * To be released when it was made. Reads the environment: before threads start.
 */
KG_MUST_CHECK int kg_kube_config_load(const struct kg_kube_choice *choice, struct kg_kube_config *out, struct kg_err *err);

/* In a Pod that of its ServiceAccount, when no file is chosen and KUBECONFIG is not set; else kg_kube_config_load. */
KG_MUST_CHECK int kg_kube_config_find(const struct kg_kube_choice *choice, struct kg_kube_config *out, struct kg_err *err);

/* Wipe and free. Accepts a zeroed configuration. */
void kg_kube_config_release(struct kg_kube_config *config);
