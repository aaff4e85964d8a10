#include "tls/pem_block.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "tls/crypto_err.h"

void kg_pem_block_release(struct kg_pem_block *block)
{
	OPENSSL_secure_free(block->label);
	OPENSSL_secure_free(block->header);
	OPENSSL_secure_clear_free(block->bytes, (size_t)block->length);
	*block = (struct kg_pem_block){0};
}

static bool at_end(void)
{
	return ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_PEM && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

int kg_pem_block_next(BIO *input, const char *name, struct kg_pem_block *out, struct kg_err *err)
{
	struct kg_pem_block block = {0};
	/* "Secure" memory is wiped when it is freed, within OpenSSL too. */
	const unsigned flags = PEM_FLAG_SECURE | PEM_FLAG_EAY_COMPATIBLE;

	ERR_clear_error();
	if (PEM_read_bio_ex(input, &block.label, &block.header, &block.bytes, &block.length, flags) == 1) {
		*out = block;
		return 0;
	}
	if (at_end()) {
		ERR_clear_error();
		return KG_ENOTFOUND;
	}
	/* Without memory there is not even room for the error. */
	if (ERR_peek_error() == 0)
		return kg_err_set(err, KG_ENOMEM, "%s: cannot read PEM: out of memory", name);
	return kg_crypto_err_set(err, KG_EINVAL, "%s: the PEM text is cut off or damaged; write the file whole", name);
}

bool kg_pem_ends_in_partial_line(const char *text)
{
	const char *line = strrchr(text, '\n');
	size_t dashes;

	line = line == NULL ? text : line + 1;
	dashes = strspn(line, "-");
	return dashes > 0 && strstr(line, "-----END ") != line;
}

static bool ends_with(const char *text, const char *tail)
{
	size_t text_length = strlen(text);
	size_t tail_length = strlen(tail);

	return text_length >= tail_length && strcmp(text + text_length - tail_length, tail) == 0;
}

bool kg_pem_block_is_certificate(const struct kg_pem_block *block)
{
	return strcmp(block->label, PEM_STRING_X509) == 0 || strcmp(block->label, PEM_STRING_X509_OLD) == 0;
}

bool kg_pem_block_is_key(const struct kg_pem_block *block)
{
	return ends_with(block->label, "PRIVATE KEY");
}

bool kg_pem_block_is_encrypted(const struct kg_pem_block *block)
{
	return strcmp(block->label, PEM_STRING_PKCS8) == 0 || strstr(block->header, "ENCRYPTED") != NULL;
}

/* Allow no byte behind the DER: another reader could see another certificate. */
X509 *kg_pem_block_certificate(const struct kg_pem_block *block)
{
	const unsigned char *cursor = block->bytes;
	X509 *certificate = d2i_X509(NULL, &cursor, block->length);

	if (certificate != NULL && cursor == block->bytes + block->length)
		return certificate;
	X509_free(certificate);
	return NULL;
}

EVP_PKEY *kg_pem_block_key(const struct kg_pem_block *block)
{
	const unsigned char *cursor = block->bytes;

	return d2i_AutoPrivateKey(NULL, &cursor, block->length);
}
