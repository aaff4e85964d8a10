/*
 * The proxy that the environment asks for.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/syntax/url.h"

/* Is this the URL of a proxy that libcurl knows: "http://proxy.example:3128", or one of https, socks4 and socks5? */
bool kg_proxy_is_url(const char *text);

/*
 * Which proxy leads to the server, as kubectl has it (Go's golang.org/x/net/http/httpproxy): that of HTTPS_PROXY, or of HTTP_PROXY for a server without
 * TLS, each also in lower case; none to the machine itself, nor to hosts that NO_PROXY names, by name, domain, address or network, and port. NULL: none.
 * The text is the environment's. KG_EINVAL for a variable that holds no proxy. Reads the environment: before threads start.
 */
KG_MUST_CHECK int kg_proxy_of_environment(const struct kg_url *server, const char **ret_proxy, struct kg_err *err);
