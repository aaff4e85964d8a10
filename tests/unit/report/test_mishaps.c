#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "support/faults/faults.h"
#include "unit/report/sample.h"

/* A report in one format, and its text without a fault. */
struct subject {
	struct sample sample;
	size_t format;
	struct kg_buf expected;
};

static int write_with(const struct subject *subject, const struct fault *fault, struct kg_buf *out, bool *ret_met)
{
	const struct kg_report_options options = {.colour = true};
	struct kg_arena arena;
	int status;

	kg_buf_init(out, 1 << 20);
	if (fault != NULL)
		fault_arm(fault);
	kg_arena_init(&arena, 1 << 20);
	status = kg_report_write(subject->format, &subject->sample.report, &options, &arena, out);
	*ret_met = fault != NULL && fault_disarm();
	kg_arena_release(&arena);
	return status;
}

static bool attempt(const struct fault *fault, void *context)
{
	const struct subject *subject = context;
	struct kg_buf out;
	bool met;
	int status = write_with(subject, fault, &out, &met);

	if (status == 0)
		assert_string_equal(kg_buf_text(&out), kg_buf_text(&subject->expected));
	else if (!met || status != KG_ENOMEM)
		fail_msg("%s: %s, number %lu: %d", kg_report_formats[subject->format], fault_name(fault->kind), fault->number, status);
	kg_buf_release(&out);
	return met;
}

static void disturb(enum fault_kind kind)
{
	struct subject subject;
	bool met;

	sample_init(&subject.sample);
	for (subject.format = 0; kg_report_formats[subject.format] != NULL; subject.format++) {
		assert_int_equal(write_with(&subject, NULL, &subject.expected, &met), 0);
		assert_true(fault_each(kind, attempt, &subject) > 0);
		kg_buf_release(&subject.expected);
	}
}

static void a_report_without_one_allocation_is_whole_or_none(void **state)
{
	(void)state;
	disturb(FAULT_ALLOCATION);
}

static void a_report_without_memory_from_some_point_on_is_whole_or_none(void **state)
{
	(void)state;
	disturb(FAULT_ALLOCATIONS);
}

static void a_report_whose_arena_ends_is_whole_or_none(void **state)
{
	(void)state;
	disturb(FAULT_ARENA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_report_without_one_allocation_is_whole_or_none),
	        cmocka_unit_test(a_report_without_memory_from_some_point_on_is_whole_or_none),
	        cmocka_unit_test(a_report_whose_arena_ends_is_whole_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
