/*
 * Texts that were changed at random must be read or refused, never more. The generator is seeded: each run sees the same texts.
 */
#include "fixture.h"

#include "kedagate/model/world.h"

enum { ROUNDS = 4000, CHANGES_MAX = 4, ARENA_BYTES = 8 << 20 };

static const char *const texts[] = {
        "{\"apiVersion\":\"admission.k8s.io/"
        "v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"a\\u0000\\ud83d\\ude00\",\"object\":{\"apiVersion\":"
        "\"keda.sh/v1alpha1\",\"kind\":\"ScaledObject\",\"metadata\":{\"name\":\"o\",\"annotations\":{\"a.b/"
        "c\":\"true\"}},\"spec\":{\"minReplicaCount\":1.5e3,"
        "\"scaleTargetRef\":{\"name\":\"x\"},\"triggers\":[{\"type\":\"cron\",\"metadata\":{\"a\":\"b\"}},{\"type\":null}]}}}}",
        "apiVersion: v1\nkind: List\nitems:\n- &a\n  apiVersion: keda.sh/v1alpha1\n  kind: ScaledObject\n  metadata: {name: o, labels: {x: "
        "\"\\0\"}}\n"
        "  spec:\n    scaleTargetRef: {name: app}\n    fallback: {failureThreshold: 3, replicas: 0x10}\n    triggers:\n    - type: kafka\n"
        "      metadata: &m {topic: t, <<: {lag: \"5\"}}\n    - {type: cron, metadata: *m}\n- <<: *a\n  kind: ScaledJob\n",
        "apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: a}\nspec:\n  podIdentity: {provider: azure-workload}\n"
        "  secretTargetRef: [{parameter: p, name: n, key: k}]\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: "
        "aGVsbG8=}\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: c, env: [{name: A, "
        "value: !!str 1}]}]}}}\n",
};

static uint64_t next_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

/* Change some bytes of a copy of `text`: replace, swap, cut off. Returns the length. */
static size_t mutate(char *out, const char *text, uint64_t *random)
{
	static const char bytes[] = "{}[]\",:\\u0'&*!|>-#%@\n\t \0\x80\xff<~.eE+";
	size_t length = strlen(text);

	memcpy(out, text, length);
	for (uint64_t changes = next_random(random) % CHANGES_MAX + 1; changes > 0 && length > 0; changes--) {
		size_t at = (size_t)(next_random(random) % length);
		size_t other = (size_t)(next_random(random) % length);
		uint64_t what = next_random(random) % 8;
		char byte = out[at];

		if (what < 4) {
			out[at] = bytes[next_random(random) % (sizeof(bytes) - 1)];
		} else if (what < 7) {
			out[at] = out[other];
			out[other] = byte;
		} else if (next_random(random) % 8 == 0) {
			length = at;
		}
	}
	return length;
}

/* Look at every object in every way. */
static void use_objects(struct kg_arena *arena, const char *bytes, size_t length, const struct kg_manifests *manifests)
{
	struct kg_file_world *world = kg_file_world_new(arena, "default", true);

	assert_non_null(world);
	for (size_t i = 0; i < manifests->count; i++) {
		const cJSON *tree = manifests->items[i].tree;
		struct kg_object object;

		assert_int_equal(kg_object_decode_head(tree, arena, &object), 0);
		assert_int_equal(kg_object_decode(tree, object.kind, arena, &object), 0);
		assert_int_equal(kg_file_world_add(world, tree), 0);
		for (size_t m = 0; m < object.malformed_count; m++) {
			struct kg_position position =
			        kg_manifest_position(bytes, length, "", &manifests->items[i], object.malformed[m].path);

			assert_true(position.line >= 1 && position.line <= length + 1);
			assert_true(position.column >= 1 && position.column <= length + 1);
		}
	}
}

static void changed_texts_are_read_or_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t random = 0x6b656461;
	char changed[2048];
	unsigned read = 0;
	unsigned refused = 0;

	for (int round = 0; round < ROUNDS; round++) {
		const char *name = round % 2 == 0 ? "a.yaml" : "a.json";
		struct kg_arena arena;

		use_bytes(f, changed, mutate(changed, texts[(size_t)round / 2 % KG_ARRAY_LEN(texts)], &random));
		kg_arena_init(&arena, ARENA_BYTES);
		if (kg_manifests_read(f->bytes, f->length, name, &arena, &f->manifests, &f->err) == 0) {
			read++;
		} else {
			refused++;
			assert_true(f->err.line >= 1 && f->err.column >= 1 && f->err.message[0] != '\0');
		}
		use_objects(&arena, f->bytes, f->length, &f->manifests);
		kg_arena_release(&arena);
	}
	/* The texts are neither all alike nor all noise. */
	assert_true(read > ROUNDS / 20 && refused > ROUNDS / 20);
}

static void changed_reviews_are_parsed_or_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t random = 0x67617465;
	char changed[2048];

	for (int round = 0; round < ROUNDS; round++) {
		struct kg_arena arena;
		cJSON *tree = NULL;

		use_bytes(f, changed, mutate(changed, texts[0], &random));
		kg_arena_init(&arena, ARENA_BYTES);
		if (kg_json_parse(f->bytes, f->length, &arena, &tree, &f->facts, &f->err) == 0)
			assert_int_equal(f->facts.has_nul_escape, kg_json_holds_nul(tree));
		else
			assert_true(f->err.line >= 1 && f->err.column >= 1 && f->err.message[0] != '\0');
		kg_arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(changed_texts_are_read_or_refused),
	        MODEL_TEST(changed_reviews_are_parsed_or_refused),
	};

	return cmocka_run_group_tests_name("mutation", tests, NULL, NULL);
}
