/*
 * Texts laid before kg_inspect, and what it says to them: for the tests of what is wrong with certificates.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/tls/inspect.h"
#include "unit/tls/fixture.h"

#define UNKNOWN      "x509: certificate signed by unknown authority"
#define OUT_OF_DATES "x509: certificate has expired or is not yet valid"
#define WRONG_USAGE  "x509: certificate specifies an incompatible key usage"

enum { MATERIALS_MAX = 8 };

/* Some texts, and what is said to them. */
struct scene {
	struct kg_material materials[MATERIALS_MAX];
	struct kg_buf texts[MATERIALS_MAX];
	size_t count;
	struct kg_inspect_request request;
	struct kg_inspect_report report;
	struct kg_arena arena;
};

static inline int scene_set_up(void **state)
{
	static struct scene scene;

	scene = (struct scene){.request = {.now = NOW}};
	kg_arena_init(&scene.arena, 16u << 20);
	*state = &scene;
	return 0;
}

static inline int scene_tear_down(void **state)
{
	struct scene *s = *state;

	for (size_t i = 0; i < s->count; i++)
		kg_buf_release(&s->texts[i]);
	kg_arena_release(&s->arena);
	return 0;
}

/* The text of the newest material, to be appended to. */
static inline struct kg_buf *put(struct scene *s, enum kg_material_role role, size_t set, const char *place)
{
	assert_true(s->count < MATERIALS_MAX);
	kg_buf_init(&s->texts[s->count], 1u << 20);
	s->materials[s->count] = (struct kg_material){.role = role, .set = set, .place = place};
	return &s->texts[s->count++];
}

static inline void put_certificate(struct kg_buf *text, const struct forged_pair *pair)
{
	struct kg_err err;

	assert_int_equal(kg_pem_write_certificate(pair->certificate, text, &err), 0);
}

static inline void put_key(struct kg_buf *text, const struct forged_pair *pair)
{
	struct kg_err err;

	assert_int_equal(kg_pem_write_key(pair->key, text, &err), 0);
}

/* A file with these certificates; the list ends with NULL. */
static inline void put_chain(struct scene *s, enum kg_material_role role, size_t set, const char *place,
                             const struct forged_pair *const *chain)
{
	struct kg_buf *text = put(s, role, set, place);

	for (; *chain != NULL; chain++)
		put_certificate(text, *chain);
}

#define CHAIN(...)                                                                                                                         \
	(const struct forged_pair *const[])                                                                                                \
	{                                                                                                                                  \
		__VA_ARGS__, NULL                                                                                                          \
	}

static inline void put_text(struct scene *s, enum kg_material_role role, const char *place, const char *text)
{
	kg_buf_puts(put(s, role, 0, place), text);
}

static inline void inspect(struct scene *s)
{
	struct kg_err err = {0};

	for (size_t i = 0; i < s->count; i++) {
		s->materials[i].text = kg_buf_text(&s->texts[i]);
		s->materials[i].length = s->texts[i].length;
	}
	s->request.materials = s->materials;
	s->request.material_count = s->count;
	assert_int_equal(kg_inspect(&s->request, &s->arena, &s->report, &err), 0);
}

/* "place#certificate id", one a problem, in order. */
static inline void list_problems(const struct scene *s, struct kg_buf *out)
{
	for (size_t i = 0; i < s->report.problem_count; i++) {
		const struct kg_certificate_problem *problem = &s->report.problems[i];

		kg_buf_printf(out, "%s%s#%zu %s", i > 0 ? ", " : "", s->materials[problem->material].place, problem->certificate,
		              kg_flaw_info(problem->flaw)->id);
	}
}

static inline void expect_labelled(struct scene *s, const char *label, const char *wanted)
{
	struct kg_buf found;

	inspect(s);
	kg_buf_init(&found, 4096);
	list_problems(s, &found);
	if (strcmp(kg_buf_text(&found), wanted) != 0)
		fail_msg("%s: \"%s\" instead of \"%s\"", label, kg_buf_text(&found), wanted);
	kg_buf_release(&found);
}

static inline void expect(struct scene *s, const char *wanted)
{
	expect_labelled(s, "problems", wanted);
}

static inline const struct kg_certificate_problem *problem_of(const struct scene *s, enum kg_flaw flaw)
{
	for (size_t i = 0; i < s->report.problem_count; i++) {
		if (s->report.problems[i].flaw == flaw)
			return &s->report.problems[i];
	}
	fail_msg("there is no problem %s", kg_flaw_info(flaw)->id);
	return s->report.problems;
}

static inline void expect_client(const struct scene *s, enum kg_flaw flaw, const char *wanted)
{
	const struct kg_certificate_problem *problem = problem_of(s, flaw);

	if (wanted == NULL)
		assert_null(problem->client_error);
	else
		assert_string_equal(problem->client_error, wanted);
}

static inline void expect_sentence(const struct scene *s, enum kg_flaw flaw, const char *part)
{
	if (strstr(problem_of(s, flaw)->sentence, part) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", problem_of(s, flaw)->sentence, part);
}

/* root <- intermediate <- leaf, and what some tests put beside them. */
struct family {
	struct forged_pair root, intermediate, leaf, other;
};

static inline void family_make(struct family *family)
{
	forge(&(struct forgery){AUTHORITY, .common_name = "root", .begin = NOW - 20 * DAY, .end = NOW + 900 * DAY}, &family->root);
	forge(&(struct forgery){AUTHORITY, .common_name = "intermediate", .issuer = &family->root, .begin = NOW - 10 * DAY,
	                        .end = NOW + 800 * DAY},
	      &family->intermediate);
	forge(&(struct forgery){SERVER, .common_name = "leaf", .issuer = &family->intermediate, .begin = NOW - 5 * DAY,
	                        .end = NOW + 700 * DAY},
	      &family->leaf);
	forge(&(struct forgery){AUTHORITY, .common_name = "other", .end = NOW + 900 * DAY}, &family->other);
}

static inline void family_release(struct family *family)
{
	forged_release(&family->root);
	forged_release(&family->intermediate);
	forged_release(&family->leaf);
	forged_release(&family->other);
}

#define SCENE(test_) cmocka_unit_test_setup_teardown(test_, scene_set_up, scene_tear_down)
