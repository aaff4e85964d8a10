/*
 * The connections of the HTTPS listener: what each holds, and which still await an answer.
 *
 * A connection is entered when libmicrohttpd takes it on and removed just before its socket is closed, so a listed descriptor is valid.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/tls/certstore.h"

struct kg_connections;

struct kg_connection {
	struct kg_connections *all;
	struct kg_connection *previous, *next;
	int fd;                        /* of libmicrohttpd */
	struct kg_served_pair *pair;   /* what its handshake was given; NULL before. Only the connection's thread looks */
	atomic_bool busy;              /* a request has begun and is not answered */
	_Atomic int64_t last_activity; /* monotonic nanoseconds: opened, or last answered */
};

struct kg_connections {
	struct kg_certstore *certstore;
	pthread_mutex_t lock;
	struct kg_connection *first;
	atomic_ullong announced; /* accepted from the kernel and handed to libmicrohttpd */
	atomic_ullong entered;   /* of these, taken on */
};

/* `certstore` is where handshakes find the key pair. */
void kg_connections_init(struct kg_connections *all, struct kg_certstore *certstore);
/* All are closed. */
void kg_connections_release(struct kg_connections *all);

/* NULL without memory. */
KG_MUST_CHECK struct kg_connection *kg_connection_enter(struct kg_connections *all, int fd);
/* Remove and free; drops the key pair. Accepts NULL. */
void kg_connection_leave(struct kg_connection *connection);

/* A request begins, or has been answered (or given up). */
void kg_connection_begin(struct kg_connection *connection);
void kg_connection_end(struct kg_connection *connection);

struct kg_connections_census {
	unsigned busy;    /* a request is being received or answered */
	unsigned waiting; /* no request, but one may be on its way: bytes are unread, or it was active less than `quiet` ago */
	unsigned idle;
};

/* `quiet` in nanoseconds. */
struct kg_connections_census kg_connections_count(struct kg_connections *all, int64_t quiet);
