#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <gnutls/gnutls.h>

#include "server/handshake_watch.h"

/* With a shared key there is no certificate to make. */
#define PRIORITIES(version_) "NORMAL:-KX-ALL:+ECDHE-PSK:-VERS-ALL:+VERS-TLS" version_
#define EXTENSION            0xFF4B

enum { MAX_ROUNDS = 100 };

struct fixture {
	gnutls_psk_server_credentials_t server_credentials;
	gnutls_psk_client_credentials_t client_credentials;
	gnutls_session_t server, client; /* NULL when freed */
	int fds[2];                      /* the server's and the client's end; -1 when closed */
	struct kg_handshake_watch watch;
};

static int give_key(gnutls_session_t session, const char *name, gnutls_datum_t *ret_key)
{
	(void)session;
	(void)name;
	ret_key->data = gnutls_malloc(16);
	ret_key->size = 16;
	memset(ret_key->data, 7, 16);
	return 0;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	unsigned char bytes[16];
	const gnutls_datum_t key = {bytes, sizeof(bytes)};

	assert_non_null(f);
	memset(bytes, 7, sizeof(bytes));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, f->fds), 0);
	assert_int_equal(gnutls_psk_allocate_server_credentials(&f->server_credentials), 0);
	gnutls_psk_set_server_credentials_function(f->server_credentials, give_key);
	assert_int_equal(gnutls_psk_allocate_client_credentials(&f->client_credentials), 0);
	assert_int_equal(gnutls_psk_set_client_credentials(f->client_credentials, "client", &key, GNUTLS_PSK_KEY_RAW), 0);
	*state = f;
	return 0;
}

static void free_server(struct fixture *f)
{
	if (f->server != NULL)
		gnutls_deinit(f->server);
	f->server = NULL;
}

static void close_client(struct fixture *f)
{
	if (f->fds[1] >= 0)
		close(f->fds[1]);
	f->fds[1] = -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	free_server(f);
	if (f->client != NULL)
		gnutls_deinit(f->client);
	close_client(f);
	close(f->fds[0]);
	gnutls_psk_free_server_credentials(f->server_credentials);
	gnutls_psk_free_client_credentials(f->client_credentials);
	free(f);
	return 0;
}

static void open_sessions(struct fixture *f, const char *server_priorities, const char *client_priorities)
{
	assert_int_equal(gnutls_init(&f->server, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL), 0);
	assert_int_equal(gnutls_init(&f->client, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL), 0);
	assert_int_equal(gnutls_priority_set_direct(f->server, server_priorities, NULL), 0);
	assert_int_equal(gnutls_priority_set_direct(f->client, client_priorities, NULL), 0);
	assert_int_equal(gnutls_credentials_set(f->server, GNUTLS_CRD_PSK, f->server_credentials), 0);
	assert_int_equal(gnutls_credentials_set(f->client, GNUTLS_CRD_PSK, f->client_credentials), 0);
	gnutls_transport_set_int(f->server, f->fds[0]);
	gnutls_transport_set_int(f->client, f->fds[1]);
	kg_handshake_watch(&f->watch, f->server, f->fds[0]);
}

/* Let both sides shake hands. Returns the code with which the server ended. */
static int shake(struct fixture *f)
{
	int server = GNUTLS_E_AGAIN;
	int client = GNUTLS_E_AGAIN;

	for (int i = 0; i < MAX_ROUNDS && (server == GNUTLS_E_AGAIN || client == GNUTLS_E_AGAIN); i++) {
		if (client == GNUTLS_E_AGAIN)
			client = gnutls_handshake(f->client);
		if (server == GNUTLS_E_AGAIN)
			server = gnutls_handshake(f->server);
		if (server != GNUTLS_E_AGAIN && server != 0)
			break;
	}
	return server;
}

/* What is made of it once the session is freed; NULL: no failure. */
static const char *outcome(struct fixture *f)
{
	struct kg_handshake_failure failure = {0};

	free_server(f);
	kg_handshake_unwatch(&f->watch);
	return kg_handshake_failed(&f->watch, &failure) ? failure.alert : NULL;
}

static void a_handshake_that_was_finished_has_not_failed(void **state)
{
	struct fixture *f = *state;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.3"));
	assert_int_equal(shake(f), 0);
	assert_true(f->watch.finished);
	close_client(f);
	assert_null(outcome(f));
}

static void so_it_is_in_1_2(void **state)
{
	struct fixture *f = *state;

	open_sessions(f, PRIORITIES("1.2"), PRIORITIES("1.2"));
	assert_int_equal(shake(f), 0);
	assert_null(outcome(f));
}

static void a_farewell_is_no_failure(void **state)
{
	struct fixture *f = *state;
	char byte;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.3"));
	assert_int_equal(shake(f), 0);
	assert_int_equal(gnutls_bye(f->client, GNUTLS_SHUT_WR), 0);
	assert_int_equal(gnutls_record_recv(f->server, &byte, 1), 0);
	assert_null(outcome(f));
}

static void an_encrypted_alert_behind_the_handshake_counts(void **state)
{
	struct fixture *f = *state;
	char byte;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.3"));
	assert_int_equal(shake(f), 0);
	assert_int_equal(gnutls_alert_send(f->client, GNUTLS_AL_FATAL, GNUTLS_A_CERTIFICATE_EXPIRED), 0);
	assert_int_equal(gnutls_record_recv(f->server, &byte, 1), GNUTLS_E_FATAL_ALERT_RECEIVED);
	assert_string_equal(outcome(f), "certificate_expired");
}

static void so_does_one_in_1_2(void **state)
{
	struct fixture *f = *state;
	char byte;

	open_sessions(f, PRIORITIES("1.2"), PRIORITIES("1.2"));
	assert_int_equal(shake(f), 0);
	assert_int_equal(gnutls_alert_send(f->client, GNUTLS_AL_FATAL, GNUTLS_A_UNKNOWN_CA), 0);
	assert_int_equal(gnutls_record_recv(f->server, &byte, 1), GNUTLS_E_FATAL_ALERT_RECEIVED);
	assert_string_equal(outcome(f), "unknown_ca");
}

static void an_alert_that_the_standard_does_not_know_is_another(void **state)
{
	struct fixture *f = *state;
	char byte;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.3"));
	assert_int_equal(shake(f), 0);
	assert_int_equal(gnutls_alert_send(f->client, GNUTLS_AL_FATAL, (gnutls_alert_description_t)99), 0);
	(void)gnutls_record_recv(f->server, &byte, 1);
	assert_string_equal(outcome(f), "other");
}

static void nothing_in_common_is_our_refusal(void **state)
{
	struct fixture *f = *state;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.2"));
	assert_int_not_equal(shake(f), 0);
	assert_string_equal(outcome(f), "local");
}

/* One byte at a time: what arrives is cut anywhere. */
static void give_bytes(struct fixture *f, const void *bytes, size_t size)
{
	const char *text = bytes;

	for (size_t i = 0; i < size; i++) {
		assert_int_equal(write(f->fds[1], text + i, 1), 1);
		if (gnutls_error_is_fatal(gnutls_handshake(f->server)))
			return;
	}
}

static void an_alert_in_the_clear_is_read_whatever_stands_before_it(void **state)
{
	struct fixture *f = *state;
	/* An empty change_cipher_spec of one byte, as TLS 1.3 allows it, behind a ClientHello. */
	static const unsigned char rest[] = {20, 3, 3, 0, 1, 1, 21, 3, 3, 0, 2, 2, 48};
	unsigned char hello[4096];
	ssize_t length;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.3"));
	assert_int_equal(gnutls_handshake(f->client), GNUTLS_E_AGAIN);
	length = recv(f->fds[0], hello, sizeof(hello), 0);
	assert_true(length > 0);
	give_bytes(f, hello, (size_t)length);
	give_bytes(f, rest, sizeof(rest));
	assert_string_equal(outcome(f), "unknown_ca");
}

static void what_is_no_tls_is_our_refusal(void **state)
{
	struct fixture *f = *state;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.3"));
	give_bytes(f, "GET / HTTP/1.1\r\n\r\n", 18);
	assert_true(f->watch.plain);
	assert_string_equal(outcome(f), "local");
}

static void a_client_that_goes_away_in_the_middle_is_gone(void **state)
{
	struct fixture *f = *state;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.3"));
	give_bytes(f, "\x16\x03\x01", 3);
	close_client(f);
	assert_true(gnutls_error_is_fatal(gnutls_handshake(f->server)));
	assert_string_equal(outcome(f), "closed");
}

static void so_is_one_that_goes_away_while_it_is_written_to(void **state)
{
	struct fixture *f = *state;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.3"));
	assert_int_equal(gnutls_handshake(f->client), GNUTLS_E_AGAIN);
	close_client(f);
	assert_int_equal(gnutls_handshake(f->server), GNUTLS_E_PUSH_ERROR);
	assert_string_equal(outcome(f), "closed");
}

static void a_probe_that_says_nothing_is_no_failure(void **state)
{
	struct fixture *f = *state;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.3"));
	close_client(f);
	assert_int_not_equal(gnutls_handshake(f->server), 0);
	assert_null(outcome(f));
}

/* libmicrohttpd does it in either order. */
static void a_session_may_be_let_go_before_it_is_freed(void **state)
{
	struct fixture *f = *state;
	struct kg_handshake_failure failure;
	char byte;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.3"));
	assert_int_equal(shake(f), 0);
	assert_int_equal(gnutls_alert_send(f->client, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE), 0);
	assert_int_equal(gnutls_record_recv(f->server, &byte, 1), GNUTLS_E_FATAL_ALERT_RECEIVED);
	kg_handshake_unwatch(&f->watch);
	assert_null(f->watch.session);
	assert_true(kg_handshake_failed(&f->watch, &failure));
	assert_string_equal(failure.alert, "bad_certificate");
	memset(&f->watch, 0x5A, sizeof(f->watch));
	free_server(f);
}

static int send_extension(gnutls_session_t session, gnutls_buffer_t data)
{
	(void)session;
	return gnutls_buffer_append_data(data, "boo", 3) == 0 ? 3 : GNUTLS_E_MEMORY_ERROR;
}

static int receive_extension(gnutls_session_t session, const unsigned char *data, size_t size)
{
	(void)session;
	(void)data;
	(void)size;
	return GNUTLS_E_RECEIVED_ILLEGAL_EXTENSION;
}

static void the_mark_in_the_session_is_no_extension_to_a_client(void **state)
{
	struct fixture *f = *state;

	open_sessions(f, PRIORITIES("1.3"), PRIORITIES("1.3"));
	assert_int_equal(gnutls_session_ext_register(f->client, "same number", EXTENSION, GNUTLS_EXT_TLS, receive_extension, send_extension,
	                                             NULL, NULL, NULL,
	                                             GNUTLS_EXT_FLAG_TLS | GNUTLS_EXT_FLAG_CLIENT_HELLO | GNUTLS_EXT_FLAG_EE),
	                 0);
	assert_int_equal(shake(f), 0);
	assert_null(outcome(f));
}

#define TEST(function_) cmocka_unit_test_setup_teardown(function_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(a_handshake_that_was_finished_has_not_failed),
	        TEST(so_it_is_in_1_2),
	        TEST(a_farewell_is_no_failure),
	        TEST(an_encrypted_alert_behind_the_handshake_counts),
	        TEST(so_does_one_in_1_2),
	        TEST(an_alert_that_the_standard_does_not_know_is_another),
	        TEST(nothing_in_common_is_our_refusal),
	        TEST(an_alert_in_the_clear_is_read_whatever_stands_before_it),
	        TEST(what_is_no_tls_is_our_refusal),
	        TEST(a_client_that_goes_away_in_the_middle_is_gone),
	        TEST(so_is_one_that_goes_away_while_it_is_written_to),
	        TEST(a_probe_that_says_nothing_is_no_failure),
	        TEST(a_session_may_be_let_go_before_it_is_freed),
	        TEST(the_mark_in_the_session_is_no_extension_to_a_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
