/*
 * A listening TCP socket.
 */
#pragma once

#include <sys/socket.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/server/address.h"
#include "kedagate/server/server.h"

struct kg_listener {
	int fd; /* not blocking; -1 when closed */
	char address[KG_ADDRESS_TEXT_MAX];
};

/* Closed. */
void kg_listener_init(struct kg_listener *listener);

/* Bind to `address`, which must be enabled, and listen. KG_EIO names the address and why it cannot be had. */
KG_MUST_CHECK int kg_listener_open(struct kg_listener *listener, const struct kg_listen_address *address, struct kg_err *err);

/* Connections that are not yet accepted are reset by the kernel. Accepts a closed one. */
void kg_listener_close(struct kg_listener *listener);

/* The numeric address and port as text, "[2001:db8::1]:9443"; "" when it is neither IPv4 nor IPv6. */
void kg_address_text(const struct sockaddr *address, char out[KG_ADDRESS_TEXT_MAX]);

/* Let the descriptor go to a new owner. */
int kg_listener_take_fd(struct kg_listener *listener);
