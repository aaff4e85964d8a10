#include "kedagate/syntax/url.h"

#include <ctype.h>
#include <string.h>

static struct kg_slice between(const char *start, const char *end)
{
	return (struct kg_slice){start, (size_t)(end - start)};
}

/* Cut `*text` before the first `byte`; what follows that byte is returned, empty when there is none. */
static struct kg_slice cut(struct kg_slice *text, char byte)
{
	const char *end = text->start + text->length;
	const char *found = memchr(text->start, byte, text->length);

	if (!found)
		return between(end, end);
	text->length = (size_t)(found - text->start);
	return between(found + 1, end);
}

/* RFC 3986, section 3.1. */
static bool is_scheme(struct kg_slice scheme)
{
	if (scheme.length == 0 || !isalpha((unsigned char)scheme.start[0]))
		return false;
	for (size_t i = 1; i < scheme.length; i++) {
		if (!isalnum((unsigned char)scheme.start[i]) && !strchr("+-.", scheme.start[i]))
			return false;
	}
	return true;
}

static bool read_port(struct kg_slice text, struct kg_slice *ret_port)
{
	if (text.length == 0)
		return true;
	if (text.start[0] != ':')
		return false;
	for (size_t i = 1; i < text.length; i++) {
		if (!isdigit((unsigned char)text.start[i]))
			return false;
	}
	*ret_port = between(text.start + 1, text.start + text.length);
	return true;
}

static bool read_host(struct kg_slice text, struct kg_url *url)
{
	const char *end = text.start + text.length;
	const char *colon = memrchr(text.start, ':', text.length);

	if (text.length > 0 && text.start[0] == '[') {
		const char *close = memrchr(text.start, ']', text.length);

		if (!close)
			return false;
		url->host = between(text.start + 1, close);
		return read_port(between(close + 1, end), &url->port);
	}
	url->host = colon ? between(text.start, colon) : text;
	return !colon || read_port(between(colon, end), &url->port);
}

static bool is_userinfo(struct kg_slice text)
{
	for (size_t i = 0; i < text.length; i++) {
		if (!isalnum((unsigned char)text.start[i]) && !strchr("-._:~!$&'()*+,;=%@", text.start[i]))
			return false;
	}
	return true;
}

/* Bytes beyond ASCII are taken as they are. Braces are none, so that a template with {{placeholders}} for its host is no URL. */
static bool is_host_byte(unsigned char byte)
{
	return byte > ' ' && byte != '\\' && byte != '^' && byte != '`' && (byte < '{' || byte == '~' || byte > 0x7f);
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Does an escape begin at text.start[at]? */
static bool is_escape(struct kg_slice text, size_t at)
{
	return at + 2 < text.length && hex_value(text.start[at + 1]) >= 0 && hex_value(text.start[at + 2]) >= 0;
}

/* Of a host: one of a byte beyond ASCII, or "%25" before the zone of an IPv6 address. */
static bool is_host_escape(struct kg_slice text, size_t at)
{
	return is_escape(text, at) && (hex_value(text.start[at + 1]) >= 8 || memcmp(text.start + at, "%25", 3) == 0);
}

static bool read_authority(struct kg_slice authority, struct kg_url *url)
{
	const char *at = memrchr(authority.start, '@', authority.length);

	if (at) {
		url->has_user = true;
		url->user = between(authority.start, at);
		if (!is_userinfo(url->user))
			return false;
		url->has_password = memchr(url->user.start, ':', url->user.length) != NULL;
		url->password = cut(&url->user, ':');
		authority = between(at + 1, authority.start + authority.length);
	}
	for (size_t i = 0; i < authority.length; i++) {
		if (!is_host_byte((unsigned char)authority.start[i]) || (authority.start[i] == '%' && !is_host_escape(authority, i)))
			return false;
	}
	return read_host(authority, url);
}

/* Everything behind the scheme: authority, path, query; a fragment is dropped. */
static bool read_hierarchy(struct kg_slice text, struct kg_url *url)
{
	struct kg_slice rest;

	(void)cut(&text, '#');
	url->query = cut(&text, '?');
	rest = text;
	(void)cut(&text, '/');
	url->path = between(text.start + text.length, rest.start + rest.length);
	return read_authority(text, url);
}

static struct kg_url empty_url(const char *text)
{
	struct kg_slice none = {text, 0};

	return (struct kg_url){none, none, none, none, none, none, none, false, false};
}

bool kg_url_parse(const char *text, struct kg_url *ret_url)
{
	const char *mark = strstr(text, "://");
	struct kg_url url = empty_url(text);

	if (!mark)
		return false;
	url.scheme = between(text, mark);
	if (!is_scheme(url.scheme) || !read_hierarchy(kg_slice_of(mark + 3), &url))
		return false;
	*ret_url = url;
	return true;
}

bool kg_url_has_stray_colon(const struct kg_url *url)
{
	bool http = kg_slice_equal_nocase(url->scheme, "http") || kg_slice_equal_nocase(url->scheme, "https");

	return http && url->host.length > 0 && url->host.start[-1] != '[' && memchr(url->host.start, ':', url->host.length);
}

bool kg_request_uri_valid(const char *text)
{
	size_t length = strcspn(text, ":");
	struct kg_url url;

	if (*text == '/')
		return true;
	if (text[length] != ':' || !is_scheme((struct kg_slice){text, length}))
		return false;
	return strncmp(text + length, "://", 3) != 0 || kg_url_parse(text, &url);
}

bool kg_endpoint_parse(const char *text, struct kg_url *ret_url)
{
	struct kg_url url = empty_url(text);

	if (!strstr(text, "://")) {
		if (!read_hierarchy(kg_slice_of(text), &url))
			return false;
	} else {
		if (!kg_url_parse(text, &url))
			return false;
		/* The authority of dns:// is the server to ask. */
		if ((url.host.length == 0 || kg_slice_equal_nocase(url.scheme, "dns")) && url.path.length > 1) {
			struct kg_slice path = between(url.path.start + 1, url.path.start + url.path.length);

			if (!read_hierarchy(path, &url))
				return false;
		}
	}
	*ret_url = url;
	return true;
}

struct kg_slice kg_url_authority(struct kg_slice text)
{
	const char *mark = memmem(text.start, text.length, "//", 2);
	struct kg_slice authority = mark ? between(mark + 2, text.start + text.length) : (struct kg_slice){text.start, 0};

	(void)cut(&authority, '#');
	(void)cut(&authority, '?');
	(void)cut(&authority, '/');
	return authority;
}

bool kg_host_under(struct kg_slice host, const char *domain)
{
	size_t length = strlen(domain);

	if (host.length > 0 && host.start[host.length - 1] == '.')
		host.length--;
	return host.length > length && kg_slice_equal_nocase(between(host.start + host.length - length, host.start + host.length), domain);
}

bool kg_host_under_any(struct kg_slice host, const char *const *domains)
{
	for (; *domains; domains++) {
		if (kg_host_under(host, *domains))
			return true;
	}
	return false;
}

bool kg_query_get(struct kg_slice query, const char *key, struct kg_slice *ret_value)
{
	while (query.length > 0) {
		struct kg_slice pair = query;
		struct kg_slice value;

		query = cut(&pair, '&');
		value = cut(&pair, '=');
		if (kg_slice_equal(pair, key)) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

bool kg_query_valid(struct kg_slice query)
{
	for (size_t i = 0; i < query.length; i++) {
		if (query.start[i] == ';' || (query.start[i] == '%' && !is_escape(query, i)))
			return false;
	}
	return true;
}

bool kg_percent_decode(struct kg_slice text, bool in_query, char *out, size_t size)
{
	size_t length = 0;

	for (size_t i = 0; i < text.length; i++) {
		char byte = text.start[i];

		if (length + 1 >= size)
			return false;
		if (byte == '%') {
			if (!is_escape(text, i))
				return false;
			byte = (char)(hex_value(text.start[i + 1]) * 16 + hex_value(text.start[i + 2]));
			i += 2;
		} else if (byte == '+' && in_query) {
			byte = ' ';
		}
		out[length++] = byte;
	}
	out[length] = '\0';
	return true;
}
