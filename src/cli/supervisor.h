/*
 * The thread that watches over a serving process: signals, changes on disk, time.
 *
 * SIGTERM and SIGINT drain and stop the server, a second one ends the process at once; SIGHUP looks at the files at once.
 */
#pragma once

#include <stdint.h>

#include "cli/cluster_view.h"
#include "cli/reload.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/dirwatch.h"
#include "kedagate/base/err.h"
#include "kedagate/server/server.h"

struct kg_supervisor {
	int signal_fd;
	struct kg_dirwatch watch;
	struct kg_reload *reload;
	struct kg_cluster_view
	        *view;          /* the caller's, after kg_supervisor_init: whose version of KEDA the log is kept up to date with; or NULL */
	int64_t shutdown_delay; /* nanoseconds from the first signal until no connection is accepted any more */

	/* On the monotonic clock, in nanoseconds. */
	int64_t changed_since; /* the first notice of a change that is not looked at yet; 0 when there is none */
	int64_t look_at;       /* when to look at the files next: at first at once, they may have changed before they were watched */
	int64_t stop_at;       /* far away until a signal says otherwise */
};

/* Block the signals that the supervisor reads, in this thread and those it starts, and ignore SIGPIPE. Before any thread. */
void kg_supervisor_block_signals(void);

/* Watch the directories of the files that `reload` reads. A directory that cannot be watched is polled, which the log says. KG_EIO. */
KG_MUST_CHECK int kg_supervisor_init(struct kg_supervisor *supervisor, struct kg_reload *reload, int64_t shutdown_delay,
                                     struct kg_err *err);
void kg_supervisor_release(struct kg_supervisor *supervisor);

/* Watch over `server` until it has been told to stop and its delay is over; it drains by then. The caller stops it. */
void kg_supervisor_run(struct kg_supervisor *supervisor, struct kg_server *server);
