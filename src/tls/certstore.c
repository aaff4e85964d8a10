#include "kedagate/tls/certstore.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tls/authorities.h"
#include "tls/crypto_err.h"
#include "tls/parsed_pair.h"
#include "tls/served_pair.h"
#include "tls/server_names.h"

enum { DIGEST_SIZE = 32 };

/* SHA-256; all zero when the files could not be read. */
struct digest {
	unsigned char bytes[DIGEST_SIZE];
};

/* What the files hold. */
struct content {
	struct kg_pem_pair pair;
	struct kg_pem_authorities authorities;
	struct digest pair_digest;
	struct digest digest; /* of all three files */
};

/* What a reload is asked, and where it stands. */
struct request {
	const struct kg_pair_paths *paths;
	time_t now;
	enum kg_pair_fault fault; /* what a failure at this point means */
};

struct kg_certstore {
	struct kg_snapshot_slot slot;
	struct kg_server_names names;
	pthread_mutex_t reload_lock; /* one reload at a time; guards what follows */
	bool serves;
	struct digest served_pair;
	struct digest served;     /* the authorities counted in, by which the pair was judged */
	enum kg_pair_fault fault; /* of the files as last judged */
	struct kg_err refusal;    /* code 0 while the files hold what is served */
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
	kg_server_names_release(&store->names);
	pthread_mutex_destroy(&store->reload_lock);
	free(store);
}

int kg_certstore_require_names(struct kg_certstore *store, const char *names, struct kg_err *err)
{
	struct kg_server_names required;
	int status = kg_server_names_init(&required, names, err);

	if (status != 0)
		return status;
	kg_server_names_release(&store->names);
	store->names = required;
	return 0;
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
static bool hash_file(EVP_MD_CTX *context, const struct kg_buf *file)
{
	return EVP_DigestUpdate(context, &file->length, sizeof(file->length)) == 1 &&
	       EVP_DigestUpdate(context, kg_buf_text(file), file->length) == 1;
}

static bool hash_pair(EVP_MD_CTX *context, const struct kg_pem_pair *pair, struct digest *out)
{
	return EVP_DigestInit_ex2(context, EVP_sha256(), NULL) == 1 && hash_file(context, &pair->certificate) &&
	       hash_file(context, &pair->key) && EVP_DigestFinal_ex(context, out->bytes, NULL) == 1;
}

static bool hash_all(EVP_MD_CTX *context, const struct content *content, struct digest *out)
{
	const struct kg_err *fault = &content->authorities.fault;

	return EVP_DigestInit_ex2(context, EVP_sha256(), NULL) == 1 &&
	       EVP_DigestUpdate(context, content->pair_digest.bytes, DIGEST_SIZE) == 1 && hash_file(context, &content->authorities.text) &&
	       EVP_DigestUpdate(context, fault->message, strlen(fault->message)) == 1 && EVP_DigestFinal_ex(context, out->bytes, NULL) == 1;
}

static int digest_content(struct content *content, struct kg_err *err)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int status = 0;

	if (context == NULL || !hash_pair(context, &content->pair, &content->pair_digest) || !hash_all(context, content, &content->digest))
		status = kg_crypto_err_set(err, KG_ENOMEM, "cannot compare the key pair with the one that is served");
	EVP_MD_CTX_free(context);
	return status;
}

static bool same_digest(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Sound in itself, then fit for its clients. */
static int judge(const struct kg_certstore *store, const struct content *content, const struct kg_parsed_pair *parsed,
                 struct request *request, struct kg_pair_facts *ret_facts, struct kg_err *err)
{
	int status = kg_parsed_pair_verify(parsed, request->paths, request->now, ret_facts, &request->fault, err);

	if (status != 0)
		return status;
	request->fault = KG_PAIR_FAULT_NAMES;
	status = kg_server_names_judge(&store->names, parsed->chain[0], request->paths->certificate, err);
	if (status != 0)
		return status;
	request->fault = KG_PAIR_FAULT_AUTHORITY;
	return kg_authorities_judge(&content->authorities, parsed, request->paths, request->now, ret_facts, err);
}

static int make_served(const struct kg_certstore *store, const struct content *content, struct request *request,
                       struct kg_served_pair **ret_pair, struct kg_err *err)
{
	struct kg_parsed_pair parsed;
	struct kg_pair_facts facts;
	int status = kg_parsed_pair_init(&parsed, &content->pair, request->paths, err);

	if (status != 0)
		return status;
	status = judge(store, content, &parsed, request, &facts, err);
	if (status == 0) {
		request->fault = KG_PAIR_FAULT_MALFORMED;
		status = kg_served_pair_new(&parsed, request->paths, &facts, ret_pair, err);
	}
	kg_parsed_pair_release(&parsed);
	return status;
}

/* Serve what was read, or find that it is served. 0, KG_EUNCHANGED, or why not. */
static int serve(struct kg_certstore *store, const struct content *content, struct request *request, struct kg_err *err)
{
	struct kg_served_pair *served;
	int status;

	if (store->serves && same_digest(&content->digest, &store->served))
		return kg_err_set(err, KG_EUNCHANGED, "%s", "");
	request->fault = KG_PAIR_FAULT_MALFORMED;
	status = make_served(store, content, request, &served, err);
	if (status == KG_EINVAL && store->serves && same_digest(&content->pair_digest, &store->served_pair))
		return kg_err_wrap(err, "the pair in use would be refused now");
	if (status != 0)
		return status;
	kg_snapshot_slot_swap(&store->slot, &served->snapshot);
	store->served = content->digest;
	store->served_pair = content->pair_digest;
	store->serves = true;
	return 0;
}

/* Turns a refusal that was told before into KG_EUNCHANGED. */
static int remember(struct kg_certstore *store, const struct digest *digest, struct kg_err *err)
{
	if (store->refusal.code == err->code && same_digest(digest, &store->refused) && strcmp(store->refusal.message, err->message) == 0)
		return err->code = KG_EUNCHANGED;
	store->refusal = *err;
	store->refused = *digest;
	return err->code;
}

static void release_content(struct content *content)
{
	kg_pem_pair_release(&content->pair);
	kg_pem_authorities_release(&content->authorities);
}

static int reload(struct kg_certstore *store, struct request *request, struct kg_err *err)
{
	struct content content = {0};
	int status;

	kg_pem_pair_init(&content.pair);
	kg_pem_authorities_init(&content.authorities);
	status = kg_pair_read_beside(request->paths, &content.pair, &content.authorities, err);
	if (status == 0)
		status = digest_content(&content, err);
	if (status == 0)
		status = serve(store, &content, request, err);
	release_content(&content);
	/* It says nothing about the files. */
	if (status == KG_ENOMEM)
		return status;
	if (status != 0 && status != KG_EUNCHANGED) {
		store->fault = request->fault;
		return remember(store, &content.digest, err);
	}
	store->fault = KG_PAIR_FAULT_NONE;
	store->refusal.code = 0;
	return status;
}

int kg_certstore_reload(struct kg_certstore *store, const struct kg_pair_paths *paths, time_t now, struct kg_err *err)
{
	struct request request = {paths, now, KG_PAIR_FAULT_UNREADABLE};
	/* The reason is kept in the store, even for a caller who does not ask for it. */
	struct kg_err reason = {0};
	int status;

	pthread_mutex_lock(&store->reload_lock);
	status = reload(store, &request, &reason);
	pthread_mutex_unlock(&store->reload_lock);
	if (status != 0 && err != NULL)
		*err = reason;
	return status;
}

enum kg_pair_fault kg_certstore_fault(struct kg_certstore *store)
{
	enum kg_pair_fault fault;

	pthread_mutex_lock(&store->reload_lock);
	fault = store->fault;
	pthread_mutex_unlock(&store->reload_lock);
	return fault;
}
