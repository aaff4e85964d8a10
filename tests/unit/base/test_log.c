#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "kedagate/base/log.h"

/* "2026-11-22T10:15:04.123Z " */
enum { TIME_LENGTH = 25, LINE_ROOM = 1 << 16, WRITERS = 4, LINES_EACH = 50, PIPE_BYTES = 16 << 10 };

struct fixture {
	int ends[2];
	char line[LINE_ROOM];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	assert_int_equal(pipe2(fixture->ends, O_NONBLOCK), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	kg_log_configure(KG_LOG_INFO, KG_LOG_TEXT, STDERR_FILENO);
	close(fixture->ends[0]);
	close(fixture->ends[1]);
	free(fixture);
	return 0;
}

static void configure(const struct fixture *fixture, enum kg_log_level level, enum kg_log_format format)
{
	kg_log_configure(level, format, fixture->ends[1]);
}

/* What was logged since the last call, "" when nothing was. */
static const char *logged(struct fixture *fixture)
{
	ssize_t length = read(fixture->ends[0], fixture->line, sizeof(fixture->line) - 1);

	if (length < 0) {
		assert_int_equal(errno, EAGAIN);
		length = 0;
	}
	fixture->line[length] = '\0';
	return fixture->line;
}

/* The logged text line without its time. */
static const char *logged_text(struct fixture *fixture)
{
	const char *line = logged(fixture);

	assert_true(strlen(line) > TIME_LENGTH);
	assert_memory_equal(line + TIME_LENGTH - 2, "Z ", 2);
	return line + TIME_LENGTH;
}

/* The logged JSON line; the caller drops the reference. */
static json_t *logged_json(struct fixture *fixture)
{
	json_t *line = json_loads(logged(fixture), JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(line);
	return line;
}

static void text_line_has_time_level_message_and_fields_in_order(void **state)
{
	static const char *const rules[] = {"a-rule", "another rule"};
	struct fixture *fixture = *state;

	configure(fixture, KG_LOG_INFO, KG_LOG_TEXT);
	kg_log(KG_LOG_INFO, "serving", KG_LOG_STR("address", "127.0.0.1:9443"), KG_LOG_INT("port", -5), KG_LOG_BOOL("ready", true),
	       KG_LOG_BOOL("late", false), KG_LOG_LIST("rules", rules, 2));
	assert_string_equal(logged_text(fixture),
	                    "info  serving address=\"127.0.0.1:9443\" port=-5 ready=true late=false rules=[\"a-rule\",\"another rule\"]\n");
}

static void json_line_has_time_level_msg_and_fields_in_order(void **state)
{
	static const char *const rules[] = {"a", "b"};
	struct fixture *fixture = *state;
	const char *line;

	configure(fixture, KG_LOG_INFO, KG_LOG_JSON);
	kg_log(KG_LOG_WARN, "review", KG_LOG_STR("name", "orders"), KG_LOG_INT("duration_us", INT64_MAX), KG_LOG_BOOL("dryRun", false),
	       KG_LOG_LIST("rules", rules, 2));
	line = logged(fixture);
	assert_memory_equal(line, "{\"time\":\"", 9);
	assert_string_equal(line + 9 + TIME_LENGTH - 1,
	                    "\",\"level\":\"warn\",\"msg\":\"review\",\"name\":\"orders\",\"duration_us\":9223372036854775807,"
	                    "\"dryRun\":false,\"rules\":[\"a\",\"b\"]}\n");
}

static void text_values_are_quoted_when_they_need_it(void **state)
{
	static const struct {
		const char *value, *expected;
	} rows[] = {
	        {"shop", "v=shop"},
	        {"a-b_c.d/e0", "v=a-b_c.d/e0"},
	        {"", "v=\"\""},
	        {"a b", "v=\"a b\""},
	        {"a=b", "v=\"a=b\""},
	        {"say \"hi\"", "v=\"say \\\"hi\\\"\""},
	        {"back\\slash", "v=\"back\\\\slash\""},
	        {"line\nbreak", "v=\"line\\nbreak\""},
	        {"\x1b[31m", "v=\"\\u001B[31m\""},
	        {"caf\xc3\xa9", "v=\"caf\\u00E9\""},
	        {"\xe2\x80\xae", "v=\"\\u202E\""},
	        {"\xf0\x9f\x98\x80", "v=\"\\uD83D\\uDE00\""},
	        {"a\xff", "v=\"a\\uFFFD\""},
	};
	struct fixture *fixture = *state;
	char expected[64];

	configure(fixture, KG_LOG_INFO, KG_LOG_TEXT);
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		kg_log(KG_LOG_INFO, "m", KG_LOG_STR("v", rows[i].value));
		snprintf(expected, sizeof(expected), "info  m %s\n", rows[i].expected);
		assert_string_equal(logged_text(fixture), expected);
	}
}

static void message_that_could_forge_a_field_is_quoted(void **state)
{
	struct fixture *fixture = *state;

	configure(fixture, KG_LOG_INFO, KG_LOG_TEXT);
	kg_log(KG_LOG_ERROR, "cannot read a file: it's gone", KG_LOG_INT("n", 1));
	assert_string_equal(logged_text(fixture), "error cannot read a file: it's gone n=1\n");
	kg_log(KG_LOG_ERROR, "x user=admin\ny", KG_LOG_INT("n", 1));
	assert_string_equal(logged_text(fixture), "error \"x user=admin\\ny\" n=1\n");
}

static void json_values_of_any_bytes_stay_one_valid_line(void **state)
{
	static const char hostile[] = "\"},{\"level\":\"x\n\r\x01\xff\xc3\xa9\xed\xa0\x80";
	static const char cleaned[] = "\"},{\"level\":\"x\n\r\x01\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd";
	struct fixture *fixture = *state;
	const char *const list[] = {hostile, hostile};
	json_t *line;

	configure(fixture, KG_LOG_INFO, KG_LOG_JSON);
	kg_log(KG_LOG_INFO, hostile, KG_LOG_STR("v", hostile), KG_LOG_LIST("l", list, 2));
	line = logged_json(fixture);
	assert_ptr_equal(strchr(fixture->line, '\n'), fixture->line + strlen(fixture->line) - 1);
	assert_string_equal(json_string_value(json_object_get(line, "msg")), cleaned);
	assert_string_equal(json_string_value(json_object_get(line, "v")), cleaned);
	assert_string_equal(json_string_value(json_array_get(json_object_get(line, "l"), 1)), cleaned);
	assert_string_equal(json_string_value(json_object_get(line, "level")), "info");
	json_decref(line);
}

static void fields_without_name_or_value_are_left_out(void **state)
{
	static const char *const list[] = {"a", NULL, "b"};
	struct fixture *fixture = *state;
	json_t *line;

	configure(fixture, KG_LOG_INFO, KG_LOG_TEXT);
	kg_log(KG_LOG_INFO, "m", KG_LOG_STR("none", NULL), KG_LOG_STR(NULL, "x"), KG_LOG_LIST("list", list, 3),
	       KG_LOG_LIST("null", NULL, 0));
	assert_string_equal(logged_text(fixture), "info  m list=[\"a\",\"b\"]\n");
	configure(fixture, KG_LOG_INFO, KG_LOG_JSON);
	kg_log(KG_LOG_INFO, "m", KG_LOG_STR("none", NULL), KG_LOG_STR(NULL, "x"), KG_LOG_LIST("empty", list, 0));
	line = logged_json(fixture);
	assert_int_equal(json_object_size(line), 4);
	assert_int_equal(json_array_size(json_object_get(line, "empty")), 0);
	json_decref(line);
}

static void line_without_fields_is_written(void **state)
{
	struct fixture *fixture = *state;

	configure(fixture, KG_LOG_INFO, KG_LOG_TEXT);
	kg_log_fields(KG_LOG_INFO, "stopped", NULL, 0);
	assert_string_equal(logged_text(fixture), "info  stopped\n");
}

static void lines_below_the_level_are_dropped(void **state)
{
	struct fixture *fixture = *state;

	for (enum kg_log_level level = KG_LOG_ERROR; level <= KG_LOG_DEBUG; level++) {
		configure(fixture, level, KG_LOG_TEXT);
		for (enum kg_log_level at = KG_LOG_ERROR; at <= KG_LOG_DEBUG; at++) {
			kg_log(at, "m", KG_LOG_INT("n", 1));
			assert_int_equal(logged(fixture)[0] != '\0', at <= level);
			assert_int_equal(kg_log_enabled(at), at <= level);
		}
	}
}

static void line_that_cannot_be_written_is_lost(void **state)
{
	struct fixture *fixture = *state;
	char filler[4096] = "";

	configure(fixture, KG_LOG_INFO, KG_LOG_TEXT);
	while (write(fixture->ends[1], filler, sizeof(filler)) > 0)
		continue;
	kg_log(KG_LOG_INFO, "lost", KG_LOG_INT("n", 1));
	while (read(fixture->ends[0], filler, sizeof(filler)) > 0)
		continue;
	kg_log(KG_LOG_INFO, "kept", KG_LOG_INT("n", 1));
	assert_non_null(strstr(logged_text(fixture), "info  kept n=1\n"));
	kg_log_configure(KG_LOG_INFO, KG_LOG_TEXT, -1);
	kg_log(KG_LOG_INFO, "lost", KG_LOG_INT("n", 1));
}

/* The pipe as a container runtime hands it out: small, and a write to it blocks. */
static void make_blocking(const struct fixture *fixture)
{
	assert_int_equal(fcntl(fixture->ends[1], F_SETFL, 0), 0);
	assert_true(fcntl(fixture->ends[1], F_SETPIPE_SZ, PIPE_BYTES) > 0);
	configure(fixture, KG_LOG_INFO, KG_LOG_TEXT);
	/* Of a test that hangs, the program ends. */
	alarm(60);
}

static unsigned count_lines(const char *text, const char *part)
{
	unsigned count = 0;

	while ((text = strstr(text, part)) != NULL) {
		count++;
		text++;
	}
	return count;
}

static void a_reader_that_stops_holds_up_nobody_and_is_told_what_it_missed(void **state)
{
	enum { LINES = 1000 };
	struct fixture *fixture = *state;
	uint64_t lost_before = kg_log_lost();
	char told[64];
	const char *text;
	uint64_t lost;

	make_blocking(fixture);
	for (int i = 0; i < LINES; i++)
		kg_log(KG_LOG_INFO, "first", KG_LOG_INT("n", i));
	lost = kg_log_lost() - lost_before;
	assert_in_range(lost, 1, LINES - 1);
	assert_int_equal(count_lines(logged(fixture), "info  first"), LINES - lost);

	kg_log(KG_LOG_INFO, "second", KG_LOG_INT("n", 1));
	snprintf(told, sizeof(told), "warn  log lines were lost count=%u ", (unsigned)lost);
	text = logged(fixture);
	assert_non_null(strstr(text, told));
	assert_non_null(strstr(text, "info  second n=1\n"));
	assert_int_equal(kg_log_lost() - lost_before, lost);
	alarm(0);
}

static void a_line_that_was_cut_off_does_not_spoil_the_next(void **state)
{
	struct fixture *fixture = *state;
	char value[2 * PIPE_BYTES];
	const char *text;

	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	make_blocking(fixture);
	kg_log(KG_LOG_INFO, "long", KG_LOG_STR("v", value));
	assert_int_equal(strlen(logged(fixture)), PIPE_BYTES);
	kg_log(KG_LOG_INFO, "next", KG_LOG_INT("n", 1));
	text = logged(fixture);
	assert_int_equal(text[0], '\n');
	assert_int_equal(count_lines(text, "log lines were lost count=1 "), 1);
	assert_int_equal(count_lines(text, "\n"), 3);
	alarm(0);
}

static void a_reader_that_is_gone_or_a_full_disk_loses_lines_only(void **state)
{
	struct fixture *fixture = *state;
	uint64_t lost = kg_log_lost();
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	assert_true(full >= 0);
	kg_log_configure(KG_LOG_INFO, KG_LOG_TEXT, full);
	kg_log(KG_LOG_INFO, "no room", KG_LOG_INT("n", 1));
	assert_int_equal(kg_log_lost(), lost + 1);
	close(full);

	signal(SIGPIPE, SIG_IGN);
	configure(fixture, KG_LOG_INFO, KG_LOG_TEXT);
	close(fixture->ends[0]);
	fixture->ends[0] = -1;
	kg_log(KG_LOG_INFO, "nobody", KG_LOG_INT("n", 1));
	assert_int_equal(kg_log_lost(), lost + 2);
}

static void line_over_the_maximum_is_lost_whole(void **state)
{
	struct fixture *fixture = *state;
	char *value = calloc(1, (1 << 20) + 1);

	assert_non_null(value);
	memset(value, 'x', 1 << 20);
	configure(fixture, KG_LOG_INFO, KG_LOG_TEXT);
	kg_log(KG_LOG_INFO, "m", KG_LOG_STR("v", value));
	assert_string_equal(logged(fixture), "");
	free(value);
}

static void *write_lines(void *argument)
{
	char value[8192];

	memset(value, *(const char *)argument, sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (int i = 0; i < LINES_EACH; i++)
		kg_log(KG_LOG_INFO, "m", KG_LOG_STR("v", value));
	return NULL;
}

/* Each line is longer than what a pipe takes in one piece. */
static void lines_of_many_threads_stay_whole(void **state)
{
	static char letters[WRITERS] = {'a', 'b', 'c', 'd'};
	char line[LINE_ROOM];
	pthread_t threads[WRITERS];
	int ends[2];
	FILE *file;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	file = fdopen(ends[0], "r");
	assert_non_null(file);
	kg_log_configure(KG_LOG_INFO, KG_LOG_TEXT, ends[1]);
	for (size_t i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &letters[i]), 0);
	for (int i = 0; i < WRITERS * LINES_EACH; i++) {
		const char *value;

		assert_non_null(fgets(line, sizeof(line), file));
		value = strstr(line, "v=");
		assert_non_null(value);
		assert_int_equal(strspn(value + 2, (char[]){value[2], '\0'}), 8191);
		assert_string_equal(value + 2 + 8191, "\n");
	}
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(fclose(file), 0);
	close(ends[1]);
}

static void level_and_format_are_read_by_name(void **state)
{
	enum kg_log_level level = KG_LOG_ERROR;
	enum kg_log_format format = KG_LOG_TEXT;
	struct kg_err err;

	(void)state;
	assert_int_equal(kg_log_level_parse("debug", &level, &err), 0);
	assert_int_equal(level, KG_LOG_DEBUG);
	assert_int_equal(kg_log_level_parse("warn", &level, &err), 0);
	assert_int_equal(level, KG_LOG_WARN);
	assert_int_equal(kg_log_format_parse("json", &format, &err), 0);
	assert_int_equal(format, KG_LOG_JSON);
	assert_int_equal(kg_log_format_parse("text", &format, &err), 0);
	assert_int_equal(format, KG_LOG_TEXT);
}

static void unknown_level_and_format_name_what_is_allowed(void **state)
{
	enum kg_log_level level = KG_LOG_WARN;
	enum kg_log_format format = KG_LOG_JSON;
	struct kg_err err;

	(void)state;
	assert_int_equal(kg_log_level_parse("INFO", &level, &err), KG_EINVAL);
	assert_string_equal(err.message, "must be error, warn, info or debug, not \"INFO\"");
	assert_int_equal(level, KG_LOG_WARN);
	assert_int_equal(kg_log_format_parse("", &format, &err), KG_EINVAL);
	assert_string_equal(err.message, "must be text or json, not \"\"");
	assert_int_equal(format, KG_LOG_JSON);
}

#define LOG_TEST(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        LOG_TEST(text_line_has_time_level_message_and_fields_in_order),
	        LOG_TEST(json_line_has_time_level_msg_and_fields_in_order),
	        LOG_TEST(text_values_are_quoted_when_they_need_it),
	        LOG_TEST(message_that_could_forge_a_field_is_quoted),
	        LOG_TEST(json_values_of_any_bytes_stay_one_valid_line),
	        LOG_TEST(fields_without_name_or_value_are_left_out),
	        LOG_TEST(line_without_fields_is_written),
	        LOG_TEST(lines_below_the_level_are_dropped),
	        LOG_TEST(line_that_cannot_be_written_is_lost),
	        LOG_TEST(a_reader_that_stops_holds_up_nobody_and_is_told_what_it_missed),
	        LOG_TEST(a_line_that_was_cut_off_does_not_spoil_the_next),
	        LOG_TEST(a_reader_that_is_gone_or_a_full_disk_loses_lines_only),
	        LOG_TEST(line_over_the_maximum_is_lost_whole),
	        LOG_TEST(lines_of_many_threads_stay_whole),
	        LOG_TEST(level_and_format_are_read_by_name),
	        LOG_TEST(unknown_level_and_format_name_what_is_allowed),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
