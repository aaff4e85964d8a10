/*
 * URLs and endpoints, taken apart without copying.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/syntax/text.h"

/* The parts of a URL, as they stand in it: nothing is decoded. An absent part is empty; `has_…` tells "user:@host" from "user@host". */
struct kg_url {
	struct kg_slice scheme;
	struct kg_slice user;
	struct kg_slice password;
	struct kg_slice host; /* without the brackets of an IPv6 address */
	struct kg_slice port;
	struct kg_slice path;  /* from its "/" on */
	struct kg_slice query; /* without "?" */
	bool has_user;
	bool has_password;
};

/* Take `text` apart as Go's net/url does with an absolute URL. False when there is no "scheme://", or when the authority is none that Go accepts (a port
 * that is no number, an unclosed bracket). */
bool kg_url_parse(const char *text, struct kg_url *ret_url);

/* Is there a colon in the host of an http or https URL that kg_url_parse took apart, and no brackets around it ("http://a:80,b:80")? Go refuses it since
 * 1.26. */
bool kg_url_has_stray_colon(const struct kg_url *url);

/* Does Go's url.ParseRequestURI take it? Besides absolute URLs those are paths, and, by their colon, also "host:port" and "host:anything". */
bool kg_request_uri_valid(const char *text);

/* As kg_url_parse; a text without "://" is "host[:port]" with an optional path. Of a gRPC target, "dns://server/host:port", or another
 * with an empty authority, such as "passthrough:///host:port", the host is that of the path. */
bool kg_endpoint_parse(const char *text, struct kg_url *ret_url);

/* What a URL has between "//" and its path, query or fragment, part of `text` and not judged; empty when there is none. */
struct kg_slice kg_url_authority(struct kg_slice text);

/* Is `host` under `domain`, which begins with a dot (".tmprl.cloud")? The domain itself is not. Case and one trailing dot do not matter. */
bool kg_host_under(struct kg_slice host, const char *domain);

/* As kg_host_under, of any of the NULL-terminated `domains`. */
bool kg_host_under_any(struct kg_slice host, const char *const *domains);

/* The value of `key` in a query, not decoded, of the first that has one; false when none does. */
bool kg_query_get(struct kg_slice query, const char *key, struct kg_slice *ret_value);

/* Does Go's url.ParseQuery take it: no ";", and every "%" begins an escape? */
bool kg_query_valid(struct kg_slice query);

/* Percent-decode into `out` (NUL-terminated; in a query "+" is a space). False when it does not fit or an escape is malformed. */
bool kg_percent_decode(struct kg_slice text, bool in_query, char *out, size_t size);
