#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/report/libraries.h"
#include "unit/report/sample.h"

enum { JSON = 1 };

struct fixture {
	struct sample sample;
	struct kg_arena arena;
	json_t *document;
};

static int setup(void **state)
{
	static struct fixture fixture;

	sample_init(&fixture.sample);
	kg_arena_init(&fixture.arena, 1 << 20);
	fixture.document = NULL;
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	kg_arena_release(&f->arena);
	json_decref(f->document);
	return 0;
}

/* Write the report and read it again. */
static json_t *written(struct fixture *f)
{
	const struct kg_report_options options = {.colour = true};
	struct kg_buf out;

	kg_buf_init(&out, 1 << 20);
	assert_int_equal(kg_report_write(JSON, &f->sample.report, &options, &f->arena, &out), 0);
	f->document = json_loadb(out.data, out.length, JSON_REJECT_DUPLICATES, NULL);
	kg_buf_release(&out);
	assert_non_null(f->document);
	return f->document;
}

static void assert_json(const json_t *value, const char *expected)
{
	json_t *wanted = json_loads(expected, JSON_DECODE_ANY, NULL);

	assert_non_null(wanted);
	if (!json_equal(value, wanted)) {
		char *text = json_dumps(value, JSON_ENCODE_ANY);

		fail_msg("%s\nis not\n%s", text, expected);
	}
	json_decref(wanted);
}

static json_t *result(json_t *document, size_t index)
{
	return json_array_get(json_object_get(document, "results"), index);
}

static json_t *finding(json_t *document, size_t result_index, size_t index)
{
	return json_array_get(json_object_get(result(document, result_index), "findings"), index);
}

static void the_frame_names_version_summary_and_errors(void **state)
{
	json_t *document = written(*state);

	json_object_del(document, "results");
	assert_json(document,
	            "{\"apiVersion\": \"kedagate.io/v1\", \"kind\": \"Report\", \"kedaVersion\": \"2.20.2\","
	            " \"summary\": {\"objects\": 3, \"denied\": 1, \"warned\": 1, \"excused\": 0, \"errors\": 1, \"policies\": 0},"
	            " \"policyWarnings\": [],"
	            " \"errors\": [{\"file\": \"deploy/broken.yaml\", \"line\": 3, \"column\": 1, \"message\": \"did not find "
	            "expected key\"}]}");
}

static void a_result_says_which_object_it_is(void **state)
{
	json_t *document = written(*state);

	for (size_t i = 0; i < 3; i++)
		json_object_del(result(document, i), "findings");
	assert_json(json_object_get(document, "results"),
	            "[{\"file\": \"deploy/orders.yaml\", \"line\": 2, \"document\": 1, \"kind\": \"ScaledObject\", \"namespace\": \"shop\","
	            "  \"name\": \"orders\", \"verdict\": \"deny\"},"
	            " {\"file\": \"deploy/auth.yaml\", \"line\": 1, \"document\": 0, \"kind\": \"ClusterTriggerAuthentication\","
	            "  \"namespace\": null, \"name\": null, \"verdict\": \"warn\"},"
	            " {\"file\": \"deploy/auth.yaml\", \"line\": 20, \"document\": 1, \"kind\": \"TriggerAuthentication\","
	            "  \"namespace\": \"shop\", \"name\": \"fine\", \"verdict\": \"allow\"}]");
}

static void a_finding_has_its_path_apart_from_its_message(void **state)
{
	assert_json(finding(written(*state), 0, 0),
	            "{\"rule\": \"credentials-in-clear-text\", \"category\": \"security\", \"action\": \"deny\","
	            " \"path\": \"spec.triggers[0].metadata.sslmode\", \"line\": 24, \"column\": 7, \"type\": \"FieldValueInvalid\","
	            " \"message\": \"Invalid value: \\\"disable\\\": the access token would travel unencrypted\","
	            " \"fix\": \"write sslmode: require\"}");
}

static void a_finding_without_a_fix_has_null(void **state)
{
	assert_json(json_object_get(finding(written(*state), 1, 0), "fix"), "null");
}

static void an_exemption_is_told_while_it_counts_and_after(void **state)
{
	struct fixture *f = *state;
	json_t *document;

	f->sample.orders[0].exemption = &sample_exemption;
	f->sample.orders[0].excused = true;
	f->sample.orders[1].exemption = &sample_exemption;
	document = written(f);
	assert_json(json_object_get(finding(document, 0, 0), "action"), "\"excused\"");
	assert_json(json_object_get(finding(document, 0, 0), "exemption"),
	            "{\"active\": true, \"reason\": \"the broker moves in Q1\", \"expires\": \"2027-01-31\", \"policyLine\": 12}");
	assert_json(json_object_get(finding(document, 0, 1), "action"), "\"warn\"");
	assert_json(json_object_get(json_object_get(finding(document, 0, 1), "exemption"), "active"), "false");
	assert_json(json_object_get(json_object_get(document, "summary"), "excused"), "1");
}

static void remarks_on_policies_stand_apart_from_errors(void **state)
{
	struct fixture *f = *state;

	f->sample.report.remarks = f->sample.errors;
	f->sample.report.remark_count = 1;
	f->sample.report.error_count = 0;
	f->sample.report.policy_count = 2;
	assert_json(json_object_get(written(f), "policyWarnings"),
	            "[{\"file\": \"deploy/broken.yaml\", \"line\": 3, \"column\": 1, \"message\": \"did not find expected key\"}]");
	assert_json(json_object_get(f->document, "errors"), "[]");
	assert_json(json_object_get(json_object_get(f->document, "summary"), "policies"), "2");
}

static void an_object_without_findings_has_an_empty_list(void **state)
{
	assert_json(json_object_get(result(written(*state), 2), "findings"), "[]");
}

static void a_file_name_that_is_no_utf8_is_mended(void **state)
{
	struct fixture *f = *state;

	f->sample.results[0].file = "a\xff.yaml";
	assert_json(json_object_get(result(written(f), 0), "file"), "\"a\\ufffd.yaml\"");
}

static void findings_that_were_left_out_are_counted(void **state)
{
	struct fixture *f = *state;

	assert_null(json_object_get(result(written(f), 0), "findingsLeftOut"));
	json_decref(f->document);
	f->sample.results[0].dropped = 12;
	assert_json(json_object_get(result(written(f), 0), "findingsLeftOut"), "12");
}

/* An arena of 64 bytes holds not even its first block. */
static void assert_no_memory(struct fixture *f)
{
	const struct kg_report_options options = {.colour = false};
	struct kg_buf out;

	kg_arena_release(&f->arena);
	kg_arena_init(&f->arena, 64);
	kg_buf_init(&out, 1 << 20);
	assert_int_equal(kg_report_write(JSON, &f->sample.report, &options, &f->arena, &out), KG_ENOMEM);
	kg_buf_release(&out);
}

static void running_out_of_memory_for_a_message_is_reported(void **state)
{
	assert_no_memory(*state);
}

static void running_out_of_memory_for_a_file_name_is_reported(void **state)
{
	struct fixture *f = *state;

	f->sample.results[2].file = "a name of some length, so that it does not fit \xff.yaml";
	f->sample.report.results = &f->sample.results[2];
	f->sample.report.result_count = 1;
	assert_no_memory(f);
}

static void an_upgrade_names_both_versions_and_what_is_new(void **state)
{
	struct fixture *f = *state;
	json_t *document;
	json_t *findings;

	f->sample.report.from_version = "2.16.0";
	f->sample.orders[1].found_before = true;
	document = written(f);
	findings = json_object_get(json_array_get(json_object_get(document, "results"), 0), "findings");
	assert_json(json_object_get(document, "fromVersion"), "\"2.16.0\"");
	assert_json(json_object_get(json_array_get(findings, 0), "new"), "true");
	assert_json(json_object_get(json_array_get(findings, 1), "new"), "false");
}

static void the_library_names_its_version(void **state)
{
	struct kg_library libraries[KG_REPORT_LIBRARIES];

	(void)state;
	kg_report_libraries(libraries);
	assert_string_equal(libraries[0].name, "jansson");
	assert_string_equal(libraries[0].version, jansson_version_str());
}

#define TEST(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(an_exemption_is_told_while_it_counts_and_after),    TEST(remarks_on_policies_stand_apart_from_errors),
	        TEST(the_frame_names_version_summary_and_errors),        TEST(a_result_says_which_object_it_is),
	        TEST(a_finding_has_its_path_apart_from_its_message),     TEST(a_finding_without_a_fix_has_null),
	        TEST(an_object_without_findings_has_an_empty_list),      TEST(a_file_name_that_is_no_utf8_is_mended),
	        TEST(findings_that_were_left_out_are_counted),           TEST(running_out_of_memory_for_a_message_is_reported),
	        TEST(running_out_of_memory_for_a_file_name_is_reported), TEST(the_library_names_its_version),
	        TEST(an_upgrade_names_both_versions_and_what_is_new),
	};

	return cmocka_run_group_tests_name("report json", tests, NULL, NULL);
}
