/*
 * The names under which clients may call, and what a client's certificate calls it.
 */
#pragma once

#include <openssl/x509.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/tls/client_trust.h"

struct kg_client_names {
	char *text; /* the list, NULL for any name */
};

/* KG_ENOMEM. */
KG_MUST_CHECK int kg_client_names_init(struct kg_client_names *names, const char *text);
void kg_client_names_release(struct kg_client_names *names);

/* Fill in all of `out` but the generation. Names are compared byte by byte, as kube-apiserver does with --requestheader-allowed-names. KG_ENOMEM. */
KG_MUST_CHECK int kg_client_names_judge(const struct kg_client_names *names, X509 *certificate, struct kg_caller *out, struct kg_err *err);
