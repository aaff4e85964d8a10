#include "kedagate/server/address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static int refuse(const char *text, struct kg_err *err)
{
	return kg_err_set(err, KG_EINVAL, "must be HOST:PORT, [IPV6]:PORT, :PORT, or 0 for none, not \"%s\"", text);
}

static bool parse_port(const char *text, uint16_t *ret_port)
{
	char *end;
	unsigned long port;

	/* strtoul would take a sign and white space. */
	if (text[0] < '0' || text[0] > '9')
		return false;
	port = strtoul(text, &end, 10);
	if (*end != '\0' || end - text > 5 || port > UINT16_MAX)
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

/* The host is what stands before the last colon; one with colons of its own must stand in brackets. */
static bool copy_host(const char *text, size_t length, char *out)
{
	if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	} else if (memchr(text, ':', length) != NULL) {
		return false;
	}
	if (length >= KG_HOST_TEXT_MAX)
		return false;
	memcpy(out, text, length);
	out[length] = '\0';
	return true;
}

int kg_listen_address_parse(const char *text, struct kg_listen_address *ret_address, struct kg_err *err)
{
	struct kg_listen_address address = {.enabled = true};
	const char *colon = strrchr(text, ':');

	if (strcmp(text, "0") == 0) {
		*ret_address = (struct kg_listen_address){.enabled = false};
		return 0;
	}
	if (colon == NULL || !parse_port(colon + 1, &address.port) || !copy_host(text, (size_t)(colon - text), address.host))
		return refuse(text, err);
	*ret_address = address;
	return 0;
}

int kg_listen_address_from_ip(const char *ip, uint16_t port, struct kg_listen_address *ret_address, struct kg_err *err)
{
	struct kg_listen_address address = {.enabled = true, .port = port};
	struct in6_addr binary;

	if (inet_pton(AF_INET, ip, &binary) != 1 && inet_pton(AF_INET6, ip, &binary) != 1)
		return kg_err_set(err, KG_EINVAL, "must be an IP address, not \"%s\"", ip);
	/* Whatever inet_pton accepts is far shorter. */
	memcpy(address.host, ip, strnlen(ip, KG_HOST_TEXT_MAX - 1));
	*ret_address = address;
	return 0;
}
