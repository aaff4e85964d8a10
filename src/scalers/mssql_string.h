/*
 * Connection strings of SQL Server as go-mssqldb reads them (msdsn/conn_str.go of 1.9.6): "Key=Value;Key=Value" as in ADO, where double quotes hold a value
 * together; "odbc:key={value};key=value", where braces do; and "sqlserver://host/instance?key=value". Of a key that is given twice the last value counts.
 * Quotes are read so from 1.9.3 on (KEDA 2.19).
 */
#pragma once

#include <stdbool.h>

#include "kedagate/syntax/text.h"

/* Is it a URL to the driver? It looks for the scheme in this very case. */
bool kg_mssql_is_url(const char *text);

/* The value of `key`, in small letters, as it stands between its quotes or braces: part of `text`, in which a doubled quote or brace stays doubled. Of a
 * URL it is in the query, and stays escaped. "server" finds its synonyms as well. False when there is none, or when the driver refuses the string. */
bool kg_mssql_string_get(const char *text, const char *key, struct kg_slice *ret_value);

/* The host of "server" in `text`: without protocol, port and instance; "localhost", borrowed from nowhere, for what the driver takes for this machine.
 * False when there is no "server", or when it is no host that could be reached. A URL rarely has one in its query, where it replaces that of the URL. */
bool kg_mssql_string_host(const char *text, struct kg_slice *ret_host);
