/*
 * How the TLS handshake of a connection ended, which libmicrohttpd does not tell.
 *
 * libmicrohttpd (0.9.75) frees the session before it says that a connection is closed, and passes on neither alerts nor errors. So the session is
 * watched from inside: what comes from its socket, the client's Finished, and, as it is freed, the last alert. Only the connection's thread looks.
 */
#pragma once

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "kedagate/metrics/metrics.h"

/* The clear records of a client, as far as they are told apart: a header (RFC 8446, section 5.1) and, of an alert, its two bytes. */
struct kg_handshake_records {
	unsigned char bytes[7];
	size_t count;   /* of `bytes` */
	size_t skip;    /* bytes of the record at hand that are of no interest */
	bool encrypted; /* from here on, or it is no TLS at all */
};

struct kg_handshake_watch {
	gnutls_session_t session; /* NULL: not watched, or freed */
	int fd;
	struct kg_handshake_records records;
	bool heard;    /* a byte came */
	bool plain;    /* it began no TLS record */
	bool gone;     /* the client closed or reset the connection */
	bool refused;  /* this side refused the client's certificate */
	bool finished; /* the client's Finished came */
	int alert;     /* the last alert of the client, by its number; 0 (close_notify) when none came */
};

/* Watch the handshake of `session`, which reads from `fd`. `watch` must not move, and must outlive the session or kg_handshake_unwatch. */
void kg_handshake_watch(struct kg_handshake_watch *watch, gnutls_session_t session, int fd);

/* Let the session go, which may have been freed or not. To be called before `watch` is. */
void kg_handshake_unwatch(struct kg_handshake_watch *watch);

struct kg_handshake_failure {
	const char *
	        alert; /* as RFC 8446 names it, "other" for one that it does not know; "local": this side gave up; "untrusted_client": for its certificate; "closed": the client went away */
	const char *meaning; /* what to look at, for the log */
};

/*
 * Of a connection that is closed and never had a request: false when its handshake did not fail. It did not if nothing came, as from a probe of the
 * port; nor if it was finished, without an alert.
 */
bool kg_handshake_failed(const struct kg_handshake_watch *watch, struct kg_handshake_failure *ret_failure);

/* Show every alert of RFC 8446 with 0. */
void kg_handshake_count_from_zero(struct kg_metrics *metrics);
