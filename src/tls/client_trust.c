#include "kedagate/tls/client_trust.h"

#include <fcntl.h>
#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/snapshot.h"
#include "kedagate/tls/keypair.h"
#include "tls/client_names.h"
#include "tls/crypto_err.h"
#include "tls/pem.h"
#include "tls/trust.h"
#include "tls/trust_refusal.h"

/* What one content of the file gives. Never changed. */
struct authorities {
	struct kg_snapshot snapshot;
	unsigned generation;
	size_t count;
	X509 *items[KG_MAX_CLIENT_AUTHORITIES];
};

struct kg_client_trust {
	struct kg_snapshot_slot slot; /* of struct authorities */
	atomic_uint generation;
	struct kg_client_names names;
	pthread_mutex_t reload_lock; /* guards what follows */
	struct kg_buf text;          /* as last read, trusted or refused */
	struct kg_err refusal;       /* code 0 while the file holds what is trusted */
};

static void authorities_free(struct kg_snapshot *snapshot)
{
	struct authorities *authorities = KG_CONTAINER_OF(snapshot, struct authorities, snapshot);

	for (size_t i = 0; i < authorities->count; i++)
		X509_free(authorities->items[i]);
	free(authorities);
}

struct kg_client_trust *kg_client_trust_new(const char *names)
{
	struct kg_client_trust *trust = calloc(1, sizeof(*trust));

	if (trust == NULL)
		return NULL;
	if (kg_client_names_init(&trust->names, names) != 0) {
		free(trust);
		return NULL;
	}
	kg_snapshot_slot_init(&trust->slot);
	/* Fails only for attributes that are not used. */
	(void)pthread_mutex_init(&trust->reload_lock, NULL);
	kg_buf_init(&trust->text, KG_MAX_PEM_BYTES);
	return trust;
}

void kg_client_trust_free(struct kg_client_trust *trust)
{
	if (trust == NULL)
		return;
	kg_snapshot_slot_release(&trust->slot);
	kg_client_names_release(&trust->names);
	kg_buf_release(&trust->text);
	pthread_mutex_destroy(&trust->reload_lock);
	free(trust);
}

unsigned kg_client_trust_generation(const struct kg_client_trust *trust)
{
	return atomic_load(&trust->generation);
}

/* ---- loading ---- */

static int use(struct kg_client_trust *trust, const struct kg_buf *text, const char *path, struct kg_err *err)
{
	struct authorities *authorities = calloc(1, sizeof(*authorities));
	int status;

	if (authorities == NULL)
		return kg_err_set(err, KG_ENOMEM, "%s: out of memory", path);
	kg_snapshot_init(&authorities->snapshot, authorities_free);
	status = kg_pem_read_certificates(text, path, authorities->items, KG_ARRAY_LEN(authorities->items), &authorities->count, err);
	if (status != 0) {
		kg_snapshot_unref(&authorities->snapshot);
		return status;
	}
	authorities->generation = atomic_load(&trust->generation) + 1;
	kg_snapshot_slot_swap(&trust->slot, &authorities->snapshot);
	atomic_store(&trust->generation, authorities->generation);
	return 0;
}

static bool same_text(const struct kg_buf *a, const struct kg_buf *b)
{
	return a->length > 0 && a->length == b->length && memcmp(kg_buf_text(a), kg_buf_text(b), a->length) == 0;
}

/* Takes `text` over, as what was last read. */
static void keep_text(struct kg_client_trust *trust, struct kg_buf *text)
{
	struct kg_buf old = trust->text;

	trust->text = *text;
	*text = old;
}

static int load(struct kg_client_trust *trust, struct kg_buf *text, const char *path, struct kg_err *err)
{
	int status = kg_file_read_at(AT_FDCWD, path, text, err);

	if (status != 0)
		return status;
	if (same_text(text, &trust->text) && trust->refusal.code == 0)
		return kg_err_set(err, KG_EUNCHANGED, "%s", "");
	status = use(trust, text, path, err);
	if (status != KG_ENOMEM)
		keep_text(trust, text);
	return status;
}

/* A refusal is told once: the same words again are no news. */
static int remember(struct kg_client_trust *trust, struct kg_err *err)
{
	if (trust->refusal.code == err->code && strcmp(trust->refusal.message, err->message) == 0)
		return err->code = KG_EUNCHANGED;
	trust->refusal = *err;
	return err->code;
}

static int reload(struct kg_client_trust *trust, const char *path, struct kg_err *err)
{
	struct kg_buf text KG_CLEANUP(kg_buf_release);
	int status;

	kg_buf_init(&text, KG_MAX_PEM_BYTES);
	status = load(trust, &text, path, err);
	if (status == KG_ENOMEM)
		return status;
	if (status != 0 && status != KG_EUNCHANGED)
		return remember(trust, err);
	trust->refusal.code = 0;
	return status;
}

int kg_client_trust_reload(struct kg_client_trust *trust, const char *path, struct kg_err *err)
{
	/* The reason is kept in the store, even for a caller who does not ask for it. */
	struct kg_err reason = {0};
	int status;

	pthread_mutex_lock(&trust->reload_lock);
	status = reload(trust, path, &reason);
	pthread_mutex_unlock(&trust->reload_lock);
	if (status != 0 && err != NULL)
		*err = reason;
	return status;
}

/* ---- judging ---- */

struct parsed_chain {
	X509 *items[KG_CHAIN_MAX];
	size_t length;
};

static void release_chain(struct parsed_chain *chain)
{
	for (size_t i = 0; i < chain->length; i++)
		X509_free(chain->items[i]);
}

static int parse_chain(const struct kg_client_chain *chain, struct parsed_chain *out, struct kg_err *err)
{
	out->length = 0;
	if (chain->length == 0 || chain->length > KG_CHAIN_MAX)
		return kg_err_set(err, KG_EINVAL, "the client's chain has %u certificates; at most %d are read", chain->length,
		                  KG_CHAIN_MAX);
	for (unsigned i = 0; i < chain->length; i++) {
		const unsigned char *der = chain->items[i].data;

		out->items[i] = d2i_X509(NULL, &der, chain->items[i].size);
		if (out->items[i] == NULL)
			return kg_crypto_err_set(err, KG_EINVAL, "the client's certificate cannot be read");
		out->length++;
	}
	return 0;
}

/* RFC 8446, section 6.2. */
static gnutls_alert_description_t alert_of(int error)
{
	if (error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID)
		return GNUTLS_A_CERTIFICATE_EXPIRED;
	return kg_trust_is_unknown(error) ? GNUTLS_A_UNKNOWN_CA : GNUTLS_A_BAD_CERTIFICATE;
}

static int verify(const struct authorities *authorities, const struct parsed_chain *chain, time_t now,
                  gnutls_alert_description_t *ret_alert, struct kg_err *err)
{
	static const struct kg_trust_names names = {"the client's certificate", "--client-ca-file"};
	const struct kg_trust_question question = {
	        .of_client = true,
	        .chain = chain->items,
	        .chain_length = chain->length,
	        .authorities = authorities->items,
	        .authority_count = authorities->count,
	        .now = now,
	};
	struct kg_trust_answer answer;
	int status = kg_trust_verify(&question, &answer, err);

	if (status != 0 || answer.error == X509_V_OK)
		return status;
	*ret_alert = alert_of(answer.error);
	return kg_trust_refuse(&question, &answer, &names, err);
}

int kg_client_trust_judge(struct kg_client_trust *trust, const struct kg_client_chain *chain, time_t now, struct kg_caller *ret_caller,
                          gnutls_alert_description_t *ret_alert, struct kg_err *err)
{
	struct kg_snapshot *snapshot = kg_snapshot_slot_get(&trust->slot);
	struct parsed_chain parsed = {0};
	int status;

	*ret_alert = GNUTLS_A_BAD_CERTIFICATE;
	if (snapshot == NULL)
		return kg_err_set(err, KG_EINVAL, "no client can be verified: no CA file is loaded");
	status = parse_chain(chain, &parsed, err);
	if (status == 0)
		status = verify(KG_CONTAINER_OF(snapshot, struct authorities, snapshot), &parsed, now, ret_alert, err);
	if (status == 0)
		status = kg_client_names_judge(&trust->names, parsed.items[0], ret_caller, err);
	if (status == 0)
		ret_caller->generation = KG_CONTAINER_OF(snapshot, struct authorities, snapshot)->generation;
	if (status == KG_ENOMEM)
		*ret_alert = GNUTLS_A_INTERNAL_ERROR;
	release_chain(&parsed);
	kg_snapshot_unref(snapshot);
	return status;
}
