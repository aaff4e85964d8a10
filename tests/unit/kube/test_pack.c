#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kube/pack.h"

static int begin(void **state)
{
	static struct kg_arena arena;

	kg_json_setup();
	kg_arena_init(&arena, KG_MAX_CLUSTER_ARENA_BYTES);
	*state = &arena;
	return 0;
}

static int end(void **state)
{
	kg_arena_release(*state);
	return 0;
}

static cJSON *parse(const char *text, struct kg_arena *arena)
{
	char *copy = strdup(text);
	struct kg_json_facts facts;
	cJSON *tree = NULL;

	assert_non_null(copy);
	assert_int_equal(kg_json_parse(copy, strlen(copy), arena, &tree, &facts, NULL), 0);
	free(copy);
	return tree;
}

static const char *print(const cJSON *tree, struct kg_arena *arena)
{
	struct kg_arena *before = kg_json_use_arena(arena);
	const char *text = cJSON_PrintUnformatted(tree);

	(void)kg_json_use_arena(before);
	assert_non_null(text);
	return text;
}

/* What is left of `text` after it was packed and unpacked. */
static const char *through(const char *text, const struct kg_keep *keep, struct kg_arena *arena)
{
	struct kg_buf packed;
	cJSON *tree;

	kg_buf_init(&packed, 1 << 20);
	kg_pack(parse(text, arena), keep, &packed);
	assert_int_equal(kg_buf_status(&packed), 0);
	tree = kg_unpack(packed.data, arena);
	kg_buf_release(&packed);
	assert_non_null(tree);
	return print(tree, arena);
}

/* clang-format off */
static const char *const same[] = {
	"null", "true", "false", "0", "30", "31", "-1", "-31", "127", "128", "16384", "900719925474099", "-900719925474099", "1.5", "-0.25", "1e+300",
	"\"\"", "\"x\"", "\"exactly thirty bytes of text..\"", "\"exactly thirty-one bytes of text\"", "\"\xc3\xa4\"",
	"[]", "{}", "[[],{},[1,[2]]]", "{\"a\":[{\"b\":null}],\"spec\":{\"triggers\":[]},\"\":1}",
	"[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9]",
};
/* clang-format on */

static void what_is_unpacked_is_what_was_packed(void **state)
{
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_string_equal(through(same[i], NULL, *state), same[i]);
}

static void children_know_each_other(void **state)
{
	struct kg_buf packed;
	const cJSON *list;

	kg_buf_init(&packed, 1 << 20);
	kg_pack(parse("[1,2,3]", *state), NULL, &packed);
	list = kg_unpack(packed.data, *state);
	assert_non_null(list);
	assert_ptr_equal(list->child->prev, list->child->next->next);
	assert_ptr_equal(list->child->next->prev, list->child);
	assert_int_equal(list->child->next->valueint, 2);
	kg_buf_release(&packed);
}

static void a_double_is_an_integer_too(void **state)
{
	struct kg_buf packed;
	const cJSON *number;

	kg_buf_init(&packed, 1 << 20);
	kg_pack(parse("1e300", *state), NULL, &packed);
	number = kg_unpack(packed.data, *state);
	assert_non_null(number);
	assert_int_equal(number->valueint, INT32_MAX);
	kg_buf_release(&packed);
}

static void only_what_is_named_is_kept(void **state)
{
	static const struct kg_keep item[] = {{.name = "x"}, {0}};
	static const struct kg_keep keep[] = {{.name = "list", .below = item}, {.name = "all"}, {0}};

	assert_string_equal(
	        through("{\"a\":1,\"list\":[{\"x\":{\"y\":2},\"y\":3},{\"y\":4},5],\"all\":{\"a\":[{\"b\":6}]},\"list2\":7}", keep, *state),
	        "{\"list\":[{\"x\":{\"y\":2}},{},5],\"all\":{\"a\":[{\"b\":6}]}}");
}

static void every_word_that_is_known_takes_two_bytes_at_most(void **state)
{
	/* The first and the last of the table: it is searched by halves, so it is sorted. */
	static const char *const known[] = {"\"\"", "\"valueFrom\"", "\"AverageValue\"", "\"kind\"", "\"serverAddress\""};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct kg_buf packed;

		kg_buf_init(&packed, 1 << 20);
		kg_pack(parse(known[i], *state), NULL, &packed);
		assert_in_range(packed.length, 1, 2);
		kg_buf_release(&packed);
	}
}

static void without_memory_there_is_no_tree(void **state)
{
	struct kg_arena small;
	struct kg_buf packed;

	kg_buf_init(&packed, 1 << 20);
	kg_pack(parse("{\"a\":[1,\"some text that is rather long, so that it does not fit into what little there is left in the block\"]}",
	              *state),
	        NULL, &packed);
	for (size_t cap = 1; cap < 400; cap++) {
		kg_arena_init(&small, cap);
		assert_null(kg_unpack(packed.data, &small));
		kg_arena_release(&small);
	}
	kg_buf_release(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(what_is_unpacked_is_what_was_packed, begin, end),
	        cmocka_unit_test_setup_teardown(children_know_each_other, begin, end),
	        cmocka_unit_test_setup_teardown(a_double_is_an_integer_too, begin, end),
	        cmocka_unit_test_setup_teardown(only_what_is_named_is_kept, begin, end),
	        cmocka_unit_test_setup_teardown(every_word_that_is_known_takes_two_bytes_at_most, begin, end),
	        cmocka_unit_test_setup_teardown(without_memory_there_is_no_tree, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
