#include "scalers/mssql_string.h"

#include <string.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/url.h"

static const char odbc[] = "odbc:";

struct pair {
	struct kg_slice key;
	struct kg_slice value;
};

enum step { STEP_PAIR, STEP_END, STEP_BROKEN };

static struct kg_slice after(struct kg_slice text, size_t length)
{
	return (struct kg_slice){text.start + length, text.length - length};
}

/* How much of `text` comes before the first `byte`; all when there is none. */
static size_t length_before(struct kg_slice text, char byte)
{
	const char *found = memchr(text.start, byte, text.length);

	return found ? (size_t)(found - text.start) : text.length;
}

/* ---- ADO ---- */

/* A doubled quote ends the quoted text and begins it again, which comes to the same here. */
static size_t ado_part_length(struct kg_slice text)
{
	bool quoted = false;
	size_t length = 0;

	for (; length < text.length && (quoted || text.start[length] != ';'); length++)
		quoted ^= text.start[length] == '"';
	return length;
}

static struct kg_slice unquoted(struct kg_slice value)
{
	if (value.length >= 2 && value.start[0] == '"' && value.start[value.length - 1] == '"')
		return (struct kg_slice){value.start + 1, value.length - 2};
	return value;
}

static enum step next_ado(struct kg_slice *rest, struct pair *ret_pair)
{
	struct kg_slice part = {rest->start, ado_part_length(*rest)};
	size_t name = length_before(part, '=');

	if (rest->length == 0)
		return STEP_END;
	*rest = after(*rest, part.length + (part.length < rest->length));
	ret_pair->key = kg_slice_trim((struct kg_slice){part.start, name});
	ret_pair->value = unquoted(kg_slice_trim(after(part, name + (name < part.length))));
	return STEP_PAIR;
}

/* ---- ODBC ---- */

/* The value whose opening brace is behind us. After its closing one, which is not doubled, only a ";" may come. */
static enum step read_braced(struct kg_slice *rest, struct kg_slice *ret_value)
{
	size_t length = length_before(*rest, '}');

	while (length + 1 < rest->length && rest->start[length + 1] == '}')
		length += 2 + length_before(after(*rest, length + 2), '}');
	if (length >= rest->length)
		return STEP_BROKEN;
	*ret_value = (struct kg_slice){rest->start, length};
	*rest = kg_slice_trim(after(*rest, length + 1));
	return rest->length == 0 || rest->start[0] == ';' ? STEP_PAIR : STEP_BROKEN;
}

static enum step read_odbc_value(struct kg_slice *rest, struct kg_slice *ret_value)
{
	size_t length;

	if (rest->length > 0 && rest->start[0] == '{') {
		*rest = after(*rest, 1);
		return read_braced(rest, ret_value);
	}
	length = length_before(*rest, ';');
	*ret_value = kg_slice_trim((struct kg_slice){rest->start, length});
	*rest = after(*rest, length);
	return STEP_PAIR;
}

static void skip_empty_parts(struct kg_slice *rest)
{
	*rest = kg_slice_trim(*rest);
	while (rest->length > 0 && rest->start[0] == ';')
		*rest = kg_slice_trim(after(*rest, 1));
}

/* A key may stand without a value, a value not without a key. */
static enum step next_odbc(struct kg_slice *rest, struct pair *ret_pair)
{
	size_t length;

	skip_empty_parts(rest);
	if (rest->length == 0)
		return STEP_END;
	if (rest->start[0] == '=')
		return STEP_BROKEN;
	length = length_before((struct kg_slice){rest->start, length_before(*rest, ';')}, '=');
	ret_pair->key = kg_slice_trim((struct kg_slice){rest->start, length});
	*rest = after(*rest, length);
	if (rest->length > 0 && rest->start[0] == '=')
		*rest = kg_slice_trim(after(*rest, 1));
	return read_odbc_value(rest, &ret_pair->value);
}

/* ---- URL ---- */

static enum step next_in_query(struct kg_slice *rest, struct pair *ret_pair)
{
	struct kg_slice part = {rest->start, length_before(*rest, '&')};
	size_t name = length_before(part, '=');

	if (rest->length == 0)
		return STEP_END;
	*rest = after(*rest, part.length + (part.length < rest->length));
	ret_pair->key = (struct kg_slice){part.start, name};
	ret_pair->value = after(part, name + (name < part.length));
	return STEP_PAIR;
}

/* ---- all three ---- */

/* A string in one of its forms, and what of it is still to be read. */
struct reading {
	enum step (*next)(struct kg_slice *rest, struct pair *ret_pair);
	struct kg_slice rest;
};

static bool begin(const char *text, struct reading *ret_reading)
{
	struct kg_url url;

	*ret_reading = (struct reading){next_ado, kg_slice_of(text)};
	if (strncmp(text, odbc, strlen(odbc)) == 0)
		*ret_reading = (struct reading){next_odbc, kg_slice_of(text + strlen(odbc))};
	if (!kg_mssql_is_url(text))
		return true;
	if (!kg_url_parse(text, &url))
		return false;
	*ret_reading = (struct reading){next_in_query, url.query};
	return true;
}

bool kg_mssql_is_url(const char *text)
{
	return strncmp(text, "sqlserver://", strlen("sqlserver://")) == 0;
}

/* Synonyms are ADO's alone. */
static bool is_key(struct kg_slice name, const char *key, bool synonyms)
{
	static const char *const servers[] = {"data source", "address", "addr", "network address"};

	if (kg_slice_equal_nocase(name, key))
		return true;
	if (!synonyms || strcmp(key, "server") != 0)
		return false;
	for (size_t i = 0; i < KG_ARRAY_LEN(servers); i++) {
		if (kg_slice_equal_nocase(name, servers[i]))
			return true;
	}
	return false;
}

bool kg_mssql_string_get(const char *text, const char *key, struct kg_slice *ret_value)
{
	struct kg_slice value = {NULL, 0};
	struct reading reading;
	struct pair pair;
	enum step step;

	if (!begin(text, &reading))
		return false;
	while ((step = reading.next(&reading.rest, &pair)) == STEP_PAIR) {
		if (is_key(pair.key, key, reading.next == next_ado))
			value = pair.value;
	}
	if (step == STEP_BROKEN || !value.start)
		return false;
	*ret_value = value;
	return true;
}

/* ---- host ---- */

static struct kg_slice skip(struct kg_slice text, const char *prefix)
{
	size_t length = strlen(prefix);

	return text.length >= length && memcmp(text.start, prefix, length) == 0 ? after(text, length) : text;
}

/* "tcp:host,1433": ADO's alone. With two commas, or nothing behind one, they are part of the host, which is none then. */
static struct kg_slice ado_host(struct kg_slice server)
{
	struct kg_slice host = skip(skip(server, "tcp:"), "admin:");
	struct kg_slice port = after(host, length_before(host, ','));

	if (port.length < 2 || length_before(after(port, 1), ',') < port.length - 1)
		return host;
	return (struct kg_slice){host.start, host.length - port.length};
}

static bool is_host_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || strchr(".-_:", byte);
}

/* A name or an address. The driver does not split "host:port", and takes no brackets. */
static bool is_host(struct kg_slice text)
{
	size_t colon = length_before(text, ':');

	for (size_t i = 0; i < text.length; i++) {
		if (!is_host_byte(text.start[i]))
			return false;
	}
	return colon == text.length || memchr(text.start + colon + 1, ':', text.length - colon - 1);
}

bool kg_mssql_string_host(const char *text, struct kg_slice *ret_host)
{
	struct reading reading;
	struct kg_slice host;

	if (!begin(text, &reading) || !kg_mssql_string_get(text, "server", &host))
		return false;
	if (reading.next == next_ado)
		host = ado_host(host);
	host.length = length_before(host, '\\');
	if (host.length == 0 || kg_slice_equal(host, ".") || kg_slice_equal_nocase(host, "(local)"))
		host = kg_slice_of("localhost");
	if (!is_host(host))
		return false;
	*ret_host = host;
	return true;
}
