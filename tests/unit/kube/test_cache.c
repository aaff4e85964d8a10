#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kube/cache.h"

enum { BY_COLOR = 1, OBJECTS = 200000 };

#define PLENTY ((size_t)1 << 30)

struct fixture {
	struct kg_arena arena;
	struct kg_budget budget;
	struct kg_cache *cache;
};

static const struct kg_keep *keep_all(const cJSON *object)
{
	(void)object;
	return NULL;
}

static void find_color(const cJSON *object, struct kg_cache_keys *keys)
{
	const char *namespace = kg_json_text(kg_json_get(object, "metadata"), "namespace");
	const char *color = kg_json_text(object, "color");

	if (color != NULL)
		kg_cache_add_key(keys, BY_COLOR, namespace != NULL ? namespace : "", color);
	if (color != NULL)
		kg_cache_add_key(keys, BY_COLOR, namespace != NULL ? namespace : "", color);
}

static const struct kg_cache_sort sort = {.keep = keep_all, .find_keys = find_color};

static void open_with(struct fixture *f, size_t budget)
{
	kg_json_setup();
	kg_arena_init(&f->arena, KG_MAX_CLUSTER_ARENA_BYTES);
	kg_budget_init(&f->budget, budget);
	f->cache = kg_cache_new(&sort, 12345, &f->budget);
	assert_non_null(f->cache);
}

static int begin(void **state)
{
	static struct fixture f;

	open_with(&f, PLENTY);
	*state = &f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	kg_cache_free(f->cache);
	kg_arena_release(&f->arena);
	assert_int_equal(kg_budget_used(&f->budget), 0);
	return 0;
}

static const cJSON *object_of(struct kg_arena *arena, const char *namespace, const char *name, const char *color)
{
	char *text =
	        kg_arena_printf(arena, "{\"metadata\":{\"namespace\":\"%s\",\"name\":\"%s\"},\"color\":\"%s\"}", namespace, name, color);
	struct kg_json_facts facts;
	cJSON *tree = NULL;

	assert_non_null(text);
	assert_int_equal(kg_json_parse(text, strlen(text), arena, &tree, &facts, NULL), 0);
	return tree;
}

static void put(struct fixture *f, const char *namespace, const char *name, const char *color)
{
	assert_int_equal(kg_cache_put(f->cache, object_of(&f->arena, namespace, name, color)), 0);
}

static void drop(struct fixture *f, const char *namespace, const char *name)
{
	kg_cache_drop(f->cache, object_of(&f->arena, namespace, name, ""));
}

/* The color of an object; "(none)" when there is none. */
static const char *color_of(struct fixture *f, const char *namespace, const char *name)
{
	const cJSON *object = NULL;
	int status = kg_cache_find(f->cache, namespace, name, &f->arena, &object);

	if (status == KG_ENOTFOUND)
		return "(none)";
	assert_int_equal(status, 0);
	assert_string_equal(kg_json_text(kg_json_get(object, "metadata"), "name"), name);
	return kg_json_text(object, "color");
}

struct tally {
	size_t count, most;
	char names[256];
};

static bool note(void *context, const struct kg_cached *cached)
{
	struct tally *tally = context;

	if (tally->count < 8)
		snprintf(tally->names + strlen(tally->names), sizeof(tally->names) - strlen(tally->names), "%s ", cached->name);
	return ++tally->count < tally->most;
}

static struct tally with_color(struct fixture *f, const char *namespace, const char *color)
{
	struct tally tally = {.most = SIZE_MAX};
	const struct kg_cache_visitor visitor = {.visit = note, .context = &tally};

	kg_cache_visit(f->cache, BY_COLOR, namespace, color, &visitor);
	return tally;
}

static void an_object_is_found_by_its_names(void **state)
{
	struct fixture *f = *state;

	put(f, "ns", "a", "red");
	put(f, "other", "a", "blue");
	put(f, "", "a", "green");
	assert_string_equal(color_of(f, "ns", "a"), "red");
	assert_string_equal(color_of(f, "other", "a"), "blue");
	assert_string_equal(color_of(f, NULL, "a"), "green");
	assert_string_equal(color_of(f, "ns", "b"), "(none)");
	assert_string_equal(color_of(f, "n", "sa"), "(none)");
	assert_int_equal(kg_cache_count(f->cache), 3);
}

static void an_empty_cache_finds_nothing(void **state)
{
	assert_string_equal(color_of(*state, "ns", "a"), "(none)");
	assert_int_equal(with_color(*state, "ns", "red").count, 0);
	assert_int_equal(kg_cache_bytes(((struct fixture *)*state)->cache), 0);
}

static void an_object_without_a_name_is_refused(void **state)
{
	struct fixture *f = *state;
	char text[] = "{\"metadata\":{\"namespace\":\"ns\"}}";
	struct kg_json_facts facts;
	cJSON *tree = NULL;

	assert_int_equal(kg_json_parse(text, strlen(text), &f->arena, &tree, &facts, NULL), 0);
	assert_int_equal(kg_cache_put(f->cache, tree), KG_EINVAL);
	assert_int_equal(kg_cache_count(f->cache), 0);
}

static void a_changed_object_takes_the_place_of_the_old(void **state)
{
	struct fixture *f = *state;

	put(f, "ns", "a", "red");
	put(f, "ns", "a", "blue");
	assert_string_equal(color_of(f, "ns", "a"), "blue");
	assert_int_equal(kg_cache_count(f->cache), 1);
	assert_int_equal(with_color(f, "ns", "red").count, 0);
	assert_int_equal(with_color(f, "ns", "blue").count, 1);
}

static void objects_that_share_a_key_are_all_visited(void **state)
{
	struct fixture *f = *state;

	put(f, "ns", "a", "red");
	put(f, "ns", "b", "red");
	put(f, "ns", "c", "red");
	put(f, "other", "d", "red");
	assert_int_equal(with_color(f, "ns", "red").count, 3);
	assert_int_equal(with_color(f, "other", "red").count, 1);
	assert_int_equal(with_color(f, "third", "red").count, 0);
}

static void visits_end_when_told(void **state)
{
	struct fixture *f = *state;
	struct tally tally = {.most = 2};
	const struct kg_cache_visitor visitor = {.visit = note, .context = &tally};

	put(f, "ns", "a", "red");
	put(f, "ns", "b", "red");
	put(f, "ns", "c", "red");
	kg_cache_visit(f->cache, BY_COLOR, "ns", "red", &visitor);
	assert_int_equal(tally.count, 2);
}

/* Whichever goes first: the first of a key, one in the middle, the last. */
static void a_shared_key_outlives_each_of_its_objects(void **state)
{
	static const char *const orders[] = {"abc", "acb", "bac", "bca", "cab", "cba"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		put(f, "ns", "a", "red");
		put(f, "ns", "b", "red");
		put(f, "ns", "c", "red");
		for (size_t left = 3; left > 0; left--) {
			assert_int_equal(with_color(f, "ns", "red").count, left);
			drop(f, "ns", (const char[]){orders[i][3 - left], '\0'});
		}
		assert_int_equal(with_color(f, "ns", "red").count, 0);
		assert_int_equal(kg_cache_bytes(f->cache), 0);
	}
}

static void a_list_drops_what_it_did_not_bring(void **state)
{
	struct fixture *f = *state;

	put(f, "ns", "gone", "red");
	put(f, "ns", "same", "red");
	put(f, "ns", "changed", "red");
	kg_cache_begin(f->cache);
	put(f, "ns", "same", "red");
	put(f, "ns", "changed", "blue");
	put(f, "ns", "new", "blue");
	assert_string_equal(color_of(f, "ns", "gone"), "red");
	kg_cache_complete(f->cache);
	assert_string_equal(color_of(f, "ns", "gone"), "(none)");
	assert_string_equal(color_of(f, "ns", "same"), "red");
	assert_int_equal(kg_cache_count(f->cache), 3);
	assert_int_equal(with_color(f, "ns", "red").count, 1);
}

static void clear_leaves_nothing(void **state)
{
	struct fixture *f = *state;

	put(f, "ns", "a", "red");
	kg_cache_clear(f->cache);
	assert_int_equal(kg_cache_count(f->cache), 0);
	assert_int_equal(kg_cache_bytes(f->cache), 0);
}

static void over_the_budget_an_object_stays_as_it_was(void **state)
{
	struct fixture f;
	void *context = &f;
	char color[8000];

	(void)state;
	open_with(&f, 4000);
	put(&f, "ns", "a", "red");
	memset(color, 'x', sizeof(color) - 1);
	color[sizeof(color) - 1] = '\0';
	assert_int_equal(kg_cache_put(f.cache, object_of(&f.arena, "ns", "a", color)), KG_EBUSY);
	assert_string_equal(color_of(&f, "ns", "a"), "red");
	put(&f, "ns", "a", "blue");
	assert_string_equal(color_of(&f, "ns", "a"), "blue");
	end(&context);
}

/* An object of its own name and color, but for the colors that all share. */
static const cJSON *numbered(struct fixture *f, size_t number, size_t round)
{
	char namespace[32], name[32], color[64];

	kg_arena_reset(&f->arena, KG_KEEP_ARENA_BYTES);
	snprintf(namespace, sizeof(namespace), "ns-%zu", number % 500);
	snprintf(name, sizeof(name), "object-%zu", number);
	snprintf(color, sizeof(color), number % 2 == 0 ? "shared" : "color-%zu-%zu", number, round);
	return object_of(&f->arena, namespace, name, color);
}

static void memory_returns_to_its_level(void **state)
{
	struct fixture *f = *state;
	size_t level = 0;

	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(kg_cache_put(f->cache, numbered(f, i, 0)), 0);
	level = kg_cache_bytes(f->cache);
	for (size_t round = 1; round <= 2; round++) {
		for (size_t i = 1000; i < OBJECTS; i++)
			assert_int_equal(kg_cache_put(f->cache, numbered(f, i, round)), 0);
		assert_int_equal(kg_cache_count(f->cache), OBJECTS);
		assert_int_equal(with_color(f, "ns-2", "shared").count, OBJECTS / 500);
		for (size_t i = 1000; i < OBJECTS; i++)
			assert_int_equal(kg_cache_put(f->cache, numbered(f, i, round + 10)), 0);
		for (size_t i = 1000; i < OBJECTS; i++)
			kg_cache_drop(f->cache, numbered(f, i, 0));
		assert_int_equal(kg_cache_count(f->cache), 1000);
		/* But for the chains, which are halved only when eight times too many. */
		assert_in_range(kg_cache_bytes(f->cache), level, level + 8 * 2000 * sizeof(void *));
	}
	kg_cache_clear(f->cache);
	assert_int_equal(kg_cache_bytes(f->cache), 0);
}

static atomic_bool over;

/* Whatever is found is whole. */
static void *read_for_a_while(void *context)
{
	struct kg_cache *cache = context;
	struct kg_arena arena;
	size_t found = 0;

	kg_arena_init(&arena, 1 << 20);
	for (size_t i = 0; !atomic_load(&over); i++) {
		struct tally tally = {.most = 50};
		const struct kg_cache_visitor visitor = {.visit = note, .context = &tally};
		char name[32];
		const cJSON *object;

		snprintf(name, sizeof(name), "object-%zu", i % 1000);
		if (kg_cache_find(cache, "ns-1", name, &arena, &object) == 0 &&
		    strcmp(kg_json_text(kg_json_get(object, "metadata"), "name"), name) == 0)
			found++;
		kg_cache_visit(cache, BY_COLOR, "ns-2", "shared", &visitor);
		kg_arena_reset(&arena, KG_KEEP_ARENA_BYTES);
	}
	kg_arena_release(&arena);
	return (void *)(uintptr_t)found;
}

static void others_may_read_while_one_writes(void **state)
{
	struct fixture *f = *state;
	pthread_t readers[2];

	atomic_store(&over, false);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_for_a_while, f->cache), 0);
	for (size_t round = 0; round < 20; round++) {
		kg_cache_begin(f->cache);
		for (size_t i = round % 2; i < 2000; i += 1 + round % 3)
			assert_int_equal(kg_cache_put(f->cache, numbered(f, i, round)), 0);
		kg_cache_complete(f->cache);
		for (size_t i = 0; i < 2000; i += 7)
			kg_cache_drop(f->cache, numbered(f, i, 0));
	}
	atomic_store(&over, true);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_join(readers[i], NULL), 0);
}

static bool dwell(void *context, const struct kg_cached *cached)
{
	const struct timespec pause = {.tv_nsec = 2000000};

	(void)cached;
	(void)context;
	(void)nanosleep(&pause, NULL);
	return true;
}

/* One of so many that somebody always reads. */
static void *read_all_the_time(void *context)
{
	const struct kg_cache_visitor visitor = {.visit = dwell};

	while (!atomic_load(&over))
		kg_cache_visit(context, BY_COLOR, "ns", "red", &visitor);
	return NULL;
}

static sem_t written;

static void *write_once(void *context)
{
	put(context, "ns", "b", "blue");
	(void)sem_post(&written);
	return NULL;
}

static void readers_do_not_keep_the_writer_out(void **state)
{
	struct fixture *f = *state;
	pthread_t readers[8], writer;
	struct timespec end_of_patience;
	int waited;

	put(f, "ns", "a", "red");
	atomic_store(&over, false);
	assert_int_equal(sem_init(&written, 0, 0), 0);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_all_the_time, f->cache), 0);
	assert_int_equal(pthread_create(&writer, NULL, write_once, f), 0);
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &end_of_patience), 0);
	end_of_patience.tv_sec += 30;
	waited = sem_timedwait(&written, &end_of_patience);
	atomic_store(&over, true);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_join(readers[i], NULL), 0);
	assert_int_equal(pthread_join(writer, NULL), 0);
	(void)sem_destroy(&written);
	assert_int_equal(waited, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(an_object_is_found_by_its_names, begin, end),
	        cmocka_unit_test_setup_teardown(an_empty_cache_finds_nothing, begin, end),
	        cmocka_unit_test_setup_teardown(an_object_without_a_name_is_refused, begin, end),
	        cmocka_unit_test_setup_teardown(a_changed_object_takes_the_place_of_the_old, begin, end),
	        cmocka_unit_test_setup_teardown(objects_that_share_a_key_are_all_visited, begin, end),
	        cmocka_unit_test_setup_teardown(visits_end_when_told, begin, end),
	        cmocka_unit_test_setup_teardown(a_shared_key_outlives_each_of_its_objects, begin, end),
	        cmocka_unit_test_setup_teardown(a_list_drops_what_it_did_not_bring, begin, end),
	        cmocka_unit_test_setup_teardown(clear_leaves_nothing, begin, end),
	        cmocka_unit_test(over_the_budget_an_object_stays_as_it_was),
	        cmocka_unit_test_setup_teardown(memory_returns_to_its_level, begin, end),
	        cmocka_unit_test_setup_teardown(others_may_read_while_one_writes, begin, end),
	        cmocka_unit_test_setup_teardown(readers_do_not_keep_the_writer_out, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
