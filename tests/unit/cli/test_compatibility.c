#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/compatibility.h"
#include "kedagate/base/compiler.h"
#include "kedagate/syntax/version.h"

static void releases_that_were_tested_together_are_no_matter(void **state)
{
	static const struct {
		uint32_t keda;
		const char *kubernetes;
	} rows[] = {
	        {KG_VERSION(2, 10, 0), "v1.24.0"}, {KG_VERSION(2, 17, 3), "v1.32.9"}, {KG_VERSION(2, 17, 3), "v1.30.1-gke.5"},
	        {KG_VERSION(2, 19, 0), "v1.34+"},  {KG_VERSION(2, 20, 0), "v1.40.0"}, /* nothing is known of it yet */
	        {KG_VERSION(2, 9, 0), "v1.40.0"},  {KG_VERSION(2, 17, 0), "v2.1"},    {KG_VERSION(2, 17, 0), ""},
	        {KG_VERSION(2, 17, 0), "v1.what"}, {KG_VERSION(2, 17, 0), NULL},      {0, "v1.30.0"},
	};
	char out[KG_ERR_MESSAGE_MAX];

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++)
		assert_null(kg_compatibility_doubt(rows[i].keda, rows[i].kubernetes, out));
}

static void others_are_said(void **state)
{
	char out[KG_ERR_MESSAGE_MAX];

	(void)state;
	assert_string_equal(kg_compatibility_doubt(KG_VERSION(2, 17, 1), "v1.33.0", out),
	                    "KEDA 2.17 was tested with Kubernetes 1.30 to 1.32, and this is 1.33: upgrade the older one");
	assert_non_null(kg_compatibility_doubt(KG_VERSION(2, 17, 1), "1.29.15+k3s1", out));
	assert_non_null(strstr(out, "this is 1.29"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(releases_that_were_tested_together_are_no_matter),
	        cmocka_unit_test(others_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
