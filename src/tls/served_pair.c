#include "tls/served_pair.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "tls/crypto_err.h"
#include "tls/signing_key.h"

static void served_pair_free(struct kg_snapshot *snapshot)
{
	struct kg_served_pair *pair = KG_CONTAINER_OF(snapshot, struct kg_served_pair, snapshot);

	for (unsigned i = 0; i < pair->chain_length; i++)
		gnutls_pcert_deinit(&pair->chain[i]);
	/* Accepts NULL. */
	gnutls_privkey_deinit(pair->key);
	free(pair);
}

void kg_served_pair_unref(struct kg_served_pair *pair)
{
	if (pair != NULL)
		kg_snapshot_unref(&pair->snapshot);
}

static int gnutls_failed(int result, const char *name, struct kg_err *err)
{
	return kg_err_set(err, result == GNUTLS_E_MEMORY_ERROR ? KG_ENOMEM : KG_EINVAL, "%s: GnuTLS cannot serve it: %s", name,
	                  gnutls_strerror(result));
}

static int add_certificate(struct kg_served_pair *pair, const X509 *certificate, const char *name, struct kg_err *err)
{
	unsigned char *der = NULL;
	int length = i2d_X509(certificate, &der);
	gnutls_datum_t datum = {der, (unsigned)length};
	int result;

	if (length < 0)
		return kg_crypto_err_set(err, KG_ENOMEM, "%s: cannot encode the certificate", name);
	result = gnutls_pcert_import_x509_raw(&pair->chain[pair->chain_length], &datum, GNUTLS_X509_FMT_DER, 0);
	OPENSSL_free(der);
	if (result != GNUTLS_E_SUCCESS)
		return gnutls_failed(result, name, err);
	pair->chain_length++;
	return 0;
}

static int fill(struct kg_served_pair *pair, const struct kg_parsed_pair *parsed, const struct kg_pair_paths *paths, struct kg_err *err)
{
	int result;

	for (size_t i = 0; i < parsed->chain_length; i++) {
		int status = add_certificate(pair, parsed->chain[i], paths->certificate, err);

		if (status != 0)
			return status;
	}
	result = kg_signing_key_new(parsed->key, &pair->key);
	return result == GNUTLS_E_SUCCESS ? 0 : gnutls_failed(result, paths->key, err);
}

int kg_served_pair_new(const struct kg_parsed_pair *parsed, const struct kg_pair_paths *paths, const struct kg_pair_facts *facts,
                       struct kg_served_pair **ret_pair, struct kg_err *err)
{
	struct kg_served_pair *pair = calloc(1, sizeof(*pair));
	int status;

	if (pair == NULL)
		return kg_err_set(err, KG_ENOMEM, "%s: cannot serve it: out of memory", paths->certificate);
	kg_snapshot_init(&pair->snapshot, served_pair_free);
	pair->facts = *facts;
	status = fill(pair, parsed, paths, err);
	if (status == 0)
		*ret_pair = pair;
	else
		kg_served_pair_unref(pair);
	return status;
}
