/*
 * What a server really serves: its certificates, fetched by a TLS handshake.
 */
#pragma once

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

struct kg_connect_request {
	const char *host;        /* name or address, without brackets */
	const char *port;        /* number or service */
	const char *server_name; /* asked for by SNI (RFC 6066, 3); an IP address is not sent, since SNI has none */
	int timeout_seconds;     /* of the whole: look-up, connection, handshake */
};

enum { KG_CONNECT_PROTOCOL_MAX = 16 };

struct kg_connect_facts {
	char protocol[KG_CONNECT_PROTOCOL_MAX]; /* "TLSv1.3"; "" when the handshake ended behind the certificates */
};

/*
 * Connect, shake hands (TLS 1.2 or later, no client certificate, nothing verified: whatever is served is wanted), and append the certificates to
 * `out`, in the order sent, as PEM. A server that ends the handshake because it wants a client certificate has shown its own by then: that
 * counts as success. Addresses of the host are tried in turn. Blocks, up to the time-out. KG_EIO with the cause in words and what to look at;
 * KG_EINVAL when what answers is no TLS; KG_ENOMEM.
 */
KG_MUST_CHECK int kg_connect_fetch(const struct kg_connect_request *request, struct kg_buf *out, struct kg_connect_facts *ret_facts,
                                   struct kg_err *err);
