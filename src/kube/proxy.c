#include "kube/proxy.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { IP_TEXT_MAX = 64, IPV4_OFFSET = 12, IPV4_OFFSET_BITS = 96, IPV6_BITS = 128, IPV4_LOOPBACK = 127 };

/* Whom a request goes to. */
struct host {
	struct kg_slice name, port;
	bool is_address;
	struct in6_addr address; /* of IPv4 as ::ffff:a.b.c.d */
};

static struct kg_slice part(struct kg_slice slice, size_t begin, size_t end)
{
	return (struct kg_slice){slice.start + begin, end - begin};
}

static bool equal(struct kg_slice one, struct kg_slice other)
{
	return one.length == other.length && strncasecmp(one.start, other.start, one.length) == 0;
}

/* ---- addresses ---- */

static bool read_address(struct kg_slice slice, struct in6_addr *ret_address)
{
	char text[IP_TEXT_MAX];
	struct in6_addr six = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
	bool is_address;

	if (slice.length >= sizeof(text))
		return false;
	memcpy(text, slice.start, slice.length);
	text[slice.length] = '\0';
	is_address = inet_pton(AF_INET, text, six.s6_addr + IPV4_OFFSET) == 1 || inet_pton(AF_INET6, text, &six) == 1;
	if (is_address)
		*ret_address = six;
	return is_address;
}

static bool is_loopback(const struct host *host)
{
	if (!host->is_address)
		return kg_slice_equal_nocase(host->name, "localhost");
	return IN6_IS_ADDR_LOOPBACK(&host->address) ||
	       (IN6_IS_ADDR_V4MAPPED(&host->address) && host->address.s6_addr[IPV4_OFFSET] == IPV4_LOOPBACK);
}

static bool share_bits(const struct in6_addr *one, const struct in6_addr *other, unsigned bits)
{
	unsigned bytes = bits / 8;
	unsigned rest = bits % 8;

	if (memcmp(one->s6_addr, other->s6_addr, bytes) != 0)
		return false;
	return rest == 0 || (one->s6_addr[bytes] ^ other->s6_addr[bytes]) >> (8 - rest) == 0;
}

/* The number of bits behind a network's slash, of those of an IPv6 address. */
static bool read_bits(struct kg_slice digits, bool is_ipv4, unsigned *ret_bits)
{
	unsigned bits = 0;

	if (digits.length == 0 || digits.length > 3)
		return false;
	for (size_t i = 0; i < digits.length; i++) {
		if (digits.start[i] < '0' || digits.start[i] > '9')
			return false;
		bits = 10 * bits + (unsigned)(digits.start[i] - '0');
	}
	*ret_bits = is_ipv4 ? bits + IPV4_OFFSET_BITS : bits;
	return *ret_bits <= IPV6_BITS;
}

/* "10.0.0.0/8" */
static bool is_in_network(const struct host *host, struct kg_slice entry, const char *slash)
{
	size_t length = (size_t)(slash - entry.start);
	struct kg_slice text = part(entry, 0, length);
	struct in6_addr network;
	unsigned bits;

	if (!host->is_address || !read_address(text, &network) ||
	    !read_bits(part(entry, length + 1, entry.length), memchr(text.start, ':', length) == NULL, &bits))
		return false;
	return share_bits(&host->address, &network, bits);
}

/* ---- NO_PROXY ---- */

/* "name:port" and "[address]:port" in two; all else is a name. */
static void split_port(struct kg_slice entry, struct kg_slice *ret_name, struct kg_slice *ret_port)
{
	const char *colon = memrchr(entry.start, ':', entry.length);
	size_t length = colon != NULL ? (size_t)(colon - entry.start) : 0;
	bool has_brackets = length >= 2 && entry.start[0] == '[' && colon[-1] == ']';

	*ret_name = entry;
	*ret_port = part(entry, entry.length, entry.length);
	if (colon == NULL || (!has_brackets && memchr(entry.start, ':', length) != NULL))
		return;
	*ret_name = has_brackets ? part(entry, 1, length - 1) : part(entry, 0, length);
	*ret_port = part(entry, length + 1, entry.length);
}

/* "example.com" is that host and all below it, ".example.com" and "*.example.com" are those below. */
static bool is_in_domain(struct kg_slice name, struct kg_slice domain)
{
	if (domain.length > 1 && domain.start[0] == '*' && domain.start[1] == '.')
		domain = part(domain, 1, domain.length);
	if (equal(name, domain))
		return true;
	if (domain.start[0] == '.')
		domain = part(domain, 1, domain.length);
	return name.length > domain.length && name.start[name.length - domain.length - 1] == '.' &&
	       equal(part(name, name.length - domain.length, name.length), domain);
}

static bool names(struct kg_slice entry, const struct host *host)
{
	const char *slash = memchr(entry.start, '/', entry.length);
	struct kg_slice name, port;
	struct in6_addr address;

	if (kg_slice_equal(entry, "*"))
		return true;
	if (slash != NULL)
		return is_in_network(host, entry, slash);
	split_port(entry, &name, &port);
	if (name.length == 0 || (port.length > 0 && !equal(port, host->port)))
		return false;
	if (read_address(name, &address))
		return host->is_address && memcmp(&address, &host->address, sizeof(address)) == 0;
	return is_in_domain(host->name, name);
}

static bool is_excepted(const struct host *host, const char *exceptions)
{
	struct kg_list list = kg_list_of(kg_slice_of(exceptions), ',');
	struct kg_slice entry;

	while (kg_list_next(&list, &entry)) {
		if (entry.length > 0 && names(entry, host))
			return true;
	}
	return false;
}

/* ---- the environment ---- */

/* The first that is set and not empty, and its name. */
static const char *variable(const char *const names[2], const char **ret_name)
{
	for (size_t i = 0; i < 2; i++) {
		const char *value = getenv(names[i]); /* NOLINT(concurrency-mt-unsafe): before threads start */

		*ret_name = names[i];
		if (value != NULL && *value != '\0')
			return value;
	}
	return NULL;
}

bool kg_proxy_is_url(const char *text)
{
	static const char *const schemes[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h", NULL};
	struct kg_url url;

	return kg_url_parse(text, &url) && url.host.length > 0 && kg_slice_among(url.scheme, schemes);
}

/* Here it may also be "proxy.example:3128". */
static bool is_proxy(const char *text)
{
	struct kg_url url;

	if (strstr(text, "://") != NULL)
		return kg_proxy_is_url(text);
	return kg_endpoint_parse(text, &url) && url.host.length > 0;
}

static struct host host_of(const struct kg_url *server, bool is_https)
{
	struct host host = {.name = server->host, .port = server->port};

	if (host.port.length == 0)
		host.port = kg_slice_of(is_https ? "443" : "80");
	host.is_address = read_address(host.name, &host.address);
	return host;
}

int kg_proxy_of_environment(const struct kg_url *server, const char **ret_proxy, struct kg_err *err)
{
	static const char *const secure[2] = {"HTTPS_PROXY", "https_proxy"};
	static const char *const plain[2] = {"HTTP_PROXY", "http_proxy"};
	static const char *const exceptions[2] = {"NO_PROXY", "no_proxy"};
	bool is_https = kg_slice_equal(server->scheme, "https");
	struct host host = host_of(server, is_https);
	const char *name, *ignored;
	const char *proxy = variable(is_https ? secure : plain, &name);
	const char *excepted = variable(exceptions, &ignored);

	if (proxy == NULL || is_loopback(&host) || (excepted != NULL && is_excepted(&host, excepted)))
		proxy = NULL;
	else if (!is_proxy(proxy))
		return kg_err_set(err, KG_EINVAL, "the environment's %s is no URL such as http://proxy.example:3128", name);
	*ret_proxy = proxy;
	return 0;
}
