#include "fixture.h"

#include <stdio.h>

/* The objects that were read, as "document[.item]:kind" one behind the other. */
static const char *objects_of(struct fixture *f)
{
	const char *out = "";

	for (size_t i = 0; i < f->manifests.count; i++) {
		const struct kg_manifest *manifest = &f->manifests.items[i];
		const char *kind = kg_json_text(manifest->tree, "kind");

		out = kg_arena_printf(&f->arena, "%s%s%zu", out, i > 0 ? " " : "", manifest->document);
		if (manifest->in_list)
			out = kg_arena_printf(&f->arena, "%s.%zu", out, manifest->item);
		out = kg_arena_printf(&f->arena, "%s:%s", out, kind != NULL ? kind : "-");
	}
	return out;
}

struct stream {
	const char *name, *text;
	int status;
	const char *objects;
	unsigned line, column; /* of the error */
};

/* clang-format off */
static const struct stream streams[] = {
	{"a.yaml", "kind: A\n---\nkind: B\n",                             0, "0:A 1:B", 0, 0},
	{"a.yaml", "# nothing\n---\n---\nkind: A\n---\n~\n---\nkind: B\n", 0, "1:A 3:B", 0, 0},
	{"a.yaml", "",                                                    0, "", 0, 0},
	{"a.yaml", "\xef\xbb\xbfkind: A\n",                               0, "0:A", 0, 0},
	{"a.yaml", "kind: A\n---\nkind: [\n",                             KG_EINVAL, "0:A", 4, 1},
	{"a.yaml", "- kind: A\n",                                         0, "0:-", 0, 0},
	{"a.yaml", "{\"kind\":\"A\"}",                                    0, "0:A", 0, 0},
	{"a.yaml", " \n{\"kind\":\"A\"}\n{\"kind\":\"B\"}",               0, "0:A 1:B", 0, 0},
	{"a.yaml", "{\"kind\":\"\\ud83d\\ude00\"}",                       0, "0:\xf0\x9f\x98\x80", 0, 0},
	{"a.yaml", "{kind: A}\n---\n{kind: B}\n",                         0, "0:A 1:B", 0, 0},
	{"a.yaml", "{\"kind\":\"A\"}\n---\n{\"kind\":\"B\"}\n",           0, "0:A 1:B", 0, 0},
	{"a.yaml", "{kind: A}\n---\nkind: [\n",                           KG_EINVAL, "0:A", 4, 1},
	{"a.yaml", "{\"kind\":\"A\"}\n{\"kind\":01}",                     KG_EINVAL, "0:A", 2, 9},
	{"-",      "{\"kind\":\"A\"}",                                    0, "0:A", 0, 0},
	{"",       "kind: A\n",                                           0, "0:A", 0, 0},
	{"a.json", "{\"kind\":\"A\"} {\"kind\":\"B\"}\n\n",               0, "0:A 1:B", 0, 0},
	{"a.json", "\xef\xbb\xbf{\"kind\":\"A\"}",                        0, "0:A", 0, 0},
	{"a.json", " null {\"kind\":\"A\"}",                              0, "1:A", 0, 0},
	{"a.json", "",                                                    0, "", 0, 0},
	{"a.json", "kind: A\n",                                           KG_EINVAL, "", 1, 1},
	{"a.json", "{kind: A}\n",                                         KG_EINVAL, "", 1, 2},
	{"a.json", "{\"kind\":\"A\"}\n{\"a\":1,\"a\":2}",                 KG_EINVAL, "0:A", 2, 8},
};

static const struct stream lists[] = {
	{"a.yaml", "kind: A\n---\napiVersion: v1\nkind: List\nitems:\n- kind: B\n- kind: C\n", 0, "0:A 1.0:B 1.1:C", 0, 0},
	{"a.yaml", "apiVersion: v1\nkind: List\nitems: []\n",                          0, "", 0, 0},
	{"a.yaml", "apiVersion: keda.sh/v1alpha1\nkind: ScaledObjectList\nitems: [{kind: A}]\n", 0, "0.0:A", 0, 0},
	{"a.yaml", "apiVersion: apps/v1\nkind: DeploymentList\nitems: [{kind: A}]\n",  0, "0.0:A", 0, 0},
	{"a.yaml", "apiVersion: v1\nkind: List\nitems:\n- kind: A\n- {apiVersion: v1, kind: List, items: [{kind: B}, {kind: C}]}\n- kind: D\n", 0, "0.0:A 0.1:B 0.1:C 0.2:D", 0, 0},
	{"a.yaml", "apiVersion: v1\nkind: List\n",                                     0, "0:List", 0, 0},
	{"a.yaml", "apiVersion: v1\nkind: List\nitems: {a: 1}\n",                      0, "0:List", 0, 0},
	{"a.yaml", "apiVersion: example.com/v1\nkind: AllowList\nitems: [a]\n",        0, "0:AllowList", 0, 0},
	{"a.yaml", "apiVersion: v1\nkind: Lists\nitems: [a]\n",                        0, "0:Lists", 0, 0},
	{"a.json", "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"kind\":\"A\"},{\"kind\":\"B\"}]}", 0, "0.0:A 0.1:B", 0, 0},
};
/* clang-format on */

static void check_all(struct fixture *f, const struct stream *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int status = read_manifests(f, rows[i].name, rows[i].text);

		if (status != rows[i].status || strcmp(objects_of(f), rows[i].objects) != 0)
			fail_msg("%s\nstatus %d, objects: %s, error: %s", rows[i].text, status, objects_of(f), f->err.message);
		if (status == 0)
			assert_string_equal(f->err.message, "");
		if (f->err.line != rows[i].line || f->err.column != rows[i].column)
			fail_msg("%s\nat %u:%u: %s", rows[i].text, f->err.line, f->err.column, f->err.message);
	}
}

static void streams_are_read_document_by_document(void **state)
{
	check_all(*state, streams, KG_ARRAY_LEN(streams));
}

static void lists_are_taken_apart(void **state)
{
	check_all(*state, lists, KG_ARRAY_LEN(lists));
}

static void many_objects_are_kept_in_order(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_manifests(f, "a.yaml", repeated(f, "---\nkind: A\n", 5000)), 0);
	assert_int_equal(f->manifests.count, 5000);
	for (size_t i = 0; i < f->manifests.count; i++)
		assert_int_equal(f->manifests.items[i].document, i);
}

static void nul_is_told_object_by_object(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_manifests(f, "a.yaml", "{a: b}\n---\na: \"\\0\"\n"), 0);
	assert_false(f->manifests.items[0].has_nul_escape);
	assert_true(f->manifests.items[1].has_nul_escape);
	assert_int_equal(read_manifests(f, "a.json", "{\"a\":1}{\"a\":\"\\u0000\"}{\"a\":2}"), 0);
	assert_false(f->manifests.items[0].has_nul_escape);
	assert_true(f->manifests.items[1].has_nul_escape);
	assert_false(f->manifests.items[2].has_nul_escape);
}

/* ---- positions ---- */

struct place {
	const char *path;
	unsigned line, column;
};

static void check_places(struct fixture *f, size_t manifest, const struct place *places, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct kg_position position =
		        kg_manifest_position(f->bytes, f->length, "a.yaml", &f->manifests.items[manifest], places[i].path);

		if (position.line != places[i].line || position.column != places[i].column)
			fail_msg("%s: %u:%u, wanted %u:%u", places[i].path, position.line, position.column, places[i].line,
			         places[i].column);
	}
}

static const char yaml_text[] = "# a comment\n"
                                "kind: A\n"
                                "metadata:\n"
                                "  annotations:\n"
                                "    a.b/c: \"1\"\n"
                                "    a.b/c.d: \"2\"\n"
                                "    \"x[0]\": \"3\"\n"
                                "spec:\n"
                                "  triggers:\n"
                                "  - type: kafka\n"
                                "    metadata:\n"
                                "      topic: t\n"
                                "  -\n"
                                "    type: cron\n"
                                "  \xc3\xa9: {\xc3\xa9\xc3\xa9: 1, b: 2}\n"
                                "  empty:\n";

static const struct place yaml_places[] = {
        {"", 2, 1},
        {"kind", 2, 1},
        {"metadata", 3, 1},
        {"metadata.annotations[a.b/c]", 5, 5},
        {"metadata.annotations[a.b/c.d]", 6, 5},
        {"metadata.annotations.a.b/c.d", 6, 5},
        {"metadata.annotations[x[0]]", 7, 5},
        {"metadata.annotations[a.b/x]", 4, 3},
        {"metadata.labels", 3, 1},
        {"spec.triggers", 9, 3},
        {"spec.triggers[0]", 10, 5},
        {"spec.triggers[0].type", 10, 5},
        {"spec.triggers[0].metadata.topic", 12, 7},
        {"spec.triggers[0].metadata.topics", 11, 5},
        {"spec.triggers[0].metadata", 11, 5},
        {"spec.triggers[0].name", 10, 5},
        {"spec.triggers[1]", 14, 5},
        {"spec.triggers[1].type", 14, 5},
        {"spec.triggers[2]", 9, 3},
        {"spec.triggers[10]", 9, 3},
        {"spec.triggers[x]", 9, 3},
        {"spec.\xc3\xa9.b", 15, 17},
        {"spec.empty.a.b", 16, 3},
        {"specs", 2, 1},
        {"none.at[3].all", 2, 1},
};

static void positions_are_those_of_keys_and_items(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_manifests(f, "a.yaml", yaml_text), 0);
	check_places(f, 0, yaml_places, KG_ARRAY_LEN(yaml_places));
}

static void positions_count_a_byte_order_mark_and_carriage_returns(void **state)
{
	static const struct place places[] = {{"", 1, 4}, {"a", 1, 4}, {"b.c", 3, 3}, {"d", 4, 1}};
	struct fixture *f = *state;

	assert_int_equal(read_manifests(f, "a.yaml",
	                                "\xef\xbb\xbf"
	                                "a: |\r\nb:\r\n  c: 1\r\nd: 2\r\n"),
	                 0);
	check_places(f, 0, places, KG_ARRAY_LEN(places));
}

static void positions_are_found_in_later_documents_and_lists(void **state)
{
	static const struct place second[] = {{"", 4, 1}, {"a.b", 5, 3}};
	static const struct place item[] = {{"", 11, 3}, {"x", 11, 3}, {"spec.w", 13, 5}};
	struct fixture *f = *state;

	assert_int_equal(
	        read_manifests(
	                f, "a.yaml",
	                "a: {b: 1}\n---\n\na:\n  b: 1\n---\napiVersion: v1\nkind: List\nitems:\n- {x: 1}\n- x: 1\n  spec:\n    w: 2\n"),
	        0);
	assert_int_equal(f->manifests.count, 4);
	check_places(f, 1, second, KG_ARRAY_LEN(second));
	check_places(f, 3, item, KG_ARRAY_LEN(item));
}

static void positions_lead_to_what_an_anchor_names(void **state)
{
	static const struct place places[] = {
	        {"b", 3, 1}, {"b.x", 2, 3}, {"c", 4, 1}, {"c.x", 2, 3}, {"c.z", 6, 3}, {"d[0]", 7, 5}, {"d[0].x", 2, 3}, {"d[1].w", 7, 10},
	};
	struct fixture *f = *state;

	assert_int_equal(read_manifests(f, "a.yaml", "a: &a\n  x: 1\nb: *a\nc:\n  <<: *a\n  z: 2\nd: [*a, {w: 1}]\n"), 0);
	check_places(f, 0, places, KG_ARRAY_LEN(places));
}

static const char json_text[] = " {\"kind\":\"A\",\n"
                                "\t\"spec\" : {\n"
                                "  \"triggers\": [ {\"type\":\"\\\"}{\\\\\"},\n"
                                "     \"x\" , 5, [ ], {\"a.b/c\" : null}\r\n"
                                "  ] } }\n"
                                "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"a\":1},\n"
                                "{\"b\":{\"\":2}}]}";

static const struct place json_places[] = {
        {"", 1, 2},
        {"kind", 1, 3},
        {"spec", 2, 2},
        {"spec.triggers", 3, 3},
        {"spec.triggers[0]", 3, 17},
        {"spec.triggers[0].type", 3, 18},
        {"spec.triggers[1]", 4, 6},
        {"spec.triggers[2]", 4, 12},
        {"spec.triggers[3]", 4, 15},
        {"spec.triggers[4]", 4, 20},
        {"spec.triggers[4][a.b/c]", 4, 21},
        {"spec.other", 2, 2},
};

static void positions_are_found_in_json(void **state)
{
	static const struct place item[] = {{"", 7, 1}, {"b", 7, 2}, {"b[]", 7, 7}, {"a", 7, 1}};
	struct fixture *f = *state;

	assert_int_equal(read_manifests(f, "a.json", json_text), 0);
	assert_int_equal(f->manifests.count, 3);
	check_places(f, 0, json_places, KG_ARRAY_LEN(json_places));
	check_places(f, 2, item, KG_ARRAY_LEN(item));
}

static void every_allocation_may_fail(void **state)
{
	static const char *const texts[] = {
	        "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"a\":\"\\u0000\"},{},{},{},{},{},{},{},{},{}]}",
	        "apiVersion: v1\nkind: List\nitems: [{a: b}, {}, {}, {}, {}, {}, {}, {}, {}, {}]\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		size_t cap = 64;
		int status;

		do {
			struct kg_arena small;

			use_bytes(f, texts[i], strlen(texts[i]));
			kg_arena_init(&small, cap);
			status = kg_manifests_read(f->bytes, f->length, "a.yaml", &small, &f->manifests, &f->err);
			kg_arena_release(&small);
			assert_true(status == 0 || status == KG_ENOMEM);
			cap += 64;
		} while (status != 0);
		assert_true(cap > 1024);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(streams_are_read_document_by_document),
	        MODEL_TEST(lists_are_taken_apart),
	        MODEL_TEST(many_objects_are_kept_in_order),
	        MODEL_TEST(nul_is_told_object_by_object),
	        MODEL_TEST(positions_are_those_of_keys_and_items),
	        MODEL_TEST(positions_count_a_byte_order_mark_and_carriage_returns),
	        MODEL_TEST(positions_are_found_in_later_documents_and_lists),
	        MODEL_TEST(positions_lead_to_what_an_anchor_names),
	        MODEL_TEST(positions_are_found_in_json),
	        MODEL_TEST(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
