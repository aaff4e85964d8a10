#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/snapshot.h"

enum { READERS = 4, SWAPS = 2000 };

struct value {
	int number;
	int copy; /* equals `number` while the value lives */
	struct kg_snapshot snapshot;
	atomic_int *freed;
};

static void free_value(struct kg_snapshot *snapshot)
{
	struct value *value = KG_CONTAINER_OF(snapshot, struct value, snapshot);

	atomic_fetch_add(value->freed, 1);
	value->copy = -1;
	free(value);
}

static struct kg_snapshot *new_value(int number, atomic_int *freed)
{
	struct value *value = calloc(1, sizeof(*value));

	if (value == NULL)
		abort();
	value->number = number;
	value->copy = number;
	value->freed = freed;
	kg_snapshot_init(&value->snapshot, free_value);
	return &value->snapshot;
}

static void last_reference_frees_the_value(void **state)
{
	atomic_int freed = 0;
	struct kg_snapshot *snapshot = new_value(1, &freed);

	(void)state;
	assert_ptr_equal(kg_snapshot_ref(snapshot), snapshot);
	kg_snapshot_unref(snapshot);
	assert_int_equal(freed, 0);
	kg_snapshot_unref(snapshot);
	assert_int_equal(freed, 1);
}

static void unref_accepts_null(void **state)
{
	(void)state;
	kg_snapshot_unref(NULL);
}

static void empty_slot_gives_null(void **state)
{
	struct kg_snapshot_slot slot;

	(void)state;
	kg_snapshot_slot_init(&slot);
	assert_null(kg_snapshot_slot_get(&slot));
	kg_snapshot_slot_release(&slot);
}

static void reader_keeps_the_old_value_after_a_swap(void **state)
{
	atomic_int freed = 0;
	struct kg_snapshot_slot slot;
	struct kg_snapshot *held;
	struct kg_snapshot *now;

	(void)state;
	kg_snapshot_slot_init(&slot);
	kg_snapshot_slot_swap(&slot, new_value(1, &freed));
	held = kg_snapshot_slot_get(&slot);
	kg_snapshot_slot_swap(&slot, new_value(2, &freed));
	assert_int_equal(freed, 0);
	assert_int_equal(KG_CONTAINER_OF(held, struct value, snapshot)->number, 1);
	now = kg_snapshot_slot_get(&slot);
	assert_int_equal(KG_CONTAINER_OF(now, struct value, snapshot)->number, 2);
	kg_snapshot_unref(held);
	assert_int_equal(freed, 1);
	kg_snapshot_unref(now);
	kg_snapshot_slot_release(&slot);
	assert_int_equal(freed, 2);
}

static void swap_to_null_empties_the_slot(void **state)
{
	atomic_int freed = 0;
	struct kg_snapshot_slot slot;

	(void)state;
	kg_snapshot_slot_init(&slot);
	kg_snapshot_slot_swap(&slot, new_value(1, &freed));
	kg_snapshot_slot_swap(&slot, NULL);
	assert_int_equal(freed, 1);
	assert_null(kg_snapshot_slot_get(&slot));
	kg_snapshot_slot_release(&slot);
}

struct race {
	struct kg_snapshot_slot slot;
	atomic_bool done;
	atomic_int freed;
	atomic_int torn;
};

static void *read_values(void *argument)
{
	struct race *race = argument;

	while (!atomic_load(&race->done)) {
		struct kg_snapshot *snapshot = kg_snapshot_slot_get(&race->slot);
		struct value *value = KG_CONTAINER_OF(snapshot, struct value, snapshot);

		if (value->number != value->copy)
			atomic_fetch_add(&race->torn, 1);
		kg_snapshot_unref(snapshot);
	}
	return NULL;
}

static void readers_and_a_writer_race_without_harm(void **state)
{
	struct race race = {0};
	pthread_t readers[READERS];

	(void)state;
	kg_snapshot_slot_init(&race.slot);
	kg_snapshot_slot_swap(&race.slot, new_value(0, &race.freed));
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_values, &race), 0);
	for (int i = 1; i <= SWAPS; i++)
		kg_snapshot_slot_swap(&race.slot, new_value(i, &race.freed));
	atomic_store(&race.done, true);
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	assert_int_equal(race.torn, 0);
	assert_int_equal(race.freed, SWAPS);
	kg_snapshot_slot_release(&race.slot);
	assert_int_equal(race.freed, SWAPS + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(last_reference_frees_the_value), cmocka_unit_test(unref_accepts_null),
	        cmocka_unit_test(empty_slot_gives_null),          cmocka_unit_test(reader_keeps_the_old_value_after_a_swap),
	        cmocka_unit_test(swap_to_null_empties_the_slot),  cmocka_unit_test(readers_and_a_writer_race_without_harm),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
