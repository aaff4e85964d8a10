/*
 * Findings over many objects as text or JSON: one writer a format, chosen from a table.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/policy/policy.h"

/* One finding with its position; 0:0 when there is none (a live object). */
struct kg_report_finding {
	const struct kg_finding *finding;
	enum kg_action action;
	unsigned line, column;
	const struct kg_exemption *exemption; /* as in struct kg_judged_finding */
	bool excused;
	bool found_before; /* of an upgrade: the older release has it too, and makes less of it */
};

/* One object of KEDA's four kinds. */
struct kg_report_result {
	const char *file; /* NULL for a live object */
	unsigned line;    /* where the object begins */
	size_t document;
	const char *kind, *namespace, *name; /* NULL namespace for a cluster-wide kind; name NULL when it has none */
	enum kg_verdict verdict;
	struct kg_report_finding *findings;
	size_t finding_count;
	size_t dropped; /* findings over KG_MAX_FINDINGS, which are not among them */
};

/* Input that could not be read, or a remark on a policy that could. */
struct kg_report_error {
	const char *file;
	unsigned line, column; /* 0: unknown */
	const char *message;
};

struct kg_report {
	const char *keda_version;  /* "2.20.2" */
	bool keda_version_assumed; /* nobody named it: it is the newest known */
	const char *from_version;  /* "2.16.0": the findings are those that an upgrade from it brings; NULL: they are all */
	const char *cluster;       /* what the objects were listed from; NULL: they are from files */
	const char *namespace;     /* of the cluster, the one that was judged; NULL: all */
	size_t file_count;
	struct kg_report_result *results;
	size_t result_count;
	struct kg_report_error *errors;
	size_t error_count;
	size_t policy_count;             /* documents of kind Policy that are valid */
	struct kg_report_error *remarks; /* on them */
	size_t remark_count;
};

/* Objects, of them denied ones and warned ones (each object counts once, by its verdict); findings that are excused; errors. */
struct kg_report_totals {
	size_t objects, denied, warned, excused, errors;
};

struct kg_report_totals kg_report_count(const struct kg_report *report);

struct kg_report_options {
	bool colour;
};

/* Names of the formats, NULL-terminated: "text", "json". */
extern const char *const kg_report_formats[];

/* Append the report in format number `format` of kg_report_formats to `out`. Control characters and bytes that are not UTF-8 come out
 * harmless, whatever they stood in. 0; KG_ENOMEM or KG_ELIMIT from `out`. */
KG_MUST_CHECK int kg_report_write(size_t format, const struct kg_report *report, const struct kg_report_options *options,
                                  struct kg_arena *arena, struct kg_buf *out);
