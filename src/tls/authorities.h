/*
 * The ca.crt beside a certificate, and what it says about a pair.
 */
#pragma once

#include <time.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/tls/keypair.h"
#include "tls/parsed_pair.h"

/*
 * Judge the chain by what clients trust, and fill in `facts->trust` and `facts->doubt`.
 *
 * Returns 0 when the chain leads to a certificate of the file, or when the file says nothing: it is empty, or broken. A broken file does
 * not weigh against a pair that is sound otherwise, since it says nothing about what clients trust; it is a doubt, to be told. KG_EINVAL with
 * the cause in words; KG_ENOMEM.
 */
KG_MUST_CHECK int kg_authorities_judge(const struct kg_pem_authorities *authorities, const struct kg_parsed_pair *parsed,
                                       const struct kg_pair_paths *paths, time_t now, struct kg_pair_facts *facts, struct kg_err *err);
