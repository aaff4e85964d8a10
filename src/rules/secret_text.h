/*
 * Secrets in texts that were not meant to hold any.
 *
 * What looks like a secret but only stands for one (a placeholder, a template, the name of an environment variable) does not count.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/text.h"

/* What secret stands in `text`, in words ("a password in a URL"); NULL when none does for certain. Knows URLs, connection strings, DSNs and PEM. */
const char *kg_secret_in_text(const char *text);

/* The same of a text in a query language (PromQL, SQL, …), where URLs and assignments are patterns to look for: only PEM counts. */
const char *kg_secret_in_query_text(const char *text);

/* What secret a metadata key of that name holds in KEDA's scalers, in words ("a password"); NULL for any other name. */
const char *kg_secret_by_key(const char *key);

/* What secret stands in a comma list of `name=value`, the value of a metadata key of HTTP headers; NULL when none does. */
const char *kg_secret_in_headers(const char *text);

/* Does `value` only stand for what will be there: blank, `<password>`, `${PASSWORD}`, `{{ .password }}`, `****`, `DB_PASSWORD`? */
bool kg_secret_is_placeholder(struct kg_slice value);
