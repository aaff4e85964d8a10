#include "server/acceptor.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/log.h"
#include "kedagate/server/server.h"
#include "server/displace.h"

/* How long to wait for descriptors to be freed, or for connections that give way to be gone; and when nothing happens, until faults are looked at. */
enum { EXHAUSTED_MILLISECONDS = 10, IDLE_MILLISECONDS = 10000 };

/* `label` is that of the metric. */
static void note_refusal(struct kg_acceptor *acceptor, const char *label, const char *reason)
{
	const struct kg_log_field field = KG_LOG_STR("reason", reason);
	const struct kg_fault fault = {KG_LOG_WARN, "connections are refused", KG_LOG_STR("limit", label), &field, 1};

	kg_metrics_add(acceptor->metrics, KG_SERVER_METRIC_CONNECTIONS_REFUSED, &label, 1);
	kg_faults_note(acceptor->faults, &fault, kg_clock_monotonic());
}

/* Take a place that is free, or that another connection is made to leave. */
static bool find_place(struct kg_acceptor *acceptor, const struct sockaddr_storage *peer)
{
	static const char *const connection = "connection";
	struct kg_connections *connections = acceptor->connections;

	if (kg_connections_admit(connections))
		return true;
	if (kg_connections_displace(connections, peer)) {
		kg_metrics_add(acceptor->metrics, KG_SERVER_METRIC_CONNECTIONS_DISPLACED, &connection, 1);
		return kg_connections_admit(connections);
	}
	if (kg_connections_dominated_by(connections, peer))
		note_refusal(acceptor, "client", "one client has most of the connections that are allowed, and all are at work");
	else
		note_refusal(acceptor, "limit", "as many connections are open as are allowed, and all are at work");
	return false;
}

static void hand_over(struct kg_acceptor *acceptor, int fd, const struct sockaddr_storage *peer, socklen_t length)
{
	int on = 1;

	if (!find_place(acceptor, peer)) {
		close(fd);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (MHD_add_connection(acceptor->daemon, fd, (const struct sockaddr *)peer, length) == MHD_YES)
		return;
	/* libmicrohttpd has closed the descriptor. */
	kg_connections_retract(acceptor->connections);
	note_refusal(acceptor, "memory", strerrordesc_np(errno));
}

static bool is_exhausted(int number)
{
	return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

/* Accept until nothing is queued. False when there is no room at the moment: what is queued then waits. */
static bool accept_queued(struct kg_acceptor *acceptor)
{
	while (!kg_connections_crowded(acceptor->connections)) {
		struct sockaddr_storage peer = {0};
		socklen_t length = sizeof(peer);
		int fd = accept4(acceptor->listen_fd, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			hand_over(acceptor, fd, &peer, length);
		} else if (errno == EAGAIN) {
			return true;
		} else if (is_exhausted(errno)) {
			note_refusal(acceptor, "descriptors", strerrordesc_np(errno));
			return false;
		}
		/* Anything else is the peer's or the network's trouble with this one connection (accept(2)). */
	}
	return false;
}

static void *run(void *argument)
{
	struct kg_acceptor *acceptor = argument;
	struct pollfd fds[] = {{.fd = acceptor->stop_fd, .events = POLLIN}, {.fd = acceptor->listen_fd, .events = POLLIN}};
	bool room = true;

	while (fds[0].revents == 0) {
		/* Without room the listener stays readable: look at the stop descriptor alone for a while. */
		(void)poll(fds, room ? 2 : 1, room ? IDLE_MILLISECONDS : EXHAUSTED_MILLISECONDS);
		kg_faults_flush(acceptor->faults, kg_clock_monotonic());
		/* Also when told to stop: what the kernel has queued by then is answered. */
		room = accept_queued(acceptor);
	}
	return NULL;
}

int kg_acceptor_start(struct kg_acceptor *acceptor, struct kg_err *err)
{
	acceptor->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (acceptor->stop_fd < 0)
		return kg_err_set_errno(err, "cannot make an event descriptor");
	if (pthread_create(&acceptor->thread, NULL, run, acceptor) != 0) {
		close(acceptor->stop_fd);
		return kg_err_set(err, KG_ENOMEM, "cannot start a thread to accept connections");
	}
	atomic_store(&acceptor->running, true);
	return 0;
}

void kg_acceptor_stop(struct kg_acceptor *acceptor)
{
	atomic_store(&acceptor->running, false);
	/* An eventfd whose counter is 0 takes one more, always. */
	if (eventfd_write(acceptor->stop_fd, 1) == 0)
		pthread_join(acceptor->thread, NULL);
	close(acceptor->stop_fd);
}
