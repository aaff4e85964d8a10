/*
 * The thread that accepts connections and hands them to libmicrohttpd. It also sees to it that the numbers of repeated faults are logged.
 */
#pragma once

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/metrics/metrics.h"
#include "server/connection.h"
#include "server/faults.h"

struct kg_acceptor {
	int listen_fd;             /* borrowed */
	int stop_fd;               /* readable when the thread is to end */
	struct MHD_Daemon *daemon; /* borrowed */
	struct kg_connections *connections;
	struct kg_metrics *metrics;
	struct kg_faults *faults;
	pthread_t thread;
	atomic_bool running;
};

/* Start the thread; the fields that are borrowed are filled in. KG_EIO, KG_ENOMEM. */
KG_MUST_CHECK int kg_acceptor_start(struct kg_acceptor *acceptor, struct kg_err *err);

/* Accept all that the kernel has queued, then end the thread. The listener is the caller's to close. */
void kg_acceptor_stop(struct kg_acceptor *acceptor);
