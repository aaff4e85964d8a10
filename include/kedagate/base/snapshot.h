/*
 * A value that is replaced whole while others read it: policy, key pair, view of the cluster.
 *
 * The owner builds a new value and swaps it in; each reader takes a reference, uses the value as long as it likes, and drops the
 * reference; the last one frees it. Values are never changed after the swap. All functions are thread-safe.
 *
 * A value embeds `struct kg_snapshot` and is found again with KG_CONTAINER_OF.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

struct kg_snapshot {
	atomic_uint references;
	void (*free)(struct kg_snapshot *snapshot);
};

/* The place that holds the current value. */
struct kg_snapshot_slot {
	pthread_mutex_t lock;
	struct kg_snapshot *current;
};

/* Start with one reference, the caller's. */
void kg_snapshot_init(struct kg_snapshot *snapshot, void (*free_snapshot)(struct kg_snapshot *));
struct kg_snapshot *kg_snapshot_ref(struct kg_snapshot *snapshot);
/* Accepts NULL. */
void kg_snapshot_unref(struct kg_snapshot *snapshot);

void kg_snapshot_slot_init(struct kg_snapshot_slot *slot);
void kg_snapshot_slot_release(struct kg_snapshot_slot *slot);

/* A new reference to the current value, NULL while there is none. */
struct kg_snapshot *kg_snapshot_slot_get(struct kg_snapshot_slot *slot);

/* Put `snapshot` in place, taking over the caller's reference, and drop the slot's reference to the old value. */
void kg_snapshot_slot_swap(struct kg_snapshot_slot *slot, struct kg_snapshot *snapshot);
