#include "tls/distinguished_name.h"

#include <openssl/bio.h>
#include <string.h>

void kg_distinguished_name_write(const X509_NAME *name, char out[KG_DISTINGUISHED_NAME_TEXT_MAX])
{
	BIO *text = BIO_new(BIO_s_mem());
	int length = 0;

	if (text != NULL && X509_NAME_print_ex(text, name, 0, XN_FLAG_RFC2253) > 0)
		length = BIO_read(text, out, KG_DISTINGUISHED_NAME_TEXT_MAX - 1);
	BIO_free(text);
	out[length > 0 ? length : 0] = '\0';
	if (length <= 0)
		memcpy(out, "no name", sizeof("no name"));
}
