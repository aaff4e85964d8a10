/*
 * The names under which clients reach the server, as an operator writes them.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* DNS names and IP addresses, separated by commas, no blanks. KG_EINVAL names the one that is neither, or has a wildcard; KG_ELIMIT over
 * KG_MAX_SERVER_NAMES; KG_ENOMEM. */
KG_MUST_CHECK int kg_server_names_check(const char *text, struct kg_err *err);
