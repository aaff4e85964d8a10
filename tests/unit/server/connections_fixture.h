/*
 * Connections over loopback, each from an address that its test chooses.
 */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "server/connection.h"

enum { LIMIT = 5 };
#define SECOND INT64_C(1000000000)

struct fixture {
	struct kg_connections all;
	int listener;
	struct sockaddr_in address;
	unsigned count;
	struct kg_connection *connections[LIMIT];
	int ends[LIMIT][2];
};

static inline struct sockaddr_in loopback(unsigned last_byte)
{
	return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000000u + last_byte)};
}

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	socklen_t length = sizeof(f->address);

	assert_non_null(f);
	kg_connections_init(&f->all, LIMIT, NULL);
	f->address = loopback(1);
	f->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(f->listener, (struct sockaddr *)&f->address, length), 0);
	assert_int_equal(listen(f->listener, LIMIT), 0);
	assert_int_equal(getsockname(f->listener, (struct sockaddr *)&f->address, &length), 0);
	*state = f;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < f->count; i++) {
		kg_connection_leave(&f->all, f->connections[i]);
		close(f->ends[i][0]);
		close(f->ends[i][1]);
	}
	assert_null(f->all.first);
	assert_null(f->all.clients.first);
	assert_int_equal(f->all.leaving, 0);
	kg_connections_release(&f->all);
	close(f->listener);
	free(f);
	return 0;
}

/* A connection from 127.0.0.`client`, active `seconds` ago; later ones a moment after earlier ones. */
static inline struct kg_connection *add(struct fixture *f, unsigned client, int64_t seconds)
{
	struct sockaddr_in from = loopback(client);
	int *ends = f->ends[f->count];
	struct kg_connection *connection;

	ends[1] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(ends[1], (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(ends[1], (struct sockaddr *)&f->address, sizeof(f->address)), 0);
	ends[0] = accept(f->listener, NULL, NULL);
	assert_true(ends[0] >= 0);
	assert_true(kg_connections_admit(&f->all));
	connection = kg_connection_enter(&f->all, ends[0]);
	assert_non_null(connection);
	atomic_store(&connection->last_activity, kg_clock_monotonic() - seconds * SECOND);
	f->connections[f->count++] = connection;
	return connection;
}

/* A request whose head came `seconds` ago and whose body is to come. */
static inline void begin_long_ago(struct kg_connection *connection, int64_t seconds)
{
	kg_connection_begin(connection);
	atomic_store(&connection->kept, true);
	atomic_store(&connection->span_began, kg_clock_monotonic() - seconds * SECOND);
}
