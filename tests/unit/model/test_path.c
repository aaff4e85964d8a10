#include "fixture.h"

#include "kedagate/model/order.h"
#include "model/path.h"

static const char text[] = "a: {b: [x, {c: 1}], b.c: 2, \"b[0]\": 3, \"\": 4, k.l: 5, k: {l: 6}}\n"
                           "d: 5\n"
                           "e: []\n";

struct step {
	const char *at; /* path of the node to start at */
	const char *rest;
	bool is_start;
	int position; /* -1: there is no such child */
	size_t taken;
};

static const struct step steps[] = {
        {"", "a", true, 0, 1},         {"", "a.b[0]", true, 0, 1},
        {"", "d", true, 1, 1},         {"", "x", true, -1, 0},
        {"", "aa", true, -1, 0},       {"", "a", false, -1, 0},
        {"a", ".b", false, 0, 2},      {"a", ".b[1].c", false, 0, 2},
        {"a", ".b.c", false, 1, 4},    {"a", "[b.c]", false, 1, 5},
        {"a", "[b[0]]", false, 2, 6},  {"a", ".b[0]", false, 2, 5},
        {"a", "[]", false, 3, 2},      {"a", ".k.l", false, 4, 4},
        {"a", ".k.m", false, 5, 2},    {"a", "[b", false, -1, 0},
        {"a", ".bb", false, -1, 0},    {"a.b", "[0]", false, 0, 3},
        {"a.b", "[1].c", false, 1, 3}, {"a.b", "[01]", false, 1, 4},
        {"a.b", "[2]", false, -1, 0},  {"a.b", "[18446744073709551616]", false, -1, 0},
        {"a.b", "[]", false, -1, 0},   {"a.b", "[x]", false, -1, 0},
        {"a.b", "[0", false, -1, 0},   {"a.b", ".0", false, -1, 0},
        {"e", "[0]", false, -1, 0},    {"d", ".x", false, -1, 0},
};

static const cJSON *node_at(const cJSON *tree, const char *path)
{
	const cJSON *node = kg_json_get(tree, "a");

	if (*path == '\0')
		return tree;
	return strcmp(path, "a") == 0 ? node : strcmp(path, "a.b") == 0 ? kg_json_get(node, "b") : kg_json_get(tree, path);
}

static void a_step_leads_to_the_child_that_the_path_names(void **state)
{
	const cJSON *tree = read_tree(*state, text);

	for (size_t i = 0; i < KG_ARRAY_LEN(steps); i++) {
		struct kg_path_step step = {0};
		bool found = kg_path_follow(node_at(tree, steps[i].at), steps[i].rest, steps[i].is_start, &step);

		if (found != (steps[i].position >= 0))
			fail_msg("%s %s: %s", steps[i].at, steps[i].rest, found ? "found" : "not found");
		if (found && ((int)step.position != steps[i].position || step.taken != steps[i].taken))
			fail_msg("%s %s: position %zu, %zu bytes", steps[i].at, steps[i].rest, step.position, step.taken);
	}
}

/* In the order in which they stand: a parent before what is in it, what is missing at the end of its parent. */
static const char *const ordered[] = {"", "a", "a.b", "a.b[0]", "a.b[1]", "a.b[1].c", "a.b[2]", "a[b.c]", "a.x", "d", "e", "e[0]", "x"};

static void paths_are_ordered_as_the_document_has_them(void **state)
{
	const cJSON *tree = read_tree(*state, "a: {b: [x, {c: 1}], b.c: 2}\nd: 5\ne: []\n");

	for (size_t i = 0; i < KG_ARRAY_LEN(ordered); i++) {
		for (size_t k = 0; k < KG_ARRAY_LEN(ordered); k++) {
			struct kg_order a;
			struct kg_order b;
			int sign = (i > k) - (i < k);
			int got;

			kg_order_of(tree, ordered[i], false, &a);
			kg_order_of(tree, ordered[k], false, &b);
			got = kg_order_compare(&a, &b);
			if ((got > 0) - (got < 0) != sign)
				fail_msg("%s and %s: %d", ordered[i], ordered[k], got);
		}
	}
}

static void what_is_missing_in_a_parent_counts_from_its_end(void **state)
{
	const cJSON *tree = read_tree(*state, text);
	struct kg_order inside;
	struct kg_order end;

	kg_order_of(tree, "a[]", false, &inside);
	kg_order_of(tree, "a", true, &end);
	assert_true(kg_order_compare(&end, &inside) > 0);
	kg_order_of(tree, "d", true, &end);
	kg_order_of(tree, "d", false, &inside);
	assert_int_equal(kg_order_compare(&end, &inside), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(a_step_leads_to_the_child_that_the_path_names),
	        MODEL_TEST(paths_are_ordered_as_the_document_has_them),
	        MODEL_TEST(what_is_missing_in_a_parent_counts_from_its_end),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
