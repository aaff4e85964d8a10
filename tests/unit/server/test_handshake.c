#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gnutls/gnutls.h>

#include "kedagate/base/compiler.h"
#include "server/handshake.h"

enum { SUITES_MAX = 64 };

struct offer {
	gnutls_priority_t priorities;
	const char *suites[SUITES_MAX];
	size_t count;
	bool has_1_2;
	bool has_1_3;
};

static void open_offer(struct offer *offer, enum kg_tls_version minimum)
{
	memset(offer, 0, sizeof(*offer));
	assert_int_equal(gnutls_priority_init(&offer->priorities, kg_handshake_priorities(minimum), NULL), GNUTLS_E_SUCCESS);
	for (unsigned i = 0;; i++) {
		unsigned suite;
		int code = gnutls_priority_get_cipher_suite_index(offer->priorities, i, &suite);
		gnutls_protocol_t version = GNUTLS_VERSION_UNKNOWN;

		if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (code != 0)
			continue;
		assert_true(offer->count < SUITES_MAX);
		offer->suites[offer->count++] = gnutls_cipher_suite_info(suite, NULL, NULL, NULL, NULL, &version);
		offer->has_1_2 |= version == GNUTLS_TLS1_2;
		offer->has_1_3 |= version == GNUTLS_TLS1_3;
	}
}

static void assert_aead(const struct offer *offer)
{
	for (size_t i = 0; i < offer->count; i++) {
		assert_true(strstr(offer->suites[i], "GCM") != NULL || strstr(offer->suites[i], "CHACHA20_POLY1305") != NULL);
		/* Of 1.3 the name says nothing about the key exchange. */
		assert_true(strncmp(offer->suites[i], "TLS_ECDHE_", 10) == 0 || strncmp(offer->suites[i], "TLS_AES_", 8) == 0 ||
		            strncmp(offer->suites[i], "TLS_CHACHA20_", 13) == 0);
	}
}

static void tls_1_3_alone_by_default(void **state)
{
	struct offer offer;
	const unsigned *protocols;
	int count;

	(void)state;
	open_offer(&offer, KG_TLS_1_3);
	count = gnutls_priority_protocol_list(offer.priorities, &protocols);
	assert_int_equal(count, 1);
	assert_int_equal(protocols[0], GNUTLS_TLS1_3);
	assert_int_equal(offer.count, 3);
	assert_aead(&offer);
	gnutls_priority_deinit(offer.priorities);
}

static void tls_1_2_with_ecdhe_and_aead_when_asked_for(void **state)
{
	struct offer offer;

	(void)state;
	open_offer(&offer, KG_TLS_1_2);
	assert_true(offer.has_1_2);
	assert_true(offer.has_1_3);
	/* Three ciphers, of 1.2 with an ECDSA or an RSA certificate. */
	assert_int_equal(offer.count, 9);
	assert_aead(&offer);
	gnutls_priority_deinit(offer.priorities);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(tls_1_3_alone_by_default),
	        cmocka_unit_test(tls_1_2_with_ecdhe_and_aead_when_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
