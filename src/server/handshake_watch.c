#include "server/handshake_watch.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "kedagate/base/compiler.h"
#include "kedagate/server/server.h"

/* A number for private use (RFC 8446, section 11). It never travels: the extension is the way to be told when GnuTLS frees a session. */
enum { EXTENSION = 0xFF4B };

/* RFC 8446, sections 5.1 and 6: what begins a record, what an alert without encryption looks like. */
enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, HEADER_BYTES = 5, ALERT_BYTES = 2 };

struct alert {
	int number;
	struct kg_handshake_failure failure;
};

static const char local_meaning[] =
        "this side refused: no TLS version (--tls-min-version), cipher suite or group in common, or a broken handshake";
static const char stranger_meaning[] =
        "the client's certificate is not accepted: it is not of an authority in --client-ca-file, or not valid now";
static const char plain_meaning[] = "what the client sent is no TLS";
static const char closed_meaning[] = "the client went away in the middle";
static const char refused_meaning[] =
        "the client refused the certificate: compare its caBundle and the name that it asks for; Go's clients, kube-apiserver "
        "among them, send this alert for every reason";
static const char unlisted_meaning[] = "the client gave up";

/* RFC 8446, section 6; the commonest first. */
/* clang-format off */
static const struct alert alerts[] = {
	{48, {"unknown_ca", "the client does not trust the CA of the certificate: its caBundle is another CA's"}},
	{42, {"bad_certificate", refused_meaning}},
	{45, {"certificate_expired", "the client holds the certificate for expired: compare its dates and the clocks"}},
	{46, {"certificate_unknown", refused_meaning}},
	{70, {"protocol_version", "the client does not speak a TLS version that this side offers (--tls-min-version)"}},
	{40, {"handshake_failure", "client and server have no cipher suite or group in common"}},
	{10, {"unexpected_message", unlisted_meaning}},
	{20, {"bad_record_mac", unlisted_meaning}},
	{22, {"record_overflow", unlisted_meaning}},
	{43, {"unsupported_certificate", "the client cannot use such a certificate: look at its key and its usages"}},
	{44, {"certificate_revoked", "the client holds the certificate for revoked"}},
	{47, {"illegal_parameter", unlisted_meaning}},
	{49, {"access_denied", unlisted_meaning}},
	{50, {"decode_error", unlisted_meaning}},
	{51, {"decrypt_error", unlisted_meaning}},
	{71, {"insufficient_security", "the client asks for stronger ciphers than this side offers"}},
	{80, {"internal_error", unlisted_meaning}},
	{86, {"inappropriate_fallback", unlisted_meaning}},
	{90, {"user_canceled", unlisted_meaning}},
	{109, {"missing_extension", unlisted_meaning}},
	{110, {"unsupported_extension", unlisted_meaning}},
	{112, {"unrecognized_name", unlisted_meaning}},
	{113, {"bad_certificate_status_response", unlisted_meaning}},
	{115, {"unknown_psk_identity", unlisted_meaning}},
	{116, {"certificate_required", unlisted_meaning}},
	{120, {"no_application_protocol", "the client asks for another protocol than HTTP/1.1"}},
};
/* clang-format on */

/* The header of a record is there. */
static void begin_record(struct kg_handshake_records *records)
{
	const unsigned char *header = records->bytes;
	size_t length = (size_t)header[3] << 8 | header[4];
	bool clear = header[0] == HANDSHAKE || header[0] == CHANGE_CIPHER_SPEC || header[0] == ALERT;

	records->encrypted = !clear || (header[0] == ALERT && length != ALERT_BYTES);
	if (header[0] == ALERT)
		return;
	records->skip = length;
	records->count = 0;
}

/*
 * Look for an alert in the clear: OpenSSL's clients send one in the middle of a TLS 1.3 handshake, where GnuTLS expects it encrypted and does not read
 * it. From the first encrypted record on it is GnuTLS that knows.
 */
static void read_records(struct kg_handshake_watch *watch, const unsigned char *data, size_t size)
{
	struct kg_handshake_records *records = &watch->records;

	for (size_t i = 0; i < size && !records->encrypted; i++) {
		if (records->skip > 0) {
			records->skip--;
			continue;
		}
		records->bytes[records->count++] = data[i];
		if (records->count == HEADER_BYTES)
			begin_record(records);
		if (records->count < HEADER_BYTES + ALERT_BYTES)
			continue;
		watch->alert = records->bytes[HEADER_BYTES + 1];
		records->count = 0;
	}
}

static bool is_fatal(int number)
{
	return number != EAGAIN && number != EINTR;
}

static ssize_t pull(gnutls_transport_ptr_t transport, void *data, size_t size)
{
	struct kg_handshake_watch *watch = transport;
	ssize_t count = recv(watch->fd, data, size, 0);

	if (count > 0 && !watch->heard) {
		watch->heard = true;
		watch->plain = *(const unsigned char *)data != HANDSHAKE;
	}
	if (count > 0 && !watch->finished)
		read_records(watch, data, (size_t)count);
	watch->gone |= count == 0 || (count < 0 && is_fatal(errno));
	return count;
}

static ssize_t push(gnutls_transport_ptr_t transport, const giovec_t *parts, int count)
{
	struct kg_handshake_watch *watch = transport;
	struct msghdr message = {.msg_iovlen = (size_t)count};
	ssize_t sent;

	/* sendmsg changes nothing there, but its type has no const. */
	memcpy(&message.msg_iov, &parts, sizeof(parts));
	sent = sendmsg(watch->fd, &message, MSG_NOSIGNAL);
	watch->gone |= sent < 0 && is_fatal(errno);
	return sent;
}

/* GnuTLS wants it beside a pull function, for where it waits by itself; with sockets that do not block it does not. */
static int wait_for_data(gnutls_transport_ptr_t transport, unsigned milliseconds)
{
	const struct kg_handshake_watch *watch = transport;
	struct pollfd fd = {.fd = watch->fd, .events = POLLIN};

	return poll(&fd, 1, milliseconds == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)milliseconds);
}

static int note_finished(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming, const gnutls_datum_t *message)
{
	gnutls_ext_priv_data_t data = NULL;

	(void)type;
	(void)when;
	(void)message;
	if (incoming && gnutls_ext_get_data(session, EXTENSION, &data) == 0 && data != NULL)
		((struct kg_handshake_watch *)data)->finished = true;
	return 0;
}

/* The session is about to be freed; what it knows can still be asked for. */
static void note_end(gnutls_ext_priv_data_t data)
{
	struct kg_handshake_watch *watch = data;

	int alert = (int)gnutls_alert_get(watch->session);

	if (alert != GNUTLS_A_CLOSE_NOTIFY)
		watch->alert = alert;
	watch->session = NULL;
}

void kg_handshake_watch(struct kg_handshake_watch *watch, gnutls_session_t session, int fd)
{
	*watch = (struct kg_handshake_watch){.fd = fd};
	if (gnutls_session_ext_register(session, "kedagate", EXTENSION, GNUTLS_EXT_TLS, NULL, NULL, note_end, NULL, NULL,
	                                GNUTLS_EXT_FLAG_TLS) != 0)
		return;
	watch->session = session;
	gnutls_ext_set_data(session, EXTENSION, watch);
	gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST, note_finished);
	gnutls_transport_set_ptr(session, watch);
	gnutls_transport_set_pull_function(session, pull);
	gnutls_transport_set_vec_push_function(session, push);
	gnutls_transport_set_pull_timeout_function(session, wait_for_data);
}

void kg_handshake_unwatch(struct kg_handshake_watch *watch)
{
	/* GnuTLS gives up the former data as if the session were freed: note_end is called. */
	if (watch->session != NULL)
		gnutls_ext_set_data(watch->session, EXTENSION, NULL);
}

static struct kg_handshake_failure describe_alert(int number)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(alerts); i++) {
		if (alerts[i].number == number)
			return alerts[i].failure;
	}
	return (struct kg_handshake_failure){"other", unlisted_meaning};
}

bool kg_handshake_failed(const struct kg_handshake_watch *watch, struct kg_handshake_failure *ret_failure)
{
	if (watch->refused)
		*ret_failure = (struct kg_handshake_failure){"untrusted_client", stranger_meaning};
	else if (watch->alert != GNUTLS_A_CLOSE_NOTIFY)
		*ret_failure = describe_alert(watch->alert);
	else if (watch->finished || !watch->heard)
		return false;
	else if (watch->gone)
		*ret_failure = (struct kg_handshake_failure){"closed", closed_meaning};
	else
		*ret_failure = (struct kg_handshake_failure){"local", watch->plain ? plain_meaning : local_meaning};
	return true;
}

void kg_handshake_count_from_zero(struct kg_metrics *metrics)
{
	static const char *const others[] = {"local", "untrusted_client", "closed", "other"};

	for (size_t i = 0; i < KG_ARRAY_LEN(alerts); i++)
		kg_metrics_add(metrics, KG_SERVER_METRIC_HANDSHAKE_FAILURES, &alerts[i].failure.alert, 0);
	for (size_t i = 0; i < KG_ARRAY_LEN(others); i++)
		kg_metrics_add(metrics, KG_SERVER_METRIC_HANDSHAKE_FAILURES, &others[i], 0);
}
