/*
 * The share of one client in the memory for large bodies, so that whoever sends many of them does not keep another's out.
 *
 * Nobody has a share while there is room for all. Once a client is told to come again because another holds more than its share, that one is kept to
 * it for a while, and gives up what it has been sending for long. Thread-safe.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "server/connection.h"

/* The connection begins to send a body of `bytes`. False when its client has to wait for those that it is sending already: together they would be more
 * than `share`. One body alone always may. */
KG_MUST_CHECK bool kg_share_claim(struct kg_connection *connection, size_t bytes, size_t share);

/* The body is gone, and all that came of it but the answer; also when none was claimed. */
void kg_share_return(struct kg_connection *connection);

/* The connection's request had no room. When another client has more than `share`, keep it to that from now on, for KG_CONTENDED_SECONDS, and cut the
 * connection on which it has been sending for longest. False when none was cut. */
bool kg_share_defend(struct kg_connection *connection, size_t share);
