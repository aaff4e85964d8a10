#include "kedagate/tls/connect.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kedagate/base/clock.h"
#include "tls/connect_socket.h"
#include "tls/crypto_err.h"
#include "tls/pem.h"
#include "tls/server_names.h"

enum { TRANSFER_BYTES = 16 << 10 };
#define NANOSECONDS_PER_SECOND INT64_C(1000000000)

/* One handshake. Its bytes go by way of memory, because a write to a closed socket must not raise SIGPIPE. */
struct handshake {
	const struct kg_connect_request *request;
	int socket;
	int64_t deadline;
	SSL *ssl;
	BIO *from_server, *to_server; /* owned by `ssl` */
};

static int fail(const struct handshake *handshake, const char *what, struct kg_err *err)
{
	return kg_err_set(err, KG_EIO, "%s, port %s: %s", handshake->request->host, handshake->request->port, what);
}

static int wait_for(const struct handshake *handshake, short events, struct kg_err *err)
{
	if (kg_connect_wait(handshake->socket, events, handshake->deadline) == 0)
		return 0;
	return kg_err_set(err, KG_EIO, "%s, port %s: the handshake was not finished within %d seconds", handshake->request->host,
	                  handshake->request->port, handshake->request->timeout_seconds);
}

static int send_all(const struct handshake *handshake, const char *bytes, size_t length, struct kg_err *err)
{
	while (length > 0) {
		ssize_t sent = send(handshake->socket, bytes, length, MSG_NOSIGNAL);

		if (sent >= 0) {
			bytes += sent;
			length -= (size_t)sent;
		} else if (errno == EAGAIN || errno == EINTR) {
			int status = wait_for(handshake, POLLOUT, err);

			if (status != 0)
				return status;
		} else {
			return fail(handshake, "the server closed the connection during the handshake", err);
		}
	}
	return 0;
}

static int send_pending(const struct handshake *handshake, struct kg_err *err)
{
	char bytes[TRANSFER_BYTES];
	int length;

	while ((length = BIO_read(handshake->to_server, bytes, sizeof(bytes))) > 0) {
		int status = send_all(handshake, bytes, (size_t)length, err);

		if (status != 0)
			return status;
	}
	return 0;
}

static int receive_some(const struct handshake *handshake, struct kg_err *err)
{
	char bytes[TRANSFER_BYTES];
	int status = wait_for(handshake, POLLIN, err);
	ssize_t length;

	if (status != 0)
		return status;
	length = recv(handshake->socket, bytes, sizeof(bytes), 0);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (length <= 0)
		return fail(handshake, "the server closed the connection during the handshake; is it a TLS port?", err);
	if (BIO_write(handshake->from_server, bytes, (int)length) != length)
		return kg_crypto_err_set(err, KG_ENOMEM, "cannot shake hands: out of memory");
	return 0;
}

/* What the queue says of a handshake that OpenSSL gave up. */
static int explain(const struct handshake *handshake, struct kg_err *err)
{
	int reason = ERR_GET_REASON(ERR_peek_error());

	if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST || reason == SSL_R_UNEXPECTED_MESSAGE) {
		ERR_clear_error();
		return kg_err_set(err, KG_EINVAL, "%s, port %s: what answers is not TLS; is it a plain HTTP port?",
		                  handshake->request->host, handshake->request->port);
	}
	return kg_crypto_err_set(err, KG_EIO, "%s, port %s: the handshake failed", handshake->request->host, handshake->request->port);
}

static int shake_hands(const struct handshake *handshake, struct kg_err *err)
{
	for (;;) {
		int result = SSL_connect(handshake->ssl);
		int want = SSL_get_error(handshake->ssl, result);
		int status;

		if (result != 1 && want != SSL_ERROR_WANT_READ) {
			/* An alert for the server, if it can still be told. */
			(void)send_pending(handshake, NULL);
			return explain(handshake, err);
		}
		status = send_pending(handshake, err);
		if (status != 0 || result == 1)
			return status;
		status = receive_some(handshake, err);
		if (status != 0)
			return status;
	}
}

/* ---- the client ---- */

/* Level 0 lets weak certificates pass, so that they can be told from good ones. */
static SSL_CTX *make_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL)
		return NULL;
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_security_level(context, 0);
	if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1)
		return context;
	SSL_CTX_free(context);
	return NULL;
}

/* The macro for it casts away a const. */
static int ask_for(SSL *ssl, const char *name)
{
	char *copy;
	long result;

	if (name == NULL || kg_server_name_is_address(name))
		return 0;
	copy = strdup(name);
	result = copy != NULL ? SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, copy) : 0;
	free(copy);
	return result == 1 ? 0 : KG_ENOMEM;
}

static int make_ssl(SSL_CTX *context, struct handshake *handshake)
{
	handshake->ssl = SSL_new(context);
	handshake->from_server = BIO_new(BIO_s_mem());
	handshake->to_server = BIO_new(BIO_s_mem());
	if (handshake->ssl == NULL || handshake->from_server == NULL || handshake->to_server == NULL) {
		BIO_free(handshake->from_server);
		BIO_free(handshake->to_server);
		return KG_ENOMEM;
	}
	SSL_set_bio(handshake->ssl, handshake->from_server, handshake->to_server);
	return ask_for(handshake->ssl, handshake->request->server_name);
}

static int write_chain(const struct handshake *handshake, struct kg_buf *out, struct kg_err *err)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(handshake->ssl);

	if (sk_X509_num(chain) <= 0)
		return fail(handshake, "the server sent no certificate", err);
	for (int i = 0; i < sk_X509_num(chain); i++) {
		int status = kg_pem_write_certificate(sk_X509_value(chain, i), out, err);

		if (status != 0)
			return status;
	}
	return 0;
}

static int fetch(struct handshake *handshake, struct kg_buf *out, struct kg_connect_facts *ret_facts, struct kg_err *err)
{
	int status = shake_hands(handshake, err);

	*ret_facts = (struct kg_connect_facts){0};
	if (status == 0)
		(void)snprintf(ret_facts->protocol, sizeof(ret_facts->protocol), "%s", SSL_get_version(handshake->ssl));
	else if (status == KG_ENOMEM || sk_X509_num(SSL_get_peer_cert_chain(handshake->ssl)) <= 0)
		return status;
	return write_chain(handshake, out, err);
}

static int fetch_through(const struct kg_connect_request *request, int socket, int64_t deadline, struct kg_buf *out,
                         struct kg_connect_facts *ret_facts, struct kg_err *err)
{
	struct handshake handshake = {.request = request, .socket = socket, .deadline = deadline};
	SSL_CTX *context = make_context();
	int status;

	if (context == NULL || make_ssl(context, &handshake) != 0)
		status = kg_crypto_err_set(err, KG_ENOMEM, "cannot shake hands: out of memory");
	else
		status = fetch(&handshake, out, ret_facts, err);
	SSL_free(handshake.ssl);
	SSL_CTX_free(context);
	return status;
}

int kg_connect_fetch(const struct kg_connect_request *request, struct kg_buf *out, struct kg_connect_facts *ret_facts, struct kg_err *err)
{
	int64_t deadline = kg_clock_monotonic() + request->timeout_seconds * NANOSECONDS_PER_SECOND;
	int socket = -1;
	int status = kg_connect_socket(request, deadline, &socket, err);

	if (status != 0)
		return status;
	ERR_clear_error();
	status = fetch_through(request, socket, deadline, out, ret_facts, err);
	close(socket);
	return status;
}
