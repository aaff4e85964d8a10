#include "server/faults.h"

#include <stdbool.h>
#include <string.h>

#define INTERVAL ((int64_t)KG_FAULT_SECONDS * INT64_C(1000000000))

void kg_faults_init(struct kg_faults *faults)
{
	*faults = (struct kg_faults){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void kg_faults_release(struct kg_faults *faults)
{
	pthread_mutex_destroy(&faults->lock);
}

static bool same_cause(const struct kg_log_field *a, const struct kg_log_field *b)
{
	if (a->type != b->type || strcmp(a->name, b->name) != 0)
		return false;
	return a->type == KG_LOG_STRING ? strcmp(a->string, b->string) == 0 : a->integer == b->integer;
}

/* The slot of the fault, *ret_new when it has just got one. The last slot takes all for which there is none left. */
static struct kg_fault_slot *slot_of(struct kg_faults *faults, const struct kg_fault *fault, bool *ret_new)
{
	struct kg_fault_slot *slot;

	*ret_new = false;
	for (size_t i = 0; i < faults->count; i++) {
		slot = &faults->slots[i];
		if (strcmp(slot->message, fault->message) == 0 && same_cause(&slot->cause, &fault->cause))
			return slot;
	}
	if (faults->count == KG_MAX_FAULT_CAUSES)
		return &faults->slots[KG_MAX_FAULT_CAUSES - 1];
	*ret_new = true;
	slot = &faults->slots[faults->count++];
	*slot = (struct kg_fault_slot){.level = fault->level, .message = fault->message, .cause = fault->cause};
	if (faults->count == KG_MAX_FAULT_CAUSES) {
		slot->message = "other faults";
		slot->cause = KG_LOG_STR("cause", "other");
	}
	return slot;
}

/* Under the lock: is it to be logged now? *ret_repeated is how many came since the last line. */
static bool is_due(struct kg_faults *faults, const struct kg_fault *fault, int64_t now, int64_t *ret_repeated)
{
	bool new = false;
	struct kg_fault_slot *slot = slot_of(faults, fault, &new);

	if (!new &&now - slot->logged_at < INTERVAL) {
		slot->repeated++;
		return false;
	}
	*ret_repeated = slot->repeated;
	slot->logged_at = now;
	slot->repeated = 0;
	return true;
}

static void log_fault(const struct kg_fault *fault, int64_t repeated)
{
	struct kg_log_field fields[KG_FAULT_FIELDS_MAX + 2] = {fault->cause};
	size_t count = 1;

	for (size_t i = 0; i < fault->count && i < KG_FAULT_FIELDS_MAX; i++)
		fields[count++] = fault->fields[i];
	if (repeated > 0)
		fields[count++] = KG_LOG_INT("repeated", repeated);
	kg_log_fields(fault->level, fault->message, fields, count);
}

void kg_faults_note(struct kg_faults *faults, const struct kg_fault *fault, int64_t now)
{
	int64_t repeated = 0;
	bool due;

	if (!kg_log_enabled(fault->level))
		return;
	pthread_mutex_lock(&faults->lock);
	due = is_due(faults, fault, now, &repeated);
	pthread_mutex_unlock(&faults->lock);
	if (due)
		log_fault(fault, repeated);
}

/* Take the number of one cause. False when there is nothing to say of it. */
static bool take_repeated(struct kg_faults *faults, size_t index, int64_t now, struct kg_fault_slot *ret_slot)
{
	struct kg_fault_slot *slot = &faults->slots[index];
	bool due;

	pthread_mutex_lock(&faults->lock);
	due = index < faults->count && slot->repeated > 0 && now - slot->logged_at >= INTERVAL;
	if (due) {
		*ret_slot = *slot;
		slot->repeated = 0;
		slot->logged_at = now;
	}
	pthread_mutex_unlock(&faults->lock);
	return due;
}

void kg_faults_flush(struct kg_faults *faults, int64_t now)
{
	struct kg_fault_slot slot;

	for (size_t i = 0; i < KG_MAX_FAULT_CAUSES; i++) {
		if (take_repeated(faults, i, now, &slot))
			log_fault(&(struct kg_fault){.level = slot.level, .message = slot.message, .cause = slot.cause}, slot.repeated);
	}
}
