/*
 * The whole pipeline, kg_admission_review: the input as it is, and as the object of a review whose envelope is sound, new and as it is stored, so that the resolver, the rules
 * and the writers of messages are reached. Targets: model, resolve, scalers, rules, policy, admission.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "kedagate/admission/admission.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"

/* An answer must come before libFuzzer's own limit ends the process. */
enum { ARENA_BYTES = 256 << 20 };

static const char *const kinds[] = {"ScaledObject", "ScaledJob", "TriggerAuthentication", "ClusterTriggerAuthentication"};

enum { ALLOWED, WARNED, DENIED, SKIPPED, REFUSED };

static struct fuzz_reach reaches[] = {
        [ALLOWED] = {"allowed", 0},    [WARNED] = {"warned of", 0}, [DENIED] = {"denied", 0},
        [SKIPPED] = {"not judged", 0}, [REFUSED] = {"refused", 0},
};
FUZZ_REACHES(reaches)

static void count(int status, const struct kg_admission_summary *summary)
{
	const struct kg_judgement *judgement = summary->judgement;

	reaches[ALLOWED].count += status == 200 && judgement != NULL && judgement->verdict == KG_VERDICT_ALLOW;
	reaches[WARNED].count += status == 200 && judgement != NULL && judgement->verdict == KG_VERDICT_WARN;
	reaches[DENIED].count += status == 200 && judgement != NULL && judgement->verdict == KG_VERDICT_DENY;
	reaches[SKIPPED].count += status == 200 && judgement == NULL;
	reaches[REFUSED].count += status == 400;
}

/* A review is answered, or refused in one line. */
static void check_answer(int status, const struct kg_buf *answer)
{
	const char *text = kg_buf_text(answer);

	if (status == 200 && strncmp(text, "{\"kind\":\"AdmissionReview\"", strlen("{\"kind\":\"AdmissionReview\"")) != 0)
		abort();
	if ((status == 400 || status == 500) && (answer->length < 2 || strchr(text, '\n') != text + answer->length - 1))
		abort();
	if (status != 200 && status != 400 && status != 500)
		abort();
}

/* An object that is stored as it is must not be denied: the ratchet excuses all that it had already. */
static void check_ratchet(int status, const struct kg_admission_summary *summary, bool unchanged)
{
	if (unchanged && status == 200 && summary->judgement != NULL && summary->judgement->verdict == KG_VERDICT_DENY)
		abort();
}

static void review(const struct kg_policy *policy, struct kg_buf *body, bool unchanged)
{
	const struct kg_admission_env env = {.policy = policy, .world = kg_world_blind(), .now = 1800000000};
	struct kg_admission_summary summary;
	struct kg_buf answer;
	struct kg_arena arena;
	int status;

	if (kg_buf_status(body) != 0)
		return;
	kg_arena_init(&arena, ARENA_BYTES);
	kg_buf_init(&answer, KG_MAX_BODY_BYTES);
	status = kg_admission_review(&env, body, &arena, &answer, &summary);
	check_answer(status, &answer);
	count(status, &summary);
	check_ratchet(status, &summary, unchanged);
	kg_buf_release(&answer);
	kg_arena_release(&arena);
}

static void wrap(const uint8_t *bytes, size_t length, bool update, struct kg_buf *body)
{
	const char *kind = kinds[length % KG_ARRAY_LEN(kinds)];

	kg_buf_clear(body);
	kg_buf_printf(body,
	              "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/"
	              "v1\",\"request\":{\"uid\":\"u\",\"kind\":{\"group\":\"keda.sh\","
	              "\"version\":\"v1alpha1\",\"kind\":\"%s\"},\"operation\":\"%s\",\"object\":",
	              kind, update ? "UPDATE" : "CREATE");
	kg_buf_append(body, bytes, length);
	if (update) {
		kg_buf_puts(body, ",\"oldObject\":");
		kg_buf_append(body, bytes, length);
	}
	kg_buf_puts(body, "}}");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct kg_policy *policy = NULL;
	struct kg_buf body;

	kg_json_setup();
	if (kg_policy_new(NULL, 0, NULL, &policy, NULL) != 0)
		return 0;
	kg_buf_init(&body, KG_MAX_BODY_BYTES);
	kg_buf_append(&body, bytes, length);
	review(policy, &body, false);
	wrap(bytes, length, false, &body);
	review(policy, &body, false);
	wrap(bytes, length, true, &body);
	review(policy, &body, true);
	kg_buf_release(&body);
	kg_policy_unref(policy);
	return 0;
}
