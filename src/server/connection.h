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
#include "kedagate/tls/client_trust.h"
#include "server/client.h"
#include "server/handshake_watch.h"

struct kg_connections;

struct kg_connection {
	struct kg_connections *all;
	struct kg_connection *previous, *next;
	int fd; /* of libmicrohttpd */
	struct kg_handshake_watch handshake;
	struct kg_caller caller; /* verified by its handshake, or again since. Only the connection's thread looks */
	char *stranger;          /* why its handshake refused the client's certificate; NULL when it did not, or without memory. So too */
	struct kg_served_pair *pair;   /* what its handshake was given; NULL before. Only the connection's thread looks */
	atomic_bool busy;              /* a request has begun and is not answered */
	atomic_bool kept;              /* a request has come */
	_Atomic int64_t last_activity; /* monotonic nanoseconds: opened, a request begun, or last answered */

	/* Of a request that is being received: since when (0 when none is), and how much by now. In a span of time, so that a sender cannot be fast
	 * first and slow ever after. */
	_Atomic int64_t span_began;
	size_t span_bytes, span_wanted; /* only the connection's thread looks */
	atomic_bool span_poor;          /* the last whole span brought too little */

	/* Under the lock of all. */
	struct kg_client *client; /* NULL without memory */
	bool leaving;             /* was told to give way */
	size_t claimed;           /* bytes of the large body that is in flight; its thread reads it without the lock */
};

struct kg_connections {
	struct kg_certstore *certstore;
	struct kg_client_trust *trust; /* NULL: no client is asked for a certificate */
	unsigned max;
	pthread_mutex_t lock;
	struct kg_connection *first;
	struct kg_clients clients;
	int64_t contended_until; /* monotonic nanoseconds: until then each client is kept to its share, see share.h */
	atomic_uint leaving;     /* that were told to give way and are not gone yet */
	/* Since the start. Each connection is admitted, then taken on, then gone. */
	atomic_ullong admitted; /* accepted from the kernel and handed to libmicrohttpd */
	atomic_ullong entered;  /* of these, taken on */
	atomic_ullong gone;     /* of these, closed */
};

/* At most `max` open connections; `certstore` is where their handshakes find the key pair. Set `trust` afterwards. */
void kg_connections_init(struct kg_connections *all, unsigned max, struct kg_certstore *certstore);
/* All are closed. */
void kg_connections_release(struct kg_connections *all);

/* Ask for room for one more, before it is handed to libmicrohttpd. False when there is none. Those that give way do not count. One thread asks. */
KG_MUST_CHECK bool kg_connections_admit(struct kg_connections *all);
/* It was not handed over after all. */
void kg_connections_retract(struct kg_connections *all);

/* So many were told to give way that it is better to wait until they are gone. */
bool kg_connections_crowded(struct kg_connections *all);
/* What may be open at once for a moment: those that give way, and those that they give way to. */
unsigned kg_connections_peak(unsigned max);

/* Some that were admitted are not taken on yet. */
bool kg_connections_pending(struct kg_connections *all);

/* libmicrohttpd takes one on. NULL without memory. */
KG_MUST_CHECK struct kg_connection *kg_connection_enter(struct kg_connections *all, int fd);
/* libmicrohttpd is about to close it. Frees it and drops the key pair. NULL for one for which there was no memory. */
void kg_connection_leave(struct kg_connections *all, struct kg_connection *connection);

/* Have it closed: libmicrohttpd sees its end. Under the lock of all. */
void kg_connection_cut(struct kg_connection *connection);

/* A request begins, or has been answered (or given up). */
void kg_connection_begin(struct kg_connection *connection);
void kg_connection_end(struct kg_connection *connection);

/* A body is to come, of so many bytes (0: not known); a part of it came, at the monotonic time `now`; it is there, or no more is wanted of it. By the
 * connection's thread. */
void kg_connection_expects(struct kg_connection *connection, uint64_t bytes);
void kg_connection_receives(struct kg_connection *connection, size_t bytes, int64_t now);
void kg_connection_has_received(struct kg_connection *connection);

/* A request is being received, and its sender, not this side, takes its time. */
bool kg_connection_is_slow(const struct kg_connection *connection, int64_t now);

struct kg_connections_census {
	unsigned busy;    /* a request is being received or answered */
	unsigned waiting; /* no request, but one may be on its way: bytes are unread, or it was active less than `quiet` ago */
	unsigned idle;
};

/* `quiet` in nanoseconds. */
struct kg_connections_census kg_connections_count(struct kg_connections *all, int64_t quiet);
