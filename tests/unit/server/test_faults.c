#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/faults.h"

#define SECOND INT64_C(1000000000)
#define MINUTE (KG_FAULT_SECONDS * SECOND)

enum { LOG_MAX = 64 << 10, THREADS = 4, TIMES = 1000 };

struct fixture {
	struct kg_faults faults;
	FILE *log;
	char text[LOG_MAX];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->log = tmpfile();
	assert_non_null(f->log);
	kg_log_configure(KG_LOG_INFO, KG_LOG_JSON, fileno(f->log));
	kg_faults_init(&f->faults);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	kg_log_configure(KG_LOG_INFO, KG_LOG_TEXT, STDERR_FILENO);
	kg_faults_release(&f->faults);
	(void)fclose(f->log);
	free(f);
	return 0;
}

/* All that was logged so far. */
static const char *logged(struct fixture *f)
{
	ssize_t length = pread(fileno(f->log), f->text, LOG_MAX - 1, 0);

	assert_true(length >= 0);
	f->text[length] = '\0';
	return f->text;
}

static size_t count_of(struct fixture *f, const char *text)
{
	size_t count = 0;

	for (const char *at = strstr(logged(f), text); at != NULL; at = strstr(at + 1, text))
		count++;
	return count;
}

static void note(struct fixture *f, int status, const char *reason, int64_t now)
{
	const struct kg_log_field field = KG_LOG_STR("reason", reason);
	const struct kg_fault fault = {KG_LOG_WARN, "refused", KG_LOG_INT("status", status), &field, 1};

	kg_faults_note(&f->faults, &fault, now);
}

static void the_first_is_logged_at_once_and_in_full(void **state)
{
	struct fixture *f = *state;

	note(f, 404, "no such path", 5 * SECOND);
	assert_non_null(strstr(logged(f), "\"level\":\"warn\",\"msg\":\"refused\",\"status\":404,\"reason\":\"no such path\"}\n"));
}

static void others_of_the_cause_are_counted_and_their_number_comes_with_the_next_line(void **state)
{
	struct fixture *f = *state;

	note(f, 404, "first", 0);
	for (int i = 1; i <= 1234; i++)
		note(f, 404, "again", i);
	note(f, 404, "again", MINUTE - 1);
	assert_int_equal(count_of(f, "\n"), 1);
	note(f, 404, "last", MINUTE);
	assert_int_equal(count_of(f, "\n"), 2);
	assert_non_null(strstr(logged(f), "\"reason\":\"last\",\"repeated\":1235}"));
	/* From there the time runs anew. */
	note(f, 404, "again", 2 * MINUTE - 1);
	assert_int_equal(count_of(f, "\n"), 2);
}

static void other_causes_are_not_held_back(void **state)
{
	struct fixture *f = *state;
	const struct kg_fault other = {.level = KG_LOG_WARN, .message = "failed", .cause = KG_LOG_INT("status", 404)};

	note(f, 404, "", 0);
	note(f, 405, "", 0);
	kg_faults_note(&f->faults, &other, 0);
	kg_faults_note(&f->faults, &(struct kg_fault){KG_LOG_WARN, "failed", KG_LOG_STR("alert", "unknown_ca"), NULL, 0}, 0);
	kg_faults_note(&f->faults, &(struct kg_fault){KG_LOG_WARN, "failed", KG_LOG_STR("alert", "closed"), NULL, 0}, 0);
	assert_int_equal(count_of(f, "\n"), 5);
}

static void a_number_that_nothing_follows_is_logged_when_its_time_has_come(void **state)
{
	struct fixture *f = *state;

	note(f, 404, "first", 0);
	note(f, 404, "again", SECOND);
	note(f, 405, "alone", SECOND);
	kg_faults_flush(&f->faults, MINUTE - 1);
	assert_int_equal(count_of(f, "repeated"), 0);
	kg_faults_flush(&f->faults, MINUTE);
	assert_non_null(strstr(logged(f), "\"msg\":\"refused\",\"status\":404,\"repeated\":1}\n"));
	kg_faults_flush(&f->faults, INT64_MAX);
	assert_int_equal(count_of(f, "repeated"), 1);
	assert_int_equal(count_of(f, "\n"), 3);
}

static void at_the_end_every_number_is_logged(void **state)
{
	struct fixture *f = *state;

	note(f, 404, "first", SECOND);
	note(f, 404, "again", SECOND);
	kg_faults_flush(&f->faults, INT64_MAX);
	assert_int_equal(count_of(f, "\"repeated\":1}"), 1);
}

static void causes_without_end_make_no_lines_without_end(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 10 * KG_MAX_FAULT_CAUSES; i++)
		note(f, i, "", 0);
	assert_int_equal(count_of(f, "\n"), KG_MAX_FAULT_CAUSES);
	kg_faults_flush(&f->faults, INT64_MAX);
	assert_int_equal(count_of(f, "\n"), KG_MAX_FAULT_CAUSES + 1);
	assert_int_equal(count_of(f, "\"msg\":\"other faults\",\"cause\":\"other\",\"repeated\":576}"), 1);
}

static void what_the_level_hides_takes_no_slot(void **state)
{
	struct fixture *f = *state;

	kg_faults_note(&f->faults, &(struct kg_fault){KG_LOG_DEBUG, "chatter", KG_LOG_STR("format", "x"), NULL, 0}, 0);
	assert_int_equal(f->faults.count, 0);
	assert_string_equal(logged(f), "");
}

static void *note_often(void *fixture)
{
	for (int i = 0; i < TIMES; i++)
		note(fixture, i % 3, "", 0);
	return NULL;
}

static void none_is_lost_between_threads(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[THREADS];
	int64_t total = 0;

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, note_often, f), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(count_of(f, "\n"), 3);
	for (size_t i = 0; i < f->faults.count; i++)
		total += f->faults.slots[i].repeated + 1;
	assert_int_equal(total, THREADS * TIMES);
}

#define TEST(function_) cmocka_unit_test_setup_teardown(function_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(the_first_is_logged_at_once_and_in_full),
	        TEST(others_of_the_cause_are_counted_and_their_number_comes_with_the_next_line),
	        TEST(other_causes_are_not_held_back),
	        TEST(a_number_that_nothing_follows_is_logged_when_its_time_has_come),
	        TEST(at_the_end_every_number_is_logged),
	        TEST(causes_without_end_make_no_lines_without_end),
	        TEST(what_the_level_hides_takes_no_slot),
	        TEST(none_is_lost_between_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
