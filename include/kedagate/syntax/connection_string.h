/*
 * Connection strings, as far as a check must know them: Azure's, and PostgreSQL's in both of its forms.
 *
 * They hold secrets: nothing here copies a password, and no message quotes a part of one.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/syntax/text.h"

/* The value of `key` in "Key=Value;Key=Value" (Azure): the case of keys does not matter, the value runs to the next ";" and may hold "=". False when
 * there is no such key. */
bool kg_connection_string_get(const char *text, const char *key, struct kg_slice *ret_value);

enum { KG_DSN_WORD_MAX = 32 };

/* What decides how a PostgreSQL connection is protected. */
struct kg_dsn {
	char sslmode[KG_DSN_WORD_MAX];        /* "" when absent or empty */
	char sslnegotiation[KG_DSN_WORD_MAX]; /* likewise */
	bool system_roots;                    /* sslrootcert=system, which makes sslmode verify-full */
	bool password;                        /* one is inside */
	struct kg_slice hosts;                /* a comma list, in a URL with their ports; part of the text, with what is escaped there */
	bool local; /* no host, or only absolute paths: a socket on the same machine, where sslmode counts for nothing */
};

/*
 * Read a PostgreSQL connection string as pgx v5 does (pgconn/config.go): "postgres://…", "postgresql://…", else keyword=value pairs. Returns NULL, or in
 * constant words what the driver refuses about it; *ret_dsn is filled only with NULL. What depends on files of the operator (sslrootcert, service)
 * or on rare keys is not looked at: NULL does not mean that the driver takes it.
 */
const char *kg_dsn_parse(const char *text, struct kg_dsn *ret_dsn);

/* Is `mode` an sslmode of pgx: disable, allow, prefer, require, verify-ca or verify-full? */
bool kg_sslmode_valid(const char *mode);

/* Are these the hosts and ports of a pgx connection: comma lists side by side, each port (the first one for hosts that have none) from 1 to 65535? */
bool kg_dsn_ports_valid(const char *hosts, const char *ports);
