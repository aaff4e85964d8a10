/*
 * Where `certs inspect` finds certificates: PEM files, mounted Secrets, manifests, servers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/inputs.h"
#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/tls/connect.h"
#include "kedagate/tls/inspect.h"

/* Where a material stands, taken apart for the report. */
struct kg_certs_place {
	const char *file;      /* as the operand says; "HOST:PORT" of a server */
	unsigned line, column; /* in a manifest, else 0 */
	const char *object;    /* "Secret keda/kedaorg-certs", NULL outside of a manifest */
	const char *key;       /* of a Secret; the path of a caBundle; NULL outside of a manifest */
};

struct kg_certs_sources {
	struct kg_arena *arena;
	struct kg_material *materials;
	struct kg_certs_place *places; /* one each */
	size_t count;
	size_t sets; /* numbers given out */
	struct kg_input_errors errors;
};

/* The keys of a Secret of type kubernetes.io/tls and of the one that KEDA keeps its certificates in, and the files of one that is mounted. */
struct kg_certs_key {
	const char *name;
	enum kg_material_role role;
	bool needed; /* in a Secret of type kubernetes.io/tls */
};

enum { KG_CERTS_KEYS = 4 };
extern const struct kg_certs_key kg_certs_keys[KG_CERTS_KEYS];

/* Empty; everything will live in `arena`. */
void kg_certs_sources_init(struct kg_certs_sources *sources, struct kg_arena *arena);
/*
 * Add what an operand names: a file of PEM text or manifests, "-", or a directory with tls.crt, tls.key, ca.crt, ca.key. PEM files are one
 * deployment; a directory, a Secret and a caBundle is one each. Files of the four names are what the names say. What cannot be read goes to
 * `errors`. 0 or KG_ENOMEM.
 */
KG_MUST_CHECK int kg_certs_sources_add(struct kg_certs_sources *sources, const char *operand);

/* Add a file of authorities that clients of every server trust. */
KG_MUST_CHECK int kg_certs_sources_add_authorities(struct kg_certs_sources *sources, const char *path);

/* Add what a server sends. `name` is what the report calls it. */
KG_MUST_CHECK int kg_certs_sources_add_served(struct kg_certs_sources *sources, const char *name, const struct kg_connect_request *request);
