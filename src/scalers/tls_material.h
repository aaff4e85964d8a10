/*
 * Certificates and keys among the parameters.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"

/* True: for scalers that use a `ca` whenever they use TLS. */
bool kg_tls_material_used(const struct kg_params *params);

/* Complain about a known `cert` or `key` that is no PEM of its kind, from which KEDA cannot make a TLS client: a `key` that `keyPassword` may open is any
 * PEM. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_tls_material_check_pair(const struct kg_params *params, struct kg_complaints *out);

/* As kg_tls_material_check_pair, of the rows `cert` and `key`, of a key that is never encrypted. */
KG_MUST_CHECK int kg_tls_material_check_named_pair(const struct kg_params *params, const char *cert, const char *key,
                                                   struct kg_complaints *out);

/* Complain about a `cert` without `key` or a `key` without `cert`. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_tls_material_check_halves(const struct kg_params *params, struct kg_complaints *out);

/* Complain about a known `ca` without a certificate; KEDA refuses it since 2.20.2, before it went on without. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_tls_material_check_ca(const struct kg_params *params, struct kg_complaints *out);

/* As kg_tls_material_check_ca, of the row `name`. */
KG_MUST_CHECK int kg_tls_material_check_named_ca(const struct kg_params *params, const char *name, struct kg_complaints *out);
