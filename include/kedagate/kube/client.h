/*
 * An HTTP client for one API server: GET alone, either one after the other, or many at a time in one thread.
 *
 * TLS 1.2 or newer, the server's certificate verified against the configuration's authorities alone; redirects are not followed. libcurl is
 * loaded when the first client is made. A client, with its transfers, belongs to one thread at a time; kg_kube_transfers_wake alone may be
 * called from any. Neither starts a program nor writes a file. No message holds a token, a key or the password of a proxy.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/kube/config.h"

struct kg_kube_client;

/* What is known of an answer before its body. */
struct kg_kube_response {
	int status;      /* of HTTP: 200, 410, … */
	int retry_after; /* in seconds; -1: not said */
};

/*
 * Who takes an answer. Each function may be NULL. What `begin` and `bytes` return other than 0 (a negative enum kg_code of the caller's choice) ends the
 * transfer, and is its result; they must call nothing of this header.
 */
struct kg_kube_sink {
	void *context;
	int (*begin)(void *context, const struct kg_kube_response *response);
	int (*bytes)(void *context, const char *bytes, size_t length); /* of the body, decompressed, of any status */
	/*
	 * Of kg_kube_transfers_* only: the transfer is over, and its id is free again; called once, by kg_kube_transfers_poll. It may start and cancel
	 * others. `status` is 0 when the answer came to its end, whatever its HTTP status, or as from kg_kube_client_get, with the message in `err`.
	 */
	void (*end)(void *context, uint64_t id, int status, const struct kg_err *err);
};

/* 0: without a limit. Connecting takes at most KG_KUBE_CONNECT_SECONDS besides. */
struct kg_kube_limits {
	unsigned idle_seconds;    /* in which not a byte comes */
	unsigned total_seconds;   /* from the start to the end */
	unsigned long long bytes; /* of the body */
};

/* `config` outlives the client. Not thread-safe (libcurl is loaded). KG_ENOTFOUND when there is no libcurl, KG_EINVAL, KG_EIO, KG_ENOMEM. */
KG_MUST_CHECK int kg_kube_client_new(const struct kg_kube_config *config, struct kg_kube_client **ret_client, struct kg_err *err);
/* Its transfers have been freed before. Accepts NULL. */
void kg_kube_client_free(struct kg_kube_client *client);

/*
 * GET `path` ("/apis/apps/v1/deployments?limit=500", escaped by the caller) and wait for the end. 0 when the answer came to its end, whatever its
 * HTTP status; a sink's own result; KG_EIO when the server could not be reached, cut the answer short or was too slow; KG_EINVAL when TLS or the
 * configuration is to blame, so that trying again at once is in vain; KG_ELIMIT over `limits->bytes`; KG_ENOMEM. A token's file is read anew for
 * each request, files of certificates for each connection.
 */
KG_MUST_CHECK int kg_kube_client_get(struct kg_kube_client *client, const char *path, const struct kg_kube_sink *sink,
                                     const struct kg_kube_limits *limits, struct kg_err *err);

/* Any number of GETs at a time. */
struct kg_kube_transfers;

KG_MUST_CHECK int kg_kube_transfers_new(struct kg_kube_client *client, struct kg_kube_transfers **ret_transfers, struct kg_err *err);
/* Ends what is under way without a word. Accepts NULL. */
void kg_kube_transfers_free(struct kg_kube_transfers *transfers);

/* Start one under an `id` that no other transfer under way has. `sink` and `limits` are copied. Errors are those of memory and of the configuration (a token file that
 * cannot be read); what fails later is told to `sink->end`, which is called for no transfer that did not start. */
KG_MUST_CHECK int kg_kube_transfers_start(struct kg_kube_transfers *transfers, uint64_t id, const char *path,
                                          const struct kg_kube_sink *sink, const struct kg_kube_limits *limits, struct kg_err *err);

/* End one without a word; no sink of it is called any more. Not from `begin` and `bytes`. An id that is not under way is passed over. */
void kg_kube_transfers_cancel(struct kg_kube_transfers *transfers, uint64_t id);

/* Move all on, and call their sinks, for at most `milliseconds`: returns as soon as something happened, or somebody called
 * kg_kube_transfers_wake. KG_ENOMEM, KG_EIO. */
KG_MUST_CHECK int kg_kube_transfers_poll(struct kg_kube_transfers *transfers, int milliseconds, struct kg_err *err);

/* Have kg_kube_transfers_poll return, now or the next time. From any thread. */
void kg_kube_transfers_wake(struct kg_kube_transfers *transfers);
