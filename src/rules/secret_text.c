#include "rules/secret_text.h"

#include <stddef.h>
#include <string.h>

#include "kedagate/syntax/connection_string.h"
#include "kedagate/syntax/header.h"
#include "kedagate/syntax/url.h"
#include "rules/token_text.h"

/* A name, and what stands under it in words. */
struct secret_name {
	const char *name;
	const char *what;
};

/* Credentials of KEDA's scalers, by the name of the parameter, whatever its case: an external scaler may write it otherwise. Identities (user names,
 * client ids, access key ids) are none. */
static const struct secret_name key_names[] = {
        {"accessKey", "an access key"},
        {"accessToken", "an access token"},
        {"activeDirectoryClientPassword", "a client secret"},
        {"apiKey", "an API key"},
        {"apiToken", "an API token"},
        {"appCredentialSecret", "a credential"},
        {"appKey", "an application key"},
        {"authToken", "a token"},
        {"accessSecretKey", "a secret key"},
        {"awsSecretAccessKey", "an AWS secret access key"},
        {"awsSessionToken", "an AWS session token"},
        {"bearerToken", "a bearer token"},
        {"clientKey", "a private key"},
        {"clientSecret", "a client secret"},
        {"credentials", "credentials"},
        {"customAuthValue", "the value of an authentication header"},
        {"GoogleApplicationCredentials", "a service account key"},
        {"keyPassword", "the password of a private key"},
        {"password", "a password"},
        {"personalAccessToken", "an access token"},
        {"queryKey", "an API key"},
        {"secretKey", "a secret key"},
        {"sasToken", "a shared access signature"},
        {"sentinelPassword", "a password"},
        {"tlsClientKey", "a private key"},
        {"token", "a token"},
};

/* Keys of "Key=Value;Key=Value". */
static const struct secret_name connection_names[] = {
        {"AccountKey", "an account key in a connection string"},
        {"SharedAccessKey", "a shared access key in a connection string"},
        {"SharedAccessSignature", "a shared access signature in a connection string"},
        {"Password", "a password in a connection string"},
        {"Pwd", "a password in a connection string"},
};

/* Parameters of a URL's query. */
static const struct secret_name query_names[] = {
        {"password", "a password in a URL"},    {"sig", "a shared access signature in a URL"},
        {"api_key", "an API key in a URL"},     {"apikey", "an API key in a URL"},
        {"apiKey", "an API key in a URL"},      {"access_token", "an access token in a URL"},
        {"token", "a token in a URL"},          {"auth_token", "a token in a URL"},
        {"authToken", "a token in a URL"},      {"client_secret", "a client secret in a URL"},
        {"subscription-key", "a key in a URL"}, {"X-Amz-Signature", "a signature in a URL"},
};

static bool contains(struct kg_slice text, const char *part)
{
	return memmem(text.start, text.length, part, strlen(part)) != NULL;
}

static bool is_upper_or_digit(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

/* REDIS_PASSWORD: the name of a variable. */
static bool is_variable_name(struct kg_slice value)
{
	bool underscore = false;

	for (size_t i = 0; i < value.length; i++) {
		underscore = underscore || value.start[i] == '_';
		if (value.start[i] != '_' && !is_upper_or_digit(value.start[i]))
			return false;
	}
	return underscore && value.start[0] >= 'A' && value.start[0] <= 'Z';
}

/* ****, xxxx, ....: one byte over and over. */
static bool is_mask(struct kg_slice value)
{
	for (size_t i = 1; i < value.length; i++) {
		if (value.start[i] != value.start[0])
			return false;
	}
	return strchr("*xX.-", value.start[0]) != NULL;
}

/* What other tools put in for a secret that they keep: where it is, not what it is. */
static const char *const reference_starts[] = {"vault:",     "vault+",   "ref+",  "op://", "secret://",
                                               "secretref:", "arn:aws:", "file:", "env:",  "sops:"};

static bool starts_with(struct kg_slice text, const char *start)
{
	return text.length > strlen(start) && memcmp(text.start, start, strlen(start)) == 0;
}

/* The path of a file, or where a tool finds the secret. Base64 may begin with a slash as well, but it looks random. */
static bool is_reference(struct kg_slice value)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(reference_starts); i++) {
		if (starts_with(value, reference_starts[i]))
			return true;
	}
	return value.start[0] == '/' && memchr(value.start + 1, '/', value.length - 1) && !kg_token_is_random(value);
}

bool kg_secret_is_placeholder(struct kg_slice value)
{
	struct kg_slice trimmed = kg_slice_trim(value);

	if (trimmed.length == 0 || is_variable_name(trimmed) || is_mask(trimmed) || is_reference(trimmed))
		return true;
	if (trimmed.start[0] == '$' || (trimmed.start[0] == '{' && trimmed.start[trimmed.length - 1] == '}'))
		return true;
	return contains(trimmed, "{{") || contains(trimmed, "${") || contains(trimmed, "$(") ||
	       (contains(trimmed, "<") && contains(trimmed, ">"));
}

/* The password of "user:password", what stands before the last '@' of an authority. */
static bool holds_password(struct kg_slice userinfo)
{
	const char *colon = memchr(userinfo.start, ':', userinfo.length);
	struct kg_slice password = {"", 0};

	if (!colon)
		return false;
	password.start = colon + 1;
	password.length = userinfo.length - (size_t)(colon + 1 - userinfo.start);
	return !kg_secret_is_placeholder(password);
}

/* "scheme://user:password@host", anywhere in the text. */
static bool has_url_password(const char *text)
{
	for (const char *found = strstr(text, "://"); found; found = strstr(found + 3, "://")) {
		struct kg_slice authority = {found + 3, strcspn(found + 3, "/?# \t\r\n\"'`")};
		const char *at = memrchr(authority.start, '@', authority.length);

		if (at && holds_password((struct kg_slice){authority.start, (size_t)(at - authority.start)}))
			return true;
	}
	return false;
}

/* "user:password@tcp(host:3306)/database": the DSN of Go's MySQL driver. */
static bool has_mysql_password(const char *text)
{
	const char *at = strstr(text, "@tcp(");

	if (!at)
		at = strstr(text, "@unix(");
	return at && holds_password((struct kg_slice){text, (size_t)(at - text)});
}

/* "host=… password=… dbname=…": a PostgreSQL connection string. */
static bool has_dsn_password(const char *text)
{
	const char *found = strstr(text, "password");
	struct kg_dsn dsn;
	struct kg_slice value;

	if (!found || kg_dsn_parse(text, &dsn) != NULL || !dsn.password)
		return false;
	found += strlen("password");
	found += strspn(found, " \t=");
	value = (struct kg_slice){found, strcspn(found, " \t\r\n")};
	return !kg_secret_is_placeholder(value);
}

static const char *secret_in_connection_string(const char *text)
{
	struct kg_slice value;

	/* One "Key=Value" alone is no connection string. */
	if (!strchr(text, '=') || !strchr(text, ';'))
		return NULL;
	for (size_t i = 0; i < KG_ARRAY_LEN(connection_names); i++) {
		if (kg_connection_string_get(text, connection_names[i].name, &value) && !kg_secret_is_placeholder(value))
			return connection_names[i].what;
	}
	return NULL;
}

static const char *secret_in_query(const char *text)
{
	struct kg_slice value;
	struct kg_url url;

	if (!kg_url_parse(text, &url) || url.query.length == 0)
		return NULL;
	for (size_t i = 0; i < KG_ARRAY_LEN(query_names); i++) {
		if (kg_query_get(url.query, query_names[i].name, &value) && !kg_secret_is_placeholder(value))
			return query_names[i].what;
	}
	return NULL;
}

const char *kg_secret_in_query_text(const char *text)
{
	return strstr(text, "PRIVATE KEY-----") ? "a private key" : NULL;
}

const char *kg_secret_in_text(const char *text)
{
	const char *what = kg_secret_in_query_text(text);

	if (what)
		return what;
	if (has_url_password(text))
		return "a password in a URL";
	what = secret_in_connection_string(text);
	if (!what && strchr(text, '?'))
		what = secret_in_query(text);
	if (!what && (has_mysql_password(text) || has_dsn_password(text)))
		what = "a password in a connection string";
	return what ? what : kg_token_in_text(text);
}

/* Parameters of a query that may be a key, and may be many other things. */
static const char *const doubtful_names[] = {"key", "code", "auth", "signature", "access_key", "secret"};

const char *kg_secret_suspected_in_text(const char *text)
{
	struct kg_slice value;
	struct kg_url url;

	if (!kg_url_parse(text, &url))
		return NULL;
	if (url.has_user && !url.has_password && kg_token_is_random(url.user))
		return "what looks like a token in a URL";
	for (size_t i = 0; i < KG_ARRAY_LEN(doubtful_names); i++) {
		if (kg_query_get(url.query, doubtful_names[i], &value) && kg_token_is_random(value))
			return "what looks like a key in a URL";
	}
	return NULL;
}

const char *kg_secret_by_key(const char *key)
{
	const struct kg_slice slice = kg_slice_of(key);

	/* Asked of every key. Letters of either case differ in one bit, so what differs besides is no match. */
	for (size_t i = 0; slice.length > 0 && i < KG_ARRAY_LEN(key_names); i++) {
		if (((key[0] ^ key_names[i].name[0]) & ~0x20) == 0 && kg_slice_equal_nocase(slice, key_names[i].name))
			return key_names[i].what;
	}
	return NULL;
}

const char *kg_secret_by_query_name(const char *name)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(query_names); i++) {
		if (strcmp(query_names[i].name, name) == 0)
			return query_names[i].what;
	}
	return NULL;
}

const char *kg_secret_in_headers(const char *text)
{
	struct kg_list list = kg_list_of(kg_slice_of(text), ',');
	struct kg_slice value;

	while (kg_header_next_secret(&list, &value)) {
		if (!kg_secret_is_placeholder(value))
			return "the value of an authentication header";
	}
	return NULL;
}
