/*
 * A verified pair in the form that GnuTLS serves.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/tls/certstore.h"
#include "tls/parsed_pair.h"

/*
 * Give GnuTLS what OpenSSL verified: the objects' own DER, not the files' text, which two readers could understand differently. Returns the
 * pair with one reference, the caller's. KG_EINVAL when GnuTLS cannot use it, KG_ENOMEM.
 */
KG_MUST_CHECK int kg_served_pair_new(const struct kg_parsed_pair *parsed, const struct kg_pair_paths *paths,
                                     const struct kg_pair_facts *facts, struct kg_served_pair **ret_pair, struct kg_err *err);
