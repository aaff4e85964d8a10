/*
 * The names a server goes by, as the subjectAltName of its certificate.
 */
#pragma once

#include <openssl/x509.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* KG_EINVAL names the first that is neither a DNS name, whose first label may be `*`, nor an IP address. */
KG_MUST_CHECK int kg_alternative_names_check(const char *const *names, size_t count, struct kg_err *err);

/* Add the names to `certificate`: a text that inet_pton(3) takes as an IP address, any other as a DNS name. KG_EINVAL names one that is neither. */
KG_MUST_CHECK int kg_alternative_names_add(X509 *certificate, const char *const *names, size_t count, struct kg_err *err);
