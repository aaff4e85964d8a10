/*
 * Making room: which connection gives way when as many are open as are allowed, or when memory is short.
 *
 * An idle connection gives way to a new one, of the client that has most of them: so neither thousands of idle connections nor one client keep
 * another out. A connection that never sent a request goes first, then the one that is quiet for longest. A request that is being received gives
 * way only when its sender is slow, one that is being answered never does. Thread-safe.
 */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

#include "kedagate/base/compiler.h"
#include "server/connection.h"

/* Close one connection for a new one from `newcomer`; none of a client that has fewer than that one. False when there is none to close. */
KG_MUST_CHECK bool kg_connections_displace(struct kg_connections *all, const struct sockaddr_storage *newcomer);

/* Memory is short: close the connection whose request has been coming in too slowly for longest. False when there is none. */
bool kg_connections_cut_slow(struct kg_connections *all);

/* `client` has more than half of what may be open. */
bool kg_connections_dominated_by(struct kg_connections *all, const struct sockaddr_storage *client);
