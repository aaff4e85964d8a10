#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/report/sample.h"

enum { TEXT = 0 };

struct fixture {
	struct sample sample;
	struct kg_report_options options;
	struct kg_arena arena;
	struct kg_buf out;
};

static int setup(void **state)
{
	static struct fixture fixture;

	sample_init(&fixture.sample);
	fixture.options = (struct kg_report_options){.colour = false};
	kg_arena_init(&fixture.arena, 1 << 20);
	kg_buf_init(&fixture.out, 1 << 20);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	kg_arena_release(&f->arena);
	kg_buf_release(&f->out);
	return 0;
}

static const char *written(struct fixture *f)
{
	kg_buf_clear(&f->out);
	assert_int_equal(kg_report_write(TEXT, &f->sample.report, &f->options, &f->arena, &f->out), 0);
	return kg_buf_text(&f->out);
}

static void findings_errors_and_a_summary_stand_in_columns(void **state)
{
	assert_string_equal(written(*state),
	                    "deploy/orders.yaml:24:7  deny  spec.triggers[0].metadata.sslmode: Invalid value: \"disable\": the access "
	                    "token would travel unencrypted  [credentials-in-clear-text]\n"
	                    "                               write sslmode: require\n"
	                    "deploy/orders.yaml:31:9  warn  spec.triggers[1].metadata.queueLenght: unknown parameter, did you mean "
	                    "\"queueLength\"?  [parameter-unknown]\n"
	                    "deploy/auth.yaml:5:3     warn  spec.podIdentity.identityId: Required value: without it every workload "
	                    "shares the operator's own identity  [identity-id-missing]\n"
	                    "deploy/broken.yaml:3:1   error did not find expected key\n"
	                    "\n"
	                    "3 resources in 3 files, KEDA 2.20.2: 1 denied, 1 warned, 1 error\n");
}

static void what_is_excused_says_why_and_until_when(void **state)
{
	struct fixture *f = *state;

	f->sample.report.result_count = 1;
	f->sample.report.error_count = 0;
	f->sample.orders[0].exemption = &sample_exemption;
	f->sample.orders[0].excused = true;
	f->sample.orders[1].exemption = &sample_exemption;
	assert_string_equal(written(f),
	                    "deploy/orders.yaml:24:7  excused spec.triggers[0].metadata.sslmode: Invalid value: \"disable\": the access "
	                    "token would travel unencrypted  [credentials-in-clear-text]\n"
	                    "                                 write sslmode: require\n"
	                    "                                 exempted until 2027-01-31 (the broker moves in Q1)\n"
	                    "deploy/orders.yaml:31:9  warn    spec.triggers[1].metadata.queueLenght: unknown parameter, did you mean "
	                    "\"queueLength\"?  [parameter-unknown]\n"
	                    "                                 its exemption expired on 2027-01-31\n"
	                    "\n"
	                    "1 resource in 3 files, KEDA 2.20.2: 1 denied, 0 warned, 1 finding excused\n");
}

static void remarks_on_policies_are_warnings(void **state)
{
	struct fixture *f = *state;

	f->sample.report = (struct kg_report){
	        .keda_version = "2.20.2", .file_count = 1, .policy_count = 1, .remarks = f->sample.errors, .remark_count = 1};
	assert_string_equal(written(f), "deploy/broken.yaml:3:1  warn  did not find expected key\n\n"
	                                "0 resources in 1 file, KEDA 2.20.2: 0 denied, 0 warned; 1 policy with 1 warning\n");
}

static void a_clean_report_is_one_line(void **state)
{
	struct fixture *f = *state;

	f->sample.report = (struct kg_report){.keda_version = "2.20.2",
	                                      .keda_version_assumed = true,
	                                      .file_count = 1,
	                                      .results = f->sample.results + 2,
	                                      .result_count = 1};
	assert_string_equal(written(f), "1 resource in 1 file, KEDA 2.20.2 (newest known): 0 denied, 0 warned\n");
}

static void colours_come_only_when_asked_for(void **state)
{
	struct fixture *f = *state;

	assert_null(strchr(written(f), '\x1b'));
	f->options.colour = true;
	assert_non_null(strstr(written(f), "\x1b[31;1mdeny\x1b[0m"));
	assert_non_null(strstr(written(f), "\x1b[33mwarn\x1b[0m"));
}

static void what_a_terminal_would_obey_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct kg_finding hostile = sample_missing;

	hostile.path = "metadata.annotations[\x1b]0;x\x07]";
	hostile.fix = "line\nfeed";
	f->sample.auth[0].finding = &hostile;
	f->sample.results[0].file = "a\x1b[2Jb\xff.yaml";
	f->sample.errors[0].message = "bad \xc2\x9b byte";
	for (const char *at = written(f); *at != '\0'; at++)
		assert_true((unsigned char)*at >= 0x20 || *at == '\n');
	assert_non_null(strstr(written(f), "a?[2Jb?.yaml:24:7"));
	assert_non_null(strstr(written(f), "metadata.annotations[?]0;x?]"));
	assert_non_null(strstr(written(f), "line?feed"));
	assert_non_null(strstr(written(f), "bad ? byte"));
}

static void a_live_object_is_named_where_a_file_would_be(void **state)
{
	struct fixture *f = *state;

	f->sample.results[0].file = NULL;
	f->sample.report.result_count = 1;
	f->sample.report.error_count = 0;
	assert_non_null(strstr(written(f), "ScaledObject shop/orders  deny  spec.triggers"));
}

static void a_long_location_does_not_move_the_others(void **state)
{
	struct fixture *f = *state;

	f->sample.results[0].file = "a/very/long/path/of/more/than/sixty/characters/which/is/quite/enough/orders.yaml";
	assert_non_null(strstr(written(f), "enough/orders.yaml:24:7  deny  spec"));
	assert_non_null(strstr(written(f), "\ndeploy/auth.yaml:5:3    warn  spec"));
}

static void findings_that_were_left_out_are_counted(void **state)
{
	struct fixture *f = *state;

	f->sample.results[0].dropped = 12;
	assert_non_null(strstr(written(f), "and 12 more findings in this object\n"));
}

static void an_error_without_a_position_names_the_file_alone(void **state)
{
	struct fixture *f = *state;

	f->sample.errors[0] = (struct kg_report_error){.file = "gone.yaml", .message = "cannot read gone.yaml"};
	assert_non_null(strstr(written(f), "\ngone.yaml                error cannot read gone.yaml\n"));
}

static void running_out_of_memory_is_reported(void **state)
{
	struct fixture *f = *state;

	kg_arena_release(&f->arena);
	kg_arena_init(&f->arena, 64);
	assert_int_equal(kg_report_write(TEXT, &f->sample.report, &f->options, &f->arena, &f->out), KG_ENOMEM);
}

static void a_full_buffer_is_reported(void **state)
{
	struct fixture *f = *state;

	kg_buf_release(&f->out);
	kg_buf_init(&f->out, 100);
	assert_int_equal(kg_report_write(TEXT, &f->sample.report, &f->options, &f->arena, &f->out), KG_ELIMIT);
}

static void each_object_counts_once_by_its_verdict(void **state)
{
	struct fixture *f = *state;
	struct kg_report_totals totals = kg_report_count(&f->sample.report);

	assert_int_equal(totals.objects, 3);
	assert_int_equal(totals.denied, 1);
	assert_int_equal(totals.warned, 1);
	assert_int_equal(totals.errors, 1);
}

static void an_upgrade_counts_what_breaks_and_what_may(void **state)
{
	struct fixture *f = *state;

	f->sample.report.from_version = "2.16.0";
	assert_non_null(
	        strstr(written(f), "\n1 of 3 resources would break with KEDA 2.20.2 for what works with 2.16.0, 1 warned, 1 error\n"));
	assert_null(strstr(written(f), "found there too"));
	f->sample.orders[0].found_before = true;
	assert_non_null(strstr(written(f),
	                       "\n0 of 3 resources would break with KEDA 2.20.2 for what works with 2.16.0, 1 may, 1 warned, 1 error\n"));
	assert_non_null(strstr(written(f), "write sslmode: require\n"
	                                   "                               not denied with KEDA 2.16.0, but found there too\n"));
}

#define TEST(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(findings_errors_and_a_summary_stand_in_columns),
	        TEST(a_clean_report_is_one_line),
	        TEST(an_upgrade_counts_what_breaks_and_what_may),
	        TEST(what_is_excused_says_why_and_until_when),
	        TEST(remarks_on_policies_are_warnings),
	        TEST(colours_come_only_when_asked_for),
	        TEST(what_a_terminal_would_obey_is_replaced),
	        TEST(a_live_object_is_named_where_a_file_would_be),
	        TEST(a_long_location_does_not_move_the_others),
	        TEST(findings_that_were_left_out_are_counted),
	        TEST(an_error_without_a_position_names_the_file_alone),
	        TEST(running_out_of_memory_is_reported),
	        TEST(a_full_buffer_is_reported),
	        TEST(each_object_counts_once_by_its_verdict),
	};

	return cmocka_run_group_tests_name("report text", tests, NULL, NULL);
}
