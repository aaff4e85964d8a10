/*
 * A listener without TLS: for the kubelet's probes, for Prometheus, or for both.
 */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/server/address.h"
#include "server/https.h"
#include "server/listener.h"

struct kg_plain {
	const struct kg_https *https; /* what the pages tell about */
	bool health;                  /* offers /livez, /readyz, /healthz */
	bool metrics;                 /* offers /metrics */
	struct kg_listener listener;
	struct MHD_Daemon *daemon;
};

/* Off: kg_plain_stop may be called. */
void kg_plain_init(struct kg_plain *plain);

/* Listen at `address`, which must be enabled, and serve the pages that are offered. KG_EIO, KG_ENOMEM. */
KG_MUST_CHECK int kg_plain_start(struct kg_plain *plain, const struct kg_listen_address *address, struct kg_err *err);

/* Accepts one that is off. */
void kg_plain_stop(struct kg_plain *plain);
