/*
 * URLs, endpoints, hosts and connection strings, which decide where a credential goes. Beside faults of memory, this looks for answers that
 * contradict each other.
 *
 * Targets: syntax/url, syntax/host, syntax/connection_string.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/scanners.h"
#include "kedagate/syntax/connection_string.h"
#include "kedagate/syntax/host.h"
#include "kedagate/syntax/text.h"
#include "kedagate/syntax/url.h"

/* ---- URLs ---- */

static void check_url(const struct kg_url *url, const char *text)
{
	const struct kg_slice parts[] = {url->scheme, url->user, url->password, url->host, url->port, url->path, url->query};

	for (size_t i = 0; i < KG_ARRAY_LEN(parts); i++)
		require(parts[i].length == 0 || is_inside(parts[i], text, strlen(text)));
	require(url->has_user || (url->user.length == 0 && !url->has_password));
	require(url->has_password || url->password.length == 0);
}

/* Does an endpoint name its host in the path? */
static bool names_host_in_path(const struct kg_url *url)
{
	return kg_slice_equal_nocase(url->scheme, "dns") && url->path.length > 1;
}

/* A URL is an endpoint as well, with the same host where its authority names one. */
static bool scan_url(const struct input *input)
{
	struct kg_url url, endpoint;

	if (!kg_url_parse(input->text, &url))
		return false;
	check_url(&url, input->text);
	require(kg_request_uri_valid(input->text));
	require(!kg_url_has_stray_colon(&url) || memchr(url.host.start, ':', url.host.length) != NULL);
	if (url.host.length > 0 && !names_host_in_path(&url))
		require(kg_endpoint_parse(input->text, &endpoint) && endpoint.host.start == url.host.start &&
		        endpoint.host.length == url.host.length);
	return true;
}

static bool scan_endpoint(const struct input *input)
{
	struct kg_url url;

	if (!kg_endpoint_parse(input->text, &url))
		return false;
	check_url(&url, input->text);
	return true;
}

static bool scan_request_uri(const struct input *input)
{
	return kg_request_uri_valid(input->text);
}

static bool scan_authority(const struct input *input)
{
	struct kg_slice authority = kg_url_authority(input->bytes);

	require(authority.length == 0 || is_inside(authority, input->bytes.start, input->bytes.length));
	return authority.length > 0;
}

/* ---- hosts ---- */

static bool scan_host(const struct input *input)
{
	static const char *const domains[] = {".tmprl.cloud", ".example", NULL};
	struct kg_slice host = input->bytes;
	bool under = kg_host_under_any(host, domains);

	require(under == (kg_host_under(host, domains[0]) || kg_host_under(host, domains[1])));
	require(!under || host.length > strlen(domains[1]));
	return under;
}

enum { PLACE_TEXT_MAX = 63 };

/* Neither the case of ASCII nor escapes change what a host is. */
static void require_same_place(const char *host, enum kg_host_place place)
{
	char upper[PLACE_TEXT_MAX + 1] = "", escaped[3 * PLACE_TEXT_MAX + 1] = "";

	for (size_t i = 0; host[i] != '\0'; i++) {
		upper[i] = host[i];
		if (host[i] >= 'a' && host[i] <= 'z')
			upper[i] = (char)(host[i] - 'a' + 'A');
		(void)snprintf(escaped + 3 * i, 4, "%%%02x", (unsigned)(unsigned char)host[i]);
	}
	require(kg_host_place(kg_slice_of(upper)) == place);
	require(strchr(host, ':') != NULL || kg_host_place(kg_slice_of(escaped)) == place);
}

static bool scan_place(const struct input *input)
{
	enum kg_host_place place = kg_host_place(input->bytes);

	if (strlen(input->text) == input->bytes.length && input->bytes.length <= PLACE_TEXT_MAX && strchr(input->text, '%') == NULL)
		require_same_place(input->text, place);
	return place != KG_HOST_ELSEWHERE;
}

/* ---- queries and connection strings ---- */

static bool scan_query(const struct input *input)
{
	struct kg_slice value;
	bool found = kg_query_get(kg_slice_of(input->second), input->first, &value);

	(void)kg_query_valid(kg_slice_of(input->second));
	if (found)
		require_inside(value, input->second);
	return found;
}

/* Decoding never lengthens, and says the same of every buffer that is large enough; what holds no escape stays as it is. */
static bool scan_percent(const struct input *input)
{
	size_t size = input->bytes.length + 1;
	char *out = malloc(size);
	bool taken;

	require(out != NULL);
	taken = kg_percent_decode(input->bytes, false, out, size);
	require(!taken || strlen(out) < size);
	require(taken || memchr(input->bytes.start, '%', input->bytes.length) != NULL);
	if (taken && memchr(input->bytes.start, '%', input->bytes.length) == NULL)
		require(memcmp(out, input->bytes.start, strnlen(input->bytes.start, input->bytes.length)) == 0);
	for (size_t small = 0; taken && small <= strlen(out) && memchr(input->bytes.start, '\0', input->bytes.length) == NULL; small++)
		(void)kg_percent_decode(input->bytes, true, out, small);
	free(out);
	return taken;
}

static bool scan_connection_string(const struct input *input)
{
	struct kg_slice value;

	if (!kg_connection_string_get(input->second, input->first, &value))
		return false;
	require_inside(value, input->second);
	require(memchr(value.start, ';', value.length) == NULL);
	return true;
}

static bool scan_dsn(const struct input *input)
{
	struct kg_dsn dsn;

	memset(&dsn, 'x', sizeof(dsn));
	if (kg_dsn_parse(input->text, &dsn) != NULL)
		return false;
	require(dsn.local || dsn.sslmode[0] == '\0' || kg_sslmode_valid(dsn.sslmode));
	require(memchr(dsn.sslmode, '\0', sizeof(dsn.sslmode)) != NULL);
	require(memchr(dsn.sslnegotiation, '\0', sizeof(dsn.sslnegotiation)) != NULL);
	return true;
}

static bool scan_ports(const struct input *input)
{
	return kg_dsn_ports_valid(input->first, input->second);
}

/* ---- the table ---- */

static struct scanner scanners[] = {
        {'u', "url", scan_url, 0, 0},
        {'e', "endpoint", scan_endpoint, 0, 0},
        {'U', "request URI", scan_request_uri, 0, 0},
        {'A', "authority", scan_authority, 0, 0},
        {'H', "host", scan_host, 0, 0},
        {'@', "place of a host", scan_place, 0, 0},
        {'q', "query", scan_query, 0, 0},
        {'%', "percent", scan_percent, 0, 0},
        {'c', "connection string", scan_connection_string, 0, 0},
        {'s', "dsn", scan_dsn, 0, 0},
        {'P', "ports", scan_ports, 0, 0},
};

SCANNERS_ENTRY(scanners)
