/*
 * Faults that may come by the thousand, logged once per cause: the first at once, the others counted, and their number logged with the next line of that
 * cause, at most one in KG_FAULT_SECONDS. So nobody who can connect can fill a disk.
 */
#pragma once

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/log.h"

/* One occurrence. */
struct kg_fault {
	enum kg_log_level level;
	const char *message;               /* a constant */
	struct kg_log_field cause;         /* tells it from others of the same message; name and string are constants, too */
	const struct kg_log_field *fields; /* of this occurrence, at most KG_FAULT_FIELDS_MAX */
	size_t count;
};

enum { KG_FAULT_FIELDS_MAX = 4 };

struct kg_fault_slot {
	enum kg_log_level level;
	const char *message;
	struct kg_log_field cause;
	int64_t logged_at;
	int64_t repeated; /* since then */
};

/* Thread-safe. */
struct kg_faults {
	pthread_mutex_t lock;
	struct kg_fault_slot slots[KG_MAX_FAULT_CAUSES];
	size_t count;
};

void kg_faults_init(struct kg_faults *faults);
void kg_faults_release(struct kg_faults *faults);

/* Log the fault, or count it. `now` is monotonic, in nanoseconds. Past KG_MAX_FAULT_CAUSES, causes fall together in the last one. */
void kg_faults_note(struct kg_faults *faults, const struct kg_fault *fault, int64_t now);

/* Log the numbers that have waited for KG_FAULT_SECONDS. To be called now and then; with INT64_MAX, all of them. */
void kg_faults_flush(struct kg_faults *faults, int64_t now);
