/*
 * List and watch of one resource: which request comes next, and what its answer means. No I/O and no clock.
 *
 * First the collection is listed, page by page, at one version; then it is watched from that version on. A watch that ends is taken up at the last
 * version seen, bookmarks included; where the API server has forgotten that version (410), or talks nonsense, or was away for
 * KG_CLUSTER_LOST_SECONDS, it is listed anew. After a gap the view is whole again when the watch has brought what was missed. What fails is tried again
 * after a pause that doubles from KG_CLUSTER_RETRY_SECONDS to KG_CLUSTER_RETRY_MAX_SECONDS, with jitter, or that the server asks for; a watch that
 * lasts ends the doubling.
 *
 * Whoever drives a machine asks kg_machine_next what to do, does it, and tells it what came of it. Times are nanoseconds of a monotonic clock; they
 * never go back. A machine belongs to one thread.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"

/* What may be concluded from the objects that were brought. */
enum kg_view {
	KG_VIEW_BLIND,   /* nothing */
	KG_VIEW_PARTIAL, /* what is there may be used; of what is not there nothing is known */
	KG_VIEW_WHOLE,   /* what is not there does not exist */
};

extern const char *const kg_view_names[];

/* Why a request came to nothing. */
enum kg_machine_failure {
	KG_MACHINE_FAILURE_NONE,
	KG_MACHINE_FAILURE_CONNECTION,    /* no answer, or it broke off */
	KG_MACHINE_FAILURE_TIMEOUT,       /* nothing came for too long */
	KG_MACHINE_FAILURE_UNAUTHORIZED,  /* 401: the token is not, or no longer, valid */
	KG_MACHINE_FAILURE_FORBIDDEN,     /* 403: RBAC refuses; nothing is known of the resource */
	KG_MACHINE_FAILURE_NOT_INSTALLED, /* 404: the API server does not know the resource */
	KG_MACHINE_FAILURE_EXPIRED,       /* 410: the version, or the page, is forgotten */
	KG_MACHINE_FAILURE_THROTTLED,     /* 429 */
	KG_MACHINE_FAILURE_SERVER,        /* 5xx */
	KG_MACHINE_FAILURE_STATUS,        /* any other that is not 200 */
	KG_MACHINE_FAILURE_GARBAGE,       /* no such answer as an API server gives */
	KG_MACHINE_FAILURE_MEMORY,        /* of this process */
	KG_MACHINE_FAILURE_COUNT
};

/* "connection", …; a label of metrics. */
extern const char *const kg_machine_failure_names[];

/* Where everything goes. Objects live until the call returns. */
struct kg_machine_sink {
	/* A list begins. */
	void (*begin)(void *context);
	/* An object is there, new or changed. When it cannot be kept (not 0), an older form of it must not stay either. */
	int (*put)(void *context, const cJSON *object);
	/* An object is gone. */
	void (*drop)(void *context, const cJSON *object);
	/* The list is complete: what was not put since it began is gone. */
	void (*complete)(void *context);
	/* All objects are gone, or may not be seen any more; the view is blind before. */
	void (*clear)(void *context);
	/* The view changed. */
	void (*view)(void *context, enum kg_view view);
	/* A request failed; `status` is that of the answer, 0 without one. It is tried again. */
	void (*failed)(void *context, enum kg_machine_failure failure, unsigned status);
};

struct kg_machine_config {
	const char *path;         /* of the collection: "/apis/apps/v1/deployments" */
	uint64_t seed;            /* of the jitter */
	struct kg_arena *scratch; /* for one object at a time; machines of one thread may share it */
	const struct kg_machine_sink *sink;
	void *context;
};

struct kg_machine_page {
	struct kg_buf envelope, item;
	unsigned depth;
	bool in_string, escaped, in_items, in_item;
};

/* Its fields are the machine's own. */
struct kg_machine {
	struct kg_machine_config config;
	uint64_t random;
	struct kg_buf target, next_page, line;
	struct kg_machine_page page;
	char version[128]; /* the last one seen; opaque */
	bool watches;      /* the request, now or next, is a watch, not a list */
	bool busy;         /* it is under way */
	bool cancelled;
	bool listed;     /* a list was completed, and nothing forbids to use it */
	bool changed;    /* this watch brought an event */
	bool bookmarked; /* a watch brought a bookmark: this server sends them */
	unsigned status; /* of the answer; 0: none yet */
	int64_t retry_after;
	enum kg_machine_failure problem;
	unsigned failures, refused_watches; /* in a row */
	unsigned watch_seconds;
	size_t unread;        /* objects that could not be kept */
	size_t unread_before; /* the request at hand */
	enum kg_view view;
	int64_t not_before; /* when the next request may be sent */
	int64_t started, deadline, latest;
	int64_t list_began, answered; /* when */
	int64_t current_at;           /* what is held is no older than that */
	int64_t settled_at;           /* from then on the watch counts as having brought what was missed */
	int64_t gap_until;            /* a watch that ended in order counts as going on until then */
	int64_t lost_at;              /* without a watch, what is there may be used until then */
};

/* `config` is copied; what it points at outlives the machine. */
void kg_machine_init(struct kg_machine *machine, const struct kg_machine_config *config);
void kg_machine_release(struct kg_machine *machine);

enum kg_machine_step {
	KG_MACHINE_SEND,   /* send this request, then ask again */
	KG_MACHINE_WAIT,   /* until `wake`, or until there is news of the request */
	KG_MACHINE_CANCEL, /* give the request up, call kg_machine_ended, then ask again */
};

/* What to do at `now`. *ret_target, of a request to send, is path and query, valid until the request has ended; *ret_wake is set for all but SEND. */
enum kg_machine_step kg_machine_next(struct kg_machine *machine, int64_t now, const char **ret_target, int64_t *ret_wake);

/* The head of the answer is there. `retry_after` is that header in seconds, below 0 when there is none. */
void kg_machine_answered(struct kg_machine *machine, unsigned status, int64_t retry_after, int64_t now);

/* A part of the body, in order. False when nothing more of it is wanted: give the request up, and call kg_machine_ended. */
KG_MUST_CHECK bool kg_machine_bytes(struct kg_machine *machine, const char *bytes, size_t length, int64_t now);

/* The request has ended; `whole` when the answer came to its end in order. */
void kg_machine_ended(struct kg_machine *machine, bool whole, int64_t now);

/* The number of objects that exist and could not be kept, as far as is known. */
size_t kg_machine_unread(const struct kg_machine *machine);
