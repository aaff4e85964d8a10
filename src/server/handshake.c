#include "server/handshake.h"

#include <microhttpd.h>

#include "server/connection.h"

/* clang-format off */
/* Written out from nothing, so that neither GnuTLS' defaults nor a system-wide policy widen it. */
#define COMMON_PRIORITIES \
	":+CTYPE-X509:+COMP-NULL:+AEAD:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305" \
	":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1" \
	":+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384:+SIGN-ECDSA-SECP521R1-SHA512:+SIGN-EDDSA-ED25519" \
	":+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512"

static const char *const priorities[] = {
	[KG_TLS_1_3] = "NONE:+VERS-TLS1.3" COMMON_PRIORITIES,
	[KG_TLS_1_2] = "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA" COMMON_PRIORITIES
		       ":+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:%SERVER_PRECEDENCE",
};
/* clang-format on */

const char *kg_handshake_priorities(enum kg_tls_version minimum)
{
	return priorities[minimum];
}

int kg_handshake_give_pair(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **ret_chain,
                           unsigned *ret_chain_length, gnutls_ocsp_data_st **ret_ocsp, unsigned *ret_ocsp_length, gnutls_privkey_t *ret_key,
                           unsigned *ret_flags)
{
	/* libmicrohttpd points the session at its connection. */
	struct MHD_Connection *mhd = gnutls_session_get_ptr(session);
	const union MHD_ConnectionInfo *context = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct kg_connection *connection = context != NULL ? context->socket_context : NULL;
	struct kg_served_pair *pair = connection != NULL ? kg_certstore_get(connection->all->certstore) : NULL;

	(void)info;
	if (pair == NULL)
		return -1;
	if (connection->pair != NULL)
		kg_served_pair_unref(connection->pair);
	connection->pair = pair;
	*ret_chain = pair->chain;
	*ret_chain_length = pair->chain_length;
	*ret_ocsp = NULL;
	*ret_ocsp_length = 0;
	*ret_key = pair->key;
	*ret_flags = 0;
	return 0;
}
