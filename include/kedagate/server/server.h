/*
 * The HTTPS server for reviews, and the plain listeners for health and metrics (libmicrohttpd, GnuTLS).
 *
 * The server owns an accept thread and libmicrohttpd's pool. It reads policy, world and key pair through places that others swap; it never
 * looks at files. An own accept thread feeds MHD_add_connection, because MHD_quiesce_daemon (0.9.75) aborts an epoll pool under load.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/admission/admission.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/base/snapshot.h"
#include "kedagate/metrics/metrics.h"
#include "kedagate/server/address.h"
#include "kedagate/tls/certstore.h"
#include "kedagate/tls/client_trust.h"

enum kg_tls_version { KG_TLS_1_2, KG_TLS_1_3 };

/* An address with its port as text, "[2001:db8::1]:9443". */
enum { KG_ADDRESS_TEXT_MAX = 64 };

struct kg_server_config {
	struct kg_listen_address secure;  /* of the HTTPS listener; must be enabled */
	struct kg_listen_address health;  /* /livez, /readyz, /healthz */
	struct kg_listen_address metrics; /* /metrics; one listener serves both when it equals `health` */
	enum kg_tls_version minimum_tls;
	unsigned threads;          /* that answer reviews, at least 2; 0: one a core */
	unsigned max_connections;  /* of the HTTPS listener; 0: KG_MAX_CONNECTIONS */
	unsigned idle_seconds;     /* after which a kept connection is closed; 0: KG_IDLE_SECONDS */
	size_t max_inflight_bytes; /* of bodies, reviews and answers, at least KG_MIN_INFLIGHT_BYTES; 0: KG_DEFAULT_INFLIGHT_BYTES */
};

/* What a review is judged and answered with. The server takes a reference to policy and key pair whenever it uses them. */
struct kg_server_state {
	struct kg_snapshot_slot *policy; /* of struct kg_policy */
	const struct kg_world *world;
	struct kg_certstore *certstore;
	struct kg_client_trust *clients; /* who may call; NULL: everybody */
	struct kg_metrics *metrics;      /* made from kg_server_metric_families */
	/* Whether the world is complete enough to be ready. `why` may say what is missing, in either case. Any thread calls it. NULL: it always is, and no
	 * check of that name is shown. */
	bool (*is_world_ready)(void *context, struct kg_buf *why);
	void *world_context;
};

enum kg_server_metric {
	KG_SERVER_METRIC_HTTP_RESPONSES = KG_ADMISSION_METRIC_COUNT, /* code */
	KG_SERVER_METRIC_INFLIGHT_REQUESTS,                          /* gauge */
	KG_SERVER_METRIC_INFLIGHT_BYTES,                             /* gauge: bodies and arenas */
	KG_SERVER_METRIC_INFLIGHT_BYTES_LIMIT,                       /* gauge */
	KG_SERVER_METRIC_REQUESTS_SHED,                              /* reason: body, review */
	KG_SERVER_METRIC_CONNECTIONS,                                /* gauge */
	KG_SERVER_METRIC_CONNECTIONS_REFUSED,                        /* reason: limit, client, descriptors, memory */
	KG_SERVER_METRIC_CONNECTIONS_DISPLACED,                      /* to make room for: connection, memory */
	KG_SERVER_METRIC_HANDSHAKE_FAILURES,                         /* alert */
	KG_SERVER_METRIC_CERTIFICATE_NOT_BEFORE,                     /* gauge, seconds since 1970 */
	KG_SERVER_METRIC_CERTIFICATE_NOT_AFTER,                      /* gauge, seconds since 1970 */
	KG_SERVER_METRIC_CERTIFICATE_INFO,                           /* serial; one series, of what is served */
	KG_SERVER_METRIC_CERTIFICATE_RELOADS,                        /* result: success, failure */
	KG_SERVER_METRIC_CERTIFICATE_LAST_SUCCESS,                   /* gauge, seconds since 1970: the files last held what is served */
	KG_SERVER_METRIC_CERTIFICATE_REFUSED,                        /* gauge; reason: kg_pair_fault_names, but for "none" */
	KG_SERVER_METRIC_CLIENT_CA_RELOADS,                          /* result: success, failure */
	KG_SERVER_METRIC_CLIENT_CA_LAST_SUCCESS,                     /* gauge, as of the certificate */
	KG_SERVER_METRIC_POLICY_RELOADS,                             /* result: success, failure */
	KG_SERVER_METRIC_POLICY_LAST_SUCCESS,                        /* gauge, as of the certificate */
	KG_SERVER_METRIC_EXEMPTIONS,                                 /* gauge; state: active, expiring, expired */
	KG_SERVER_METRIC_LOG_LINES_LOST,
	KG_SERVER_METRIC_BUILD_INFO, /* version */
	KG_SERVER_METRIC_COUNT
};

/* Fill in all families of a serving process, the admission ones first. The registry made from `out` must not outlive it. */
void kg_server_metric_families(struct kg_metric_family out[KG_SERVER_METRIC_COUNT]);

struct kg_server;

/* The descriptors that so many connections of the HTTPS listener take at their peak. */
unsigned kg_server_descriptors(unsigned max_connections);

/*
 * Bind and listen on every address, then start to serve. `config` is copied; what `state` points at must outlive the server. KG_EIO names the
 * address that cannot be had; KG_ENOMEM. Threads start with the caller's signal mask.
 */
KG_MUST_CHECK int kg_server_start(const struct kg_server_config *config, const struct kg_server_state *state, struct kg_server **ret_server,
                                  struct kg_err *err);

/* The addresses as bound, "127.0.0.1:9443"; "" for a listener that is off. They live as long as the server. */
const char *kg_server_address(const struct kg_server *server);
const char *kg_server_health_address(const struct kg_server *server);
const char *kg_server_metrics_address(const struct kg_server *server);

/* Begin to drain: readiness fails from now on and every answer carries `Connection: close`. New connections are still accepted. */
void kg_server_drain(struct kg_server *server);

/*
 * Stop: accept what the kernel has queued, close the listener, wait until every accepted connection is answered, then free everything. A
 * connection without a request is closed once it was quiet for some seconds; a request that is not answered when `grace_seconds` are over is cut.
 * Returns the number of requests that were cut.
 */
unsigned kg_server_stop(struct kg_server *server, unsigned grace_seconds);
