#include "kedagate/kube/machine.h"

#include <stdio.h>
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kube/page.h"

#define NANOSECONDS INT64_C(1000000000)

enum { STATUS_OK = 200 };

const char *const kg_view_names[] = {[KG_VIEW_BLIND] = "blind", [KG_VIEW_PARTIAL] = "partial", [KG_VIEW_WHOLE] = "whole", NULL};

const char *const kg_machine_failure_names[] = {
        [KG_MACHINE_FAILURE_NONE] = "none",
        [KG_MACHINE_FAILURE_CONNECTION] = "connection",
        [KG_MACHINE_FAILURE_TIMEOUT] = "timeout",
        [KG_MACHINE_FAILURE_UNAUTHORIZED] = "unauthorized",
        [KG_MACHINE_FAILURE_FORBIDDEN] = "forbidden",
        [KG_MACHINE_FAILURE_NOT_INSTALLED] = "not-installed",
        [KG_MACHINE_FAILURE_EXPIRED] = "expired",
        [KG_MACHINE_FAILURE_THROTTLED] = "throttled",
        [KG_MACHINE_FAILURE_SERVER] = "server",
        [KG_MACHINE_FAILURE_STATUS] = "status",
        [KG_MACHINE_FAILURE_GARBAGE] = "garbage",
        [KG_MACHINE_FAILURE_MEMORY] = "memory",
        [KG_MACHINE_FAILURE_COUNT] = NULL,
};

void kg_machine_init(struct kg_machine *machine, const struct kg_machine_config *config)
{
	/* Any state but 0 does for xorshift. */
	*machine = (struct kg_machine){.config = *config, .random = config->seed | 1, .lost_at = INT64_MIN, .gap_until = INT64_MIN};
	kg_buf_init(&machine->target, KG_MAX_REQUEST_TARGET_BYTES);
	kg_buf_init(&machine->next_page, KG_MAX_REQUEST_TARGET_BYTES);
	kg_buf_init(&machine->line, KG_MAX_CLUSTER_OBJECT_BYTES);
	kg_page_init(&machine->page);
}

void kg_machine_release(struct kg_machine *machine)
{
	kg_buf_release(&machine->target);
	kg_buf_release(&machine->next_page);
	kg_buf_release(&machine->line);
	kg_page_release(&machine->page);
}

size_t kg_machine_unread(const struct kg_machine *machine)
{
	return machine->unread;
}

/* Below `bound`, which is small. */
static uint64_t random_below(struct kg_machine *machine, uint64_t bound)
{
	machine->random ^= machine->random << 13;
	machine->random ^= machine->random >> 7;
	machine->random ^= machine->random << 17;
	return (machine->random >> 11) % bound;
}

/* ---- the view ---- */

static bool is_watching(const struct kg_machine *machine)
{
	return machine->watches && machine->busy && machine->status == STATUS_OK;
}

static enum kg_view view_at(const struct kg_machine *machine, int64_t now)
{
	if (!machine->listed)
		return KG_VIEW_BLIND;
	if (is_watching(machine) && now < machine->settled_at)
		return KG_VIEW_PARTIAL;
	if (is_watching(machine) || now < machine->gap_until)
		return machine->unread == 0 ? KG_VIEW_WHOLE : KG_VIEW_PARTIAL;
	return now < machine->lost_at ? KG_VIEW_PARTIAL : KG_VIEW_BLIND;
}

static void look_at_view(struct kg_machine *machine, int64_t now)
{
	enum kg_view view = view_at(machine, now);

	if (view == machine->view)
		return;
	machine->view = view;
	machine->config.sink->view(machine->config.context, view);
}

/* What is held is that of `current_at`. A watch brings what came since at once, and says nothing of its being the last: quiet does, or a bookmark. */
static void settle(struct kg_machine *machine, int64_t now)
{
	bool is_behind = now - machine->current_at > KG_CLUSTER_GAP_SECONDS * NANOSECONDS;

	machine->answered = now;
	machine->settled_at = is_behind ? now + KG_CLUSTER_SETTLE_SECONDS * NANOSECONDS : now;
}

/* An event came, which is one of those that were missed while the watch is not settled. */
static void note_event(struct kg_machine *machine, bool is_bookmark, int64_t now)
{
	int64_t latest = machine->answered + KG_CLUSTER_SETTLE_MAX_SECONDS * NANOSECONDS;
	int64_t quiet = now + KG_CLUSTER_SETTLE_SECONDS * NANOSECONDS;

	machine->changed = true;
	machine->bookmarked |= is_bookmark;
	if (is_bookmark && now < machine->settled_at)
		machine->settled_at = now;
	else if (now < machine->settled_at)
		machine->settled_at = quiet < latest ? quiet : latest;
	if (now >= machine->settled_at)
		machine->current_at = now;
	if (machine->bookmarked)
		machine->deadline = now + KG_CLUSTER_BOOKMARK_SECONDS * NANOSECONDS;
}

/* When the view may change by time alone. */
static int64_t next_view_change(const struct kg_machine *machine, int64_t now)
{
	if (!machine->listed)
		return INT64_MAX;
	if (is_watching(machine))
		return now < machine->settled_at ? machine->settled_at : INT64_MAX;
	if (now < machine->gap_until)
		return machine->gap_until;
	return now < machine->lost_at ? machine->lost_at : INT64_MAX;
}

/* In this order: while objects go, nothing is concluded from their absence. */
static void forget_objects(struct kg_machine *machine, int64_t now)
{
	machine->listed = false;
	machine->unread = 0;
	look_at_view(machine, now);
	machine->config.sink->clear(machine->config.context);
}

/* ---- requests ---- */

static void append_escaped(struct kg_buf *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (; *text != '\0'; text++) {
		if (strchr(plain, *text) != NULL)
			kg_buf_putc(out, *text);
		else
			kg_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
	}
}

static void write_list(struct kg_machine *machine)
{
	kg_buf_printf(&machine->target, "%s?limit=%d", machine->config.path, KG_CLUSTER_PAGE_OBJECTS);
	if (machine->next_page.length == 0)
		return;
	kg_buf_puts(&machine->target, "&continue=");
	append_escaped(&machine->target, kg_buf_text(&machine->next_page));
}

static void write_watch(struct kg_machine *machine)
{
	machine->watch_seconds = KG_CLUSTER_WATCH_SECONDS + (unsigned)random_below(machine, KG_CLUSTER_WATCH_SECONDS);
	kg_buf_printf(&machine->target, "%s?watch=1&allowWatchBookmarks=true&timeoutSeconds=%u&resourceVersion=", machine->config.path,
	              machine->watch_seconds);
	append_escaped(&machine->target, machine->version);
}

static int begin_request(struct kg_machine *machine, int64_t now)
{
	kg_buf_clear(&machine->target);
	kg_buf_clear(&machine->line);
	kg_page_reset(&machine->page);
	if (machine->watches)
		write_watch(machine);
	else
		write_list(machine);
	if (!machine->watches && machine->next_page.length == 0)
		machine->list_began = now;
	machine->unread_before = machine->unread;
	machine->busy = true;
	machine->cancelled = false;
	machine->changed = false;
	machine->status = 0;
	machine->retry_after = -1;
	machine->problem = KG_MACHINE_FAILURE_NONE;
	machine->started = now;
	machine->deadline = now + KG_CLUSTER_SILENCE_SECONDS * NANOSECONDS;
	machine->latest = now + KG_CLUSTER_PAGE_SECONDS * NANOSECONDS;
	return kg_buf_status(&machine->target);
}

/* ---- failures ---- */

static enum kg_machine_failure failure_of_status(unsigned status)
{
	static const struct {
		unsigned status;
		enum kg_machine_failure failure;
	} failures[] = {
	        {401, KG_MACHINE_FAILURE_UNAUTHORIZED}, {403, KG_MACHINE_FAILURE_FORBIDDEN}, {404, KG_MACHINE_FAILURE_NOT_INSTALLED},
	        {410, KG_MACHINE_FAILURE_EXPIRED},      {429, KG_MACHINE_FAILURE_THROTTLED},
	};

	for (size_t i = 0; i < KG_ARRAY_LEN(failures); i++)
		if (failures[i].status == status)
			return failures[i].failure;
	return status >= 500 && status <= 599 ? KG_MACHINE_FAILURE_SERVER : KG_MACHINE_FAILURE_STATUS;
}

/* From half of the pause to all of it. */
static int64_t pause_of(struct kg_machine *machine)
{
	int64_t half = KG_CLUSTER_RETRY_SECONDS;

	for (unsigned i = 0; i < machine->failures && 2 * half < KG_CLUSTER_RETRY_MAX_SECONDS; i++)
		half *= 2;
	if (2 * half > KG_CLUSTER_RETRY_MAX_SECONDS)
		half = KG_CLUSTER_RETRY_MAX_SECONDS / 2;
	half *= NANOSECONDS;
	return half + (int64_t)random_below(machine, (uint64_t)half);
}

static void pause_after_failure(struct kg_machine *machine, int64_t now)
{
	int64_t pause = pause_of(machine);
	int64_t asked = machine->retry_after < KG_CLUSTER_RETRY_AFTER_SECONDS ? machine->retry_after : KG_CLUSTER_RETRY_AFTER_SECONDS;

	/* The pause of others who were told the same is a different one. */
	if (asked > 0)
		pause = asked * NANOSECONDS + (int64_t)random_below(machine, NANOSECONDS);
	machine->failures++;
	machine->not_before = now + pause;
}

/* What may be gone by itself, and says nothing about version or page. */
static bool is_passing(enum kg_machine_failure failure)
{
	return failure == KG_MACHINE_FAILURE_CONNECTION || failure == KG_MACHINE_FAILURE_TIMEOUT ||
	       failure == KG_MACHINE_FAILURE_THROTTLED || failure == KG_MACHINE_FAILURE_SERVER ||
	       failure == KG_MACHINE_FAILURE_UNAUTHORIZED || failure == KG_MACHINE_FAILURE_MEMORY;
}

static void start_over(struct kg_machine *machine)
{
	machine->watches = false;
	machine->refused_watches = 0;
	/* It may be another server. */
	machine->bookmarked = false;
	machine->gap_until = INT64_MIN;
	kg_buf_release(&machine->next_page);
}

/* Of a watch that ends: as long as one that is worth having. */
static bool has_lasted(const struct kg_machine *machine, int64_t now)
{
	return machine->status == STATUS_OK && now - machine->answered >= KG_CLUSTER_LASTING_SECONDS * NANOSECONDS;
}

/* A watch was given up in which nothing came at all: its version may be one that this server has not reached, after a restore of etcd, and nothing
 * will come until then. */
static bool was_silent(const struct kg_machine *machine)
{
	return machine->watches && machine->cancelled && machine->status == STATUS_OK && !machine->changed;
}

static void fail(struct kg_machine *machine, enum kg_machine_failure failure, int64_t now)
{
	const struct kg_machine_config *config = &machine->config;

	if (machine->watches && machine->status != 0 && !machine->changed && !has_lasted(machine, now))
		machine->refused_watches++;
	/* The page comes again, and what of it could not be read with it. */
	if (!machine->watches)
		machine->unread = machine->unread_before;
	if (!is_passing(failure) || machine->refused_watches >= KG_CLUSTER_REFUSED_WATCHES || was_silent(machine))
		start_over(machine);
	pause_after_failure(machine, now);
	config->sink->failed(config->context, failure, machine->status);
	if (failure == KG_MACHINE_FAILURE_FORBIDDEN || failure == KG_MACHINE_FAILURE_NOT_INSTALLED)
		forget_objects(machine, now);
}

/* ---- objects ---- */

static const char *version_of(const cJSON *object)
{
	const char *version = kg_json_text(kg_json_get(object, "metadata"), "resourceVersion");

	return version != NULL && *version != '\0' && strlen(version) < sizeof(((struct kg_machine *)NULL)->version) ? version : NULL;
}

static void note_version(struct kg_machine *machine, const char *version)
{
	snprintf(machine->version, sizeof(machine->version), "%s", version);
}

static void put(struct kg_machine *machine, const cJSON *object)
{
	if (machine->config.sink->put(machine->config.context, object) != 0)
		machine->unread++;
}

static int parse(struct kg_machine *machine, char *bytes, size_t length, cJSON **ret_tree)
{
	struct kg_json_facts facts;

	kg_arena_reset(machine->config.scratch, KG_KEEP_ARENA_BYTES);
	return kg_json_parse(bytes, length, machine->config.scratch, ret_tree, &facts, NULL);
}

/* ---- a list ---- */

static void read_item(void *context, char *bytes, size_t length)
{
	struct kg_machine *machine = context;
	cJSON *object = NULL;

	if (bytes == NULL || parse(machine, bytes, length, &object) != 0)
		machine->unread++;
	else
		put(machine, object);
}

static void finish_list(struct kg_machine *machine, int64_t now)
{
	machine->config.sink->complete(machine->config.context);
	machine->listed = true;
	machine->refused_watches = 0;
	machine->watches = true;
	machine->current_at = machine->list_began;
	machine->lost_at = now + KG_CLUSTER_LOST_SECONDS * NANOSECONDS;
}

static enum kg_machine_failure finish_page(struct kg_machine *machine, int64_t now)
{
	struct kg_buf *envelope = kg_page_envelope(&machine->page);
	bool first = machine->next_page.length == 0;
	const char *version, *next;
	cJSON *list = NULL;

	if (envelope == NULL || parse(machine, envelope->data, envelope->length, &list) != 0)
		return KG_MACHINE_FAILURE_GARBAGE;
	version = version_of(list);
	next = kg_json_text(kg_json_get(list, "metadata"), "continue");
	/* Any other document would be a list of nothing. */
	if (version == NULL || !cJSON_HasObjectItem(list, "items"))
		return KG_MACHINE_FAILURE_GARBAGE;
	/* All pages have one version. Should they not, the oldest misses nothing. */
	if (first)
		note_version(machine, version);
	/* The same page for ever. */
	if (!first && next != NULL && strcmp(next, kg_buf_text(&machine->next_page)) == 0)
		return KG_MACHINE_FAILURE_GARBAGE;
	/* A long list must not wait longer and longer for what passes. */
	if (!first)
		machine->failures = 0;
	kg_buf_clear(&machine->next_page);
	kg_buf_puts(&machine->next_page, next != NULL ? next : "");
	if (kg_buf_status(&machine->next_page) != 0)
		return KG_MACHINE_FAILURE_GARBAGE;
	if (machine->next_page.length == 0)
		finish_list(machine, now);
	return KG_MACHINE_FAILURE_NONE;
}

/* ---- a watch ---- */

static enum kg_machine_failure read_error_event(const cJSON *status)
{
	const cJSON *code = kg_json_get(status, "code");
	const char *reason = kg_json_text(status, "reason");
	bool has_code = code != NULL && cJSON_IsNumber(code) && code->valuedouble >= 400 && code->valuedouble <= 599;

	if (reason != NULL && (strcmp(reason, "Expired") == 0 || strcmp(reason, "Gone") == 0))
		return KG_MACHINE_FAILURE_EXPIRED;
	return has_code ? failure_of_status((unsigned)code->valuedouble) : KG_MACHINE_FAILURE_GARBAGE;
}

static enum kg_machine_failure apply_event(struct kg_machine *machine, const char *type, const cJSON *object, int64_t now)
{
	const struct kg_machine_config *config = &machine->config;
	const char *version = version_of(object);
	bool is_bookmark = strcmp(type, "BOOKMARK") == 0;

	if (strcmp(type, "ERROR") == 0)
		return read_error_event(object);
	if (version == NULL)
		return KG_MACHINE_FAILURE_GARBAGE;
	if (strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0)
		put(machine, object);
	else if (strcmp(type, "DELETED") == 0)
		config->sink->drop(config->context, object);
	else if (!is_bookmark)
		return KG_MACHINE_FAILURE_GARBAGE;
	note_version(machine, version);
	note_event(machine, is_bookmark, now);
	return KG_MACHINE_FAILURE_NONE;
}

static enum kg_machine_failure read_line(struct kg_machine *machine, int64_t now)
{
	cJSON *event = NULL;
	const char *type;

	if (kg_buf_status(&machine->line) != 0)
		return kg_buf_status(&machine->line) == KG_ENOMEM ? KG_MACHINE_FAILURE_MEMORY : KG_MACHINE_FAILURE_GARBAGE;
	if (machine->line.length == 0)
		return KG_MACHINE_FAILURE_NONE;
	/* The list that follows tells an object that is too large from nonsense. */
	if (parse(machine, machine->line.data, machine->line.length, &event) != 0)
		return KG_MACHINE_FAILURE_GARBAGE;
	type = kg_json_text(event, "type");
	return type != NULL ? apply_event(machine, type, kg_json_get(event, "object"), now) : KG_MACHINE_FAILURE_GARBAGE;
}

static enum kg_machine_failure read_lines(struct kg_machine *machine, const char *bytes, size_t length, int64_t now)
{
	enum kg_machine_failure problem = KG_MACHINE_FAILURE_NONE;

	while (length > 0 && problem == KG_MACHINE_FAILURE_NONE) {
		const char *newline = memchr(bytes, '\n', length);
		size_t part = newline != NULL ? (size_t)(newline - bytes) : length;

		kg_buf_append(&machine->line, bytes, part);
		if (newline == NULL)
			return kg_buf_status(&machine->line) == 0 ? problem : read_line(machine, now);
		problem = read_line(machine, now);
		if (machine->line.capacity > KG_KEEP_ARENA_BYTES)
			kg_buf_release(&machine->line);
		kg_buf_clear(&machine->line);
		bytes += part + 1;
		length -= part + 1;
	}
	return problem;
}

/* Watches that are over as soon as they began would be asked for again and again. */
static void finish_watch(struct kg_machine *machine, int64_t now)
{
	machine->not_before = now;
	if (!has_lasted(machine, now))
		pause_after_failure(machine, now);
	if (now >= machine->settled_at)
		machine->current_at = now;
	/* Perhaps what could not be kept can be by now. */
	if (machine->unread > 0)
		start_over(machine);
	else if (now >= machine->settled_at)
		machine->gap_until = now + KG_CLUSTER_GAP_SECONDS * NANOSECONDS;
}

/* ---- what comes of a request ---- */

void kg_machine_answered(struct kg_machine *machine, unsigned status, int64_t retry_after, int64_t now)
{
	machine->status = status;
	machine->retry_after = retry_after;
	machine->deadline = now + KG_CLUSTER_SILENCE_SECONDS * NANOSECONDS;
	if (status == STATUS_OK && machine->watches) {
		machine->latest = now + (machine->watch_seconds + KG_CLUSTER_SILENCE_SECONDS) * NANOSECONDS;
		machine->deadline = machine->bookmarked ? now + KG_CLUSTER_BOOKMARK_SECONDS * NANOSECONDS : machine->latest;
		settle(machine, now);
	}
	if (status == STATUS_OK && !machine->watches && machine->next_page.length == 0) {
		machine->unread = 0;
		machine->config.sink->begin(machine->config.context);
	}
	look_at_view(machine, now);
}

bool kg_machine_bytes(struct kg_machine *machine, const char *bytes, size_t length, int64_t now)
{
	if (machine->problem != KG_MACHINE_FAILURE_NONE)
		return false;
	/* What an error says is in its status. */
	if (machine->status != STATUS_OK)
		return true;
	if (machine->watches)
		machine->problem = read_lines(machine, bytes, length, now);
	else if (kg_page_feed(&machine->page, bytes, length, read_item, machine) != 0)
		machine->problem = KG_MACHINE_FAILURE_GARBAGE;
	else
		machine->deadline = now + KG_CLUSTER_SILENCE_SECONDS * NANOSECONDS;
	kg_arena_reset(machine->config.scratch, KG_KEEP_ARENA_BYTES);
	return machine->problem == KG_MACHINE_FAILURE_NONE;
}

static enum kg_machine_failure failure_of_end(const struct kg_machine *machine, bool whole)
{
	if (machine->problem != KG_MACHINE_FAILURE_NONE)
		return machine->problem;
	if (machine->cancelled)
		return KG_MACHINE_FAILURE_TIMEOUT;
	if (machine->status != 0 && machine->status != STATUS_OK)
		return failure_of_status(machine->status);
	/* A line without its end was cut. */
	if (!whole || machine->status == 0 || (machine->watches && machine->line.length > 0))
		return KG_MACHINE_FAILURE_CONNECTION;
	return KG_MACHINE_FAILURE_NONE;
}

/* Only a watch that was of use shows that a server is there, and that the version is good. */
static void note_end_of_watch(struct kg_machine *machine, int64_t now)
{
	if (machine->changed || has_lasted(machine, now)) {
		machine->refused_watches = 0;
		machine->lost_at = now + KG_CLUSTER_LOST_SECONDS * NANOSECONDS;
	}
	if (has_lasted(machine, now))
		machine->failures = 0;
}

void kg_machine_ended(struct kg_machine *machine, bool whole, int64_t now)
{
	enum kg_machine_failure failure = failure_of_end(machine, whole);
	bool watched = is_watching(machine);

	machine->busy = false;
	if (watched)
		note_end_of_watch(machine, now);
	if (failure == KG_MACHINE_FAILURE_NONE && !machine->watches)
		failure = finish_page(machine, now);
	else if (failure == KG_MACHINE_FAILURE_NONE)
		finish_watch(machine, now);
	if (failure != KG_MACHINE_FAILURE_NONE)
		fail(machine, failure, now);
	look_at_view(machine, now);
}

enum kg_machine_step kg_machine_next(struct kg_machine *machine, int64_t now, const char **ret_target, int64_t *ret_wake)
{
	int64_t due = machine->deadline < machine->latest ? machine->deadline : machine->latest;
	int64_t change;

	look_at_view(machine, now);
	change = next_view_change(machine, now);
	if (machine->busy && now >= due) {
		machine->cancelled = true;
		*ret_wake = now;
		return KG_MACHINE_CANCEL;
	}
	if (!machine->busy && now >= machine->not_before) {
		/* Too much may have changed. */
		if (machine->watches && now >= machine->lost_at)
			start_over(machine);
		if (begin_request(machine, now) == 0) {
			*ret_target = kg_buf_text(&machine->target);
			return KG_MACHINE_SEND;
		}
		machine->problem = KG_MACHINE_FAILURE_MEMORY;
		kg_machine_ended(machine, false, now);
	}
	if (!machine->busy)
		due = machine->not_before;
	*ret_wake = due < change ? due : change;
	return KG_MACHINE_WAIT;
}
