/*
 * What a TLS handshake is offered: protocol versions, cipher suites, and the current key pair.
 *
 * No session is resumed: libmicrohttpd gives GnuTLS neither a ticket key nor a session cache, so a client that offers a session makes a whole
 * handshake, and no trust outlives a replaced key pair. Whoever gives it one must change it with each pair.
 */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "kedagate/base/compiler.h"
#include "kedagate/server/server.h"
#include "server/connection.h"

/* The GnuTLS priority string. */
KG_PURE const char *kg_handshake_priorities(enum kg_tls_version minimum);

/*
 * Hand the current key pair to a handshake (MHD_OPTION_HTTPS_CERT_CALLBACK2). The reference stays with the connection until it is closed; the
 * pair is shared, so `flags` tell GnuTLS to free nothing. Fails the handshake while no pair is loaded.
 *
 * When the connections have a trust, the client is asked for a certificate: one that is not trusted ends the handshake with an alert, none does not.
 */
int kg_handshake_give_pair(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **ret_chain,
                           unsigned *ret_chain_length, gnutls_ocsp_data_st **ret_ocsp, unsigned *ret_ocsp_length, gnutls_privkey_t *ret_key,
                           unsigned *ret_flags);

/*
 * Verify the certificate that an open connection's client has shown against the authorities that are trusted now. 0 also when they are the same as
 * before, which costs nothing, and when it has shown none; KG_EINVAL when it is not trusted any more; KG_ENOMEM. By the connection's thread.
 */
KG_MUST_CHECK int kg_handshake_verify_again(struct kg_connection *connection, gnutls_session_t session);
