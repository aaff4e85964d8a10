#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kedagate/model/manifest.h"
#include "kedagate/model/world.h"
#include "support/faults/faults.h"

#define CORPUS "tests/fuzz/corpus/yaml"

enum { ARENA_BYTES = 64 << 20 };

/* What came of reading a file, and putting its objects into a world. */
struct outcome {
	int status;
	size_t manifests, objects, malformed;
	struct kg_err err;
};

struct subject {
	struct kg_buf text;
	const char *name;
	struct outcome expected;
};

static int use(struct kg_file_world *world, const struct kg_manifest *manifest, struct kg_arena *arena, struct outcome *out)
{
	struct kg_object object;
	int status = kg_object_decode_head(manifest->tree, arena, &object);

	if (status == 0)
		status = kg_object_decode(manifest->tree, object.kind, arena, &object);
	if (status == 0)
		status = kg_file_world_add(world, manifest->tree);
	out->objects += status == 0;
	out->malformed += status == 0 ? object.malformed_count : 0;
	return status;
}

static void read_all(const struct subject *subject, char *text, struct kg_arena *arena, struct outcome *out)
{
	struct kg_file_world *world = kg_file_world_new(arena, "default", true);
	struct kg_manifests manifests = {0};
	int status = 0;

	if (world == NULL) {
		out->status = KG_ENOMEM;
		return;
	}
	out->status = kg_manifests_read(text, subject->text.length, subject->name, arena, &manifests, &out->err);
	out->manifests = manifests.count;
	for (size_t i = 0; i < manifests.count && status == 0; i++)
		status = use(world, &manifests.items[i], arena, out);
	if (status != 0)
		out->status = status;
}

static bool read_with(const struct subject *subject, const struct fault *fault, struct outcome *out)
{
	char *text = calloc(1, subject->text.length + 1);
	struct kg_arena arena;
	bool met;

	assert_non_null(text);
	memcpy(text, kg_buf_text(&subject->text), subject->text.length);
	*out = (struct outcome){0};
	if (fault != NULL)
		fault_arm(fault);
	kg_arena_init(&arena, ARENA_BYTES);
	read_all(subject, text, &arena, out);
	met = fault != NULL && fault_disarm();
	kg_arena_release(&arena);
	free(text);
	return met;
}

static bool is_expected(const struct outcome *outcome, const struct outcome *expected)
{
	return outcome->status == expected->status && outcome->manifests == expected->manifests && outcome->objects == expected->objects &&
	       outcome->malformed == expected->malformed && strcmp(outcome->err.message, expected->err.message) == 0 &&
	       outcome->err.line == expected->err.line;
}

static bool attempt(const struct fault *fault, void *context)
{
	const struct subject *subject = context;
	struct outcome outcome;
	bool met = read_with(subject, fault, &outcome);

	if (!is_expected(&outcome, &subject->expected) && !(met && outcome.status == KG_ENOMEM))
		fail_msg("%s: %s, number %lu: %d %s", subject->name, fault_name(fault->kind), fault->number, outcome.status,
		         outcome.err.message);
	return met;
}

static void disturb_corpus(enum fault_kind kind)
{
	DIR *folder = opendir(CORPUS);
	const struct dirent *entry;
	struct subject subject;
	char path[512];
	unsigned long files = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), CORPUS "/%s", entry->d_name);
		subject.name = entry->d_name;
		kg_buf_init(&subject.text, KG_MAX_FILE_BYTES);
		assert_int_equal(kg_file_read(path, &subject.text, NULL), 0);
		(void)read_with(&subject, NULL, &subject.expected);
		files += fault_each(kind, attempt, &subject) > 0;
		kg_buf_release(&subject.text);
	}
	(void)closedir(folder);
	assert_true(files >= 8);
}

static void manifests_without_one_allocation_are_refused_for_memory_or_right(void **state)
{
	(void)state;
	disturb_corpus(FAULT_ALLOCATION);
}

static void manifests_without_memory_from_some_point_on_are_refused_for_memory_or_right(void **state)
{
	(void)state;
	disturb_corpus(FAULT_ALLOCATIONS);
}

static void manifests_whose_arena_ends_are_refused_for_memory_or_right(void **state)
{
	(void)state;
	disturb_corpus(FAULT_ARENA);
}

static int set_up(void **state)
{
	(void)state;
	kg_json_setup();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(manifests_without_one_allocation_are_refused_for_memory_or_right),
	        cmocka_unit_test(manifests_without_memory_from_some_point_on_are_refused_for_memory_or_right),
	        cmocka_unit_test(manifests_whose_arena_ends_are_refused_for_memory_or_right),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
