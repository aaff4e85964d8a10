/*
 * Pairs as GnuTLS takes them: in handshakes, over their life, and among threads.
 */
#include <gnutls/abstract.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "kedagate/tls/certstore.h"
#include "unit/tls/store_fixture.h"

/* Sign with the key, verify with the leaf: the pair is whole and alive. */
static void assert_pair_works(struct kg_served_pair *pair)
{
	gnutls_datum_t text = {(unsigned char *)(uintptr_t) "text", 4};
	gnutls_datum_t signature;

	assert_int_equal(gnutls_privkey_sign_data2(pair->key, GNUTLS_SIGN_ECDSA_SHA256, 0, &text, &signature), 0);
	assert_true(gnutls_pubkey_verify_data2(pair->chain[0].pubkey, GNUTLS_SIGN_ECDSA_SHA256, 0, &text, &signature) >= 0);
	gnutls_free(signature.data);
}

static void a_reference_outlives_the_swap_and_the_store(void **state)
{
	struct fixture *f = *state;
	struct kg_served_pair *held;

	serve_a(f);
	held = kg_certstore_get(f->store);
	directory_put_pair(&f->directory, &f->b);
	assert_int_equal(reload(f), 0);
	assert_pair_works(held);
	kg_certstore_free(f->store);
	f->store = NULL;
	assert_serial_of(&held->facts, &f->a);
	assert_pair_works(held);
	kg_served_pair_unref(held);
}

/* As the server does at each handshake: the pair travels by way of the session. */
static int retrieve(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **chain, unsigned *length,
                    gnutls_ocsp_data_st **ocsp, unsigned *ocsp_length, gnutls_privkey_t *key, unsigned *flags)
{
	struct kg_served_pair *pair = gnutls_session_get_ptr(session);

	(void)info;
	*chain = pair->chain;
	*length = pair->chain_length;
	*key = pair->key;
	*ocsp = NULL;
	*ocsp_length = 0;
	*flags = 0;
	return 0;
}

static gnutls_session_t make_session(unsigned flags, int fd, gnutls_certificate_credentials_t *ret_credentials)
{
	gnutls_session_t session;

	assert_int_equal(gnutls_init(&session, flags | GNUTLS_NONBLOCK), 0);
	assert_int_equal(gnutls_certificate_allocate_credentials(ret_credentials), 0);
	assert_int_equal(gnutls_set_default_priority(session), 0);
	assert_int_equal(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, *ret_credentials), 0);
	gnutls_transport_set_int(session, fd);
	return session;
}

static bool step(gnutls_session_t session)
{
	int result = gnutls_handshake(session);

	if (result < 0 && gnutls_error_is_fatal(result))
		fail_msg("%s", gnutls_strerror(result));
	return result == 0;
}

/* Both ends in one thread, in turns. Returns how many certificates the client saw. */
static unsigned shake_hands(struct kg_served_pair *pair)
{
	gnutls_certificate_credentials_t server_credentials;
	gnutls_certificate_credentials_t client_credentials;
	gnutls_session_t server;
	gnutls_session_t client;
	bool server_done = false;
	bool client_done = false;
	unsigned seen = 0;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	server = make_session(GNUTLS_SERVER, fds[0], &server_credentials);
	client = make_session(GNUTLS_CLIENT, fds[1], &client_credentials);
	gnutls_session_set_ptr(server, pair);
	gnutls_certificate_set_retrieve_function3(server_credentials, retrieve);
	while (!server_done || !client_done) {
		client_done = client_done || step(client);
		server_done = server_done || step(server);
	}
	assert_non_null(gnutls_certificate_get_peers(client, &seen));
	gnutls_deinit(server);
	gnutls_deinit(client);
	gnutls_certificate_free_credentials(server_credentials);
	gnutls_certificate_free_credentials(client_credentials);
	close(fds[0]);
	close(fds[1]);
	return seen;
}

static void a_handshake_works_with_every_kind_of_key(void **state)
{
	static const char *const kinds[] = {"P-256", "P-384", "P-521", "RSA:2048", "RSA:3072", "ED25519"};
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(kinds); i++) {
		struct kg_pem_pair pem;
		struct kg_served_pair *pair;

		forge_pem(&(struct forgery){SERVER, .key_kind = kinds[i]}, &pem);
		directory_put_pair(&f->directory, &pem);
		if (reload(f) != 0)
			fail_msg("%s: %s", kinds[i], f->err.message);
		pair = kg_certstore_get(f->store);
		assert_int_equal(shake_hands(pair), 1);
		assert_int_equal(shake_hands(pair), 1);
		kg_served_pair_unref(pair);
		kg_pem_pair_release(&pem);
	}
}

static void the_whole_chain_is_sent(void **state)
{
	struct fixture *f = *state;
	struct forged_pair authority;
	struct forged_pair leaf;
	struct kg_pem_pair pem;
	struct kg_served_pair *pair;

	forge(&(struct forgery){AUTHORITY, .common_name = "CA"}, &authority);
	forge(&(struct forgery){SERVER, .issuer = &authority}, &leaf);
	forged_pem((const struct forged_pair *[]){&leaf, &authority, NULL}, &leaf, &pem);
	directory_put_pair(&f->directory, &pem);
	assert_int_equal(reload(f), 0);
	pair = kg_certstore_get(f->store);
	assert_int_equal(shake_hands(pair), 2);
	kg_served_pair_unref(pair);
	kg_pem_pair_release(&pem);
	forged_release(&authority);
	forged_release(&leaf);
}

/* Readers race a thread that swaps, sometimes to a pair that is refused. */
enum { READERS = 4, SWAPS = 300 };

struct race {
	struct fixture *fixture;
	char serial_a[KG_SERIAL_TEXT_MAX];
	char serial_b[KG_SERIAL_TEXT_MAX];
	atomic_bool over;
	atomic_uint looks;   /* pairs that a reader found whole */
	atomic_uint strange; /* pairs that were neither, or did not work */
};

static bool is_known(const struct race *race, const struct kg_pair_facts *facts)
{
	return strcmp(facts->serial, race->serial_a) == 0 || strcmp(facts->serial, race->serial_b) == 0;
}

/* The leaf that is sent must be that of the key. */
static bool is_whole(const struct race *race, const struct kg_served_pair *pair)
{
	gnutls_datum_t text = {(unsigned char *)(uintptr_t) "text", 4};
	gnutls_datum_t signature;
	bool same;

	if (!is_known(race, &pair->facts) || pair->chain_length != 1 ||
	    gnutls_privkey_sign_data2(pair->key, GNUTLS_SIGN_ECDSA_SHA256, 0, &text, &signature) != 0)
		return false;
	same = gnutls_pubkey_verify_data2(pair->chain[0].pubkey, GNUTLS_SIGN_ECDSA_SHA256, 0, &text, &signature) >= 0;
	gnutls_free(signature.data);
	return same;
}

static void *keep_reading(void *argument)
{
	struct race *race = argument;

	do {
		struct kg_served_pair *pair = kg_certstore_get(race->fixture->store);
		struct kg_pair_facts facts;

		if (pair == NULL || !is_whole(race, pair) || !kg_certstore_facts(race->fixture->store, &facts) || !is_known(race, &facts))
			atomic_fetch_add(&race->strange, 1);
		else
			atomic_fetch_add(&race->looks, 1);
		kg_served_pair_unref(pair);
	} while (!atomic_load(&race->over));
	return NULL;
}

/* Every third pair is a mixed one. Returns how many swaps the store made. */
static unsigned keep_swapping(struct fixture *f)
{
	const struct kg_pem_pair *certificates[] = {&f->a, &f->b, &f->a};
	const struct kg_pem_pair *keys[] = {&f->a, &f->b, &f->b};
	unsigned made = 0;

	for (int i = 1; i <= SWAPS; i++) {
		int generation = generation_make(&f->directory);

		generation_put(&f->directory, generation, "tls.crt", certificates[i % 3]->certificate.data);
		generation_put(&f->directory, generation, "tls.key", keys[i % 3]->key.data);
		generation_publish(&f->directory, generation);
		if (generation > 1)
			generation_remove(&f->directory, generation - 1);
		made += reload(f) == 0;
	}
	return made;
}

static void readers_see_whole_pairs_while_they_are_swapped(void **state)
{
	struct fixture *f = *state;
	static struct race race;
	struct kg_pair_facts facts;
	pthread_t threads[READERS];
	unsigned made;

	race.fixture = f;
	directory_put_pair(&f->directory, &f->b);
	assert_int_equal(reload(f), 0);
	assert_true(kg_certstore_facts(f->store, &facts));
	memcpy(race.serial_b, facts.serial, sizeof(facts.serial));
	directory_put_pair(&f->directory, &f->a);
	assert_int_equal(reload(f), 0);
	assert_true(kg_certstore_facts(f->store, &facts));
	memcpy(race.serial_a, facts.serial, sizeof(facts.serial));
	assert_int_equal(unlink(f->certificate), 0);
	assert_int_equal(unlink(f->key), 0);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, keep_reading, &race), 0);
	made = keep_swapping(f);
	atomic_store(&race.over, true);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	/* b, mixed, a, and so on: two of three are made. */
	assert_int_equal(made, SWAPS * 2 / 3);
	assert_int_equal(atomic_load(&race.strange), 0);
	assert_true(atomic_load(&race.looks) >= READERS);
}

/* SIGHUP and the watch may both ask. */
static void *keep_reloading(void *argument)
{
	struct race *race = argument;

	while (!atomic_load(&race->over)) {
		if (kg_certstore_reload(race->fixture->store, &race->fixture->paths, NOW, NULL) == KG_ENOMEM)
			atomic_fetch_add(&race->strange, 1);
		atomic_fetch_add(&race->looks, 1);
	}
	return NULL;
}

static void reloads_may_run_side_by_side(void **state)
{
	struct fixture *f = *state;
	static struct race race;
	pthread_t threads[READERS];

	race.fixture = f;
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, keep_reloading, &race), 0);
	for (int i = 0; i < SWAPS / 6; i++)
		directory_put_pair(&f->directory, i % 2 == 0 ? &f->a : &f->b);
	atomic_store(&race.over, true);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	(void)!reload(f);
	assert_serves(f, &f->b);
	assert_int_equal(atomic_load(&race.strange), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_STORE(a_reference_outlives_the_swap_and_the_store),
	        WITH_STORE(a_handshake_works_with_every_kind_of_key),
	        WITH_STORE(the_whole_chain_is_sent),
	        WITH_STORE(readers_see_whole_pairs_while_they_are_swapped),
	        WITH_STORE(reloads_may_run_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
