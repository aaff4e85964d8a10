/*
 * The files by which kustomize installs a serving pair: a Secret, a patch with the caBundle, and the component that names both.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/tls/certs_init.h"
#include "kedagate/tls/pem_pair.h"

/* KG_EINVAL when a name that is given is none that Kubernetes takes, or a file is there and `request->replace` is not set. */
KG_MUST_CHECK int kg_installation_check(const struct kg_certs_init *request, struct kg_err *err);

/* Write what `request` asks for into its directory, which is there: nothing without names of a Secret or a webhook configuration. The key of the
 * authority is in none of the files. Errors as kg_file_write; KG_ENOMEM. */
KG_MUST_CHECK int kg_installation_write(const struct kg_certs_init *request, const struct kg_pem_pair *authority,
                                        const struct kg_pem_pair *serving, struct kg_err *err);
