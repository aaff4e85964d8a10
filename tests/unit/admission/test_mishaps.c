#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/admission/admission.h"
#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "support/faults/faults.h"

#define CORPUS "tests/fuzz/corpus/review"

/* A review, and what is answered to it without a fault. */
struct subject {
	struct kg_policy *policy;
	struct kg_buf body, expected;
	int expected_status;
	struct kg_metrics *metrics;
};

static int review(const struct subject *subject, const struct fault *fault, struct kg_buf *answer, bool *ret_met)
{
	const struct kg_admission_env env = {.policy = subject->policy, .world = kg_world_blind(), .now = 1800000000};
	struct kg_admission_summary summary;
	struct kg_arena arena;
	struct kg_buf body;
	int status;

	kg_buf_init(&body, KG_MAX_BODY_BYTES);
	kg_buf_append(&body, subject->body.data, subject->body.length);
	kg_buf_init(answer, KG_MAX_RESPONSE_BYTES);
	if (fault != NULL)
		fault_arm(fault);
	kg_arena_init(&arena, KG_MAX_REVIEW_ARENA_BYTES);
	status = kg_admission_review(&env, &body, &arena, answer, &summary);
	kg_admission_count(subject->metrics, &summary, 0.001);
	*ret_met = fault != NULL && fault_disarm();
	kg_arena_release(&arena);
	kg_buf_release(&body);
	return status;
}

static bool is_expected(const struct subject *subject, int status, const struct kg_buf *answer)
{
	return status == subject->expected_status && kg_buf_status(answer) == 0 && answer->length == subject->expected.length &&
	       memcmp(kg_buf_text(answer), kg_buf_text(&subject->expected), answer->length) == 0;
}

/* The server answers 500 for a text that is not whole. */
static bool is_honest(int status, const struct kg_buf *answer)
{
	return status == 500 || kg_buf_status(answer) != 0;
}

static bool attempt(const struct fault *fault, void *context)
{
	const struct subject *subject = context;
	struct kg_buf answer;
	bool met;
	int status = review(subject, fault, &answer, &met);

	if (!is_expected(subject, status, &answer) && !(met && is_honest(status, &answer)))
		fail_msg("%s, number %lu: status %d: %s", fault_name(fault->kind), fault->number, status, kg_buf_text(&answer));
	kg_buf_release(&answer);
	return met;
}

static void disturb(struct subject *subject, enum fault_kind kind)
{
	bool met;

	subject->expected_status = review(subject, NULL, &subject->expected, &met);
	assert_int_not_equal(subject->expected_status, 500);
	assert_true(fault_each(kind, attempt, subject) > 0);
	kg_buf_release(&subject->expected);
}

static void put_body(struct subject *subject, const char *operation, const char *kind, const char *object, const char *old_object)
{
	kg_buf_clear(&subject->body);
	kg_buf_printf(&subject->body,
	              "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u\",\"kind\":{\"group\":"
	              "\"keda.sh\",\"version\":\"v1alpha1\",\"kind\":\"%s\"},\"operation\":\"%s\",\"namespace\":\"shop\",\"name\":\"demo\","
	              "\"userInfo\":{\"username\":\"ci\"},\"object\":%s,\"oldObject\":%s}}",
	              kind, operation, object, old_object);
	assert_int_equal(kg_buf_status(&subject->body), 0);
}

static int set_up(void **state)
{
	static struct subject subject;

	kg_json_setup();
	subject = (struct subject){.metrics = kg_metrics_new(kg_admission_metric_families, KG_ADMISSION_METRIC_COUNT)};
	assert_non_null(subject.metrics);
	kg_buf_init(&subject.body, KG_MAX_BODY_BYTES);
	*state = &subject;
	return kg_policy_new(NULL, 0, NULL, &subject.policy, NULL);
}

static int tear_down(void **state)
{
	struct subject *subject = *state;

	kg_policy_unref(subject->policy);
	kg_buf_release(&subject->body);
	kg_metrics_free(subject->metrics);
	return 0;
}

/* ---- the samples ---- */

#define OBJECT(spec_)                                                                                                                      \
	"{\"apiVersion\":\"keda.sh/"                                                                                                       \
	"v1alpha1\",\"kind\":\"ScaledObject\",\"metadata\":{\"name\":\"demo\",\"namespace\":\"shop\"},\"spec\":{"                          \
	"\"scaleTargetRef\":{\"name\":\"web\"}," spec_ "}}"
#define TRIGGER                                                                                                                            \
	"{\"type\":\"prometheus\",\"metadata\":{\"serverAddress\":\"http://"                                                               \
	"u:p@p:9090\",\"query\":\"up\",\"tresholds\":\"1\",\"unsafeSsl\":"                                                                 \
	"\"true\"}}"

static const char good[] = OBJECT("\"triggers\":[{\"type\":\"cron\",\"metadata\":{\"timezone\":\"UTC\",\"start\":\"0 6 * * *\",\"end\":"
                                  "\"0 7 * * *\",\"desiredReplicas\":\"3\"}}]");
static const char bad[] = OBJECT("\"minReplicaCount\":9,\"maxReplicaCount\":3,\"triggers\":[" TRIGGER "]");
static const char worse[] = OBJECT("\"minReplicaCount\":9,\"maxReplicaCount\":3,\"triggers\":[" TRIGGER "," TRIGGER "]");

static void disturb_samples(struct subject *subject, enum fault_kind kind)
{
	put_body(subject, "CREATE", "ScaledObject", good, "null");
	disturb(subject, kind);
	put_body(subject, "CREATE", "ScaledObject", bad, "null");
	disturb(subject, kind);
	put_body(subject, "UPDATE", "ScaledObject", worse, bad);
	disturb(subject, kind);
	put_body(subject, "DELETE", "ScaledObject", "null", bad);
	disturb(subject, kind);
}

static void a_review_without_one_allocation_is_answered_500_or_right(void **state)
{
	disturb_samples(*state, FAULT_ALLOCATION);
}

static void a_review_without_memory_from_some_point_on_is_answered_500_or_right(void **state)
{
	disturb_samples(*state, FAULT_ALLOCATIONS);
}

static void a_review_whose_arena_ends_is_answered_500_or_right(void **state)
{
	disturb_samples(*state, FAULT_ARENA);
}

/* Scopes, an exemption in its last days and one that has expired: their notes take memory of their own. */
static void a_review_by_a_policy_with_everything_holds_as_well(void **state)
{
	static const char text[] =
	        "apiVersion: kedagate.io/v1\nkind: Policy\nprofile: restricted\nscopes:\n- namespaces: ['sh*']\n"
	        "  rules: {replica-bounds: warn}\nexemptions:\n- {rule: secret-inline, kind: ScaledObject, namespace: shop, "
	        "name: '*', reason: soon over, expires: 2027-01-20}\n- {rule: parameter-missing, kind: ScaledObject, "
	        "namespace: shop, name: demo, reason: long over, expires: 2026-01-20}\n";
	struct subject *subject = *state;

	kg_policy_unref(subject->policy);
	subject->policy = NULL;
	assert_int_equal(kg_policy_new(text, strlen(text), NULL, &subject->policy, NULL), 0);
	disturb_samples(subject, FAULT_ALLOCATION);
	disturb_samples(subject, FAULT_ALLOCATIONS);
	disturb_samples(subject, FAULT_ARENA);
}

/* As many as are kept, and more. */
static void a_review_with_very_many_findings_holds_as_well(void **state)
{
	struct subject *subject = *state;
	struct kg_buf object;

	kg_buf_init(&object, KG_MAX_BODY_BYTES);
	kg_buf_puts(&object, "{\"apiVersion\":\"keda.sh/v1alpha1\",\"kind\":\"ScaledObject\",\"metadata\":{\"name\":\"demo\"},\"spec\":{"
	                     "\"scaleTargetRef\":{\"name\":\"web\"},\"triggers\":[");
	for (int i = 0; i < 70; i++)
		kg_buf_printf(&object, "%s" TRIGGER, i > 0 ? "," : "");
	kg_buf_puts(&object, "]}}");
	put_body(subject, "CREATE", "ScaledObject", kg_buf_text(&object), "null");
	kg_buf_release(&object);
	disturb(subject, FAULT_ALLOCATION);
	disturb(subject, FAULT_ALLOCATIONS);
}

static void what_is_no_review_is_still_told_so(void **state)
{
	struct subject *subject = *state;
	static const char *const bodies[] = {"{", "[]",
	                                     "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"x\":1,\"x\":2}"};

	for (size_t i = 0; i < KG_ARRAY_LEN(bodies); i++) {
		kg_buf_clear(&subject->body);
		kg_buf_puts(&subject->body, bodies[i]);
		disturb(subject, FAULT_ALLOCATIONS);
		disturb(subject, FAULT_ARENA);
	}
}

/* Files of the corpus that are an object are put into a review. */
static void disturb_file(struct subject *subject, const char *path)
{
	struct kg_buf text;

	kg_buf_init(&text, KG_MAX_BODY_BYTES);
	assert_int_equal(kg_file_read(path, &text, NULL), 0);
	if (strstr(kg_buf_text(&text), "\"AdmissionReview\"") != NULL) {
		kg_buf_clear(&subject->body);
		kg_buf_append(&subject->body, text.data, text.length);
	} else {
		put_body(subject, "CREATE", strstr(kg_buf_text(&text), "\"ScaledJob\"") != NULL ? "ScaledJob" : "ScaledObject",
		         kg_buf_text(&text), "null");
	}
	kg_buf_release(&text);
	disturb(subject, FAULT_ALLOCATION);
}

static void every_review_of_the_corpus_holds(void **state)
{
	DIR *folder = opendir(CORPUS);
	const struct dirent *entry;
	char path[512];
	size_t files = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (strstr(entry->d_name, ".json") == NULL)
			continue;
		(void)snprintf(path, sizeof(path), CORPUS "/%s", entry->d_name);
		disturb_file(*state, path);
		files++;
	}
	(void)closedir(folder);
	assert_true(files > 40);
}

#define FAULT_TEST(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        FAULT_TEST(a_review_without_one_allocation_is_answered_500_or_right),
	        FAULT_TEST(a_review_without_memory_from_some_point_on_is_answered_500_or_right),
	        FAULT_TEST(a_review_whose_arena_ends_is_answered_500_or_right),
	        FAULT_TEST(a_review_by_a_policy_with_everything_holds_as_well),
	        FAULT_TEST(a_review_with_very_many_findings_holds_as_well),
	        FAULT_TEST(what_is_no_review_is_still_told_so),
	        FAULT_TEST(every_review_of_the_corpus_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
