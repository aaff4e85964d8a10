/*
 * Counters, gauges and histograms, and their Prometheus text exposition (format 0.0.4).
 *
 * A registry is made from a table of families before threads start. Series (one combination of label values) appear on first use and stay;
 * each family has at most 256, past which the values fall together in one more whose labels are all "other"; label values that are not
 * UTF-8 go there too. Recording is thread-safe, takes no lock once the series exists, and allocates only on a series' first use; failing to
 * allocate drops the sample.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

enum kg_metric_type { KG_METRIC_COUNTER, KG_METRIC_GAUGE, KG_METRIC_HISTOGRAM };

enum { KG_METRIC_LABELS_MAX = 5, KG_METRIC_BUCKETS_MAX = 20 };

struct kg_metric_family {
	const char *name; /* with its unit and, for a counter, "_total" */
	const char *help;
	enum kg_metric_type type;
	const char *labels[KG_METRIC_LABELS_MAX]; /* NULL ends */
	double buckets[KG_METRIC_BUCKETS_MAX];    /* ascending upper bounds of a histogram, 0 ends; +Inf is implied */
};

struct kg_metrics;

/* A registry over `families`, which must outlive it. NULL without memory. */
KG_MUST_CHECK struct kg_metrics *kg_metrics_new(const struct kg_metric_family *families, size_t count);
void kg_metrics_free(struct kg_metrics *metrics);

/* `family` is the index in the table; `labels` the values in the family's order (NULL when it has no labels). `metrics` may be NULL: nothing
 * is recorded. What the family's type does not allow is dropped: add is for counters (amount >= 0) and gauges, set for gauges, observe for
 * histograms. */
void kg_metrics_add(struct kg_metrics *metrics, size_t family, const char *const *labels, double amount);
void kg_metrics_set(struct kg_metrics *metrics, size_t family, const char *const *labels, double value);
void kg_metrics_observe(struct kg_metrics *metrics, size_t family, const char *const *labels, double value);

/*
 * For a gauge with labels that say what is current (a serial number): the family has this one series from here on, and any other that was set so
 * is gone, so that changes without end take no room. Takes a lock; allocates each time. Such a family is
 * set in this way only. Without memory
 * it has no series until the next call. A label that is not UTF-8 becomes "other".
 */
void kg_metrics_set_only(struct kg_metrics *metrics, size_t family, const char *const *labels, double value);

/* The value of a counter or gauge, the sum of a histogram, 0 when the series does not exist. */
double kg_metrics_value(struct kg_metrics *metrics, size_t family, const char *const *labels);

/* Write every family with HELP and TYPE, series in the order of their labels. A family without labels shows from the start, with 0. */
void kg_metrics_expose(struct kg_metrics *metrics, struct kg_buf *out);
