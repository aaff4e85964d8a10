/*
 * Who connections come from, and how many each has: so that whoever has most gives way first.
 *
 * A client is an IPv4 address, or the 64 bits of an IPv6 address that one host has to itself. Not thread-safe: the caller has a lock.
 */
#pragma once

#include <stddef.h>
#include <sys/socket.h>

#include "kedagate/base/compiler.h"

enum { KG_CLIENT_KEY_BYTES = 8 };

struct kg_client {
	struct kg_client *next;
	unsigned char key[KG_CLIENT_KEY_BYTES];
	unsigned connections;
	size_t claimed; /* bytes of large bodies in flight */
};

/* Those that have a connection. Starts as zero, and is so again when the last has left. */
struct kg_clients {
	struct kg_client *first;
};

/* The client at the other end of the socket `fd` has one connection more. NULL without memory. */
KG_MUST_CHECK struct kg_client *kg_clients_join(struct kg_clients *clients, int fd);
/* It has one less. Accepts NULL. */
void kg_clients_leave(struct kg_clients *clients, struct kg_client *client);

/* The connections that the client at `peer` has; 0 when it is not known. */
unsigned kg_clients_count(const struct kg_clients *clients, const struct sockaddr_storage *peer);
