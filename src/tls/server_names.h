/*
 * The names under which clients reach the server, and whether a certificate has them.
 */
#pragma once

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"

struct kg_server_names {
	char *text; /* what `items` point into */
	const char *items[KG_MAX_SERVER_NAMES];
	size_t count;
};

/* Split `text` at its commas; NULL asks for no name. KG_EINVAL as kg_server_names_check, KG_ENOMEM; nothing needs releasing then. */
KG_MUST_CHECK int kg_server_names_init(struct kg_server_names *names, const char *text, struct kg_err *err);
void kg_server_names_release(struct kg_server_names *names);

/* Every name must be among the certificate's SANs, wildcards counting as by RFC 6125, 6.4.3: `*` is the whole first label. KG_EINVAL says which is
 * not and what there is; `path` is the certificate's name in the message. KG_ENOMEM. */
KG_MUST_CHECK int kg_server_names_judge(const struct kg_server_names *names, X509 *certificate, const char *path, struct kg_err *err);

/* Is `name`, a DNS name or an IP address, among the certificate's SANs? 1, 0, or less for lack of memory. */
KG_MUST_CHECK int kg_server_names_has(X509 *certificate, const char *name);

/* Is it an IP address, so that no DNS name stands for it? */
bool kg_server_name_is_address(const char *name);

/* Append the IP address that a SAN holds. */
void kg_server_names_write_address(const ASN1_OCTET_STRING *value, struct kg_buf *out);
