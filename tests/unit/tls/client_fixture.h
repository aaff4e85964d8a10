/*
 * An authority of clients, a client of it, and a trust over a temporary directory.
 */
#pragma once

#include "kedagate/tls/client_trust.h"
#include "unit/tls/fixture.h"

#define CLIENT .constraints = "critical,CA:FALSE", .usage = "critical,digitalSignature", .extended_usage = "clientAuth"

struct client_fixture {
	struct directory directory;
	struct forged_pair authority;
	struct kg_client_trust *trust;
	struct kg_err err;
};

static inline void client_put_authorities(struct client_fixture *f, const struct forged_pair *const *authorities)
{
	struct kg_pem_pair pem;

	forged_pem(authorities, authorities[0], &pem);
	directory_put(&f->directory, "ca.crt", pem.certificate.data, pem.certificate.length);
	kg_pem_pair_release(&pem);
}

static inline int client_reload(struct client_fixture *f)
{
	f->err = (struct kg_err){0};
	return kg_client_trust_reload(f->trust, directory_path(&f->directory, "ca.crt"), &f->err);
}

static inline int client_set_up(void **state)
{
	static struct client_fixture fixture;
	const struct forgery forgery = {.common_name = "client authority", AUTHORITY};

	directory_make(&fixture.directory);
	forge(&forgery, &fixture.authority);
	fixture.trust = kg_client_trust_new(NULL);
	assert_non_null(fixture.trust);
	client_put_authorities(&fixture, (const struct forged_pair *[]){&fixture.authority, NULL});
	*state = &fixture;
	return 0;
}

static inline int client_tear_down(void **state)
{
	struct client_fixture *f = *state;

	kg_client_trust_free(f->trust);
	forged_release(&f->authority);
	directory_remove(&f->directory);
	return 0;
}

/* A certificate as it comes in a handshake. OPENSSL_free(datum.data). */
static inline gnutls_datum_t client_encode(X509 *certificate)
{
	unsigned char *der = NULL;
	int length = i2d_X509(certificate, &der);

	assert_true(length > 0);
	return (gnutls_datum_t){der, (unsigned)length};
}

/* 0, the alert to send, or KG_ENOMEM. */
static inline int client_judge(struct client_fixture *f, const gnutls_datum_t *certificate, struct kg_caller *ret_caller)
{
	const struct kg_client_chain chain = {certificate, 1};
	gnutls_alert_description_t alert;
	int status;

	f->err = (struct kg_err){0};
	status = kg_client_trust_judge(f->trust, &chain, NOW, ret_caller, &alert, &f->err);
	return status == KG_EINVAL ? (int)alert : status;
}

#define WITH_CLIENTS(test_) cmocka_unit_test_setup_teardown(test_, client_set_up, client_tear_down)
