/*
 * The address that a listener is to have: parsed when options are read, bound later.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/* A DNS name has at most 253 characters. */
enum { KG_HOST_TEXT_MAX = 256 };

struct kg_listen_address {
	bool enabled;
	char host[KG_HOST_TEXT_MAX]; /* an IP address or a name; "" for every address of the machine, IPv4 and IPv6 */
	uint16_t port;               /* 0: any free one */
};

/* "HOST:PORT", "[IPV6]:PORT" or ":PORT"; "0" is a listener that is off. KG_EINVAL says what is expected. */
KG_MUST_CHECK int kg_listen_address_parse(const char *text, struct kg_listen_address *ret_address, struct kg_err *err);

/* An IP address without a port. KG_EINVAL for anything else. */
KG_MUST_CHECK int kg_listen_address_from_ip(const char *ip, uint16_t port, struct kg_listen_address *ret_address, struct kg_err *err);
