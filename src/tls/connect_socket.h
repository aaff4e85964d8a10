/*
 * A TCP connection with a deadline.
 */
#pragma once

#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/tls/connect.h"

/* A connected socket that does not block; the caller closes it. `deadline` is of kg_clock_monotonic. KG_EIO, KG_ENOMEM. */
KG_MUST_CHECK int kg_connect_socket(const struct kg_connect_request *request, int64_t deadline, int *ret_socket, struct kg_err *err);

/* Wait until the socket has one of the poll(2) events. KG_EIO when the deadline passes first, without a message. */
KG_MUST_CHECK int kg_connect_wait(int socket, short events, int64_t deadline);
