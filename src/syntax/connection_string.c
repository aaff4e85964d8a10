#include "kedagate/syntax/connection_string.h"

#include <stdio.h>
#include <string.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/url.h"

static const char bad_port[] = "a port is no number from 1 to 65535";
static const char bad_pairs[] = "it is neither a postgres:// URL nor a row of keyword=value pairs";

bool kg_connection_string_get(const char *text, const char *key, struct kg_slice *ret_value)
{
	struct kg_list pairs = kg_list_of(kg_slice_of(text), ';');
	struct kg_slice pair;

	while (kg_list_next(&pairs, &pair)) {
		const char *equals = memchr(pair.start, '=', pair.length);
		struct kg_slice name = {pair.start, equals ? (size_t)(equals - pair.start) : 0};

		if (!equals || !kg_slice_equal_nocase(kg_slice_trim(name), key))
			continue;
		*ret_value = kg_slice_trim((struct kg_slice){equals + 1, pair.length - name.length - 1});
		return true;
	}
	return false;
}

bool kg_sslmode_valid(const char *mode)
{
	static const char *const modes[] = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full", NULL};

	return kg_slice_among(kg_slice_of(mode), modes);
}

static bool is_port(struct kg_slice text)
{
	int64_t port;

	return text.length > 0 && text.start[0] != '+' && kg_go_int_parse(text, &port) && port >= 1 && port <= 65535;
}

/* The next part up to a comma, not trimmed. False at the end. */
static bool next_part(struct kg_slice *rest, struct kg_slice *ret_part)
{
	const char *comma;

	if (!rest->start)
		return false;
	*ret_part = *rest;
	comma = memchr(rest->start, ',', rest->length);
	if (!comma) {
		rest->start = NULL;
		return true;
	}
	ret_part->length = (size_t)(comma - rest->start);
	rest->start = comma + 1;
	rest->length -= ret_part->length + 1;
	return true;
}

static bool ports_valid(struct kg_slice hosts, struct kg_slice ports)
{
	struct kg_slice first = {"", 0};
	struct kg_slice host;
	bool is_first = true;

	while (next_part(&hosts, &host)) {
		struct kg_slice port;

		if (!next_part(&ports, &port))
			port = first;
		if (is_first)
			first = port;
		is_first = false;
		if (!is_port(port))
			return false;
	}
	return true;
}

bool kg_dsn_ports_valid(const char *hosts, const char *ports)
{
	return ports_valid(kg_slice_of(hosts), kg_slice_of(ports));
}

/* In the query of a URL the slash may be escaped. */
static bool begins_path(struct kg_slice host, bool in_url)
{
	if (host.length > 0 && host.start[0] == '/')
		return true;
	return in_url && host.length >= 3 && kg_slice_equal_nocase((struct kg_slice){host.start, 3}, "%2f");
}

static bool all_paths(struct kg_slice hosts, bool in_url)
{
	struct kg_slice host;

	while (next_part(&hosts, &host)) {
		if (!begins_path(host, in_url))
			return false;
	}
	return true;
}

/* What the keys give while they are read, before it is judged as a whole. */
struct reading {
	struct kg_dsn dsn;
	struct kg_slice ports;
};

static void put_word(char out[KG_DSN_WORD_MAX], struct kg_slice value, bool in_url)
{
	/* A word that does not fit is none of those that mean something. */
	if (in_url ? kg_percent_decode(value, true, out, KG_DSN_WORD_MAX) : value.length < KG_DSN_WORD_MAX) {
		if (!in_url)
			(void)snprintf(out, KG_DSN_WORD_MAX, "%.*s", (int)value.length, value.start);
	} else {
		(void)snprintf(out, KG_DSN_WORD_MAX, "?");
	}
}

static void put_setting(struct reading *reading, struct kg_slice key, struct kg_slice value, bool in_url)
{
	char word[KG_DSN_WORD_MAX];

	if (kg_slice_equal(key, "sslmode")) {
		put_word(reading->dsn.sslmode, value, in_url);
	} else if (kg_slice_equal(key, "sslnegotiation")) {
		put_word(reading->dsn.sslnegotiation, value, in_url);
	} else if (kg_slice_equal(key, "sslrootcert")) {
		put_word(word, value, in_url);
		reading->dsn.system_roots = strcmp(word, "system") == 0;
	} else if (kg_slice_equal(key, "password")) {
		reading->dsn.password = value.length > 0;
	} else if (kg_slice_equal(key, "host")) {
		reading->dsn.hosts = value;
	} else if (kg_slice_equal(key, "port")) {
		reading->ports = value;
	}
}

static bool is_space(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static const char *skip_spaces(const char *text)
{
	while (is_space(*text))
		text++;
	return text;
}

/* The value that begins at *cursor, which moves behind it. Escapes stay as they are. False when a quote or a backslash is left open. */
static bool read_value(const char **cursor, struct kg_slice *ret_value)
{
	const char *byte = skip_spaces(*cursor);
	bool quoted = *byte == '\'';
	const char *start = quoted ? ++byte : byte;

	while (*byte != '\0' && !(quoted ? *byte == '\'' : is_space(*byte))) {
		if (*byte == '\\' && *++byte == '\0')
			return false;
		byte++;
	}
	if (quoted && *byte == '\0')
		return false;
	*ret_value = (struct kg_slice){start, (size_t)(byte - start)};
	*cursor = *byte == '\0' ? byte : byte + 1;
	return true;
}

static const char *read_pairs(const char *text, struct reading *reading)
{
	while (*text != '\0') {
		const char *equals = strchr(text, '=');
		struct kg_slice key;
		struct kg_slice value;

		if (!equals)
			return bad_pairs;
		key = kg_slice_trim((struct kg_slice){text, (size_t)(equals - text)});
		if (key.length == 0)
			return bad_pairs;
		text = equals + 1;
		if (!read_value(&text, &value))
			return "a quote or a backslash is left open";
		put_setting(reading, key, value, false);
	}
	return NULL;
}

/* Of "host:port,host:port": pgx splits each part, so the ports are judged one by one. */
static const char *check_url_hosts(struct kg_slice authority)
{
	struct kg_slice part;

	while (next_part(&authority, &part)) {
		const char *colon = memrchr(part.start, ':', part.length);
		struct kg_slice port;

		if (!colon || (part.length > 0 && part.start[part.length - 1] == ']'))
			continue;
		port = (struct kg_slice){colon + 1, (size_t)(part.start + part.length - colon - 1)};
		if (port.length > 0 && !is_port(port))
			return bad_port;
	}
	return NULL;
}

static struct kg_slice url_authority(const char *text)
{
	const char *start = strstr(text, "://") + 3;
	struct kg_slice authority = {start, strcspn(start, "/?#")};
	const char *at = memrchr(authority.start, '@', authority.length);

	if (!at)
		return authority;
	return (struct kg_slice){at + 1, authority.length - (size_t)(at + 1 - authority.start)};
}

static const char *read_url(const char *text, struct reading *reading)
{
	static const char *const keys[] = {"sslmode", "sslnegotiation", "sslrootcert", "password", "host", "port"};
	struct kg_slice value;
	struct kg_url url;

	if (!kg_url_parse(text, &url))
		return "its URL is malformed: a special character in the password must be percent-encoded";
	reading->dsn.password = url.password.length > 0;
	reading->dsn.hosts = url_authority(text);
	for (size_t i = 0; i < KG_ARRAY_LEN(keys); i++) {
		if (kg_query_get(url.query, keys[i], &value))
			put_setting(reading, kg_slice_of(keys[i]), value, true);
	}
	return check_url_hosts(url_authority(text));
}

const char *kg_dsn_parse(const char *text, struct kg_dsn *ret_dsn)
{
	bool in_url = strncmp(text, "postgres://", 11) == 0 || strncmp(text, "postgresql://", 13) == 0;
	struct reading reading = {.dsn.hosts = {"", 0}, .ports = {"", 0}};
	const char *fault = in_url ? read_url(text, &reading) : read_pairs(text, &reading);

	if (fault)
		return fault;
	reading.dsn.local = reading.dsn.hosts.length == 0 || all_paths(reading.dsn.hosts, in_url);
	if (reading.ports.length > 0 && !ports_valid(reading.dsn.hosts, reading.ports))
		return bad_port;
	if (reading.dsn.sslmode[0] != '\0' && !reading.dsn.local && !kg_sslmode_valid(reading.dsn.sslmode))
		return "its sslmode is none of disable, allow, prefer, require, verify-ca and verify-full";
	*ret_dsn = reading.dsn;
	return NULL;
}
