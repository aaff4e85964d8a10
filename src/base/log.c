#include "kedagate/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/utf8.h"

/* Far above any line that is meant; keeps a mistake from filling the disk. */
enum { LINE_MAX_BYTES = 1 << 20 };

/* ASCII only: what a terminal or a log viewer makes of other characters (direction marks, look-alikes) can mislead. */
enum { DUMP_FLAGS = JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_COMPACT };

static const char *const level_names[] = {
        [KG_LOG_ERROR] = "error",
        [KG_LOG_WARN] = "warn",
        [KG_LOG_INFO] = "info",
        [KG_LOG_DEBUG] = "debug",
};

static const char *const format_names[] = {
        [KG_LOG_TEXT] = "text",
        [KG_LOG_JSON] = "json",
};

/* The one process-wide state: a process has one standard error. The lock keeps long lines whole, which a pipe splits, and guards what is below. */
static struct {
	enum kg_log_level level;
	enum kg_log_format format;
	int fd;
	pthread_mutex_t lock;
	bool stuck;      /* the last line found no room in time */
	bool torn;       /* the last line was cut off */
	uint64_t lost;   /* lines since the start */
	uint64_t untold; /* of these, not told of by a line yet */
} sink = {.level = KG_LOG_INFO, .format = KG_LOG_TEXT, .fd = STDERR_FILENO, .lock = PTHREAD_MUTEX_INITIALIZER};

void kg_log_configure(enum kg_log_level level, enum kg_log_format format, int fd)
{
	sink.level = level;
	sink.format = format;
	sink.fd = fd;
	sink.stuck = false;
	sink.torn = false;
	sink.untold = 0;
}

/* The index of `text` in `names`, -1 when it is none of them. */
static int find_name(const char *text, const char *const *names, int count)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(text, names[i]) == 0)
			return i;
	}
	return -1;
}

int kg_log_level_parse(const char *text, enum kg_log_level *ret_level, struct kg_err *err)
{
	int found = find_name(text, level_names, KG_ARRAY_LEN(level_names));

	if (found < 0)
		return kg_err_set(err, KG_EINVAL, "must be error, warn, info or debug, not \"%s\"", text);
	*ret_level = (enum kg_log_level)found;
	return 0;
}

int kg_log_format_parse(const char *text, enum kg_log_format *ret_format, struct kg_err *err)
{
	int found = find_name(text, format_names, KG_ARRAY_LEN(format_names));

	if (found < 0)
		return kg_err_set(err, KG_EINVAL, "must be text or json, not \"%s\"", text);
	*ret_format = (enum kg_log_format)found;
	return 0;
}

bool kg_log_enabled(enum kg_log_level level)
{
	return level <= sink.level;
}

/* A JSON string of any bytes; NULL without memory. */
static json_t *new_string(const char *text)
{
	struct kg_buf valid;
	json_t *string;

	string = json_string(text);
	if (string != NULL)
		return string;
	kg_buf_init(&valid, LINE_MAX_BYTES);
	kg_utf8_append_valid(&valid, text, strlen(text));
	string = kg_buf_status(&valid) == 0 ? json_string(kg_buf_text(&valid)) : NULL;
	kg_buf_release(&valid);
	return string;
}

static int append_dump(const char *bytes, size_t length, void *out)
{
	kg_buf_append(out, bytes, length);
	return 0;
}

/* Takes over `value`, which is NULL when there was no memory for it. */
static void append_json(struct kg_buf *out, json_t *value)
{
	if (json_dump_callback(value, append_dump, out, DUMP_FLAGS) != 0 && out->status == 0)
		out->status = KG_ENOMEM;
	json_decref(value);
}

/* The number of bytes that stand for themselves in a JSON string. */
static size_t plain_length(const char *text)
{
	size_t length = 0;

	while (text[length] >= ' ' && text[length] <= '~' && text[length] != '"' && text[length] != '\\')
		length++;
	return length;
}

/* Nearly all strings need no escape: they are spared a tree, which is most of what a line costs. */
static void append_string(struct kg_buf *out, const char *text)
{
	size_t length = plain_length(text);

	if (text[length] != '\0') {
		append_json(out, new_string(text));
		return;
	}
	kg_buf_putc(out, '"');
	kg_buf_append(out, text, length);
	kg_buf_putc(out, '"');
}

static void append_list(struct kg_buf *out, const struct kg_log_field *field)
{
	char before = '[';

	for (int64_t i = 0; i < field->integer; i++) {
		if (field->strings[i] == NULL)
			continue;
		kg_buf_putc(out, before);
		append_string(out, field->strings[i]);
		before = ',';
	}
	kg_buf_puts(out, before == '[' ? "[]" : "]");
}

/* A NULL string or name is left out. */
static bool is_given(const struct kg_log_field *field)
{
	if (field->name == NULL)
		return false;
	if (field->type == KG_LOG_STRING)
		return field->string != NULL;
	return field->type != KG_LOG_STRINGS || field->strings != NULL;
}

static void append_value(struct kg_buf *out, const struct kg_log_field *field)
{
	switch (field->type) {
	case KG_LOG_STRING:
		append_string(out, field->string);
		break;
	case KG_LOG_INTEGER:
		kg_buf_printf(out, "%" PRId64, field->integer);
		break;
	case KG_LOG_BOOLEAN:
		kg_buf_puts(out, field->integer != 0 ? "true" : "false");
		break;
	case KG_LOG_STRINGS:
		append_list(out, field);
		break;
	}
}

static void append_json_line(struct kg_buf *out, enum kg_log_level level, const char *message, const struct kg_log_field *fields,
                             size_t count)
{
	char now[KG_TIME_TEXT_MAX];

	kg_clock_text(now);
	kg_buf_printf(out, "{\"time\":\"%s\",\"level\":\"%s\",\"msg\":", now, level_names[level]);
	append_string(out, message);
	for (size_t i = 0; i < count; i++) {
		if (!is_given(&fields[i]))
			continue;
		kg_buf_putc(out, ',');
		append_string(out, fields[i].name);
		kg_buf_putc(out, ':');
		append_value(out, &fields[i]);
	}
	kg_buf_putc(out, '}');
}

/* True when every byte of `text` is a letter, a digit or one of `others`. */
static bool consists_of(const char *text, const char *others)
{
	static const char alphanumeric[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	for (; *text != '\0'; text++) {
		if (strchr(alphanumeric, *text) == NULL && strchr(others, *text) == NULL)
			return false;
	}
	return true;
}

/* As it is when it can be mistaken for nothing else, as a JSON string otherwise. */
static void append_text(struct kg_buf *out, const char *text, const char *harmless)
{
	if (text[0] != '\0' && consists_of(text, harmless))
		kg_buf_puts(out, text);
	else
		append_string(out, text);
}

static void append_text_line(struct kg_buf *out, enum kg_log_level level, const char *message, const struct kg_log_field *fields,
                             size_t count)
{
	char now[KG_TIME_TEXT_MAX];

	kg_clock_text(now);
	kg_buf_printf(out, "%s %-5s ", now, level_names[level]);
	append_text(out, message, " ,.:;'()/_-");
	for (size_t i = 0; i < count; i++) {
		if (!is_given(&fields[i]))
			continue;
		kg_buf_printf(out, " %s=", fields[i].name);
		if (fields[i].type == KG_LOG_STRING)
			append_text(out, fields[i].string, "./_-");
		else
			append_value(out, &fields[i]);
	}
}

/* The descriptor may be shared with other processes, so it is not made non-blocking. What poll(2) calls writable takes PIPE_BUF bytes at once. A
 * reader that is gone counts as room: the write then fails. */
static bool has_room(void)
{
	struct pollfd pollfd = {.fd = sink.fd, .events = POLLOUT};

	sink.stuck = poll(&pollfd, 1, sink.stuck ? 0 : KG_LOG_PATIENCE_MILLISECONDS) <= 0;
	return !sink.stuck;
}

static bool write_bytes(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = has_room() ? write(sink.fd, bytes, length < PIPE_BUF ? length : PIPE_BUF) : -1;

		if (count < 0)
			return false;
		sink.torn = true;
		bytes += count;
		length -= (size_t)count;
	}
	return true;
}

/* What is left of a line that was cut off stays a line of its own. */
static bool write_line(const struct kg_buf *line)
{
	if (kg_buf_status(line) != 0 || (sink.torn && !write_bytes("\n", 1)))
		return false;
	sink.torn = false;
	if (!write_bytes(kg_buf_text(line), line->length))
		return false;
	sink.torn = false;
	return true;
}

static void append_line(struct kg_buf *out, enum kg_log_level level, const char *message, const struct kg_log_field *fields, size_t count)
{
	if (sink.format == KG_LOG_JSON)
		append_json_line(out, level, message, fields, count);
	else
		append_text_line(out, level, message, fields, count);
	kg_buf_putc(out, '\n');
}

static void tell_lost(void)
{
	const struct kg_log_field fields[] = {
	        KG_LOG_INT("count", (int64_t)sink.untold),
	        KG_LOG_STR("reason", "whoever reads standard error was too slow, or its disk was full"),
	};
	struct kg_buf line;

	kg_buf_init(&line, LINE_MAX_BYTES);
	append_line(&line, KG_LOG_WARN, "log lines were lost", fields, KG_ARRAY_LEN(fields));
	if (write_line(&line))
		sink.untold = 0;
	kg_buf_release(&line);
}

static void write_or_count(const struct kg_buf *line)
{
	pthread_mutex_lock(&sink.lock);
	if (sink.untold > 0)
		tell_lost();
	if (sink.untold > 0 || !write_line(line)) {
		sink.lost++;
		sink.untold++;
	}
	pthread_mutex_unlock(&sink.lock);
}

void kg_log_fields(enum kg_log_level level, const char *message, const struct kg_log_field *fields, size_t count)
{
	struct kg_buf line;

	if (!kg_log_enabled(level))
		return;
	kg_buf_init(&line, LINE_MAX_BYTES);
	append_line(&line, level, message, fields, count);
	write_or_count(&line);
	kg_buf_release(&line);
}

uint64_t kg_log_lost(void)
{
	uint64_t lost;

	pthread_mutex_lock(&sink.lock);
	lost = sink.lost;
	pthread_mutex_unlock(&sink.lock);
	return lost;
}
