#include "kedagate/base/snapshot.h"

#include <stddef.h>

void kg_snapshot_init(struct kg_snapshot *snapshot, void (*free_snapshot)(struct kg_snapshot *))
{
	atomic_init(&snapshot->references, 1);
	snapshot->free = free_snapshot;
}

struct kg_snapshot *kg_snapshot_ref(struct kg_snapshot *snapshot)
{
	/* Whoever passes the pointer on orders the accesses; the count itself needs no order. */
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	return snapshot;
}

void kg_snapshot_unref(struct kg_snapshot *snapshot)
{
	/* Every use by another thread must be over before the value is freed. */
	if (snapshot != NULL && atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) == 1)
		snapshot->free(snapshot);
}

void kg_snapshot_slot_init(struct kg_snapshot_slot *slot)
{
	/* Fails only for attributes that are not used. */
	(void)pthread_mutex_init(&slot->lock, NULL);
	slot->current = NULL;
}

void kg_snapshot_slot_release(struct kg_snapshot_slot *slot)
{
	kg_snapshot_slot_swap(slot, NULL);
	pthread_mutex_destroy(&slot->lock);
}

/* Taking the pointer and the reference must be one step, or the value could be freed in between. */
struct kg_snapshot *kg_snapshot_slot_get(struct kg_snapshot_slot *slot)
{
	struct kg_snapshot *current;

	pthread_mutex_lock(&slot->lock);
	current = slot->current != NULL ? kg_snapshot_ref(slot->current) : NULL;
	pthread_mutex_unlock(&slot->lock);
	return current;
}

void kg_snapshot_slot_swap(struct kg_snapshot_slot *slot, struct kg_snapshot *snapshot)
{
	struct kg_snapshot *old;

	pthread_mutex_lock(&slot->lock);
	old = slot->current;
	slot->current = snapshot;
	pthread_mutex_unlock(&slot->lock);
	/* Freeing may take long: not under the lock. */
	kg_snapshot_unref(old);
}
