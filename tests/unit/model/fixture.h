/*
 * Texts to trees, for the tests of `model`. A text is copied to memory of its exact size, so that reading past its end shows under AddressSanitizer.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/err.h"
#include "kedagate/model/json.h"
#include "kedagate/model/manifest.h"
#include "kedagate/model/object.h"

enum { FIXTURE_ARENA_BYTES = 64 << 20 };

struct fixture {
	struct kg_arena arena;
	struct kg_err err;
	struct kg_json_facts facts;
	struct kg_manifests manifests;
	char *bytes; /* the text that was read last */
	size_t length;
	cJSON *tree;
};

static inline int init_fixture(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	kg_json_setup();
	kg_arena_init(&f->arena, FIXTURE_ARENA_BYTES);
	*state = f;
	return 0;
}

static inline int release_fixture(void **state)
{
	struct fixture *f = *state;

	kg_arena_release(&f->arena);
	free(f->bytes);
	free(f);
	return 0;
}

static inline void use_bytes(struct fixture *f, const void *bytes, size_t length)
{
	free(f->bytes);
	f->bytes = malloc(length > 0 ? length : 1);
	assert_non_null(f->bytes);
	if (length > 0)
		memcpy(f->bytes, bytes, length);
	f->length = length;
	f->err = (struct kg_err){0};
}

/* kg_json_parse of `text`; the tree is in f->tree. */
static inline int parse_json(struct fixture *f, const char *text)
{
	use_bytes(f, text, strlen(text));
	f->tree = NULL;
	return kg_json_parse(f->bytes, f->length, &f->arena, &f->tree, &f->facts, &f->err);
}

/* kg_manifests_read of `text`. */
static inline int read_manifests(struct fixture *f, const char *name, const char *text)
{
	use_bytes(f, text, strlen(text));
	return kg_manifests_read(f->bytes, f->length, name, &f->arena, &f->manifests, &f->err);
}

/* The tree of the only document of a YAML text. */
static inline const cJSON *read_tree(struct fixture *f, const char *text)
{
	if (read_manifests(f, "a.yaml", text) != 0)
		fail_msg("%u:%u: %s", f->err.line, f->err.column, f->err.message);
	assert_int_equal(f->manifests.count, 1);
	return f->manifests.items[0].tree;
}

/* `text` repeated. */
static inline char *repeated(struct fixture *f, const char *text, size_t count)
{
	size_t length = strlen(text);
	char *out = kg_arena_alloc(&f->arena, length * count + 1);

	assert_non_null(out);
	for (size_t i = 0; i < count; i++)
		memcpy(out + i * length, text, length);
	out[length * count] = '\0';
	return out;
}

#define MODEL_TEST(function_) cmocka_unit_test_setup_teardown(function_, init_fixture, release_fixture)
