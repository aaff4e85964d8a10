#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/token_text.h"

static void what_a_machine_made_looks_random(void **state)
{
	static const char *const texts[] = {
	        "Zq7kT2mB9xYp4Lr8",
	        "a1b2c3d4e5g",
	        "5f4dcc3b5aa765d61d8327deb882cf99",
	        "word, Zq7kT2mB9x, word",
	        "qZrTkXmBwYpLrSsWdEzXcV",
	        "https://hooks.example/T00000001/B0a1b2c3d4x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!kg_token_is_random(kg_slice_of(texts[i])))
			fail_msg("%s", texts[i]);
	}
}

static void words_numbers_and_guids_do_not(void **state)
{
	static const char *const texts[] = {
	        "",
	        "verify-full",
	        "orders-queue-2024",
	        "20240101120000",
	        "6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a11",
	        "azureManagedPrometheusResourceURL",
	        "GoogleApplicationCredentials",
	        "SELECT count(*) FROM orders",
	        "http://prometheus-k8s.monitoring.svc:9090/api/v1",
	        "1h30m",
	        "10Mi",
	        "deadbeef0a1b",
	        "internationalization",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (kg_token_is_random(kg_slice_of(texts[i])))
			fail_msg("%s", texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_a_machine_made_looks_random),
	        cmocka_unit_test(words_numbers_and_guids_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
