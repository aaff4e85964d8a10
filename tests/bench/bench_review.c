/*
 * The whole pure pipeline on one review, for callgrind: `bench_review FILE COUNT` reviews the file's content COUNT times. The difference
 * between two counts, divided by the difference of the counts, is the cost of a review without start-up.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kedagate/admission/admission.h"
#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"

static int review_once(const struct kg_admission_env *env, const struct kg_buf *review, struct kg_buf *copy, struct kg_arena *arena,
                       struct kg_buf *answer)
{
	struct kg_admission_summary summary;

	kg_buf_clear(copy);
	kg_buf_append(copy, review->data, review->length);
	if (kg_admission_review(env, copy, arena, answer, &summary) != 200) {
		(void)fprintf(stderr, "%s", kg_buf_text(answer));
		return 1;
	}
	kg_arena_reset(arena, KG_KEEP_ARENA_BYTES);
	return 0;
}

int main(int argc, char **argv)
{
	struct kg_admission_env env = {.world = kg_world_blind()};
	struct kg_policy *policy = NULL;
	struct kg_buf review;
	struct kg_buf answer;
	struct kg_arena arena;
	struct kg_err err = {0};
	struct kg_buf copy;
	int failed = 0;

	kg_json_setup();
	kg_buf_init(&review, KG_MAX_BODY_BYTES);
	kg_buf_init(&answer, KG_MAX_BODY_BYTES);
	kg_buf_init(&copy, KG_MAX_BODY_BYTES);
	kg_arena_init(&arena, KG_MAX_REVIEW_ARENA_BYTES);
	if (argc != 3 || kg_file_read(argv[1], &review, &err) || kg_policy_new(NULL, 0, NULL, &policy, &err)) {
		(void)fprintf(stderr, "usage: bench_review FILE COUNT\n%s\n", err.message);
		return 2;
	}
	env.policy = policy;
	for (long i = strtol(argv[2], NULL, 10); i > 0 && !failed; i--)
		failed = review_once(&env, &review, &copy, &arena, &answer);
	kg_policy_unref(policy);
	kg_arena_release(&arena);
	kg_buf_release(&answer);
	kg_buf_release(&copy);
	kg_buf_release(&review);
	return failed;
}
