#include "fixture.h"

#include <stdio.h>

#include "kedagate/base/limits.h"
#include "kedagate/model/yaml.h"

/* What kg_yaml_next says of the documents of `text`, one behind the other, as JSON; an error as "line:column message". */
static const char *read_all(struct fixture *f, const char *text)
{
	struct kg_yaml *yaml;
	const char *out = "";
	cJSON *tree = NULL;
	int status;

	use_bytes(f, text, strlen(text));
	yaml = kg_yaml_open(f->bytes, f->length, &f->arena);
	assert_non_null(yaml);
	while ((status = kg_yaml_next(yaml, &tree, &f->err)) == 0) {
		struct kg_arena *before = kg_json_use_arena(&f->arena);
		const char *json = tree != NULL ? cJSON_PrintUnformatted(tree) : "-";

		(void)kg_json_use_arena(before);
		out = kg_arena_printf(&f->arena, "%s%s%s", out, *out != '\0' ? " " : "", json);
	}
	if (status != KG_ENOTFOUND)
		out = kg_arena_printf(&f->arena, "%s%s%u:%u %s", out, *out != '\0' ? " " : "", f->err.line, f->err.column, f->err.message);
	assert_int_equal(kg_yaml_next(yaml, &tree, NULL), KG_ENOTFOUND);
	kg_yaml_close(yaml);
	return out;
}

struct document {
	const char *text;
	const char *want;
};

static void check_all(struct fixture *f, const struct document *documents, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *got = read_all(f, documents[i].text);

		if (strcmp(got, documents[i].want) != 0)
			fail_msg("%s\nwanted: %s\ngot:    %s", documents[i].text, documents[i].want, got);
	}
}

/* clang-format off */
static const struct document values[] = {
	{"a: 1\nb: [x, \"5\", 5, yes, ~, ]\nc: {d: 0x10}\n", "{\"a\":1,\"b\":[\"x\",\"5\",5,true,null],\"c\":{\"d\":16}}"},
	{"a:\n- 1\n- - 2\n  - 3\n", "{\"a\":[1,[2,3]]}"},
	{"- |\n  one\n  two\n- >-\n  one\n  two\n", "[\"one\\ntwo\\n\",\"one two\"]"},
	{"'it''s': \"tab\\tnul\"\n", "{\"it's\":\"tab\\tnul\"}"},
	{"a: \"\\u00e9\\U0001F600\\x41\"\n", "{\"a\":\"\xc3\xa9\xf0\x9f\x98\x80" "A\"}"},
	{"a: !!str 5\nb: !!int \"5\"\nc: !own 5\nd: ! 5\n", "{\"a\":\"5\",\"b\":5,\"c\":\"5\",\"d\":\"5\"}"},
	{"a: !!binary aGVsbG8=\nb: !!binary |\n  aGVs\n  bG8=\n", "{\"a\":\"hello\",\"b\":\"hello\"}"},
	{"a: !!binary /w==\n", "{\"a\":\"\xef\xbf\xbd\"}"},
	{"1: a\n0x10: b\nyes: c\n1.50: d\n", "{\"1\":\"a\",\"16\":\"b\",\"true\":\"c\",\"1.5\":\"d\"}"},
	{"? a\n: 1\n? b\n", "{\"a\":1,\"b\":null}"},
	{"a: {b, c: }\n", "{\"a\":{\"b\":null,\"c\":null}}"},
	{"a:\n  b:\n    c: !!map {d: 1}\n", "{\"a\":{\"b\":{\"c\":{\"d\":1}}}}"},
	{"text\n", "\"text\""},
	{"# nothing\n", ""},
	{"", ""},
	{"---\n", "-"},
	{"~\n", "-"},
	{"--- a\n---\n--- ~\n---\n- b\n...\n# end\n", "\"a\" - - [\"b\"]"},
	{"a: 1\r\nb: |\r\n  x\r\n  y\r\n", "{\"a\":1,\"b\":\"x\\ny\\n\"}"},
	{"\xef\xbb\xbf" "a: 1\n", "{\"a\":1}"},
	{"%YAML 1.1\n---\na: 1\n", "{\"a\":1}"},
	{"%TAG !k! tag:yaml.org,2002:\n---\na: !k!str 5\n", "{\"a\":\"5\"}"},
};

static const struct document aliases[] = {
	{"a: &x 1\nb: *x\n", "{\"a\":1,\"b\":1}"},
	{"a: &x {c: [1]}\nb: [*x, *x]\n", "{\"a\":{\"c\":[1]},\"b\":[{\"c\":[1]},{\"c\":[1]}]}"},
	{"a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}"},
	{"&k key: *k\n", "{\"key\":\"key\"}"},
	{"a: &x key\n*x : 1\n", "{\"a\":\"key\",\"key\":1}"},
	{"a: &x [&x 1, *x]\nb: *x\n", "{\"a\":[1,1],\"b\":1}"},
	{"a: &x 1\n---\nb: *x\n", "{\"a\":1} 3:4 an alias to an anchor that is not there"},
	{"b: *x\na: &x 1\n", "1:4 an alias to an anchor that is not there"},
	{"a: &x [*x]\n", "1:8 an alias to what it stands in"},
	{"a: &x {b: {c: *x}}\n", "1:15 an alias to what it stands in"},
	{"a: &x [1]\n*x : 1\n", "2:1 a key must be a string, a number or a boolean"},
};

/* From runs of sigs.k8s.io/yaml. */
static const struct document merges[] = {
	{"a: &a {x: 1, w: 2}\nb: {<<: *a, z: 3}\n", "{\"a\":{\"x\":1,\"w\":2},\"b\":{\"x\":1,\"w\":2,\"z\":3}}"},
	{"b: {<<: {x: 1}, x: 2}\n", "{\"b\":{\"x\":2}}"},
	{"b: {x: 2, <<: {x: 1}}\n", "{\"b\":{\"x\":1}}"},
	{"b: {<<: [{x: 1}, {x: 2, w: 2}], z: 0}\n", "{\"b\":{\"w\":2,\"x\":1,\"z\":0}}"},
	{"b: {\"<<\": {x: 1}}\n", "{\"b\":{\"<<\":{\"x\":1}}}"},
	{"b: {!!merge \"<<\": {x: 1}}\n", "{\"b\":{\"x\":1}}"},
	{"a: &a {x: 1}\nb: &b {<<: *a}\nc: {<<: *b, <<: {w: 1}}\n", "{\"a\":{\"x\":1},\"b\":{\"x\":1},\"c\":{\"x\":1,\"w\":1}}"},
	{"b: {<<: {x: 1}, w: 1, w: 2}\n", "1:23 duplicate key"},
	{"b: {<<: 5}\n", "1:9 a merge key needs a mapping or a list of mappings"},
	{"b: {<<: [5]}\n", "1:10 a merge key needs a mapping or a list of mappings"},
	{"- <<\n", "[\"<<\"]"},
};

static const struct document refused[] = {
	{"a: 1\na: 2\n", "2:1 duplicate key"},
	{"a:\n  b: {c: 1, d: 2, c: 3}\n", "2:19 duplicate key"},
	{"1: a\n\"1\": b\n", "2:1 duplicate key"},
	{"a: [1, 2\nb: 3\n", "2:2 while parsing a flow sequence: did not find expected ',' or ']'"},
	{"a: b: c\n", "1:5 mapping values are not allowed in this context"},
	{"a: \"x\n", "2:1 while scanning a quoted scalar: found unexpected end of stream"},
	{"a: \t- b\n\tc: d\n", "1:5 block sequence entries are not allowed in this context"},
	{"\xc3\xa9: [\xc3\xa9, \xc3\xa9}\n", "1:12 while parsing a flow sequence: did not find expected ',' or ']'"},
	{"a: \xff\n", "1:4 invalid leading UTF-8 octet"},
	{"\xef\xbb\xbf" "a: 1\nb: \x01\n", "2:4 control characters are not allowed"},
	{"a: !!int x\n", "1:4 the value is no !!int, as its tag says"},
	{"a: !!binary x\n", "1:4 the value is no base64, as its tag !!binary says"},
	{"a: .inf\n", "1:4 infinity and not-a-number are not possible here"},
	{"~: 1\n", "1:1 a key must be a string, a number or a boolean"},
	{"? [a]\n: 1\n", "1:3 a key must be a string, a number or a boolean"},
	{"? {a: 1}\n: 1\n", "1:3 a key must be a string, a number or a boolean"},
	{"a: 1\n---\nb: [\n", "{\"a\":1} 4:1 while parsing a flow node: did not find expected node content"},
	{"a: \"\\ud83d\"\n", "1:7 while parsing a quoted scalar: found invalid Unicode character escape code"},
};
/* clang-format on */

static void values_are_those_of_kubectl(void **state)
{
	check_all(*state, values, KG_ARRAY_LEN(values));
}

static void aliases_repeat_what_their_anchor_names(void **state)
{
	check_all(*state, aliases, KG_ARRAY_LEN(aliases));
}

static void merge_keys_work_by_reading_order(void **state)
{
	check_all(*state, merges, KG_ARRAY_LEN(merges));
}

static void what_is_refused_is_refused_where_it_is_wrong(void **state)
{
	check_all(*state, refused, KG_ARRAY_LEN(refused));
}

static void duplicates_are_found_among_many_keys(void **state)
{
	struct fixture *f = *state;
	size_t count = 100000;
	char *text = kg_arena_alloc(&f->arena, count * 16);
	size_t at = 0;

	assert_non_null(text);
	for (size_t i = 0; i < count; i++)
		at += (size_t)snprintf(text + at, 16, "k%zu: 1\n", i);
	(void)snprintf(text + at, 16, "k77: 1\n");
	assert_string_equal(read_all(f, text), "100001:1 duplicate key");
}

static void many_merged_keys_take_no_quadratic_time(void **state)
{
	struct fixture *f = *state;
	size_t count = 50000;
	char *text = kg_arena_alloc(&f->arena, count * 16);
	size_t at = (size_t)snprintf(text, 16, "a: &a\n");

	for (size_t i = 0; i < count; i++)
		at += (size_t)snprintf(text + at, 16, "  k%zu: 1\n", i);
	(void)snprintf(text + at, 32, "b:\n  <<: [*a, *a, *a]\n");
	use_bytes(f, text, strlen(text));
	assert_int_equal(cJSON_GetArraySize(kg_json_get(read_tree(f, text), "b")), count);
}

static void nul_becomes_a_replacement_and_is_found_again(void **state)
{
	struct fixture *f = *state;
	const cJSON *tree = read_tree(f, "a:\n  - \"x\\0y\"\n  - z\nb: {\"\\0\": 1}\nc: !!binary AP8=\nd: e\n");

	assert_string_equal(cJSON_GetArrayItem(kg_json_get(tree, "a"), 0)->valuestring, "x\xef\xbf\xbdy");
	assert_string_equal(kg_json_text(tree, "c"), "\xef\xbf\xbd\xef\xbf\xbd");
	assert_true(kg_json_holds_nul(tree));
	assert_true(kg_json_holds_nul(kg_json_get(tree, "a")));
	assert_false(kg_json_holds_nul(cJSON_GetArrayItem(kg_json_get(tree, "a"), 1)));
	assert_true(kg_json_holds_nul(kg_json_get(tree, "b")));
	assert_true(kg_json_holds_nul(kg_json_get(tree, "c")));
	assert_false(kg_json_holds_nul(kg_json_get(tree, "d")));
}

static void nul_is_seen_through_aliases(void **state)
{
	struct fixture *f = *state;
	const cJSON *tree = read_tree(f, "a: &a {x: \"\\0\"}\nb: *a\nc: {<<: *a}\n");

	assert_true(kg_json_holds_nul(kg_json_get(tree, "b")));
	assert_true(kg_json_holds_nul(kg_json_get(tree, "c")));
}

/* ---- limits ---- */

static int status_of(struct fixture *f, const char *text)
{
	struct kg_yaml *yaml;
	cJSON *tree = NULL;
	int status;

	use_bytes(f, text, strlen(text));
	yaml = kg_yaml_open(f->bytes, f->length, &f->arena);
	status = kg_yaml_next(yaml, &tree, &f->err);
	kg_yaml_close(yaml);
	return status;
}

static void depth_is_accepted_up_to_the_limit(void **state)
{
	struct fixture *f = *state;
	char *open = repeated(f, "[", KG_MAX_DEPTH);
	char *close = repeated(f, "]", KG_MAX_DEPTH);

	assert_int_equal(status_of(f, kg_arena_printf(&f->arena, "%s%s", open, close)), 0);
	assert_int_equal(status_of(f, kg_arena_printf(&f->arena, "[%s%s]", open, close)), KG_ELIMIT);
	assert_int_equal(status_of(f, repeated(f, "- ", KG_MAX_DEPTH + 1)), KG_ELIMIT);
	assert_int_equal(status_of(f, repeated(f, "[", 200000)), KG_ELIMIT);
	assert_int_equal(status_of(f, repeated(f, "{a: ", 200000)), KG_ELIMIT);
	assert_int_equal(status_of(f, repeated(f, "? ", 200000)), KG_EINVAL);
}

static void aliases_count_towards_the_depth(void **state)
{
	struct fixture *f = *state;
	char *open = repeated(f, "[", 128);
	char *close = repeated(f, "]", 128);
	const char *half = kg_arena_printf(&f->arena, "a: &a %s%s\n", open, close);

	assert_int_equal(status_of(f, kg_arena_printf(&f->arena, "%sb: %.127s*a%.127s\n", half, open, close)), 0);
	assert_int_equal(status_of(f, kg_arena_printf(&f->arena, "%sb: %s*a%s\n", half, open, close)), KG_ELIMIT);
	assert_int_equal(f->err.line, 2);
}

static void aliases_count_towards_the_nodes(void **state)
{
	struct fixture *f = *state;
	const char *text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";

	for (int i = 1; i < 12; i++)
		text = kg_arena_printf(&f->arena, "%sa%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", text, i, i, i - 1,
		                       i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	assert_int_equal(status_of(f, text), KG_ELIMIT);
	assert_string_equal(f->err.message, "too many nodes, aliases expanded");
	assert_int_equal(f->err.line, 7);
}

static void merged_keys_count_towards_the_nodes(void **state)
{
	struct fixture *f = *state;
	char *text = kg_arena_alloc(&f->arena, 40000);
	size_t at = (size_t)snprintf(text, 16, "a: &a {");

	for (int i = 0; i < 1000; i++)
		at += (size_t)snprintf(text + at, 16, "k%d: 1, ", i);
	at += (size_t)snprintf(text + at, 32, "}\nb: {<<: [");
	for (int i = 0; i < 5000; i++)
		at += (size_t)snprintf(text + at, 16, "*a, ");
	(void)snprintf(text + at, 16, "]}\n");
	assert_int_equal(status_of(f, text), KG_ELIMIT);
}

static void every_allocation_may_fail(void **state)
{
	static const char text[] = "a: &x [1, \"two\", {b: \"\\0\"}]\n<<: {c: !!binary aGk=}\n2: *x\n";
	struct fixture *f = *state;
	size_t cap = 64;
	int status;

	do {
		struct kg_arena small;
		struct kg_yaml *yaml;
		cJSON *tree = NULL;

		use_bytes(f, text, strlen(text));
		kg_arena_init(&small, cap);
		yaml = kg_yaml_open(f->bytes, f->length, &small);
		status = yaml != NULL ? kg_yaml_next(yaml, &tree, &f->err) : KG_ENOMEM;
		kg_yaml_close(yaml);
		kg_arena_release(&small);
		assert_true(status == 0 || status == KG_ENOMEM);
		cap += 16;
	} while (status != 0);
	assert_true(cap > 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(values_are_those_of_kubectl),
	        MODEL_TEST(aliases_repeat_what_their_anchor_names),
	        MODEL_TEST(merge_keys_work_by_reading_order),
	        MODEL_TEST(what_is_refused_is_refused_where_it_is_wrong),
	        MODEL_TEST(duplicates_are_found_among_many_keys),
	        MODEL_TEST(many_merged_keys_take_no_quadratic_time),
	        MODEL_TEST(nul_becomes_a_replacement_and_is_found_again),
	        MODEL_TEST(nul_is_seen_through_aliases),
	        MODEL_TEST(depth_is_accepted_up_to_the_limit),
	        MODEL_TEST(aliases_count_towards_the_depth),
	        MODEL_TEST(aliases_count_towards_the_nodes),
	        MODEL_TEST(merged_keys_count_towards_the_nodes),
	        MODEL_TEST(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
