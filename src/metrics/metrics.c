#include "kedagate/metrics/metrics.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/utf8.h"

/* About half of the slots stay empty, so that a search soon ends. */
enum { SERIES_MAX = 256, SLOTS = 512 };

static const char *const other_labels[KG_METRIC_LABELS_MAX] = {"other", "other", "other", "other", "other"};

/* One combination of label values. What stands in a slot is never freed or moved before the registry is. */
struct series {
	uint64_t hash;
	char *labels[KG_METRIC_LABELS_MAX];
	_Atomic double value;                                    /* of a histogram: the sum of what was observed */
	atomic_uint_fast64_t buckets[KG_METRIC_BUCKETS_MAX + 1]; /* each counts its own observations; the last is +Inf */
};

/*
 * A hash table of series that only grows. A slot goes from NULL to its series once, under the lock, with release order; so finding a series
 * takes no lock.
 */
struct family {
	const struct kg_metric_family *description;
	size_t label_count;
	size_t bucket_count;
	pthread_mutex_t lock;
	size_t series_count;
	struct series *only; /* of kg_metrics_set_only; read and replaced under the lock */
	_Atomic(struct series *) slots[SLOTS];
};

struct kg_metrics {
	size_t count;
	struct family families[];
};

/* FNV-1a, 64 bits; the NUL behind each value counts, so that ("ab","c") and ("a","bc") differ. */
static uint64_t hash_labels(const struct family *family, const char *const *labels)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < family->label_count; i++) {
		const char *byte = labels[i];

		do {
			hash = (hash ^ (unsigned char)*byte) * 0x100000001b3u;
		} while (*byte++ != '\0');
	}
	return hash;
}

static bool has_labels(const struct family *family, const struct series *series, const char *const *labels)
{
	for (size_t i = 0; i < family->label_count; i++) {
		if (strcmp(series->labels[i], labels[i]) != 0)
			return false;
	}
	return true;
}

/* The series with these labels, or NULL, and then the slot where it belongs. */
static struct series *find_series(struct family *family, uint64_t hash, const char *const *labels, size_t *ret_slot)
{
	for (size_t slot = hash % SLOTS;; slot = (slot + 1) % SLOTS) {
		struct series *series = atomic_load_explicit(&family->slots[slot], memory_order_acquire);

		if (series != NULL && (series->hash != hash || !has_labels(family, series, labels)))
			continue;
		*ret_slot = slot;
		return series;
	}
}

static struct series *new_series(const struct family *family, uint64_t hash, const char *const *labels)
{
	size_t size = sizeof(struct series);
	struct series *series;
	char *text;

	for (size_t i = 0; i < family->label_count; i++)
		size += strlen(labels[i]) + 1;
	series = calloc(1, size);
	if (series == NULL)
		return NULL;
	series->hash = hash;
	text = (char *)(series + 1);
	for (size_t i = 0; i < family->label_count; i++) {
		series->labels[i] = text;
		text = stpcpy(text, labels[i]) + 1;
	}
	return series;
}

/* Under the lock: find once more, since another thread may have been first; then add. NULL when the family is full or memory is. */
static struct series *find_or_add(struct family *family, uint64_t hash, const char *const *labels, size_t max)
{
	size_t slot;
	struct series *series = find_series(family, hash, labels, &slot);

	if (series != NULL || family->series_count >= max)
		return series;
	series = new_series(family, hash, labels);
	if (series == NULL)
		return NULL;
	atomic_store_explicit(&family->slots[slot], series, memory_order_release);
	family->series_count++;
	return series;
}

/* The exposition must be UTF-8, and replacing what is not could make two series look the same. */
static bool are_valid(const struct family *family, const char *const *labels)
{
	for (size_t i = 0; i < family->label_count; i++) {
		if (!kg_utf8_is_valid(labels[i], strlen(labels[i])))
			return false;
	}
	return true;
}

static struct series *add_series(struct family *family, uint64_t hash, const char *const *labels)
{
	bool valid = are_valid(family, labels);
	struct series *series = NULL;

	pthread_mutex_lock(&family->lock);
	if (valid)
		series = find_or_add(family, hash, labels, SERIES_MAX);
	if (!valid || (series == NULL && family->series_count >= SERIES_MAX))
		series = find_or_add(family, hash_labels(family, other_labels), other_labels, SERIES_MAX + 1);
	pthread_mutex_unlock(&family->lock);
	return series;
}

/* The series to record in, made when it is new; NULL when the sample is to be dropped. */
static struct series *series_for(struct family *family, const char *const *labels)
{
	uint64_t hash = hash_labels(family, labels);
	size_t slot;
	struct series *series = find_series(family, hash, labels, &slot);

	return series != NULL ? series : add_series(family, hash, labels);
}

static void init_family(struct family *family, const struct kg_metric_family *description)
{
	family->description = description;
	while (family->label_count < KG_METRIC_LABELS_MAX && description->labels[family->label_count] != NULL)
		family->label_count++;
	while (family->bucket_count < KG_METRIC_BUCKETS_MAX && description->buckets[family->bucket_count] != 0)
		family->bucket_count++;
	(void)pthread_mutex_init(&family->lock, NULL);
}

struct kg_metrics *kg_metrics_new(const struct kg_metric_family *families, size_t count)
{
	struct kg_metrics *metrics = calloc(1, sizeof(*metrics) + count * sizeof(metrics->families[0]));

	if (metrics == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		init_family(&metrics->families[i], &families[i]);
		metrics->count++;
		if (metrics->families[i].label_count == 0 && series_for(&metrics->families[i], other_labels) == NULL) {
			kg_metrics_free(metrics);
			return NULL;
		}
	}
	return metrics;
}

void kg_metrics_free(struct kg_metrics *metrics)
{
	if (metrics == NULL)
		return;
	for (size_t i = 0; i < metrics->count; i++) {
		for (size_t slot = 0; slot < SLOTS; slot++)
			free(atomic_load_explicit(&metrics->families[i].slots[slot], memory_order_relaxed));
		free(metrics->families[i].only);
		pthread_mutex_destroy(&metrics->families[i].lock);
	}
	free(metrics);
}

/* The series to record in, if `family` exists and is of type `first` or `second`. */
static struct series *series_of_type(struct kg_metrics *metrics, size_t family, const char *const *labels, enum kg_metric_type first,
                                     enum kg_metric_type second)
{
	enum kg_metric_type type;

	if (metrics == NULL || family >= metrics->count)
		return NULL;
	type = metrics->families[family].description->type;
	return type == first || type == second ? series_for(&metrics->families[family], labels) : NULL;
}

static void add_to(_Atomic double *value, double amount)
{
	double before = atomic_load_explicit(value, memory_order_relaxed);

	while (!atomic_compare_exchange_weak_explicit(value, &before, before + amount, memory_order_relaxed, memory_order_relaxed))
		continue;
}

void kg_metrics_add(struct kg_metrics *metrics, size_t family, const char *const *labels, double amount)
{
	struct series *series = series_of_type(metrics, family, labels, KG_METRIC_COUNTER, KG_METRIC_GAUGE);

	if (series == NULL)
		return;
	/* A counter that went down would look like a restart. */
	if (amount >= 0 || metrics->families[family].description->type == KG_METRIC_GAUGE)
		add_to(&series->value, amount);
}

void kg_metrics_set(struct kg_metrics *metrics, size_t family, const char *const *labels, double value)
{
	struct series *series = series_of_type(metrics, family, labels, KG_METRIC_GAUGE, KG_METRIC_GAUGE);

	if (series != NULL)
		atomic_store_explicit(&series->value, value, memory_order_relaxed);
}

void kg_metrics_set_only(struct kg_metrics *metrics, size_t family, const char *const *labels, double value)
{
	struct family *place;
	struct series *series;
	struct series *old;

	if (metrics == NULL || family >= metrics->count)
		return;
	place = &metrics->families[family];
	if (place->description->type != KG_METRIC_GAUGE || place->label_count == 0)
		return;
	if (!are_valid(place, labels))
		labels = other_labels;
	series = new_series(place, hash_labels(place, labels), labels);
	if (series != NULL)
		atomic_init(&series->value, value);
	pthread_mutex_lock(&place->lock);
	old = place->only;
	place->only = series;
	pthread_mutex_unlock(&place->lock);
	free(old);
}

/* 0 when it is another, or there is none. */
static double only_value(struct family *family, uint64_t hash, const char *const *labels)
{
	double value = 0;

	pthread_mutex_lock(&family->lock);
	if (family->only != NULL && family->only->hash == hash && has_labels(family, family->only, labels))
		value = atomic_load_explicit(&family->only->value, memory_order_relaxed);
	pthread_mutex_unlock(&family->lock);
	return value;
}

void kg_metrics_observe(struct kg_metrics *metrics, size_t family, const char *const *labels, double value)
{
	struct series *series = series_of_type(metrics, family, labels, KG_METRIC_HISTOGRAM, KG_METRIC_HISTOGRAM);
	const struct family *histogram;
	size_t bucket = 0;

	if (series == NULL)
		return;
	histogram = &metrics->families[family];
	while (bucket < histogram->bucket_count && !(value <= histogram->description->buckets[bucket]))
		bucket++;
	atomic_fetch_add_explicit(&series->buckets[bucket], 1, memory_order_relaxed);
	add_to(&series->value, value);
}

double kg_metrics_value(struct kg_metrics *metrics, size_t family, const char *const *labels)
{
	struct family *place;
	struct series *series;
	uint64_t hash;
	size_t slot;

	if (metrics == NULL || family >= metrics->count)
		return 0;
	place = &metrics->families[family];
	hash = hash_labels(place, labels);
	series = find_series(place, hash, labels, &slot);
	return series != NULL ? atomic_load_explicit(&series->value, memory_order_relaxed) : only_value(place, hash, labels);
}

/* `text` with each of the characters `escaped` behind a backslash. */
static void append_escaped(struct kg_buf *out, const char *text, const char *escaped)
{
	while (*text != '\0') {
		size_t plain = strcspn(text, escaped);

		kg_buf_append(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		kg_buf_putc(out, '\\');
		kg_buf_putc(out, *text == '\n' ? 'n' : *text);
		text++;
	}
}

/* The shortest decimal that reads back as `value`. */
static void append_number(struct kg_buf *out, double value)
{
	char text[32];
	int precision = 15;

	if (isnan(value)) {
		kg_buf_puts(out, "NaN");
		return;
	}
	if (isinf(value)) {
		kg_buf_puts(out, value > 0 ? "+Inf" : "-Inf");
		return;
	}
	do {
		snprintf(text, sizeof(text), "%.*g", precision, value);
	} while (precision++ < 17 && strtod(text, NULL) != value);
	kg_buf_puts(out, text);
}

/* `name``suffix`{labels} and a blank; `bound` is the value of the label `le`, NULL without. */
static void append_name(struct kg_buf *out, const struct family *family, const struct series *series, const char *suffix,
                        const double *bound)
{
	const char *separator = "{";

	kg_buf_printf(out, "%s%s", family->description->name, suffix);
	for (size_t i = 0; i < family->label_count; i++) {
		kg_buf_printf(out, "%s%s=\"", separator, family->description->labels[i]);
		append_escaped(out, series->labels[i], "\\\"\n");
		kg_buf_putc(out, '"');
		separator = ",";
	}
	if (bound != NULL) {
		kg_buf_printf(out, "%sle=\"", separator);
		append_number(out, *bound);
		kg_buf_putc(out, '"');
		separator = ",";
	}
	kg_buf_puts(out, separator[0] == ',' ? "} " : " ");
}

static void append_sample(struct kg_buf *out, const struct family *family, const struct series *series, const char *suffix)
{
	append_name(out, family, series, suffix, NULL);
	append_number(out, atomic_load_explicit(&series->value, memory_order_relaxed));
	kg_buf_putc(out, '\n');
}

/* The count is summed from the buckets, so that the two agree while others observe. */
static void append_histogram(struct kg_buf *out, const struct family *family, const struct series *series)
{
	uint64_t total = 0;

	for (size_t i = 0; i <= family->bucket_count; i++) {
		double bound = i < family->bucket_count ? family->description->buckets[i] : (double)INFINITY;

		total += atomic_load_explicit(&series->buckets[i], memory_order_relaxed);
		append_name(out, family, series, "_bucket", &bound);
		kg_buf_printf(out, "%llu\n", (unsigned long long)total);
	}
	append_sample(out, family, series, "_sum");
	append_name(out, family, series, "_count", NULL);
	kg_buf_printf(out, "%llu\n", (unsigned long long)total);
}

static int compare_series(const void *a, const void *b)
{
	const struct series *const *first = a;
	const struct series *const *second = b;

	/* Unused labels are NULL in both. */
	for (size_t i = 0; i < KG_METRIC_LABELS_MAX && (*first)->labels[i] != NULL; i++) {
		int order = strcmp((*first)->labels[i], (*second)->labels[i]);

		if (order != 0)
			return order;
	}
	return 0;
}

static void append_only(struct kg_buf *out, struct family *family)
{
	pthread_mutex_lock(&family->lock);
	if (family->only != NULL)
		append_sample(out, family, family->only, "");
	pthread_mutex_unlock(&family->lock);
}

static void append_family(struct kg_buf *out, struct family *family)
{
	static const char *const types[] = {
	        [KG_METRIC_COUNTER] = "counter",
	        [KG_METRIC_GAUGE] = "gauge",
	        [KG_METRIC_HISTOGRAM] = "histogram",
	};
	const struct kg_metric_family *description = family->description;
	struct series *all[SERIES_MAX + 1];
	size_t count = 0;

	for (size_t slot = 0; slot < SLOTS; slot++) {
		struct series *series = atomic_load_explicit(&family->slots[slot], memory_order_acquire);

		if (series != NULL)
			all[count++] = series;
	}
	qsort(all, count, sizeof(all[0]), compare_series);
	kg_buf_printf(out, "# HELP %s ", description->name);
	append_escaped(out, description->help, "\\\n");
	kg_buf_printf(out, "\n# TYPE %s %s\n", description->name, types[description->type]);
	for (size_t i = 0; i < count; i++) {
		if (description->type == KG_METRIC_HISTOGRAM)
			append_histogram(out, family, all[i]);
		else
			append_sample(out, family, all[i], "");
	}
	append_only(out, family);
}

void kg_metrics_expose(struct kg_metrics *metrics, struct kg_buf *out)
{
	for (size_t i = 0; metrics != NULL && i < metrics->count; i++)
		append_family(out, &metrics->families[i]);
}
