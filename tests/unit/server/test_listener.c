#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "server/listener.h"

static struct kg_listen_address at(const char *text)
{
	struct kg_listen_address address;

	assert_int_equal(kg_listen_address_parse(text, &address, NULL), 0);
	return address;
}

static void a_free_port_is_taken_and_told(void **state)
{
	struct kg_listen_address address = at("127.0.0.1:0");
	struct kg_listener listener;

	(void)state;
	kg_listener_init(&listener);
	assert_int_equal(kg_listener_open(&listener, &address, NULL), 0);
	assert_int_equal(strncmp(listener.address, "127.0.0.1:", 10), 0);
	assert_string_not_equal(listener.address, "127.0.0.1:0");
	/* What is told can be asked for, and is taken. */
	address = at(listener.address);
	assert_int_equal(kg_listener_open(&(struct kg_listener){0}, &address, NULL), KG_EIO);
	kg_listener_close(&listener);
}

static void a_name_means_its_ipv4_address(void **state)
{
	struct kg_listen_address address = at("localhost:0");
	struct kg_listener listener;

	(void)state;
	kg_listener_init(&listener);
	assert_int_equal(kg_listener_open(&listener, &address, NULL), 0);
	assert_int_equal(strncmp(listener.address, "127.0.0.1:", 10), 0);
	kg_listener_close(&listener);
}

static void no_host_means_every_address(void **state)
{
	struct kg_listen_address address = at(":0");
	struct kg_listener listener;

	(void)state;
	kg_listener_init(&listener);
	assert_int_equal(kg_listener_open(&listener, &address, NULL), 0);
	assert_true(strncmp(listener.address, "[::]:", 5) == 0 || strncmp(listener.address, "0.0.0.0:", 8) == 0);
	kg_listener_close(&listener);
}

static void an_address_that_cannot_be_had_is_named_with_the_reason(void **state)
{
	struct kg_listener listener;
	struct kg_listen_address address = at("192.0.2.1:9443");
	struct kg_err err = {0};

	(void)state;
	kg_listener_init(&listener);
	assert_int_equal(kg_listener_open(&listener, &address, &err), KG_EIO);
	assert_string_equal(err.message, "cannot listen on 192.0.2.1:9443: Cannot assign requested address");
	assert_int_equal(listener.fd, -1);
}

static void a_name_that_is_none_is_told(void **state)
{
	struct kg_listener listener;
	struct kg_listen_address address = at("no such host:0");
	struct kg_err err = {0};

	(void)state;
	kg_listener_init(&listener);
	assert_int_equal(kg_listener_open(&listener, &address, &err), KG_EIO);
	assert_non_null(strstr(err.message, "no such host"));
}

static void a_descriptor_that_was_let_go_stays_open(void **state)
{
	struct kg_listen_address address = at("127.0.0.1:0");
	struct kg_listener listener;
	int fd;
	int listening = 0;
	socklen_t length = sizeof(listening);

	(void)state;
	kg_listener_init(&listener);
	assert_int_equal(kg_listener_open(&listener, &address, NULL), 0);
	fd = kg_listener_take_fd(&listener);
	kg_listener_close(&listener);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length), 0);
	assert_int_equal(listening, 1);
	close(fd);
}

static void an_address_is_told_in_numbers(void **state)
{
	const struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(9443), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct sockaddr_in6 six = {
	        .sin6_family = AF_INET6, .sin6_port = htons(1), .sin6_addr = IN6ADDR_LOOPBACK_INIT, .sin6_scope_id = 1};
	const struct sockaddr other = {.sa_family = AF_UNIX};
	char text[KG_ADDRESS_TEXT_MAX];

	(void)state;
	kg_address_text((const struct sockaddr *)&four, text);
	assert_string_equal(text, "127.0.0.1:9443");
	kg_address_text((const struct sockaddr *)&six, text);
	assert_string_equal(text, "[::1]:1");
	kg_address_text(&other, text);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_address_is_told_in_numbers),
	        cmocka_unit_test(a_free_port_is_taken_and_told),
	        cmocka_unit_test(a_name_means_its_ipv4_address),
	        cmocka_unit_test(no_host_means_every_address),
	        cmocka_unit_test(an_address_that_cannot_be_had_is_named_with_the_reason),
	        cmocka_unit_test(a_name_that_is_none_is_told),
	        cmocka_unit_test(a_descriptor_that_was_let_go_stays_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
