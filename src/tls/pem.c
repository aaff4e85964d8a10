#include "tls/pem.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "tls/crypto_err.h"
#include "tls/pem_block.h"

static int open_text(const struct kg_buf *text, const char *name, const char *what, BIO **ret_input, struct kg_err *err)
{
	if (text->length == 0)
		return kg_err_set(err, KG_EINVAL, "%s: the file is empty; it must hold a %s as PEM", name, what);
	if (text->length > INT_MAX)
		return kg_err_set(err, KG_ELIMIT, "%s: the file is too large for PEM", name);
	*ret_input = BIO_new_mem_buf(text->data, (int)text->length);
	if (*ret_input == NULL)
		return kg_crypto_err_set(err, KG_ENOMEM, "%s: cannot read PEM", name);
	return 0;
}

static int decode_certificate(const struct kg_pem_block *block, const char *name, size_t number, X509 **ret_certificate, struct kg_err *err)
{
	X509 *certificate;

	if (!kg_pem_block_is_certificate(block))
		return kg_err_set(err, KG_EINVAL, "%s: block %zu is a %.40s; the file must hold certificates only", name, number,
		                  block->label);
	certificate = kg_pem_block_certificate(block);
	if (certificate == NULL)
		return kg_crypto_err_set(err, KG_EINVAL, "%s: certificate %zu cannot be read", name, number);
	*ret_certificate = certificate;
	return 0;
}

static int next_certificate(BIO *input, const char *name, size_t number, X509 **ret_certificate, struct kg_err *err)
{
	struct kg_pem_block block;
	int status = kg_pem_block_next(input, name, &block, err);

	if (status != 0)
		return status;
	status = decode_certificate(&block, name, number, ret_certificate, err);
	kg_pem_block_release(&block);
	return status;
}

/* Adds to `count` what it puts into `out`, on failure too. */
static int read_certificates(BIO *input, const char *name, X509 **out, size_t room, size_t *count, struct kg_err *err)
{
	int status;

	for (;;) {
		X509 *certificate;

		status = next_certificate(input, name, *count + 1, &certificate, err);
		if (status == KG_ENOTFOUND)
			return 0;
		if (status != 0)
			return status;
		if (*count == room) {
			X509_free(certificate);
			return kg_err_set(err, KG_ELIMIT, "%s: more than %zu certificates; keep the leaf and its issuers", name, room);
		}
		out[(*count)++] = certificate;
	}
}

int kg_pem_read_certificates(const struct kg_buf *text, const char *name, X509 **out, size_t room, size_t *ret_count, struct kg_err *err)
{
	BIO *input;
	size_t count = 0;
	int status = open_text(text, name, "certificate", &input, err);

	if (status != 0)
		return status;
	status = read_certificates(input, name, out, room, &count, err);
	BIO_free(input);
	if (status == 0 && kg_pem_ends_in_partial_line(kg_buf_text(text)))
		status =
		        kg_err_set(err, KG_EINVAL, "%s: the PEM text is cut off behind certificate %zu; write the file whole", name, count);
	else if (status == 0 && count == 0)
		status = kg_err_set(err, KG_EINVAL, "%s: holds no certificate as PEM (-----BEGIN CERTIFICATE-----)", name);
	if (status == 0) {
		*ret_count = count;
		return 0;
	}
	while (count > 0)
		X509_free(out[--count]);
	return status;
}

static int decode_key(const struct kg_pem_block *block, const char *name, EVP_PKEY **ret_key, struct kg_err *err)
{
	EVP_PKEY *key;

	if (kg_pem_block_is_encrypted(block))
		return kg_err_set(err, KG_EINVAL,
		                  "%s: the private key is encrypted; give it without a passphrase (openssl pkey -in OLD -out NEW)", name);
	key = kg_pem_block_key(block);
	if (key == NULL)
		return kg_crypto_err_set(err, KG_EINVAL, "%s: the private key (%.40s) cannot be read; give it as PKCS#8 PEM", name,
		                         block->label);
	ERR_clear_error();
	*ret_key = key;
	return 0;
}

/* Other blocks, such as EC PARAMETERS, are skipped. */
static int find_key(BIO *input, const char *name, EVP_PKEY **ret_key, struct kg_err *err)
{
	struct kg_pem_block block;
	int status;

	while ((status = kg_pem_block_next(input, name, &block, err)) == 0) {
		bool is_key = kg_pem_block_is_key(&block);

		if (is_key)
			status = decode_key(&block, name, ret_key, err);
		kg_pem_block_release(&block);
		if (is_key)
			return status;
	}
	if (status == KG_ENOTFOUND)
		return kg_err_set(err, KG_EINVAL, "%s: holds no private key as PEM (-----BEGIN PRIVATE KEY-----)", name);
	return status;
}

int kg_pem_read_key(const struct kg_buf *text, const char *name, EVP_PKEY **ret_key, struct kg_err *err)
{
	BIO *input;
	int status = open_text(text, name, "private key", &input, err);

	if (status != 0)
		return status;
	status = find_key(input, name, ret_key, err);
	BIO_free(input);
	return status;
}

static int append_output(BIO *output, struct kg_buf *out, struct kg_err *err)
{
	char *bytes;
	long length = BIO_get_mem_data(output, &bytes);
	int status;

	kg_buf_append(out, bytes, (size_t)length);
	status = kg_buf_status(out);
	return status == 0 ? 0 : kg_err_set(err, status, "cannot keep the PEM text of %ld bytes", length);
}

int kg_pem_write_certificate(X509 *certificate, struct kg_buf *out, struct kg_err *err)
{
	BIO *output = BIO_new(BIO_s_mem());
	int status;

	if (output == NULL || PEM_write_bio_X509(output, certificate) != 1)
		status = kg_crypto_err_set(err, KG_ENOMEM, "cannot write the certificate as PEM");
	else
		status = append_output(output, out, err);
	BIO_free(output);
	return status;
}

/* A memory BIO wipes what it frees, also when it grows. */
int kg_pem_write_key(EVP_PKEY *key, struct kg_buf *out, struct kg_err *err)
{
	BIO *output = BIO_new(BIO_s_mem());
	int status;

	if (output == NULL || PEM_write_bio_PKCS8PrivateKey(output, key, NULL, NULL, 0, NULL, NULL) != 1)
		status = kg_crypto_err_set(err, KG_ENOMEM, "cannot write the private key as PEM");
	else
		status = append_output(output, out, err);
	BIO_free(output);
	return status;
}
