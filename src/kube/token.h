/*
 * The token that a request carries.
 */
#pragma once

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/kube/config.h"

/*
 * Append "Authorization: Bearer <token>" to `out`, a secret buffer; nothing when there is no token. A file is read anew: tokens of
 * ServiceAccounts are replaced well before they expire. KG_EINVAL, KG_EIO, KG_ENOTFOUND, KG_ELIMIT, KG_ENOMEM; the message names the file.
 */
KG_MUST_CHECK int kg_token_header(const struct kg_kube_material *token, struct kg_buf *out, struct kg_err *err);
