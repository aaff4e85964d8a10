#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/metrics/metrics.h"

enum { REQUESTS, READY, SECONDS, STARTS, CURRENT, FAMILIES };

enum { SERIES_MAX = 256, WRITERS = 4, ROUNDS = 3000 };

static const struct kg_metric_family families[FAMILIES] = {
        [REQUESTS] = {.name = "kg_requests_total", .help = "Requests.", .type = KG_METRIC_COUNTER, .labels = {"kind", "verdict"}},
        [READY] = {.name = "kg_ready", .help = "1 when ready.", .type = KG_METRIC_GAUGE},
        [SECONDS] = {.name = "kg_seconds",
                     .help = "Duration of a review.",
                     .type = KG_METRIC_HISTOGRAM,
                     .labels = {"kind"},
                     .buckets = {0.001, 0.1, 2.5}},
        [STARTS] = {.name = "kg_starts_total", .help = "Back\\slash and\nnewline.", .type = KG_METRIC_COUNTER},
        [CURRENT] = {.name = "kg_current", .help = "What is current.", .type = KG_METRIC_GAUGE, .labels = {"serial"}},
};

struct fixture {
	struct kg_metrics *metrics;
	struct kg_buf text;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture.metrics = kg_metrics_new(families, FAMILIES);
	assert_non_null(fixture.metrics);
	kg_buf_init(&fixture.text, 1 << 20);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	kg_metrics_free(fixture->metrics);
	kg_buf_release(&fixture->text);
	return 0;
}

static void count_request(struct fixture *fixture, const char *kind, const char *verdict, double amount)
{
	kg_metrics_add(fixture->metrics, REQUESTS, (const char *const[]){kind, verdict}, amount);
}

static double requests(struct fixture *fixture, const char *kind, const char *verdict)
{
	return kg_metrics_value(fixture->metrics, REQUESTS, (const char *const[]){kind, verdict});
}

static const char *exposed(struct fixture *fixture)
{
	kg_buf_clear(&fixture->text);
	kg_metrics_expose(fixture->metrics, &fixture->text);
	assert_int_equal(kg_buf_status(&fixture->text), 0);
	return kg_buf_text(&fixture->text);
}

static void assert_exposed(struct fixture *fixture, const char *line)
{
	const char *found = strstr(exposed(fixture), line);

	if (found == NULL)
		print_error("missing: %s\nin:\n%s", line, kg_buf_text(&fixture->text));
	assert_non_null(found);
	assert_true(found == kg_buf_text(&fixture->text) || found[-1] == '\n');
}

static int count_lines_with(const char *text, const char *part)
{
	int count = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

static void fresh_registry_shows_every_family(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(exposed(fixture), "# HELP kg_requests_total Requests.\n"
	                                      "# TYPE kg_requests_total counter\n"
	                                      "# HELP kg_ready 1 when ready.\n"
	                                      "# TYPE kg_ready gauge\n"
	                                      "kg_ready 0\n"
	                                      "# HELP kg_seconds Duration of a review.\n"
	                                      "# TYPE kg_seconds histogram\n"
	                                      "# HELP kg_starts_total Back\\\\slash and\\nnewline.\n"
	                                      "# TYPE kg_starts_total counter\n"
	                                      "kg_starts_total 0\n"
	                                      "# HELP kg_current What is current.\n"
	                                      "# TYPE kg_current gauge\n");
}

static void counter_adds_up_per_series(void **state)
{
	struct fixture *fixture = *state;

	count_request(fixture, "ScaledJob", "deny", 1);
	count_request(fixture, "ScaledJob", "deny", 2);
	count_request(fixture, "ScaledJob", "allow", 1);
	kg_metrics_add(fixture->metrics, STARTS, NULL, 1);
	assert_true(requests(fixture, "ScaledJob", "deny") == 3);
	assert_true(requests(fixture, "ScaledJob", "allow") == 1);
	assert_true(requests(fixture, "ScaledObject", "allow") == 0);
	assert_exposed(fixture, "kg_requests_total{kind=\"ScaledJob\",verdict=\"deny\"} 3\n");
	assert_exposed(fixture, "kg_starts_total 1\n");
}

static void counter_never_goes_down(void **state)
{
	struct fixture *fixture = *state;

	count_request(fixture, "a", "b", 5);
	count_request(fixture, "a", "b", -1);
	count_request(fixture, "a", "b", (double)NAN);
	assert_true(requests(fixture, "a", "b") == 5);
}

static void gauge_is_set_and_moved_both_ways(void **state)
{
	struct fixture *fixture = *state;

	kg_metrics_set(fixture->metrics, READY, NULL, 10);
	kg_metrics_add(fixture->metrics, READY, NULL, 2.5);
	kg_metrics_add(fixture->metrics, READY, NULL, -20);
	assert_true(kg_metrics_value(fixture->metrics, READY, NULL) == -7.5);
	assert_exposed(fixture, "kg_ready -7.5\n");
}

static void what_the_type_does_not_allow_is_dropped(void **state)
{
	static const char *const kind[] = {"x"};
	struct fixture *fixture = *state;

	kg_metrics_set(fixture->metrics, STARTS, NULL, 5);
	kg_metrics_observe(fixture->metrics, STARTS, NULL, 5);
	kg_metrics_observe(fixture->metrics, READY, NULL, 5);
	kg_metrics_add(fixture->metrics, SECONDS, kind, 5);
	kg_metrics_set(fixture->metrics, SECONDS, kind, 5);
	kg_metrics_add(fixture->metrics, FAMILIES, NULL, 5);
	fresh_registry_shows_every_family(state);
	assert_true(kg_metrics_value(fixture->metrics, FAMILIES, NULL) == 0);
}

static void histogram_counts_cumulatively(void **state)
{
	static const char *const kind[] = {"ScaledJob"};
	static const double values[] = {0.0005, 0.001, 0.0011, 0.1, 2, 3, (double)INFINITY};
	struct fixture *fixture = *state;

	for (size_t i = 0; i + 1 < KG_ARRAY_LEN(values); i++)
		kg_metrics_observe(fixture->metrics, SECONDS, kind, values[i]);
	assert_exposed(fixture, "kg_seconds_bucket{kind=\"ScaledJob\",le=\"0.001\"} 2\n"
	                        "kg_seconds_bucket{kind=\"ScaledJob\",le=\"0.1\"} 4\n"
	                        "kg_seconds_bucket{kind=\"ScaledJob\",le=\"2.5\"} 5\n"
	                        "kg_seconds_bucket{kind=\"ScaledJob\",le=\"+Inf\"} 6\n"
	                        "kg_seconds_sum{kind=\"ScaledJob\"} 5.1026\n"
	                        "kg_seconds_count{kind=\"ScaledJob\"} 6\n");
	kg_metrics_observe(fixture->metrics, SECONDS, kind, values[KG_ARRAY_LEN(values) - 1]);
	assert_exposed(fixture, "kg_seconds_bucket{kind=\"ScaledJob\",le=\"+Inf\"} 7\n"
	                        "kg_seconds_sum{kind=\"ScaledJob\"} +Inf\n");
}

static void histogram_without_labels_shows_from_the_start(void **state)
{
	static const struct kg_metric_family plain[] = {
	        {.name = "h", .help = "H.", .type = KG_METRIC_HISTOGRAM, .buckets = {1}},
	};
	struct kg_metrics *metrics = kg_metrics_new(plain, 1);
	struct kg_buf text;

	(void)state;
	assert_non_null(metrics);
	kg_buf_init(&text, 1000);
	kg_metrics_expose(metrics, &text);
	assert_string_equal(kg_buf_text(&text), "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 0\nh_bucket{le=\"+Inf\"} 0\n"
	                                        "h_sum 0\nh_count 0\n");
	kg_buf_release(&text);
	kg_metrics_free(metrics);
}

static void numbers_read_back_as_they_were(void **state)
{
	static const struct {
		double value;
		const char *expected;
	} rows[] = {
	        {0.1, "0.1"},         {1.0 / 3, "0.3333333333333333"}, {0.1 + 0.2, "0.30000000000000004"},
	        {1e15, "1e+15"},      {123456789, "123456789"},        {9007199254740991, "9007199254740991"},
	        {(double)NAN, "NaN"}, {-(double)INFINITY, "-Inf"},
	};
	struct fixture *fixture = *state;
	char line[64];

	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		kg_metrics_set(fixture->metrics, READY, NULL, rows[i].value);
		snprintf(line, sizeof(line), "kg_ready %s\n", rows[i].expected);
		assert_exposed(fixture, line);
	}
}

static void label_values_are_escaped(void **state)
{
	struct fixture *fixture = *state;

	count_request(fixture, "a\"b\\c\nd", "", 1);
	assert_exposed(fixture, "kg_requests_total{kind=\"a\\\"b\\\\c\\nd\",verdict=\"\"} 1\n");
}

static void label_values_that_are_not_utf8_fall_together(void **state)
{
	struct fixture *fixture = *state;

	count_request(fixture, "a\xff", "b", 1);
	count_request(fixture, "a\xfe", "b", 1);
	assert_true(requests(fixture, "other", "other") == 2);
	assert_exposed(fixture, "kg_requests_total{kind=\"other\",verdict=\"other\"} 2\n");
	assert_int_equal(count_lines_with(exposed(fixture), "\nkg_requests_total{"), 1);
}

static void labels_are_told_apart_by_where_they_end(void **state)
{
	struct fixture *fixture = *state;

	count_request(fixture, "ab", "c", 1);
	count_request(fixture, "a", "bc", 2);
	assert_true(requests(fixture, "ab", "c") == 1);
	assert_true(requests(fixture, "a", "bc") == 2);
}

static void caller_may_reuse_the_memory_of_labels(void **state)
{
	struct fixture *fixture = *state;
	char kind[] = "first";

	count_request(fixture, kind, "b", 1);
	memset(kind, 'x', sizeof(kind) - 1);
	assert_true(requests(fixture, "first", "b") == 1);
}

static void series_are_ordered_by_their_labels(void **state)
{
	struct fixture *fixture = *state;

	count_request(fixture, "b", "a", 1);
	count_request(fixture, "a", "z", 2);
	count_request(fixture, "c", "a", 3);
	count_request(fixture, "a", "b", 4);
	assert_exposed(fixture, "kg_requests_total{kind=\"a\",verdict=\"b\"} 4\n"
	                        "kg_requests_total{kind=\"a\",verdict=\"z\"} 2\n"
	                        "kg_requests_total{kind=\"b\",verdict=\"a\"} 1\n"
	                        "kg_requests_total{kind=\"c\",verdict=\"a\"} 3\n");
}

static void series_past_the_maximum_fall_together(void **state)
{
	struct fixture *fixture = *state;
	char kind[16];

	for (int i = 0; i < SERIES_MAX + 44; i++) {
		snprintf(kind, sizeof(kind), "k%03d", i);
		count_request(fixture, kind, "deny", 1);
	}
	assert_true(requests(fixture, "k255", "deny") == 1);
	assert_true(requests(fixture, "k256", "deny") == 0);
	assert_true(requests(fixture, "other", "other") == 44);
	assert_int_equal(count_lines_with(exposed(fixture), "\nkg_requests_total{"), SERIES_MAX + 1);
	/* Those that exist still count on their own. */
	count_request(fixture, "k000", "deny", 1);
	assert_true(requests(fixture, "k000", "deny") == 2);
}

static void no_registry_records_nothing(void **state)
{
	struct kg_buf text;

	(void)state;
	kg_buf_init(&text, 100);
	kg_metrics_add(NULL, READY, NULL, 1);
	kg_metrics_set(NULL, READY, NULL, 1);
	kg_metrics_observe(NULL, SECONDS, NULL, 1);
	assert_true(kg_metrics_value(NULL, READY, NULL) == 0);
	kg_metrics_expose(NULL, &text);
	assert_string_equal(kg_buf_text(&text), "");
	kg_metrics_free(NULL);
	kg_buf_release(&text);
}

static void exposition_over_the_maximum_shows_in_the_status(void **state)
{
	struct fixture *fixture = *state;
	struct kg_buf text;

	kg_buf_init(&text, 50);
	kg_metrics_expose(fixture->metrics, &text);
	assert_int_equal(kg_buf_status(&text), KG_ELIMIT);
	kg_buf_release(&text);
}

static void *record(void *argument)
{
	struct fixture *fixture = argument;
	char kind[16];

	for (int i = 0; i < ROUNDS; i++) {
		snprintf(kind, sizeof(kind), "k%d", i % 300);
		count_request(fixture, kind, "deny", 1);
		kg_metrics_add(fixture->metrics, STARTS, NULL, 1);
		kg_metrics_observe(fixture->metrics, SECONDS, (const char *const[]){"x"}, 1);
	}
	return NULL;
}

static void no_sample_is_lost_among_threads(void **state)
{
	struct fixture *fixture = *state;
	pthread_t threads[WRITERS];
	double sum = 0;
	char kind[16];

	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, record, fixture), 0);
	for (int i = 0; i < 20; i++)
		(void)exposed(fixture);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 300; i++) {
		snprintf(kind, sizeof(kind), "k%d", i);
		sum += requests(fixture, kind, "deny");
	}
	sum += requests(fixture, "other", "other");
	assert_true(sum == WRITERS * ROUNDS);
	assert_true(kg_metrics_value(fixture->metrics, STARTS, NULL) == WRITERS * ROUNDS);
	assert_exposed(fixture, "kg_seconds_count{kind=\"x\"} 12000\n");
	assert_exposed(fixture, "kg_seconds_sum{kind=\"x\"} 12000\n");
	assert_int_equal(count_lines_with(exposed(fixture), "\nkg_requests_total{"), SERIES_MAX + 1);
}

static void set_current(struct fixture *fixture, const char *serial, double value)
{
	kg_metrics_set_only(fixture->metrics, CURRENT, &serial, value);
}

static double current(struct fixture *fixture, const char *serial)
{
	return kg_metrics_value(fixture->metrics, CURRENT, &serial);
}

static void the_only_series_takes_the_place_of_the_last(void **state)
{
	struct fixture *fixture = *state;

	set_current(fixture, "0A", 1);
	assert_true(current(fixture, "0A") == 1);
	set_current(fixture, "0B", 2);
	assert_true(current(fixture, "0A") == 0);
	assert_true(current(fixture, "0B") == 2);
	assert_exposed(fixture, "kg_current{serial=\"0B\"} 2\n");
	assert_int_equal(count_lines_with(exposed(fixture), "kg_current{"), 1);
}

static void the_only_series_may_change_for_ever(void **state)
{
	struct fixture *fixture = *state;
	char serial[16];

	for (int i = 0; i < 3 * SERIES_MAX; i++) {
		snprintf(serial, sizeof(serial), "%X", (unsigned)i);
		set_current(fixture, serial, 1);
	}
	assert_exposed(fixture, "kg_current{serial=\"2FF\"} 1\n");
	assert_int_equal(count_lines_with(exposed(fixture), "kg_current{"), 1);
}

static void the_only_series_is_for_gauges_with_labels(void **state)
{
	struct fixture *fixture = *state;

	kg_metrics_set_only(fixture->metrics, REQUESTS, (const char *const[]){"a", "b"}, 1);
	kg_metrics_set_only(fixture->metrics, READY, NULL, 1);
	kg_metrics_set_only(fixture->metrics, FAMILIES, NULL, 1);
	kg_metrics_set_only(NULL, CURRENT, (const char *const[]){"a"}, 1);
	assert_true(requests(fixture, "a", "b") == 0);
	assert_exposed(fixture, "kg_ready 0\n");
	set_current(fixture, "\xff", 1);
	assert_exposed(fixture, "kg_current{serial=\"other\"} 1\n");
}

static void *change_the_only_series(void *argument)
{
	struct fixture *fixture = argument;

	for (int i = 0; i < ROUNDS; i++)
		set_current(fixture, i % 2 == 0 ? "even" : "odd", 1);
	return NULL;
}

static void there_is_one_series_at_any_moment(void **state)
{
	struct fixture *fixture = *state;
	pthread_t thread;

	set_current(fixture, "odd", 1);
	assert_int_equal(pthread_create(&thread, NULL, change_the_only_series, fixture), 0);
	for (int i = 0; i < 200; i++)
		assert_int_equal(count_lines_with(exposed(fixture), "kg_current{"), 1);
	pthread_join(thread, NULL);
}

#define METRICS_TEST(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        METRICS_TEST(fresh_registry_shows_every_family),
	        METRICS_TEST(counter_adds_up_per_series),
	        METRICS_TEST(counter_never_goes_down),
	        METRICS_TEST(gauge_is_set_and_moved_both_ways),
	        METRICS_TEST(what_the_type_does_not_allow_is_dropped),
	        METRICS_TEST(histogram_counts_cumulatively),
	        METRICS_TEST(histogram_without_labels_shows_from_the_start),
	        METRICS_TEST(numbers_read_back_as_they_were),
	        METRICS_TEST(label_values_are_escaped),
	        METRICS_TEST(label_values_that_are_not_utf8_fall_together),
	        METRICS_TEST(labels_are_told_apart_by_where_they_end),
	        METRICS_TEST(caller_may_reuse_the_memory_of_labels),
	        METRICS_TEST(series_are_ordered_by_their_labels),
	        METRICS_TEST(series_past_the_maximum_fall_together),
	        METRICS_TEST(no_registry_records_nothing),
	        METRICS_TEST(exposition_over_the_maximum_shows_in_the_status),
	        METRICS_TEST(no_sample_is_lost_among_threads),
	        METRICS_TEST(the_only_series_takes_the_place_of_the_last),
	        METRICS_TEST(the_only_series_may_change_for_ever),
	        METRICS_TEST(the_only_series_is_for_gauges_with_labels),
	        METRICS_TEST(there_is_one_series_at_any_moment),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
