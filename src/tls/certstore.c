#include "kedagate/tls/certstore.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tls/crypto_err.h"
#include "tls/parsed_pair.h"
#include "tls/served_pair.h"

enum { DIGEST_SIZE = 32 };

/* SHA-256 of both files; all zero when they could not be read. */
struct digest {
	unsigned char bytes[DIGEST_SIZE];
};

struct kg_certstore {
	struct kg_snapshot_slot slot;
	pthread_mutex_t reload_lock; /* one reload at a time; guards what follows */
	bool serves;
	struct digest served;
	struct kg_err refusal; /* code 0 while the files hold what is served */
	struct digest refused;
};

struct kg_certstore *kg_certstore_new(void)
{
	struct kg_certstore *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	kg_snapshot_slot_init(&store->slot);
	/* Fails only for attributes that are not used. */
	(void)pthread_mutex_init(&store->reload_lock, NULL);
	return store;
}

void kg_certstore_free(struct kg_certstore *store)
{
	if (store == NULL)
		return;
	kg_snapshot_slot_release(&store->slot);
	pthread_mutex_destroy(&store->reload_lock);
	free(store);
}

struct kg_served_pair *kg_certstore_get(struct kg_certstore *store)
{
	struct kg_snapshot *snapshot = kg_snapshot_slot_get(&store->slot);

	return snapshot == NULL ? NULL : KG_CONTAINER_OF(snapshot, struct kg_served_pair, snapshot);
}

bool kg_certstore_facts(struct kg_certstore *store, struct kg_pair_facts *ret_facts)
{
	struct kg_served_pair *pair = kg_certstore_get(store);

	if (pair == NULL)
		return false;
	*ret_facts = pair->facts;
	kg_served_pair_unref(pair);
	return true;
}

/* The length goes first, so that no byte can pass from one file to the other unseen. */
static bool hash_pair(EVP_MD_CTX *context, const struct kg_pem_pair *pair, struct digest *out)
{
	const struct kg_buf *certificate = &pair->certificate;
	const struct kg_buf *key = &pair->key;

	return EVP_DigestInit_ex2(context, EVP_sha256(), NULL) == 1 &&
	       EVP_DigestUpdate(context, &certificate->length, sizeof(certificate->length)) == 1 &&
	       EVP_DigestUpdate(context, kg_buf_text(certificate), certificate->length) == 1 &&
	       EVP_DigestUpdate(context, kg_buf_text(key), key->length) == 1 && EVP_DigestFinal_ex(context, out->bytes, NULL) == 1;
}

static int digest_pair(const struct kg_pem_pair *pair, struct digest *ret_digest, struct kg_err *err)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int status = 0;

	if (context == NULL || !hash_pair(context, pair, ret_digest))
		status = kg_crypto_err_set(err, KG_ENOMEM, "cannot compare the key pair with the one that is served");
	EVP_MD_CTX_free(context);
	return status;
}

static bool same_digest(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static int make_served(const struct kg_pem_pair *pair, const struct kg_pair_paths *paths, time_t now, struct kg_served_pair **ret_pair,
                       struct kg_err *err)
{
	struct kg_parsed_pair parsed;
	struct kg_pair_facts facts;
	int status = kg_parsed_pair_init(&parsed, pair, paths, err);

	if (status != 0)
		return status;
	status = kg_parsed_pair_verify(&parsed, paths, now, &facts, err);
	if (status == 0)
		status = kg_served_pair_new(&parsed, paths, &facts, ret_pair, err);
	kg_parsed_pair_release(&parsed);
	return status;
}

/* Serve what was read, or find that it is served. 0, KG_EUNCHANGED, or why not. */
static int serve(struct kg_certstore *store, const struct kg_pem_pair *pair, const struct digest *digest, const struct kg_pair_paths *paths,
                 time_t now, struct kg_err *err)
{
	struct kg_served_pair *served;
	int status;

	if (store->serves && same_digest(digest, &store->served))
		return kg_err_set(err, KG_EUNCHANGED, "%s", "");
	status = make_served(pair, paths, now, &served, err);
	if (status != 0)
		return status;
	kg_snapshot_slot_swap(&store->slot, &served->snapshot);
	store->served = *digest;
	store->serves = true;
	return 0;
}

/* Turns a refusal that was told before into KG_EUNCHANGED. Lack of memory says nothing about the files. */
static int remember(struct kg_certstore *store, const struct digest *digest, struct kg_err *err)
{
	if (err->code == KG_ENOMEM)
		return err->code;
	if (store->refusal.code == err->code && same_digest(digest, &store->refused) && strcmp(store->refusal.message, err->message) == 0)
		return err->code = KG_EUNCHANGED;
	store->refusal = *err;
	store->refused = *digest;
	return err->code;
}

static int reload(struct kg_certstore *store, const struct kg_pair_paths *paths, time_t now, struct kg_err *err)
{
	struct digest digest = {{0}};
	struct kg_pem_pair pair;
	int status;

	kg_pem_pair_init(&pair);
	status = kg_pair_read(paths, &pair, err);
	if (status == 0)
		status = digest_pair(&pair, &digest, err);
	if (status == 0)
		status = serve(store, &pair, &digest, paths, now, err);
	kg_pem_pair_release(&pair);
	if (status != 0 && status != KG_EUNCHANGED)
		return remember(store, &digest, err);
	store->refusal.code = 0;
	return status;
}

int kg_certstore_reload(struct kg_certstore *store, const struct kg_pair_paths *paths, time_t now, struct kg_err *err)
{
	/* The reason is kept in the store, even for a caller who does not ask for it. */
	struct kg_err reason = {0};
	int status;

	pthread_mutex_lock(&store->reload_lock);
	status = reload(store, paths, now, &reason);
	pthread_mutex_unlock(&store->reload_lock);
	if (status != 0 && err != NULL)
		*err = reason;
	return status;
}
