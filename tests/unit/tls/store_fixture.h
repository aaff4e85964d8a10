/*
 * A certificate store over a temporary directory, and two good pairs to put there.
 */
#pragma once

#include "kedagate/tls/certstore.h"
#include "unit/tls/fixture.h"

struct fixture {
	struct directory directory;
	struct kg_pair_paths paths;
	char certificate[160];
	char key[160];
	struct kg_certstore *store;
	struct kg_pem_pair a, b; /* two good pairs */
	struct kg_err err;
};

static inline int set_up(void **state)
{
	static struct fixture fixture;
	const struct forgery forgery = {SERVER};

	directory_make(&fixture.directory);
	(void)snprintf(fixture.certificate, sizeof(fixture.certificate), "%s/tls.crt", fixture.directory.path);
	(void)snprintf(fixture.key, sizeof(fixture.key), "%s/tls.key", fixture.directory.path);
	fixture.paths = (struct kg_pair_paths){fixture.certificate, fixture.key};
	fixture.store = kg_certstore_new();
	assert_non_null(fixture.store);
	forge_pem(&forgery, &fixture.a);
	forge_pem(&forgery, &fixture.b);
	fixture.err = (struct kg_err){0};
	*state = &fixture;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	kg_certstore_free(f->store);
	kg_pem_pair_release(&f->a);
	kg_pem_pair_release(&f->b);
	directory_remove(&f->directory);
	return 0;
}

static inline int reload_at(struct fixture *f, time_t now)
{
	f->err = (struct kg_err){0};
	return kg_certstore_reload(f->store, &f->paths, now, &f->err);
}

static inline int reload(struct fixture *f)
{
	return reload_at(f, NOW);
}

static inline void assert_serial_of(const struct kg_pair_facts *facts, const struct kg_pem_pair *pair)
{
	const struct kg_pair_paths names = {"tls.crt", "tls.key"};
	struct kg_pair_facts expected;
	struct kg_err err;

	assert_int_equal(kg_pair_verify(pair, &names, NOW, &expected, &err), 0);
	assert_string_equal(facts->serial, expected.serial);
}

static inline void assert_serves(struct fixture *f, const struct kg_pem_pair *pair)
{
	struct kg_pair_facts facts;

	assert_true(kg_certstore_facts(f->store, &facts));
	assert_serial_of(&facts, pair);
}

static inline void serve_a(struct fixture *f)
{
	directory_put_pair(&f->directory, &f->a);
	assert_int_equal(reload(f), 0);
	assert_serves(f, &f->a);
}

#define WITH_STORE(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)
