/*
 * Certificates in Kubernetes objects: Secrets, and the caBundle of whatever makes the API server a client.
 */
#pragma once

#include <stddef.h>

#include "cli/certs_sources.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* Add a material; its texts are kept as they are. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_certs_sources_put(struct kg_certs_sources *sources, const struct kg_material *material,
                                       const struct kg_certs_place *place);

/* Add what the manifests in `bytes` (a file's text, NUL-terminated, which may be changed and must outlive the sources) hold. Objects of other kinds
 * are passed over. 0; KG_ENOMEM; KG_EINVAL or KG_ELIMIT with position for a document that cannot be read: those before it count. */
KG_MUST_CHECK int kg_certs_manifest_add(struct kg_certs_sources *sources, const char *file, char *bytes, size_t length, struct kg_err *err);
