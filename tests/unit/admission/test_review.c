#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "kedagate/admission/admission.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"

/* An object that every version of KEDA takes, one that is denied, and one that is denied twice and warned of. */
#define GOOD_SPEC                                                                                                                          \
	"{\"scaleTargetRef\":{\"name\":\"web\"},\"triggers\":[{\"type\":\"cron\",\"metadata\":{\"timezone\":\"UTC\",\"start\":\"0 8 * * "  \
	"*\","                                                                                                                             \
	"\"end\":\"0 18 * * *\",\"desiredReplicas\":\"3\"}}]}"
#define BAD_SPEC "{\"scaleTargetRef\":{\"name\":\"web\"},\"triggers\":[]}"
#define WORSE_SPEC                                                                                                                         \
	"{\"scaleTargetRef\":{\"name\":\"web\"},\"minReplicaCount\":9,\"maxReplicaCount\":3,\"triggers\":["                                \
	"{\"type\":\"prometheus\",\"metadata\":{\"serverAddress\":\"http://p:9090\",\"query\":\"up\",\"tresholds\":\"1\"}}]}"
#define OBJECT(metadata_, spec_)                                                                                                           \
	"{\"apiVersion\":\"keda.sh/v1alpha1\",\"kind\":\"ScaledObject\",\"metadata\":{\"name\":\"demo\",\"namespace\":\"shop\"" metadata_  \
	"},\"spec\":" spec_ "}"

struct fixture {
	struct kg_arena arena;
	struct kg_buf body, answer;
	struct kg_policy *policy;
	struct kg_admission_summary summary;
	json_t *review;
};

static int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	kg_arena_init(&f.arena, KG_MAX_REVIEW_ARENA_BYTES);
	kg_buf_init(&f.body, KG_MAX_BODY_BYTES);
	kg_buf_init(&f.answer, KG_MAX_BODY_BYTES);
	*state = &f;
	return kg_policy_new(NULL, 0, NULL, &f.policy, NULL);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	json_decref(f->review);
	kg_policy_unref(f->policy);
	kg_buf_release(&f->answer);
	kg_buf_release(&f->body);
	kg_arena_release(&f->arena);
	return 0;
}

/* Send what is in f->body; returns the HTTP status. */
static int send_body(struct fixture *f)
{
	const struct kg_admission_env env = {.policy = f->policy, .world = kg_world_blind(), .now = 1800000000};
	int status = kg_admission_review(&env, &f->body, &f->arena, &f->answer, &f->summary);

	json_decref(f->review);
	f->review = status == 200 ? json_loadb(f->answer.data, f->answer.length, 0, NULL) : NULL;
	assert_true(status != 200 || f->review);
	return status;
}

static int send_text(struct fixture *f, const char *text)
{
	kg_buf_clear(&f->body);
	kg_buf_puts(&f->body, text);
	return send_body(f);
}

/* What varies from review to review; the rest is a CREATE of a ScaledObject. */
struct sample {
	const char *operation, *kind, *subresource, *object, *old_object;
};

static int send_sample(struct fixture *f, const struct sample *sample)
{
	kg_buf_clear(&f->body);
	kg_buf_printf(&f->body,
	              "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/"
	              "v1\",\"request\":{\"uid\":\"u-1\",\"kind\":{\"group\":\"keda.sh\","
	              "\"version\":\"v1alpha1\",\"kind\":\"%s\"},\"subResource\":\"%s\",\"name\":\"demo\",\"namespace\":\"shop\","
	              "\"operation\":\"%s\","
	              "\"userInfo\":{\"username\":\"ci\"},\"object\":%s,\"oldObject\":%s,\"dryRun\":true}}",
	              sample->kind ? sample->kind : "ScaledObject", sample->subresource ? sample->subresource : "",
	              sample->operation ? sample->operation : "CREATE", sample->object ? sample->object : "null",
	              sample->old_object ? sample->old_object : "null");
	return send_body(f);
}

static const json_t *response_of(const struct fixture *f)
{
	return json_object_get(f->review, "response");
}

static bool allowed(const struct fixture *f)
{
	return json_is_true(json_object_get(response_of(f), "allowed"));
}

static const char *annotation(const struct fixture *f, const char *name)
{
	return json_string_value(json_object_get(json_object_get(response_of(f), "auditAnnotations"), name));
}

static void a_good_object_is_allowed_in_the_words_of_the_version_that_asked(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(send_sample(f, &(struct sample){.object = OBJECT("", GOOD_SPEC)}), 200);
	assert_string_equal(json_string_value(json_object_get(f->review, "apiVersion")), "admission.k8s.io/v1");
	assert_string_equal(json_string_value(json_object_get(f->review, "kind")), "AdmissionReview");
	assert_string_equal(json_string_value(json_object_get(response_of(f), "uid")), "u-1");
	assert_true(allowed(f));
	assert_null(json_object_get(response_of(f), "warnings"));
	assert_null(json_object_get(response_of(f), "status"));
	assert_string_equal(annotation(f, "verdict"), "allow");
	assert_string_equal(f->summary.verdict, "allow");

	assert_int_equal(
	        send_text(f,
	                  "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1beta1\",\"request\":{\"uid\":\"b\",\"kind\":{"
	                  "\"group\":\"apps\",\"kind\":\"Deployment\"},\"operation\":\"CREATE\",\"object\":{}}}"),
	        200);
	assert_string_equal(json_string_value(json_object_get(f->review, "apiVersion")), "admission.k8s.io/v1beta1");
}

static void a_denial_says_everything_twice(void **state)
{
	struct fixture *f = *state;
	const json_t *status = NULL;
	const json_t *causes = NULL;
	const char *message = NULL;

	assert_int_equal(send_sample(f, &(struct sample){.object = OBJECT("", WORSE_SPEC)}), 200);
	assert_false(allowed(f));
	status = json_object_get(response_of(f), "status");
	message = json_string_value(json_object_get(status, "message"));
	causes = json_object_get(json_object_get(status, "details"), "causes");
	assert_int_equal(json_integer_value(json_object_get(status, "code")), 403);
	assert_string_equal(json_string_value(json_object_get(status, "reason")), "Forbidden");
	assert_int_equal(strncmp(message, "ScaledObject shop/demo: 2 problems\n  ", 37), 0);
	assert_non_null(strstr(message, "[replica-bounds]"));
	assert_non_null(strstr(message, "[parameter-missing]"));
	assert_non_null(strstr(message, "\n  Run \"kedagate explain replica-bounds\""));
	assert_int_equal(json_array_size(causes), 2);
	for (size_t i = 0; i < 2; i++) {
		const json_t *cause = json_array_get(causes, i);

		assert_int_equal(strncmp(json_string_value(json_object_get(cause, "reason")), "FieldValue", 10), 0);
		assert_non_null(strstr(message, json_string_value(json_object_get(cause, "field"))));
		assert_non_null(strchr(json_string_value(json_object_get(cause, "message")), '['));
	}
	assert_int_equal(json_array_size(json_object_get(response_of(f), "warnings")), 1);
	assert_non_null(strstr(annotation(f, "findings"), "deny replica-bounds spec."));
	assert_non_null(strstr(annotation(f, "findings"), "warn parameter-unknown spec.triggers[0].metadata.tresholds"));
	assert_int_equal(f->summary.rules.count, 3);
}

static void set_mode(struct fixture *f, const char *mode)
{
	kg_policy_unref(f->policy);
	assert_int_equal(kg_policy_new(NULL, 0, &(struct kg_policy_overrides){.mode = mode}, &f->policy, NULL), 0);
}

static void in_warn_mode_every_finding_is_a_warning_and_nothing_is_denied(void **state)
{
	struct fixture *f = *state;
	const json_t *warnings = NULL;

	set_mode(f, "warn");
	assert_int_equal(send_sample(f, &(struct sample){.object = OBJECT("", WORSE_SPEC)}), 200);
	warnings = json_object_get(response_of(f), "warnings");
	assert_true(allowed(f));
	assert_int_equal(json_array_size(warnings), 3);
	/* What would be denied comes before what is only warned of. */
	assert_non_null(strstr(json_string_value(json_array_get(warnings, 2)), "[parameter-unknown]"));
	assert_string_equal(annotation(f, "verdict"), "warn");
	assert_string_equal(annotation(f, "enforced-verdict"), "deny");
}

static void in_audit_mode_nothing_shows_but_the_annotations(void **state)
{
	struct fixture *f = *state;

	set_mode(f, "audit");
	assert_int_equal(send_sample(f, &(struct sample){.object = OBJECT("", WORSE_SPEC)}), 200);
	assert_true(allowed(f));
	assert_null(json_object_get(response_of(f), "warnings"));
	assert_string_equal(annotation(f, "verdict"), "allow");
	assert_non_null(strstr(annotation(f, "findings"), "audit replica-bounds"));
	assert_int_equal(f->summary.rules.count, 3);
}

/* It is 2027-01-15. */
static void review_with_exemption(struct fixture *f, const char *expires)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
	               "apiVersion: kedagate.io/v1\nkind: Policy\nexemptions:\n"
	               "  - {rule: replica-bounds, namespace: shop, name: demo, reason: moves in Q1, expires: %s}\n",
	               expires);
	kg_policy_unref(f->policy);
	assert_int_equal(kg_policy_new(text, strlen(text), NULL, &f->policy, NULL), 0);
	assert_int_equal(send_sample(f, &(struct sample){.object = OBJECT("", WORSE_SPEC)}), 200);
	assert_false(allowed(f));
}

static const char *message_of(const struct fixture *f)
{
	return json_string_value(json_object_get(json_object_get(response_of(f), "status"), "message"));
}

static void what_is_excused_shows_in_the_annotations_only(void **state)
{
	struct fixture *f = *state;

	review_with_exemption(f, "2027-06-30");
	assert_null(strstr(message_of(f), "replica-bounds"));
	assert_int_equal(json_array_size(json_object_get(response_of(f), "warnings")), 1);
	assert_non_null(strstr(annotation(f, "findings"), "excused replica-bounds"));
	assert_int_equal(f->summary.excused.count, 1);
}

static void in_its_last_days_an_exemption_warns(void **state)
{
	struct fixture *f = *state;
	const char *warning = NULL;

	review_with_exemption(f, "2027-01-20");
	assert_null(strstr(message_of(f), "replica-bounds"));
	for (size_t i = 0; i < 2; i++) {
		warning = json_string_value(json_array_get(json_object_get(response_of(f), "warnings"), i));
		assert_non_null(warning);
		if (strstr(warning, "[replica-bounds]"))
			break;
	}
	assert_non_null(strstr(warning, "exempted until 2027-01-20 (moves in Q1)"));
	assert_non_null(strstr(annotation(f, "findings"), "excused replica-bounds"));
}

static void a_denial_says_that_its_exemption_has_expired(void **state)
{
	struct fixture *f = *state;
	const json_t *causes = NULL;

	review_with_exemption(f, "2027-01-14");
	assert_non_null(strstr(message_of(f), "[replica-bounds]\n    its exemption expired on 2027-01-14"));
	causes = json_object_get(json_object_get(json_object_get(response_of(f), "status"), "details"), "causes");
	assert_non_null(strstr(json_string_value(json_object_get(json_array_get(causes, 0), "message")),
	                       "; its exemption expired on 2027-01-14 [replica-bounds]"));
	assert_non_null(strstr(annotation(f, "findings"), "deny replica-bounds"));
	assert_int_equal(f->summary.excused.count, 0);
}

struct skip {
	struct sample sample;
	const char *reason; /* NULL: judged and denied */
};

#define DELETING          ",\"deletionTimestamp\":\"2026-11-22T10:00:00Z\""
#define FINALIZERS(list_) ",\"finalizers\":[" list_ "]"

static const struct skip skips[] = {
        {{.object = OBJECT("", BAD_SPEC)}, NULL},
        {{.operation = "DELETE", .old_object = OBJECT("", BAD_SPEC)}, "delete"},
        {{.operation = "DELETE", .old_object = "{\"metadata\":[],\"spec\":\"\\u0000\"}"}, "delete"},
        {{.operation = "CONNECT", .object = "{}"}, "connect"},
        {{.operation = "UPDATE", .subresource = "status", .object = OBJECT("", BAD_SPEC), .old_object = "{}"}, "subresource"},
        {{.kind = "CloudEventSource", .object = "{}"}, "kind"},
        {{.operation = "UPDATE", .object = OBJECT(DELETING, BAD_SPEC), .old_object = OBJECT("", BAD_SPEC)}, "deleting"},
        {{.operation = "UPDATE", .object = OBJECT(DELETING, "[\"\\u0000\"]"), .old_object = "null"}, "deleting"},
        {{.object = OBJECT(DELETING, BAD_SPEC)}, NULL},
        {{.operation = "UPDATE", .object = OBJECT("", BAD_SPEC), .old_object = OBJECT(FINALIZERS("\"a\""), BAD_SPEC)}, "finalizers"},
        {{.operation = "UPDATE",
          .object = OBJECT(FINALIZERS("\"a\""), BAD_SPEC),
          .old_object = OBJECT(FINALIZERS("\"a\",\"b\""), BAD_SPEC)},
         "finalizers"},
        {{.operation = "UPDATE",
          .object = OBJECT(FINALIZERS("\"c\""), BAD_SPEC),
          .old_object = OBJECT(FINALIZERS("\"a\",\"b\""), BAD_SPEC)},
         NULL},
        {{.operation = "UPDATE", .object = OBJECT("", BAD_SPEC), .old_object = OBJECT(FINALIZERS("\"a\""), GOOD_SPEC)}, NULL},
        {{.operation = "UPDATE", .object = OBJECT("", BAD_SPEC), .old_object = OBJECT("", BAD_SPEC)}, NULL},
        {{.operation = "UPDATE",
          .object = OBJECT(",\"annotations\":{\"a\":\"b\"}", BAD_SPEC),
          .old_object = OBJECT(FINALIZERS("\"a\""), BAD_SPEC)},
         NULL},
        {{.operation = "UPDATE",
          .object = OBJECT(",\"annotations\":{\"a\":\"\\u0000\"}", BAD_SPEC),
          .old_object = OBJECT(",\"annotations\":{\"a\":\"\\ufffd\"}" FINALIZERS("\"a\""), BAD_SPEC)},
         NULL},
        {{.operation = "UPDATE",
          .object = OBJECT(",\"annotations\":{\"a\":\"\\u0000\"}", BAD_SPEC),
          .old_object = OBJECT(",\"annotations\":{\"a\":\"\\u0000\"}" FINALIZERS("\"a\""), BAD_SPEC)},
         "finalizers"},
};

static void what_must_never_be_blocked_is_not_judged(void **state)
{
	struct fixture *f = *state;

	f->policy->ratchet = false;
	for (size_t i = 0; i < KG_ARRAY_LEN(skips); i++) {
		const struct skip *skip = &skips[i];

		assert_int_equal(send_sample(f, &skip->sample), 200);
		if (allowed(f) != (skip->reason != NULL))
			fail_msg("row %zu: %s", i, f->answer.data);
		if (!skip->reason)
			continue;
		assert_string_equal(f->summary.verdict, "skip");
		assert_string_equal(f->summary.skip_reason, skip->reason);
		assert_string_equal(annotation(f, "skipped"), skip->reason);
	}
}

struct bad_body {
	const char *text;
	const char *message;
};

#define REVIEW(request_) "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":" request_ "}"
#define KIND             "\"kind\":{\"group\":\"keda.sh\",\"version\":\"v1alpha1\",\"kind\":\"ScaledObject\"}"

static const struct bad_body bad_bodies[] = {
        {"", "line 1 column 1"},
        {"{", "line 1"},
        {"[]", "not an AdmissionReview"},
        {"{\"kind\":\"Pod\"}", "kind: must be \"AdmissionReview\""},
        {"{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v2\"}", "apiVersion: must be"},
        {REVIEW("null"), "request: must be an object"},
        {REVIEW("{" KIND ",\"operation\":\"CREATE\",\"object\":{}}"), "request.uid"},
        {REVIEW("{" KIND ",\"uid\":\"\",\"operation\":\"CREATE\",\"object\":{}}"), "request.uid"},
        {REVIEW("{" KIND ",\"uid\":7,\"operation\":\"CREATE\",\"object\":{}}"), "request.uid"},
        {REVIEW("{" KIND ",\"uid\":\"u\",\"operation\":\"PATCH\",\"object\":{}}"), "request.operation"},
        {REVIEW("{\"uid\":\"u\",\"operation\":\"CREATE\",\"object\":{}}"), "request.kind.kind"},
        {REVIEW("{" KIND ",\"uid\":\"u\",\"operation\":\"CREATE\",\"object\":null}"), "request.object: must be an object for CREATE"},
        {REVIEW("{" KIND ",\"uid\":\"u\",\"operation\":\"UPDATE\",\"object\":[]}"), "request.object: must be an object for UPDATE"},
        {REVIEW("{\"uid\":\"a\",\"uid\":\"b\"}"), "duplicate member name"},
        {REVIEW("{\"uid\":\"\xff\"}"), "line 1"},
};

static void a_bad_request_gets_one_line_that_says_where(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(bad_bodies); i++) {
		int status = send_text(f, bad_bodies[i].text);
		const char *text = kg_buf_text(&f->answer);

		if (status != 400 || !strstr(text, bad_bodies[i].message))
			fail_msg("row %zu: %d %s", i, status, text);
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
		assert_string_equal(f->summary.verdict, "invalid");
	}
}

static void too_deep_json_is_refused(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < KG_MAX_DEPTH + 1; i++)
		kg_buf_putc(&f->body, '[');
	assert_int_equal(send_body(f), 400);
}

static void without_memory_the_answer_is_500_so_that_failure_policy_decides(void **state)
{
	struct fixture *f = *state;
	size_t steps = 0;
	int status = 500;

	for (size_t cap = 64; status == 500 && cap < (1u << 22); cap = cap + cap / 8, steps++) {
		kg_arena_release(&f->arena);
		kg_arena_init(&f->arena, cap);
		status = send_sample(f, &(struct sample){.object = OBJECT("", WORSE_SPEC)});
		assert_true(status == 500 || status == 200);
		if (status == 500)
			assert_string_equal(f->summary.verdict, "error");
	}
	assert_int_equal(status, 200);
	assert_true(steps > 3);
}

static void a_nul_escape_in_a_new_object_is_a_finding(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(send_sample(f, &(struct sample){.object = OBJECT(",\"labels\":{\"a\":\"x\\u0000y\"}", GOOD_SPEC)}), 200);
	assert_false(allowed(f));
	assert_non_null(strstr(f->answer.data, "field-malformed"));
}

static void an_update_of_what_was_bad_already_is_warned_of_and_says_so(void **state)
{
	struct fixture *f = *state;
	const json_t *warnings = NULL;

	assert_int_equal(send_sample(f, &(struct sample){.operation = "UPDATE",
	                                                 .object = OBJECT(",\"labels\":{\"a\":\"b\"}", WORSE_SPEC),
	                                                 .old_object = OBJECT("", WORSE_SPEC)}),
	                 200);
	warnings = json_object_get(response_of(f), "warnings");
	assert_true(allowed(f));
	assert_int_equal(json_array_size(warnings), 3);
	assert_non_null(strstr(json_string_value(json_array_get(warnings, 0)), "] (the stored object has it already)"));
	/* Where it is no matter of the ratchet, nothing is said of it. */
	assert_null(strstr(json_string_value(json_array_get(warnings, 2)), "stored"));
	assert_string_equal(annotation(f, "verdict"), "warn");
	assert_null(annotation(f, "enforced-verdict"));
	assert_non_null(strstr(annotation(f, "findings"), "stored replica-bounds spec."));
	assert_int_equal(f->summary.rules.count, 3);
	assert_int_equal(f->summary.stored.count, 2);
	assert_string_equal(f->summary.stored.names[0], "replica-bounds");
}

static void what_an_update_adds_to_what_was_bad_already_is_denied(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(send_sample(f, &(struct sample){.operation = "UPDATE",
	                                                 .object = OBJECT("", WORSE_SPEC),
	                                                 .old_object = OBJECT("", "{\"minReplicaCount\":9,\"maxReplicaCount\":3}")}),
	                 200);
	assert_false(allowed(f));
	assert_non_null(strstr(f->answer.data, "ScaledObject shop/demo: 1 problem\\n"));
	assert_non_null(strstr(annotation(f, "findings"), "stored replica-bounds"));
	assert_non_null(strstr(annotation(f, "findings"), "deny parameter-missing"));
}

static void only_an_update_has_something_stored(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(send_sample(f, &(struct sample){.object = OBJECT("", BAD_SPEC), .old_object = OBJECT("", BAD_SPEC)}), 200);
	assert_false(allowed(f));
}

static void a_warning_is_cut_but_what_it_ends_with(void **state)
{
	struct fixture *f = *state;
	struct kg_buf object;
	const char *warning = NULL;

	kg_buf_init(&object, 4096);
	kg_buf_puts(&object, "{\"metadata\":{\"name\":\"demo\"},\"spec\":{\"scaleTargetRef\":{\"name\":\"w\"},\"triggers\":[{\"type\":\"");
	for (int i = 0; i < 400; i++)
		kg_buf_putc(&object, 'x');
	kg_buf_puts(&object, "\",\"metadata\":{}}]}}");
	assert_int_equal(
	        send_sample(f, &(struct sample){.operation = "UPDATE", .object = kg_buf_text(&object), .old_object = kg_buf_text(&object)}),
	        200);
	warning = json_string_value(json_array_get(json_object_get(response_of(f), "warnings"), 0));
	assert_true(strlen(warning) <= KG_MAX_WARNING_BYTES);
	assert_non_null(strstr(warning, " [trigger-type-unknown] (the stored object has it already)"));
	kg_buf_release(&object);
}

static void a_generated_name_is_the_one_the_object_carries(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	        send_text(f, REVIEW("{" KIND
	                            ",\"uid\":\"u\",\"operation\":\"CREATE\",\"object\":{\"apiVersion\":\"keda.sh/v1alpha1\",\"kind\":"
	                            "\"ScaledObject\",\"metadata\":{\"generateName\":\"gen-\"},\"spec\":" BAD_SPEC "}}")),
	        200);
	assert_non_null(strstr(f->answer.data, "ScaledObject (generated name): 1 problem\\n"));
}

#define TEST(function_) cmocka_unit_test_setup_teardown(function_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(a_good_object_is_allowed_in_the_words_of_the_version_that_asked),
	        TEST(a_denial_says_everything_twice),
	        TEST(in_warn_mode_every_finding_is_a_warning_and_nothing_is_denied),
	        TEST(in_audit_mode_nothing_shows_but_the_annotations),
	        TEST(what_is_excused_shows_in_the_annotations_only),
	        TEST(in_its_last_days_an_exemption_warns),
	        TEST(a_denial_says_that_its_exemption_has_expired),
	        TEST(what_must_never_be_blocked_is_not_judged),
	        TEST(a_bad_request_gets_one_line_that_says_where),
	        TEST(too_deep_json_is_refused),
	        TEST(without_memory_the_answer_is_500_so_that_failure_policy_decides),
	        TEST(a_nul_escape_in_a_new_object_is_a_finding),
	        TEST(an_update_of_what_was_bad_already_is_warned_of_and_says_so),
	        TEST(what_an_update_adds_to_what_was_bad_already_is_denied),
	        TEST(only_an_update_has_something_stored),
	        TEST(a_warning_is_cut_but_what_it_ends_with),
	        TEST(a_generated_name_is_the_one_the_object_carries),
	};

	kg_json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
