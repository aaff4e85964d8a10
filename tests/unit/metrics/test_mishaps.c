#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "kedagate/metrics/metrics.h"
#include "support/faults/faults.h"

enum { REQUESTS, SIZE, DURATION };

static const struct kg_metric_family families[] = {
        [REQUESTS] = {.name = "requests_total", .help = "Requests.", .type = KG_METRIC_COUNTER, .labels = {"verdict"}},
        [SIZE] = {.name = "size_bytes", .help = "Size.", .type = KG_METRIC_GAUGE},
        [DURATION] = {.name = "duration_seconds", .help = "Duration.", .type = KG_METRIC_HISTOGRAM, .buckets = {0.1, 1}},
};

static const char *const labels[] = {"deny"};

/* A registry that could not be made is none; in one that could, a sample is recorded or dropped, and the next is recorded. */
static bool record(const struct fault *fault, void *context)
{
	struct kg_metrics *metrics;
	bool met;

	(void)context;
	fault_arm(fault);
	metrics = kg_metrics_new(families, KG_ARRAY_LEN(families));
	kg_metrics_add(metrics, REQUESTS, labels, 1);
	kg_metrics_set(metrics, SIZE, NULL, 7);
	kg_metrics_observe(metrics, DURATION, NULL, 0.5);
	met = fault_disarm();
	if (metrics != NULL) {
		double before = kg_metrics_value(metrics, REQUESTS, labels);

		assert_true(before >= (met ? 0 : 1));
		kg_metrics_add(metrics, REQUESTS, labels, 1);
		assert_true(kg_metrics_value(metrics, REQUESTS, labels) > before);
		assert_true(kg_metrics_value(metrics, SIZE, NULL) > 6);
	}
	assert_true(met || metrics != NULL);
	kg_metrics_free(metrics);
	return met;
}

static void a_sample_without_memory_is_dropped_and_the_next_recorded(void **state)
{
	(void)state;
	assert_true(fault_each(FAULT_ALLOCATION, record, NULL) > 0);
	assert_true(fault_each(FAULT_ALLOCATIONS, record, NULL) > 0);
}

static bool expose(const struct fault *fault, void *context)
{
	struct kg_buf out, whole;
	bool met;

	kg_buf_init(&out, 1 << 20);
	kg_buf_init(&whole, 1 << 20);
	kg_metrics_expose(context, &whole);
	fault_arm(fault);
	kg_metrics_expose(context, &out);
	met = fault_disarm();
	if (kg_buf_status(&out) == 0)
		assert_string_equal(kg_buf_text(&out), kg_buf_text(&whole));
	assert_true(met || kg_buf_status(&out) == 0);
	kg_buf_release(&out);
	kg_buf_release(&whole);
	return met;
}

static void an_exposition_is_whole_or_fails(void **state)
{
	struct kg_metrics *metrics = kg_metrics_new(families, KG_ARRAY_LEN(families));

	(void)state;
	assert_non_null(metrics);
	for (char verdict[] = "a"; verdict[0] <= 'z'; verdict[0]++)
		kg_metrics_add(metrics, REQUESTS, (const char *const[]){verdict}, 1);
	assert_true(fault_each(FAULT_ALLOCATION, expose, metrics) > 0);
	assert_true(fault_each(FAULT_ALLOCATIONS, expose, metrics) > 0);
	kg_metrics_free(metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_sample_without_memory_is_dropped_and_the_next_recorded),
	        cmocka_unit_test(an_exposition_is_whole_or_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
