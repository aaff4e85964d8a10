#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "kedagate/kube/machine.h"
#include "kedagate/model/json.h"

#define NANOSECONDS INT64_C(1000000000)

enum { TRANSCRIPT_MAX = 1 << 20 };

/* A machine, and a transcript of all that it says. */
struct drive {
	struct kg_arena scratch;
	struct kg_machine machine;
	struct kg_buf transcript;
	int64_t now, wake;
	int put_status;
	unsigned events; /* that the transcript leaves out, as it is a count of them that matters */
};

static void note_begin(void *context)
{
	kg_buf_puts(&((struct drive *)context)->transcript, "begin\n");
}

static const char *name_of(const cJSON *object)
{
	return kg_json_text(kg_json_get(object, "metadata"), "name");
}

static int note_put(void *context, const cJSON *object)
{
	struct drive *drive = context;

	drive->events++;
	kg_buf_printf(&drive->transcript, "put %s\n", name_of(object));
	return drive->put_status;
}

static void note_drop(void *context, const cJSON *object)
{
	kg_buf_printf(&((struct drive *)context)->transcript, "drop %s\n", name_of(object));
}

static void note_complete(void *context)
{
	kg_buf_puts(&((struct drive *)context)->transcript, "complete\n");
}

static void note_clear(void *context)
{
	kg_buf_puts(&((struct drive *)context)->transcript, "clear\n");
}

static void note_view(void *context, enum kg_view view)
{
	kg_buf_printf(&((struct drive *)context)->transcript, "view %s\n", kg_view_names[view]);
}

static void note_failed(void *context, enum kg_machine_failure failure, unsigned status)
{
	kg_buf_printf(&((struct drive *)context)->transcript, "failed %s %u\n", kg_machine_failure_names[failure], status);
}

static const struct kg_machine_sink sink = {
        .begin = note_begin,
        .put = note_put,
        .drop = note_drop,
        .complete = note_complete,
        .clear = note_clear,
        .view = note_view,
        .failed = note_failed,
};

static void begin_seeded(struct drive *drive, uint64_t seed)
{
	const struct kg_machine_config config = {
	        .path = "/apis/x/v1/things", .seed = seed, .scratch = &drive->scratch, .sink = &sink, .context = drive};

	*drive = (struct drive){.now = 1000 * NANOSECONDS};
	kg_json_setup();
	kg_arena_init(&drive->scratch, KG_MAX_CLUSTER_ARENA_BYTES);
	kg_buf_init(&drive->transcript, TRANSCRIPT_MAX);
	kg_machine_init(&drive->machine, &config);
}

static int begin(void **state)
{
	static struct drive drive;

	begin_seeded(&drive, 42);
	*state = &drive;
	return 0;
}

static int end(void **state)
{
	struct drive *drive = *state;

	kg_machine_release(&drive->machine);
	kg_arena_release(&drive->scratch);
	kg_buf_release(&drive->transcript);
	return 0;
}

/* The time that a watch asks for differs from one to the next. */
static void note_target(struct drive *drive, const char *target)
{
	const char *timeout = strstr(target, "timeoutSeconds=");
	char *rest;
	long seconds;

	if (timeout == NULL) {
		kg_buf_printf(&drive->transcript, "send %s\n", target);
		return;
	}
	timeout += strlen("timeoutSeconds=");
	seconds = strtol(timeout, &rest, 10);
	assert_in_range(seconds, KG_CLUSTER_WATCH_SECONDS, 2 * KG_CLUSTER_WATCH_SECONDS);
	kg_buf_printf(&drive->transcript, "send %.*sT%s\n", (int)(timeout - target), target, rest);
}

static void ask(struct drive *drive)
{
	const char *target = NULL;

	switch (kg_machine_next(&drive->machine, drive->now, &target, &drive->wake)) {
	case KG_MACHINE_SEND:
		note_target(drive, target);
		break;
	case KG_MACHINE_WAIT:
		assert_true(drive->wake > drive->now);
		kg_buf_puts(&drive->transcript, "wait\n");
		break;
	case KG_MACHINE_CANCEL:
		kg_buf_puts(&drive->transcript, "cancel\n");
		kg_machine_ended(&drive->machine, false, drive->now);
		break;
	}
}

/* `~` ends a line of a watch. Each byte comes singly: no boundary may matter. */
static void feed(struct drive *drive, const char *text)
{
	for (; *text != '\0'; text++) {
		const char byte = *text == '~' ? '\n' : *text;

		if (kg_machine_bytes(&drive->machine, &byte, 1, drive->now))
			continue;
		kg_buf_puts(&drive->transcript, "enough\n");
		kg_machine_ended(&drive->machine, false, drive->now);
		return;
	}
}

static void perform(struct drive *drive, char *line)
{
	char *argument = strchr(line, ' ');
	unsigned status = 0;
	int retry_after = -1;

	argument = argument != NULL ? argument + 1 : line + strlen(line);
	if (strncmp(line, "answer ", 7) == 0) {
		assert_true(sscanf(argument, "%u %d", &status, &retry_after) >= 1);
		kg_machine_answered(&drive->machine, status, retry_after, drive->now);
	} else if (strncmp(line, "bytes ", 6) == 0) {
		feed(drive, argument);
	} else if (strncmp(line, "later ", 6) == 0) {
		drive->now += (int64_t)(strtod(argument, NULL) * (double)NANOSECONDS);
	} else if (strcmp(line, "due") == 0) {
		drive->now = drive->wake;
	} else if (strcmp(line, "refuse") == 0) {
		drive->put_status = KG_ENOMEM;
	} else if (strcmp(line, "accept") == 0) {
		drive->put_status = 0;
	} else if (strcmp(line, "end") == 0 || strcmp(line, "cut") == 0) {
		kg_machine_ended(&drive->machine, *line == 'e', drive->now);
	} else {
		assert_string_equal(line, "next");
		ask(drive);
	}
}

static void run(struct drive *drive, const char *script)
{
	char *copy = strdup(script);
	char *rest = copy;

	assert_non_null(copy);
	for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n"))
		if (*line != '\0')
			perform(drive, line);
	free(copy);
}

#define LIST "next\nanswer 200\nbytes "
#define META "\"metadata\":{\"resourceVersion\":\"7\"}"
#define A    "{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"5\"}}"
#define B    "{\"metadata\":{\"name\":\"b\",\"resourceVersion\":\"6\"}}"
#define EVENT(type_, name_, version_)                                                                                                      \
	"bytes {\"type\":\"" type_ "\",\"object\":{\"metadata\":{\"name\":\"" name_ "\",\"resourceVersion\":\"" version_ "\"}}}~\n"
#define LISTED  LIST "{" META ",\"items\":[" A "]}\nend\n"
#define REFUSED "next\nanswer 500\nend\nnext\ndue\n"
#define CUT     "cut\nnext\ndue\nnext\nanswer 200\n"
#define WATCHED LISTED "next\nanswer 200\n"

#define BUSY(version_) EVENT("MODIFIED", "b", version_) "later 0.8\nnext\n"
#define SAID_BUSY      "put b\nwait\n"

#define SAID_LISTED          "send /apis/x/v1/things?limit=500\nbegin\nput a\ncomplete\nview partial\n"
#define SENT_WATCH(version_) "send /apis/x/v1/things?watch=1&allowWatchBookmarks=true&timeoutSeconds=T&resourceVersion=" version_ "\n"
#define SAID_REFUSED         SENT_WATCH("7") "failed server 500\nwait\n"
#define SAID_CUT(view_)      "failed connection 200\n" view_ "wait\n" SENT_WATCH("7")
#define SAID_WATCHED         SAID_LISTED SENT_WATCH("7") "view whole\n"
#define SENT_LIST            "send /apis/x/v1/things?limit=500\n"

/* clang-format off */
static const struct {
	const char *name, *script, *transcript;
} cases[] = {
	{"an empty list", LIST "{\"items\":[]," META "}\nend\nnext\n",
	 SENT_LIST "begin\ncomplete\nview partial\n" SENT_WATCH("7")},
	{"items before and after the version", LIST "{\"kind\":\"L\"," META ",\"items\":[" A "," B "],\"x\":[1,{\"items\":[{}]}]}\nend\n",
	 SENT_LIST "begin\nput a\nput b\ncomplete\nview partial\n"},
	{"white space anywhere", LIST "{ \"items\" : [ " A " , " B " ] , " META " } \nend\n",
	 SENT_LIST "begin\nput a\nput b\ncomplete\nview partial\n"},
	{"brackets and quotes in strings", LIST "{\"x\":\"\\\"items\\\":[{}]\"," META ",\"items\":[{\"metadata\":{\"name\":\"a]}\\\\\\\"{[\"}}]}\nend\n",
	 SENT_LIST "begin\nput a]}\\\"{[\ncomplete\nview partial\n"},
	{"a key that only ends like items", LIST "{\"\\\"items\":[{\"metadata\":{\"name\":\"z\"}}]," META ",\"items\":[" A "]}\nend\n",
	 SENT_LIST "begin\nput a\ncomplete\nview partial\n"},
	{"pages", LIST "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"a=/+b\"},\"items\":[" A "]}\nend\n"
	 "next\nanswer 200\nbytes {\"metadata\":{\"resourceVersion\":\"8\"},\"items\":[" B "]}\nend\nnext\n",
	 SENT_LIST "begin\nput a\nsend /apis/x/v1/things?limit=500&continue=a%3D%2F%2Bb\nput b\ncomplete\nview partial\n" SENT_WATCH("7")},
	{"410 between pages", LIST "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"c\"},\"items\":[" A "]}\nend\n"
	 "next\nanswer 410\nbytes {}\nend\nnext\ndue\n" LIST "{" META ",\"items\":[" B "]}\nend\n",
	 SENT_LIST "begin\nput a\nsend /apis/x/v1/things?limit=500&continue=c\nfailed expired 410\nwait\n" SENT_LIST "begin\nput b\ncomplete\nview partial\n"},
	{"the same page for ever", LIST "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"c\"},\"items\":[" A "]}\nend\n"
	 "next\nanswer 200\nbytes {\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"c\"},\"items\":[]}\nend\n",
	 SENT_LIST "begin\nput a\nsend /apis/x/v1/things?limit=500&continue=c\nfailed garbage 200\n"},
	{"a page that is cut is asked for again", LIST "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"c\"},\"items\":[" A "]}\nend\n"
	 "next\nanswer 200\nbytes {\"items\":[" B ",{\ncut\nnext\ndue\nnext\nanswer 200\nbytes {" META ",\"items\":[" B "]}\nend\n",
	 SENT_LIST "begin\nput a\nsend /apis/x/v1/things?limit=500&continue=c\nput b\nfailed connection 200\nwait\n"
	 "send /apis/x/v1/things?limit=500&continue=c\nput b\ncomplete\nview partial\n"},
	{"a page that ends too early", LIST "{" META ",\"items\":[" A "]\nend\n", SENT_LIST "begin\nput a\nfailed garbage 200\n"},
	{"a page without a version", LIST "{\"items\":[]}\nend\n", SENT_LIST "begin\nfailed garbage 200\n"},
	{"a document that is no list", LIST "{\"kind\":\"APIResourceList\"," META "}\nend\n", SENT_LIST "begin\nfailed garbage 200\n"},
	{"a list whose items are null", LIST "{" META ",\"items\":null}\nend\n", SENT_LIST "begin\ncomplete\nview partial\n"},
	{"text instead of a page", LIST "<html>\n", SENT_LIST "begin\nenough\nfailed garbage 200\n"},
	{"text behind a page", LIST "{" META ",\"items\":[]}x\n", SENT_LIST "begin\nenough\nfailed garbage 200\n"},
	{"a second page behind a page", LIST "{" META ",\"items\":[]}{}\nend\n", SENT_LIST "begin\nfailed garbage 200\n"},
	{"items that are no objects", LIST "{" META ",\"items\":[1]}\n", SENT_LIST "begin\nenough\nfailed garbage 200\n"},
	{"items that are lists", LIST "{" META ",\"items\":[[]]}\n", SENT_LIST "begin\nenough\nfailed garbage 200\n"},
	{"a bracket too many", LIST "}\n", SENT_LIST "begin\nenough\nfailed garbage 200\n"},
	{"an item that is nonsense leaves the view partial", LIST "{" META ",\"items\":[{\"a\":01}," A "]}\nend\nnext\nanswer 200\n",
	 SENT_LIST "begin\nput a\ncomplete\nview partial\n" SENT_WATCH("7")},
	{"an item that cannot be kept is asked for again when the watch ends",
	 "refuse\n" WATCHED "later 400\nend\naccept\n" LISTED "next\nanswer 200\n",
	 SAID_LISTED SENT_WATCH("7") SENT_LIST "begin\nput a\ncomplete\n" SENT_WATCH("7") "view whole\n"},

	{"events", WATCHED EVENT("ADDED", "b", "8") EVENT("MODIFIED", "b", "9") EVENT("DELETED", "a", "10") "later 11\nend\nnext\n",
	 SAID_WATCHED "put b\nput b\ndrop a\n" SENT_WATCH("10")},
	{"a bookmark moves the version on", WATCHED EVENT("BOOKMARK", "", "12") "later 11\nend\nnext\n", SAID_WATCHED SENT_WATCH("12")},
	{"versions are opaque", WATCHED EVENT("ADDED", "b", "x&y z") EVENT("ADDED", "b", "3") EVENT("ADDED", "b", "x&y z") "later 11\nend\nnext\n",
	 SAID_WATCHED "put b\nput b\nput b\n" SENT_WATCH("x%26y%20z")},
	{"empty lines", WATCHED "bytes ~~\n" EVENT("ADDED", "b", "8"), SAID_WATCHED "put b\n"},
	{"an event of a kind that nobody knows", WATCHED EVENT("EXPLODED", "b", "8"), SAID_WATCHED "enough\nfailed garbage 200\nview partial\n"},
	{"an event without a version", WATCHED "bytes {\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"b\"}}}~\n",
	 SAID_WATCHED "enough\nfailed garbage 200\nview partial\n"},
	{"garbage in a watch", WATCHED "bytes garbage~\nnext\ndue\nnext\n",
	 SAID_WATCHED "enough\nfailed garbage 200\nview partial\nwait\n" SENT_LIST},
	{"a line that is cut", WATCHED EVENT("ADDED", "b", "8") "bytes {\"type\":\"DELETED\",\"obj\ncut\nnext\ndue\nnext\nanswer 200\n",
	 SAID_WATCHED "put b\nfailed connection 200\nview partial\nwait\n" SENT_WATCH("8") "view whole\n"},
	{"a line that is cut by an end in order", WATCHED "bytes {\"type\":\"DEL\nend\nnext\ndue\nnext\n",
	 SAID_WATCHED "failed connection 200\nview partial\nwait\n" SENT_WATCH("7")},
	{"a whole object without its newline is a line that is cut", WATCHED "bytes {\"type\":\"DELETED\",\"object\":" A "}\nend\n",
	 SAID_WATCHED "failed connection 200\nview partial\n"},
	{"410 as an event", WATCHED "bytes {\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\"}}~\nnext\ndue\n" LISTED,
	 SAID_WATCHED "enough\nfailed expired 200\nview partial\nwait\n" SENT_LIST "begin\nput a\ncomplete\n"},
	{"410 as a status of the watch", LISTED "next\nanswer 410\nend\nnext\ndue\nnext\n",
	 SAID_LISTED SENT_WATCH("7") "failed expired 410\nwait\n" SENT_LIST},
	{"500 as an event", WATCHED "bytes {\"type\":\"ERROR\",\"object\":{\"code\":500}}~\nnext\ndue\nnext\n",
	 SAID_WATCHED "enough\nfailed server 200\nview partial\nwait\n" SENT_WATCH("7")},
	{"an error without a code", WATCHED "bytes {\"type\":\"ERROR\",\"object\":{\"code\":1e99}}~\nnext\ndue\nnext\n",
	 SAID_WATCHED "enough\nfailed garbage 200\nview partial\nwait\n" SENT_LIST},
	{"500 of the watch", LISTED "next\nanswer 500\nend\nnext\ndue\nnext\n", SAID_LISTED SENT_WATCH("7") "failed server 500\nwait\n" SENT_WATCH("7")},
	{"a watch that goes on being refused", LISTED REFUSED REFUSED REFUSED REFUSED REFUSED "next\n",
	 SAID_LISTED SAID_REFUSED SAID_REFUSED SAID_REFUSED SAID_REFUSED SAID_REFUSED SENT_LIST},
	{"a watch that goes on breaking before it brings anything", WATCHED CUT CUT CUT CUT "cut\nnext\ndue\nnext\n",
	 SAID_WATCHED SAID_CUT("view partial\n") "view whole\n" SAID_CUT("view partial\n") SAID_CUT("") SAID_CUT("") "failed connection 200\nwait\n" SENT_LIST},
	{"no answer", "next\ncut\nnext\n", SENT_LIST "failed connection 0\nwait\n"},
	{"401", "next\nanswer 401\nend\nnext\n", SENT_LIST "failed unauthorized 401\nwait\n"},
	{"401 of a watch, and a token that is renewed", WATCHED "later 400\nend\nnext\nanswer 401\nend\nnext\ndue\nnext\nanswer 200\n",
	 SAID_WATCHED SENT_WATCH("7") "failed unauthorized 401\nwait\n" SENT_WATCH("7")},
	{"403", "next\nanswer 403\nend\nnext\n", SENT_LIST "failed forbidden 403\nclear\nwait\n"},
	{"403 of what was seen before", WATCHED "later 400\nend\nnext\nanswer 403\nend\nlater 61\n" LISTED,
	 SAID_WATCHED SENT_WATCH("7") "failed forbidden 403\nview blind\nclear\n" SENT_LIST "begin\nput a\ncomplete\nview partial\n"},
	{"404 of what was there before", WATCHED "later 400\nend\nnext\nanswer 404\nend\nlater 61\nnext\n",
	 SAID_WATCHED SENT_WATCH("7") "failed not-installed 404\nview blind\nclear\n" SENT_LIST},
	{"302", "next\nanswer 302\nbytes <html>\nend\n", SENT_LIST "failed status 302\n"},
	{"429", "next\nanswer 429 7\nend\nlater 6.9\nnext\nlater 1.2\nnext\n", SENT_LIST "failed throttled 429\nwait\n" SENT_LIST},
	{"503 that asks for a pause", "next\nanswer 503 9\nend\nlater 8.9\nnext\nlater 1.2\nnext\n", SENT_LIST "failed server 503\nwait\n" SENT_LIST},
	{"a pause without reason is bounded", "next\nanswer 429 99999999\nend\nlater 301\nnext\n", SENT_LIST "failed throttled 429\n" SENT_LIST},

	{"a list that is never answered", "next\nnext\ndue\nnext\n", SENT_LIST "wait\ncancel\nfailed timeout 0\n"},
	{"a list that stops in the middle", LIST "{\"items\":[" A "\nnext\ndue\nnext\n", SENT_LIST "begin\nput a\nwait\ncancel\nfailed timeout 200\n"},
	{"a list that is slow, but comes", LIST "{\"items\":[" A "\nlater 29\nbytes ," B "]\nlater 29\nbytes ," META "}\nend\n",
	 SENT_LIST "begin\nput a\nput b\ncomplete\nview partial\n"},
	{"a list that never comes to an end", LIST "{\"items\":[\nlater 29\nbytes " A "\nlater 29\nbytes ," A "\nlater 29\nbytes ," A "\nlater 29\nbytes ," A "\nlater 5\nnext\n",
	 SENT_LIST "begin\nput a\nput a\nput a\nput a\ncancel\nfailed timeout 200\n"},
	{"a watch that is never answered", LISTED "next\nlater 31\nnext\n", SAID_LISTED SENT_WATCH("7") "cancel\nfailed timeout 0\n"},
	{"a watch that is quiet", WATCHED "later 300\nnext\n", SAID_WATCHED "wait\n"},
	{"a watch that sent bookmarks and is silent", WATCHED EVENT("BOOKMARK", "", "8") "later 149\nnext\nlater 2\nnext\nlater 3\nnext\nanswer 200\nlater 149\nnext\nlater 2\nnext\nnext\ndue\n" LISTED "next\nanswer 200\nlater 200\nnext\n",
	 SAID_WATCHED "wait\ncancel\nfailed timeout 200\nview partial\n" SENT_WATCH("8") "view whole\nwait\ncancel\nfailed timeout 200\nview partial\nwait\n" SENT_LIST
	 "begin\nput a\ncomplete\n" SENT_WATCH("7") "view whole\nwait\n"},
	{"any event shows that it is not", WATCHED EVENT("BOOKMARK", "", "8") "later 149\n" EVENT("ADDED", "b", "9") "later 149\nnext\n", SAID_WATCHED "put b\nwait\n"},
	{"a watch that does not end", WATCHED "later 631\nnext\n", SAID_WATCHED "cancel\nfailed timeout 200\nview partial\n"},
	{"a watch that ends at once", WATCHED "end\nnext\ndue\nnext\n", SAID_WATCHED "wait\n" SENT_WATCH("7")},

	{"without a watch what is not there is unknown soon", WATCHED "later 400\nend\nnext\nlater 1.9\nnext\nlater 0.2\nnext\n",
	 SAID_WATCHED SENT_WATCH("7") "wait\nview partial\nwait\n"},
	{"after a cut at once", WATCHED "cut\n", SAID_WATCHED "failed connection 200\nview partial\n"},
	{"and everything is after a while", WATCHED "cut\nlater 59\nnext\nlater 2\nnext\n",
	 SAID_WATCHED "failed connection 200\nview partial\n" SENT_WATCH("7") "view blind\nwait\n"},
	{"until it is listed anew", WATCHED "cut\nlater 61\n" LISTED "next\nanswer 200\n",
	 SAID_WATCHED "failed connection 200\nview partial\nview blind\n" SENT_LIST "begin\nput a\ncomplete\nview partial\n" SENT_WATCH("7") "view whole\n"},
	{"after a gap the view is whole when the watch has been quiet", WATCHED "cut\nlater 5\nnext\nanswer 200\nnext\nlater 0.9\nnext\n" EVENT("ADDED", "b", "8")
	 "later 0.9\nnext\nlater 0.2\nnext\n",
	 SAID_WATCHED "failed connection 200\nview partial\n" SENT_WATCH("7") "wait\nwait\nput b\nwait\nview whole\nwait\n"},
	{"or has sent a bookmark", WATCHED "cut\nlater 5\nnext\nanswer 200\n" EVENT("ADDED", "b", "8") EVENT("BOOKMARK", "", "9") "next\n",
	 SAID_WATCHED "failed connection 200\nview partial\n" SENT_WATCH("7") "put b\nview whole\nwait\n"},
	{"or is old", WATCHED "cut\nlater 5\nnext\nanswer 200\n" BUSY("8") BUSY("9") BUSY("10") BUSY("11") BUSY("12") BUSY("13") BUSY("14") BUSY("15") BUSY("16")
	 BUSY("17") BUSY("18") BUSY("19") BUSY("20"),
	 SAID_WATCHED "failed connection 200\nview partial\n" SENT_WATCH("7") SAID_BUSY SAID_BUSY SAID_BUSY SAID_BUSY SAID_BUSY SAID_BUSY SAID_BUSY SAID_BUSY
	 SAID_BUSY SAID_BUSY SAID_BUSY SAID_BUSY "put b\nview whole\nwait\n"},
	{"what came before a second gap does not make it shorter", WATCHED "cut\nlater 5\nnext\nanswer 200\n" EVENT("ADDED", "b", "8")
	 "cut\nnext\ndue\nnext\nanswer 200\nnext\n",
	 SAID_WATCHED "failed connection 200\nview partial\n" SENT_WATCH("7") "put b\nfailed connection 200\nwait\n" SENT_WATCH("8") "wait\n"},
	{"a gap that a silent connection hides counts", WATCHED EVENT("BOOKMARK", "", "8") "later 60\n" CUT "next\ndue\nnext\n",
	 SAID_WATCHED "failed connection 200\nview partial\n" "wait\n" SENT_WATCH("8") "wait\nview whole\nwait\n"},
	{"a watch that ends in order before it has brought what was missed leaves a gap", WATCHED "cut\nlater 5\nnext\nanswer 200\n" EVENT("ADDED", "b", "8")
	 "later 0.1\nend\nnext\n",
	 SAID_WATCHED "failed connection 200\nview partial\n" SENT_WATCH("7") "put b\nwait\n"},
	{"a long list is a gap", "next\nanswer 200\nlater 20\nbytes {" META ",\"items\":[" A "]}\nend\nnext\nanswer 200\nnext\ndue\nnext\n",
	 SAID_LISTED SENT_WATCH("7") "wait\nview whole\nwait\n"},
	{"an object that cannot be kept leaves the view partial", WATCHED "refuse\n" EVENT("ADDED", "b", "8") "next\n", SAID_WATCHED "put b\nview partial\nwait\n"},
};
/* clang-format on */

static void transcripts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct drive drive;
		void *context = &drive;

		begin_seeded(&drive, i);
		run(&drive, cases[i].script);
		if (strcmp(kg_buf_text(&drive.transcript), cases[i].transcript) != 0)
			fail_msg("%s:\n%s\ninstead of\n%s", cases[i].name, kg_buf_text(&drive.transcript), cases[i].transcript);
		end(&context);
	}
}

/* The pause after a failure, in seconds. */
static double pause_after_cut(struct drive *drive)
{
	double pause;

	run(drive, "next\ncut\nnext\n");
	pause = (double)(drive->wake - drive->now) / (double)NANOSECONDS;
	drive->now = drive->wake;
	return pause;
}

static void pauses_grow_to_a_minute_with_jitter(void **state)
{
	static const double most[] = {2, 4, 8, 16, 32, 60, 60, 60};
	double sums[2] = {0};

	(void)state;
	for (uint64_t seed = 0; seed < 2; seed++) {
		struct drive drive;
		void *context = &drive;

		begin_seeded(&drive, 1000 + 2 * seed);
		for (size_t i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
			double pause = pause_after_cut(&drive);

			assert_true(pause >= most[i] / 2 && pause <= most[i]);
			sums[seed] += pause;
		}
		end(&context);
	}
	assert_true(sums[0] < sums[1] || sums[0] > sums[1]);
}

static double pause_now(const struct drive *drive)
{
	return (double)(drive->machine.not_before - drive->now) / (double)NANOSECONDS;
}

static void a_watch_that_lasts_resets_the_pause(void **state)
{
	struct drive *drive = *state;

	for (int i = 0; i < 6; i++)
		(void)pause_after_cut(drive);
	run(drive, WATCHED "later 11\ncut\n");
	assert_true(pause_now(drive) <= 2);
}

/* Nothing of it is a failure by itself: the list is good, or the watch ends in order and has brought something. */
static void what_comes_to_nothing_again_and_again_is_tried_less_often(void **state)
{
	static const char *const rounds[] = {
	        LISTED "next\nanswer 410\nend\n",
	        LISTED "next\nanswer 200\nbytes {\"type\":\"ERROR\",\"object\":{\"code\":410,\"reason\":\"Expired\"}}~\n",
	        "next\nanswer 200\n" EVENT("BOOKMARK", "", "8") "end\n",
	        "next\nanswer 200\nend\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
		struct drive drive;
		void *context = &drive;
		double pause = 0;

		begin_seeded(&drive, i);
		if (i >= 2)
			run(&drive, LISTED);
		for (int round = 0; round < 5; round++) {
			run(&drive, rounds[i]);
			pause = pause_now(&drive);
			drive.now = drive.machine.not_before;
		}
		assert_true(pause >= 16);
		end(&context);
	}
}

static void what_a_page_that_is_cut_could_not_bring_is_counted_once(void **state)
{
	struct drive *drive = *state;

	run(drive, LIST "{" META ",\"items\":[{\"a\":01},{\ncut\nnext\ndue\n" LIST "{" META ",\"items\":[{\"a\":01}," A "]}\nend\n");
	assert_int_equal(kg_machine_unread(&drive->machine), 1);
	run(drive, "later 400\n" LIST "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"c\"},\"items\":[{\"a\":01}]}\nend\n" LIST
	           "{\"items\":[{\"a\":01},{\ncut\nnext\ndue\n" LIST "{" META ",\"items\":[{\"a\":01}]}\nend\n");
	assert_int_equal(kg_machine_unread(&drive->machine), 2);
}

/* Feed an object of `padding` bytes more than nothing. False when the machine wants no more. */
static bool feed_padded(struct drive *drive, const char *before, size_t padding, const char *after)
{
	char *text = malloc(padding);
	bool wanted;

	assert_non_null(text);
	memset(text, 'x', padding);
	wanted = kg_machine_bytes(&drive->machine, before, strlen(before), drive->now) &&
	         kg_machine_bytes(&drive->machine, text, padding, drive->now) &&
	         kg_machine_bytes(&drive->machine, after, strlen(after), drive->now);
	free(text);
	return wanted;
}

static void an_item_over_the_limit_is_passed_over(void **state)
{
	struct drive *drive = *state;

	run(drive, "next\nanswer 200\n");
	assert_true(feed_padded(drive, "{\"items\":[{\"a\":\"", KG_MAX_CLUSTER_OBJECT_BYTES, "\"}," A "]," META "}"));
	run(drive, "end\nnext\nanswer 200\n");
	assert_string_equal(kg_buf_text(&drive->transcript), SAID_LISTED SENT_WATCH("7"));
	assert_int_equal(kg_machine_unread(&drive->machine), 1);
}

static void a_line_over_the_limit_is_garbage_before_it_ends(void **state)
{
	struct drive *drive = *state;

	run(drive, WATCHED);
	assert_false(feed_padded(drive, "{\"type\":\"ADDED\",\"object\":{\"a\":\"", KG_MAX_CLUSTER_OBJECT_BYTES, ""));
	run(drive, "cut\n");
	assert_string_equal(kg_buf_text(&drive->transcript), SAID_WATCHED "failed garbage 200\nview partial\n");
}

static void an_envelope_over_the_limit_is_garbage(void **state)
{
	struct drive *drive = *state;

	run(drive, "next\nanswer 200\n");
	assert_false(feed_padded(drive, "{\"x\":\"", KG_MAX_LIST_ENVELOPE_BYTES, "\""));
}

static void a_large_object_leaves_no_memory_behind(void **state)
{
	struct drive *drive = *state;

	run(drive, WATCHED);
	assert_true(feed_padded(drive, "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"resourceVersion\":\"8\",\"name\":\"", 1 << 20,
	                        "\"}}}\n"));
	assert_true(drive->machine.line.capacity <= KG_KEEP_ARENA_BYTES);
	assert_true(drive->scratch.used <= KG_KEEP_ARENA_BYTES + 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(transcripts),
	        cmocka_unit_test(pauses_grow_to_a_minute_with_jitter),
	        cmocka_unit_test_setup_teardown(a_watch_that_lasts_resets_the_pause, begin, end),
	        cmocka_unit_test(what_comes_to_nothing_again_and_again_is_tried_less_often),
	        cmocka_unit_test_setup_teardown(what_a_page_that_is_cut_could_not_bring_is_counted_once, begin, end),
	        cmocka_unit_test_setup_teardown(an_item_over_the_limit_is_passed_over, begin, end),
	        cmocka_unit_test_setup_teardown(a_line_over_the_limit_is_garbage_before_it_ends, begin, end),
	        cmocka_unit_test_setup_teardown(an_envelope_over_the_limit_is_garbage, begin, end),
	        cmocka_unit_test_setup_teardown(a_large_object_leaves_no_memory_behind, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
