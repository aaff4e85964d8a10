#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/base64.h"

static void base64_is_padded_to_fours(void **state)
{
	static const struct {
		bool valid;
		const char *text;
	} rows[] = {
	        {true, ""},     {true, "YQ=="},  {true, "YWI="},  {true, "YWJj"},    {true, "+/+/"},  {false, "YQ"},
	        {false, "YQ="}, {false, "Y==="}, {false, "Y-_j"}, {false, "YWJj\n"}, {false, "Y=Jj"},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_base64_valid(kg_slice_of(rows[i].text)) != rows[i].valid)
			fail_msg("%s", rows[i].text);
	}
}

/* "$" is 0x24. */
static void a_byte_is_found_wherever_it_is(void **state)
{
	static const struct {
		bool found;
		const char *text;
	} rows[] = {
	        {true, "JGFi"},  {true, "YSRi"},  {true, "YWIk"},  {true, "YWJjJA=="}, {true, "YWJjYSQ="},
	        {false, "YWJj"}, {false, "YkAh"}, {false, "AJAA"}, {false, "JGF"},     {false, ""},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		if (kg_base64_holds(kg_slice_of(rows[i].text), '$') != rows[i].found)
			fail_msg("%s", rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(base64_is_padded_to_fours),
	        cmocka_unit_test(a_byte_is_found_wherever_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
