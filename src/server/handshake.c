#include "server/handshake.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/clock.h"

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

static struct kg_connection *connection_of(gnutls_session_t session)
{
	/* libmicrohttpd points the session at its connection. */
	struct MHD_Connection *mhd = gnutls_session_get_ptr(session);
	const union MHD_ConnectionInfo *context = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return context != NULL ? context->socket_context : NULL;
}

/* Whoever shows no certificate goes on, to be told 403. GnuTLS itself ends a handshake without an alert. */
static int verify_client(gnutls_session_t session)
{
	struct kg_connection *connection = connection_of(session);
	struct kg_client_chain chain;
	gnutls_alert_description_t alert = GNUTLS_A_INTERNAL_ERROR;
	struct kg_err err = {0};

	if (connection == NULL)
		return -1;
	chain.items = gnutls_certificate_get_peers(session, &chain.length);
	if (chain.items == NULL)
		return 0;
	if (kg_client_trust_judge(connection->all->trust, &chain, kg_clock_wall(), &connection->caller, &alert, &err) == 0)
		return 0;
	connection->handshake.refused = true;
	free(connection->stranger);
	connection->stranger = strdup(err.message);
	(void)gnutls_alert_send(session, GNUTLS_AL_FATAL, alert);
	return -1;
}

int kg_handshake_verify_again(struct kg_connection *connection, gnutls_session_t session)
{
	struct kg_client_chain chain;
	gnutls_alert_description_t alert;

	if (connection->caller.generation == kg_client_trust_generation(connection->all->trust))
		return 0;
	chain.items = gnutls_certificate_get_peers(session, &chain.length);
	return chain.items != NULL
	               ? kg_client_trust_judge(connection->all->trust, &chain, kg_clock_wall(), &connection->caller, &alert, NULL)
	               : 0;
}

/* No names of authorities go along (1: none is sent): Go's clients, told old ones, would show no certificate. */
static void ask_client(gnutls_session_t session)
{
	gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
	gnutls_certificate_send_x509_rdn_sequence(session, 1);
	gnutls_session_set_verify_function(session, verify_client);
}

int kg_handshake_give_pair(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **ret_chain,
                           unsigned *ret_chain_length, gnutls_ocsp_data_st **ret_ocsp, unsigned *ret_ocsp_length, gnutls_privkey_t *ret_key,
                           unsigned *ret_flags)
{
	struct kg_connection *connection = connection_of(session);
	struct kg_served_pair *pair = connection != NULL ? kg_certstore_get(connection->all->certstore) : NULL;

	(void)info;
	if (pair == NULL)
		return -1;
	if (connection->pair != NULL)
		kg_served_pair_unref(connection->pair);
	connection->pair = pair;
	if (connection->all->trust != NULL)
		ask_client(session);
	*ret_chain = pair->chain;
	*ret_chain_length = pair->chain_length;
	*ret_ocsp = NULL;
	*ret_ocsp_length = 0;
	*ret_key = pair->key;
	*ret_flags = 0;
	return 0;
}
