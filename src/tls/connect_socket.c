#include "tls/connect_socket.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/compiler.h"

enum { NANOSECONDS_PER_MILLISECOND = 1000000, NANOSECONDS_PER_SECOND = 1000000000 };

static int64_t left_until(int64_t deadline)
{
	int64_t left = deadline - kg_clock_monotonic();

	return left > 0 ? left : 0;
}

int kg_connect_wait(int socket, short events, int64_t deadline)
{
	struct pollfd entry = {.fd = socket, .events = events};
	int result;

	do {
		/* Rounded up, so that it does not spin at the end. */
		result = poll(&entry, 1, (int)(left_until(deadline) / NANOSECONDS_PER_MILLISECOND) + 1);
	} while (result < 0 && errno == EINTR && left_until(deadline) > 0);
	return result > 0 ? 0 : KG_EIO;
}

/* ---- look-up ---- */

/* What getaddrinfo_a(3) works on in a thread of its own: it must outlive a look-up that cannot be cancelled. */
struct lookup {
	struct gaicb request;
	struct addrinfo hints;
	char *host, *port;
};

static void lookup_free(struct lookup *lookup)
{
	if (lookup->request.ar_result != NULL)
		freeaddrinfo(lookup->request.ar_result);
	free(lookup->host);
	free(lookup->port);
	free(lookup);
}

static struct lookup *lookup_new(const struct kg_connect_request *request)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));

	if (lookup == NULL)
		return NULL;
	lookup->hints = (struct addrinfo){.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	lookup->host = strdup(request->host);
	lookup->port = strdup(request->port);
	lookup->request = (struct gaicb){.ar_name = lookup->host, .ar_service = lookup->port, .ar_request = &lookup->hints};
	if (lookup->host != NULL && lookup->port != NULL)
		return lookup;
	lookup_free(lookup);
	return NULL;
}

#if KG_THREAD_SANITIZED
/* The sanitizer knows nothing of the threads of getaddrinfo_a(3) and dies in them. */
static int lookup_run(struct lookup *lookup, int64_t deadline)
{
	(void)deadline;
	return getaddrinfo(lookup->host, lookup->port, &lookup->hints, &lookup->request.ar_result);
}
#else
/* EAI_INPROGRESS when the deadline passes first. */
static int lookup_run(struct lookup *lookup, int64_t deadline)
{
	struct gaicb *list[] = {&lookup->request};
	const struct gaicb *waited[] = {&lookup->request};
	int result = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);

	if (result != 0)
		return result;
	while ((result = gai_error(&lookup->request)) == EAI_INPROGRESS && left_until(deadline) > 0) {
		int64_t left = left_until(deadline);
		const struct timespec wait = {(time_t)(left / NANOSECONDS_PER_SECOND), (long)(left % NANOSECONDS_PER_SECOND)};

		(void)gai_suspend(waited, 1, &wait);
	}
	return result;
}
#endif

/* A look-up that cannot be cancelled keeps its memory. */
static int look_up(const struct kg_connect_request *request, int64_t deadline, struct lookup **ret_lookup, struct kg_err *err)
{
	struct lookup *lookup = lookup_new(request);
	int result;

	if (lookup == NULL)
		return kg_err_set(err, KG_ENOMEM, "cannot look up %s: out of memory", request->host);
	result = lookup_run(lookup, deadline);
	if (result == 0) {
		*ret_lookup = lookup;
		return 0;
	}
	if (result != EAI_INPROGRESS || gai_cancel(&lookup->request) == EAI_CANCELED)
		lookup_free(lookup);
	if (result == EAI_INPROGRESS)
		return kg_err_set(err, KG_EIO, "cannot look up %s: no answer within %d seconds", request->host, request->timeout_seconds);
	return kg_err_set(err, KG_EIO, "cannot look up %s, port %s: %s", request->host, request->port, gai_strerror(result));
}

/* ---- connection ---- */

/* errno says why it did not work. */
static int connect_to(const struct addrinfo *address, int64_t deadline)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int failure = 0;
	socklen_t size = sizeof(failure);

	if (fd < 0)
		return -1;
	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return fd;
	failure = errno;
	if (failure == EINPROGRESS) {
		if (kg_connect_wait(fd, POLLOUT, deadline) != 0)
			failure = ETIMEDOUT;
		else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0)
			return fd;
	}
	close(fd);
	errno = failure;
	return -1;
}

/* Each address gets its share of the time, so that one that swallows packets leaves some to the next. */
static int connect_to_any(const struct addrinfo *addresses, int64_t deadline)
{
	int count = 0;
	int fd = -1;

	for (const struct addrinfo *address = addresses; address != NULL; address = address->ai_next)
		count++;
	for (const struct addrinfo *address = addresses; address != NULL && fd < 0; address = address->ai_next)
		fd = connect_to(address, kg_clock_monotonic() + left_until(deadline) / count--);
	return fd;
}

int kg_connect_socket(const struct kg_connect_request *request, int64_t deadline, int *ret_socket, struct kg_err *err)
{
	struct lookup *lookup = NULL;
	int status = look_up(request, deadline, &lookup, err);
	int fd;

	if (status != 0 || lookup == NULL)
		return status;
	fd = connect_to_any(lookup->request.ar_result, deadline);
	if (fd < 0)
		status = kg_err_set_errno(err, "cannot connect to %s, port %s", request->host, request->port);
	else
		*ret_socket = fd;
	lookup_free(lookup);
	return status;
}
