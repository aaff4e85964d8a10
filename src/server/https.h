/*
 * The HTTPS listener: POST /validate, its limits, and the end of its life.
 */
#pragma once

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/server/server.h"
#include "server/acceptor.h"
#include "server/arena_pool.h"
#include "server/connection.h"
#include "server/faults.h"
#include "server/inflight.h"
#include "server/listener.h"

struct kg_https {
	struct kg_server_state state;
	struct kg_listener listener;
	struct kg_acceptor acceptor;
	struct kg_connections connections;
	struct kg_arena_pool arenas;
	struct kg_inflight inflight;
	struct kg_faults faults;
	atomic_bool draining;
	unsigned idle_seconds;
	struct MHD_Daemon *daemon;
};

/* Bind, then serve. On failure nothing is left behind. */
KG_MUST_CHECK int kg_https_start(struct kg_https *https, const struct kg_server_config *config, const struct kg_server_state *state,
                                 struct kg_err *err);

/* As kg_server_stop. */
unsigned kg_https_stop(struct kg_https *https, unsigned grace_seconds);
