#include "server/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void kg_listener_init(struct kg_listener *listener)
{
	*listener = (struct kg_listener){.fd = -1};
}

void kg_listener_close(struct kg_listener *listener)
{
	if (listener->fd >= 0)
		close(listener->fd);
	listener->fd = -1;
}

int kg_listener_take_fd(struct kg_listener *listener)
{
	int fd = listener->fd;

	listener->fd = -1;
	return fd;
}

void kg_address_text(const struct sockaddr *address, char out[KG_ADDRESS_TEXT_MAX])
{
	const struct sockaddr_in *four = (const void *)address;
	const struct sockaddr_in6 *six = (const void *)address;
	char host[INET6_ADDRSTRLEN];

	out[0] = '\0';
	/* getnameinfo would ask the system for the name of an interface, which a process that serves may no longer do. */
	if (address->sa_family == AF_INET && inet_ntop(AF_INET, &four->sin_addr, host, sizeof(host)) != NULL)
		snprintf(out, KG_ADDRESS_TEXT_MAX, "%s:%u", host, (unsigned)ntohs(four->sin_port));
	if (address->sa_family == AF_INET6 && inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof(host)) != NULL)
		snprintf(out, KG_ADDRESS_TEXT_MAX, "[%s]:%u", host, (unsigned)ntohs(six->sin6_port));
}

/* Write what the socket is bound to. */
static void describe(int fd, char out[KG_ADDRESS_TEXT_MAX])
{
	struct sockaddr_storage bound = {0};
	socklen_t length = sizeof(bound);

	out[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&bound, &length) == 0)
		kg_address_text((struct sockaddr *)&bound, out);
}

static int listen_on(int fd, const struct addrinfo *info)
{
	int on = 1;
	int off = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
		return -1;
	/* So that :: takes IPv4 as well, whatever the system's default. */
	if (info->ai_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) != 0)
		return -1;
	if (bind(fd, info->ai_addr, info->ai_addrlen) != 0)
		return -1;
	return listen(fd, SOMAXCONN);
}

/* A listening socket, or -1 with errno. */
static int open_socket(const struct addrinfo *info)
{
	int fd = socket(info->ai_family, info->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, info->ai_protocol);
	int number;

	if (fd < 0 || listen_on(fd, info) == 0)
		return fd;
	number = errno;
	close(fd);
	errno = number;
	return -1;
}

/* -1 when none of that family can be had; errno tells why, and stays when there is none. */
static int open_family(const struct addrinfo *all, int family)
{
	int fd = -1;

	for (const struct addrinfo *info = all; info != NULL && fd < 0; info = info->ai_next) {
		if (info->ai_family == family)
			fd = open_socket(info);
	}
	return fd;
}

/* Without a host, one IPv6 socket serves both families, on a machine that has IPv6; of a name such as localhost, IPv4 is what is meant. */
static int open_preferred(const struct addrinfo *all, bool any_host)
{
	int first = any_host ? AF_INET6 : AF_INET;
	int fd;

	errno = EADDRNOTAVAIL;
	fd = open_family(all, first);
	return fd >= 0 ? fd : open_family(all, first == AF_INET6 ? AF_INET : AF_INET6);
}

int kg_listener_open(struct kg_listener *listener, const struct kg_listen_address *address, struct kg_err *err)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *all = NULL;
	char port[8];
	int status;

	snprintf(port, sizeof(port), "%u", (unsigned)address->port);
	status = getaddrinfo(address->host[0] != '\0' ? address->host : NULL, port, &hints, &all);
	if (status != 0)
		return kg_err_set(err, KG_EIO, "cannot find the address of %s: %s", address->host, gai_strerror(status));
	listener->fd = open_preferred(all, address->host[0] == '\0');
	freeaddrinfo(all);
	if (listener->fd < 0) {
		kg_err_set_errno(err, "cannot listen on %s:%s", address->host, port);
		return KG_EIO;
	}
	describe(listener->fd, listener->address);
	return 0;
}
