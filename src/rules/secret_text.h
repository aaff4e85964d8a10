/*
 * Secrets in texts that were not meant to hold any.
 *
 * What looks like a secret but only stands for one (a placeholder, a template, the name of an environment variable) does not count.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/text.h"

/* What secret stands in `text`, in words ("a password in a URL"); NULL when none does for certain. Knows URLs, connection strings, DSNs, PEM, and tokens
 * that their issuers mark as such. */
const char *kg_secret_in_text(const char *text);

/* The same when that is not certain: a user or a parameter of a URL that looks random. Reason to warn, never to deny. */
const char *kg_secret_suspected_in_text(const char *text);

/* The same of a text in a query language (PromQL, SQL, …), where URLs and assignments are patterns to look for: only PEM counts. */
const char *kg_secret_in_query_text(const char *text);

/* What secret a metadata key of that name, whatever its case, holds in KEDA's scalers, in words ("a password"); NULL for any other name. */
const char *kg_secret_by_key(const char *key);

/* What secret a parameter of a URL's query holds, by its exact name, in words ("a token in a URL"); NULL for any other name. */
const char *kg_secret_by_query_name(const char *name);

/* What secret stands in a comma list of `name=value`, the value of a metadata key of HTTP headers; NULL when none does. */
const char *kg_secret_in_headers(const char *text);

/* Does `value` only stand for what will be there: blank, `<password>`, `${PASSWORD}`, `{{ .password }}`, `****`, `DB_PASSWORD`; or for where it is: the path of a
 * file, `vault:secret/db#password`? */
bool kg_secret_is_placeholder(struct kg_slice value);
