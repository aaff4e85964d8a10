#include "fixture.h"

#include "model/names.h"

static void what_was_put_is_got(void **state)
{
	struct fixture *f = *state;
	struct kg_names names;
	int values[2];
	void *old = &names;

	kg_names_init(&names, &f->arena);
	assert_null(kg_names_get(&names, "a"));
	assert_int_equal(kg_names_put(&names, "a", &values[0], &old), 0);
	assert_null(old);
	assert_int_equal(kg_names_put(&names, "", &values[1], &old), 0);
	assert_null(old);
	assert_ptr_equal(kg_names_get(&names, "a"), &values[0]);
	assert_ptr_equal(kg_names_get(&names, ""), &values[1]);
	assert_null(kg_names_get(&names, "b"));
	assert_int_equal(kg_names_put(&names, "a", &values[1], &old), 0);
	assert_ptr_equal(old, &values[0]);
	assert_ptr_equal(kg_names_get(&names, "a"), &values[1]);
	assert_int_equal(names.count, 2);
}

/* Names of many lengths, so that whole words and rests are hashed. */
static char *name_at(struct fixture *f, size_t i)
{
	return kg_arena_printf(&f->arena, "%.*s%zu", (int)(i % 23), "abcdefghijklmnopqrstuvwxyz", i);
}

static void many_names_are_kept_apart(void **state)
{
	enum { COUNT = 20000 };
	struct fixture *f = *state;
	struct kg_names names;
	char *values = kg_arena_alloc(&f->arena, COUNT);
	void *old;

	kg_names_init(&names, &f->arena);
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(kg_names_put(&names, name_at(f, i), values + i, &old), 0);
		assert_null(old);
	}
	assert_int_equal(names.count, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		assert_ptr_equal(kg_names_get(&names, name_at(f, i)), values + i);
	assert_null(kg_names_get(&names, name_at(f, COUNT)));
}

static void reserved_room_is_not_left_behind(void **state)
{
	struct fixture *f = *state;
	struct kg_names names;
	struct kg_name_slot *slots;
	void *old;

	kg_names_init(&names, &f->arena);
	assert_int_equal(kg_names_reserve(&names, 1000), 0);
	slots = names.slots;
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(kg_names_put(&names, name_at(f, i), &names, &old), 0);
	assert_ptr_equal(names.slots, slots);
}

static void without_memory_nothing_is_put(void **state)
{
	struct kg_arena small;
	struct kg_names names;
	void *old;

	(void)state;
	kg_arena_init(&small, 128);
	kg_names_init(&names, &small);
	assert_int_equal(kg_names_put(&names, "a", &names, &old), KG_ENOMEM);
	assert_null(kg_names_get(&names, "a"));
	kg_arena_release(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(what_was_put_is_got),
	        MODEL_TEST(many_names_are_kept_apart),
	        MODEL_TEST(reserved_room_is_not_left_behind),
	        MODEL_TEST(without_memory_nothing_is_put),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
