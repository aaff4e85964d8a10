#include "cli/supervisor.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/log.h"

#define NANOSECONDS_PER_MILLISECOND INT64_C(1000000)

/* Certificate and key are written one after the other: look when it has been quiet for a moment, but do not wait for quiet for ever. */
#define QUIET_NANOSECONDS    (20 * NANOSECONDS_PER_MILLISECOND)
#define PATIENCE_NANOSECONDS (200 * NANOSECONDS_PER_MILLISECOND)

/* Besides, without notice: inotify may have no watch left, and network file systems send none. */
#define POLL_NANOSECONDS (10000 * NANOSECONDS_PER_MILLISECOND)

static sigset_t termination_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

static sigset_t supervised_signals(void)
{
	sigset_t set = termination_signals();

	sigaddset(&set, SIGHUP);
	return set;
}

void kg_supervisor_block_signals(void)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t set = supervised_signals();

	sigaction(SIGPIPE, &ignore, NULL);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void watch_parent(struct kg_supervisor *supervisor, const char *path)
{
	struct kg_err err = {0};

	if (path != NULL && kg_dirwatch_add_parent(&supervisor->watch, path, &err) != 0)
		kg_log(KG_LOG_WARN, "changes are noticed by polling only", KG_LOG_STR("file", path), KG_LOG_STR("reason", err.message));
}

int kg_supervisor_init(struct kg_supervisor *supervisor, struct kg_reload *reload, int64_t shutdown_delay, struct kg_err *err)
{
	sigset_t set = supervised_signals();
	struct kg_err reason = {0};

	*supervisor = (struct kg_supervisor){.reload = reload, .shutdown_delay = shutdown_delay, .stop_at = INT64_MAX};
	supervisor->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (supervisor->signal_fd < 0)
		return kg_err_set_errno(err, "cannot make a descriptor for signals");
	if (kg_dirwatch_init(&supervisor->watch, &reason) != 0)
		kg_log(KG_LOG_WARN, "changes of files are noticed by polling only", KG_LOG_STR("reason", reason.message));
	watch_parent(supervisor, reload->pair.certificate);
	watch_parent(supervisor, reload->pair.key);
	watch_parent(supervisor, reload->client_ca_path);
	watch_parent(supervisor, reload->policy_path);
	return 0;
}

void kg_supervisor_release(struct kg_supervisor *supervisor)
{
	close(supervisor->signal_fd);
	kg_dirwatch_release(&supervisor->watch);
}

/* A signal handler may do little more. The exit code is the shell's for a process that a signal ended. */
static void end_at_once(int number)
{
	_exit(128 + number);
}

/* From here on a second signal does not wait for anybody. A handler, since the default action is not taken for process 1 of a container. */
static void arm_second_signal(void)
{
	const struct sigaction action = {.sa_handler = end_at_once};
	sigset_t set = termination_signals();

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void begin_to_stop(struct kg_supervisor *supervisor, struct kg_server *server, uint32_t number)
{
	if (supervisor->stop_at != INT64_MAX)
		return;
	kg_server_drain(server);
	supervisor->stop_at = kg_clock_monotonic() + supervisor->shutdown_delay;
	arm_second_signal();
	kg_log(KG_LOG_INFO, "shutting down: not ready from now on", KG_LOG_STR("signal", number == SIGINT ? "SIGINT" : "SIGTERM"),
	       KG_LOG_INT("delay_ms", supervisor->shutdown_delay / NANOSECONDS_PER_MILLISECOND));
}

static void notice_changes(struct kg_supervisor *supervisor, int64_t now)
{
	int64_t latest;

	if (!kg_dirwatch_drain(&supervisor->watch))
		return;
	if (supervisor->changed_since == 0)
		supervisor->changed_since = now;
	latest = supervisor->changed_since + PATIENCE_NANOSECONDS;
	supervisor->look_at = now + QUIET_NANOSECONDS < latest ? now + QUIET_NANOSECONDS : latest;
}

static void look_at_files(struct kg_supervisor *supervisor)
{
	supervisor->changed_since = 0;
	kg_dirwatch_rearm(&supervisor->watch);
	kg_reload_all(supervisor->reload);
	if (supervisor->view != NULL)
		kg_cluster_view_note_version(supervisor->view);
	supervisor->look_at = kg_clock_monotonic() + POLL_NANOSECONDS;
}

static void read_signals(struct kg_supervisor *supervisor, struct kg_server *server)
{
	struct signalfd_siginfo info;

	while (read(supervisor->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo != SIGHUP) {
			begin_to_stop(supervisor, server, info.ssi_signo);
			continue;
		}
		look_at_files(supervisor);
		kg_reload_log_outcome(supervisor->reload, "SIGHUP");
	}
}

/* Wait for a signal, a change, or the next thing to do. */
static void wait_for_event(const struct kg_supervisor *supervisor)
{
	struct pollfd fds[] = {{.fd = supervisor->signal_fd, .events = POLLIN}, {.fd = supervisor->watch.fd, .events = POLLIN}};
	int64_t until = supervisor->look_at < supervisor->stop_at ? supervisor->look_at : supervisor->stop_at;
	int64_t left = until - kg_clock_monotonic();

	/* Rounded up, so as not to wake just before. poll ignores a descriptor of -1. */
	if (left > 0)
		(void)poll(fds, KG_ARRAY_LEN(fds), (int)(left / NANOSECONDS_PER_MILLISECOND) + 1);
}

void kg_supervisor_run(struct kg_supervisor *supervisor, struct kg_server *server)
{
	while (kg_clock_monotonic() < supervisor->stop_at) {
		wait_for_event(supervisor);
		read_signals(supervisor, server);
		notice_changes(supervisor, kg_clock_monotonic());
		if (kg_clock_monotonic() >= supervisor->look_at)
			look_at_files(supervisor);
	}
}
