/*
 * One GET: its handle of libcurl, what it sends, and what becomes of the answer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kedagate/base/buf.h"
#include "kedagate/kube/client.h"
#include "kube/curl.h"

struct kg_kube_client {
	struct kg_curl curl;
	const struct kg_kube_config *config;
	struct kg_arena memory;        /* of what follows */
	const char *base;              /* what paths follow: the server, by the name that its certificate is for */
	char *host_header;             /* "Host: …" when that is another name; else NULL */
	struct curl_slist *connect_to; /* where it is then; else NULL */
	struct kg_kube_transfers *own; /* of kg_kube_client_get */
};

enum { KG_TRANSFER_HEADERS = 3 };

struct kg_transfer {
	struct kg_transfer *next;
	struct kg_kube_client *client;
	CURL *easy;
	uint64_t id;
	struct kg_kube_sink sink;
	unsigned long long limit;    /* of the body */
	unsigned long long received; /* of the body */
	struct curl_slist headers[KG_TRANSFER_HEADERS];
	struct kg_buf authorization; /* a header; secret */
	bool *happened;              /* set when a sink was called */
	bool begun;                  /* the head of the answer is there */
	int result;                  /* of the sink, or KG_ELIMIT */
	char message[CURL_ERROR_SIZE];
};

/* Prepared, and not started. KG_ENOMEM, KG_EINVAL, KG_EIO, KG_ENOTFOUND. */
KG_MUST_CHECK int kg_transfer_new(struct kg_kube_client *client, const char *path, const struct kg_kube_sink *sink,
                                  const struct kg_kube_limits *limits, struct kg_transfer **ret_transfer, struct kg_err *err);

/* It has been taken from its multi handle. Accepts NULL. */
void kg_transfer_free(struct kg_transfer *transfer);

/* What came of it, by libcurl's `code`: as kg_kube_client_get says. */
KG_MUST_CHECK int kg_transfer_status(const struct kg_transfer *transfer, CURLcode code, struct kg_err *err);
