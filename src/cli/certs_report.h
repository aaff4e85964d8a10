/*
 * What `certs inspect` found, as text and as JSON.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <time.h>

#include "cli/certs_sources.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/tls/inspect.h"

struct kg_certs_report {
	const struct kg_certs_sources *sources;
	const struct kg_inspect_report *found;
	time_t now;
};

/* Problems of that severity. */
size_t kg_certs_report_count(const struct kg_certs_report *report, enum kg_severity severity);

/* Append the listing, the problems and a line that sums up. What cannot be printed comes out as '?'. 0, KG_ENOMEM, KG_ELIMIT. */
KG_MUST_CHECK int kg_certs_report_text(const struct kg_certs_report *report, struct kg_buf *out);

/* The same as a document, the caller's. NULL without memory. */
KG_MUST_CHECK json_t *kg_certs_report_json(const struct kg_certs_report *report);
